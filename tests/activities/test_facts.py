"""What is counted for schemes, against records made by hand, and the records behind it."""

from __future__ import annotations

import datetime as dt

import pytest

from activities.operations import activities as operations
from activities.queries import facts, meeting_facts
from activities.queries.activities import evidence, organization_evidence
from activities.rules.kinds import ActivityKind
from branches.models import Regulation
from branches.rules.periods import Period, PeriodKind
from branches.rules.tree import OrganizationKind
from tests.activities.conftest import moment
from tests.conftest import set_up

D = dt.date
K = ActivityKind
OCTOBER = Period.parse("2026-10")
MEMBER_FEEDS = frozenset(
    {"attendance", "absent_without_cause", "lectures_given", "attended.theme_day",
     "attended.study"}
)  # fmt: skip


def of_members(within, period, feeds=MEMBER_FEEDS):
    """{name: {feed: (quantity, base)}} as a scheme would read it."""
    [source] = facts.member_facts(period, feeds, within)
    return {
        row["member__name"]: {
            feed: (row[quantity], row[base] if base else None)
            for feed, (quantity, base) in source.feeds.items()
        }
        for row in source.rows.values("member__name", *_columns(source))
    }


def of_branches(period, feeds, within):
    found: dict[int, dict[str, tuple[int, int | None]]] = {}
    for source in facts.organization_facts(period, frozenset(feeds), within):
        for row in source.rows:
            found.setdefault(row[source.subject], {}).update(
                {
                    feed: (row[quantity], row[base] if base else None)
                    for feed, (quantity, base) in source.feeds.items()
                }
            )
    return found


def _columns(source):
    return {name for pair in source.feeds.values() for name in pair if name}


@pytest.fixture
def october(hold, branch_a, three, secretary):
    """陈卓, 李敏, 王强 in two 主题党日 and a study; the rest must not count."""
    hold(branch_a, K.THEME_DAY, D(2026, 10, 1), "PTL", lecturer=three[0].pk)
    hold(branch_a, K.THEME_DAY, D(2026, 10, 31), "OAA")
    hold(branch_a, K.STUDY, D(2026, 10, 20), "PPL")
    hold(branch_a, K.THEME_DAY, D(2026, 9, 30), "AAA")
    hold(branch_a, K.THEME_DAY, D(2026, 11, 1), "AAA")
    hold(branch_a, K.THEME_DAY, D(2026, 10, 15), "AAA", close=False)
    cancelled = hold(branch_a, K.THEME_DAY, D(2026, 10, 16), "AAA", close=False)
    operations.cancel(activity=cancelled, reason="改期", by=secretary, at=moment(D(2026, 10, 16)))


def test_facts_of_members(october, committee):
    assert of_members(committee, OCTOBER) == {
        "陈卓": {
            "attendance": (3, 3), "absent_without_cause": (0, None), "lectures_given": (1, None),
            "attended.theme_day": (2, None), "attended.study": (1, None),
        },
        "李敏": {
            "attendance": (2, 3), "absent_without_cause": (1, None), "lectures_given": (0, None),
            "attended.theme_day": (1, None), "attended.study": (1, None),
        },
        "王强": {
            "attendance": (0, 1), "absent_without_cause": (1, None), "lectures_given": (0, None),
            "attended.theme_day": (0, None), "attended.study": (0, None),
        },
    }  # fmt: skip


def test_only_what_is_asked_for_is_counted(october, committee):
    assert of_members(committee, OCTOBER, frozenset({"attended.study", "evaluation"}))["陈卓"] == {
        "attended.study": (1, None)
    }


@pytest.mark.parametrize("feed", sorted(MEMBER_FEEDS))
@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_records_behind_a_member_are_those_counted(october, committee, three, feed, place):
    quantity, base = of_members(committee, OCTOBER)[three[place].name][feed]

    records = evidence(member=three[place], feed=feed, period=OCTOBER)

    assert sum(record.counts for record in records) == quantity
    assert len(records) == (quantity if base is None else base)


def test_a_record_says_what_it_was_and_leads_to_it(october, three):
    [record] = evidence(member=three[0], feed="lectures_given", period=OCTOBER)

    assert (record.when, record.title, record.note) == (
        "10月1日", "主题党日", "到 · 主讲 · 采煤党支部",
    )  # fmt: skip
    assert record.url == f"/my/activities/{record.attendance_id}/"


def test_an_unknown_feed_has_no_records(october, three, branch_a):
    assert evidence(member=three[0], feed="evaluation", period=OCTOBER) == []
    assert organization_evidence(branch_a, "evaluation", OCTOBER) == []


@pytest.mark.parametrize(
    ("period", "every", "expected"),
    [
        ("2026-03", "month", ["2026-03"]),
        ("2026-02", "quarter", []),
        ("2026-03", "quarter", ["2026Q1"]),
        ("2026Q1", "month", ["2026-01", "2026-02", "2026-03"]),
        ("2026H1", "quarter", ["2026Q1", "2026Q2"]),
        ("2026-11", "year", []),
        ("2026-12", "year", ["2026"]),
        ("2026-06", "half-year", ["2026H1"]),
        ("2026", "quarter", ["2026Q1", "2026Q2", "2026Q3", "2026Q4"]),
    ],
)
def test_windows_that_end_in_a_period(period, every, expected):
    found = meeting_facts.windows_ending_in(Period.parse(period), PeriodKind(every))

    assert [str(window) for window in found] == expected


def test_meetings_held_and_due_of_branches(hold, branch_a, branch_b, committee, join):
    for n in range(7):
        join(branch_a, f"党员{n}")
    join(branch_b, "吴外")
    hold(branch_a, K.THEME_DAY, D(2026, 12, 5))
    hold(branch_a, K.THEME_DAY, D(2026, 12, 25))  # a second in the month adds nothing
    hold(branch_a, K.ASSEMBLY, D(2026, 10, 8))  # in the quarter that ends in December
    hold(branch_a, K.LECTURE, D(2026, 9, 30))  # in the quarter before
    hold(branch_b, K.THEME_DAY, D(2026, 11, 30))
    hold(branch_b, K.ASSEMBLY, D(2026, 12, 31), "P", close=False)
    feeds = {"theme_day_held", "assembly_held", "lecture_held", "committee_held"}

    assert of_branches(Period.parse("2026-12"), feeds, committee) == {
        branch_a.pk: {
            "theme_day_held": (1, 1), "assembly_held": (1, 1), "lecture_held": (0, 1),
            "committee_held": (0, 1),
        },
        branch_b.pk: {
            "theme_day_held": (0, 1), "assembly_held": (0, 1), "lecture_held": (0, 1),
            "committee_held": (0, 0),  # fewer than seven full members
        },
    }  # fmt: skip
    assert of_branches(Period.parse("2026-11"), feeds, branch_b)[branch_b.pk] == {
        "theme_day_held": (1, 1), "assembly_held": (0, 0), "lecture_held": (0, 0),
        "committee_held": (0, 0),
    }  # fmt: skip


def test_group_meetings_are_counted_group_by_group(hold, branch_a, group_a, committee, join, at):
    second = set_up("QF0102", "采煤二组", OrganizationKind.GROUP, branch_a, at)
    join(branch_a, "陈组员", group=group_a)
    join(branch_a, "李组员", group=second)
    hold(group_a, K.GROUP_MEETING, D(2026, 10, 8))
    hold(group_a, K.GROUP_MEETING, D(2026, 11, 30))
    hold(second, K.GROUP_MEETING, D(2026, 12, 1))
    feeds = {"group_meeting_held"}

    def held(period):
        return of_branches(Period.parse(period), feeds, committee)[branch_a.pk][
            "group_meeting_held"
        ]

    assert [held(period) for period in ("2026-10", "2026-12", "2026Q4")] == [
        (1, 2), (1, 2), (3, 6),
    ]  # fmt: skip
    records = organization_evidence(branch_a, "group_meeting_held", Period.parse("2026Q4"))
    assert [record.note for record in records] == [
        "党小组会 · 采煤一组", "党小组会 · 采煤一组", "党小组会 · 采煤二组",
    ]  # fmt: skip


def test_a_rhythm_of_half_years(hold, branch_a, three, committee):
    rule = Regulation.objects.get(code="M6")
    Regulation.objects.filter(pk=rule.pk).update(
        parameters=rule.parameters | {"every": "half-year"}
    )
    for month in (5, 6):
        hold(branch_a, K.THEME_DAY, D(2026, month, 20))

    def held(period):
        feed = "theme_day_held"
        return of_branches(Period.parse(period), {feed}, committee)[branch_a.pk][feed]

    assert [held("2026-06"), held("2026H2"), held("2026")] == [(1, 1), (0, 1), (1, 2)]
    hold(branch_a, K.THEME_DAY, D(2026, 7, 1))
    assert [held("2026-06"), held("2026H2"), held("2026")] == [(1, 1), (1, 1), (2, 2)]


def test_no_regulation_no_meetings_due(hold, branch_a, three, committee):
    hold(branch_a, K.THEME_DAY, D(2026, 10, 20))
    Regulation.objects.filter(code="M6").delete()

    found = of_branches(OCTOBER, {"theme_day_held"}, committee)

    assert found[branch_a.pk]["theme_day_held"] == (0, 0)


def test_attendance_of_a_branch_in_person_times(october, branch_a, committee):
    assert of_branches(OCTOBER, {"attendance"}, committee) == {branch_a.pk: {"attendance": (5, 7)}}
    records = organization_evidence(branch_a, "attendance", OCTOBER)
    assert [(record.when, record.note) for record in records] == [
        ("10月1日", "应到 2 人（请假除外） · 实到 2 人"),
        ("10月20日", "应到 2 人（请假除外） · 实到 2 人"),
        ("10月31日", "应到 3 人（请假除外） · 实到 1 人"),
    ]


def test_records_on_time(hold, branch_a, group_a, committee, three, join):
    join(branch_a, "陈组员", group=group_a)
    hold(branch_a, K.THEME_DAY, D(2026, 10, 20), closed_on=D(2026, 10, 23))  # the last day
    hold(branch_a, K.STUDY, D(2026, 10, 20), closed_on=D(2026, 10, 24))
    hold(branch_a, K.LECTURE, D(2026, 10, 20), close=False)
    hold(group_a, K.GROUP_MEETING, D(2026, 10, 21))

    found = of_branches(OCTOBER, {"records_on_time"}, committee)
    records = organization_evidence(branch_a, "records_on_time", OCTOBER)

    assert found[branch_a.pk]["records_on_time"] == (2, 4)
    assert [(record.note, record.counts) for record in records] == [
        ("按时办结 10月23日 · 期限 10月23日", True),
        ("逾期办结 10月24日 · 期限 10月23日", False),
        ("未办结 · 期限 10月23日", False),
        ("按时办结 10月21日 · 期限 10月26日 · 采煤一组", True),
    ]


@pytest.mark.parametrize("feed", ["theme_day_held", "assembly_held", "attendance"])
def test_the_records_behind_a_branch_cover_what_was_counted(october, branch_a, committee, feed):
    quantity, _ = of_branches(OCTOBER, {feed}, committee)[branch_a.pk][feed]

    records = organization_evidence(branch_a, feed, OCTOBER)

    assert bool(records) == bool(quantity)
    assert all(record.url == f"/activities/{record.activity_id}/" for record in records)
