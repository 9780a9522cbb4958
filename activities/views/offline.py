"""The roll on a device without a connection, and merging it later."""

from __future__ import annotations

from pathlib import Path

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities import wording
from activities.forms import CHOICES, RollForm
from activities.forms import offline as forms
from activities.models import Activity, RollMerge
from activities.operations import offline as operations
from activities.operations.refusals import Refused
from activities.queries import activities, merges, rolls
from activities.rules.attendance import ATTENDED
from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from branches.rules.workflow import StepNotAllowed

WORKER = "js/offline_roll_worker.js"


@access.requires(Capability.LOG_ACTIVITIES)
def roll(request: Request, *, pk: int) -> HttpResponse:
    """The roll that goes on working when the connection is gone."""
    activity = _one(request, pk)
    if not activity.may_be_edited:
        messages.warning(request, wording.refused_step(activity.state))
        return redirect("activity", pk=pk)
    url = reverse("activity", kwargs={"pk": pk})
    context = {
        "activity": activity,
        "organization_name": activities.place_name(activity.organization),
        "roll": RollForm(rolls.of_activity(activity, today=request.today)),
        "choices": CHOICES,
        "present": " ".join(sorted(ATTENDED)),
        "reader": request.user.pk,
        "is_coming": activity.held_on > request.today,
        "trail": [("活动", reverse("activity-list")), (activity.title, url)],
        "back": url,
    }
    return TemplateResponse(request, "activities/offline.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def merge(request: Request, *, pk: int) -> JsonResponse:
    """Take over what a device marked; refusals come with the reason, and the device keeps all."""
    activity = _one(request, pk)
    at = timezone.now()
    try:
        sent = forms.read(request.body, at=at)
        made = operations.merge(
            activity=activity,
            key=sent.key,
            base=sent.base,
            marks=sent.marks,
            taken_at=sent.taken_at,
            by=request.user,
            at=at,
        )
    except forms.ClockWrong:
        return JsonResponse(
            {"error": "登记时间不在最近 60 天内。请校准本机的日期和时间，再改动一处登记后合并。"},
            status=400,
        )
    except forms.BadRoll:
        return JsonResponse({"error": "发送的内容不完整，请再试一次。"}, status=400)
    except Refused as refusal:
        return JsonResponse({"error": str(refusal)}, status=409)
    except StepNotAllowed as refusal:
        return JsonResponse({"error": wording.refused_step(refusal.state)}, status=409)
    waits = made.conflicts and made.resolved_at is None
    url = reverse("roll-merge", kwargs={"pk": made.pk}) if waits else ""
    return JsonResponse({"conflicts": url})


@access.requires(Capability.LOG_ACTIVITIES)
def settle(request: Request, *, pk: int) -> HttpResponse:
    """The people whom both sides marked differently; one is chosen for each."""
    row = get_object_or_404(merges.in_scope(request.scope), pk=pk)
    differences = merges.differences(row)
    missing: list[str] = []
    if request.method == "POST":
        chosen = {
            each.member_id: request.POST.get(f"side_{each.member_id}") for each in differences
        }
        missing = [
            each.name
            for each in differences
            if each.may_choose and chosen[each.member_id] not in ("device", "server")
        ]
        if not missing:
            return _settled(request, row, {pk for pk, side in chosen.items() if side == "device"})
    url = reverse("activity", kwargs={"pk": row.activity_id})
    context = {
        "merge": row,
        "activity": row.activity,
        "differences": [
            (each, request.POST.get(f"side_{each.member_id}", "")) for each in differences
        ],
        "missing": "、".join(missing),
        "may_settle": row.activity.may_be_edited and row.resolved_at is None and row.conflicts,
        "trail": [("活动", reverse("activity-list")), (row.activity.title, url)],
        "back": url,
    }
    return TemplateResponse(request, "activities/roll_merge.html", context)


@access.signed_in("离线名册页的脚本，里面没有内容")
def worker(request: Request) -> HttpResponse:
    """The script that keeps the page at hand; its address lets it serve the page it is for."""
    found = finders.find(WORKER)
    assert isinstance(found, str)
    response = HttpResponse(Path(found).read_bytes(), content_type="text/javascript")
    response["Service-Worker-Allowed"] = "/activities/"
    response["Cache-Control"] = "no-cache"
    return response


def _settled(request: Request, row: RollMerge, from_device: set[int]) -> HttpResponse:
    try:
        operations.resolve(merge=row, from_device=from_device, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
    except StepNotAllowed as refusal:
        messages.warning(request, wording.refused_step(refusal.state))
    else:
        messages.success(request, "已核对，名册按您的选择保存。")
    return redirect("activity", pk=row.activity_id)


def _one(request: Request, pk: int) -> Activity:
    return get_object_or_404(
        Activity.objects.in_scope(request.scope).select_related("organization__parent"), pk=pk
    )
