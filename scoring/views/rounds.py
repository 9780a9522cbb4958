"""Grading rounds (定评): the list, the road of one, and its public notice."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from branches.rules.workflow import StepNotAllowed
from scoring import wording
from scoring.forms.rounds import ReplyForm, StepForm
from scoring.models import Appeal, Round, RoundComment, Run, Score
from scoring.operations import rounds as operations
from scoring.queries import appeals, corrections, rounds, schemes
from scoring.rules.rounds import NEEDS_REASON, AppealState, RoundState, RoundStep

ROWS = 50
SHOWN_FIRST = 3  # candidates; the older ones are folded away

TONES = {RoundState.PUBLIC: "red", RoundState.FINAL: "ok", RoundState.WITHDRAWN: ""}

# What each step does and what it cannot undo, said beside its button.
STEP_HINTS = {
    RoundStep.ASK_COMMENTS: "通知被评定的支部书记核对初评分数，到期前可以提意见。",
    RoundStep.PUBLISH: "意见期满、意见都已答复后，公布评定结果；公示期内可以申诉。",
    RoundStep.END_NOTICE: "公示期满后不再接受申诉，转入核实。",
    RoundStep.SUBMIT: "申诉都已答复后，提交党委审定。提交人不能自己审定。",
    RoundStep.RETURN: "退回核实，党群部门可以继续更正后再提交。",
    RoundStep.DECIDE: "审定后结果不能再改，并按方案提出结果运用建议。",
    RoundStep.WITHDRAW: "撤回后这一轮作废，本期可以重新核算、重新定评；已有的意见和申诉保留备查。",
}


@access.requires(Capability.SEE_SCORES)
def round_list(request: Request) -> HttpResponse:
    """Show the rounds one may see, what can begin, and the appeals that wait."""
    office = request.grants.scope(Capability.RUN_ROUNDS)
    branch = request.grants.scope(Capability.FILE_APPEALS)
    found = rounds.listed(request.scope)
    page = Paginator(
        found.annotate(
            waiting=Count("appeals", filter=Q(appeals__state=AppealState.FILED), distinct=True)
        ).order_by("-period_start", "-id"),
        ROWS,
    ).get_page(request.GET.get("page"))
    candidates = rounds.candidates(office, request.today) if office else []
    context = {
        "page_obj": page,
        "rows": [
            {
                "round": one,
                "tone": TONES.get(RoundState(one.state), "warn"),
                "is_office": request.scope.reaches(one.committee.path),
            }
            for one in page.object_list
        ],
        "candidates": candidates,
        "older": len(candidates) - SHOWN_FIRST,
        "waiting": appeals.waiting(office) if office else [],
        "wanted": appeals.opinions_wanted(branch, request.user) if branch else [],
        "is_office": bool(office),
        "today": request.today,
    }
    return TemplateResponse(request, "scoring/round_list.html", context)


@require_POST
@access.requires(Capability.RUN_ROUNDS)
def round_open(request: Request, *, pk: int) -> HttpResponse:
    """Begin the round of a computed period; its run is sealed."""
    run = get_object_or_404(
        Run.objects.filter(request.scope.q("committee__path")).select_related("version"), pk=pk
    )
    try:
        opened = operations.open_round(run=run, by=request.user, at=timezone.now())
    except operations.CannotStep as refusal:
        messages.error(request, str(refusal))
        return redirect("round-list")
    messages.success(request, f"{run.period.label}定评已开始，分数已锁定，重新核算不再影响它。")
    return redirect("round", pk=opened.pk)


@access.requires(Capability.SEE_SCORES)
def round_page(request: Request, *, pk: int) -> HttpResponse:
    """Show one round to its committee: where it stands, what is next, everything in it."""
    round_ = _found(request, pk)
    if not request.scope.reaches(round_.committee.path):
        return redirect("round-notice", pk=pk)
    return _page(request, round_)


@require_POST
@access.requires(Capability.SEE_SCORES)
def round_step(request: Request, *, pk: int, step: str) -> HttpResponse:
    """Take one step; what is refused is said on the round's page."""
    round_ = _found(request, pk)
    if step not in set(RoundStep):
        raise Http404
    asked = RoundStep(step)
    if asked not in rounds.open_steps(round_, request.grants):
        if not request.scope.reaches(round_.committee.path):
            raise Http404
        label = wording.ROUND_STEPS[asked]
        messages.error(request, f"现在不能“{label}”：这一步已经办过，或不由您办理。")
        return redirect("round", pk=pk)
    form = StepForm(request.POST, step=asked)
    if not form.is_valid():
        return _page(request, round_, step_form=form, step=asked)
    try:
        operations.take(
            round=round_,
            step=asked,
            by=request.user,
            at=timezone.now(),
            note=form.cleaned_data.get("note", ""),
        )
    except operations.CannotStep as refusal:
        messages.error(request, str(refusal))
    except StepNotAllowed:
        messages.error(request, "这一轮刚被别人办理过，下面是它现在的情况。")
    else:
        messages.success(request, f"已办理：{wording.ROUND_STEPS[asked]}。")
    return redirect("round", pk=pk)


@require_POST
@access.requires(Capability.RUN_ROUNDS)
def comment_reply(request: Request, *, pk: int) -> HttpResponse:
    """Answer a branch's comment."""
    comment = get_object_or_404(
        RoundComment.objects.filter(request.scope.q("round__committee__path")), pk=pk
    )
    form = ReplyForm(request.POST, prefix=f"reply-{pk}")
    if not form.is_valid():
        request.scope = request.grants.scope(Capability.SEE_SCORES)
        return _page(request, _found(request, comment.round_id), reply_form=form, replied=pk)
    try:
        operations.reply(
            comment=comment, text=form.cleaned_data["text"], by=request.user, at=timezone.now()
        )
    except operations.CannotStep as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已答复。")
    return redirect("round", pk=comment.round_id)


def _found(request: Request, pk: int) -> Round:
    """Return a round one may see: of one's committee, or that rates one's branches openly."""
    return get_object_or_404(
        rounds.listed(request.scope).select_related(
            "run__version", "committee", "opened_by", "submitted_by", "decided_by"
        ),
        pk=pk,
    )


def _page(
    request: Request,
    round_: Round,
    *,
    step_form: StepForm | None = None,
    step: RoundStep | None = None,
    reply_form: ReplyForm | None = None,
    replied: int | None = None,
) -> HttpResponse:
    run = round_.run
    office = request.grants.scope(Capability.RUN_ROUNDS)
    may_reply = round_.state == RoundState.COMMENTS and office.reaches(round_.committee.path)
    comments = round_.comments.select_related("organization", "by", "replied_by").order_by("id")
    found = list(appeals.of_round(round_))
    scores = Score.objects.filter(run=run).select_related("organization", "member")
    order = (
        ("organization__path", "member__name_strokes", "member_id")
        if run.version.rates_members
        else ("comparison_group", "place__rank", "organization__path")
    )
    page = Paginator(scores.order_by(*order), ROWS).get_page(request.GET.get("page"))
    context = {
        "round": round_,
        "run": run,
        "name": rounds.name_of(round_),
        "scheme": schemes.scheme_of(run.version),
        "tone": TONES.get(RoundState(round_.state), "warn"),
        "stages": rounds.progress(round_),
        "steps": [
            {
                "code": one,
                "label": wording.ROUND_STEPS[one],
                "hint": STEP_HINTS[one],
                "obstacle": rounds.obstacle(round_, one, request.today),
                "is_backward": one in NEEDS_REASON,
                "form": step_form if one == step and step_form else StepForm(step=one),
            }
            for one in rounds.open_steps(round_, request.grants)
        ],
        "faulty": step_form or reply_form,
        "words": _state_words(round_, request.today),
        "comments": [
            (one, reply_form if one.pk == replied else ReplyForm(prefix=f"reply-{one.pk}"))
            if may_reply and not one.reply and one.by_id != request.user.pk
            else (one, None)
            for one in comments
        ],
        "appeals": found,
        "appeals_note": _counted(found),
        "changes": corrections.of_round(round_),
        "waiting": corrections.waiting(round_),
        "history": rounds.history(round_),
        "page_obj": page,
        "results_note": f"共 {page.paginator.count} 个对象",
        "today": request.today,
    }
    return TemplateResponse(request, "scoring/round.html", context)


def _counted(found: list[Appeal]) -> str:
    waiting = sum(one.state == AppealState.FILED for one in found)
    if not found:
        return ""
    return f"{len(found)} 件，{waiting} 件待答复" if waiting else f"{len(found)} 件，都已答复"


def _state_words(round_: Round, today: dt.date) -> str:
    """Say where a round stands and what it waits for."""
    state = RoundState(round_.state)
    if state is RoundState.DECIDING:
        assert round_.submitted_by is not None  # whoever took the step before
        return f"{round_.submitted_by.name}已提交，等待党委书记审定；提交人不能自己审定。"
    if state is RoundState.FINAL:
        return "已经审定，结果不再改变。"
    if state is RoundState.WITHDRAWN:
        return "这一轮已撤回，不作数。本期可以重新核算后再定评。"
    forward = rounds.FORWARD[state]
    return rounds.obstacle(round_, forward, today) or STEP_HINTS[forward]
