"""Read a scheme from TOML; a file that cannot be carried out, or explained, is refused."""

import decimal
import re
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal

from branches.rules.tree import OrganizationType
from scoring.rules import feeds, outcome_reading, positions, rollups, scheme
from scoring.rules.problems import BadFile, Problem
from scoring.rules.scheme import Item, Part, PointBand, Scheme
from scoring.rules.tables import MOST_POINTS, MOST_WHOLE, Notes, Table, nearest


class BadScheme(BadFile):
    """The scheme is refused. ``problems`` holds every mistake found, in order of position."""


@dataclass(frozen=True, slots=True)
class _Parameters:
    """What an item of one rule must and may carry besides its words."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()


_RULES = {
    "each": _Parameters(("points",), ("cap",)),
    "share": _Parameters(("full",), ("empty",)),
    "mark": _Parameters(("full",)),
    "deduct": _Parameters(("full", "points")),
    "band": _Parameters(("bands",), ("of",)),
}
_RULE_KEYS = ("points", "cap", "full", "empty", "bands", "of")
_ITEM_WORDS = ("code", "title", "rule", "standard", "owner", "note", "fact", "types")
_TYPES = tuple(OrganizationType)

# tomllib's messages, from the most to the least particular.
_SYNTAX = (
    ("Expected newline or end of document", "一行只能写一个键，此处应换行"),
    ("Expected '=' after a key", "键的后面应为等号“=”"),
    ("Expected ']]'", "数组表的标题应以“]]”结束"),
    ("Expected ']'", "表的标题应以“]”结束"),
    ("Invalid statement", "此处应为“键 = 值”或表的标题（如 [[part]]）"),
    ("Invalid initial character for a key", "此处应为键名（字母、数字、连字符或下划线）"),
    ("Unclosed array", "数组未结束，应有逗号或“]”"),
    ("Unclosed inline table", "行内表未结束，应有逗号或“}”（行内表不能换行）"),
    ("Unterminated string", "文字未结束，应有结束的引号"),
    ("Expected \"'", "文字未结束，应有结束的引号"),
    ("Illegal character", "文字中有不允许的字符（单引号或双引号内的文字不能换行）"),
    ("Found invalid character", "有不允许的控制字符"),
    ("Duplicate inline table key", "行内表中的键重复"),
    ("Cannot declare", "同一个表声明了两次；重复的表应写作 [[…]]"),
    ("Cannot overwrite", "同一个键写了两次"),
    ("Cannot", "此处与前面已写的键或表冲突"),
    ("Unescaped", "文字中的反斜杠“\\”应写作“\\\\”"),
    ("Invalid date", "日期或时间不存在"),
    ("Invalid value", "此处应为值：文字（写在引号内）、数字、true、false、数组或行内表"),
)
_MOST_DEPTH = 20
_BRACKETS = re.compile(r"[\[\]{}]")
# Eight names joined by dots; a scheme needs two.
_LONG_KEY = re.compile(
    r"""(?:(?:[A-Za-z0-9_-]{1,60}|"[^"\n]{0,60}"|'[^'\n]{0,60}')[ \t]*\.[ \t]*){8}"""
)
_AT = re.compile(r"\(at line (\d+), column (\d+)\)$")


def read(text: str) -> Scheme:
    """Return the scheme that a TOML text describes. A leading byte order mark is ignored.

    :raises BadScheme: with every problem, each at its line and column. A text that is not
        TOML at all has one problem, since nothing behind it can be trusted.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if _is_too_deep(text):
        raise BadScheme([Problem(1, 1, "数字过长或层次过深，无法读取")])
    try:
        values = tomllib.loads(text, parse_float=_decimal)
    except tomllib.TOMLDecodeError as error:
        raise BadScheme([_syntax_problem(text, str(error))]) from None
    except (ValueError, RecursionError):
        raise BadScheme([Problem(1, 1, "数字过长或层次过深，无法读取")]) from None
    notes = Notes(positions.locate(text))
    found = _scheme(Table(values, (), notes))
    if notes.problems:
        raise BadScheme(notes.problems)
    return found


def _is_too_deep(text: str) -> bool:
    """Return whether keys or brackets nest deeper than any scheme; following them costs squares.

    Brackets inside texts count as well: nobody opens a score of them without closing any.
    """
    if _LONG_KEY.search(text):
        return True
    depth = 0
    for bracket in _BRACKETS.findall(text):
        depth = max(0, depth + (1 if bracket in "[{" else -1))
        if depth > _MOST_DEPTH:
            return True
    return False


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except decimal.InvalidOperation:  # an exponent beyond all reason
        return Decimal("NaN")


def _syntax_problem(text: str, message: str) -> Problem:
    words = next((words for start, words in _SYNTAX if message.startswith(start)), "")
    words = f"不是合格的 TOML：{words or '此处无法识别'}"
    at = _AT.search(message)
    if at:
        return Problem(int(at[1]), int(at[2]), words)
    lines = text.split("\n")
    return Problem(len(lines), len(lines[-1]) + 1, words)


@dataclass(slots=True)
class _Codes:
    """Codes already used, so that the second use is the one that is blamed."""

    kind: str
    used: set[str] = field(default_factory=set)

    def take(self, code: str, table: Table) -> None:
        if code == scheme.EXEMPT:
            table.blame("code", f"“{code}”是保留代码（用于免评），请改用其他代码")
        elif code in self.used:
            table.blame("code", f"{self.kind}代码“{code}”重复，每个代码只能用一次")
        elif code:
            self.used.add(code)


@dataclass(frozen=True, slots=True)
class _Context:
    """What the whole scheme says that decides what an item may say; empty where it is wrong."""

    code: str
    target: str
    groups: str


def _scheme(table: Table) -> Scheme:
    table.accept(
        "code", "title", "source", "target", "period", "groups",
        "part", "outcome", "veto", "consequence", "rollup", "procedure", "pay",
    )  # fmt: skip
    code = table.code("code")
    title = table.text("title")
    target = table.choice("target", scheme.TARGETS)
    period = table.choice("period", scheme.PERIODS)
    groups = table.choice("groups", scheme.GROUPS)
    context = _Context(code, target, groups)
    items = _Codes("项目")
    part_codes = _Codes("部分")
    if table.require("part", "至少一个部分（写作 [[part]]）") and table.values["part"] == []:
        table.blame("part", "“part”应至少有一个部分（写作 [[part]]）")
    part_tables = table.tables("part", header="[[part]]")
    parts = tuple(_part(part, context, part_codes, items) for part in part_tables)
    if parts and not any(part.weight for part in parts):
        part_tables[0].blame(
            "weight", "各部分的“weight”都为 0，总分无从计算；至少应有一个部分的“weight”大于 0"
        )
    outcome = outcome_reading.outcome(table.table("outcome"))
    vetoes = outcome_reading.vetoes(
        table.tables("veto", header="[[veto]]"), item_codes=frozenset(items.used)
    )
    consequence_tables = table.tables("consequence", header="[[consequence]]")
    consequences = outcome_reading.consequences(
        consequence_tables,
        part_codes=frozenset(part_codes.used),
        outcome=outcome,
    )
    longer = rollups.read(table.one_or_more("rollup"), period=period)
    rated = (period, *(rollup.to for rollup in longer))
    for one, consequence in zip(consequence_tables, consequences, strict=True):
        if consequence.period and period and consequence.period not in rated:
            one.blame(
                "period",
                f"本方案不评“{consequence.period}”；可用的：{'、'.join(filter(None, rated))}",
            )
    procedure = outcome_reading.procedure(table.table("procedure"))
    return Scheme(
        code=code,
        title=title,
        source=table.optional_text("source"),
        target=target,
        period=period,
        groups=groups,
        parts=parts,
        outcome=outcome,
        vetoes=vetoes,
        consequences=consequences,
        rollups=longer,
        procedure=procedure,
        pay_weight=outcome_reading.pay_weight(table.table("pay")),
    )


def _part(table: Table, context: _Context, codes: _Codes, items: _Codes) -> Part:
    table.accept("code", "title", "full", "weight", "bonus", "item")
    code = table.code("code")
    codes.take(code, table)
    title = table.text("title")
    full = table.number("full", above=0, at_most=MOST_POINTS)
    weight = table.optional_number("weight", at_least=0, at_most=MOST_WHOLE)
    bonus = table.flag("bonus")
    if table.require("item", "至少一个项目（写作 [[part.item]]）") and table.values["item"] == []:
        table.blame("item", "“item”应至少有一个项目（写作 [[part.item]]）")
    found = tuple(
        _item(item, context, items) for item in table.tables("item", header="[[part.item]]")
    )
    return Part(
        code=code,
        title=title,
        full=full or scheme.ONE,
        weight=scheme.ONE if weight is None else weight,
        bonus=bonus,
        items=found,
    )


def _item(table: Table, context: _Context, codes: _Codes) -> Item:
    table.accept(*_ITEM_WORDS, *_RULE_KEYS)
    code = table.code("code")
    codes.take(code, table)
    title = table.text("title")
    rule = table.choice("rule", scheme.RULES)
    if rule:
        _check_parameters(table, rule)
    points = table.optional_number("points", above=0 if rule == "deduct" else None)
    if points == 0:
        table.blame("points", "“points”不能为 0，否则此项不起作用")
    return Item(
        code=code,
        title=title,
        rule=rule or "mark",
        points=points,
        cap=table.optional_number("cap", above=0, at_most=MOST_POINTS),
        full=table.optional_number("full", above=0, at_most=MOST_POINTS),
        empty=table.choice("empty", scheme.EMPTY, default="full"),
        bands=_point_bands(table),
        of=table.choice("of", scheme.BAND_VALUES, default="quantity"),
        standard=table.optional_text("standard"),
        owner=table.optional_text("owner"),
        note=table.optional_text("note"),
        fact=_feed(table, context),
        types=_types(table, context.groups),
    )


def _check_parameters(table: Table, rule: str) -> None:
    parameters = _RULES[rule]
    for key in parameters.needed:
        if key not in table:
            table.blame_table(f"缺少键“{key}”，规则“{rule}”需要它")
    allowed = (*parameters.needed, *parameters.optional)
    for key in _RULE_KEYS:
        if key in table and key not in allowed:
            table.blame_key(
                key, f"“{key}”不适用于规则“{rule}”；此规则可用的参数：{'、'.join(allowed)}"
            )


def _point_bands(table: Table) -> tuple[PointBand, ...]:
    found: list[PointBand] = []
    if table.values.get("bands") == []:
        table.blame("bands", "“bands”应至少有一档（写作 {min = …, points = …}）")
    for band in table.tables("bands", header="{min = …, points = …}"):
        band.accept("min", "points")
        least = band.number("min")
        points = band.number("points")
        if least is None or points is None:
            continue
        if any(least == other.min for other in found):
            band.blame("min", f"两档的下限相同（{least}），每档的下限应不同")
        found.append(PointBand(least, points))
    return tuple(found)


def _types(table: Table, groups: str) -> tuple[str, ...]:
    if "types" in table and groups not in ("", "type"):
        table.blame_key(
            "types", f'“types”只能用于按类型比较的方案（groups = "type"），本方案为“{groups}”'
        )
    return table.choices("types", _TYPES)


def _feed(table: Table, context: _Context) -> str | None:
    name = table.optional_text("fact")
    if not name:
        return None
    if context.code and feeds.scheme_code(name) == context.code:
        table.blame("fact", f"“{name}”是本方案自己的得分，不能引用；应为其他方案的代码")
    elif context.target and feeds.find(context.target, name) is None:
        names = [feed.name for feed in feeds.FEEDS[context.target]]
        near = nearest(name, names)
        hint = f"是否为“{near}”？" if near else ""
        table.blame("fact", f"不认识的数据来源“{name}”；{hint}可用的：{'、'.join(names)}")
    return name
