"""What people do for each other inside a run, and late facts of it."""

import datetime as dt
from decimal import Decimal

import pytest

from activities.models import DutyShift, Problem, VolunteerHours
from branches.models import Organization, User
from branches.rules.periods import Period
from members.models import Member, Membership
from people.models import Contact, Idea, Pair, Pledge
from scoring.models import Line
from scoring.operations import amendments, runs
from scoring.queries import changes, fingerprints, schemes
from scoring.rules import reading
from tests.scoring.people_schemes import BRANCHES, MEMBERS
from tests.scoring.random_months import AT, DAY, FOUNDED, MARCH, adopt, organization

D = Decimal
LATER = AT + dt.timedelta(hours=1)


@pytest.fixture
def author(db) -> User:
    return User.objects.create(username="author", name="登记人", created_at=AT)


@pytest.fixture
def committee(db) -> Organization:
    return organization("C", "COMMITTEE", None)


@pytest.fixture
def branch(committee) -> Organization:
    return organization("B", "BRANCH", committee)


@pytest.fixture
def people(branch) -> list[Member]:
    found = []
    for n in range(3):
        member = Member.objects.create(name=f"党员{n}", name_pinyin="m", name_strokes="1")
        Membership.objects.create(member=member, branch=branch, started_on=FOUNDED)
        found.append(member)
    return found


def on_duty(member: Member, branch: Organization, author: User, at, day=DAY) -> DutyShift:
    return DutyShift.objects.create(
        organization=branch, on=day, member=member, entered_by=author, entered_at=at
    )


def everything(member: Member, branch: Organization, author: User, at) -> None:
    """One of each fact about a member."""
    on_duty(member, branch, author, at)
    VolunteerHours.objects.create(
        branch=branch, member=member, served_on=DAY, hours=D("2.5"), what="社区巡逻",
        entered_by=author, entered_at=at, is_confirmed=True, answered_by=author, answered_at=at,
    )  # fmt: skip
    promise(member, branch, author, at, "KEPT")
    touch(link(member, branch, author, at), author, at)
    Idea.objects.create(
        branch=branch, member=member, text="快换支架", state="ADOPTED", raised_on=DAY,
        answer="采纳", answered_on=DAY, answered_by=author, entered_by=author, entered_at=at,
        changed_at=at,
    )  # fmt: skip


def promise(member: Member | None, branch, author, at, verdict="") -> Pledge:
    return Pledge.objects.create(
        branch=branch, member=member, year=2026, text="帮带", measure="一名", due_on=DAY,
        state="REVIEWED" if verdict else "APPROVED", approved_on=FOUNDED, approved_by=author,
        verdict=verdict, reviewed_on=DAY if verdict else None, entered_by=author, entered_at=at,
        changed_at=at,
    )  # fmt: skip


def link(helper: Member, branch, author, at) -> Pair:
    return Pair.objects.create(
        branch=branch, kind="COLLEAGUE", helper=helper, helped_name="同事", rhythm="MONTH",
        started_on=FOUNDED, formed_by=author, formed_at=at,
    )  # fmt: skip


def touch(pair: Pair, author: User, at) -> Contact:
    return Contact.objects.create(pair=pair, on=DAY, entered_by=author, entered_at=at)


def problem(branch: Organization, author: User, at, closed: bool) -> Problem:
    return Problem.objects.create(
        organization=branch, whose="支部班子", text="台账不全", due_on=DAY, raised_on=FOUNDED,
        raised_by=author, changed_at=at, closed_on=DAY if closed else None,
        outcome="已补齐" if closed else "",
    )  # fmt: skip


def lines(run, subject) -> dict[str, tuple[Decimal, Decimal | None, Decimal]]:
    rows = Line.objects.filter(run=run, subject_id=subject.pk).select_related("item")
    return {row.item.code: (row.quantity, row.base, row.points) for row in rows}


def test_the_product_knows_what_these_schemes_ask():
    for text in (MEMBERS, BRANCHES):
        scheme = reading.read(text)
        assert schemes.faults(scheme) == []
        assert all(schemes.is_counted(scheme, item) for item in scheme.items)


def test_what_is_entered_by_hand_besides():
    scheme = reading.read(MEMBERS)
    by_hand = [item.code for item in scheme.items if schemes.takes_entries(scheme, item)]
    assert by_hand == ["duties", "ideas"]


def test_late_facts_of_a_member_give_what_computing_anew_gives(committee, branch, people, author):
    version = adopt(committee, MEMBERS)
    everything(people[0], branch, author, AT - dt.timedelta(days=1))
    run = runs.compute(version=version, period=MARCH, by=None, at=AT)
    whole = {
        "duties": (1, None, 2), "service": (D("2.5"), None, D("2.5")), "pledges": (1, 1, 20),
        "contacts": (1, None, 5), "ideas": (1, None, 5),
    }  # fmt: skip
    assert lines(run, people[0]) == whole
    assert lines(run, people[1]) == {"pledges": (0, 0, 20)}
    assert changes.touched(run, LATER) == set()
    everything(people[1], branch, author, LATER)

    assert changes.touched(run, LATER) == {people[1].pk}
    amendments.amend(run=run, subjects=[people[1].pk], at=LATER)

    assert lines(run, people[1]) == whole
    amended = fingerprints.checksum(run.pk)
    anew = runs.compute(version=version, period=MARCH, by=None, at=LATER)
    assert fingerprints.checksum(anew.pk) == amended


def test_late_facts_of_a_branch_give_what_computing_anew_gives(committee, branch, people, author):
    version = adopt(committee, BRANCHES)
    other = organization("E", "BRANCH", committee)
    early = AT - dt.timedelta(days=1)
    pair = link(people[0], branch, author, early)
    run = runs.compute(version=version, period=MARCH, by=None, at=AT)
    assert lines(run, branch) == {"pairs": (0, 1, 0), "pledges": (0, 0, 10), "problems": (0, 0, 10)}
    assert changes.touched(run, LATER) == set()
    touch(pair, author, LATER)
    promise(people[0], branch, author, LATER, "KEPT")
    promise(None, branch, author, LATER)
    problem(branch, author, LATER, closed=True)
    problem(branch, author, LATER, closed=False)
    problem(branch, author, LATER, closed=False)

    assert changes.touched(run, LATER) == {branch.pk}
    amendments.amend(run=run, subjects=[branch.pk], at=LATER)

    assert lines(run, branch) == {
        "pairs": (1, 1, 10), "pledges": (1, 2, 5), "problems": (1, 3, D("3.33")),
    }  # fmt: skip
    assert lines(run, other)["pairs"] == (0, 0, 10)
    amended = fingerprints.checksum(run.pk)
    anew = runs.compute(version=version, period=MARCH, by=None, at=LATER)
    assert fingerprints.checksum(anew.pk) == amended


def test_duty_counts_as_its_day_comes(committee, branch, people, author):
    version = adopt(committee, MEMBERS)
    early = AT - dt.timedelta(days=60)
    in_the_middle = dt.datetime(2026, 3, 10, 4, tzinfo=dt.UTC)
    on_duty(people[0], branch, author, early, DAY)
    on_duty(people[1], branch, author, early, DAY + dt.timedelta(days=1))
    on_duty(people[2], branch, author, early, DAY + dt.timedelta(days=2))
    run = runs.compute(version=version, period=MARCH, by=None, at=in_the_middle)
    assert ["duties" in lines(run, member) for member in people] == [True, False, False]

    next_day = in_the_middle + dt.timedelta(days=1)
    assert changes.touched(run, next_day) == {people[1].pk}
    amendments.amend(run=run, subjects=[people[1].pk], at=next_day)

    assert ["duties" in lines(run, member) for member in people] == [True, True, False]
    amended = fingerprints.checksum(run.pk)
    anew = runs.compute(version=version, period=MARCH, by=None, at=next_day)
    assert fingerprints.checksum(anew.pk) == amended


def test_a_scheme_is_not_touched_by_what_it_does_not_look_at(committee, branch, people, author):
    only = MEMBERS.split('  [[part.item]]\n  code = "pledges"')[0]
    version = adopt(committee, only.replace("cap = 44", "cap = 94"))
    run = runs.compute(version=version, period=MARCH, by=None, at=AT)
    promise(people[0], branch, author, LATER, "KEPT")
    touch(link(people[1], branch, author, LATER), author, LATER)

    assert changes.touched(run, LATER) == set()


def test_members_of_another_committee_are_not_looked_at(committee, branch, people, author):
    elsewhere = organization("Z", "COMMITTEE", None)
    far = organization("ZB", "BRANCH", elsewhere)
    stranger = Member.objects.create(name="外人", name_pinyin="w", name_strokes="1")
    Membership.objects.create(member=stranger, branch=far, started_on=FOUNDED)
    run = runs.compute(version=adopt(committee, MEMBERS), period=MARCH, by=None, at=AT)

    everything(stranger, far, author, LATER)

    assert changes.touched(run, LATER) == set()


def test_touched_takes_the_same_queries_for_one_and_thirty(
    committee, branch, people, author, django_assert_num_queries
):
    run = runs.compute(version=adopt(committee, MEMBERS), period=MARCH, by=None, at=AT)
    pair = link(people[0], branch, author, LATER)
    for count in (1, 30):
        for n in range(count):
            day = DAY + dt.timedelta(days=n - (20 if count == 1 else 0))
            Contact.objects.create(
                pair=pair, on=max(day, MARCH.first_day), way="CALL" if count == 1 else "VISIT",
                entered_by=author, entered_at=LATER,
            )  # fmt: skip
        with django_assert_num_queries(15):
            changes.touched(run, LATER)


def test_a_year_of_promises(committee, branch, people, author):
    scheme = BRANCHES.replace('period = "month"', 'period = "year"')
    promise(people[0], branch, author, AT, "NOT_KEPT")
    run = runs.compute(
        version=adopt(committee, scheme), period=Period.parse("2026"), by=None, at=AT
    )

    assert lines(run, branch)["pledges"] == (0, 1, 0)
