"""Reading the period a page is about from its address, and the ways to others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import Http404, HttpRequest

from branches.rules.periods import Period, PeriodKind

_BEFORE_AFTER = {
    PeriodKind.MONTH: ("上月", "下月"),
    PeriodKind.QUARTER: ("上季度", "下季度"),
    PeriodKind.HALF_YEAR: ("上个半年", "下个半年"),
    PeriodKind.YEAR: ("上年", "下年"),
}
_KINDS = {
    PeriodKind.MONTH: "月",
    PeriodKind.QUARTER: "季",
    PeriodKind.HALF_YEAR: "半年",
    PeriodKind.YEAR: "年",
}


@dataclass(frozen=True, slots=True)
class Choice:
    label: str
    url: str
    active: bool


def period_of(text: str) -> Period:
    """Return the period of any kind named in an address.

    :raises Http404: it names none.
    """
    try:
        return Period.parse(text)
    except ValueError:
        raise Http404 from None


def month_of(text: str) -> Period:
    """Return the month named in an address.

    :raises Http404: it names none.
    """
    period = period_of(text)
    if period.kind is not PeriodKind.MONTH:
        raise Http404
    return period


def asked_period(request: HttpRequest, default: Period) -> Period:
    """Return the period of ``?period=``, ``default`` without one."""
    text = request.GET.get("period", "")
    return period_of(text) if text else default


def asked_month(request: HttpRequest, default: Period) -> Period:
    """Return the month of ``?period=``, ``default`` without one."""
    text = request.GET.get("period", "")
    return month_of(text) if text else default


def address(request: HttpRequest | None, **changes: str) -> str:
    """Return the query string of this page with some values changed; "" takes one out."""
    if request is None:
        return "?" + "&".join(f"{key}={value}" for key, value in changes.items())
    query = request.GET.copy()
    query.pop("page", None)
    for key, value in changes.items():
        if value:
            query[key] = value
        else:
            query.pop(key, None)
    return f"?{query.urlencode()}"


def neighbours(period: Period, last: Period, request: HttpRequest | None = None) -> list[Choice]:
    """Return links to the periods before and after, up to the one that contains ``last``.

    With ``request`` the links keep what else its address asks for.
    """
    before, after = _BEFORE_AFTER[period.kind]
    found = [
        Choice(f"‹ {before}", address(request, period=str(period.previous)), False),
        Choice(period.label, address(request, period=str(period)), True),
    ]
    if period.first_day < Period.containing(last.first_day, period.kind).first_day:
        found.append(Choice(f"{after} ›", address(request, period=str(period.next)), False))
    return found


def kinds(
    period: Period,
    rated: Iterable[Period],
    request: HttpRequest,
    awaited: Iterable[PeriodKind] = (),
) -> list[Choice]:
    """Return links between the kinds of period that have results; none for a single kind.

    A kind leads to its period nearest to the one shown.

    :param awaited: kinds that will have results, though there may be none yet.
    """
    by_kind: dict[PeriodKind, list[Period]] = {}
    for one in rated:
        by_kind.setdefault(one.kind, []).append(one)
    for kind in awaited:
        by_kind.setdefault(kind, [Period.containing(period.last_day, kind)])
    by_kind.setdefault(period.kind, [period])
    if len(by_kind) < 2:
        return []
    return [
        Choice(
            _KINDS[kind],
            address(request, period=str(_nearest(period, by_kind[kind])), scheme="", committee=""),
            kind is period.kind,
        )
        for kind in PeriodKind
        if kind in by_kind
    ]


def _nearest(period: Period, found: list[Period]) -> Period:
    kind = found[0].kind
    if kind is period.kind:
        return period
    around = Period.containing(period.last_day, kind)
    earlier = [one for one in found if one <= around]
    return max(earlier) if earlier else min(found)
