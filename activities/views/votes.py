"""Decisions of a meeting: to record, to change, to remove; who is left out; a rule set aside."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities import wording
from activities.forms import votes as forms
from activities.models import Activity, Resolution, VoterExemption
from activities.operations import objections, voters
from activities.operations import votes as operations
from activities.operations.refusals import Refused
from activities.queries import votes as queries
from activities.queries.votes import Meeting
from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from branches.rules.workflow import StepNotAllowed
from members.models import Member


@access.requires(Capability.LOG_ACTIVITIES)
def new(request: Request, *, pk: int) -> HttpResponse:
    """Record a decision of a meeting."""
    activity = deciding(request, pk)
    if isinstance(activity, HttpResponse):
        return activity
    meeting = queries.meeting_of(activity)
    form = _form(request, meeting)
    if request.method == "POST" and form.is_valid():
        taken = form.taken(
            lambda: operations.record_resolution(
                activity=activity,
                motion=form.motion,
                confirmed=form.is_confirmed,
                by=request.user,
                at=timezone.now(),
            )
        )
        if taken:
            messages.success(request, "表决已登记。")
            return _back(activity)
    return _page(request, meeting, form, None)


@access.requires(Capability.LOG_ACTIVITIES)
def edit(request: Request, *, pk: int) -> HttpResponse:
    """Correct a decision of an open record."""
    resolution = _resolution(request, pk)
    activity = deciding(request, resolution.activity_id)
    if isinstance(activity, HttpResponse):
        return activity
    meeting = queries.meeting_of(activity)
    form = _form(request, meeting, resolution)
    if request.method == "POST" and form.is_valid():
        taken = form.taken(
            lambda: operations.change_resolution(
                resolution=resolution,
                motion=form.motion,
                confirmed=form.is_confirmed,
                by=request.user,
                at=timezone.now(),
            )
        )
        if taken:
            messages.success(request, "表决已保存。")
            return _back(activity)
    return _page(request, meeting, form, resolution)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def remove(request: Request, *, pk: int) -> HttpResponse:
    """Take a decision off an open record."""
    resolution = _resolution(request, pk)
    try:
        operations.remove_resolution(resolution=resolution, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
    except StepNotAllowed as refusal:
        messages.warning(request, wording.refused_step(refusal.state))
    else:
        messages.success(request, f"已删除“{resolution.subject}”。")
    return _back(resolution.activity)


@access.requires(Capability.LOG_ACTIVITIES)
def electorate(request: Request, *, pk: int) -> HttpResponse:
    """Who is due at a vote, and who is left out with both references."""
    activity = deciding(request, pk)
    if isinstance(activity, HttpResponse):
        return activity
    meeting = queries.meeting_of(activity)
    absent = [
        (each.member_id, each.name)
        for each in meeting.electorate.voters
        if not each.is_present and not each.is_left_out
    ]
    form = forms.ExemptVoterForm(request.POST or None, voters=absent)
    if request.method == "POST" and form.is_valid():
        try:
            voters.exempt_voter(
                activity=activity,
                member=Member.objects.get(pk=form.cleaned_data["member"]),
                ground=form.chosen_ground,
                approval_reference=form.cleaned_data["approval_reference"],
                vote_reference=form.cleaned_data["vote_reference"],
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已登记，不计入这次会议的应到。")
            return redirect("activity-voters", pk=pk)
    context = {
        "activity": activity,
        "meeting": meeting,
        "exemptions": queries.exemptions(activity),
        "form": form,
        "trail": trail(activity, "应到名单"),
    }
    return TemplateResponse(request, "activities/voters.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def include(request: Request, *, pk: int) -> HttpResponse:
    """Count a member in 应到 again."""
    exemption = get_object_or_404(
        VoterExemption.objects.filter(
            activity__in=Activity.objects.in_scope(request.scope)
        ).select_related("activity"),
        pk=pk,
    )
    try:
        voters.include_voter(exemption=exemption, by=request.user, at=timezone.now())
    except StepNotAllowed as refusal:
        messages.warning(request, wording.refused_step(refusal.state))
        return _back(exemption.activity)
    messages.success(request, "已恢复计入应到。")
    return redirect("activity-voters", pk=exemption.activity_id)


@access.requires(Capability.OVERRIDE_RULES)
def override(request: Request, *, pk: int) -> HttpResponse:
    """Set a blocking rule aside for one meeting below, with the reason."""
    activity = deciding(request, pk)
    if isinstance(activity, HttpResponse):
        return activity
    aside = {each.code for each in queries.overrides(activity)}
    offered = [
        rule
        for rule in queries.asked_of(activity, queries.rules_of(activity))
        if rule.severity == objections.BLOCK and rule.code not in aside
    ]
    form = forms.OverrideForm(request.POST or None, rules=offered)
    if request.method == "POST" and form.is_valid():
        try:
            voters.set_aside(
                activity=activity,
                code=form.cleaned_data["code"],
                reason=form.cleaned_data["reason"],
                reach=request.scope,
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已登记。这次会议可以不按这一条办理，理由记入会议记录。")
            return _back(activity)
    context = {
        "activity": activity,
        "form": form,
        "offered": offered,
        "may": request.scope.is_above(activity.organization.path),
        "trail": trail(activity, "不按规则办理"),
    }
    return TemplateResponse(request, "activities/override.html", context)


def deciding(request: Request, pk: int) -> Activity | HttpResponse:
    """Return an open deciding meeting in reach, or the way back with the reason.

    :raises Http404: it is not in reach.
    """
    activity = get_object_or_404(
        Activity.objects.in_scope(request.scope).select_related("organization__parent"), pk=pk
    )
    if not queries.may_decide(activity):
        messages.warning(request, "这类活动不作表决。需要表决的，请登记在党员大会或支委会上。")
        return _back(activity)
    if not activity.may_be_edited:
        messages.warning(request, wording.refused_step(activity.state))
        return _back(activity)
    return activity


def trail(activity: Activity, title: str) -> list[tuple[str, str]]:
    """Return the way to a page of a meeting."""
    here = reverse("activity", kwargs={"pk": activity.pk})
    return [("活动", reverse("activity-list")), (activity.title, here), (title, "")]


def _resolution(request: Request, pk: int) -> Resolution:
    return get_object_or_404(
        Resolution.objects.filter(
            activity__in=Activity.objects.in_scope(request.scope)
        ).select_related("activity"),
        pk=pk,
    )


def _form(
    request: Request, meeting: Meeting, resolution: Resolution | None = None
) -> forms.ResolutionForm:
    return forms.ResolutionForm(
        request.POST or None,
        initial=forms.initial_of(resolution) if resolution else {"no": 0, "abstain": 0},
        meeting=meeting.kind,
        people=queries.people(meeting.activity),
        priors=queries.prior_items(meeting.activity),
    )


def _page(
    request: Request,
    meeting: Meeting,
    form: forms.ResolutionForm,
    resolution: Resolution | None,
) -> HttpResponse:
    context = {
        "activity": meeting.activity,
        "meeting": meeting,
        "form": form,
        "resolution": resolution,
        "following": resolution
        and resolution.followed_by.select_related("activity").order_by("pk").first(),
        "is_above": request.grants.scope(Capability.OVERRIDE_RULES).is_above(
            meeting.activity.organization.path
        ),
        "trail": trail(meeting.activity, "修改表决" if resolution else "登记表决"),
    }
    return TemplateResponse(request, "activities/vote_form.html", context)


def _back(activity: Activity) -> HttpResponse:
    return redirect(f"{reverse('activity', kwargs={'pk': activity.pk})}#votes")
