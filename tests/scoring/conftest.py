"""A committee that has adopted both shipped schemes, and members to rate."""

import datetime as dt
from collections.abc import Callable

import pytest

from branches.models import Organization
from branches.rules.periods import Period
from members.models import Member, Membership
from scoring.models import SchemeVersion
from scoring.operations import schemes
from scoring.queries import schemes as scheme_queries

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
