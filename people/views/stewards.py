"""小政委 of a branch: who it is in each group, and what the month shows."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability
from people.models import Steward
from people.queries import steward_months, steward_work, stewards
from people.rules.stewards import StewardGrade, StewardState
from people.wording import stewards as wording


def trail(branch: Organization | None = None) -> list[tuple[str, str]]:
    """Return the way here from above: the list, of a branch."""
    suffix = f"?branch={branch.pk}" if branch else ""
    return [("小政委", reverse("steward-list") + suffix)]


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """Every group of a branch in reach: who is 小政委, and what the month shows."""
    branches = list(stewards.branches(request.scope, request.today))
    asked = request.GET.get("branch", "")
    branch = next((each for each in branches if str(each.pk) == asked), None)
    branch = branch or (branches[0] if branches else None)
    month = month_of(request.GET.get("month", ""), request)
    context: dict[str, object] = {"branches": branches, "branch": branch, "period": month}
    if branch is not None:
        places = stewards.places(branch, request.scope, request.today)
        figures = steward_work.figures(places, month, request.today)
        logs = request.grants.scope(Capability.LOG_ACTIVITIES)
        context |= {
            "rows": [_shown(each) for each in figures],
            "may_recommend": any(logs.reaches(place.path) for place in places),
            "choosing": [row for row in stewards.history(places) if row.state in stewards.CHOOSING],
            "own": own_line(request),
            "previous": f"?branch={branch.pk}&month={month.previous}",
            "next": f"?branch={branch.pk}&month={month.next}" if month.end <= request.today else "",
        }
    return TemplateResponse(request, "people/steward_list.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def group(request: Request, *, pk: int) -> HttpResponse:
    """One group: its 小政委, the month's lines and helps, the reports, and who was chosen when."""
    place = _place(request, pk)
    month = month_of(request.GET.get("month", ""), request)
    [figures] = steward_work.figures([place], month, request.today)
    member = figures.seat.member
    history = stewards.history([place])
    logs = request.grants.scope(Capability.LOG_ACTIVITIES)
    context: dict[str, object] = {
        "place": place,
        "place_key": str(place.pk),  # as text: links are put together in the template
        "branch": stewards.branch_of(place),
        "period": month,
        "row": _shown(figures),
        "seat": figures.seat,
        "history": [shown_step(row) for row in history],
        "may_recommend": logs.reaches(place.path),
        "previous": f"?month={month.previous}",
        "next": f"?month={month.next}" if month.end <= request.today else "",
        "trail": trail(stewards.branch_of(place)),
    }
    if member is not None:
        days = steward_work.days(place, member, month, request.today)
        context |= {
            "days": days,
            "lines": [day for day in reversed(days) if day.line is not None],
            "helps": steward_work.helps(place, member, month),
            "facts": steward_months.facts_of(
                steward_months.content(place, member, month, request.today)
            ),
        }
    return TemplateResponse(request, "people/steward_group.html", context)


def own_line(request: Request) -> dict[str, object] | None:
    """Return the day's line of whoever is a 小政委 himself: the way on, and what to copy."""
    member = getattr(request.user, "member", None)
    places = list(stewards.places_of(request.user, request.today)) if member else []
    if not places or member is None:
        return None
    place = places[0]
    today = steward_work.line_of(place, member, request.today)
    last = today or steward_work.last_line(place, member, request.today)
    return {"place": place, "today": today, "text": last.text if last else ""}


def month_of(asked: str, request: Request) -> Period:
    """Return the month asked for, never one to come; else this month."""
    this = Period.containing(request.today)
    try:
        found = Period.parse(asked)
    except ValueError:
        return this
    return min(found, this) if found.kind is PeriodKind.MONTH else this


def shown_step(row: Steward) -> dict[str, object]:
    """Return a candidacy as lists show it."""
    return {
        "row": row,
        "label": row.get_state_display(),
        "tone": wording.STATE_TONES[StewardState(row.state)],
    }


def _shown(figures: steward_work.Figures) -> dict[str, object]:
    said = steward_work.standing(figures.report) if figures.report else {}
    return {
        "figures": figures,
        "seat": figures.seat,
        "said": [
            (
                row.get_side_display(),
                row.get_grade_display(),
                wording.GRADE_TONES[StewardGrade(row.grade)],
            )
            for row in said.values()
        ],
    }


def _place(request: Request, pk: int) -> Organization:
    rows = Organization.objects.in_scope(request.scope).standing_on(request.today)
    place = get_object_or_404(rows.select_related("parent"), pk=pk)
    if place not in stewards.places(stewards.branch_of(place), request.scope, request.today):
        raise Http404
    return place
