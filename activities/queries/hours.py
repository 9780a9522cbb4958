"""Hours: of classes against the target, and of service."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import (
    Case,
    Count,
    DecimalField,
    F,
    FilteredRelation,
    Func,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from activities.models import Attendance
from activities.rules import hours
from activities.rules.attendance import ATTENDED
from activities.rules.kinds import ActivityKind
from branches.facts import FactSource
from branches.models import Organization, Post
from branches.queries import regulations
from branches.rules.periods import Period
from branches.rules.roles import COMMITTEE_ROLES
from members.models import Exemption, Membership

MEMBER_FEEDS = frozenset({"hours", "service_hours"})
ALL, COMMITTEE = "H1", "H2"  # the regulations that ask for hours, of everybody and of committees
SERVICE = (ActivityKind.SERVICE,)

_NUMBER = DecimalField(max_digits=12, decimal_places=2)


class Hours(Func):
    """A span of time as hours, to 0.01."""

    template = "ROUND(EXTRACT(EPOCH FROM %(expressions)s) / 3600, 2)"
    arity = 1
    output_field = _NUMBER


def of_service(period: Period) -> FactSource:
    """Return the hours of service of those who did any (``service_hours``).

    Attended closed activities count from their beginning to their end; without an end they
    give 0.
    """
    rows = (
        attended(period, SERVICE)
        .order_by()
        .values("member_id")
        .annotate(service=_sum("activity__"))
    )
    return FactSource(rows, "member_id", {"service_hours": ("service", None)}, whole=False)


def of_classes(period: Period, within: Organization) -> FactSource:
    """Return the hours of classes ÷ the target (``hours``) of everybody on the roll.

    Also of those who attended none: the target is theirs all the same.
    """
    took = {
        "held_on__gte": period.first_day,
        "held_on__lt": period.end,
        "kind__in": hours.CLASS_KINDS,
        "is_counted": True,
        "status__in": ATTENDED,
    }
    rows = (
        _on_roll(period, within)
        .annotate(
            took=FilteredRelation(
                "member__attendances",
                condition=Q(**{f"member__attendances__{key}": took[key] for key in took}),
            )
        )
        .order_by()
        .values("member_id")
        # One home each: the target is the only value.
        .annotate(hours=_sum("took__activity__"), target=Max(_target(period)))
    )
    return FactSource(rows, "member_id", {"hours": ("hours", "target")}, whole=False)


def organization_facts(period: Period, within: Organization) -> FactSource:
    """Return ``hours_met``: members who reached their target ÷ members on the roll not exempt.

    Both are 0 where no regulation asks for hours.
    """
    classes = attended(period, hours.CLASS_KINDS).filter(member=OuterRef("member_id"))
    done = classes.order_by().values("member").annotate(n=_sum("activity__")).values("n")
    rows = (
        _on_roll(period, within)
        .exclude(member_id__in=Exemption.objects.on(period.last_day).values("member_id"))
        .annotate(
            done=Coalesce(Subquery(done, output_field=_NUMBER), Value(Decimal(0))),
            target=_target(period),
        )
        .filter(target__gt=0)
        .order_by()
        .values("branch_id")
        .annotate(met=Count("pk", filter=Q(done__gte=F("target"))), due=Count("pk"))
    )
    return FactSource(rows, "branch_id", {"hours_met": ("met", "due")})


def attended(period: Period, kinds: tuple[ActivityKind, ...]) -> QuerySet[Attendance]:
    """Return the counted attendance of ``kinds`` in a period."""
    return Attendance.objects.in_period(period).attended().filter(is_counted=True, kind__in=kinds)


def _on_roll(period: Period, within: Organization) -> QuerySet[Membership]:
    return (
        Membership.objects.home().on(period.last_day).filter(branch__path__startswith=within.path)
    )


def _sum(activity: str) -> Coalesce:
    span = Sum(F(f"{activity}ends_at") - F(f"{activity}starts_at"))
    return Coalesce(Hours(span), Value(Decimal(0)), output_field=_NUMBER)


def _target(period: Period) -> Case:
    """What is asked of a member in the period: more of those on a committee on any day of it."""
    rules = regulations.in_force(period.last_day)
    asked = {
        code: hours.target(rules[code].parameters["hours"], len(period.months))
        for code in (ALL, COMMITTEE)
        if code in rules
    }
    of_all = asked.get(ALL, Decimal(0))
    # Read once and kept, where a question of each member would read all posts again and again.
    on_committee = Post.objects.filter(
        Q(ended_on__isnull=True)
        | Q(ended_on__gt=period.first_day) & Q(ended_on__gt=F("started_on")),
        user__member__isnull=False,
        role__in=COMMITTEE_ROLES,
        started_on__lt=period.end,
    ).values("user__member")
    return Case(
        When(member_id__in=on_committee, then=Value(asked.get(COMMITTEE, of_all))),
        default=Value(of_all),
        output_field=_NUMBER,
    )
