import dataclasses
from decimal import Decimal as D

import pytest

from scoring.rules import rating, reading, sheets, trial_files
from scoring.rules.consequences import Standing
from scoring.rules.points import Fact
from scoring.rules.problems import BadFile
from scoring.rules.rating import PastResult, SubjectFacts
from scoring.rules.scheme import Item

SCHEME = reading.read("""\
code = "s"
title = "试"
target = "organization"
period = "month"
groups = "type"
[[part]]
code = "key"
title = "重点"
full = 60
  [[part.item]]
  code = "k1"
  title = "甲"
  rule = "mark"
  full = 60
[[part]]
code = "more"
title = "其他"
full = 40
  [[part.item]]
  code = "m1"
  title = "乙"
  rule = "share"
  full = 40
  empty = "omit"
[outcome]
exempt = ["ill", "away"]
[[outcome.tier]]
label = "优"
share = 0.5
[[outcome.tier]]
label = "良"
[[outcome.band]]
label = "五星"
star = 5
min = 90
[[veto]]
code = "accident"
title = "安全事故"
label = "不予评星"
unless = "reported"
[[consequence]]
title = "通报"
any = [{ of = "total", below = 60 }]
[[consequence]]
title = "约谈"
any = [{ of = "total", below = 60 }]
periods = 2
""")
HEAD = "subject,group,item,quantity,base\n"
PREVIOUS_HEAD = "subject,period,total,tier,star,rank_from_bottom"


def problems(parse, text):
    with pytest.raises(BadFile) as caught:
        parse(text, SCHEME)
    return [(p.line, p.column, p.name, p.message) for p in caught.value.problems]


def test_facts_are_read_by_subject():
    text = HEAD + (
        "二支部,a,k1,50.5,\r\n"
        "一支部,b,accident,1,\n"
        "二支部,a,m1,3,4\n"
        "\n"
        '"三,支部",b,exempt,ill,\n'
        "一支部,b,reported,0,\n"
    )

    assert trial_files.parse_facts(text, SCHEME) == [
        SubjectFacts("二支部", "a", {"k1": Fact(D("50.5")), "m1": Fact(D(3), D(4))}),
        SubjectFacts("一支部", "b", flags=frozenset({"accident"})),
        SubjectFacts("三,支部", "b", exempt="ill"),
    ]


CODES = "k1、m1、accident、reported、exempt"


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("甲,a,k9,1,\n", (2, 3, "item", f"方案中没有项目“k9”；应为下列之一：{CODES}")),
        ("甲,a,k1,1,\n甲,a,k1,2,\n", (3, 3, "item", "“甲”的“k1”重复，每个项目只能有一行")),
        (
            "甲,a,exempt,ill,\n甲,a,exempt,away,\n",
            (3, 3, "item", "“甲”的“exempt”重复，每个项目只能有一行"),
        ),
        ("甲,a,k1,1,\n甲,b,m1,2,3\n", (3, 2, "group", "“甲”已属于“a”，不能又属于“b”")),
        ("甲,a,k1,abc,\n", (2, 4, "quantity", "应为数字（如 2 或 1.5），实为“abc”")),
        ("甲,a,k1,,\n", (2, 4, "quantity", "应为数字（如 2 或 1.5），实为“”")),
        ("甲,a,k1,NaN,\n", (2, 4, "quantity", "应为数字（如 2 或 1.5），实为“NaN”")),
        ("甲,a,k1,inf,\n", (2, 4, "quantity", "应为数字（如 2 或 1.5），实为“inf”")),
        ("甲,a,k1,1e3,\n", (2, 4, "quantity", "应为数字（如 2 或 1.5），实为“1e3”")),
        ("甲,a,k1,１２,\n", (2, 4, "quantity", "应为数字（如 2 或 1.5），实为“１２”")),
        ('甲,a,k1,"1,000",\n', (2, 4, "quantity", "应为数字（如 2 或 1.5），实为“1,000”")),
        ("甲,a,m1,3,x\n", (2, 5, "base", "应为数字（如 2 或 1.5），实为“x”")),
        ("甲,a,m1,3,-4\n", (2, 5, "base", "应不小于 0，实为“-4”")),
        (",a,k1,3,\n", (2, 1, "subject", "不能为空")),
        ("甲, ,k1,3,\n", (2, 2, "group", "不能为空")),
        ("甲,a,,3,\n", (2, 3, "item", "不能为空")),
        ('"甲\n乙",a,k1,3,\n', (2, 1, "subject", "不能含换行、制表符等控制字符")),
        ('"甲,a\n', (2, 1, "", "不是合格的 CSV：引号未结束")),
        ('"甲"x,a,k1,1,\n', (2, 1, "", "不是合格的 CSV：结束引号的后面应为逗号或换行")),
        (
            "甲,a,exempt,old,\n",
            (2, 4, "quantity", "免评理由不在方案之内，应为下列之一：ill、away；实为“old”"),
        ),
        ("甲,a,accident,2,\n", (2, 4, "quantity", "应为 1（成立）或 0（不成立），实为“2”")),
        ("甲,a,reported,yes,\n", (2, 4, "quantity", "应为数字（如 2 或 1.5），实为“yes”")),
        (
            "甲,a,k1,3\n",
            (2, 5, "base", "应有 5 个字段（subject,group,item,quantity,base），实有 4 个"),
        ),
        (
            "甲,a,k1,3,,\n",
            (2, 6, "", "应有 5 个字段（subject,group,item,quantity,base），实有 6 个"),
        ),
        ("", (1, 1, "subject", "没有一行数据，表头之后应至少有一行")),
        # a quoted line break earlier does not shift the line that is named
        ('"甲\n乙",a,k1,3,\n丙,a,k1,x,\n', None),
    ],
)
def test_a_bad_fact_is_refused_where_it_stands(rows, expected):
    found = problems(trial_files.parse_facts, HEAD + rows)

    if expected is None:
        assert [problem[:2] for problem in found] == [(2, 1), (4, 4)]
    else:
        assert found == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, 1, "", f"文件是空的，首行应为 {HEAD.strip()}")]),
        (
            "subject,group,item,amount,base\n甲,a,k1,x,\n",
            [(1, 4, "", "列名应为“quantity”，实为“amount”")],
        ),
        ("subject,group,item,quantity\n", [(1, 5, "", f"缺少列“base”，首行应为 {HEAD.strip()}")]),
        (HEAD.strip() + ",note\n", [(1, 6, "", f"多出一列“note”，首行应为 {HEAD.strip()}")]),
        (
            "group,subject,item,quantity,base\n",
            [
                (1, 1, "", "列名应为“subject”，实为“group”"),
                (1, 2, "", "列名应为“group”，实为“subject”"),
            ],
        ),
    ],
)
def test_a_bad_heading_is_refused(text, expected):
    assert problems(trial_files.parse_facts, text) == expected


def test_every_bad_row_is_reported():
    found = problems(trial_files.parse_facts, HEAD + "甲,a,k1,x,y\n乙,a,zz,1,\n,a,k1,1,\n")

    assert [problem[:3] for problem in found] == [
        (2, 4, "quantity"),
        (2, 5, "base"),
        (3, 3, "item"),
        (4, 1, "subject"),
    ]


def test_no_exemption_is_known_to_a_scheme_without_reasons():
    bare = reading.read(
        'code = "s"\ntitle = "试"\ntarget = "member"\nperiod = "month"\ngroups = "all"\n'
        '[[part]]\ncode = "p"\ntitle = "部"\nfull = 9\n'
        '[[part.item]]\ncode = "k"\ntitle = "项"\nrule = "mark"\nfull = 9\n'
    )

    with pytest.raises(BadFile) as caught:
        trial_files.parse_facts(HEAD + "甲,a,exempt,ill,\n", bare)

    assert caught.value.described("facts.csv") == [
        "facts.csv:2:4: 第 2 行第 4 列（quantity）："
        "免评理由不在方案之内，本方案没有规定免评情形；实为“ill”"
    ]


def test_earlier_results_are_read_with_parts_in_any_order():
    text = PREVIOUS_HEAD + ",part.more,part.key\n甲,2026-01,88.5,优,5,2,30,58.5\n乙,2026-01,,,,,,\n"

    assert trial_files.parse_previous(text, SCHEME) == [
        PastResult(
            "甲",
            "2026-01",
            Standing(D("88.5"), "优", 5, 2, {"more": D(30), "key": D("58.5")}),
        ),
        PastResult("乙", "2026-01", Standing(parts={"more": None, "key": None})),
    ]


def test_earlier_results_may_give_rank_and_band_anywhere_after_the_fixed_columns():
    text = PREVIOUS_HEAD + ",band,part.key,rank\n甲,2026-01,88.5,,,,五星,58.5,3\n乙,1,,,,,,,\n"

    assert trial_files.parse_previous(text, SCHEME) == [
        PastResult(
            "甲", "2026-01", Standing(D("88.5"), parts={"key": D("58.5")}, rank=3, band="五星")
        ),
        PastResult("乙", "1", Standing(parts={"key": None})),
    ]


TYPED = dataclasses.replace(
    SCHEME,
    parts=(
        dataclasses.replace(
            SCHEME.parts[0],
            items=(
                Item("k1", "甲", "mark", full=D(60)),
                Item("r1", "丙", "mark", full=D(9), types=("RURAL", "COMMUNITY")),
            ),
        ),
    ),
)


def test_a_fact_of_an_item_that_does_not_exist_for_the_group_is_refused():
    rows = "甲,RURAL,r1,3,\n乙,PRIVATE,k1,3,\n乙,PRIVATE,r1,3,\n"

    with pytest.raises(BadFile) as caught:
        trial_files.parse_facts(HEAD + rows, TYPED)

    assert caught.value.described("facts.csv") == [
        "facts.csv:4:3: 第 4 行第 3 列（item）：项目“r1”只用于 RURAL、COMMUNITY，"
        "不用于“PRIVATE”；“PRIVATE”的项目：k1"
    ]


def test_earlier_results_may_leave_parts_out_and_may_be_none():
    assert trial_files.parse_previous(PREVIOUS_HEAD + "\n", SCHEME) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", (1, 1, "", f"文件是空的，首行应为 {PREVIOUS_HEAD}")),
        (
            PREVIOUS_HEAD + ",part.x\n",
            (1, 7, "", "不认识的列“part.x”，此处应为下列之一：part.key、part.more、rank、band"),
        ),
        (PREVIOUS_HEAD + ",rank,rank\n", (1, 8, "", "列“rank”重复")),
        (
            PREVIOUS_HEAD + ",band,rank\n甲,1,,,,,五星,0\n",
            (2, 8, "rank", "应为不小于 1 的整数或空，实为“0”"),
        ),
        (PREVIOUS_HEAD + ",part.key,part.key\n", (1, 8, "", "列“part.key”重复")),
        (
            PREVIOUS_HEAD + "\n甲,1,,,,\n甲,2,,,,\n甲,1,,,,\n",
            (4, 2, "period", "“甲”的“1”重复，每个时期只能有一行"),
        ),
        (PREVIOUS_HEAD + "\n,1,,,,\n", (2, 1, "subject", "不能为空")),
        (PREVIOUS_HEAD + "\n甲,,,,,\n", (2, 2, "period", "不能为空")),
        (PREVIOUS_HEAD + "\n甲,1,x,,,\n", (2, 3, "total", "应为数字（如 2 或 1.5），实为“x”")),
        (PREVIOUS_HEAD + "\n甲,1,,,5.5,\n", (2, 5, "star", "应为不小于 0 的整数或空，实为“5.5”")),
        (
            PREVIOUS_HEAD + "\n甲,1,,,,0\n",
            (2, 6, "rank_from_bottom", "应为不小于 1 的整数或空，实为“0”"),
        ),
        (
            PREVIOUS_HEAD + ",part.key\n甲,1,,,,,-\n",
            (2, 7, "part.key", "应为数字（如 2 或 1.5），实为“-”"),
        ),
    ],
)
def test_a_bad_earlier_result_is_refused_where_it_stands(text, expected):
    assert problems(trial_files.parse_previous, text) == [expected]


def test_the_result_file_to_the_letter():
    facts = HEAD + (
        "甲,b,k1,58,\n甲,b,m1,1,1\n"
        "乙,b,k1,20,\n"
        "丙,b,k1,59.005,\n丙,b,m1,1,1\n丙,b,accident,1,\n"
        "丁,b,exempt,ill,\n丁,b,k1,50,\n"
        "戊,a,m1,2,3\n戊,a,accident,1,\n戊,a,reported,1,\n"
    )
    previous = PREVIOUS_HEAD + "\n乙,2026-01,59.99,,,\n戊,2026-01,60,,,\n"
    history = trial_files.parse_previous(previous, SCHEME)

    results = rating.rate(SCHEME, trial_files.parse_facts(facts, SCHEME), history)

    assert trial_files.result_text(SCHEME, results) == (
        "subject,group,rated,total,part.key,part.more,rank,tier,star,band,veto,consequences\n"
        "戊,a,yes,26.67,,26.67,1,良,,,,通报\n"
        "甲,b,yes,98.00,58.00,40.00,1,优,5,五星,,\n"
        "乙,b,yes,20.00,20.00,,2,良,,,,通报;约谈\n"
        "丁,b,no,,,,,,,,,\n"
        "丙,b,yes,99.01,59.01,40.00,,,,,不予评星,\n"
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_encodings_of_office_software_are_read(encoding):
    assert sheets.decoded("支部,䶮".encode(encoding)) == "支部,䶮"


def test_bytes_of_no_known_encoding_are_refused():
    with pytest.raises(BadFile) as caught:
        sheets.decoded(b"\xff\xfe\xff")

    assert caught.value.described("facts.csv") == [
        "facts.csv:1:1: 第 1 行第 1 列：文字编码无法识别，应为 UTF-8 或 GB 18030"
    ]
