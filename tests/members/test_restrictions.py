"""The right to vote: who suspends it and gives it back, and who sees it."""

import datetime as dt

import pytest
from django.urls import reverse

from branches.models import AuditEntry
from members.models import Restriction
from members.operations import restrictions
from members.operations.steps import CannotChange
from members.rules.status import RestrictionGround

SINCE = dt.date(2026, 3, 1)


def restrict(member, by, at, since=SINCE, until=None, **changes):
    given = {"ground": RestrictionGround.PROBATION, "reference": "纪〔2026〕1号"} | changes
    return restrictions.restrict(
        member=member, started_on=since, ended_on=until, by=by, at=at, **given
    )


@pytest.fixture
def member(enrol, branch_a):
    return enrol("张三", branch_a)


def test_a_time_without_a_vote_and_its_end(member, keeper, at):
    row = restrict(member, keeper, at)
    day = dt.date(2026, 9, 1)
    restrictions.end_restriction(restriction=row, on=day, by=keeper, at=at)
    last = day - dt.timedelta(days=1)
    found = [Restriction.objects.on(each).exists() for each in (SINCE, last, day)]
    assert found == [True, True, False]
    told = AuditEntry.objects.filter(action="member.restricted").order_by("id")
    assert [entry.after for entry in told] == [
        {
            "ground": "PROBATION", "reference": "纪〔2026〕1号", "started_on": "2026-03-01",
            "ended_on": None,
        },
        {"ended_on": "2026-09-01"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("since", "until", "fits"),
    [
        (dt.date(2026, 1, 1), dt.date(2026, 3, 1), True),
        (dt.date(2026, 1, 1), dt.date(2026, 3, 2), False),
        (dt.date(2026, 5, 31), None, False),
        (dt.date(2026, 6, 1), None, True),
    ],
)
def test_two_do_not_overlap(member, keeper, at, since, until, fits):
    restrict(member, keeper, at, until=dt.date(2026, 6, 1))
    if fits:
        assert restrict(member, keeper, at, since, until).started_on == since
    else:
        with pytest.raises(CannotChange, match="已经登记了暂停表决权"):
            restrict(member, keeper, at, since, until)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"reference": " "}, "reference"), ({"until": SINCE}, "ended_on")],
)
def test_what_is_missing_is_named(member, keeper, at, changes, field):
    with pytest.raises(CannotChange) as refused:
        restrict(member, keeper, at, **changes)
    assert refused.value.field == field


def test_the_probationary_have_no_vote_to_lose(enrol, branch_a, keeper, at):
    with pytest.raises(CannotChange, match="只有正式党员有表决权"):
        restrict(enrol("李四", branch_a, status="PROBATIONARY"), keeper, at)


@pytest.mark.parametrize(
    ("role", "status", "sees"),
    [
        ("SECRETARY", 200, True),
        ("ADMINISTRATOR", 200, True),
        ("DEPUTY_SECRETARY", 404, False),  # keeps the roll, sees nothing sensitive
        ("COMMITTEE_MEMBER", 404, False),
        ("REVIEWER", 404, False),
    ],
)
def test_who_sees_it(member, branch_a, person, keeper, at, role, status, sees):
    restrict(member, keeper, at)
    client = person(role, branch_a)
    page = reverse("member-restrict", kwargs={"pk": member.pk})
    assert client.get(page).status_code == client.post(page).status_code == status
    file = client.get(reverse("member", kwargs={"pk": member.pk})).content.decode()
    assert ("纪〔2026〕1号" in file, "恢复表决权" in file) == (sees, sees)


def test_on_the_page(member, branch_a, person):
    client = person("SECRETARY", branch_a)
    page = reverse("member-restrict", kwargs={"pk": member.pk})
    answer = client.post(page, {"ground": "DETAINED", "reference": "", "started_on": "2026-03-01"})
    assert "请填写决定文号。" in answer.content.decode()
    client.post(page, {"ground": "DETAINED", "reference": "1号", "started_on": "2026-03-01"})
    assert Restriction.objects.get().ground == "DETAINED"
    client.post(page, {"on": "2026-04-01"})
    assert Restriction.objects.get().ended_on == dt.date(2026, 4, 1)
