"""A committee that has adopted both shipped schemes, and members to rate."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client

from branches.models import Organization
from branches.rules.periods import Period
from branches.rules.roles import Role
from members.models import Member, Membership
from scoring.models import Consequence, Round, SchemeVersion
from scoring.operations import schemes
from scoring.queries import schemes as scheme_queries
from tests.scoring.decided import ROAD, TALKS, decided
from tests.scoring.grading import adopt

SINCE = dt.date(2020, 1, 1)


@pytest.fixture
def adopted(committee, at) -> dict[str, SchemeVersion]:
    """Both shipped schemes in force from January 2026, by target."""
    versions = [
        schemes.adopt(
            committee=committee,
            text=scheme_queries.preset_text(code),
            effective_from=Period.parse("2026-01"),
            by=None,
            at=at,
        )
        for code in ("points-1261", "star-branch")
    ]
    return {version.target: version for version in versions}


@pytest.fixture
def join() -> Callable[..., Member]:
    """Return ``join(branch, name)``: a new member at home in that branch."""

    def make(branch: Organization, name: str, **values: object) -> Member:
        member = Member.objects.create(name=name, name_pinyin=name, name_strokes=name, **values)
        Membership.objects.create(member=member, branch=branch, started_on=SINCE)
        return member

    return make


@pytest.fixture
def office(person, committee) -> Client:
    """Whoever runs rounds, signed in."""
    return person(Role.REVIEWER, committee)


@pytest.fixture
def chief(person, committee) -> Client:
    """The committee's secretary, who decides rounds, signed in."""
    return person(Role.SECRETARY, committee)


@pytest.fixture
def decide_month(committee, branch_a, branch_b, office, chief) -> Callable[..., Round]:
    """Return ``decide_month(month, a, b)``: its final round, with these totals."""
    version = adopt(committee, ROAD)

    def make(month: str, a: float, b: float = 80, **more: object) -> Round:
        return decided(
            version, month, {branch_a: a, branch_b: b},
            by=office.user, leader=chief.user, **more,
        )  # fmt: skip

    return make


@pytest.fixture
def notice(decide_month, branch_a) -> Consequence:
    """通报 of branch A for August, still to be decided."""
    return decide_month("2026-08", 55).consequences.get(title="通报")


@pytest.fixture
def talk(committee, branch_a, office, chief, join, person) -> Consequence:
    """A talk with a member of branch A, who has an account."""
    member = join(branch_a, "张三", user=person().user)
    version = adopt(committee, TALKS)
    round_ = decided(version, "2026-08", {member: 50}, by=office.user, leader=chief.user)
    return round_.consequences.get()
