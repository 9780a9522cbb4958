"""Reading the month a page is about from its address."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest

from branches.rules.periods import Period, PeriodKind


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    url: str
    active: bool


def month_of(text: str) -> Period:
    """Return the month named in an address.

    :raises Http404: it names none.
    """
    try:
        period = Period.parse(text)
    except ValueError:
        raise Http404 from None
    if period.kind is not PeriodKind.MONTH:
        raise Http404
    return period


def asked_month(request: HttpRequest, default: Period) -> Period:
    """Return the month of ``?period=``, ``default`` without one."""
    text = request.GET.get("period", "")
    return month_of(text) if text else default


def neighbours(month: Period, last: Period) -> list[Choice]:
    """Return links to the months before and after, up to ``last``."""
    found = [
        Choice("‹ 上月", f"?period={month.previous}", False),
        Choice(month.label, f"?period={month}", True),
    ]
    if month.first_day < last.first_day:
        found.append(Choice("下月 ›", f"?period={month.next}", False))
    return found
