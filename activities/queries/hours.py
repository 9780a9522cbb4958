"""Hours: of classes against the target, and of service."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, FilteredRelation, Func, Max, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Greatest

from activities.models import Serving
from activities.queries import targets
from activities.queries.targets import NUMBER
from branches.facts import FactSource
from branches.models import Organization
from branches.queries.regulations import RuleBook
from branches.rules.periods import Period
from members.models import Exemption, Member, Membership

MEMBER_FEEDS = frozenset({"hours", "service_hours"})


class Rounded(Func):
    """Hours to 0.01, half up: once, after everything was added up."""

    template = "ROUND(%(expressions)s, 2)"
    arity = 1
    output_field = NUMBER


def of_service(period: Period) -> FactSource:
    """Return the hours of service of those who did any (``service_hours``).

    What counts as service is ``activities.models.Serving``.
    """
    rows = (
        Serving.objects.in_period(period)
        .order_by()
        .values("member_id")
        .annotate(service=Rounded(Sum("hours")))
    )
    return FactSource(rows, "member_id", {"service_hours": ("service", None)}, whole=False)


def of_classes(
    period: Period,
    within: Organization,
    *,
    member: Member | None = None,
    book: RuleBook | None = None,
) -> FactSource:
    """Return the hours of classes ÷ the target (``hours``) of everybody on the roll.

    With ``member`` of this one alone, where on the roll: nobody else's rows are read.

    Also of those who learned nothing: the target is theirs all the same. What counts as learned
    is ``activities.models.Learning``. The rows also hold ``yearly``, what is asked of them in a
    whole year, and ``months``, in how many months of the period it is.
    """
    took = Q(
        member__learned__learned_on__gte=period.first_day,
        member__learned__learned_on__lt=period.end,
    )
    asked = targets.of(period, within, book)
    on_roll = _on_roll(period, within)
    if member is not None:
        on_roll = on_roll.filter(member=member)
    rows = (
        on_roll.annotate(took=FilteredRelation("member__learned", condition=took))
        .order_by()
        .values("member_id")
        # One home each: what is asked is the only value.
        .annotate(
            hours=Coalesce(Rounded(Sum("took__hours")), Value(Decimal(0)), output_field=NUMBER),
            target=Max(asked.target),
            yearly=Max(asked.yearly),
            months=Max(asked.months),
        )
    )
    return FactSource(rows, "member_id", {"hours": ("hours", "target")}, whole=False)


def organization_facts(period: Period, within: Organization) -> FactSource:
    """Return ``hours_met``: members who reached their target ÷ members on the roll not exempt.

    Both are 0 where no regulation asks for hours.
    """
    # Read once for all and kept; a question for each member would read five tables each time.
    reached = of_classes(period, within).rows.filter(hours__gte=F("target")).values("member_id")
    rows = (
        _on_roll(period, within)
        .exclude(member_id__in=Exemption.objects.on(period.last_day).values("member_id"))
        .annotate(target=targets.of(period, within).target)
        .filter(target__gt=0)
        .order_by()
        .values("branch_id")
        .annotate(met=Count("pk", filter=Q(member_id__in=reached)), due=Count("pk"))
    )
    return FactSource(rows, "branch_id", {"hours_met": ("met", "due")})


def counted_by_branch(period: Period, within: Organization, on: dt.date) -> QuerySet[Any, Any]:
    """Return each branch below ``within`` (branch_id) with its members not exempt on a day.

    Columns: members; reached, those who have the hours of the period; behind, those who lack
    hours of its months that are over by then.
    """
    rows = of_classes(period, within).rows
    over = sum(month.end <= on for month in period.months)
    elapsed = Greatest(Value(0), F("months") - Value(len(period.months) - over))
    late = rows.filter(hours__lt=targets.Share(F("yearly"), elapsed))
    reached = rows.filter(hours__gte=F("target"))
    return (
        _on_roll(period, within)
        .exclude(member_id__in=Exemption.objects.on(on).values("member_id"))
        .order_by()
        .values("branch_id")
        .annotate(
            members=Count("pk"),
            reached=Count("pk", filter=Q(member_id__in=reached.values("member_id"))),
            behind=Count("pk", filter=Q(member_id__in=late.values("member_id"))),
        )
    )


def _on_roll(period: Period, within: Organization) -> QuerySet[Membership]:
    return (
        Membership.objects.home().on(period.last_day).filter(branch__path__startswith=within.path)
    )
