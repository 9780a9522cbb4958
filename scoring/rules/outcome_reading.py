"""Read what a scheme's totals lead to: outcome, vetoes, consequences, procedure."""

from collections.abc import Sequence
from decimal import Decimal

from scoring.rules import scheme
from scoring.rules.scheme import (
    Band,
    Condition,
    Consequence,
    Floor,
    Outcome,
    Procedure,
    Tier,
    Veto,
)
from scoring.rules.tables import MOST_STARS, Table, as_number, nearest, shown

_BOUNDS = ("below", "at_least", "at_most", "is")
_PLAIN_VALUES = ("total", "tier", "band", "star", "rank", "rank_from_bottom")
_MOST_DAYS = 400
_MOST_WORKING_DAYS = 30


def outcome(table: Table | None) -> Outcome:
    """Return the outcome; an empty one when the scheme has none."""
    if table is None:
        return Outcome()
    table.accept("exempt", "floor", "tier", "band")
    return Outcome(
        exempt=table.texts("exempt"),
        floor=_floor(table.table("floor")),
        tiers=_tiers(table),
        bands=_bands(table),
    )


def vetoes(tables: Sequence[Table], *, item_codes: frozenset[str]) -> tuple[Veto, ...]:
    """Return the vetoes; neither their codes nor what lifts them may be an item's code."""
    found: list[Veto] = []
    codes: set[str] = set()
    for table in tables:
        table.accept("code", "title", "label", "unless")
        code = table.code("code")
        if code == scheme.EXEMPT:
            table.blame("code", f"“{code}”是保留代码（用于免评），请改用其他代码")
        elif code in item_codes:
            table.blame("code", f"否决代码“{code}”与项目代码相同，请改用其他代码")
        elif code in codes:
            table.blame("code", f"否决代码“{code}”重复，每个代码只能用一次")
        codes.add(code)
        found.append(
            Veto(
                code=code,
                title=table.text("title"),
                label=table.text("label"),
                unless=table.code("unless", required=False) or None,
            )
        )
    for table, veto in zip(tables, found, strict=True):
        if veto.unless == scheme.EXEMPT:
            table.blame("unless", f"“{veto.unless}”是保留代码（用于免评），请改用其他代码")
        elif veto.unless in item_codes:
            table.blame("unless", f"解除代码“{veto.unless}”与项目代码相同，请改用其他代码")
        elif veto.unless in codes:
            table.blame("unless", f"解除代码“{veto.unless}”与否决代码相同，请改用其他代码")
    return tuple(found)


def consequences(
    tables: Sequence[Table], *, part_codes: frozenset[str], outcome: Outcome
) -> tuple[Consequence, ...]:
    """Return the consequences; conditions may only look at what the scheme produces."""
    return tuple(_consequence(table, part_codes, outcome) for table in tables)


def pay_weight(table: Table | None) -> Decimal | None:
    """Return the share of performance pay that the result decides; None where none is linked."""
    if table is None:
        return None
    table.accept("weight")
    return table.number("weight", above=0, at_most=1)


def procedure(table: Table | None) -> Procedure:
    """Return the days of the procedure, the usual ones where the scheme does not say."""
    usual = Procedure()
    if table is None:
        return usual
    table.accept("comments", "publicity", "answers")
    days = {
        key: table.whole(key, at_least=1, at_most=_MOST_WORKING_DAYS)
        for key in ("comments", "publicity", "answers")
    }
    return Procedure(
        comments=days["comments"] or usual.comments,
        publicity=days["publicity"] or usual.publicity,
        answers=days["answers"] or usual.answers,
    )


def _floor(table: Table | None) -> Floor | None:
    if table is None:
        return None
    table.accept("below", "label")
    below = table.number("below")
    label = table.text("label")
    return Floor(below, label) if below is not None else None


def _tiers(outcome_table: Table) -> tuple[Tier, ...]:
    found: list[Tier] = []
    labels: set[str] = set()
    middles = bottoms = 0
    shares = Decimal(0)
    tables = outcome_table.tables("tier", header="[[outcome.tier]]")
    for table in tables:
        table.accept("label", "share", "from")
        label = table.text("label")
        if label in labels:
            table.blame("label", f"档次“{label}”重复，每档的名称应不同")
        elif label:
            labels.add(label)
        from_bottom = "from" in table and table.choice("from", ("bottom",)) == "bottom"
        share = table.optional_number("share", above=0, at_most=1)
        if share is not None:
            if shares <= 1 < shares + share:
                table.blame("share", f"各档比例之和应不超过 1，到此已为 {shares + share}")
            shares += share
        if from_bottom:
            table.require("share", "末档的比例（大于 0、不大于 1）")
            bottoms += 1
            if bottoms > 1:
                table.blame("from", '只能有一个末档（from = "bottom"）')
        elif "share" not in table:
            middles += 1
            if middles > 1:
                table.blame_table("缺少键“share”：只能有一档不写比例（由其余的人归入）")
        found.append(Tier(label, share, from_bottom))
    if tables and not middles:
        tables[0].blame_table("应有一档不写“share”，由其余的人归入")
    return tuple(found)


def _bands(outcome_table: Table) -> tuple[Band, ...]:
    found: list[Band] = []
    for table in outcome_table.tables("band", header="[[outcome.band]]"):
        table.accept("label", "star", "min", "coefficient")
        label = table.text("label")
        least = table.number("min")
        star = table.whole("star", at_least=0, at_most=MOST_STARS)
        coefficient = table.optional_number("coefficient", at_least=0)
        if least is None:
            continue
        if any(least == band.min for band in found):
            table.blame("min", f"两档的下限相同（{least}），每档的下限应不同")
        found.append(Band(label, least, star, coefficient))
    return tuple(found)


def _consequence(table: Table, part_codes: frozenset[str], outcome: Outcome) -> Consequence:
    table.accept(
        "title", "any", "all", "periods", "within", "period", "kind", "days", "coefficient",
        "withhold",
    )  # fmt: skip
    title = table.text("title")
    if ";" in title:
        table.blame("title", "“title”不能含英文分号“;”，它用于分隔多项结果运用")
    if "any" in table and "all" in table:
        table.blame_key("all", "“any”与“all”只能写其中之一")
    elif "any" not in table and "all" not in table:
        table.blame_table("缺少键“any”或“all”，应写其中之一")
    found = {}
    for key in ("any", "all"):
        if table.values.get(key) == []:
            table.blame(key, f'“{key}”应至少有一个条件（写作 {{of = "total", below = 60}}）')
        found[key] = tuple(
            _condition(condition, part_codes, outcome)
            for condition in table.tables(key, header='{of = "total", below = 60}')
        )
    return Consequence(
        title=title,
        any=found["any"],
        all=found["all"],
        periods=table.whole("periods", at_least=1) or 1,
        within=_within(table),
        period=table.choice("period", scheme.PERIODS) if "period" in table else "",
        kind=table.choice("kind", scheme.KINDS, default="other"),
        days=table.whole("days", at_least=1, at_most=_MOST_DAYS),
        coefficient=table.optional_number("coefficient", at_least=0),
        withhold=table.optional_number("withhold", above=0, at_most=1),
    )


def _within(table: Table) -> int | None:
    within = table.whole("within", at_least=1)
    if within is None:
        return None
    periods = table.values.get("periods", 1)
    if type(periods) is not int:  # noted where it is read
        return within
    if periods == 1:
        table.blame_key(
            "within", "“within”要与不小于 2 的“periods”同用（within 期中至少 periods 期）"
        )
    elif within < periods:
        table.blame("within", f"“within”应不小于“periods”（{periods}），实为{within}")
    return within


def _condition(table: Table, part_codes: frozenset[str], outcome: Outcome) -> Condition:
    table.accept("of", *_BOUNDS)
    bounds = [key for key in _BOUNDS if key in table]
    if len(bounds) != 1:
        written = "、".join(bounds) or "没有"
        table.blame_table(f"一个条件应恰有一个比较：{'、'.join(_BOUNDS)}；实有：{written}")
    of = table.text("of")
    if not of or not _is_known(table, of, part_codes, outcome):
        return Condition(of)
    if of == "tier":
        return Condition(of, is_=_label(table, of, "档次", outcome.tier_labels))
    if of == "band":
        return Condition(of, is_=_label(table, of, "等次", outcome.band_labels))
    below, at_least, at_most = (table.optional_number(key) for key in _BOUNDS[:3])
    is_: Decimal | None = None
    if "is" in table:
        is_ = as_number(table.values["is"])
        if is_ is None:
            table.blame("is", f"“is”应为数字，实为{shown(table.values['is'])}")
        elif of == "star" and is_ not in outcome.stars:
            stars = "、".join(map(str, sorted(set(outcome.stars))))
            table.blame("is", f"本方案没有 {is_} 星；可用的：{stars}")
    return Condition(of, below, at_least, at_most, is_)


def _is_known(table: Table, of: str, part_codes: frozenset[str], outcome: Outcome) -> bool:
    known = [*_PLAIN_VALUES, *(f"part.{code}" for code in sorted(part_codes))]
    if of not in known:
        near = nearest(of, known)
        hint = f"是否为“{near}”？" if near else ""
        table.blame("of", f"不认识的比较对象“{of}”；{hint}可用的：{'、'.join(known)}")
        return False
    if of == "tier" and not outcome.tier_labels:
        table.blame("of", "本方案没有档次（[[outcome.tier]] 或 floor），不能比较“tier”")
        return False
    if of == "band" and not outcome.bands:
        table.blame("of", "本方案没有等次（[[outcome.band]]），不能比较“band”")
        return False
    if of == "star" and not outcome.stars:
        table.blame("of", "本方案没有星级（[[outcome.band]] 中的 star），不能比较“star”")
        return False
    return True


def _label(table: Table, of: str, name: str, labels: Sequence[str]) -> str | None:
    for key in ("below", "at_least", "at_most"):
        if key in table:
            table.blame_key(key, f"{name}没有大小，“{of}”只能用“is”比较")
    if "is" not in table:
        return None
    label = table.values["is"]
    if not isinstance(label, str) or label not in labels:
        expected = "、".join(labels)
        table.blame("is", f"“is”应为本方案的{name}之一：{expected}；实为{shown(label)}")
        return None
    return label
