"""Elections at a meeting: the ballot, the count, the next ballot, the report upwards."""

from __future__ import annotations

from collections.abc import Callable

from django import forms as django_forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities import wording
from activities.forms import elections as forms
from activities.models import Activity, Election
from activities.operations import counts, election_results
from activities.operations import elections as operations
from activities.operations.refusals import Refused
from activities.queries import elections as queries
from activities.queries import sequels
from activities.queries import votes as vote_queries
from activities.queries.votes import Meeting
from activities.rules import elections as rules
from activities.rules.elections import ElectionState, Office
from activities.rules.kinds import ActivityKind
from activities.views.votes import deciding, trail
from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from branches.rules.workflow import StepNotAllowed


@access.requires(Capability.LOG_ACTIVITIES)
def new(request: Request, *, pk: int) -> HttpResponse:
    """Prepare an election: office, seats, candidates and tellers."""
    activity = deciding(request, pk)
    if isinstance(activity, HttpResponse):
        return activity
    meeting = vote_queries.meeting_of(activity)
    is_board = meeting.kind is ActivityKind.COMMITTEE
    initial = {"office": Office.SECRETARY, "seats": 1} if is_board else {"office": Office.COMMITTEE}
    form = forms.ElectionForm(
        request.POST or None, initial=initial, voters=meeting.electorate.voters
    )
    made: list[Election] = []
    if request.method == "POST" and form.is_valid():
        taken = form.taken(
            lambda: made.append(
                operations.prepare_election(
                    activity=activity,
                    ballot=form.ballot,
                    confirmed=form.is_confirmed,
                    by=request.user,
                    at=timezone.now(),
                )
            )
        )
        if taken:
            messages.success(request, "选举已登记。可以打印选票，投票后来这里登记计票。")
            return redirect("election", pk=made[0].pk)
    return _prepare_page(request, meeting, form, "登记选举")


@access.requires(Capability.LOG_ACTIVITIES)
def edit(request: Request, *, pk: int) -> HttpResponse:
    """Change the ballot before it is counted."""
    election = _one(request, pk)
    activity = deciding(request, election.activity_id)
    if isinstance(activity, HttpResponse):
        return activity
    meeting = vote_queries.meeting_of(activity)
    form = forms.ElectionForm(
        request.POST or None,
        initial={
            "office": election.office, "title": election.title, "seats": election.seats,
            "roles": forms.roles_of(election),
        },
        voters=meeting.electorate.voters,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        taken = form.taken(
            lambda: operations.change_election(
                election=election,
                ballot=form.ballot,
                confirmed=form.is_confirmed,
                by=request.user,
                at=timezone.now(),
            )
        )
        if taken:
            messages.success(request, "选举已保存。")
            return redirect("election", pk=pk)
    return _prepare_page(request, meeting, form, "修改选举", election)


@access.requires(Capability.SEE_ACTIVITIES)
def election(request: Request, *, pk: int) -> HttpResponse:
    """One ballot: who stands, the count with its arithmetic, and what is to be done next."""
    found = _one(request, pk)
    shown = queries.shown(found)
    may_log = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(
        found.activity.organization.path
    )
    fixed = _fixed(found)
    may_edit = may_log and found.activity.may_be_edited
    has_posts = bool(shown.elected) and sequels.has_posts(found)
    context = {
        "election": found,
        "activity": found.activity,
        "shown": shown,
        "tone": {ElectionState.COUNTED: "ok", ElectionState.ANNULLED: "bad"}.get(
            ElectionState(found.state), "warn"
        ),
        "may_edit": may_edit,
        "may_recount": may_edit and not fixed,
        "fixed": (fixed or ("" if may_edit else wording.refused_step(found.activity.state)))
        if may_log
        else "",
        "may_fewer": shown.needs_more and shown.elected and not shown.is_tied,
        "is_due_for_report": may_log and bool(shown.elected),
        "needs_approval": Office(found.office) in rules.APPROVED,
        "report_form": forms.ReportForm(
            initial={"on": found.reported_on or request.today}, prefix="report"
        ),
        "approval_form": forms.ApprovalForm(
            initial={
                "on": found.approved_on or request.today, "reference": found.approval_reference,
            },
            prefix="approval",
        ),
        "again": list(found.revotes.all()),
        "elected": sequels.elected(found, request.today)
        if has_posts and sequels.is_settled(found)
        else [],
        "may_appoint": _reaches(request, found, Capability.MANAGE_ACCOUNTS),
        "may_keep_terms": found.office == Office.COMMITTEE
        and _reaches(request, found, Capability.MANAGE_ORGANIZATIONS),
        "has_posts": has_posts,
        "procedures": sequels.procedures_of(found) if has_posts else [],
        "trail": trail(found.activity, found.title),
    }  # fmt: skip
    return TemplateResponse(request, "activities/election.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def ballot(request: Request, *, pk: int) -> HttpResponse:
    """The paper ballot to print: candidates by the strokes of their names."""
    found = _one(request, pk)
    context = {
        "election": found,
        "activity": found.activity,
        "candidates": [each for each in found.candidates.all() if not each.is_written_in],
        "blank_rows": range(found.seats),
        "back": reverse("election", kwargs={"pk": pk}),
    }
    return TemplateResponse(request, "activities/election_ballot.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def count(request: Request, *, pk: int) -> HttpResponse:
    """Type in what the tellers counted."""
    found = _one(request, pk)
    activity = deciding(request, found.activity_id)
    if isinstance(activity, HttpResponse):
        return activity
    if fixed := _fixed(found):
        messages.warning(request, fixed)
        return redirect("election", pk=pk)
    meeting = vote_queries.meeting_of(activity)
    candidates = list(found.candidates.all())
    standing = {each.member_id for each in candidates if not each.is_written_in}
    form = forms.CountForm(
        request.POST or None,
        initial=forms.counted(found) or {"issued": meeting.electorate.present, "void": 0},
        candidates=candidates,
        others=[
            (each.member_id, each.name)
            for each in meeting.electorate.voters
            if each.member_id not in standing
        ],
    )
    if request.method == "POST" and form.is_valid():
        taken = form.taken(
            lambda: counts.count_election(
                election=found,
                issued=form.cleaned_data["issued"],
                returned=form.cleaned_data["returned"],
                void=form.cleaned_data["void"],
                votes=form.votes,
                written_in=form.written_in,
                confirmed=form.is_confirmed,
                annul=form.is_annulled,
                by=request.user,
                at=timezone.now(),
            )
        )
        if taken:
            messages.success(request, "计票已登记，结果见下。")
            return redirect("election", pk=pk)
    context = {
        "election": found,
        "activity": activity,
        "meeting": meeting,
        "form": form,
        "quorum": queries.quorum(meeting),
        "trail": trail(activity, "登记计票"),
    }
    return TemplateResponse(request, "activities/election_count.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def revote(request: Request, *, pk: int) -> HttpResponse:
    """Prepare the ballot that must follow."""
    found = _one(request, pk)
    made: list[Election] = []
    done = _step(
        request,
        lambda: made.append(
            operations.prepare_revote(election=found, by=request.user, at=timezone.now())
        ),
        "再次投票已准备好。请核对候选人，打印选票。",
    )
    return redirect("election", pk=made[0].pk if done else pk)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def fewer(request: Request, *, pk: int) -> HttpResponse:
    """Leave the open seats empty, with the consent of the voters."""
    found = _one(request, pk)
    form = forms.ConsentForm(request.POST)
    if _valid(request, form):
        _step(
            request,
            lambda: counts.accept_fewer_seats(
                election=found,
                consent=form.cleaned_data["consent"],
                by=request.user,
                at=timezone.now(),
            ),
            "已登记减少名额。",
        )
    return redirect("election", pk=pk)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def remove(request: Request, *, pk: int) -> HttpResponse:
    """Take an election off an open record."""
    found = _one(request, pk)
    done = _step(
        request,
        lambda: operations.remove_election(election=found, by=request.user, at=timezone.now()),
        f"已删除“{found.title}”。",
    )
    if not done:
        return redirect("election", pk=pk)
    return redirect(f"{reverse('activity', kwargs={'pk': found.activity_id})}#votes")


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def report(request: Request, *, pk: int) -> HttpResponse:
    """Note that the result went to the body above."""
    found = _one(request, pk)
    form = forms.ReportForm(request.POST, prefix="report")
    if _valid(request, form):
        _step(
            request,
            lambda: election_results.report_result(
                election=found, on=form.cleaned_data["on"], by=request.user, at=timezone.now()
            ),
            "已登记报上级日期。",
        )
    return redirect("election", pk=pk)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def approve(request: Request, *, pk: int) -> HttpResponse:
    """Note the approval from above."""
    found = _one(request, pk)
    form = forms.ApprovalForm(request.POST, prefix="approval")
    if _valid(request, form):
        _step(
            request,
            lambda: election_results.approve_result(
                election=found,
                on=form.cleaned_data["on"],
                reference=form.cleaned_data["reference"],
                by=request.user,
                at=timezone.now(),
            ),
            "已登记批复。下一步登记任职，见“当选后”。",
        )
    return redirect("election", pk=pk)


def _one(request: Request, pk: int) -> Election:
    return get_object_or_404(
        queries.with_persons().filter(activity__in=Activity.objects.in_scope(request.scope)), pk=pk
    )


def _reaches(request: Request, election: Election, capability: Capability) -> bool:
    return request.grants.scope(capability).reaches(election.activity.organization.path)


def _fixed(election: Election) -> str:
    """Return why a ballot is neither counted again nor removed, "" where it may be."""
    try:
        operations.check_unapproved(election)
    except Refused as refusal:
        return str(refusal)
    if election.revotes.all():
        return "后面已有再次投票，这次的计票不能再改。要改，请先删除再次投票。"
    return ""


def _valid(request: Request, form: django_forms.Form) -> bool:
    if form.is_valid():
        return True
    messages.error(request, " ".join(str(e) for errors in form.errors.values() for e in errors))
    return False


def _step(request: Request, operation: Callable[[], object], done: str) -> bool:
    try:
        operation()
    except Refused as refusal:
        messages.error(request, str(refusal))
    except StepNotAllowed as refusal:
        messages.warning(request, wording.refused_step(refusal.state))
    else:
        messages.success(request, done)
        return True
    return False


def _prepare_page(
    request: Request,
    meeting: Meeting,
    form: forms.ElectionForm,
    title: str,
    election: Election | None = None,
) -> HttpResponse:
    rule = meeting.rules.get("E5")
    context = {
        "activity": meeting.activity,
        "meeting": meeting,
        "form": form,
        "election": election,
        "choices": forms.PERSON_CHOICES,
        "percent": rule.parameters.get("percent", 20) if rule else 20,
        "title": title,
        "trail": trail(meeting.activity, title),
    }
    return TemplateResponse(request, "activities/election_form.html", context)
