"""One activity to read, its steps and its prints."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities import tasks, wording
from activities.forms import CancelForm, ReopenForm
from activities.models import Activity
from activities.operations import activities as operations
from activities.operations.refusals import NotBegun, Refused
from activities.queries import activities, leaves, rolls, volunteering
from activities.rules import attendance
from activities.rules.kinds import ActivityKind
from activities.rules.progress import ACTIVITY, State, Step
from activities.views import panels
from branches import access, jobs
from branches.access import Request
from branches.rules.roles import Capability
from branches.rules.workflow import StepNotAllowed
from branches.templatetags import formats


@access.requires(Capability.SEE_ACTIVITIES)
def record(request: Request, *, pk: int) -> HttpResponse:
    """One activity: its facts, its arithmetic, its agenda and minutes, its roll."""
    activity = _one(request, pk)
    entries = rolls.of_activity(activity, today=request.today)
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
        "roll_words": _roll_words(entries, activity),
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
        "is_missed": activities.is_missed(activity, request.today),
        "verb": wording.VERBS[ActivityKind(activity.kind)],
        "most_reason": operations.MOST_REASON,
        "begins_later": leaves.starts_at(activity) > timezone.now(),
        "may_cancel": Step.CANCEL in steps,
        "may_reopen": Step.REOPEN in steps,
        "corrections": activity.corrections.select_related("made_by"),
        "trail": [("活动", reverse("activity-list"))],
        "is_held": is_held,
        "panels": panels.of_activity(request, activity),
    }
    return TemplateResponse(request, "activities/record.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def close(request: Request, *, pk: int) -> HttpResponse:
    """Close a record; what is missing is named on the page where it is filled in."""
    activity = _one(request, pk)
    answer = _step(
        request,
        activity,
        lambda: operations.close(
            activity=activity,
            held_early="held_early" in request.POST,
            by=request.user,
            at=timezone.now(),
        ),
        done="已办结。",
        mend="activity-edit",
    )
    if twice := volunteering.confirmed_beside(activity):
        messages.warning(
            request,
            f"这次服务的参加人员里，有 {twice} 人当天另有已经确认的服务时长。请到“志愿服务时长”的"
            "“已确认”里核对，是同一次的请作废，免得重复计算。",
        )
    return answer


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def cancel(request: Request, *, pk: int) -> HttpResponse:
    """Cancel a record with its reason."""
    return _with_reason(request, pk, CancelForm, operations.cancel, done="已取消，原因留存备查。")


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def reopen(request: Request, *, pk: int) -> HttpResponse:
    """Open a closed record again with the reason, and go on to put it right."""
    done = "已退回更正。改好后请重新办结，办结前不计入积分和台账。"
    return _with_reason(request, pk, ReopenForm, operations.reopen, done=done)


@access.requires(Capability.SEE_ACTIVITIES)
def sheet(request: Request, *, pk: int) -> HttpResponse:
    """The sign-in sheet to print before a meeting: names and room for signatures."""
    activity = _one(request, pk)
    context = {
        "activity": activity,
        "organization": activity.organization,
        "entries": rolls.of_activity(activity, today=request.today),
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


def _with_reason(
    request: Request,
    pk: int,
    form_class: type[CancelForm] | type[ReopenForm],
    step: Callable[..., Activity],
    *,
    done: str,
) -> HttpResponse:
    """Take a step that needs a reason, or say on the record's page what is wrong with it."""
    activity = _one(request, pk)
    form = form_class(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["reason"])))
        return redirect("activity", pk=pk)
    reason = form.cleaned_data["reason"]
    return _step(
        request,
        activity,
        lambda: step(activity=activity, reason=reason, by=request.user, at=timezone.now()),
        done=done,
        mend="activity",
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
    except NotBegun as question:
        messages.warning(request, f"{question}时间填错了请修改；已经提前召开的，请勾选后再办结。")
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


def _roll_words(entries: list[rolls.Entry], activity: Activity) -> str:
    called = f"共 {len(entries)} 人"
    excused = sum(entry.is_excused for entry in entries)
    return f"{called}，已准假 {excused} 人" if excused and activity.is_planned else called


def _shown(entry: rolls.Entry) -> dict[str, object]:
    status = attendance.AttendanceStatus(entry.status)
    return {
        "name": entry.name,
        "note": entry.note,
        "status": wording.ATTENDANCE[status],
        "tone": wording.ATTENDANCE_TONES[status],
        "reason": entry.reason,
        "known": entry.known.words if entry.known else "",
        "remark": entry.remark,
        "disagrees": entry.disagrees,
        "is_lecturer": entry.is_lecturer,
    }
