"""Households read from a text, a line each."""

from __future__ import annotations

import pytest

from people.rules.households import MOST_LINES, BadLine, Household, read_households


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("老王面馆", [Household("老王面馆")]),
        ("老王面馆、东街 3 号", [Household("老王面馆", "东街 3 号")]),
        ("老王面馆，东街3号、二楼", [Household("老王面馆", "东街3号、二楼")]),
        ("甲,一\n\n 乙\t二 \n丙", [Household("甲", "一"), Household("乙", "二"), Household("丙")]),
    ],
)
def test_households_are_read_a_line_each(text, expected):
    assert read_households(text, name_limit=40, address_limit=80) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("甲\n、东街", "第 2 行没有名称"),
        ("甲\n乙\n甲、东街", "第 3 行和第 1 行都是“甲”"),
        ("甲" * 5, "第 1 行的名称最多 4 个字"),
        ("甲、" + "乙" * 7, "第 1 行的地址最多 6 个字"),
        ("\n".join(str(n) for n in range(MOST_LINES + 1)), "一次最多登记 200 户"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(text, said):
    with pytest.raises(BadLine, match=said):
        read_households(text, name_limit=4, address_limit=6)
