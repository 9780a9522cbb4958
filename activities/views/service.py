"""Hours of service: one's own year, reporting some, what the branch is asked to confirm."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.forms.volunteering import RefusalForm, ServiceForm, VoidForm
from activities.models import Serving, VolunteerHours, VolunteerTeam
from activities.operations import volunteer_hours as operations
from activities.operations.refusals import Refused
from activities.queries import volunteering
from activities.queries.learning import plain
from activities.wording import volunteering as wording
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability
from branches.rules.text import whole_number
from members.models import Member
from members.queries import homes

PAGE = 50
YEARS = 5  # so many can be looked back at


@access.signed_in("一个人看自己的志愿服务时长")
def mine(request: Request) -> HttpResponse:
    """What counts as one's service in a year, each with where it comes from, and what waits."""
    years = _years(request)
    year = next((each for each in years if str(each.year) == request.GET.get("year")), years[0])
    home = homes.of_user(request.user, request.today)
    member = getattr(request.user, "member", None)
    rows = list(volunteering.of_year(member, year)) if member else []
    waiting = list(volunteering.open_entries(member)) if member else []
    twice = _twice(rows)
    context = {
        "year": year,
        "years": years,
        "member": member,
        "rows": [_shown(row) | {"is_twice": row.served_on in twice} for row in rows],
        "has_twice": bool(twice),
        "total": plain(volunteering.total(rows)),
        "count": len(rows),
        "waiting": [row for row in waiting if row.is_confirmed is None],
        "refused": [
            row for row in waiting if row.is_confirmed is False and row.served_on.year == year.year
        ],
        "teams": list(volunteering.teams_of(member, request.today)) if member else [],
        "may_report": home is not None,
    }
    return TemplateResponse(request, "activities/my_service.html", context)


@access.signed_in("党员报自己的服务时长；支部为没有账号的同志代报")
def enter(request: Request) -> HttpResponse:
    """Report service: one's own, or with ``branch`` for somebody of a branch one keeps."""
    branch = _asked_branch(request)
    home = homes.of_user(request.user, request.today)
    if branch is None and home is None:
        return TemplateResponse(request, "activities/volunteer_nobody.html", {})
    place = branch or home.branch  # type: ignore[union-attr]
    terms = volunteering.terms(place, request.today)
    teams = VolunteerTeam.objects.filter(branch=place, dissolved_on__isnull=True).order_by("name")
    if branch is None:
        teams = volunteering.teams_of(home.member, request.today)  # type: ignore[union-attr]
    form = ServiceForm(
        request.POST if request.method == "POST" else None,
        today=request.today,
        teams=teams,
        people=homes.people(branch, request.today) if branch else None,
        initial={"team": request.GET.get("team", "")},
    )
    back = reverse("my-service") if branch is None else reverse("service-list")
    if request.method == "POST" and form.is_valid():
        member = form.cleaned_data["member"] if branch else home.member  # type: ignore[union-attr]
        if _entered(request, form, member):
            messages.success(request, "已提交，等支部确认，确认以后计入时长。")
            return redirect(back)
    context = {
        "form": form,
        "branch": branch,
        "terms": terms,
        "back": back,
        "trail": [
            ("我的志愿服务", back) if branch is None else ("志愿服务时长", back),
        ],
    }
    return TemplateResponse(request, "activities/service_enter.html", context)


@access.signed_in("谁填报的由谁撤回")
@require_POST
def withdraw(request: Request, *, pk: int) -> HttpResponse:
    """Take back what one has reported."""
    own = VolunteerHours.objects.filter(member__user=request.user) | VolunteerHours.objects.filter(
        entered_by=request.user
    )
    found = get_object_or_404(own, pk=pk)
    try:
        operations.withdraw(entry=found, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已撤回。")
    is_own = getattr(request.user, "member", None) == found.member
    return redirect("my-service" if is_own else "service-list")


@access.requires(Capability.LOG_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """What was reported in reach: to be confirmed, confirmed, refused or voided."""
    return _list(request)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def answer(request: Request, *, pk: int) -> HttpResponse:
    """Confirm hours with one tap, refuse them with the reason; void what was confirmed in error."""
    found = get_object_or_404(VolunteerHours.objects.in_scope(request.scope), pk=pk)
    if request.POST.get("answer") == "void":
        return _void(request, found)
    if request.POST.get("answer") == "confirm":
        try:
            operations.confirm(
                entry=found, is_another="is_another" in request.POST, by=request.user,
                at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "已确认，计入时长，已通知本人。")
        return redirect("service-list")
    form = RefusalForm(request.POST, prefix=str(pk))
    if form.is_valid():
        try:
            operations.refuse(entry=found, **form.cleaned_data, by=request.user, at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "已登记不确认，原因已通知本人。")
        return redirect("service-list")
    return _list(request, refusing=pk, refusal=form)


def _void(request: Request, found: VolunteerHours) -> HttpResponse:
    form = VoidForm(request.POST, prefix=str(found.pk))
    if form.is_valid():
        try:
            operations.void(entry=found, **form.cleaned_data, by=request.user, at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "已作废，不再计入时长，原因已通知本人。")
        return redirect(f"{reverse('service-list')}?state={volunteering.CONFIRMED}")
    return _list(request, refusing=found.pk, refusal=form)


def _list(
    request: Request,
    *,
    refusing: int | None = None,
    refusal: RefusalForm | VoidForm | None = None,
) -> HttpResponse:
    places = volunteering.branches(request.scope, request.today)
    asked = request.GET.get("branch", "")
    branch = next((each for each in places if str(each.pk) == asked), None)
    state = request.GET.get("state", "")
    state = state if state in (volunteering.CONFIRMED, volunteering.REFUSED) else ""
    counts = volunteering.counts(request.scope, branch)
    found = volunteering.entries(request.scope, state, branch)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    here, suffix = reverse("service-list"), f"&branch={branch.pk}" if branch else ""
    context = {
        "page_obj": page,
        "rows": [
            {
                "entry": row,
                "label": wording.ANSWERS[row.is_confirmed],
                "tone": wording.TONES[row.is_confirmed],
                "hours": plain(row.hours),
                "may_answer": row.is_confirmed is None and _is_anothers(row, request),
                "may_void": bool(row.is_confirmed) and _is_anothers(row, request),
                "form": refusal
                if refusal is not None and row.pk == refusing
                else (VoidForm if row.is_confirmed else RefusalForm)(prefix=str(row.pk)),
            }
            for row in page.object_list
        ],
        "refusal": refusal,
        "branch": branch,
        "places": places,
        "several": len(places) > 1,
        "state": state,
        "has_any": sum(counts.values()) > 0,
        "tabs": [
            ("待确认", f"{here}?{suffix}", state == "", counts["waiting"]),
            ("已确认", f"{here}?state=CONFIRMED{suffix}", state == volunteering.CONFIRMED,
             counts["confirmed"]),
            ("不计入", f"{here}?state=REFUSED{suffix}", state == volunteering.REFUSED,
             counts["refused"]),
        ],
        "trail": [("志愿服务", reverse("volunteer-team-list"))],
    }  # fmt: skip
    return TemplateResponse(request, "activities/service_list.html", context)


def _entered(request: Request, form: ServiceForm, member: Member) -> bool:
    """Report it; say on the form why it cannot be."""
    try:
        operations.enter(
            member=member, service=form.service, is_another=form.cleaned_data["is_another"],
            by=request.user, at=timezone.now(),
        )  # fmt: skip
    except operations.Recorded as refusal:
        form.asks_another = True
        form.add_error("is_another", str(refusal))
    except Refused as refusal:
        form.add_error(None, str(refusal))
    else:
        return True
    return False


def _is_anothers(row: VolunteerHours, request: Request) -> bool:
    return request.user.pk not in (row.member.user_id, row.entered_by_id)


def _asked_branch(request: Request) -> Organization | None:
    """Return the branch one writes for.

    :raises Http404: it is not one whose records one keeps.
    """
    asked = request.POST.get("branch") or request.GET.get("branch", "")
    if not asked:
        return None
    scope = request.grants.scope(Capability.LOG_ACTIVITIES)
    places = {place.pk: place for place in volunteering.branches(scope, request.today)}
    number = whole_number(asked)
    if number not in places:
        raise Http404
    return places[number]


def _shown(row: Serving) -> dict[str, Any]:
    if row.attendance is not None:
        activity = row.attendance.activity
        return {
            "row": row,
            "hours": plain(row.hours),
            "title": activity.title,
            "source": f"{activity.organization.short_name}的活动记录",
            "note": "" if activity.ends_at else "没有结束时间，不计时",
            "url": reverse("my-activity", kwargs={"pk": row.attendance_id}),
        }
    assert row.entry is not None
    answered = row.entry.answered_by
    team = f"{row.entry.team.name} · " if row.entry.team else ""
    return {
        "row": row,
        "hours": plain(row.hours),
        "title": row.entry.what,
        "source": f"{team}本人填报，{answered.name if answered else ''}确认",
        "note": "",
        "url": "",
    }


def _twice(rows: list[Serving]) -> set[Any]:
    """Return the days that both a record and a report tell of: perhaps the same service."""
    told = {row.served_on for row in rows if row.attendance_id}
    return told & {row.served_on for row in rows if row.entry_id}


def _years(request: Request) -> list[Period]:
    found = [Period.containing(request.today, PeriodKind.YEAR)]
    while len(found) < YEARS:
        found.append(found[-1].previous)
    return found
