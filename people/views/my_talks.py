"""One's own talks: those about oneself and those one holds; what was said, for whoever may read."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from activities.operations.refusals import Refused
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.text import whole_number
from branches.rules.workflow import StepNotAllowed
from people.forms.talks import AnswerForm, CorrectForm, HoldForm, RaiseForm
from people.models import Talk
from people.operations import talk_problems, talk_words
from people.operations import talks as operations
from people.queries import talk_texts, talks
from people.queries.talk_texts import Words
from people.rules.talks import TalkReason, TalkState
from people.wording import talks as wording

PAGE = 20
_SECRET = sensitive_post_parameters("note", "text", "answer")


@access.signed_in("一个人看和自己有关的谈话")
def mine(request: Request) -> HttpResponse:
    """What is kept about oneself and who read it; what one is to hold and has held."""
    about = list(talks.about(request.user))
    page = Paginator(talks.held_by(request.user), PAGE).get_page(request.GET.get("page"))
    context = {
        "to_hold": talks.rows_of(talks.to_hold(request.user), request.today),
        "coming": [talks.row_of(row, request.today) for row in about if row.state == TalkState.DUE],
        "about": [
            {
                "row": talks.row_of(row, request.today),
                "is_held": row.state == TalkState.HELD,
                "readings": list(row.readings.all()),
                "is_shared": row.is_shared,
            }
            for row in about
            if row.state != TalkState.DUE
        ],
        "page_obj": page,
        "held": talks.rows_of(page.object_list, request.today),
        "has_member": talks.own_member(request.user) is not None,
    }
    return TemplateResponse(request, "people/my_talks.html", context)


@access.signed_in("谈话人登记自己谈过的话")
@_SECRET
@sensitive_variables()
def hold(request: Request) -> HttpResponse:
    """Write down a talk one held with somebody of the own branch."""
    own = talks.own_member(request.user)
    home = talks.branch_of(own, request.today) if own else None
    places = {branch.pk: branch for branch in [home, *talks.arranged_at(request.grants)] if branch}
    if own is None or not places:
        return TemplateResponse(request, "people/talk_nobody.html", {})
    people = talks.people_of(places.values(), request.today).exclude(pk=own.pk)
    form = HoldForm(
        request.POST if request.method == "POST" else None,
        people=people,
        today=request.today,
        initial={"member": whole_number(request.GET.get("member", ""))},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.record(
                member=form.cleaned_data["member"],
                reason=TalkReason(form.cleaned_data["reason"]), held=form.held,
                by=request.user, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            return _saved(request, made)
    waiting = talks.rows_of(talks.to_hold(request.user), request.today)
    return _hold_page(request, form, {"waiting": waiting, "place": _named(places)})


@access.signed_in("谈话人登记安排给自己的谈话")
@_SECRET
@sensitive_variables()
def hold_due(request: Request, *, pk: int) -> HttpResponse:
    """Write down that a due talk was held."""
    found = talks.may_hold(request.user, request.grants).filter(pk=pk).first()
    if found is None:
        # Whoever held it already may come here again by an old notice.
        done = talk_texts.readable_by(request.user, request.grants)
        get_object_or_404(done.exclude(state=TalkState.DUE), pk=pk)
        return redirect("talk", pk=pk)
    form = HoldForm(
        request.POST if request.method == "POST" else None, people=None, today=request.today
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.hold(talk=found, held=form.held, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        except StepNotAllowed as refusal:
            form.add_error(None, wording.refused_step(refusal.state))
        else:
            return _saved(request, made)
    return _hold_page(request, form, {"row": talks.row_of(found, request.today)})


@access.signed_in("谈话双方看自己的谈话；共享的由支部书记看")
def talk(request: Request, *, pk: int) -> HttpResponse:
    """One talk, without what was said."""
    return _page(request, _found(request, pk))


@access.signed_in("谈话双方看谈话内容；共享的由支部书记看")
@require_POST
@sensitive_variables()
def read(request: Request, *, pk: int) -> HttpResponse:
    """What was said. A step, not a page: that one looked is kept."""
    found = _found(request, pk)
    try:
        words = talk_words.read(
            talk=found, by=request.user, grants=request.grants, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("talk", pk=pk)
    return _page(request, found, words)


@access.signed_in("谈话对象补充自己的意见")
@require_POST
@_SECRET
@sensitive_variables()
def answer(request: Request, *, pk: int) -> HttpResponse:
    """Add to what is kept about oneself."""
    found = get_object_or_404(_readable(request).filter(member__user=request.user), pk=pk)
    form = AnswerForm(request.POST)
    if form.is_valid():
        done = _done(
            form,
            lambda: talk_words.answer(
                talk=found, text=form.cleaned_data["text"], by=request.user, at=timezone.now()
            ),
        )
        if done:
            messages.success(request, "已补充，谈话人会收到通知。")
            return redirect("talk", pk=pk)
    return _page(request, found, answer_form=form)


@access.signed_in("谈话人更正自己的记录")
@require_POST
@_SECRET
@sensitive_variables()
def correct(request: Request, *, pk: int) -> HttpResponse:
    """Correct what one noted, within 24 hours."""
    found = get_object_or_404(_readable(request).filter(talker__user=request.user), pk=pk)
    form = CorrectForm(request.POST)
    if form.is_valid():
        done = _done(
            form,
            lambda: talk_words.correct(
                talk=found, **form.cleaned_data, by=request.user, at=timezone.now()
            ),
        )
        if done:
            messages.success(request, "已更正，对方会收到通知。")
            return redirect("talk", pk=pk)
    return _page(request, found, correct_form=form)


@access.signed_in("谈话人对谈话对象重新开放内容")
@require_POST
def release(request: Request, *, pk: int) -> HttpResponse:
    """Open the words again to the member, whose account was opened or reset."""
    found = get_object_or_404(_readable(request).filter(talker__user=request.user), pk=pk)
    try:
        talk_words.release(talk=found, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已重新开放，{found.member.name}会收到通知。")
    return redirect("talk", pk=pk)


@access.signed_in("谈话人撤回自己登记错的谈话")
@require_POST
def withdraw(request: Request, *, pk: int) -> HttpResponse:
    """Take back what one wrote down by mistake."""
    found = get_object_or_404(_readable(request).filter(talker__user=request.user), pk=pk)
    try:
        operations.withdraw(talk=found, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("talk", pk=pk)
    messages.success(request, "已撤回。谈错了人的，请重新登记。")
    return redirect("my-talks")


@access.signed_in("谈话人征得本人同意后提出问题")
def raise_problem(request: Request, *, pk: int) -> HttpResponse:
    """Raise a problem: what is typed here leaves the confidential space, nothing else does."""
    found = get_object_or_404(
        _readable(request).filter(talker__user=request.user, state=TalkState.HELD), pk=pk
    )
    form = RaiseForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        done = _done(
            form,
            lambda: talk_problems.raise_problem(
                talk=found, text=form.cleaned_data["text"],
                has_consent=form.cleaned_data["has_consent"],
                by=request.user, at=timezone.now(),
            ),
        )  # fmt: skip
        if done:
            messages.success(request, "已列入支部的问题清单，由支部安排解决。")
            return redirect("talk", pk=pk)
    context = {
        "form": form,
        "row": talks.row_of(found, request.today),
        "branch": found.branch,
        "trail": _trail(found),
    }
    return TemplateResponse(request, "people/talk_raise.html", context)


def _readable(request: Request) -> Any:
    return talk_texts.readable_by(request.user, request.grants)


def _found(request: Request, pk: int) -> Talk:
    return get_object_or_404(_readable(request), pk=pk)


@sensitive_variables()
def _page(
    request: Request,
    found: Talk,
    words: Words | None = None,
    *,
    answer_form: AnswerForm | None = None,
    correct_form: CorrectForm | None = None,
) -> HttpResponse:
    now = timezone.now()
    is_member = found.member.user_id == request.user.pk
    is_talker = found.talker is not None and found.talker.user_id == request.user.pk
    is_held = found.state == TalkState.HELD
    may_correct = talk_texts.may_correct(found, request.user, now)
    has_words = found.has_words  # type: ignore[attr-defined]
    is_shut = talk_texts.is_shut(found)
    # What would be replaced is read first.
    may_write = words is not None or not has_words
    may_answer = is_member and is_held and not is_shut
    if answer_form is None and may_answer and may_write:
        answer_form = AnswerForm(initial={"text": words.answer if words else ""})
    if correct_form is None and may_correct and may_write:
        known = {"note": words.note if words else "", "is_shared": found.is_shared}
        correct_form = CorrectForm(initial=known)
    context = {
        "row": talks.row_of(found, request.today),
        "talk": found,
        "words": words,
        "has_words": has_words,
        "is_shut": is_shut,
        "may_answer": may_answer,
        "is_held": is_held,
        "is_waiting": found.state == TalkState.DUE,
        "is_member": is_member,
        "is_talker": is_talker,
        "may_hold": is_talker and found.state == TalkState.DUE,
        "may_withdraw": talk_texts.may_withdraw(found, request.user, now),
        "may_correct": may_correct,
        "answer_form": answer_form,
        "correct_form": correct_form,
        "wrong_form": next(
            (form for form in (answer_form, correct_form) if form and form.is_bound), None
        ),
        "readings": talks.readings_of(found) if is_member and is_held else [],
        "trail": [("我的谈话", reverse("my-talks"))],
    }
    return TemplateResponse(request, "people/talk.html", context)


def _hold_page(request: Request, form: HoldForm, more: dict[str, Any]) -> HttpResponse:
    context = {"form": form, "trail": [("我的谈话", reverse("my-talks"))], **more}
    return TemplateResponse(request, "people/talk_hold.html", context)


def _saved(request: Request, made: Talk) -> HttpResponse:
    messages.success(request, f"已登记。{made.member.name}会收到通知，可以查看和补充。")
    return redirect("my-talks")


def _named(places: dict[int, Organization]) -> str:
    return "、".join(branch.short_name for branch in places.values())


def _trail(found: Talk) -> list[tuple[str, str]]:
    return [
        ("我的谈话", reverse("my-talks")),
        (f"和{found.member.name}的谈话", reverse("talk", kwargs={"pk": found.pk})),
    ]


def _done(form: Any, operation: Any) -> bool:
    """Run the operation; say on the form why it could not be done."""
    try:
        operation()
    except Refused as refusal:
        form.add_error(None, str(refusal))
    else:
        return True
    return False
