"""Why a line gave what it gave, and what a rule says, in Chinese that a member can check."""

from decimal import Decimal

from scoring.rules import feeds
from scoring.rules.scheme import Condition, Consequence, Item, Scheme

_UNITS = {
    "次数": "次",
    "小时数": "小时",
    "项数": "项",
    "条数": "条",
    "人次": "人次",
    "届数": "届",
    "年龄": "岁",
    "得分的平均": "分",
    "学时": "学时",
    "人数": "人",
    "对数": "对",
}
# How a condition's bound reads: for points and stars, for places from the top, from the bottom.
_AMOUNTS = {"below": "低于 {}", "at_least": "不低于 {}", "at_most": "不高于 {}", "is": "为 {}"}
_PLACES = {
    "below": "名次在第 {} 名之前",
    "at_least": "名次在第 {} 名或以后",
    "at_most": "名次在前 {} 名",
    "is": "名次为第 {} 名",
}
_LAST_PLACES = {
    "below": "名次在倒数第 {} 名之后",
    "at_least": "名次在倒数第 {} 名或以前",
    "at_most": "名次在后 {} 名",
    "is": "名次为倒数第 {} 名",
}
_LABELS = {"tier": "档次", "band": "等次"}


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
        source = "其他方案" if _scores_another(item) else "检查"
        return f"{source}得 {counted} 分，满分 {plain(item.full)} 分"
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
        due = _due(target, item)
        return f"满分 {plain(item.full)} 分，按完成比例计分；{empty}" + (
            f"（依据：{due}）" if due else ""
        )
    if item.rule == "mark":
        assert item.full is not None
        source = "按其他方案的得分计" if _scores_another(item) else "检查打分"
        return f"{source}，满分 {plain(item.full)} 分"
    bands = sorted(item.bands, key=lambda band: band.min)
    return "分档计分：" + "；".join(
        f"达到 {plain(band.min)} 得 {plain(band.points)} 分" for band in bands
    )


def condition_in_words(scheme: Scheme, consequence: Consequence) -> str:
    """Return when a consequence is proposed: 总分低于 60 分，或“重点项”低于 35 分，连续 2 期."""
    joined = "，或" if consequence.any else "，且"
    words = joined.join(
        comparison_in_words(scheme, condition) for condition in consequence.any or consequence.all
    )
    if consequence.within is not None:
        return f"{words}，最近 {consequence.within} 期中至少 {consequence.periods} 期（含本期）"
    return f"{words}，连续 {consequence.periods} 期" if consequence.periods > 1 else words


def comparison_in_words(scheme: Scheme, condition: Condition) -> str:
    """Return one comparison of a condition."""
    if condition.of in _LABELS:
        return f"{_LABELS[condition.of]}为“{condition.is_}”"
    bound, value = _bound(condition)
    if condition.of == "rank":
        return _PLACES[bound].format(value)
    if condition.of == "rank_from_bottom":
        return _LAST_PLACES[bound].format(value)
    if condition.of == "star":
        return "星级" + _AMOUNTS[bound].format(value) + " 星"
    if condition.of == "total":
        return "总分" + _AMOUNTS[bound].format(value) + " 分"
    code = condition.of.removeprefix("part.")
    title = next((part.title for part in scheme.parts if part.code == code), code)
    return f"“{title}”" + _AMOUNTS[bound].format(value) + " 分"


def _bound(condition: Condition) -> tuple[str, str]:
    bounds = {
        "below": condition.below,
        "at_least": condition.at_least,
        "at_most": condition.at_most,
        "is": condition.is_,
    }
    return next((key, plain(value)) for key, value in bounds.items() if isinstance(value, Decimal))


def _due(target: str, item: Item) -> str:
    feed = feeds.find(target, item.fact) if item.fact else None
    return feed.due if feed is not None else ""


def _scores_another(item: Item) -> bool:
    return item.fact is not None and feeds.scheme_code(item.fact) is not None
