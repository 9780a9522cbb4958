"""Hours of classes and of service, against a plain recount."""

from __future__ import annotations

import datetime as dt
import itertools
import random
from decimal import ROUND_HALF_UP, Decimal

import pytest

from activities.models import Activity, Attendance
from activities.queries import facts
from activities.queries.evidence import evidence, organization_evidence
from activities.rules import hours as rules
from activities.rules.kinds import ActivityKind
from branches.models import Post, Regulation, RegulationAdjustment
from branches.rules.periods import Period
from branches.rules.roles import Role
from members.models import Exemption, Membership
from tests.activities.conftest import moment

D = dt.date
K = ActivityKind
EARLIER = D(2020, 1, 1)
HALF = Period.parse("2026H2")
OCTOBER = Period.parse("2026-10")
BOTH = frozenset({"hours", "service_hours"})


@pytest.fixture
def take(branch_a, secretary):
    """Return ``take(member, kind, day, minutes)``: a counted activity that one member attended."""
    numbers = itertools.count()

    def make(member, kind, day, minutes, status="PRESENT", *, counted=True):
        starts = dt.datetime.combine(day, dt.time(next(numbers) % 8, 0))
        ends = None if minutes is None else (starts + dt.timedelta(minutes=minutes)).time()
        activity = Activity.objects.create(
            organization=branch_a, kind=kind, title="学习", held_on=day, starts_at=starts.time(),
            ends_at=ends, place="会议室", record_due_on=day, entered_by=secretary,
            entered_at=moment(day),
        )  # fmt: skip
        Attendance.objects.create(
            activity=activity, member=member, branch=branch_a, kind=kind, held_on=day,
            status=status, is_counted=counted,
        )  # fmt: skip

    return make


@pytest.fixture
def appoint(person):
    """Return ``appoint(member, organization, role)``."""

    def make(member, organization, role, since=EARLIER, until=None):
        if member.user is None:
            member.user = person().user
            member.save()
        return Post.objects.create(
            user=member.user, organization=organization, role=role, started_on=since,
            ended_on=until,
        )  # fmt: skip

    return make


def of_members(period, within, feeds=BOTH, members=None):
    """{member: {feed: (quantity, base)}}, as a run joins them: no row of a count is 0."""
    on_roll = Membership.objects.home().on(period.last_day)
    on_roll = on_roll.filter(branch__path__startswith=within.path)
    found = {
        pk: {}
        for pk in on_roll.values_list("member_id", flat=True)
        if members is None or pk in members
    }
    for source in facts.member_facts(period, feeds, within):
        rows = source.rows
        if members is not None:
            rows = rows.filter(**{f"{source.subject}__in": members})
        by_member = {row[source.subject]: row for row in rows}
        for pk, values in found.items():
            row = by_member.get(pk)
            assert row is not None or source.counts
            for feed, (quantity, base) in source.feeds.items():
                values[feed] = (
                    (row[quantity], row[base] if base else None) if row else (Decimal(0), None)
                )
    return found


def met(period, within, branches=None):
    [source] = facts.organization_facts(period, frozenset({"hours_met"}), within)
    quantity, base = source.feeds["hours_met"]
    rows = source.rows
    if branches is not None:
        rows = rows.filter(**{f"{source.subject}__in": branches})
    return {row[source.subject]: (row[quantity], row[base]) for row in rows}


@pytest.mark.parametrize(
    ("yearly", "months", "expected"),
    [
        (32, 12, "32.00"), (32, 6, "16.00"), (32, 3, "8.00"), (32, 1, "2.67"),
        (56, 12, "56.00"), (56, 6, "28.00"), (56, 3, "14.00"), (56, 1, "4.67"),
    ],
)  # fmt: skip
def test_the_target_of_a_part_of_the_year(yearly, months, expected):
    assert rules.target(yearly, months) == Decimal(expected)


def test_who_did_nothing_has_none_and_still_a_target(three, committee):
    assert of_members(HALF, committee) == {
        member.pk: {"hours": (Decimal(0), Decimal(16)), "service_hours": (Decimal(0), None)}
        for member in three
    }


@pytest.mark.parametrize(
    ("kind", "feed"),
    [
        (K.STUDY, "hours"), (K.LECTURE, "hours"), (K.SERVICE, "service_hours"),
        (K.THEME_DAY, None), (K.ASSEMBLY, None), (K.COMMITTEE, None), (K.GROUP_MEETING, None),
        (K.ORGANIZATION_LIFE, None),
    ],
)  # fmt: skip
def test_which_kinds_give_hours(take, three, committee, kind, feed):
    take(three[0], kind, D(2026, 10, 8), 80)

    found = of_members(OCTOBER, committee)[three[0].pk]

    assert {name: quantity for name, (quantity, _) in found.items() if quantity} == (
        {feed: Decimal("1.33")} if feed else {}
    )


@pytest.mark.parametrize(
    ("day", "minutes", "status", "counted", "expected"),
    [
        (D(2026, 10, 1), 150, "PRESENT", True, "2.50"),
        (D(2026, 10, 31), 60, "LATE", True, "1.00"),
        (D(2026, 10, 31), 60, "ONLINE", True, "1.00"),
        (D(2026, 9, 30), 60, "PRESENT", True, "0"),
        (D(2026, 11, 1), 60, "PRESENT", True, "0"),
        (D(2026, 10, 8), None, "PRESENT", True, "0"),  # nobody wrote when it ended
        (D(2026, 10, 8), 60, "ABSENT", True, "0"),
        (D(2026, 10, 8), 60, "LEAVE", True, "0"),
        (D(2026, 10, 8), 60, "PRESENT", False, "0"),
    ],
)
def test_hours_of_service_are_those_attended(
    take, three, committee, day, minutes, status, counted, expected
):
    take(three[0], K.SERVICE, day, minutes, status, counted=counted)

    found = of_members(OCTOBER, committee, frozenset({"service_hours"}))

    assert found[three[0].pk] == {"service_hours": (Decimal(expected), None)}


def test_thirds_are_rounded_once(take, three, committee):
    for day in (1, 2, 3):
        take(three[0], K.SERVICE, D(2026, 10, day), 20)

    assert of_members(OCTOBER, committee)[three[0].pk]["service_hours"] == (Decimal(1), None)


@pytest.mark.parametrize(
    ("role", "since", "until", "expected"),
    [
        (Role.SECRETARY, D(2020, 1, 1), None, 28),
        (Role.DEPUTY_SECRETARY, D(2020, 1, 1), None, 28),
        (Role.COMMITTEE_MEMBER, D(2020, 1, 1), None, 28),
        (Role.GROUP_LEADER, D(2020, 1, 1), None, 16),
        (Role.REVIEWER, D(2020, 1, 1), None, 16),
        (Role.SECRETARY, D(2026, 12, 31), None, 28),  # any day of the period
        (Role.SECRETARY, D(2020, 1, 1), D(2026, 7, 2), 28),
        (Role.SECRETARY, D(2020, 1, 1), D(2026, 7, 1), 16),  # over when it began
        (Role.SECRETARY, D(2027, 1, 1), None, 16),
        (Role.SECRETARY, D(2026, 8, 1), D(2026, 8, 1), 16),  # a post of no day
    ],
)
def test_more_is_asked_of_committees(
    three, branch_a, committee, appoint, role, since, until, expected
):
    appoint(three[0], branch_a, role, since, until)
    appoint(three[0], committee, Role.AUDITOR)

    found = of_members(HALF, committee, frozenset({"hours"}))

    assert found[three[0].pk]["hours"] == (Decimal(0), Decimal(expected))
    assert found[three[1].pk]["hours"] == (Decimal(0), Decimal(16))


def test_without_the_regulation_nothing_is_asked_for(three, committee, branch_a, appoint):
    appoint(three[0], branch_a, Role.SECRETARY)
    Regulation.objects.filter(code="H2").delete()
    assert of_members(HALF, committee)[three[0].pk]["hours"] == (Decimal(0), Decimal(16))

    Regulation.objects.filter(code="H1").delete()
    assert of_members(HALF, committee)[three[0].pk]["hours"] == (Decimal(0), Decimal(0))
    assert met(HALF, committee) == {}
    assert organization_evidence(branch_a, "hours_met", HALF) == []


def test_a_branch_counts_who_reached_the_target(
    take, three, join, branch_a, branch_b, committee, appoint
):
    ill, gone = join(branch_a, "赵病"), join(branch_a, "钱走", until=D(2026, 12, 31))
    other = join(branch_b, "吴外")
    Exemption.objects.create(member=ill, reason="ill", started_on=D(2026, 12, 31))
    appoint(three[2], branch_a, Role.SECRETARY)
    for member, minutes in ((three[0], 240), (three[1], 239), (three[2], 240), (gone, 240)):
        for day in range(1, 5):
            take(member, K.STUDY, D(2026, 10, day), minutes)
    take(other, K.LECTURE, D(2026, 10, 5), 60)

    assert met(HALF, committee) == {branch_a.pk: (1, 3), branch_b.pk: (0, 1)}
    assert met(HALF, committee, [branch_b.pk]) == {branch_b.pk: (0, 1)}
    assert met(HALF, branch_a) == {branch_a.pk: (1, 3)}
    records = organization_evidence(branch_a, "hours_met", HALF)
    assert [(r.title, r.when, r.note, r.counts) for r in records] == [
        ("陈卓", "达标", "16 学时 · 目标 16 学时", True),
        ("李敏", "未达标", "15.93 学时 · 目标 16 学时", False),
        ("王强", "未达标", "16 学时 · 目标 28 学时", False),
    ]
    assert records[0].url == f"/members/{three[0].pk}/"


def test_the_nearest_committees_adjustment_says_what_is_asked(
    committee, branch_a, branch_b, join, at, secretary
):
    one, other = join(branch_a, "陈卓"), join(branch_b, "吴外")
    RegulationAdjustment.objects.create(
        committee=committee, code="H1", parameters={"hours": 40, "pro_rata": False},
        reason="党委通知", effective_from=D(2026, 1, 1), made_by=secretary, made_at=at,
    )  # fmt: skip
    RegulationAdjustment.objects.create(
        committee=branch_b, code="H1", parameters={"hours": 48}, reason="通知",
        effective_from=D(2026, 1, 1), effective_to=D(2027, 1, 1), made_by=secretary, made_at=at,
    )  # fmt: skip
    late = join(branch_a, "新来", since=D(2026, 12, 1))

    found = of_members(HALF, committee, frozenset({"hours"}))

    assert {pk: base for pk, values in found.items() for _, base in values.values()} == {
        one.pk: 20, other.pk: 24, late.pk: 20,
    }  # fmt: skip
    [after] = of_members(Period.parse("2027H1"), branch_b, frozenset({"hours"})).values()
    assert after["hours"] == (0, 20)


@pytest.mark.parametrize(
    ("started", "admitted", "earlier", "expected"),
    [
        (D(2026, 7, 1), D(2026, 7, 1), None, "16.00"),
        (D(2026, 7, 1), D(2010, 1, 1), None, "16.00"),  # came from elsewhere
        (D(2026, 12, 31), D(2026, 12, 31), None, "2.67"),
        (D(2026, 1, 31), D(2026, 1, 31), None, "32.00"),
        (D(2026, 2, 1), None, None, "29.33"),
        (D(2026, 9, 1), None, D(2019, 1, 1), "32.00"),  # only moved between branches
        (D(2026, 9, 1), D(2026, 5, 6), D(2026, 3, 1), "21.33"),
        (D(2019, 1, 1), D(2026, 5, 6), None, "21.33"),
    ],
)
def test_who_came_in_the_year_owes_his_share(
    join, branch_a, branch_b, committee, started, admitted, earlier, expected
):
    member = join(branch_a, "新来", since=started)
    member.admitted_on = admitted
    member.save()
    if earlier:
        Membership.objects.create(
            member=member, branch=branch_b, started_on=earlier, ended_on=started
        )

    found = of_members(Period.parse("2026"), committee, frozenset({"hours"}))

    assert found == {member.pk: {"hours": (0, Decimal(expected))}}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("period", ["2026-10", "2026Q4", "2026H2", "2026"])
def test_hours_are_those_of_a_plain_recount(
    take, branch_a, branch_b, committee, join, appoint, seed, period
):
    chance = random.Random(seed)
    members = [join(chance.choice([branch_a, branch_b]), f"党员{n}") for n in range(8)]
    asked = Period.parse(period)
    done = {member.pk: {"hours": Decimal(0), "service_hours": Decimal(0)} for member in members}
    targets = {member.pk: Decimal(32) for member in members}
    appoint(members[0], branch_b, Role.COMMITTEE_MEMBER)
    targets[members[0].pk] = Decimal(56)
    Exemption.objects.create(member=members[1], reason="ill", started_on=D(2026, 1, 1))
    for member in members:
        for _ in range(chance.randrange(26)):
            kind = chance.choice([K.STUDY, K.LECTURE, K.SERVICE, K.THEME_DAY])
            day = D(2026, 5, 1) + dt.timedelta(days=chance.randrange(300))
            minutes = chance.choice([None, 50, 100, 175, 700])
            status = chance.choice(["PRESENT", "LATE", "ONLINE", "ABSENT", "LEAVE"])
            take(member, kind, day, minutes, status)
            counts = status in ("PRESENT", "LATE", "ONLINE") and asked.contains(day)
            feed = {K.STUDY: "hours", K.LECTURE: "hours", K.SERVICE: "service_hours"}.get(kind)
            if counts and minutes and feed:
                done[member.pk][feed] += Decimal(minutes) / 60

    def cents(value):
        return value.quantize(Decimal("0.01"), ROUND_HALF_UP)

    months = {"2026-10": 1, "2026Q4": 3, "2026H2": 6, "2026": 12}[period]
    expected = {
        pk: {
            "hours": (cents(found["hours"]), cents(targets[pk] * months / 12)),
            "service_hours": (cents(found["service_hours"]), None),
        }
        for pk, found in done.items()
    }
    reached: dict[int, tuple[int, int]] = {}
    for membership in Membership.objects.exclude(member=members[1]):
        n, due = reached.get(membership.branch_id, (0, 0))
        quantity, target = expected[membership.member_id]["hours"]
        reached[membership.branch_id] = (n + (quantity >= target), due + 1)

    assert of_members(asked, committee) == expected
    some = members[2].pk
    assert of_members(asked, committee, members=[some]) == {some: expected[some]}
    assert met(asked, committee) == reached
    for feed in sorted(BOTH):
        for member in members:
            records = evidence(member=member, feed=feed, period=asked)
            assert any(r.counts for r in records) == bool(expected[member.pk][feed][0])


def test_the_records_say_how_long_it_took(take, three):
    take(three[0], K.SERVICE, D(2026, 10, 5), 80)
    take(three[0], K.SERVICE, D(2026, 10, 6), None)

    records = evidence(member=three[0], feed="service_hours", period=OCTOBER)

    assert [(r.when, r.note, r.counts) for r in records] == [
        ("10月5日", "到 · 1.33 小时 · 采煤党支部", True),
        ("10月6日", "到 · 没有结束时间，不计时 · 采煤党支部", False),
    ]
