"""Days on duty and problems settled, as schemes count them, with their records."""

from __future__ import annotations

import datetime as dt

import pytest

from activities.models import DutyShift, DutySwap, Problem, TakenOffDuty, VolunteerHours
from activities.operations import duty, problem_conferences, problem_handling, problems
from activities.operations.problem_conferences import Assignment
from activities.operations.problems import ProblemDetails
from activities.queries import changes, facts, work_evidence
from activities.queries.evidence import evidence, organization_evidence
from activities.rules.supervision import Severity
from branches.rules.periods import Period
from tests.activities.conftest import moment

D = dt.date
OCTOBER = Period.parse("2026-10")
END = D(2026, 10, 31)


@pytest.fixture
def on_duty(branch_a, secretary):
    """Return ``on_duty(member, day)``: a shift, planned in September."""

    def make(member, day, branch=branch_a, at=None, **values):
        return DutyShift.objects.create(
            organization=branch, on=day, member=member, entered_by=secretary,
            entered_at=at or moment(D(2026, 9, 20)), **values,
        )  # fmt: skip

    return make


@pytest.fixture
def problem(secretary):
    """Return ``problem(organization, due, closed)``."""

    def make(organization, due, closed=None, **values):
        return Problem.objects.create(
            organization=organization, whose="支部班子", text="台账不全", due_on=due,
            raised_on=D(2026, 9, 1), raised_by=secretary, closed_on=closed,
            outcome="已补齐" if closed else "", changed_at=moment(D(2026, 9, 1)), **values,
        )  # fmt: skip

    return make


def served(period, within, on=None):
    [source] = facts.member_facts(period, frozenset({"duties_served"}), within, on=on)
    return {row[source.subject]: row["n"] for row in source.rows}


def settled(period, within):
    [source] = facts.organization_facts(period, frozenset({"problems_closed"}), within)
    return {row[source.subject]: (row["in_time"], row["due"]) for row in source.rows}


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (None, [3, 1]), (END, [3, 1]), (D(2026, 11, 5), [3, 1]), (D(2026, 10, 30), [2, 1]),
        (D(2026, 10, 1), [1]), (D(2026, 9, 30), []),
    ],
)  # fmt: skip
def test_days_on_duty_count_once_they_have_come(
    on_duty, three, committee, branch_a, branch_b, on, expected
):
    for day in (D(2026, 9, 30), D(2026, 10, 1), D(2026, 10, 15), END, D(2026, 11, 1)):
        on_duty(three[0], day)
    on_duty(three[0], D(2026, 10, 15), branch_b)  # twice on a day is once
    on_duty(three[1], D(2026, 10, 15), stands_in_for=three[2])

    found = served(OCTOBER, committee, on)

    assert found == dict(zip([three[0].pk, three[1].pk], expected, strict=False))
    shown = work_evidence.shifts(three[1], OCTOBER, END, own=True)
    assert [(row.when, row.title, row.note) for row in shown] == [
        ("10月15日", "采煤党支部值班", "替王强值班")
    ]
    records = evidence(member=three[0], feed="duties_served", period=OCTOBER, on=on or END)
    assert len({row.when for row in records}) == (expected or [0])[0]


def test_problems_count_for_the_branch_that_handles_them(
    problem, branch_a, branch_b, group_a, committee
):
    problem(branch_a, D(2026, 10, 1), D(2026, 10, 1))
    problem(branch_a, END, D(2026, 11, 1))
    problem(group_a, D(2026, 10, 9), D(2026, 9, 9))
    problem(group_a, D(2026, 10, 9))
    problem(branch_a, D(2026, 9, 30), D(2026, 9, 2))
    problem(branch_a, D(2026, 11, 1), D(2026, 9, 2))
    problem(branch_a, None)
    problem(branch_b, D(2026, 10, 9))
    problem(committee, D(2026, 10, 9))

    assert settled(OCTOBER, committee) == {
        branch_a.pk: (2, 4), branch_b.pk: (0, 1), committee.pk: (0, 1),
    }  # fmt: skip
    assert settled(OCTOBER, branch_b) == {branch_b.pk: (0, 1)}
    records = organization_evidence(branch_a, "problems_closed", OCTOBER)
    assert [(row.when, row.note, row.counts) for row in records] == [
        ("按期办结", "整改期限 10月1日 · 10月1日办结", True),
        ("按期办结", "整改期限 10月9日 · 9月9日办结", True),
        ("未办结", "整改期限 10月9日", False),
        ("逾期办结", "整改期限 10月31日 · 11月1日办结", False),
    ]


def put_off(row, to, on, by):
    details = ProblemDetails(row.whose, row.text, due_on=to)
    problems.change(problem=row, details=details, by=by, at=moment(on))


DUE, LATE = D(2026, 10, 9), D(2026, 10, 10)


@pytest.mark.parametrize(
    ("step", "on", "october", "note"),
    [
        # Before it has passed a deadline may be set anew.
        ("later", DUE, {}, None),
        ("cleared", DUE, {}, None),
        ("graver", DUE, (1, 1), "整改期限 10月29日 · 10月15日办结"),
        # Afterwards the one that was missed stands.
        ("later", LATE, (0, 1), "整改期限 10月9日 · 到期没有办结，后来改期 · 10月15日办结"),
        ("cleared", LATE, (0, 1), "整改期限 10月9日 · 到期没有办结，后来改期 · 10月15日办结"),
        ("graver", LATE, (0, 1), "整改期限 10月9日 · 到期没有办结，后来改期 · 10月15日办结"),
        ("assigned", LATE, (0, 1), "整改期限 10月9日 · 到期没有办结，后来改期 · 10月15日办结"),
        ("twice", LATE, (0, 1), "整改期限 10月9日 · 到期没有办结，后来改期 · 10月15日办结"),
        ("reworded", LATE, (0, 1), "整改期限 10月9日 · 10月15日办结"),
        # Whoever gets it late is not late.
        ("passed on", LATE, {}, None),
    ],
)
def test_a_deadline_let_pass_is_not_put_off(
    problem, three, branch_a, secretary, step, on, october, note
):
    row = problem(branch_a, DUE)
    if step in ("later", "twice"):
        put_off(row, D(2026, 11, 20), on, secretary)
    if step == "twice":
        put_off(row, D(2026, 12, 20), D(2026, 11, 21), secretary)
    elif step == "cleared":
        put_off(row, None, on, secretary)
    elif step == "reworded":
        details = ProblemDetails(row.whose, "台账仍不全", due_on=DUE)
        problems.change(problem=row, details=details, by=secretary, at=moment(on))
    elif step == "graver":
        problem_handling.set_severity(
            problem=row, severity=Severity.MAJOR, reason="影响大", by=secretary, at=moment(on)
        )
    elif step == "assigned":
        given = Assignment(row, three[0], D(2026, 11, 20))
        problem_conferences.hold(
            organization=branch_a, held_on=on, present="三方", assignments=[given], by=secretary,
            at=moment(on),
        )  # fmt: skip
    elif step == "passed on":
        problem_handling.escalate(problem=row, reason="办不了", by=secretary, at=moment(on))
    problems.close(
        problem=row, closed_on=D(2026, 10, 15), outcome="已补齐", by=secretary,
        at=moment(D(2026, 12, 1)),
    )  # fmt: skip

    assert settled(OCTOBER, branch_a).get(branch_a.pk, {}) == october
    records = organization_evidence(branch_a, "problems_closed", OCTOBER)
    assert [(each.note, each.counts) for each in records] == (
        [(note, october == (1, 1))] if note else []
    )


def test_who_is_taken_off_a_day_that_has_come_is_written_down(three, branch_a, secretary):
    days = {D(2026, 10, 19): [three[0].pk], D(2026, 10, 21): [three[0].pk]}
    period = OCTOBER
    duty.write_month(
        branch=branch_a, period=period, chosen=days, by=secretary, at=moment(D(2026, 10, 1))
    )
    assert not TakenOffDuty.objects.exists()

    at = moment(D(2026, 10, 20))
    changed = {day: [three[1].pk] for day in days}
    duty.write_month(branch=branch_a, period=period, chosen=changed, by=secretary, at=at)

    [row] = TakenOffDuty.objects.all()
    assert (row.member, row.on, row.taken_off_at) == (three[0], D(2026, 10, 19), at)


@pytest.mark.parametrize(
    ("step", "who"),
    [
        ("nothing", []), ("planned since", [0]), ("its day came", [0]), ("still to come", []),
        ("swapped", [0, 1]), ("taken off", [2]), ("swap refused", []), ("another month", []),
    ],
)  # fmt: skip
def test_whose_days_on_duty_changed(on_duty, three, secretary, step, who):
    since, until = moment(D(2026, 10, 10)), moment(D(2026, 10, 20))
    later = moment(D(2026, 10, 12))
    if step == "planned since":
        on_duty(three[0], D(2026, 10, 3), at=later)
    elif step == "its day came":
        on_duty(three[0], D(2026, 10, 20))
        on_duty(three[1], D(2026, 10, 10))
    elif step == "still to come":
        on_duty(three[0], D(2026, 10, 21))
    elif step in ("swapped", "swap refused"):
        DutySwap.objects.create(
            shift=on_duty(three[1], D(2026, 10, 21)), asked_by=three[0], asked_of=three[1],
            reason="出差", asked_at=later, answered_at=later,
            state="AGREED" if step == "swapped" else "REFUSED",
        )  # fmt: skip
    elif step == "taken off":
        TakenOffDuty.objects.create(member=three[2], on=D(2026, 10, 5), taken_off_at=later)
    elif step == "another month":
        on_duty(three[0], D(2026, 11, 3), at=later)
        TakenOffDuty.objects.create(member=three[2], on=D(2026, 9, 5), taken_off_at=later)

    assert changes.on_duty(OCTOBER, since, until) == {three[n].pk for n in who}


@pytest.mark.parametrize("field", ["entered_at", "answered_at"])
def test_whose_own_hours_of_service_changed(three, branch_a, secretary, field):
    since = moment(D(2026, 10, 10))
    moments = {"entered_at": moment(D(2026, 10, 9)), "answered_at": moment(D(2026, 10, 9))}
    for n, day in enumerate((D(2026, 10, 5), D(2026, 10, 5), D(2026, 11, 5))):
        late = {field: moment(D(2026, 10, 11))} if n else {}
        VolunteerHours.objects.create(
            branch=branch_a, member=three[n], served_on=day, hours=2, what="社区巡逻",
            entered_by=secretary, answered_by=secretary, is_confirmed=True, **(moments | late),
        )  # fmt: skip

    assert changes.served(OCTOBER, since) == {three[1].pk}


def test_confirmed_hours_of_ones_own_are_among_the_records(three, branch_a, secretary):
    for hours, confirmed in ((2, True), (3, False), (4, None)):
        answered = confirmed is not None
        VolunteerHours.objects.create(
            branch=branch_a, member=three[0], served_on=D(2026, 10, 5), hours=hours,
            what="社区巡逻", entered_by=secretary, entered_at=moment(D(2026, 10, 5)),
            is_confirmed=confirmed, answered_by=secretary if answered else None,
            answered_at=moment(D(2026, 10, 6)) if answered else None,
        )  # fmt: skip

    records = evidence(member=three[0], feed="service_hours", period=OCTOBER)

    assert [(row.when, row.title, row.note, row.counts) for row in records] == [
        ("10月5日", "社区巡逻", "本人填报、支部确认 · 2 小时", True)
    ]


@pytest.mark.parametrize("raised_in", ["branch", "group"])
def test_a_problem_that_went_up_touches_where_it_came_from(
    problem, branch_a, group_a, branch_b, committee, raised_in
):
    since = moment(D(2026, 10, 10))
    origin = {"branch": branch_a, "group": group_a}[raised_in]
    one = problem(committee, D(2026, 10, 9), origin=origin)
    problem(branch_b, D(2026, 10, 9))
    assert changes.handled(since, committee) == set()

    Problem.objects.filter(pk=one.pk).update(changed_at=moment(D(2026, 10, 11)))

    assert changes.handled(since, committee) == {branch_a.pk, committee.pk}
    assert changes.handled(since, branch_b) == set()


def test_thirty_records_take_no_more_queries_than_one(
    on_duty, problem, three, branch_a, secretary, django_assert_num_queries
):
    for count in (1, 30):
        for n in range(count):
            day = D(2026, 10, 1 + n) if count > 1 else END
            on_duty(three[0], day, stands_in_for=three[1])
            problem(branch_a, day, day)
        with django_assert_num_queries(1):
            work_evidence.shifts(three[0], OCTOBER, END, own=False)
        with django_assert_num_queries(1):
            work_evidence.problems(branch_a, OCTOBER)
        with django_assert_num_queries(1):
            work_evidence.service(three[0], OCTOBER)
