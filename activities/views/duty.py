"""The duty roster of a branch: to read, to draw up for a month, to print."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from activities.forms.duty import RosterForm
from activities.operations import duty as operations
from activities.operations.refusals import Refused
from activities.queries import duty
from activities.rules import duty as rules
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability

MONTHS_AHEAD = 12


@access.requires(Capability.SEE_ACTIVITIES)
def roster(request: Request) -> HttpResponse:
    """Who is on duty in a month, at one branch in reach."""
    branches = list(duty.branches(request.scope, request.today))
    asked = request.GET.get("branch", "")
    branch = next((each for each in branches if str(each.pk) == asked), None)
    branch = branch or (branches[0] if branches else None)
    period = _month(request.GET.get("month", ""), request)
    context: dict[str, object] = {"branches": branches, "branch": branch, "period": period}
    if branch is not None:
        days = duty.month(branch, period)
        logs = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(branch.path)
        context |= {
            "days": days,
            "has_any": any(day.shifts for day in days),
            "terms": duty.terms(branch, min(max(request.today, days[0].on), days[-1].on)),
            "may_plan": logs and period <= _last_month(request),
            "previous": f"?branch={branch.pk}&month={period.previous}",
            "next": f"?branch={branch.pk}&month={period.next}",
            "plan_url": _url("duty-plan", branch, period),
            "print_url": _url("duty-print", branch, period),
        }
    return TemplateResponse(request, "activities/duty_roster.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def plan(request: Request, *, pk: int, period: str) -> HttpResponse:
    """Draw up a month on one page: what the rotation proposes, and what one changes of it."""
    branch, month = _place(request, pk, period)
    days = duty.month(branch, month)
    crew = duty.crew(branch, month)
    terms = duty.terms(branch, min(max(request.today, days[0].on), days[-1].on))
    taken = {day.on: [shift.member_id for shift in day.shifts] for day in days if day.shifts}
    proposed = rules.propose(
        days=[day.on for day in days if day.on not in taken and day.on >= request.today],
        calendar=duty.calendar_of(month),
        people=crew.people,
        secretary=crew.secretary,
        terms=terms,
        taken=taken,
    )
    form = RosterForm(
        request.POST if request.method == "POST" else None,
        days=days,
        crew=crew,
        proposed=proposed,
        per_day=terms.per_day,
    )
    if request.method == "POST" and form.is_valid():
        try:
            added = operations.write_month(
                branch=branch, period=month, chosen=form.chosen, by=request.user,
                at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            words = f"已保存，新排 {added} 个班，已通知本人。" if added else "已保存。"
            messages.success(request, words)
            return redirect(_roster_url(branch, month))
    context = {
        "form": form,
        "branch": branch,
        "period": month,
        "crew": crew,
        "terms": terms,
        "is_proposed": any(proposed.values()),
        "needs_secretary": terms.weekend_secretary and crew.secretary is None,
        "coming": [row for row in form.rows if row[0].on >= request.today],
        "past": [row for row in form.rows if row[0].on < request.today],
        "back": _roster_url(branch, month),
        "trail": [("值班", reverse("duty-roster")), (month.label, _roster_url(branch, month))],
    }
    return TemplateResponse(request, "activities/duty_plan.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def print_roster(request: Request, *, pk: int, period: str) -> HttpResponse:
    """The month as a sheet to hang up."""
    branch, month = _place(request, pk, period)
    days = duty.month(branch, month)
    context = {
        "branch": branch,
        "period": month,
        "days": days,
        "terms": duty.terms(branch, month.first_day),
        "back": _roster_url(branch, month),
    }
    return TemplateResponse(request, "activities/duty_print.html", context)


def _place(request: Request, pk: int, period: str) -> tuple[Organization, Period]:
    branch = get_object_or_404(duty.branches(request.scope, request.today), pk=pk)
    try:
        month = Period.parse(period)
    except ValueError:
        raise Http404 from None
    if month.kind is not PeriodKind.MONTH or month > _last_month(request):
        raise Http404
    return branch, month


def _month(text: str, request: Request) -> Period:
    try:
        found = Period.parse(text)
    except ValueError:
        return Period.containing(request.today)
    last = _last_month(request)
    return min(found, last) if found.kind is PeriodKind.MONTH else Period.containing(request.today)


def _last_month(request: Request) -> Period:
    """Rosters are drawn up for a year ahead at most."""
    month = Period.containing(request.today)
    for _ in range(MONTHS_AHEAD):
        month = month.next
    return month


def _url(name: str, branch: Organization, period: Period) -> str:
    return reverse(name, kwargs={"pk": branch.pk, "period": str(period)})


def _roster_url(branch: Organization, period: Period) -> str:
    return f"{reverse('duty-roster')}?branch={branch.pk}&month={period}"
