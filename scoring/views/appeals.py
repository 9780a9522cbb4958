"""Appeals (申诉): filing one from a line, the branch's opinion, the answer, one's own."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from scoring import tasks
from scoring.forms.rounds import AnswerForm, AppealForm, OpinionForm
from scoring.models import Appeal, Round, Score
from scoring.operations import appeals as operations
from scoring.queries import appeals, corrections, explanations, rounds, schemes
from scoring.rules import explaining
from scoring.rules.rounds import APPEALABLE, CORRECTABLE, AppealState, RoundState
from scoring.views import round_links
from scoring.views.periods import address

APPEAL_TONES = {AppealState.FILED: "warn", AppealState.UPHELD: "ok"}


@access.signed_in("本人提出的申诉")
def my_appeals(request: Request) -> HttpResponse:
    """Show the appeals one filed, newest first, with their answers."""
    rows = appeals.mine(request.user)
    context = {"rows": [(one, APPEAL_TONES.get(AppealState(one.state), "")) for one in rows]}
    return TemplateResponse(request, "scoring/appeal_list.html", context)


@access.signed_in("对本人的得分申诉；对支部的得分申诉另看任职范围")
def appeal_new(request: Request, *, pk: int, item: str) -> HttpResponse:
    """File an appeal from one line of a published score."""
    score = _own_score(request, pk)
    run = score.run
    round_ = (
        Round.objects.filter(
            committee=run.committee_id,
            scheme_code=run.scheme_code,
            period_start=run.period_start,
            period_kind=run.period_kind,
        )
        .exclude(state=RoundState.WITHDRAWN)
        .first()
    )
    if round_ is not None and round_.run_id != run.pk:
        # A correction has moved the round to another run since the page was shown.
        moved = rounds.score_of(round_, score.organization, score.member)
        if moved is None:
            raise Http404
        score = moved
    scheme = schemes.scheme_of(score.run.version)
    title = appeals.title_of(scheme, score, item)
    if title is None:
        raise Http404
    is_open = (
        round_ is not None
        and RoundState(round_.state) in APPEALABLE
        and round_.public_until is not None
        and request.today <= round_.public_until
    )
    form = AppealForm(request.POST or None) if is_open else None
    if round_ is not None and form is not None and request.method == "POST" and form.is_valid():
        try:
            filed = operations.file(
                round=round_,
                organization=score.organization,
                member=score.member,
                item_code=item,
                text=form.cleaned_data["text"],
                by=request.user,
                at=timezone.now(),
            )
        except operations.CannotAppeal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "申诉已提交，答复后会通知您。")
            return redirect("appeal", pk=filed.pk)
    context = {
        "score": score,
        "round": round_,
        "procedure": scheme.procedure,
        "title": title,
        "line": explanations.explain(score).line(item),
        "form": form,
        "is_own": score.member is not None and score.member.user_id == request.user.pk,
        "state": RoundState(round_.state) if round_ else None,
        "back": _score_url(request, score),
    }
    return TemplateResponse(request, "scoring/appeal_new.html", context)


@access.signed_in("申诉人本人；所在支部和评定党委按任职范围看")
def appeal_page(request: Request, *, pk: int) -> HttpResponse:
    """Show an appeal, what is behind it, and what the person may add to it."""
    return _page(request, _found(request, pk))


@require_POST
@access.requires(Capability.RUN_ROUNDS)
def appeal_answer(request: Request, *, pk: int) -> HttpResponse:
    """Uphold an appeal with the fact as it is, or reject it; both with the reason."""
    appeal = get_object_or_404(_with_all().filter(request.scope.q("round__committee__path")), pk=pk)
    form = _answer_form(appeal, request.POST)
    if not form.is_valid():
        return _page(request, appeal, answer_form=form)
    data = form.cleaned_data
    at = timezone.now()
    try:
        if form.upholds:
            correction = operations.uphold(
                appeal=appeal,
                quantity=data.get("quantity"),
                base=data.get("base"),
                lifts_veto=form.of_veto,
                answer=data["answer"],
                by=request.user,
                at=at,
            )
            tasks.send_correction(correction)
        else:
            operations.reject(appeal=appeal, answer=data["answer"], by=request.user, at=at)
    except operations.CannotAppeal as refusal:
        form.add_error(None, str(refusal))
        return _page(request, appeal, answer_form=form)
    else:
        done = "申诉成立，正在按更正重新核算" if form.upholds else "申诉不成立，维持原结果"
        messages.success(request, f"{done}。")
    return redirect("appeal", pk=pk)


@require_POST
@access.requires(Capability.FILE_APPEALS)
def appeal_opinion(request: Request, *, pk: int) -> HttpResponse:
    """Add what the branch knows of a member's appeal, before it is answered."""
    appeal = get_object_or_404(
        _with_all().filter(request.scope.q("organization__path"), member__isnull=False), pk=pk
    )
    form = OpinionForm(request.POST, prefix="opinion")
    if not form.is_valid():
        return _page(request, appeal, opinion_form=form)
    try:
        operations.give_opinion(
            appeal=appeal, text=form.cleaned_data["text"], by=request.user, at=timezone.now()
        )
    except operations.CannotAppeal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "支部意见已提交。")
    return redirect("appeal", pk=pk)


@require_POST
@access.signed_in("撤回本人提出的申诉")
def appeal_withdraw(request: Request, *, pk: int) -> HttpResponse:
    own = Q(filed_by=request.user) | Q(member__user=request.user)
    appeal = get_object_or_404(_with_all().filter(own), pk=pk)
    try:
        operations.withdraw(appeal=appeal, by=request.user, at=timezone.now())
    except operations.CannotAppeal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "申诉已撤回，原结果不变。")
    return redirect("appeal", pk=pk)


def _with_all() -> QuerySet[Appeal]:
    return Appeal.objects.select_related(
        "round__run__version",
        "round__committee",
        "organization",
        "member",
        "filed_by",
        "opinion_by",
        "answered_by",
    )


def _found(request: Request, pk: int) -> Appeal:
    """Return an appeal one filed, or about oneself, one's branch or one's committee's round."""
    allowed = Q(filed_by=request.user) | Q(member__user=request.user)
    scope = request.grants.scope(Capability.SEE_SCORES)
    if scope:
        allowed |= scope.q("organization__path", "round__committee__path")
    return get_object_or_404(_with_all().filter(allowed), pk=pk)


def _own_score(request: Request, pk: int) -> Score:
    """Return one's own score, or one of those one may appeal for."""
    allowed = Q(member__user=request.user)
    scope = request.grants.scope(Capability.FILE_APPEALS)
    if scope:
        allowed |= scope.q("organization__path")
    return get_object_or_404(
        Score.objects.filter(allowed).select_related("run__version", "organization", "member"),
        pk=pk,
    )


def _page(
    request: Request,
    appeal: Appeal,
    *,
    answer_form: AnswerForm | None = None,
    opinion_form: OpinionForm | None = None,
) -> HttpResponse:
    round_ = appeal.round
    is_own = request.user.pk in (
        appeal.filed_by_id,
        appeal.member.user_id if appeal.member else None,
    )
    is_open = appeal.state == AppealState.FILED and RoundState(round_.state) in CORRECTABLE
    has_said = appeal.opinion_by_id == request.user.pk
    can_answer = (
        is_open
        and not is_own
        and not has_said
        and request.grants.scope(Capability.RUN_ROUNDS).reaches(round_.committee.path)
    )
    can_say = (
        is_open
        and not is_own
        and appeal.member is not None
        and not appeal.opinion
        and request.grants.scope(Capability.FILE_APPEALS).reaches(appeal.organization.path)
    )
    if can_answer and answer_form is None:
        answer_form = _answer_form(appeal, None)
    if can_say and opinion_form is None:
        opinion_form = OpinionForm(prefix="opinion")
    score = appeals.score_of(appeal)
    waiting = corrections.waiting(round_) if appeal.state == AppealState.UPHELD else []
    change = next(
        (one for one in corrections.of_round(round_) if one.correction.appeal_id == appeal.pk), None
    )
    context = {
        "appeal": appeal,
        "subject": appeals.subject_of(appeal),
        "score": score,
        "round": round_,
        "tone": APPEAL_TONES.get(AppealState(appeal.state), ""),
        "line": explanations.explain(score).line(appeal.item_code) if score else None,
        "is_veto": appeals.item_of(appeal) is None,
        "records": _records_url(request, appeal),
        "score_url": _score_url(request, score) if score else "",
        "answer_form": answer_form if can_answer else None,
        "opinion_form": opinion_form if can_say else None,
        "again": round_links.file_again(request, appeal, score),
        "answered_by_others": is_open and has_said,
        "can_withdraw": is_own and is_open,
        "is_office": request.grants.scope(Capability.SEE_SCORES).reaches(round_.committee.path),
        "change": change,
        "waiting": next((one for one in waiting if one.correction.appeal_id == appeal.pk), None),
        "is_late": is_open and request.today > appeal.due_on,
    }
    return TemplateResponse(request, "scoring/appeal.html", context)


def _answer_form(appeal: Appeal, data: object) -> AnswerForm:
    item = appeals.item_of(appeal)
    target = appeal.round.run.version.target
    counted = appeals.counted(appeal) if item is not None else None
    names = ("quantity", "base")
    initial = {
        name: explaining.plain(value)
        for name, value in zip(names, counted or (), strict=False)
        if value is not None
    }
    return AnswerForm(
        data,
        prefix="answer",
        initial=initial,
        of_veto=item is None,
        unit=explaining.unit(target, item) if item else "",
        with_base=item is not None and appeals.takes_base(item),
        most=item.full if item and item.rule == "mark" else None,
    )


def _score_url(request: Request, score: Score) -> str:
    """Return the page of a score that this person may open."""
    period = str(score.run.period)
    if score.member is None:
        url = reverse("organization-score", kwargs={"pk": score.organization_id, "period": period})
    elif score.member.user_id == request.user.pk:
        url = reverse("my-points-of", kwargs={"period": period})
    else:
        url = reverse("member-points-of", kwargs={"pk": score.member_id, "period": period})
    return url + address(None, scheme=score.run.scheme_code)


def _records_url(request: Request, appeal: Appeal) -> str:
    """Return the page of the records behind the line; a veto's are its entries, without one."""
    run = appeal.round.run
    if appeals.item_of(appeal) is None or run.is_rolled_up:
        return ""
    values = {"period": str(run.period), "item": appeal.item_code}
    if appeal.member is None:
        url = reverse("organization-evidence", kwargs={"pk": appeal.organization_id, **values})
    elif appeal.member.user_id == request.user.pk:
        url = reverse("my-evidence", kwargs=values)
    else:
        url = reverse("member-evidence", kwargs={"pk": appeal.member_id, **values})
    return url + address(None, scheme=run.scheme_code)
