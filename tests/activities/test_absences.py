"""Absences in a row, and those of secretaries, against a plain recount."""

from __future__ import annotations

import datetime as dt
import itertools
import random

import pytest

from activities.models import Activity, Attendance
from activities.queries import facts
from activities.queries.evidence import evidence
from activities.rules.kinds import ActivityKind
from branches.models import Post
from branches.rules.periods import Period
from branches.rules.roles import Role
from members.models import Exemption
from tests.activities.conftest import moment

D = dt.date
OCTOBER = Period.parse("2026-10")


@pytest.fixture
def mark(branch_a, secretary):
    """Return ``mark(member, day, "ABSENT")``: a counted activity with one member on its roll."""
    minutes = itertools.count()

    def make(member, day, status, *, starts_at=None, counted=True, branch=branch_a):
        n = next(minutes)
        activity = Activity.objects.create(
            organization=branch, kind=ActivityKind.STUDY, title="学习", held_on=day,
            starts_at=starts_at or dt.time(n // 60 % 24, n % 60), place="会议室",
            record_due_on=day, entered_by=secretary, entered_at=moment(day),
        )  # fmt: skip
        return Attendance.objects.create(
            activity=activity, member=member, branch=branch, kind=activity.kind,
            held_on=day, status=status, is_counted=counted,
        )  # fmt: skip

    return make


def counted(feed, period, within, members=None):
    """{member: quantity} of one feed; who has no row is left out."""
    [source] = facts.member_facts(period, frozenset({feed}), within)
    column, base = source.feeds[feed]
    assert (base, source.counts) == (None, True)
    rows = source.rows
    if members is not None:
        rows = rows.filter(**{f"{source.subject}__in": members})
    return {row[source.subject]: row[column] for row in rows}


LETTERS = {"P": "PRESENT", "T": "LATE", "O": "ONLINE", "L": "LEAVE", "A": "ABSENT"}


def day_of(n: int) -> dt.date:
    """The n-th activity: three in September, then on in October and November."""
    return D(2026, 9, 28) + dt.timedelta(days=n)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        # September | October
        ("AAA" "A", 4),  # reaches into October
        ("AAA" "AA", 5),
        ("AAA" "P", None),  # ended by coming in October: no absence in it
        ("AAA" "L", None),
        ("AAA" "LA", 4),  # leave neither breaks nor lengthens
        ("ALA" "PA", 1),
        ("AAP" "AA", 2),
        ("PPP" "AATAAAOA", 3),  # late and online are there
        ("PPP" "PPP", None),
        ("AAA" "PAPAA", 2),
    ],
)  # fmt: skip
def test_a_run_counts_in_the_month_it_reaches_into(mark, three, committee, marks, expected):
    for n, letter in enumerate(marks):
        mark(three[0], day_of(n), LETTERS[letter])

    found = counted("absent_running", OCTOBER, committee)

    assert found.get(three[0].pk) == expected
    shown = evidence(member=three[0], feed="absent_running", period=OCTOBER)
    assert len(shown) == (expected or 0)
    assert all(record.counts for record in shown)


def test_what_comes_after_the_month_is_not_in_its_run(mark, three, committee):
    for day in (D(2026, 10, 30), D(2026, 10, 31), D(2026, 11, 1), D(2026, 11, 2)):
        mark(three[0], day, "ABSENT")

    assert counted("absent_running", OCTOBER, committee) == {three[0].pk: 2}
    assert counted("absent_running", OCTOBER.next, committee) == {three[0].pk: 4}


def test_a_run_begins_at_most_a_year_before_the_period(mark, three, committee):
    for day in (D(2025, 9, 30), D(2025, 10, 1), D(2026, 10, 5)):
        mark(three[0], day, "ABSENT")

    assert counted("absent_running", OCTOBER, committee) == {three[0].pk: 2}
    notes = [r.note for r in evidence(member=three[0], feed="absent_running", period=OCTOBER)]
    assert notes == ["2025 年 · 缺席 · 采煤党支部", "缺席 · 采煤党支部"]


def test_an_absence_while_exempt_neither_breaks_nor_lengthens(mark, three, committee):
    Exemption.objects.create(
        member=three[0], reason="ill", started_on=D(2026, 10, 2), ended_on=D(2026, 10, 4)
    )
    for n, status in enumerate(["ABSENT"] * 4, start=1):  # 1 and 4 October count
        mark(three[0], D(2026, 10, n), status)
    mark(three[1], D(2026, 10, 2), "ABSENT")

    assert counted("absent_running", OCTOBER, committee) == {three[0].pk: 2, three[1].pk: 1}
    assert len(evidence(member=three[0], feed="absent_running", period=OCTOBER)) == 2


def test_coming_while_exempt_ends_the_run(mark, three, committee):
    Exemption.objects.create(member=three[0], reason="ill", started_on=D(2026, 10, 2))
    mark(three[0], D(2026, 10, 1), "ABSENT")
    mark(three[0], D(2026, 10, 2), "PRESENT")

    assert counted("absent_running", OCTOBER, committee) == {three[0].pk: 1}


def test_the_hour_decides_within_a_day(mark, three, committee):
    day = D(2026, 10, 8)
    for hour, status in ((15, "ABSENT"), (9, "ABSENT"), (12, "PRESENT")):
        mark(three[0], day, status, starts_at=dt.time(hour))

    assert counted("absent_running", OCTOBER, committee) == {three[0].pk: 1}


def test_records_that_do_not_count_make_no_run(mark, three, committee):
    mark(three[0], D(2026, 10, 1), "ABSENT")
    mark(three[0], D(2026, 10, 2), "PRESENT", counted=False)
    mark(three[0], D(2026, 10, 3), "ABSENT", counted=False)

    assert counted("absent_running", OCTOBER, committee) == {three[0].pk: 1}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("period", ["2026-10", "2026Q4", "2026"])
def test_runs_are_those_of_a_plain_recount(mark, branch_a, committee, join, seed, period):
    chance = random.Random(seed)
    members = [join(branch_a, f"党员{n}") for n in range(6)]
    kept = {member.pk: [] for member in members}
    for member in members:
        for _ in range(30):
            day = D(2025, 1, 1) + dt.timedelta(days=chance.randrange(720))
            status = chance.choice(["PRESENT", "LATE", "LEAVE", *["ABSENT"] * 3])
            row = mark(member, day, status)
            kept[member.pk].append((day, row.activity.starts_at, status))
        Exemption.objects.create(
            member=member, reason="away", started_on=D(2026, 10, 5), ended_on=D(2026, 12, 20)
        )
    asked = Period.parse(period)
    expected = {}
    for pk, rows in kept.items():
        runs, run = [], []
        for day, _, status in sorted(rows):
            if not D(asked.year - 1, asked.first_day.month, 1) <= day < asked.end:
                continue
            if status in ("PRESENT", "LATE"):
                runs.append(run)
                run = []
            elif status == "ABSENT" and not D(2026, 10, 5) <= day < D(2026, 12, 20):
                run = [*run, day]
        runs.append(run)
        lengths = [len(run) for run in runs if run and run[-1] >= asked.first_day]
        if lengths:
            expected[pk] = max(lengths)

    assert counted("absent_running", asked, committee) == expected
    some = members[0].pk
    assert counted("absent_running", asked, committee, [some]) == {
        pk: n for pk, n in expected.items() if pk == some
    }
    for member in members:
        shown = evidence(member=member, feed="absent_running", period=asked)
        assert len(shown) == expected.get(member.pk, 0)


def test_absences_of_a_secretary_count_while_the_post_is_held(
    mark, three, branch_a, branch_b, committee, person
):
    """陈卓 hands over to 李敏 in the middle of October; 王强 leads another branch."""
    for member, place, since, until in (
        (three[0], branch_a, D(2020, 1, 1), D(2026, 10, 15)),
        (three[1], branch_a, D(2026, 10, 15), None),
        (three[2], branch_b, D(2020, 1, 1), None),
    ):
        member.user = person().user
        member.save()
        Post.objects.create(
            user=member.user, organization=place, role=Role.SECRETARY, started_on=since,
            ended_on=until,
        )  # fmt: skip
        for day in (1, 14, 15, 31):
            mark(member, D(2026, 10, day), "ABSENT")
        mark(member, D(2026, 11, 1), "ABSENT")
        mark(member, D(2026, 10, 16), "LEAVE")
        mark(member, D(2026, 10, 13), "ABSENT", counted=False)

    found = counted("absent_as_secretary", OCTOBER, committee)

    assert found == {three[0].pk: 2, three[1].pk: 2}
    days = [
        [record.when for record in evidence(member=one, feed="absent_as_secretary", period=OCTOBER)]
        for one in three
    ]
    assert days == [["10月1日", "10月14日"], ["10月15日", "10月31日"], []]
    assert counted("absent_as_secretary", OCTOBER, committee, [three[1].pk]) == {three[1].pk: 2}


def test_a_deputy_is_no_secretary(mark, three, branch_a, committee, person):
    three[0].user = person(Role.DEPUTY_SECRETARY, branch_a).user
    three[0].save()
    mark(three[0], D(2026, 10, 1), "ABSENT")

    assert counted("absent_as_secretary", OCTOBER, committee) == {}
