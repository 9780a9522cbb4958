"""The steps of a problem, each on a page of its own: raise, report, pass on, ask, look back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities import wording as activity_wording
from activities.forms import problem_handling as forms
from activities.models import Problem
from activities.operations import problem_follow_ups, problem_handling, problems
from activities.operations.refusals import Refused
from activities.queries import activities, problem_sources
from activities.queries import problems as queries
from activities.rules.supervision import Satisfaction, Source
from activities.views import problem_page
from activities.wording import supervision as wording
from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from branches.rules.text import whole_number
from branches.rules.workflow import StepNotAllowed


@access.signed_in("从自己能看的记录提出问题，或者自己反映问题")
def raise_problem(request: Request) -> HttpResponse:
    """Raise a problem from a record (``source`` and ``id``) in its own words, or directly."""
    asked = request.GET.get("source", Source.DIRECT)
    if asked not in set(Source):
        raise Http404
    source = Source(asked)
    pk = whole_number(request.GET.get("id", "")) if source is not Source.DIRECT else None
    if source is Source.DIRECT:
        draft = problem_sources.own(request.user, request.grants)
        if draft is None:
            return TemplateResponse(request, "activities/problem_nobody.html", {})
    else:
        draft = problem_sources.draft(source, pk or 0, request.user, request.grants)
        if draft is None:
            raise Http404
    known = {"whose": draft.whose, "text": draft.text, "asker_name": draft.asker_name}
    form = forms.RaiseForm(
        request.POST if request.method == "POST" else None,
        asks_asker=draft.asker is None,
        initial=known,
    )
    if request.method == "POST" and form.is_valid():
        found = done(
            form,
            lambda: problems.raise_from(
                source=source, source_id=pk, organization=draft.organization, asker=draft.asker,
                due_on=_until(draft, request), **form.cleaned_data, by=request.user,
                at=timezone.now(),
            ),
        )  # fmt: skip
        if found is not None:
            messages.success(request, f"已列入{found.get_library_display()}。")
            return _to_problem(request, found)
    context = {
        "form": form,
        "draft": draft,
        "source": wording.SOURCES[source],
        "place": activities.place_name(draft.organization),
        "earlier": _earlier(request, source, pk),
        "back": draft.url or reverse("my-problems"),
    }
    return TemplateResponse(request, "activities/problem_raise.html", context)


@access.signed_in("第一责任人和办理单位登记问题的办理进展")
def report(request: Request, *, pk: int) -> HttpResponse:
    """Write down what was done; by the owner or by whoever keeps the list."""
    scope = request.grants.scope(Capability.LOG_ACTIVITIES)
    mine = Q(owner__user=request.user) | scope.q("organization__path")
    rows = Problem.objects.filter(mine).select_related("organization__parent", "activity")
    found = get_object_or_404(rows, pk=pk)
    form = forms.ReportForm(request.POST or None, initial={"on": request.today})
    return _step(
        request, found, form,
        lambda given: problem_handling.report(
            problem=found, **given, by=request.user, at=timezone.now()
        ),
        title="登记进展", button="登记", success="已登记。",
    )  # fmt: skip


@access.requires(Capability.LOG_ACTIVITIES)
def escalate(request: Request, *, pk: int) -> HttpResponse:
    """Pass a problem on to the organisation above."""
    found = problem_page.one(request, pk)
    above = found.organization.parent
    form = forms.EscalateForm(request.POST or None)
    name = above.short_name if above else ""
    return _step(
        request, found, form,
        lambda given: problem_handling.escalate(
            problem=found, **given, by=request.user, at=timezone.now()
        ),
        title="提交上一级", button="确认提交", success=f"已提交{name}。",
        intro=f"提交以后由{name}办理，重新确定第一责任人和期限；本级仍能看到办理过程。"
        if above else "上面没有党组织了，请在本级办理。",
    )  # fmt: skip


@access.requires(Capability.LOG_ACTIVITIES)
def severity(request: Request, *, pk: int) -> HttpResponse:
    """Say how grave a problem really is."""
    found = problem_page.one(request, pk)
    form = forms.ChangeSeverityForm(request.POST or None, initial={"severity": found.severity})
    return _step(
        request, found, form,
        lambda given: problem_handling.set_severity(
            problem=found, **given, by=request.user, at=timezone.now()
        ),
        title="调整程度", button="保存", success="已调整，期限从今天重新计算。",
        intro="调整以后，期限按新的程度从今天起重新计算。",
    )  # fmt: skip


@access.signed_in("反映人评价自己反映的问题是否解决")
def feedback(request: Request, *, pk: int) -> HttpResponse:
    """The person who raised it says whether it is settled: one press."""
    rows = Problem.objects.filter(asker__user=request.user)
    found = get_object_or_404(rows.select_related("organization__parent", "activity"), pk=pk)
    if found.closed_on is None or found.satisfaction:
        words = "这条问题已经评价过了。" if found.satisfaction else "这条问题还在办理。"
        messages.info(request, words)
        return redirect("my-problems")
    form = forms.FeedbackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        given = done(
            form,
            lambda: problem_follow_ups.give_feedback(
                problem=found, **form.cleaned_data, on=request.today, by=request.user,
                at=timezone.now(),
            ),
        )  # fmt: skip
        if given is not None:
            messages.success(request, "已收到您的评价，谢谢。")
            return redirect("my-problems")
    context = {
        "problem": found,
        "form": form,
        "place": activities.place_name(found.organization),
        "choices": [(each, wording.SATISFACTIONS[each]) for each in Satisfaction],
    }
    return TemplateResponse(request, "activities/problem_feedback.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def asked(request: Request, *, pk: int) -> HttpResponse:
    """Enter what somebody without an account said about a closed problem."""
    found = problem_page.one(request, pk)
    form = forms.AskedForm(request.POST or None, initial={"on": request.today})
    return _step(
        request, found, form,
        lambda given: problem_follow_ups.give_feedback(
            problem=found, **given, by=request.user, at=timezone.now()
        ),
        title="登记回访", button="登记", success="已登记。",
        intro="当面或打电话问过反映人以后登记。反映人有账号的，由本人评价。",
    )  # fmt: skip


@access.requires(Capability.LOG_ACTIVITIES)
def look_back(request: Request, *, pk: int) -> HttpResponse:
    """Look back on a closed problem."""
    found = problem_page.one(request, pk)
    form = forms.LookBackForm(request.POST or None, initial={"on": request.today})
    return _step(
        request, found, form,
        lambda given: problem_follow_ups.look_back(
            problem=found, **given, by=request.user, at=timezone.now()
        ),
        title="登记回头看", button="登记", success="已登记。",
        intro="到现场看一看，问题有没有反复。有反复的，登记后自动恢复整改。",
    )  # fmt: skip


@access.requires(Capability.LOG_ACTIVITIES)
def case(request: Request, *, pk: int) -> HttpResponse:
    """Keep a closed problem in the case library."""
    found = problem_page.one(request, pk)
    known = {"title": found.case_title, "text": found.case_text}
    form = forms.CaseForm(request.POST or None, initial=known)
    return _step(
        request, found, form,
        lambda given: problem_follow_ups.keep_case(
            problem=found, **given, by=request.user, at=timezone.now()
        ),
        title="列入案例库", button="保存", success="已列入案例库。",
        intro="案例库里各支部都能看到，供大家参考。只写事，不写人名。",
        drop_url=reverse("problem-case-drop", kwargs={"pk": pk}) if found.case_title else "",
    )  # fmt: skip


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def drop_case(request: Request, *, pk: int) -> HttpResponse:
    """Take a problem out of the case library."""
    found = problem_page.one(request, pk)
    try:
        problem_follow_ups.drop_case(problem=found, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "已移出案例库。")
    return redirect("problem", pk=pk)


def done(form: Any, operation: Callable[[], Any]) -> Any:
    """Run an operation and return its result; None if it was refused, said on the form."""
    try:
        return operation()
    except Refused as refusal:
        form.add_error(None, str(refusal))
    except StepNotAllowed as refusal:
        form.add_error(None, activity_wording.refused_step(refusal.state))
    return None


def step_page(request: Request, found: Problem, form: Any, **words: str) -> HttpResponse:
    """Answer with the page of one step: what the problem is, and the step's form.

    :param words: ``title`` and ``button``; maybe ``intro``, ``back`` and ``drop_url``.
    """
    context = {
        "problem": found,
        "form": form,
        "place": activities.place_name(found.organization),
        "back": reverse("problem", kwargs={"pk": found.pk}),
        "trail": problem_page.trail(),
        **words,
    }
    return TemplateResponse(request, "activities/problem_step.html", context)


def _step(
    request: Request,
    found: Problem,
    form: Any,
    operation: Callable[[dict[str, Any]], Problem],
    *,
    success: str,
    **words: str,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        result = done(form, lambda: operation(form.cleaned_data))
        if result is not None:
            messages.success(request, success)
            return _to_problem(request, result)
    if not _sees(request, found):
        words["back"] = reverse("my-problems")
    return step_page(request, found, form, **words)


def _sees(request: Request, found: Problem) -> bool:
    scope = request.grants.scope(Capability.SEE_ACTIVITIES)
    places = [found.organization, found.origin or found.organization]
    return any(scope.reaches(place.path) for place in places)


def _to_problem(request: Request, found: Problem) -> HttpResponse:
    """Lead to the problem, or whoever may not open it to the own list."""
    if _sees(request, found):
        return redirect("problem", pk=found.pk)
    return redirect("my-problems")


def _until(draft: problem_sources.Draft, request: Request) -> dt.date | None:
    """Return the deadline a record sets; one that has passed leaves it to the problem's clock."""
    return draft.due_on if draft.due_on and draft.due_on >= request.today else None


def _earlier(request: Request, source: Source, pk: int | None) -> list[queries.Row]:
    """Return what was raised from the very record before, for whoever may see it."""
    if pk is None:
        return []
    scope = request.grants.scope(Capability.SEE_ACTIVITIES)
    rows = Problem.objects.seen_in(scope).filter(source=source, source_id=pk)
    return queries.rows_of(queries.with_people(rows).order_by("-pk")[:5], request.today)
