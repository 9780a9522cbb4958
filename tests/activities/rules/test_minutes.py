"""Kept minutes: checksum, lines, difference."""

from __future__ import annotations

import pytest

from activities.rules.minutes import MOST_LINES, Change, Line, checksum, difference, lines


def content(**changes):
    given = {
        "title": "党员大会记录",
        "organization": "采煤党支部",
        "facts": [["地　　点", "三楼"], ["主 持 人", "周岚"]],
        "parts": [["一、通报工作", ["甲", "乙"]]],
        "signature": ["采煤党支部", "2026年10月20日"],
    }
    return given | changes


def test_a_document_line_by_line():
    assert lines(content()) == [
        "党员大会记录", "地点：三楼", "主持人：周岚", "一、通报工作", "甲", "乙",
        "采煤党支部", "2026年10月20日",
    ]  # fmt: skip


def test_the_checksum_does_not_depend_on_the_order_of_keys():
    assert checksum(content()) == checksum(dict(reversed(content().items())))


def test_the_checksum_depends_on_every_word():
    assert checksum(content()) != checksum(content(title="支委会记录"))


SAME, ADDED, REMOVED = Change.SAME, Change.ADDED, Change.REMOVED


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (["甲", "乙"], ["甲", "乙"], []),
        (["甲", "乙"], ["甲", "丙"], [Line(REMOVED, "乙"), Line(ADDED, "丙")]),
        (["甲"], ["甲", "乙"], [Line(ADDED, "乙")]),
        (["甲", "乙"], ["乙"], [Line(REMOVED, "甲")]),
    ],
    ids=["nothing", "changed", "added", "removed"],
)
def test_what_changed_between_two_versions(before, after, expected):
    old = content(parts=[["一、通报工作", before]])
    new = content(parts=[["一、通报工作", after]])

    found = difference(old, new)

    assert [line for line in found if line.change is not SAME] == expected
    assert [line.text for line in found if line.change is not REMOVED] == lines(new)
    assert [line.text for line in found if line.change is not ADDED] == lines(old)


ALIKE = ["一"] * 10_000
HALF = [f"第 {number} 行" for number in range(MOST_LINES // 2)]


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        (ALIKE, ALIKE, []),
        (ALIKE, [*ALIKE, "一"], [Line(ADDED, "一")]),
        (["甲", *ALIKE], ["乙", *ALIKE], [Line(REMOVED, "甲"), Line(ADDED, "乙")]),
        (["甲", *ALIKE, "丙"], ["乙", *ALIKE, "丁"], None),
        (["甲", "一", "丙"] * 300, ["乙", "一", "丁"] * 300, None),
        (["甲"], [], [Line(REMOVED, "甲")]),
        ([], [*HALF, *HALF, "多"], [Line(ADDED, text) for text in [*HALF, *HALF, "多"]]),
        (HALF, [f"{text}改" for text in HALF],
         [Line(REMOVED, text) for text in HALF] + [Line(ADDED, f"{text}改") for text in HALF]),
        ([*HALF, "多"], [f"{text}改" for text in HALF], None),
    ],
    ids=["same", "one more", "first", "both ends", "every third", "gone", "only new", "most",
         "too many"],
)  # fmt: skip
def test_long_minutes_are_compared_or_said_to_be_too_different(before, after, changed):
    old = content(parts=[["一、通报工作", before]])
    new = content(parts=[["一、通报工作", after]])

    found = difference(old, new)

    assert (
        None if found is None else [line for line in found if line.change is not SAME]
    ) == changed
