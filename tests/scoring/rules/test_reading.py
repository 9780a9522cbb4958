"""Good schemes are read whole; bad ones are refused with every mistake where it stands."""

import dataclasses
from decimal import Decimal as D

import pytest

from branches.rules.tree import OrganizationType
from scoring.rules import reading
from scoring.rules.scheme import (
    Band,
    Condition,
    Consequence,
    Floor,
    Item,
    Outcome,
    Part,
    PointBand,
    Procedure,
    Rollup,
    Scheme,
    Tier,
    Veto,
)

FULL = """\
code = "step-list"
title = "清单管理、台阶考核"
source = "practices.md C19"
target = "organization"
period = "quarter"
groups = "type"

[[part]]
code = "key"
title = "重点项"
full = 45
weight = 1
  [[part.item]]
  code = "k01"
  title = "按期换届"
  rule = "mark"
  full = 4.5
  standard = "任期届满前完成"
  owner = "党群工作部"
  note = "查会议记录"
  [[part.item]]
  code = "k02"
  title = "参加率"
  rule = "share"
  full = 10
  empty = "omit"
  fact = "attendance"
  types = ["RURAL", "COMMUNITY"]
  [[part.item]]
  code = "k03"
  title = "测评"
  rule = "band"
  of = "ratio"
  bands = [{ min = 0.6, points = 5 }, { min = 0.9, points = 8 }]
[[part]]
code = "more"
title = "加减分"
full = 10
weight = 0.5
bonus = true
  [[part.item]]
  code = "m01"
  title = "获奖"
  rule = "each"
  points = 2
  cap = 6
  [[part.item]]
  code = "m02"
  title = "违纪"
  rule = "deduct"
  full = 4
  points = 1

[outcome]
exempt = ["ill", "away"]
floor = { below = 60, label = "不合格党员" }

[[outcome.tier]]
label = "优秀党员"
share = 0.10
[[outcome.tier]]
label = "合格党员"
[[outcome.tier]]
label = "需提高党员"
share = 0.10
from = "bottom"

[[outcome.band]]
label = "五星"
star = 5
min = 90
coefficient = 1.0
[[outcome.band]]
label = "不定星"
min = 0

[[veto]]
code = "accident"
title = "安全事故"
label = "不予评星"
unless = "self_reported"

[[consequence]]
title = "诫勉谈话"
any = [{ of = "total", below = 60 }, { of = "part.key", below = 35 }]
kind = "admonish"
days = 30
[[consequence]]
title = "扣减绩效"
any = [{ of = "band", is = "不定星" }, { of = "rank", at_least = 20 }]
periods = 3
within = 6
period = "quarter"
kind = "withhold"
coefficient = 0.7
withhold = 0.5
[[consequence]]
title = "免职建议"
all = [
  { of = "tier", is = "不合格党员" },
  { of = "star", is = 5 },
  { of = "rank_from_bottom", at_most = 2 },
]
periods = 2

[[rollup]]
of = "quarter"
to = "half-year"
[[rollup]]
of = "half-year"
weights = [0.4, 0.6]

[procedure]
publicity = 7
"""


def test_a_scheme_is_read_whole():
    assert reading.read(FULL) == Scheme(
        code="step-list",
        title="清单管理、台阶考核",
        source="practices.md C19",
        target="organization",
        period="quarter",
        groups="type",
        parts=(
            Part(
                "key",
                "重点项",
                D(45),
                (
                    Item(
                        "k01",
                        "按期换届",
                        "mark",
                        full=D("4.5"),
                        standard="任期届满前完成",
                        owner="党群工作部",
                        note="查会议记录",
                    ),
                    Item(
                        "k02",
                        "参加率",
                        "share",
                        full=D(10),
                        empty="omit",
                        fact="attendance",
                        types=("RURAL", "COMMUNITY"),
                    ),
                    Item(
                        "k03",
                        "测评",
                        "band",
                        of="ratio",
                        bands=(PointBand(D("0.6"), D(5)), PointBand(D("0.9"), D(8))),
                    ),
                ),
            ),
            Part(
                "more",
                "加减分",
                D(10),
                (
                    Item("m01", "获奖", "each", points=D(2), cap=D(6)),
                    Item("m02", "违纪", "deduct", points=D(1), full=D(4)),
                ),
                weight=D("0.5"),
                bonus=True,
            ),
        ),
        outcome=Outcome(
            exempt=("ill", "away"),
            floor=Floor(D(60), "不合格党员"),
            tiers=(
                Tier("优秀党员", D("0.10")),
                Tier("合格党员"),
                Tier("需提高党员", D("0.10"), from_bottom=True),
            ),
            bands=(Band("五星", D(90), 5, D("1.0")), Band("不定星", D(0))),
        ),
        vetoes=(Veto("accident", "安全事故", "不予评星", "self_reported"),),
        consequences=(
            Consequence(
                "诫勉谈话",
                any=(Condition("total", below=D(60)), Condition("part.key", below=D(35))),
                kind="admonish",
                days=30,
            ),
            Consequence(
                "扣减绩效",
                any=(Condition("band", is_="不定星"), Condition("rank", at_least=D(20))),
                periods=3,
                within=6,
                period="quarter",
                kind="withhold",
                coefficient=D("0.7"),
                withhold=D("0.5"),
            ),
            Consequence(
                "免职建议",
                all=(
                    Condition("tier", is_="不合格党员"),
                    Condition("star", is_=D(5)),
                    Condition("rank_from_bottom", at_most=D(2)),
                ),
                periods=2,
            ),
        ),
        rollups=(
            Rollup("quarter", "half-year"),
            Rollup("half-year", "year", (D("0.4"), D("0.6"))),
        ),
        procedure=Procedure(comments=3, publicity=7, answers=5),
    )


def test_windows_line_ends_and_a_byte_order_mark_change_nothing():
    assert reading.read("\ufeff" + FULL.replace("\n", "\r\n")) == reading.read(FULL)


def test_a_scheme_needs_no_outcome():
    text = FULL[: FULL.index("[outcome]")]

    assert reading.read(text) == dataclasses.replace(
        reading.read(FULL),
        outcome=Outcome(),
        vetoes=(),
        consequences=(),
        rollups=(),
        procedure=Procedure(),
    )


@pytest.mark.parametrize(
    ("written", "rollups"),
    [
        ('[rollup]\nof = "quarter"\nto = "year"\n', [("quarter", "year", 0)]),
        ('[rollup]\nof = "quarter"\nweights = [0.5, 0.5]\n', [("quarter", "half-year", 2)]),
        (
            '[rollup]\nof = "quarter"\nweights = [0.1, 0.2, 0.3, 0.4]\n',
            [("quarter", "year", 4)],
        ),
        (
            '[[rollup]]\nof = "half-year"\nto = "year"\n[[rollup]]\nof = "quarter"\n'
            'to = "half-year"\n',
            [("half-year", "year", 0), ("quarter", "half-year", 0)],
        ),
        ("", []),
    ],
)
def test_rollups_in_one_table_or_several(written, rollups):
    found = reading.read(FULL[: FULL.index("[[rollup]]")] + written)

    assert [(one.of, one.to, len(one.weights)) for one in found.rollups] == rollups


def test_a_part_that_is_not_counted_is_kept():
    found = reading.read(FULL.replace("weight = 0.5", "weight = 0"))

    assert [part.weight for part in found.parts] == [1, 0]


def refused(text):
    with pytest.raises(reading.BadScheme) as caught:
        reading.read(text)
    return [(p.line, p.column, p.message) for p in caught.value.problems]


def changed(*changes):
    """Return FULL with each first ``old`` made ``new``; ▶ marks where the mistake stands."""
    text = FULL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


NOT_TOML = [
    ('code = "a"▶; title = "b"\n', "一行只能写一个键，此处应换行"),
    (
        'code = "a"\ntitle =▶\n',
        "此处应为值：文字（写在引号内）、数字、true、false、数组或行内表",
    ),
    ('code = "a▶\n', "文字中有不允许的字符（单引号或双引号内的文字不能换行）"),
    ('code = "a"\ncode = "b"▶\n', "同一个键写了两次"),
    ("[part▶\n", "表的标题应以“]”结束"),
    ("[[part]]\n[part▶]\n", "同一个表声明了两次；重复的表应写作 [[…]]"),
    ("a = [1, 2\n▶", "数组未结束，应有逗号或“]”"),
    ("a = {b = 1▶\n", "行内表未结束，应有逗号或“}”（行内表不能换行）"),
    ("a = 1\nb▶\n", "键的后面应为等号“=”"),
]

TYPES = [
    (changed(('title = "重点项"', "title = ▶7")), "“title”应为文字（写在引号内），实为7"),
    (changed(("full = 4.5", 'full = ▶"4.5"')), "“full”应为数字（如 2 或 1.5），实为“4.5”"),
    (changed(("full = 4.5", "full = ▶true")), "“full”应为数字（如 2 或 1.5），实为true"),
    (changed(("full = 4.5", "full = ▶inf")), "“full”应为数字（如 2 或 1.5），实为Infinity"),
    (changed(("full = 4.5", "full = ▶1e400")), "“full”应为数字（如 2 或 1.5），实为1e+400"),
    (
        changed(("full = 4.5", "full = ▶2026-01-01")),
        "“full”应为数字（如 2 或 1.5），实为日期或时间",
    ),
    (changed(("bonus = true", "bonus = ▶1")), "“bonus”应为 true 或 false，实为1"),
    (
        changed(("star = 5", "star = ▶5.5"), ('of = "star"', 'of = "total"')),
        "“star”应为不小于 0 的整数，实为5.5",
    ),
    (
        changed(('["ill", "away"]', '["ill", ▶3]')),
        "“exempt”的第 2 项应为不空的文字，实为3",
    ),
    (changed(('["ill", "away"]', '["ill", ▶"ill"]')), "“exempt”的第 2 项“ill”重复"),
    (
        changed(('{ below = 60, label = "不合格党员" }', "▶60"), ('is = "不合格', 'is = "合格')),
        "“floor”应为一个表，实为60",
    ),
    (
        changed(("[{ min = 0.6, points = 5 }, { min = 0.9, points = 8 }]", "[▶6]")),
        "“bands”的第 1 项应为一个表（写作 {min = …, points = …}），实为6",
    ),
]

KEYS = [
    (changed(("[[part]]", "▶[[part]]"), ("full = 45\n", "")), "缺少键“full”，应为数字"),
    (changed(('code = "step-list"', "▶"), ("▶\n", "▶")), "缺少键“code”，应为文字"),
    (changed(("weight = 1\n", "▶wieght = 1\n")), "不认识的键“wieght”；是否为“weight”？"
     "可用的键：code、title、full、weight、bonus、item"),
    (changed(('title = "重点项"', 'title = ▶" "')), "“title”不能为空"),
]  # fmt: skip

TYPE_CODES = "、".join(OrganizationType)

CHOICES = [
    (
        changed(('rule = "mark"', 'rule = ▶"marks"')),
        "“rule”应为下列之一：each、share、mark、deduct、band，实为“marks”（是否为“mark”？）",
    ),
    (
        changed(('"organization"', '▶"branch"')),
        "“target”应为下列之一：organization、member，实为“branch”",
    ),
    (
        changed(('"quarter"', '▶"week"')),
        "“period”应为下列之一：month、quarter、half-year、year，实为“week”",
    ),
    (
        changed(('groups = "type"', 'groups = ▶"x"')),
        "“groups”应为下列之一：type、parent、all，实为“x”",
    ),
    (changed(('"omit"', '▶"skip"')), "“empty”应为下列之一：full、zero、omit，实为“skip”"),
    (changed(('of = "ratio"', 'of = ▶"mean"')), "“of”应为下列之一：quantity、ratio，实为“mean”"),
    (changed(('from = "bottom"', 'from = ▶"end"')), "“from”应为下列之一：bottom，实为“end”"),
    (
        changed(('of = "half-year"', 'of = ▶"half"')),
        "“of”应为下列之一：month、quarter、half-year、year，实为“half”（是否为“half-year”？）",
    ),
    (
        changed(('"attendance"', '▶"attendence"')),
        "不认识的数据来源“attendence”；是否为“attendance”？可用的：assembly_held、"
        "committee_held、group_meeting_held、lecture_held、theme_day_held、attendance、"
        "records_on_time、hours_met、pledges_kept、problems_closed、pairs_in_touch、"
        "dues_on_time、satisfaction、secretary_terms、secretary_age、score.<scheme-code>",
    ),
    (
        changed(('"attendance"', '▶"score.step-list"')),
        "“score.step-list”是本方案自己的得分，不能引用；应为其他方案的代码",
    ),
    (
        changed(('"RURAL", "COMMUNITY"', '"RURAL", ▶"COMUNITY"')),
        f"“types”的第 2 项应为下列之一：{TYPE_CODES}，实为“COMUNITY”（是否为“COMMUNITY”？）",
    ),
    (changed(('"RURAL", "COMMUNITY"', '"RURAL", ▶"RURAL"')), "“types”的第 2 项“RURAL”重复"),
    (
        changed(('["RURAL", "COMMUNITY"]', "▶[]")),
        f"“types”应至少有一项；可用的：{TYPE_CODES}",
    ),
    (changed(('["RURAL", "COMMUNITY"]', '▶"RURAL"')), "“types”应为文字数组，实为“RURAL”"),
    (
        changed(('groups = "type"', 'groups = "all"'), ("types =", "▶types =")),
        '“types”只能用于按类型比较的方案（groups = "type"），本方案为“all”',
    ),
    (
        changed(('"admonish"', '▶"admonnish"')),
        "“kind”应为下列之一：notice、rectify、talk、admonish、bar、coefficient、withhold、flag、"
        "honour、weak-list、unqualified、warn、dismiss、resign、other，实为“admonnish”"
        "（是否为“admonish”？）",
    ),
]

CODES = [
    (
        changed(('"k01"', '▶"K 01"')),
        "“code”应由小写字母、数字和连字符或下划线组成（如 key-item、k01），实为“K 01”",
    ),
    (changed(('"m01"', '▶"k01"')), "项目代码“k01”重复，每个代码只能用一次"),
    (changed(('"more"', '▶"key"')), "部分代码“key”重复，每个代码只能用一次"),
    (changed(('"k01"', '▶"exempt"')), "“exempt”是保留代码（用于免评），请改用其他代码"),
    (changed(('"accident"', '▶"exempt"')), "“exempt”是保留代码（用于免评），请改用其他代码"),
    (changed(('"accident"', '▶"k02"')), "否决代码“k02”与项目代码相同，请改用其他代码"),
    (changed(('"self_reported"', '▶"exempt"')), "“exempt”是保留代码（用于免评），请改用其他代码"),
    (
        changed(('"self_reported"', '▶"accident"')),
        "解除代码“accident”与否决代码相同，请改用其他代码",
    ),
    (changed(('"self_reported"', '▶"m02"')), "解除代码“m02”与项目代码相同，请改用其他代码"),
    (
        FULL + '[[veto]]\ncode = ▶"accident"\ntitle = "事故"\nlabel = "否"\n',
        "否决代码“accident”重复，每个代码只能用一次",
    ),
]

FIGURES = [
    (changed(("full = 45", "full = ▶0")), "“full”应大于 0，实为 0"),
    (changed(("full = 4.5", "full = ▶-4.5")), "“full”应大于 0，实为 -4.5"),
    (changed(("weight = 0.5", "weight = ▶-0.5")), "“weight”应不小于 0，实为 -0.5"),
    (changed(("weight = 0.5", "weight = ▶1001")), "“weight”应不大于 1000，实为 1001"),
    (
        changed(("weight = 1\n", "weight = ▶0\n"), ("weight = 0.5", "weight = 0.0")),
        "各部分的“weight”都为 0，总分无从计算；至少应有一个部分的“weight”大于 0",
    ),
    (changed(("cap = 6", "cap = ▶0")), "“cap”应大于 0，实为 0"),
    (changed(("points = 2\n", "points = ▶0\n")), "“points”不能为 0，否则此项不起作用"),
    (changed(("points = 1\n", "points = ▶-1\n")), "“points”应大于 0，实为 -1"),
    (changed(("coefficient = 1.0", "coefficient = ▶-1")), "“coefficient”应不小于 0，实为 -1"),
]

PARAMETERS = [
    (
        changed(('empty = "omit"', "▶cap = 3")),
        "“cap”不适用于规则“share”；此规则可用的参数：full、empty",
    ),
    (
        changed(('[[part.item]]\n  code = "m01"', '▶[[part.item]]\n  code = "m01"'),
                ("  points = 2\n", "")),
        "缺少键“points”，规则“each”需要它",
    ),
    (changed(("min = 0.9,", "min = ▶0.60,")), "两档的下限相同（0.60），每档的下限应不同"),
    (
        changed(("[{ min = 0.6, points = 5 }, { min = 0.9, points = 8 }]", "▶[]")),
        "“bands”应至少有一档（写作 {min = …, points = …}）",
    ),
    (changed(("{ min = 0.6, points = 5 }", "▶{ min = 0.6 }")), "缺少键“points”，应为数字"),
]  # fmt: skip

OUTCOMES = [
    (changed(("share = 0.10", "share = ▶1.5")), "“share”应不大于 1，实为 1.5"),
    (changed(("share = 0.10", "share = ▶0")), "“share”应大于 0，实为 0"),
    (
        changed(("share = 0.10", "share = 0.95"), ("share = 0.10", "share = ▶0.10")),
        "各档比例之和应不超过 1，到此已为 1.05",
    ),
    (
        changed(("[[outcome.tier]]", "▶[[outcome.tier]]"),
                ('label = "合格党员"\n', 'label = "合格党员"\nshare = 0.2\n')),
        "应有一档不写“share”，由其余的人归入",
    ),
    (
        changed(('label = "合格党员"\n', 'label = "合格党员"\n▶[[outcome.tier]]\nlabel = "中"\n')),
        "缺少键“share”：只能有一档不写比例（由其余的人归入）",
    ),
    (
        changed(
            ('from = "bottom"',
             'from = "bottom"\n[[outcome.tier]]\nlabel = "差"\nshare = 0.1\nfrom = ▶"bottom"')
        ),
        '只能有一个末档（from = "bottom"）',
    ),
    (
        changed(('label = "需提高党员"\nshare = 0.10', 'label = "需提高党员"'),
                ('[[outcome.tier]]\nlabel = "需提', '▶[[outcome.tier]]\nlabel = "需提')),
        "缺少键“share”，应为末档的比例（大于 0、不大于 1）",
    ),
    (changed(('"需提高党员"', '▶"合格党员"')), "档次“合格党员”重复，每档的名称应不同"),
    (changed(("min = 0\n", "min = ▶90.0\n")), "两档的下限相同（90.0），每档的下限应不同"),
]  # fmt: skip

COMPARISONS = "一个条件应恰有一个比较：below、at_least、at_most、is；实有："
CONSEQUENCES = [
    (changed(('{ of = "total", below = 60 }', '▶{ of = "total" }')), COMPARISONS + "没有"),
    (
        changed(('{ of = "total", below = 60 }', '▶{ of = "total", below = 60, at_most = 3 }')),
        COMPARISONS + "below、at_most",
    ),
    (
        changed(('"part.key", below', '▶"part.kye", below')),
        "不认识的比较对象“part.kye”；是否为“part.key”？"
        "可用的：total、tier、band、star、rank、rank_from_bottom、part.key、part.more",
    ),
    (changed(("below = 35", 'below = ▶"35"')), "“below”应为数字（如 2 或 1.5），实为“35”"),
    (
        changed(('is = "不合格党员"', 'is = ▶"不及格"')),
        "“is”应为本方案的档次之一：优秀党员、合格党员、需提高党员、不合格党员；实为“不及格”",
    ),
    (changed(('is = "不合格党员"', "▶below = 3")), "档次没有大小，“tier”只能用“is”比较"),
    (
        changed(('of = "band", is = "不定星"', 'of = "band", is = ▶"四星"')),
        "“is”应为本方案的等次之一：五星、不定星；实为“四星”",
    ),
    (
        changed(('of = "band", is = "不定星"', 'of = "band", ▶at_least = 3')),
        "等次没有大小，“band”只能用“is”比较",
    ),
    (changed(("at_least = 20", 'at_least = ▶"末"')), "“at_least”应为数字（如 2 或 1.5），实为“末”"),
    (changed(("is = 5", "is = ▶4")), "本方案没有 4 星；可用的：5"),
    (changed(("is = 5", 'is = ▶"五星"')), "“is”应为数字，实为“五星”"),
    (
        changed(("star = 5\n", ""), ('of = "star"', 'of = ▶"star"')),
        "本方案没有星级（[[outcome.band]] 中的 star），不能比较“star”",
    ),
    (changed(("periods = 2", "periods = ▶0")), "“periods”应为不小于 1 的整数，实为0"),
    (
        changed(("periods = 2", 'any = [{ of = "total", below = 60 }]'), ("all = [", "▶all = [")),
        "“any”与“all”只能写其中之一",
    ),
    (FULL + '▶[[consequence]]\ntitle = "通报"\n', "缺少键“any”或“all”，应写其中之一"),
    (
        changed(('[{ of = "total", below = 60 }, { of = "part.key", below = 35 }]', "▶[]")),
        '“any”应至少有一个条件（写作 {of = "total", below = 60}）',
    ),
    (changed(('"诫勉谈话"', '▶"诫勉;谈话"')), "“title”不能含英文分号“;”，它用于分隔多项结果运用"),
    (changed(("days = 30", "days = ▶0")), "“days”应为不小于 1 的整数，实为0"),
    (changed(("days = 30", "days = ▶401")), "“days”应为不大于 400 的整数，实为401"),
    (changed(("days = 30", "days = ▶1.5")), "“days”应为不小于 1 的整数，实为1.5"),
    (changed(("coefficient = 0.7", "coefficient = ▶-0.1")), "“coefficient”应不小于 0，实为 -0.1"),
    (changed(("withhold = 0.5", "withhold = ▶0")), "“withhold”应大于 0，实为 0"),
    (changed(("withhold = 0.5", "withhold = ▶1.01")), "“withhold”应不大于 1，实为 1.01"),
    (
        changed(('period = "quarter"\nkind', 'period = ▶"month"\nkind')),
        "本方案不评“month”；可用的：quarter、half-year、year",
    ),
    (FULL + "[pay]\nweight = ▶1.2\n", "“weight”应不大于 1，实为 1.2"),
    (FULL + "▶[pay]\n", "缺少键“weight”，应为数字"),
    (changed(("within = 6", "within = ▶2")), "“within”应不小于“periods”（3），实为2"),
    (changed(("within = 6", 'within = ▶"六"')), "“within”应为不小于 1 的整数，实为“六”"),
    (
        changed(("periods = 3\nwithin", "▶within")),
        "“within”要与不小于 2 的“periods”同用（within 期中至少 periods 期）",
    ),
    (changed(("periods = 3", "periods = ▶true")), "“periods”应为不小于 1 的整数，实为true"),
]


def with_rollups(*tables):
    """Return a quarterly scheme with these roll-ups."""
    return FULL[: FULL.index("[[rollup]]")] + "".join(f"▷[[rollup]]\n{t}\n" for t in tables)


OWN, LONGER = 'of = "quarter"\nto = "half-year"', 'of = "half-year"\nto = "year"'
UNFOUNDED = "“{}”既不是本方案的时期（quarter），也不是其他汇总的结果，无从汇总"
LOOP = "各项汇总互相依赖，形成循环：“{0}”最终又由“{0}”汇总而来"
ROLLUPS = [
    (changed(("[0.4, 0.6]", "▶[0.4, 0.5]")), [(0, "各期权重之和应为 1，实为 0.9")]),
    (
        changed(("[0.4, 0.6]", "[1.4, ▶-0.4]")),
        [(0, "“weights”的第 2 项应为大于 0 的数字，实为-0.4")],
    ),
    (
        changed(("[0.4, 0.6]", "▶[0.2, 0.2, 0.6]")),
        [(0, "没有恰好含 3 个“half-year”的时期，请核对权重的个数")],
    ),
    (
        changed(("[0.4, 0.6]", "▶[1.0]")),
        [(0, "没有恰好含 1 个“half-year”的时期，请核对权重的个数")],
    ),
    (
        changed(("[0.4, 0.6]", "▶[]")),
        [(0, "“weights”应至少有一个数字；各期相同时不写“weights”")],
    ),
    (
        with_rollups('of = "quarter"\nto = "year"\nweights = ▶[0.4, 0.6]'),
        [(0, "一个“year”含 4 个“quarter”，应有 4 个权重，实有 2 个")],
    ),
    (with_rollups('of = "quarter"').replace("▷", "▶"),
     [(0, "缺少键“to”或“weights”，应至少写其中之一")]),
    (
        with_rollups('of = "quarter"\nto = ▶"decade"'),
        [(0, "“to”应为下列之一：month、quarter、half-year、year，实为“decade”")],
    ),
    (
        with_rollups('of = "quarter"\nto = ▶"month"'),
        [(0, "“to”应比“of”长，实为从“quarter”汇总到“month”")],
    ),
    (
        with_rollups('of = "quarter"\nto = ▶"quarter"'),
        [(0, "“to”应比“of”长，实为从“quarter”汇总到“quarter”")],
    ),
    (
        with_rollups(OWN, 'of = "quarter"\nto = ▶"half-year"'),
        [(0, "汇总到“half-year”的写了两次，每种时期只能有一个汇总")],
    ),
    (
        with_rollups(OWN, 'of = "quarter"\nweights = ▶[0.4, 0.6]'),
        [(0, "汇总到“half-year”的写了两次，每种时期只能有一个汇总")],
    ),
    (with_rollups('of = ▶"half-year"\nto = "year"'), [(0, UNFOUNDED.format("half-year"))]),
    (with_rollups('of = ▶"month"\nto = "quarter"', OWN), [(0, UNFOUNDED.format("month"))]),
    # what only follows from a roll-up without ground is not blamed as well
    (with_rollups('of = ▶"month"\nto = "half-year"', LONGER), [(0, UNFOUNDED.format("month"))]),
    (
        with_rollups('of = ▶"half-year"\nto = "year"', 'of = ▶"year"\nto = ▶"half-year"'),
        [
            (0, LOOP.format("half-year")),
            (1, LOOP.format("year")),
            (2, "“to”应比“of”长，实为从“year”汇总到“half-year”"),
        ],
    ),
    (
        with_rollups('of = ▶"year"\nto = ▶"year"'),
        [(0, LOOP.format("year")), (1, "“to”应比“of”长，实为从“year”汇总到“year”")],
    ),
    (with_rollups(OWN + "\n▶from = 1"),
     [(0, "不认识的键“from”；可用的键：of、to、weights")]),
]  # fmt: skip

PROCEDURE = [
    (changed(("publicity = 7", "publicity = ▶0")), "“publicity”应为不小于 1 的整数，实为0"),
    (changed(("publicity = 7", "publicity = ▶31")), "“publicity”应为不大于 30 的整数，实为31"),
    (changed(("publicity = 7", "answers = ▶2.5")), "“answers”应为不小于 1 的整数，实为2.5"),
    (
        changed(("publicity = 7", "▶publisity = 7")),
        "不认识的键“publisity”；是否为“publicity”？可用的键：comments、publicity、answers",
    ),
]

MISTAKES = [
    *((text, f"不是合格的 TOML：{message}") for text, message in NOT_TOML),
    *TYPES, *KEYS, *CHOICES, *CODES, *FIGURES, *PARAMETERS, *OUTCOMES, *CONSEQUENCES,
    *PROCEDURE,
]  # fmt: skip


@pytest.mark.parametrize(("marked", "message"), MISTAKES)
def test_a_bad_scheme_is_refused_where_it_is_wrong(marked, message):
    before = marked[: marked.index("▶")]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")

    assert refused(marked.replace("▶", "")) == [(line, column, message)]


@pytest.mark.parametrize(("marked", "expected"), ROLLUPS)
def test_a_bad_rollup_is_refused_where_it_is_wrong(marked, expected):
    plain, *rest = marked.replace("▷", "").split("▶")
    places = []
    for piece in rest:
        places.append((plain.count("\n") + 1, len(plain) - plain.rfind("\n")))
        plain += piece

    assert refused(plain) == [(*places[place], message) for place, message in expected]


@pytest.mark.parametrize("text", ["a = " + "[" * 9999, "a = " + "9" * 9999])
def test_a_text_beyond_reason_is_refused(text):
    assert refused(text) == [(1, 1, "数字过长或层次过深，无法读取")]


def test_a_scheme_of_nothing_lacks_everything():
    assert [message.partition("，")[0] for *_, message in refused("")] == [
        f"缺少键“{key}”" for key in ("code", "groups", "part", "period", "target", "title")
    ]


def test_every_mistake_is_reported_in_order_of_position():
    text = FULL.replace("full = 45", "full = 0").replace('rule = "mark"', 'rule = "x"')
    text = text.replace("periods = 2", "periods = true").replace("weights", "weight")

    assert [(line, column) for line, column, _ in refused(text)] == [
        (11, 8),
        (16, 10),
        (104, 11),
        (109, 1),
        (111, 1),
    ]


def test_tiers_bands_and_stars_that_the_scheme_lacks_cannot_be_compared():
    text = FULL[: FULL.index("[outcome]")] + (
        '[[consequence]]\ntitle = "通报"\n'
        'any = [{ of = "tier", is = "差" }, { of = "star", is = 1 }, { of = "band", is = "差" }]\n'
    )

    assert refused(text) == [
        (56, 15, "本方案没有档次（[[outcome.tier]] 或 floor），不能比较“tier”"),
        (56, 42, "本方案没有星级（[[outcome.band]] 中的 star），不能比较“star”"),
        (56, 67, "本方案没有等次（[[outcome.band]]），不能比较“band”"),
    ]


def test_the_message_names_the_file_for_tools_and_for_people():
    with pytest.raises(reading.BadScheme) as caught:
        reading.read(FULL.replace("full = 45", "full = 0"))

    assert caught.value.described("a.toml") == [
        "a.toml:11:8: 第 11 行第 8 列：“full”应大于 0，实为 0"
    ]
