"""Activities to read: the list and the calendar, one record, its steps and its prints."""

from __future__ import annotations

import datetime as dt
from calendar import Calendar
from collections.abc import Callable
from dataclasses import replace

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST

from activities import tasks, wording
from activities.forms import CancelForm, ListFilterForm
from activities.models import Activity
from activities.operations import activities as operations
from activities.operations.refusals import Refused
from activities.queries import activities, rolls
from activities.queries.activities import Filters
from activities.rules import attendance
from activities.rules.kinds import ActivityKind
from activities.rules.progress import ACTIVITY, State, Step
from branches import access, jobs
from branches.access import Request
from branches.models import Organization
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind
from branches.rules.workflow import StepNotAllowed
from branches.templatetags import formats

PAGE = 50
MONTHS_BACK, MONTHS_AHEAD = 24, 3
MOST_CHOICES = 300  # of organisations in the filter; beyond, only those above branches


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """The activities in reach, as a list or as a month."""
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
            ("列表", f"?{_query(request, view=None, page=None)}", not is_calendar),
            ("月历", f"?{_query(request, view='calendar', page=None, day=None)}", is_calendar),
        ],
    }
    if is_calendar:
        context |= _month(request, filters)
    else:
        found = activities.with_counts(activities.found(request.scope, filters, today))
        page = Paginator(found, PAGE).get_page(request.GET.get("page"))
        context |= {"page_obj": page, "rows": activities.rows(page.object_list, today)}
    return TemplateResponse(request, "activities/list.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def record(request: Request, *, pk: int) -> HttpResponse:
    """One activity: its facts, its arithmetic, its agenda and minutes, its roll."""
    activity = _one(request, pk)
    entries = rolls.of_activity(activity)
    may_log = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(activity.organization.path)
    steps = ACTIVITY.open_steps(State(activity.state)) if may_log else []
    is_held = activity.held_on <= request.today
    count = attendance.count(entry.status for entry in entries)
    has_record = bool(activity.summary) or any(part.content for part in activity.parts.all())
    context = {
        "activity": activity,
        "organization_name": activities.place_name(activity.organization),
        "entries": [_shown(entry) for entry in entries],
        "count": count,
        "rate_words": rate_words(count),
        "absent_tone": "bad" if count.absent else "",
        "has_record": has_record,
        "roll_words": f"共 {len(entries)} 人",
        "close_tone": "warn" if activity.record_due_on < request.today else "",
        "time_words": f"{activity.starts_at:%H:%M}"
        + (f" 至 {activity.ends_at:%H:%M}" if activity.ends_at else ""),
        "parts": [part for part in activity.parts.all() if part.content],
        "blank_parts": [part.title for part in activity.parts.all() if not part.content],
        "late": activities.lateness(activity, request.today),
        "tone": wording.STATE_TONES[State(activity.state)],
        "stages": _stages(activity),
        "may_edit": Step.EDIT in steps,
        "may_take_roll": Step.TAKE_ROLL in steps and is_held,
        "may_close": Step.CLOSE in steps and is_held and not activity.is_planned,
        "may_cancel": Step.CANCEL in steps,
        "cancel_form": CancelForm(),
        "trail": [("活动", reverse("activity-list"))],
        "is_held": is_held,
    }
    return TemplateResponse(request, "activities/record.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def close(request: Request, *, pk: int) -> HttpResponse:
    """Close a record; what is missing is named on the page where it is filled in."""
    activity = _one(request, pk)
    return _step(
        request,
        activity,
        lambda: operations.close(activity=activity, by=request.user, at=timezone.now()),
        done="已办结。",
        mend="activity-edit",
    )


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def cancel(request: Request, *, pk: int) -> HttpResponse:
    """Cancel a record with its reason."""
    activity = _one(request, pk)
    form = CancelForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["reason"])))
        return redirect("activity", pk=pk)
    return _step(
        request,
        activity,
        lambda: operations.cancel(
            activity=activity,
            reason=form.cleaned_data["reason"],
            by=request.user,
            at=timezone.now(),
        ),
        done="已取消。",
        mend="activity",
    )


@access.requires(Capability.SEE_ACTIVITIES)
def sheet(request: Request, *, pk: int) -> HttpResponse:
    """The sign-in sheet to print before a meeting: names and room for signatures."""
    activity = _one(request, pk)
    context = {
        "activity": activity,
        "organization": activity.organization,
        "entries": rolls.of_activity(activity),
        "back": reverse("activity", kwargs={"pk": pk}),
    }
    return TemplateResponse(request, "activities/sheet.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
@require_POST
def print_record(request: Request, *, pk: int) -> HttpResponse:
    """Ask for the 会议记录 as PDF."""
    activity = _one(request, pk)
    if not activity.is_closed:
        messages.warning(request, "办结以后才能打印会议记录。")
        return redirect("activity", pk=pk)
    job, made = jobs.request(
        tasks.draw_record.name,
        arguments={"activity": activity.pk, "user": request.user.pk},
        label=f"会议记录：{activity.title}",
        by=request.user,
        at=timezone.now(),
        organization=activity.organization,
    )
    if made:
        tasks.draw_record.delay_on_commit(job_id=job.pk)
    return redirect("job", pk=job.pk)


def rate_words(count: attendance.RollCount) -> str:
    """Return the rate with its arithmetic."""
    due = f"（应到 {count.due} − 请假 {count.on_leave}）" if count.on_leave else f"应到 {count.due}"
    return f"到会率 {formats.rate(count.rate)} = 实到 {count.attended} ÷ {due}"


def _one(request: Request, pk: int) -> Activity:
    return get_object_or_404(
        Activity.objects.in_scope(request.scope)
        .select_related("organization__parent", "entered_by")
        .prefetch_related("parts"),
        pk=pk,
    )


def _step(
    request: Request,
    activity: Activity,
    operation: Callable[[], Activity],
    *,
    done: str,
    mend: str,
) -> HttpResponse:
    try:
        operation()
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(mend if activity.may_be_edited else "activity", pk=activity.pk)
    except StepNotAllowed as refusal:
        messages.warning(request, wording.refused_step(refusal.state))
    else:
        messages.success(request, f"“{activity.title}”{done}")
    return redirect("activity", pk=activity.pk)


def _stages(activity: Activity) -> list[tuple[str, str]]:
    if activity.is_cancelled:
        return [("安排", "done"), ("已取消", "now")]
    places = {State.PLANNED: 1, State.OPEN: 2, State.CLOSED: 4}
    here = places[State(activity.state)]
    labels = ("安排", "登记到会", "填写记录", "办结")
    return [
        (label, "done" if place < here else "now" if place == here else "")
        for place, label in enumerate(labels)
    ]


def _shown(entry: rolls.Entry) -> dict[str, object]:
    status = attendance.AttendanceStatus(entry.status)
    return {
        "name": entry.name,
        "note": entry.note,
        "status": wording.ATTENDANCE[status],
        "tone": wording.ATTENDANCE_TONES[status],
        "reason": entry.reason,
        "is_lecturer": entry.is_lecturer,
    }


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
    months = [month.minus(back) for back in range(-MONTHS_AHEAD, MONTHS_BACK)]
    form.fields["month"].choices = [  # type: ignore[attr-defined]
        ("", "全部月份"),
        *((str(each), each.label) for each in months),
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


def _query(request: Request, **changes: str | None) -> str:
    query: QueryDict = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return query.urlencode()


def _month(request: Request, filters: Filters) -> dict[str, object]:
    month = filters.month
    assert month is not None
    items = activities.month_items(request.scope, filters)
    weeks = [
        [
            (
                day,
                month.contains(day),
                day == request.today,
                [_item(request, item) for item in items.get(day, [])],
            )
            for day in week
        ]
        for week in Calendar().monthdatescalendar(month.year, month.number)
    ]
    return {
        "month": month,
        "weeks": weeks,
        "has_items": bool(items),
        "months": [
            ("‹ 上月", f"?{_query(request, month=str(month.previous), page=None)}", False),
            (month.label, f"?{_query(request, month=str(month))}", True),
            ("下月 ›", f"?{_query(request, month=str(month.next), page=None)}", False),
        ],
    }


def _item(request: Request, item: activities.DayItem) -> tuple[str, str, str]:
    """Label, address and tone: green when all is closed, amber when it should be."""
    label = wording.KINDS[ActivityKind(item.kind)]
    tone = "ok" if not item.unclosed else "warn" if item.day <= request.today else ""
    if item.count == 1:
        return label, reverse("activity", kwargs={"pk": item.first_pk}), tone
    query = _query(
        request, view=None, page=None, month=None, day=item.day.isoformat(), kind=item.kind
    )
    return f"{label} {item.count} 场", f"{reverse('activity-list')}?{query}", tone
