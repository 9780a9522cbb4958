"""The activities in reach: as a list, and as the calendar of a month."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_date

from activities.forms import ListFilterForm
from activities.queries import activities, agenda
from activities.queries.activities import Filters
from activities.views import months
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind

PAGE = 50
MONTHS_BACK, MONTHS_AHEAD = 24, 3
AHEAD = "ahead"  # as a view: all that is still to come
MOST_CHOICES = 300  # of organisations in the filter; beyond, only those above branches


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """The activities in reach: what comes next above what was, all that comes, or a month."""
    today = request.today
    places = _places(request)
    form = _filter_form(request, places, today)
    filters = _filters(form, request)
    is_calendar = request.GET.get("view") == "calendar"
    if is_calendar and filters.month is None:
        filters = replace(filters, month=Period.containing(today))
    context = {
        "form": form,
        "filters": filters,
        "month_value": str(filters.month or ""),
        "is_calendar": is_calendar,
        "is_narrowed": filters != Filters() and not is_calendar,
        "several": len(places) > 1,
        "may_log": request.grants.allows(Capability.LOG_ACTIVITIES),
        "views": [
            ("列表", f"?{months.query(request, view=None, page=None)}", not is_calendar),
            (
                "月历",
                f"?{months.query(request, view='calendar', page=None, day=None)}",
                is_calendar,
            ),
        ],
    }
    if is_calendar:
        context |= months.context(request, filters)
    else:
        is_ahead = request.GET.get("view") == AHEAD
        among = agenda.coming if is_ahead else agenda.past
        found = activities.with_counts(among(request.scope, filters, today))
        page = Paginator(found, PAGE).get_page(request.GET.get("page"))
        context |= {
            "page_obj": page,
            "rows": activities.rows(page.object_list, today),
            "is_ahead": is_ahead,
            "ahead": None
            if is_ahead or page.number > 1
            else agenda.ahead(request.scope, filters, today),
            "ahead_url": f"?{months.query(request, view=AHEAD, page=None)}",
            "both_url": f"?{months.query(request, view=None, page=None)}",
        }
    return TemplateResponse(request, "activities/list.html", context)


def _places(request: Request) -> list[Organization]:
    kinds = [OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH, OrganizationKind.BRANCH]
    here = Organization.objects.in_scope(request.scope).order_by("path")
    found = list(here.of_kind(*kinds)[: MOST_CHOICES + 1])
    if len(found) > MOST_CHOICES:
        found = list(here.of_kind(*kinds[:2])[:MOST_CHOICES])
    if len(found) == 1:  # a branch and its groups
        found += here.of_kind(OrganizationKind.GROUP)
    return found or list(here.of_kind(OrganizationKind.GROUP))


def _filter_form(request: Request, places: list[Organization], today: dt.date) -> ListFilterForm:
    form = ListFilterForm(request.GET)
    field = form.fields["organization"]
    field.queryset = Organization.objects.filter(pk__in=[place.pk for place in places])  # type: ignore[attr-defined]
    field.choices = [("", "全部"), *((place.pk, _indented(place, places)) for place in places)]  # type: ignore[attr-defined]
    month = Period.containing(today)
    offered = [month.minus(back) for back in range(-MONTHS_AHEAD, MONTHS_BACK)]
    form.fields["month"].choices = [  # type: ignore[attr-defined]
        ("", "全部月份"),
        *((str(each), each.label) for each in offered),
    ]
    form.is_valid()
    return form


def _indented(place: Organization, places: list[Organization]) -> str:
    return "　" * (place.depth - places[0].depth) + place.short_name


def _filters(form: ListFilterForm, request: Request) -> Filters:
    cleaned = form.cleaned_data
    return Filters(
        kind=cleaned.get("kind", ""),
        organization=cleaned.get("organization"),
        month=_period(request.GET.get("month", "")),
        day=_date(request.GET.get("day", "")),
        state=cleaned.get("state", ""),
    )


def _period(text: str) -> Period | None:
    try:
        period = Period.parse(text)
    except ValueError:
        return None
    return period if period.kind is PeriodKind.MONTH else None


def _date(text: str) -> dt.date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
