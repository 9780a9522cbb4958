"""Cells as real rosters hold them, and what becomes of them."""

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.rules import id_numbers
from members.rules.roster_cells import (
    is_blank,
    parse_date,
    parse_education,
    parse_id_number,
    parse_name,
    parse_phone,
    parse_sex,
    parse_status,
    parse_text,
)
from members.rules.status import Education, MemberStatus, Sex

TODAY = dt.date(2026, 11, 21)
FIRST_OF_JULY = dt.date(1998, 7, 1)


def said(parse: object, *values: object, **named: object) -> str:
    with pytest.raises(ValueError) as refused:
        parse(*values, **named)  # type: ignore[operator]
    return str(refused.value)


@pytest.mark.parametrize(
    "cell",
    ["1998.7.1", "1998-07-01", "1998/7/1", "1998年7月1日", "1998年7月01日", "19980701",
     "1998.07", "1998.7", "1998年7月", "199807", "1998-7", " 1998 年 7 月 1 日 ",
     "１９９８．７．１", "1998-07-01 00:00:00", "1998-07-01T08:30", "1998.7.1.", "'1998-07-01",
     "1998、7、1", 1998.07, 1998.7, 199807, 19980701, 19980701.0, 35977, 35977.0, 35977.4,
     "35977", dt.date(1998, 7, 1), dt.datetime(1998, 7, 1, 12, 30)],
)  # fmt: skip
def test_a_date_is_read_however_it_was_typed(cell: object) -> None:
    assert parse_date(cell, today=TODAY) == FIRST_OF_JULY


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("1998.1", dt.date(1998, 1, 1)),
        ("1998.10", dt.date(1998, 10, 1)),
        (1998.01, dt.date(1998, 1, 1)),
        (1998.11, dt.date(1998, 11, 1)),
        (1998.12, dt.date(1998, 12, 1)),
        (1998.2, dt.date(1998, 2, 1)),
        (1998.9, dt.date(1998, 9, 1)),
        ("2000-02-29", dt.date(2000, 2, 29)),
        ("1900-01-01", dt.date(1900, 1, 1)),
        (2101, dt.date(1905, 10, 1)),
        (TODAY, TODAY),
    ],
)
def test_a_date_at_its_boundary(cell: object, date: dt.date) -> None:
    assert parse_date(cell, today=TODAY) == date


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (1998.1, "无法分辨 1998 年 1 月还是 10 月"),
        (1998.13, "没有 1998 年 13 月 1 日这一天"),
        (1998.005, "只有年份 1998"),
        (1998, "只有年份 1998"),
        ("1998", "“1998”不是日期"),
        ("1999-02-29", "没有 1999 年 2 月 29 日这一天"),
        ("1998.13", "没有 1998 年 13 月 1 日这一天"),
        ("19981301", "没有 1998 年 13 月 1 日这一天"),
        ("1899-12-31", "日期 1899-12-31 早于 1900 年"),
        ("2026-11-22", "日期 2026-11-22 晚于今天"),
        ("98.7.1", "“98.7.1”不是日期"),
        ("去年", "“去年”不是日期"),
        (True, "不是日期"),
        (-3, "“-3”不是日期"),
        (float("nan"), "不是日期"),
        (float("inf"), "不是日期"),
        (12, "“12”不是日期"),
        ("", "不能为空"),
        (None, "不能为空"),
        ("1" * 100_000, "不是日期"),
    ],
)
def test_what_is_no_date_is_refused_with_a_reason(cell: object, message: str) -> None:
    assert said(parse_date, cell, today=TODAY).startswith(message)


ID = "110101199003074258"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (ID, ID),
        (f" {ID[:6]} {ID[6:14]} {ID[14:]}\n", ID),
        ("１１０１０１１９９００３０７４２５８", ID),
        ("'" + ID, ID),
        ("11010119900307109x", "11010119900307109X"),
        ("11010119900307109ｘ", "11010119900307109X"),
    ],
)
def test_an_id_number_is_read_however_it_was_typed(cell: object, number: str) -> None:
    assert parse_id_number(cell, today=TODAY) == number


LOST = "身份证号以数字格式保存"


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (1.10101199003074e17, LOST),
        (110101199003074258, LOST),
        ("1.10101E+17", LOST),
        ("1.10101199003074e+17", LOST),
        (110101900307425, "这是 15 位旧身份证号"),
        ("110101900307425", "这是 15 位旧身份证号"),
        ("11010119900307425", "公民身份号码应为 18 位，现为 17 位"),
        ("11010119900307425A", "公民身份号码前 17 位应为数字"),
        ("110101199003074257", "公民身份号码末位校验不符"),
        ("990101199003074258", "公民身份号码前 2 位"),
        ("110101199013074258", "公民身份号码第 7 至 14 位不是有效日期"),
        ("110101202703074258", "公民身份号码中的出生日期 2027-03-07 超出合理范围"),
        ("110101189903074258", "公民身份号码中的出生日期 1899-03-07 超出合理范围"),
        (None, "不能为空"),
        (float("nan"), "公民身份号码应为 18 位"),
    ],
)
def test_a_wrong_id_number_is_refused_with_a_reason(cell: object, message: str) -> None:
    assert said(parse_id_number, cell, today=TODAY).startswith(message)


@given(st.integers(0, 16), st.integers(0, 9))
def test_one_wrong_digit_is_always_caught(place: int, digit: int) -> None:
    wrong = ID[:place] + str(digit) + ID[place + 1 :]
    if wrong == ID:
        assert parse_id_number(wrong, today=TODAY) == ID
    else:
        assert said(parse_id_number, wrong, today=TODAY).startswith("公民身份号码")


def test_an_id_number_tells_birth_and_sex() -> None:
    assert (id_numbers.birth_date(ID), id_numbers.sex(ID)) == (dt.date(1990, 3, 7), Sex.MALE)


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("张三", "张三"),
        ("张 三", "张三"),
        ("张　三", "张三"),
        (" 欧 阳 建 国\n", "欧阳建国"),
        ("张\u200b三\ufeff", "张三"),
        ("买买提·艾力", "买买提·艾力"),
        ("买买提•艾力", "买买提·艾力"),
        ("买买提‧艾力", "买买提·艾力"),
        ("买买提・艾力", "买买提·艾力"),
        ("买买提．艾力", "买买提·艾力"),
        ("买买提.艾力", "买买提·艾力"),
        ("买买提 · 艾力", "买买提·艾力"),
        ("ＡＢ王", "AB王"),
        ("John  Smith", "John Smith"),
        ("㛃䶮𬱖𠅤𬭎㑇𫍯堃喆玥昇", "㛃䶮𬱖𠅤𬭎㑇𫍯堃喆玥昇"),
        ("王\ue81e", "王\u9fb4"),
        ("⽅⽴", "方立"),
    ],
)
def test_a_name_takes_its_standard_form(cell: str, name: str) -> None:
    assert parse_name(cell) == name
    assert parse_name(name) == name


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("王\ue123", "姓名中有自造字（U+E123）"),
        ("张三（女）", "姓名中有括号"),
        ("张三1", "姓名中有不应出现的字符“1”"),
        ("张三，李四", "姓名中有不应出现的字符“,”"),
        ("张", "姓名只有一个字"),
        ("张" * 51, "姓名不能超过 50 个字"),
        ("·张三", "姓名不能以间隔号"),
        (12, "姓名应为文字，现为数字"),
        (dt.date(2026, 1, 1), "姓名应为文字，现为日期"),
        ("\u200b ", "不能为空"),
        (None, "不能为空"),
    ],
)
def test_what_is_no_name_is_refused_with_a_reason(cell: object, message: str) -> None:
    assert said(parse_name, cell).startswith(message)


@pytest.mark.parametrize(
    ("parse", "cell", "result"),
    [
        (parse_sex, "男", Sex.MALE),
        (parse_sex, " 女性", Sex.FEMALE),
        (parse_status, "正式党员", MemberStatus.FULL),
        (parse_status, "正式", MemberStatus.FULL),
        (parse_status, "中共党员", MemberStatus.FULL),
        (parse_status, "预 备 党员", MemberStatus.PROBATIONARY),
        (parse_status, "预备", MemberStatus.PROBATIONARY),
        (parse_education, "研究生（博士）", Education.DOCTOR),
        (parse_education, "大学本科", Education.BACHELOR),
        (parse_education, "大学", Education.BACHELOR),
        (parse_education, "大学专科", Education.COLLEGE),
        (parse_education, "大专", Education.COLLEGE),
        (parse_education, "中专", Education.SENIOR),
        (parse_education, "职业高中", Education.SENIOR),
        (parse_education, "高中", Education.SENIOR),
        (parse_education, "初中", Education.JUNIOR),
        (parse_phone, "138 1234 5678", "13812345678"),
        (parse_phone, 13812345678.0, "13812345678"),
        (parse_phone, "+86-138-1234-5678", "13812345678"),
        (parse_phone, "8613812345678", "13812345678"),
        (parse_phone, "１３８１２３４５６７８", "13812345678"),
        (parse_phone, "(010)8888 6666", "010-88886666"),
        (parse_phone, "0471-4567890", "0471-4567890"),
        (parse_text, 20150012.0, "20150012"),
        (parse_text, " 综采一队\n党支部 ", "综采一队 党支部"),
    ],
)
def test_the_other_cells(parse: object, cell: object, result: str) -> None:
    assert parse(cell) == result  # type: ignore[operator]


@pytest.mark.parametrize(
    ("parse", "cell", "message"),
    [
        (parse_sex, "M", "性别只能填“男”或“女”，现为“M”"),
        (parse_status, "入党积极分子", "“入党积极分子”不是党员，不列入党员花名册"),
        (parse_status, "其他", "党员类别只能填“正式党员”或“预备党员”，现为“其他”"),
        (parse_education, "学霸", "不认识的学历“学霸”"),
        (parse_phone, "12345", "联系电话应为 11 位手机号码"),
        (parse_phone, "1381234567", "联系电话应为 11 位手机号码"),
        (parse_text, True, "应为文字，现为逻辑值"),
        (parse_text, "长" * 201, "不能超过 200 个字，现为 201 个字"),
        (parse_sex, None, "不能为空"),
    ],
)
def test_the_other_cells_refuse_with_a_reason(parse: object, cell: object, message: str) -> None:
    assert said(parse, cell).startswith(message)


@pytest.mark.parametrize("cell", [None, "", " \u3000", "-", "——", "/", "无"])
def test_blank_cells(cell: object) -> None:
    assert is_blank(cell)


@pytest.mark.parametrize("cell", [0, False, "0", "张三"])
def test_cells_that_hold_something(cell: object) -> None:
    assert not is_blank(cell)


ANY_CELL = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.datetimes()
)


@given(ANY_CELL)
def test_no_cell_breaks_a_parser(cell: object) -> None:
    for parse in (parse_name, parse_text, parse_sex, parse_status, parse_education, parse_phone):
        with suppress(ValueError):
            parse(cell)
    for dated in (parse_date, parse_id_number):
        with suppress(ValueError):
            dated(cell, today=TODAY)
