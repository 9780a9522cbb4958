"""The sittings of an activity: to see, add and take away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities import wording
from activities.forms.sittings import SittingForm
from activities.models import Activity, Sitting
from activities.operations import sittings as operations
from activities.operations.refusals import Refused
from activities.queries import sittings
from activities.rules.kinds import KINDS, ActivityKind
from activities.rules.sittings import SHIFTS
from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from branches.rules.workflow import StepNotAllowed


@access.requires(Capability.LOG_ACTIVITIES)
def listing(request: Request, *, pk: int) -> HttpResponse:
    """The sittings of an open activity, with the form for one more."""
    activity = get_object_or_404(
        Activity.objects.in_scope(request.scope).select_related("organization"), pk=pk
    )
    if not activity.may_be_edited:
        messages.warning(request, wording.refused_step(activity.state))
        return redirect("activity", pk=pk)
    there = sittings.of_activity(activity)
    form = SittingForm(
        request.POST if request.method == "POST" else None,
        is_first=not there,
        initial={
            "first_label": SHIFTS[0],
            "label": _next_shift([each.label for each in there]),
            "held_on": there[-1].held_on if there else activity.held_on,
            "place": activity.place,
        },
    )
    if request.method == "POST" and form.is_valid():
        try:
            added = operations.add(
                activity=activity,
                details=form.details,
                first_label=form.cleaned_data.get("first_label", ""),
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except StepNotAllowed as refusal:
            form.add_error(None, wording.refused_step(refusal.state))
        else:
            messages.success(request, f"已增加“{added.label}”。登记到会时请选择每个人参加的场次。")
            return redirect("activity-sittings", pk=pk)
    url = reverse("activity", kwargs={"pk": pk})
    context = {
        "activity": activity,
        "sittings": there,
        "form": form,
        "decides": KINDS[ActivityKind(activity.kind)].decides,
        "shifts": SHIFTS,
        "back": url,
        "trail": [("活动", reverse("activity-list")), (activity.title, url)],
    }
    return TemplateResponse(request, "activities/sittings.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def remove(request: Request, *, pk: int) -> HttpResponse:
    """Take a sitting away."""
    sitting = get_object_or_404(
        Sitting.objects.filter(request.scope.q("activity__organization__path")).select_related(
            "activity"
        ),
        pk=pk,
    )
    try:
        operations.remove(sitting=sitting, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    except StepNotAllowed as refusal:
        messages.warning(request, wording.refused_step(refusal.state))
    else:
        messages.success(request, f"已删除“{sitting.label}”。")
    return redirect("activity-sittings", pk=sitting.activity_id)


def _next_shift(taken: list[str]) -> str:
    used = taken or [SHIFTS[0]]
    return next((shift for shift in SHIFTS if shift not in used), "")
