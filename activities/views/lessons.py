"""What an activity taught."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from activities.forms.lessons import LessonForm
from activities.models import Activity, Lesson
from activities.operations import lessons as operations
from activities.operations.refusals import Refused
from activities.rules.study import TAUGHT_KINDS
from branches import access
from branches.access import Request
from branches.rules.roles import Capability


@access.requires(Capability.LOG_ACTIVITIES)
def edit(request: Request, *, pk: int) -> HttpResponse:
    """Say what an activity taught, and how many hours; or take that back."""
    activity = get_object_or_404(
        Activity.objects.in_scope(request.scope).select_related("organization"), pk=pk
    )
    if activity.kind not in TAUGHT_KINDS or activity.is_cancelled:
        if request.method == "POST":
            raise Http404
        messages.warning(request, f"{activity.get_kind_display()}不登记学习内容。")
        return redirect("activity", pk=pk)
    lesson = Lesson.objects.filter(activity=activity).first()
    names = ("topic", "study_list", "course", "base", "hours")
    initial = {name: getattr(lesson, name) for name in names} if lesson else {}
    form = LessonForm(request.POST or None, initial=initial, activity=activity, lesson=lesson)
    if request.method == "POST":
        by, at = request.user, timezone.now()
        try:
            if request.POST.get("step") == "remove":
                operations.forget(activity=activity, by=by, at=at)
                messages.success(request, "学习内容已删除。")
                return redirect("activity", pk=pk)
            if form.is_valid():
                operations.teach(activity=activity, taught=form.taught, by=by, at=at)
                messages.success(request, "学习内容已保存。")
                return redirect("activity", pk=pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {
        "form": form,
        "activity": activity,
        "may_remove": lesson is not None and activity.may_be_edited,
        "trail": [
            ("活动", reverse("activity-list")),
            (activity.title, reverse("activity", kwargs={"pk": pk})),
        ],
    }
    return TemplateResponse(request, "activities/lesson.html", context)
