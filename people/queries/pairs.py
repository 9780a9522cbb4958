"""Questions about pairs: how one stands on a day, one's own, those of a branch that need work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, DateField, Exists, F, Func, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from branches.access import Grants
from branches.models import Organization, User
from branches.queries import regulations
from branches.rules.roles import Capability, roles_with
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from members.models import Member, Membership
from members.rules.status import ON_ROLL
from people.models import Contact, Pair
from people.rules import pairs as rules
from people.rules.pairs import PairKind, PairState, Rhythm, Terms, Way
from people.wording import pairs as wording

RULE = "P3"
_LATER = {rhythm: f"{count} days" for rhythm, count in rules.DAYS.items()} | {
    rhythm: f"{count} months" for rhythm, count in rules.MONTHS.items()
}


@dataclass(frozen=True, slots=True)
class Row:
    """One pair as a list shows it. ``is_over``: the planned end has come."""

    pair: Pair
    state: PairState
    last_on: dt.date | None
    last_way: str
    due_by: dt.date
    is_over: bool

    @property
    def pk(self) -> int:
        return self.pair.pk

    @property
    def label(self) -> str:
        return wording.STATES[self.state]

    @property
    def tone(self) -> str:
        return wording.TONES[self.state]

    @property
    def kind(self) -> str:
        return wording.KINDS[PairKind(self.pair.kind)]

    @property
    def rhythm(self) -> str:
        return wording.RHYTHMS[Rhythm(self.pair.rhythm)]

    @property
    def way(self) -> str:
        return wording.WAYS[Way(self.last_way)] if self.last_way else ""


def terms(organization: Organization, day: dt.date) -> Terms:
    """Return how many each member of a branch answers for on a day (two queries)."""
    return rules.terms_of(regulations.parameters(organization, day, RULE))


def with_standing(rows: QuerySet[Pair], on: dt.date) -> QuerySet[Any]:
    """Add how each pair stands on a day: ``last_on`` and ``last_way`` of the last contact (None
    if there was none), ``due_by`` (the last day for the next) and ``is_apart`` (one of the two is
    not on the roll of the branch).
    """
    last = (
        Contact.objects.filter(pair=OuterRef("pk"), removed_at__isnull=True, on__lte=on)
        .order_by("-on", "-pk")
        .values("on", "way")
    )
    return (
        rows.annotate(
            last_on=Subquery(last.values("on")[:1]), last_way=Subquery(last.values("way")[:1])
        )
        .annotate(
            since=Coalesce(F("last_on"), F("started_on")),
            is_apart=Case(
                When(~_belongs("helper", on), then=True),
                When(Q(helped__isnull=False) & ~_belongs("helped", on), then=True),
                default=False,
            ),
        )
        .annotate(
            due_by=Case(
                *(When(rhythm=rhythm, then=_later(span)) for rhythm, span in _LATER.items()),
                output_field=DateField(),
            )
        )
    )


def row_of(pair: Pair, on: dt.date) -> Row:
    """Return how one pair read by ``with_standing`` stands on a day."""
    found: Any = pair
    if pair.ended_on is not None and pair.ended_on <= on:
        state = PairState.ENDED
    elif found.is_apart:
        state = PairState.APART
    else:
        state = PairState.DUE if on > found.due_by else PairState.FINE
    return Row(
        pair=pair,
        state=state,
        last_on=found.last_on,
        last_way=found.last_way or "",
        due_by=found.due_by,
        is_over=state != PairState.ENDED and pair.ends_on is not None and pair.ends_on <= on,
    )


def rows_of(pairs: Iterable[Pair], on: dt.date) -> list[Row]:
    return [row_of(pair, on) for pair in pairs]


def with_people(rows: QuerySet[Pair]) -> QuerySet[Pair]:
    """Read the two along, without what is sealed."""
    names = ("helper", "helped")
    sealed = [f"{name}__{field}" for name in names for field in ("id_number", "phone")]
    return rows.select_related("branch", *names).defer(*sealed)


def places(scope: Scope, on: dt.date) -> QuerySet[Organization]:
    """Return where pairs in reach are kept: branches, and groups for who reaches no more."""
    rows = Organization.objects.in_scope(scope).standing_on(on)
    return rows.filter(
        Q(kind=OrganizationKind.BRANCH) | Q(kind=OrganizationKind.GROUP, path__in=scope.roots)
    ).order_by("path")


def of_place(place: Organization) -> QuerySet[Pair]:
    """Return the pairs of a branch, or of a group those of its people."""
    if place.is_branch:
        return Pair.objects.filter(branch=place)
    return Pair.objects.in_scope(Scope((place.path,))).filter(branch=place.parent_id)


def people(place: Organization, on: dt.date, *, with_second: bool = False) -> QuerySet[Membership]:
    """Return who is on the roll of a branch or group on a day, with group, by pinyin.

    ``with_second``: those who take part there (双重管理) as well.
    """
    rows = Membership.objects.on(on).filter(
        Q(branch=place) | Q(group=place), member__status__in=ON_ROLL
    )
    if not with_second:
        rows = rows.home()
    return (
        rows.select_related("member", "group")
        .defer("member__id_number", "member__phone")
        .order_by("member__name_pinyin", "member_id")
    )


def choices(place: Organization, on: dt.date) -> QuerySet[Member]:
    """Return who may be paired at a branch or group, by pinyin."""
    here = people(place, on, with_second=True).values("member_id")
    return Member.objects.on_roll().filter(pk__in=here).defer("id_number", "phone")


def seen_by(user: User, grants: Grants) -> QuerySet[Pair]:
    """Return the pairs somebody may look at: one's own, from both sides, and those in reach."""
    reach = Pair.objects.in_scope(grants.scope(Capability.SEE_ACTIVITIES))
    own = Pair.objects.filter(Q(helper__user=user) | Q(helped__user=user))
    return Pair.objects.filter(Q(pk__in=own.values("pk")) | Q(pk__in=reach.values("pk")))


def entered_by(user: User, grants: Grants) -> QuerySet[Pair]:
    """Return the pairs whose contacts somebody may write down: where one helps, and those one
    keeps records for.
    """
    kept = Pair.objects.in_scope(grants.scope(Capability.LOG_ACTIVITIES))
    return Pair.objects.filter(Q(helper__user=user) | Q(pk__in=kept.values("pk")))


def sees_details(pair: Pair, user: User, grants: Grants) -> bool:
    """Return whether somebody may read notes and address: the two, and posts at the very branch
    or in it; not those above.
    """
    if user.pk in (pair.helper.user_id, pair.helped.user_id if pair.helped else None):
        return True
    roles = roles_with(Capability.SEE_ACTIVITIES)
    return any(
        grant.role in roles and grant.path.startswith(pair.branch.path) for grant in grants.held
    )


def own(user: User, on: dt.date) -> list[Row]:
    """Return the pairs in force in which one helps, the most urgent first (one query)."""
    rows = with_people(Pair.objects.on(on).filter(helper__user=user))
    return rows_of(with_standing(rows, on).order_by("is_apart", "due_by", "pk"), on)


def helped_by(user: User, on: dt.date) -> list[Row]:
    """Return the pairs in force in which one is helped (one query)."""
    rows = with_people(Pair.objects.on(on).filter(helped__user=user))
    return rows_of(with_standing(rows, on).order_by("pk"), on)


def entered_today(pairs: Sequence[Row], user: User, on: dt.date) -> dict[int, list[Contact]]:
    """Return by pair what somebody has written down today and may still take back (one query)."""
    rows = Contact.objects.filter(
        pair__in=[row.pk for row in pairs],
        entered_by=user,
        entered_at__date=on,
        removed_at__isnull=True,
    )
    found: dict[int, list[Contact]] = {}
    for row in rows.order_by("on", "pk"):
        found.setdefault(row.pair_id, []).append(row)
    return found


def contacts_of(pair: Pair) -> QuerySet[Contact]:
    """Return the contacts that stand, the last first."""
    return pair.contacts.filter(removed_at__isnull=True).select_related("entered_by")


# What is due


def own_due(user: User, on: dt.date) -> QuerySet[Pair]:
    """Return one's own pairs whose last day for a contact is today or past, the first first."""
    rows = with_standing(Pair.objects.on(on).filter(helper__user=user), on)
    return rows.filter(is_apart=False, due_by__lte=on).order_by("due_by", "pk")


def apart(scope: Scope, on: dt.date) -> QuerySet[Pair]:
    """Return the pairs kept at the very posts of ``scope`` that need another partner."""
    rows = with_standing(Pair.objects.on(on).kept_at(scope), on)
    return rows.filter(is_apart=True)


def past_planned_end(scope: Scope, on: dt.date) -> QuerySet[Pair]:
    """Return the pairs kept at the very posts of ``scope`` whose planned end has come."""
    return Pair.objects.on(on).kept_at(scope).filter(ends_on__lte=on).order_by("ends_on", "pk")


def alone(scope: Scope, on: dt.date) -> QuerySet[Membership]:
    """Return who has no pair at the very branches and groups of ``scope`` that keep pairs."""
    rows = Membership.objects.home().filter(
        Q(branch__path__in=scope.roots) | Q(group__path__in=scope.roots)
    )
    kept = Pair.objects.on(on).filter(branch=OuterRef("branch"))
    return without_pair(rows, on).filter(Exists(kept)).order_by("member__name_pinyin", "member_id")


def without_pair(rows: QuerySet[Membership], on: dt.date) -> QuerySet[Membership]:
    """Keep the memberships in force, of people on the roll, who help and are helped nowhere in
    that branch.
    """
    paired = Pair.objects.on(on).filter(
        Q(helper=OuterRef("member")) | Q(helped=OuterRef("member")), branch=OuterRef("branch")
    )
    return rows.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=on),
        ~Exists(paired),
        started_on__lte=on,
        member__status__in=ON_ROLL,
    )


def _belongs(field: str, on: dt.date) -> Exists:
    return Exists(
        Membership.objects.on(on).filter(
            member=OuterRef(field), branch=OuterRef("branch"), member__status__in=ON_ROLL
        )
    )


def _later(span: str) -> Func:
    # The end of a shorter month stands in for a day it does not have, as in ``rules.due_by``.
    return Func(
        F("since"),
        template=f"(%(expressions)s + INTERVAL '{span}')::date",
        output_field=DateField(),
    )
