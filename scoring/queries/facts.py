"""Facts that scoring keeps itself: point entries and marks by item, results of other schemes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Avg, F, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Round

from branches.facts import FactSource
from branches.models import Organization
from branches.rules import tree
from branches.rules.periods import Period
from scoring.models import Mark, PointEntry, Run, Score
from scoring.rules import feeds as catalogue
from scoring.rules.rounds import REVIEWS


def entries(
    scheme_code: str, period: Period, columns: Mapping[str, str], *, of_members: bool
) -> QuerySet[PointEntry, Any]:
    """Return summed entries of a period, one row a subject and one column an item.

    ``columns`` maps item codes to column names; NULL where an item has no entry.
    """
    return (
        PointEntry.objects.standing()
        .in_period(period)
        .filter(scheme_code=scheme_code, item_code__in=columns, member__isnull=not of_members)
        .order_by()
        .values("member_id" if of_members else "organization_id")
        .annotate(
            **{
                column: Sum("quantity", filter=Q(item_code=code))
                for code, column in columns.items()
            }
        )
    )


def marks(scheme_code: str, period: Period, columns: Mapping[str, str]) -> QuerySet[Mark, Any]:
    """Return the standing marks of a period, one row an organisation and one column an item.

    A review stands in for the inspectors' mean, which is rounded to 0.01.
    """
    return (
        Mark.objects.standing()
        .filter(scheme_code=scheme_code, period_start=period.first_day, item_code__in=columns)
        .order_by()
        .values("organization_id")
        .annotate(
            **{
                column: Coalesce(
                    Max("value", filter=Q(item_code=code, kind__in=REVIEWS)),
                    Round(Avg("value", filter=Q(item_code=code)), precision=2),
                )
                for code, column in columns.items()
            }
        )
    )


def recorded_codes(
    scheme_code: str,
    period: Period,
    codes: Collection[str],
    subject: str,
    subjects: Collection[int] | None = None,
) -> set[str]:
    """Return those of ``codes`` with a standing entry in the period (one query).

    :param subjects: look only at entries about these, by the column ``subject``.
    """
    entries = PointEntry.objects.standing().in_period(period).filter(scheme_code=scheme_code)
    found = entries.order_by().values_list("item_code", flat=True)
    if subjects is not None:
        return set(found.filter(**{f"{subject}__in": subjects}).distinct())
    # One look into the index a code, where DISTINCT would read the whole month.
    looks = [found.filter(item_code=code)[:1] for code in codes]
    return set(looks[0].union(*looks[1:], all=True)) if looks else set()


def other_scores(
    committee: Organization, period: Period, feeds: Collection[str], target: str
) -> list[FactSource]:
    """Return what subjects got under other schemes within a period, for feeds ``score.<code>``.

    From the current runs of the committee and of those above and below it: what the scheme
    rolled up to this very period; else the mean of its own periods, rounded to 0.01. Who has
    none has no row: the item is then missing.
    """
    subject = "member_id" if target == "member" else "organization_id"
    found = []
    for feed in sorted(feeds):
        code = catalogue.scheme_code(feed)
        if code is None:
            continue
        theirs = Run.objects.current().filter(
            Q(committee__path__startswith=committee.path)
            | Q(committee__path__in=tree.lineage(committee.path)),
            scheme_code=code,
            version__target=target,
        )
        own = Q(
            period_kind=F("version__period"),
            period_start__gte=period.first_day,
            period_start__lt=period.end,
        )
        whole = theirs.of_period(period)
        rows = (
            Score.objects.rated()
            .filter(run__in=whole if whole.exists() else theirs.filter(own))
            .order_by()
            .values(subject)
            .annotate(mean=Round(Avg("total"), precision=2))
        )
        found.append(FactSource(rows, subject, {feed: ("mean", None)}, counts=False))
    return found
