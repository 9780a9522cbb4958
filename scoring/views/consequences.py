"""Consequences (结果运用): the list, one of them, deciding and finishing, one's own."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from branches.rules.workflow import StepNotAllowed
from branches.templatetags import formats
from people.rules.talks import TalkState
from scoring import wording
from scoring.forms.consequences import (
    OVERDUE,
    STATES,
    DecideForm,
    FinishForm,
    LiftForm,
    ListForm,
)
from scoring.models import Consequence
from scoring.operations import consequences as operations
from scoring.queries import consequences, follow_ups, pay, rounds
from scoring.queries.follow_ups import FollowUps
from scoring.rules.explaining import plain
from scoring.rules.rounds import ConsequenceState, ConsequenceStep
from scoring.views.periods import address

PAGE = 50
TONES = {
    ConsequenceState.PROPOSED: "warn",
    ConsequenceState.DONE: "ok",
}


@access.requires(Capability.SEE_SCORES)
def consequence_list(request: Request) -> HttpResponse:
    """Show what follows from final results in one's scope, the overdue first."""
    return _list(request)


@require_POST
@access.requires(consequences.DECIDES)
def consequence_decide_together(request: Request) -> HttpResponse:
    """Accept or decline the proposals of one title that were ticked, or all of them."""
    form = DecideForm(request.POST, today=request.today)
    if not form.is_valid():
        return _list(request, decide_form=form)
    waiting = consequences.to_decide(request.scope, request.user)
    chosen = _chosen(request, waiting)
    if chosen is None:
        form.add_error(None, "请先勾选要决定的对象。")
        return _list(request, decide_form=form)
    data = form.cleaned_data
    try:
        decided = operations.decide_together(
            consequences=chosen,
            step=ConsequenceStep(data["step"]),
            reason=data["reason"],
            due_on=data["due_on"],
            by=request.user,
            at=timezone.now(),
        )
    except operations.CannotDecide as refusal:
        form.add_error(None, str(refusal))
        return _list(request, decide_form=form)
    if decided:
        word = "采用" if data["step"] == ConsequenceStep.ACCEPT else "不采用"
        messages.success(
            request, f"“{decided[0].title}”已决定{word} {len(decided)} 项，已通知有关支部和本人。"
        )
    else:
        messages.info(request, "所选的都已经决定过了。")
    return redirect(f"{reverse('consequence-list')}?{urlencode(_asked(request))}")


@access.signed_in("本人的结果运用；所在支部和评定党委按任职范围看")
def consequence_page(request: Request, *, pk: int) -> HttpResponse:
    """Show one consequence, why it was proposed, and what the person may do about it."""
    return _page(request, _found(request, pk))


@require_POST
@access.requires(consequences.DECIDES)
def consequence_decide(request: Request, *, pk: int) -> HttpResponse:
    row = get_object_or_404(
        consequences.with_all(
            Consequence.objects.filter(request.scope.q("round__committee__path"))
        ),
        pk=pk,
    )
    form = DecideForm(request.POST, today=request.today)
    if not form.is_valid():
        return _page(request, row, decide_form=form)
    data = form.cleaned_data
    try:
        operations.decide(
            consequence=row,
            step=ConsequenceStep(data["step"]),
            reason=data["reason"],
            due_on=data["due_on"],
            by=request.user,
            at=timezone.now(),
        )
    except operations.CannotDecide as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "决定已记录，已通知有关支部和本人。")
    return redirect("consequence", pk=pk)


@require_POST
@access.signed_in("支部书记、副书记办本支部的，党群部门办本党委的")
def consequence_finish(request: Request, *, pk: int) -> HttpResponse:
    """Record how an accepted consequence was carried out."""
    grants = request.grants
    reach = grants.scope(consequences.FINISHES_IN_BRANCH).q("organization__path")
    reach |= grants.scope(consequences.FINISHES_IN_OFFICE).q("round__committee__path")
    row = get_object_or_404(consequences.with_all(Consequence.objects.filter(reach)), pk=pk)
    form = FinishForm(request.POST, is_talk=follow_ups.is_talked(row))
    if not form.is_valid():
        return _page(request, row, finish_form=form)
    try:
        operations.finish(
            consequence=row,
            outcome=form.cleaned_data["outcome"],
            by=request.user,
            at=timezone.now(),
        )
    except operations.CannotDecide as refusal:
        messages.error(request, str(refusal))
    except StepNotAllowed:
        messages.info(request, "这一项现在不在办理中，下面是它的现状。")
    else:
        messages.success(request, "已登记办结。")
    return redirect("consequence", pk=pk)


@access.signed_in("本人的结果运用")
def my_consequences(request: Request) -> HttpResponse:
    rows = list(consequences.mine(request.user))
    return TemplateResponse(
        request, "scoring/consequence_mine.html", {"rows": [(row, tone(row)) for row in rows]}
    )


def tone(row: Consequence) -> str:
    return TONES.get(ConsequenceState(row.state), "")


def _list(request: Request, *, decide_form: DecideForm | None = None) -> HttpResponse:
    grants, user = request.grants, request.user
    everything = consequences.listed(grants.scope(Capability.SEE_SCORES), request.today)
    asked = ListForm(request.POST or request.GET, rows=everything)
    narrowed = asked.narrow(everything)
    counts = consequences.counts(narrowed, request.today)
    number = (request.POST or request.GET).get("page")
    page = Paginator(asked.in_state(narrowed, request.today), PAGE).get_page(number)
    ticked = set(request.POST.getlist("chosen"))
    rows = [
        (
            row,
            tone(row),
            consequences.subject_of(row),
            consequences.open_steps(row, user, grants),
            str(row.pk) in ticked,
        )
        for row in page.object_list
    ]
    may_decide = asked.value("state") == ConsequenceState.PROPOSED and any(
        ConsequenceStep.ACCEPT in steps for *_, steps, _ in rows
    )
    context = {
        "filter": asked,
        "page_obj": page,
        "rows": rows,
        "tabs": _tabs(asked, counts),
        "today": request.today,
        "decide_form": (decide_form or DecideForm(today=request.today)) if may_decide else None,
        "faults": decide_form,
        "kept": [*_asked(request).items(), ("page", page.number)],
        "more": page.paginator.count if page.has_other_pages() and asked.value("title") else 0,
        "may_see_pay": grants.allows(Capability.RUN_ROUNDS),
    }
    return TemplateResponse(request, "scoring/consequence_list.html", context)


def _tabs(asked: ListForm, counts: dict[str, int]) -> list[tuple[str, str, bool, int]]:
    kept = [
        (name, getattr(asked.value(name), "pk", asked.value(name)))
        for name in ("kind", "title", "organization")
        if asked.value(name)
    ]
    now = asked.value("state") or ""
    labels = {"": "全部", OVERDUE: "逾期"}
    labels |= {str(state): word for state, word in wording.CONSEQUENCE_STATES.items()}
    return [
        (
            labels[state],
            "?" + urlencode([("state", str(state)), *kept] if state else kept),
            state == now,
            counts[state] if state else 0,
        )
        for state in ("", *STATES)
    ]


def _asked(request: Request) -> dict[str, str]:
    """Return what the list was narrowed by, also when it came with a form."""
    asked = request.POST or request.GET
    names = ("state", "kind", "title", "organization")
    return {name: str(asked[name]) for name in names if asked.get(name)}


def _chosen(request: Request, waiting: QuerySet[Consequence]) -> list[Consequence] | None:
    """Return the proposals to decide; None when nothing was ticked."""
    if request.POST.get("everything"):
        asked = ListForm(request.POST, rows=waiting)
        # What is not offered any more narrows nothing: then nothing is left to decide.
        is_known = asked.is_valid() and asked.value("title")
        return list(asked.narrow(waiting)) if is_known else []
    keys = [
        int(key)
        for key in request.POST.getlist("chosen")
        if key.isascii() and key.isdigit() and len(key) < 19
    ]
    return list(waiting.filter(pk__in=keys)) if keys else None


def _found(request: Request, pk: int) -> Consequence:
    """Return a consequence about oneself, one's branch, or of one's committee's round."""
    allowed = Q(member__user=request.user)
    scope = request.grants.scope(Capability.SEE_SCORES)
    if scope:
        allowed |= scope.q("organization__path", "round__committee__path")
    return get_object_or_404(consequences.with_all(Consequence.objects.filter(allowed)), pk=pk)


def _page(
    request: Request,
    row: Consequence,
    *,
    decide_form: DecideForm | None = None,
    finish_form: FinishForm | None = None,
) -> HttpResponse:
    steps = consequences.open_steps(row, request.user, request.grants)
    can_decide, can_finish = ConsequenceStep.ACCEPT in steps, ConsequenceStep.FINISH in steps
    sees = request.grants.scope(Capability.SEE_SCORES)
    follow = follow_ups.of(row, request.user, request.grants, request.today)
    context = {
        "row": row,
        "tone": tone(row),
        "subject": consequences.subject_of(row),
        "kind": consequences.kind_word(row.kind),
        "round_name": rounds.name_of(row.round),
        "coefficient": "" if row.coefficient is None else plain(row.coefficient),
        "withheld": "" if row.withhold is None else pay.percent(row.withhold),
        "score_url": _score_url(request, row),
        "round_url": reverse("round", kwargs={"pk": row.round_id})
        if sees.reaches(row.round.committee.path)
        else "",
        "is_own": row.member is not None and row.member.user_id == request.user.pk,
        "is_overdue": row.state == ConsequenceState.ACCEPTED
        and row.due_on is not None
        and row.due_on < request.today,
        "events": _events(row),
        "decide_form": (decide_form or DecideForm(today=request.today)) if can_decide else None,
        "finish_form": (
            finish_form
            or FinishForm(initial={"outcome": follow.outcome}, is_talk=follow_ups.is_talked(row))
        )
        if can_finish
        else None,
        "follow": follow,
        "follow_rows": _follow_rows(request, follow),
        "lift_form": LiftForm(tolerances=follow.tolerances) if follow.tolerances else None,
        "back": reverse("consequence-list") if sees else reverse("my-consequences"),
    }
    return TemplateResponse(request, "scoring/consequence.html", context)


def _follow_rows(request: Request, follow: FollowUps) -> list[tuple[str, str, str, str]]:
    """Return how the talk and the problem stand: label, words, tone, address if it may be seen."""
    found = []
    if (talk := follow.talk) is not None:
        words = {
            TalkState.DUE: f"已安排，{formats.day(talk.due_on)}前谈" if talk.due_on else "已安排",
            TalkState.HELD: f"{formats.day(talk.held_on)}已谈" if talk.held_on else "已谈",
            TalkState.DROPPED: "已取消",
        }[TalkState(talk.state)]
        tone = "ok" if talk.state == TalkState.HELD else ""
        found.append(("谈话", words, tone, ""))
    if (problem := follow.problem) is not None:
        late = problem.due_on is not None and problem.due_on < request.today
        if problem.closed_on is not None:
            words, tone = f"{formats.day(problem.closed_on)}销号", "ok"
        else:
            until = f"，期限 {formats.day(problem.due_on)}" if problem.due_on else ""
            words, tone = f"整改中{until}", "bad" if late else "warn"
        scope = request.grants.scope(Capability.SEE_ACTIVITIES)
        seen = scope.reaches(problem.organization.path)
        url = reverse("problem", kwargs={"pk": problem.pk}) if seen else ""
        found.append(("问题整改", words, tone, url))
    return found


def _score_url(request: Request, row: Consequence) -> str:
    run = row.round.run
    period = str(run.period)
    if row.member is None:
        url = reverse("organization-score", kwargs={"pk": row.organization_id, "period": period})
    elif row.member.user_id == request.user.pk:
        url = reverse("my-points-of", kwargs={"period": period})
    else:
        url = reverse("member-points-of", kwargs={"pk": row.member_id, "period": period})
    return url + address(None, scheme=run.scheme_code)


def _events(row: Consequence) -> list[tuple[object, str, str, str, str]]:
    """Return the history: when, title, note, url, tone."""
    found: list[tuple[object, str, str, str, str]] = [
        (row.round.decided_at, "定评审定，按方案提出建议", "", "", "")
    ]
    if row.decided_by and row.decided_at:
        declined = row.state == ConsequenceState.DECLINED
        note = f"{row.decided_by.name}：{row.reason}" if row.reason else row.decided_by.name
        title = "决定不采用" if declined else "决定采用"
        found.append((row.decided_at, title, note, "", "" if declined else "ok"))
    if row.done_by and row.done_at:
        title = "决定免除" if row.state == ConsequenceState.LIFTED else "办结"
        found.append((row.done_at, title, f"{row.done_by.name}：{row.outcome}", "", "ok"))
    return found
