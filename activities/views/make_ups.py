"""Making up for an activity missed: who still could, and what was done."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from activities import wording
from activities.forms.leave import MakeUpForm
from activities.models import Activity, Attendance
from activities.operations import make_ups as operations
from activities.operations.refusals import Refused
from activities.queries import activities, leaves
from activities.rules.attendance import AttendanceStatus
from branches import access
from branches.access import Request
from branches.rules.roles import Capability

REMOVE = "remove"


@access.requires(Capability.LOG_ACTIVITIES)
def listing(request: Request, *, pk: int) -> HttpResponse:
    """Record what those who missed a closed activity did instead; take back what was wrong."""
    activity = get_object_or_404(
        Activity.objects.in_scope(request.scope).select_related("organization__parent"), pk=pk
    )
    if not activity.is_closed:
        messages.warning(request, "活动办结以后才能登记补课。")
        return redirect("activity", pk=pk)
    if request.POST.get("step") == REMOVE:
        return _remove(request, activity)
    missed = list(leaves.missed(activity))
    form = MakeUpForm(
        request.POST if request.method == "POST" else None,
        people=[
            (row.pk, f"{row.member.name}（{_missed(row)}）")
            for row in missed
            if not hasattr(row, "make_up")
        ],
        held_on=activity.held_on,
        today=request.today,
        initial={"done_on": request.today, "method": "CLASS"},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.record(
                activity=activity, by=request.user, at=timezone.now(), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已登记 {len(made)} 人补课。名册上的登记不变。")
            return redirect("activity-make-ups", pk=pk)
    url = reverse("activity", kwargs={"pk": pk})
    context = {
        "activity": activity,
        "organization_name": activities.place_name(activity.organization),
        "form": form,
        "waiting": sum(not hasattr(row, "make_up") for row in missed),
        "done": [
            {
                "pk": row.pk,
                "name": row.member.name,
                "missed": _missed(row),
                "make_up": row.make_up,
                "is_own": row.member.user_id == request.user.pk,
            }
            for row in missed
            if hasattr(row, "make_up")
        ],
        "trail": [("活动", reverse("activity-list")), (activity.title, url)],
        "back": url,
    }
    return TemplateResponse(request, "activities/make_ups.html", context)


def _remove(request: Request, activity: Activity) -> HttpResponse:
    asked = request.POST.get("attendance", "")
    try:
        operations.remove(
            activity=activity,
            attendance=int(asked) if asked.isdecimal() and len(asked) < 18 else 0,
            by=request.user,
            at=timezone.now(),
        )
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "已删除这条补课记录。")
    return redirect("activity-make-ups", pk=activity.pk)


def _missed(row: Attendance) -> str:
    return wording.ATTENDANCE[AttendanceStatus(row.status)]
