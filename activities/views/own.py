"""What a member was called to: one's own attendance, and what was held."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from activities import wording
from activities.models import Attendance, Leave, SignIn
from activities.queries import activities, leaves, preparations, roll_facts, sign_ins
from activities.rules import attendance
from activities.rules.attendance import AttendanceStatus
from activities.rules.leave import LeaveState
from activities.views import panels_preparations, records
from activities.wording.sign_in import LEAVE_TONES
from branches import access
from branches.access import Request
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability

PAGE = 20
AHEAD = 10  # so many of what is coming


@access.signed_in("一个人看自己应当参加的活动")
def listing(request: Request) -> HttpResponse:
    """What one is called to, soonest first, then what one was called to, latest first, with the
    year's attendance.
    """
    own = activities.of_member(request.user)
    page = Paginator(own.filter(held_on__lt=request.today), PAGE).get_page(request.GET.get("page"))
    coming = list(own.filter(held_on__gte=request.today).order_by("held_on", "pk")[:AHEAD])
    shown = [row.activity_id for row in (*coming, *page.object_list)]
    signed = sign_ins.own(request.user, shown)
    asked = leaves.latest_of(request.user, shown)

    def said(rows: Iterable[Attendance]) -> list[dict[str, object]]:
        return [
            _shown(row) | _said(signed.get(row.activity_id), asked.get(row.activity_id))
            for row in rows
        ]

    year = Period.containing(request.today, PeriodKind.YEAR)
    statuses = own.in_period(year).filter(is_counted=True).values_list("status", flat=True)  # type: ignore[attr-defined]
    count = attendance.count(statuses)
    context = {
        "page_obj": page,
        "coming": said(coming) if page.number == 1 else [],
        "rows": said(page.object_list),
        "is_signing": sign_ins.open_for(request.user, timezone.now()).exists(),
        "year": year,
        "count": count,
        "rate_words": records.rate_words(count),
        "to_prepare": [
            panels_preparations.shown(task, request)
            for task in preparations.own_list(request.user, request.today)
            if task.done_on is None
        ],
    }
    return TemplateResponse(request, "activities/my_list.html", context)


@access.signed_in("一个人看自己参加过的活动；负责人由此转到活动记录")
def record(request: Request, *, pk: int) -> HttpResponse:
    """What was held, as a participant may read it: no other person's mark or reason."""
    row = (
        Attendance.objects.filter(pk=pk)
        .select_related("activity__organization__parent", "member")
        .defer("member__id_number", "member__phone")
        .first()
    )
    if row is None:
        raise Http404
    activity = row.activity
    if row.member.user_id != request.user.pk:
        seen = request.grants.scope(Capability.SEE_ACTIVITIES)
        if seen.reaches(activity.organization.path):
            return redirect("activity", pk=activity.pk)
        raise Http404
    statuses = activity.attendances.values_list("status", flat=True)
    leave = leaves.standing(activity, row.member_id)
    begun = timezone.now() >= leaves.starts_at(activity)
    stands = leave is not None and leave.state in (LeaveState.ASKED, LeaveState.APPROVED)
    signed = sign_ins.own(request.user, [activity.pk]).get(activity.pk)
    context = {
        "row": _shown(row) | _said(signed, leave),
        "leave": leave,
        "is_signing": signed is None
        and sign_ins.open_for(request.user, timezone.now()).filter(activity=activity).exists(),
        "may_ask": not stands and signed is None and activity.may_be_edited,
        "may_withdraw": stands and not begun and activity.may_be_edited,
        "make_up": leaves.make_up_of(row),
        "activity": activity,
        "organization_name": activities.place_name(activity.organization),
        "count": attendance.count(statuses) if activity.is_closed else None,
        "parts": [part for part in activity.parts.all() if part.content]
        if activity.is_closed
        else [],
        "trail": [("我的活动", reverse("my-activities"))],
    }
    return TemplateResponse(request, "activities/my_record.html", context)


def _said(signed: SignIn | None, leave: Leave | None) -> dict[str, object]:
    """Return what is known beside the roll: one's sign-in and one's leave, in words."""
    return {
        "signed": f"已签到 {roll_facts.said(signed)}" if signed else "",
        "leave": f"请假：{leave.get_state_display()}" if leave else "",
        "leave_tone": LEAVE_TONES[LeaveState(leave.state)] if leave else "",
    }


def _shown(row: Attendance) -> dict[str, object]:
    status = AttendanceStatus(row.status)
    return {
        "pk": row.pk,
        "title": row.activity.title,
        "kind": row.activity.get_kind_display(),
        "held_on": row.held_on,
        "starts_at": row.activity.starts_at,
        "place": row.activity.place,
        "organization": activities.place_name(row.activity.organization),
        "status": wording.ATTENDANCE[status]
        if status is not AttendanceStatus.UNMARKED
        else "待登记"
        if not row.activity.is_planned
        else "已安排",
        "tone": wording.ATTENDANCE_TONES[status],
        "reason": row.reason,
        "is_lecturer": row.is_lecturer,
        "is_closed": row.activity.is_closed,
    }
