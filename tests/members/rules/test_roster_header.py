"""The header of a roster is found under its titles, and its faults are named."""

import pytest

from members.rules.roster_header import RosterField, RowProblem, column_letter, find_header


def test_the_header_is_found_under_merged_title_rows() -> None:
    header = find_header(
        [
            ["党员花名册", None, None],
            ["填报单位：综采一队党支部", None, "2026年10月"],
            [],
            ["序号", "姓 名", "公民身份\n号码*", "所在党支部", "入党时间（年月）", "备注"],
            [1, "张三", "110101199003074258", "综采一队党支部", "1998.07", ""],
        ]
    )
    assert header.row == 4
    assert header.columns == {
        RosterField.NAME: 1,
        RosterField.ID_NUMBER: 2,
        RosterField.BRANCH: 3,
        RosterField.JOINED_DATE: 4,
    }
    assert (header.unknown_titles, header.problems) == (("备注",), ())
    assert header.problem(7, RosterField.JOINED_DATE, "x", "不是日期") == RowProblem(
        7, "入党时间（年月）", "E", "x", "不是日期"
    )
    assert header.problem(7, RosterField.PHONE, None, "缺") == RowProblem(
        7, "手机号码", "", "", "缺"
    )


def test_missing_and_doubled_columns_are_problems() -> None:
    header = find_header([["姓名", "手机", "联系电话", "党支部"]])
    assert header.columns == {
        RosterField.NAME: 0,
        RosterField.PHONE: 1,
        RosterField.BRANCH: 3,
    }
    assert [problem.message for problem in header.problems] == [
        "第 B 列“手机”与第 C 列“联系电话”重复，请只保留一列",
        "缺少“公民身份号码”这一列",
    ]


@pytest.mark.parametrize(
    "rows",
    [[], [[]], [["张三", "男"]], [["姓名"]], [[None]] * 15 + [["姓名", "公民身份号码", "党支部"]]],
)
def test_no_header_is_one_problem(rows: list[list[object]]) -> None:
    problems = find_header(rows).problems
    assert [problem.message for problem in problems] == [
        "前 15 行里没有找到表头：表头至少应有“姓名”、“公民身份号码”、“所在党支部”"
    ]


def test_a_header_in_the_fifteenth_row_is_found() -> None:
    rows: list[list[object]] = [[None]] * 14 + [["姓名", "公民身份号码", "党支部"]]
    assert find_header(rows).row == 15


@pytest.mark.parametrize(
    ("column", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (16383, "XFD")]
)
def test_column_letters(column: int, letter: str) -> None:
    assert column_letter(column) == letter
