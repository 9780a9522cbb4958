"""Leave: asking for it oneself, answering it for others."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities import wording
from activities.forms.leave import GRANT, AnswerForm, LeaveForm
from activities.models import Attendance, Leave
from activities.operations import leave as operations
from activities.operations.refusals import Refused
from activities.queries import activities, leaves
from activities.rules.attendance import AttendanceStatus
from activities.rules.leave import LeaveState, may_answer
from activities.wording import sign_in as words
from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from branches.templatetags import formats

PAGE = 50


@access.requires(Capability.LOG_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """The requests that wait for an answer, then those that were answered."""
    page = Paginator(leaves.answered(request.scope), PAGE).get_page(request.GET.get("page"))
    mine = set(
        leaves.to_answer(request.scope, request.user, request.today).values_list("pk", flat=True)
    )
    context = {
        "waiting": [_line(row, row.pk in mine) for row in leaves.waiting(request.scope)],
        "page_obj": page,
        "answered": [_shown(row) for row in page.object_list],
    }
    return TemplateResponse(request, "activities/leave_list.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def answer(request: Request, *, pk: int) -> HttpResponse:
    """One request, and the form to answer it."""
    row = get_object_or_404(leaves.in_scope(request.scope), pk=pk)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    others = leaves.keepers(row.activity, request.today, but=request.user)
    is_own = row.member.user_id == request.user.pk
    if request.method == "POST" and form.is_valid():
        try:
            operations.answer(
                leave=row,
                grant=form.cleaned_data["verdict"] == GRANT,
                note=form.cleaned_data["note"],
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已答复{row.member.name}的请假，并通知本人。")
            _warn(request, row)
            return redirect("leave-list")
    context = {
        "leave": row,
        "activity": row.activity,
        "organization_name": activities.place_name(row.activity.organization),
        "tone": words.LEAVE_TONES[LeaveState(row.state)],
        "form": form,
        "is_waiting": row.state == LeaveState.ASKED and not row.activity.is_cancelled,
        "may_answer": may_answer(is_own=is_own, others=bool(others)),
        "is_own": is_own,
        "others": "、".join(user.name for user in others[:3]),
        "trail": [("请假", reverse("leave-list"))],
    }
    return TemplateResponse(request, "activities/leave.html", context)


@access.signed_in("一个人为自己应当参加的活动请假")
def ask(request: Request, *, pk: int) -> HttpResponse:
    """Ask to be excused from one activity."""
    row = _own(request, pk)
    at = timezone.now()
    form = LeaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.ask(
                activity=row.activity,
                member=row.member,
                reason=form.cleaned_data["reason"],
                by=request.user,
                at=at,
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            late = "已过请假期限，会注明。" if made.is_late else ""
            messages.success(request, f"已提交请假，答复后会通知您。{late}")
            return redirect("my-activity", pk=pk)
    context = {
        "row": row,
        "activity": row.activity,
        "organization_name": activities.place_name(row.activity.organization),
        "form": form,
        "deadline": leaves.deadline(row.activity),
        "is_late": at > leaves.deadline(row.activity),
        "trail": [
            ("我的活动", reverse("my-activities")),
            (row.activity.title, reverse("my-activity", kwargs={"pk": pk})),
        ],
    }
    return TemplateResponse(request, "activities/leave_ask.html", context)


@access.signed_in("一个人撤回自己的请假")
@require_POST
def withdraw(request: Request, *, pk: int) -> HttpResponse:
    """Take one's own request back."""
    row = _own(request, pk)
    leave = leaves.standing(row.activity, row.member_id)
    if leave is None:
        messages.warning(request, "您没有请假，不用撤回。")
        return redirect("my-activity", pk=pk)
    try:
        operations.withdraw(leave=leave, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "已撤回请假，请按时参加。")
    return redirect("my-activity", pk=pk)


def _own(request: Request, pk: int) -> Attendance:
    return get_object_or_404(
        Attendance.objects.filter(member__user=request.user)
        .select_related("activity__organization__parent", "member")
        .defer("member__id_number", "member__phone"),
        pk=pk,
    )


def _shown(row: Leave) -> dict[str, object]:
    return {
        "pk": row.pk,
        "name": row.member.name,
        "reason": row.reason,
        "activity": row.activity,
        "place": activities.place_name(row.activity.organization),
        "is_late": row.is_late,
        "state": row.get_state_display(),
        "tone": words.LEAVE_TONES[LeaveState(row.state)],
        "answered_by": row.answered_by.name if row.answered_by else "",
        "note": row.note,
    }


def _line(row: Leave, is_mine: bool) -> dict[str, str]:
    """Return a request as a thing to do; one that others answer has no button."""
    activity = row.activity
    why = [
        activity.title,
        activities.place_name(activity.organization),
        f"{formats.day(activity.held_on)} {activity.starts_at:%H:%M}",
        "超过请假期限" if row.is_late else "",
        "活动已办结" if activity.is_closed else "",
        "" if is_mine else "本人的请假，由他人答复",
    ]
    return {
        "title": f"{row.member.name}：{row.reason}",
        "why": " · ".join(word for word in why if word),
        "url": reverse("leave", kwargs={"pk": row.pk}) if is_mine else "",
    }


def _warn(request: Request, leave: Leave) -> None:
    """Say where the roll says something else than the leave just granted."""
    leave.refresh_from_db(fields=["state"])
    mark = Attendance.objects.filter(activity=leave.activity, member=leave.member).first()
    if leave.state != LeaveState.APPROVED or mark is None:
        return
    if mark.status in (AttendanceStatus.UNMARKED, AttendanceStatus.LEAVE):
        return
    word = wording.ATTENDANCE[AttendanceStatus(mark.status)]
    messages.warning(
        request,
        f"名册上已登记为“{word}”，没有改动。确实请假的，请"
        f"{'退回更正后' if leave.activity.is_closed else ''}在名册上改为请假。",
    )
