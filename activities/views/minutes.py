"""The versions of the minutes of an activity, and what changed from one to the next."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from activities.models import Activity, MinutesVersion
from activities.queries import documents
from activities.rules import minutes as rules
from activities.rules.minutes import Change
from branches import access
from branches.access import Request
from branches.rules.roles import Capability


@access.requires(Capability.SEE_ACTIVITIES)
def version(request: Request, *, pk: int, number: int) -> HttpResponse:
    """One version of the minutes as it was kept."""
    activity, found = _one(request, pk, number)
    context = {
        "activity": activity,
        "version": found,
        "document": documents.from_data(found.content),
        "is_sound": rules.checksum(found.content) == found.checksum,
        "is_last": not activity.versions.filter(number__gt=number).exists(),
        "trail": _trail(activity),
    }
    return TemplateResponse(request, "activities/minutes_version.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def changes(request: Request, *, pk: int, number: int) -> HttpResponse:
    """What a version changed against the one before it."""
    activity, after = _one(request, pk, number)
    before = activity.versions.filter(number=number - 1).first()
    if before is None:
        return redirect("activity-minutes", pk=pk, number=number)
    found = rules.difference(before.content, after.content)
    lines = found or []
    context = {
        "activity": activity,
        "before": before,
        "after": after,
        "lines": lines,
        "too_different": found is None,
        "removed": sum(line.change is Change.REMOVED for line in lines),
        "added": sum(line.change is Change.ADDED for line in lines),
        "trail": _trail(activity),
    }
    return TemplateResponse(request, "activities/minutes_changes.html", context)


def _one(request: Request, pk: int, number: int) -> tuple[Activity, MinutesVersion]:
    activity = get_object_or_404(
        Activity.objects.in_scope(request.scope).select_related("organization"), pk=pk
    )
    version = get_object_or_404(activity.versions.select_related("made_by"), number=number)
    return activity, version


def _trail(activity: Activity) -> list[tuple[str, str]]:
    return [
        ("活动", reverse("activity-list")),
        (activity.title, reverse("activity", kwargs={"pk": activity.pk})),
    ]
