"""Questions about duty: who is on when, who may be, who asks whom to swap."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, Max, OuterRef, Prefetch, Q, QuerySet

from activities.models import DutyShift, DutySwap, Visit
from activities.rules import duty as rules
from activities.rules.duty import Person, SwapState, Terms
from branches.models import Organization, Post, User
from branches.queries import regulations, working_calendar
from branches.rules.periods import Period
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from branches.rules.working_days import WorkingCalendar
from branches.scope import Scope
from members.models import Exemption, Member, Membership
from members.rules.status import ON_ROLL

RULE = "L2"
LATELY = dt.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the roster; ``name`` says why it departs from its weekday."""

    on: dt.date
    is_working: bool
    name: str
    shifts: tuple[DutyShift, ...]
    visits: int

    @property
    def names(self) -> str:
        return "、".join(shift.member.name for shift in self.shifts)


@dataclass(frozen=True, slots=True)
class Crew:
    """Who may be put on duty in a month, by pinyin; ``secretary`` is one of their keys or None."""

    people: tuple[Person, ...]
    names: dict[int, str]
    secretary: int | None


def terms(branch: Organization, day: dt.date) -> Terms:
    """Return how a branch keeps duty on a day (two queries)."""
    return rules.terms_of(regulations.parameters(branch, day, RULE))


def branches(scope: Scope, on: dt.date) -> QuerySet[Organization]:
    """Return the branches in reach that stand on a day, in tree order."""
    found = Organization.objects.in_scope(scope).of_kind(OrganizationKind.BRANCH)
    return found.standing_on(on).order_by("path")


def month(branch: Organization, period: Period) -> list[Day]:
    """Return every day of a month with who is on duty (three queries)."""
    shifts: dict[dt.date, list[DutyShift]] = defaultdict(list)
    for shift in shifts_of(branch, period.first_day, period.last_day):
        shifts[shift.on].append(shift)
    days = Visit.objects.filter(
        organization=branch, received_on__range=(period.first_day, period.last_day)
    )
    visits = Counter(days.order_by().values_list("received_on", flat=True))
    return [
        Day(each.date, each.is_working, each.name, tuple(shifts[each.date]), visits[each.date])
        for each in working_calendar.days(period.first_day, period.last_day)
    ]


def shifts_of(branch: Organization, first: dt.date, last: dt.date) -> list[DutyShift]:
    """Return the shifts of a branch from one day to another, both counted (one query)."""
    rows = DutyShift.objects.filter(organization=branch, on__range=(first, last))
    return list(_with_people(rows).order_by("on", "pk"))


def calendar_of(period: Period) -> WorkingCalendar:
    """Return the working calendar of a month (one query)."""
    return working_calendar.working_calendar(period.first_day, period.last_day)


def crew(branch: Organization, period: Period) -> Crew:
    """Return who may be put on duty in a month: the members on the roll of the branch, with
    their exemptions and the last time each was on duty before it (four queries).
    """
    rows = (
        Membership.objects.home()
        .filter(
            Q(ended_on__isnull=True) | Q(ended_on__gt=period.first_day),
            branch=branch,
            started_on__lt=period.end,
            member__status__in=ON_ROLL,
        )
        .select_related("member")
        .defer("member__id_number", "member__phone")
        .order_by("member__name_pinyin", "member_id", "started_on")
    )
    homes: dict[int, list[Membership]] = defaultdict(list)
    for row in rows:
        homes[row.member_id].append(row)
    away: dict[int, list[tuple[dt.date, dt.date | None]]] = defaultdict(list)
    for exemption in Exemption.objects.filter(member__in=homes):
        away[exemption.member_id].append((exemption.started_on, exemption.ended_on))
    stood = (
        DutyShift.objects.filter(organization=branch, on__lt=period.first_day, member__in=homes)
        .order_by()
        .values_list("member_id")
        .annotate(last=Max("on"))
    )
    last_on = dict(stood)
    return Crew(
        people=tuple(
            Person(
                key=key,
                last_on=last_on.get(key),
                since=homes[key][0].started_on,
                until=homes[key][-1].ended_on,
                away=tuple(away[key]),
            )
            for key in homes
        ),
        names={key: found[0].member.name for key, found in homes.items()},
        secretary=_secretary(branch, period, homes),
    )


def _secretary(branch: Organization, period: Period, homes: Iterable[int]) -> int | None:
    """Return the member who is the secretary of the branch in a month: the last appointed."""
    posts = Post.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=period.first_day),
        organization=branch,
        role=Role.SECRETARY,
        started_on__lt=period.end,
        user__member__in=homes,
    )
    found: int | None = (
        posts.order_by("-started_on", "-pk").values_list("user__member", flat=True).first()
    )
    return found


def own_shifts(user: User, first: dt.date) -> list[DutyShift]:
    """Return one's own shifts from a day on, with the swaps that are asked (two queries)."""
    asked = _swaps().filter(state=SwapState.ASKED)
    rows = DutyShift.objects.filter(member__user=user, on__gte=first)
    return list(
        _with_people(rows)
        .prefetch_related(Prefetch("swaps", asked, to_attr="asked"))
        .order_by("on")
    )


def to_answer(user: User, on: dt.date) -> QuerySet[DutySwap]:
    """Return what one is asked to take over and has not answered."""
    return _swaps().filter(asked_of__user=user, state=SwapState.ASKED, shift__on__gte=on)


def asked_by(user: User, on: dt.date) -> list[DutySwap]:
    """Return what one has asked oneself: open ones and those answered lately (one query)."""
    rows = _swaps().filter(asked_by__user=user)
    return list(
        rows.filter(
            Q(state=SwapState.ASKED, shift__on__gte=on) | Q(answered_at__date__gte=on - LATELY)
        )
    )


def on_duty(user: User, on: dt.date) -> QuerySet[DutyShift]:
    """Return one's own shifts on a day."""
    rows = DutyShift.objects.filter(member__user=user, on=on)
    return rows.select_related("organization", "member")


def colleagues(shift: DutyShift) -> list[Member]:
    """Return who may be asked to take a shift: members of the branch on its day who have an
    account, are not exempted and not on duty that day, by pinyin (one query).
    """
    homes = Membership.objects.home().on(shift.on).filter(branch_id=shift.organization_id)
    busy = DutyShift.objects.filter(organization_id=shift.organization_id, on=shift.on)
    rows = Member.objects.on_roll().filter(pk__in=homes.values("member_id"), user__is_active=True)
    rows = rows.exclude(pk__in=busy.values("member_id"))
    rows = rows.exclude(pk__in=Exemption.objects.on(shift.on).values("member_id"))
    return list(rows.defer("id_number", "phone").order_by("name_pinyin", "pk"))


def exchangeable(shift: DutyShift, people: Iterable[Member], on: dt.date) -> list[DutyShift]:
    """Return the shifts to come of some people that one may take in exchange: not on a day on
    which one is on duty oneself, nor while exempted or away (one query).
    """
    own = DutyShift.objects.filter(
        organization_id=shift.organization_id, member_id=shift.member_id, on=OuterRef("on")
    )
    homes = Membership.objects.home().filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=OuterRef("on")),
        member_id=shift.member_id,
        branch_id=shift.organization_id,
        started_on__lte=OuterRef("on"),
    )
    exempted = Exemption.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=OuterRef("on")),
        member_id=shift.member_id,
        started_on__lte=OuterRef("on"),
    )
    rows = DutyShift.objects.filter(
        ~Exists(own),
        ~Exists(exempted),
        Exists(homes),
        organization_id=shift.organization_id,
        member__in=[person.pk for person in people],
        on__gte=on,
    )
    return list(_with_people(rows).order_by("on", "pk"))


def without_next_roster(scope: Scope, month: Period) -> QuerySet[Organization]:
    """Return the branches in reach with a roster this month and none for the next."""
    of_branch = DutyShift.objects.filter(organization=OuterRef("pk"))
    this = of_branch.filter(on__range=(month.first_day, month.last_day))
    following = of_branch.filter(on__range=(month.next.first_day, month.next.last_day))
    rows = branches(scope, month.last_day)
    return rows.filter(Exists(this), ~Exists(following))


def _with_people(rows: QuerySet[DutyShift]) -> QuerySet[DutyShift]:
    names = ("member", "stands_in_for")
    sealed = [f"{name}__{field}" for name in names for field in ("id_number", "phone")]
    return rows.select_related("organization", *names).defer(*sealed)


def _swaps() -> QuerySet[DutySwap]:
    people = ("asked_by", "asked_of")
    sealed = [f"{name}__{field}" for name in people for field in ("id_number", "phone")]
    rows = DutySwap.objects.select_related("shift__organization", "other", *people)
    return rows.defer(*sealed).order_by("shift__on", "pk")
