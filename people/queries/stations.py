"""Questions about posts (设岗定责): who holds which, who has none, what waits to be confirmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from branches.access import Grants
from branches.models import Organization, User
from branches.queries import regulations
from branches.rules.roles import COMMITTEE_ROLES, Capability
from members.models import Member, Membership
from members.queries import rolls
from people.models import Station, StationClaim
from people.rules import stations as rules
from people.rules.stations import Terms

RULE = "P2"


@dataclass(frozen=True, slots=True)
class StationSeats:
    """One post with who holds it and who waits to be confirmed."""

    station: Station
    held: tuple[StationClaim, ...]
    waiting: tuple[StationClaim, ...]

    @property
    def pk(self) -> int:
        return self.station.pk

    @property
    def taken(self) -> int:
        return len(self.held) + len(self.waiting)

    @property
    def left(self) -> int:
        """How many more may claim it."""
        return max(0, self.station.seats - self.taken)

    @property
    def names(self) -> str:
        return "、".join(claim.member.name for claim in self.held)


def terms(organization: Organization, day: dt.date) -> Terms:
    """Return how many posts a member of a branch holds on a day (two queries)."""
    return rules.terms_of(regulations.parameters(organization, day, RULE))


def readable(user: User, grants: Grants, on: dt.date) -> QuerySet[Station]:
    """Return the posts somebody may open: those in reach and those of the own branch."""
    homes = Membership.objects.on(on).filter(member__user=user)
    scope = grants.scope(Capability.SEE_ACTIVITIES)
    rows = Station.objects.filter(scope.q("branch__path") | Q(branch__in=homes.values("branch")))
    return rows.select_related("branch")


def open_claims(**which: object) -> QuerySet[StationClaim]:
    """Return claims that have not ended, confirmed or not, by the member's pinyin."""
    rows = StationClaim.objects.filter(ended_on__isnull=True, **which)
    rows = rows.select_related("member", "station__branch")
    return rows.defer("member__id_number", "member__phone").order_by(
        "member__name_pinyin", "member_id"
    )


def posts(branch: Organization) -> list[StationSeats]:
    """Return the posts of a branch that are not closed, by title (two queries)."""
    rows = list(Station.objects.filter(branch=branch, closed_on__isnull=True).order_by("title"))
    found: dict[int, list[StationClaim]] = {}
    for claim in open_claims(station__in=[row.pk for row in rows]):
        found.setdefault(claim.station_id, []).append(claim)
    return [_post(row, found.get(row.pk, [])) for row in rows]


def post_of(station: Station) -> StationSeats:
    """Return one post (one query)."""
    return _post(station, list(open_claims(station=station)))


def closed(branch: Organization) -> list[Station]:
    """Return the posts of a branch that were closed, the latest first (one query)."""
    rows = Station.objects.filter(branch=branch, closed_on__isnull=False)
    return list(rows.order_by("-closed_on", "-pk"))


def former(station: Station) -> list[StationClaim]:
    """Return who held a post before, the latest first (one query)."""
    rows = StationClaim.objects.filter(
        station=station, ended_on__isnull=False, confirmed_on__isnull=False
    ).select_related("member")
    return list(rows.defer("member__id_number", "member__phone").order_by("-ended_on", "-pk"))


def of_member(member: Member) -> list[StationClaim]:
    """Return somebody's claims, those that have not ended first (one query)."""
    rows = StationClaim.objects.filter(member=member).select_related("station__branch")
    return sorted(rows.order_by("-claimed_on", "-pk"), key=lambda claim: claim.ended_on is not None)


def without(branch: Organization, on: dt.date) -> list[Member]:
    """Return the members of a branch who hold no post of it (one query)."""
    holding = StationClaim.objects.filter(
        member=OuterRef("pk"), station__branch=branch, ended_on__isnull=True,
        confirmed_on__isnull=False,
    )  # fmt: skip
    rows = rolls.members_of(branch, on).filter(~Exists(holding))
    return list(rows.defer("id_number", "phone").order_by("name_pinyin", "pk"))


def without_account(station: Station, on: dt.date) -> QuerySet[Member]:
    """Return the members whom the branch may put on a post itself, by pinyin: those without an
    account who have not claimed it.
    """
    here = open_claims(station=station).filter(member=OuterRef("pk")).order_by()
    rows = rolls.members_of(station.branch, on).filter(~Exists(here), user__isnull=True)
    return rows.defer("id_number", "phone").order_by("name_pinyin", "pk")


def to_confirm(user: User, grants: Grants) -> QuerySet[StationClaim]:
    """Return the claims that wait for the 支委会 one is of, the longest waiting first."""
    paths = [grant.path for grant in grants.held if grant.role in COMMITTEE_ROLES]
    rows = StationClaim.objects.filter(
        ended_on__isnull=True, confirmed_on__isnull=True, station__branch__path__in=paths
    ).exclude(member__user=user)
    rows = rows.select_related("station__branch", "member")
    return rows.defer("member__id_number", "member__phone").order_by("claimed_on", "pk")


def _post(station: Station, claims: Sequence[StationClaim]) -> StationSeats:
    return StationSeats(
        station,
        tuple(claim for claim in claims if claim.confirmed_on is not None),
        tuple(claim for claim in claims if claim.confirmed_on is None),
    )
