"""Why a line gave what it gave, in one Chinese sentence that a member can check."""

from decimal import Decimal

from scoring.rules import feeds
from scoring.rules.scheme import Item

_UNITS = {"次数": "次", "小时数": "小时", "项数": "项", "条数": "条", "人次": "人次"}


def plain(value: Decimal) -> str:
    """Return a number without trailing zeros: 2, 0.5, 1200."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def unit(target: str, item: Item) -> str:
    """Return the word by which the item's quantity is counted (次 where nothing else fits)."""
    feed = feeds.find(target, item.fact) if item.fact else None
    if feed is not None:
        for ending, word in _UNITS.items():
            if feed.quantity.endswith(ending):
                return word
    return "次"


def why(target: str, item: Item, quantity: Decimal, base: Decimal | None, points: Decimal) -> str:
    """Return the arithmetic of a line."""
    counted = plain(quantity)
    word = unit(target, item)
    if item.rule == "each":
        assert item.points is not None
        sentence = f"{counted} {word} × {plain(item.points)} 分"
        if item.cap is not None and abs(item.points * quantity) > item.cap:
            sentence += f"，每期最高 {plain(item.cap)} 分"
        return sentence
    if item.rule == "deduct":
        assert item.points is not None and item.full is not None
        if not quantity:
            return f"满分 {plain(item.full)} 分，没有扣分"
        return f"满分 {plain(item.full)} 分 − {counted} {word} × {plain(item.points)} 分"
    if item.rule == "share":
        assert item.full is not None
        if not base:
            return {"full": f"本期没有应完成的，按满分 {plain(item.full)} 分计"}.get(
                item.empty, "本期没有应完成的，计 0 分"
            )
        return f"完成 {counted} ÷ 应完成 {plain(base)} × {plain(item.full)} 分"
    if item.rule == "mark":
        assert item.full is not None
        return f"检查得 {counted} 分，满分 {plain(item.full)} 分"
    measured = counted
    if item.of == "ratio" and base:
        measured = f"{counted} ÷ {plain(base)}"
    return f"{measured}，对应 {plain(points)} 分档"


def rule_in_words(target: str, item: Item) -> str:
    """Return how an item is scored, for the page of the scheme."""
    word = unit(target, item)
    if item.rule == "each":
        assert item.points is not None
        cap = f"，每期最高 {plain(item.cap)} 分" if item.cap is not None else ""
        return f"每{word} {plain(item.points)} 分{cap}"
    if item.rule == "deduct":
        assert item.points is not None and item.full is not None
        return f"满分 {plain(item.full)} 分，每{word}扣 {plain(item.points)} 分，扣完为止"
    if item.rule == "share":
        assert item.full is not None
        empty = {
            "full": "没有应完成的按满分计",
            "zero": "没有应完成的计 0 分",
            "omit": "没有应完成的不计此项",
        }[item.empty]
        return f"满分 {plain(item.full)} 分，按完成比例计分；{empty}"
    if item.rule == "mark":
        assert item.full is not None
        return f"检查打分，满分 {plain(item.full)} 分"
    bands = sorted(item.bands, key=lambda band: band.min)
    return "分档计分：" + "；".join(
        f"达到 {plain(band.min)} 得 {plain(band.points)} 分" for band in bands
    )
