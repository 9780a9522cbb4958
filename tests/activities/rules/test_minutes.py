"""Kept minutes: checksum, lines, difference."""

from __future__ import annotations

import pytest

from activities.rules.minutes import Change, Line, checksum, difference, lines


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
