"""督办通知单: to issue, answer, read and print one."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.forms import problem_handling as forms
from activities.models import Supervision
from activities.operations import supervisions as operations
from activities.queries import problem_clocks, problem_papers, supervisions
from activities.queries.problem_papers import Paper
from activities.views import problem_page
from activities.views.problem_papers import printed
from activities.views.problem_steps import done, step_page
from activities.wording import supervision as wording
from branches import access
from branches.access import Request
from branches.queries import working_calendar
from branches.rules.roles import Capability
from members.queries import above

PAGE = 50


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """The supervisions issued or to be answered in reach, unanswered ones first."""
    page = Paginator(supervisions.seen_in(request.scope), PAGE).get_page(request.GET.get("page"))
    rows = [
        (
            each,
            wording.number(each.year, each.number),
            each.answered_on is None and each.due_on < request.today,
        )
        for each in page.object_list
    ]
    context = {"page_obj": page, "rows": rows, "trail": problem_page.trail()}
    return TemplateResponse(request, "activities/supervision_list.html", context)


@access.requires(Capability.SUPERVISE_PROBLEMS)
def issue(request: Request, *, pk: int) -> HttpResponse:
    """Issue a supervision of a problem below."""
    found = problem_page.one(request, pk)
    issuer = supervisions.issuer_for(found, request.scope)
    if issuer is None or not above.decides(
        request.grants, Capability.SUPERVISE_PROBLEMS, found.organization
    ):
        messages.warning(request, "督办通知单由办理单位的上级发出，办理单位自己的人不能发。")
        return redirect("problem", pk=pk)
    terms = problem_clocks.terms(found.organization, request.today)
    calendar = working_calendar.around(request.today)
    form = forms.SupervisionForm(
        request.POST or None, initial={"due_on": calendar.after(request.today, terms.answer)}
    )
    if request.method == "POST" and form.is_valid():
        made = done(
            form,
            lambda: operations.issue(
                problem=found, issuer=issuer, **form.cleaned_data, reach=request.scope,
                by=request.user, at=timezone.now(),
            ),
        )  # fmt: skip
        if made is not None:
            messages.success(request, f"已发出{wording.number(made.year, made.number)}。")
            return redirect("supervision", pk=made.pk)
    intro = f"以{issuer.short_name}的名义发给{found.organization.short_name}，编号自动生成。"
    return step_page(request, found, form, title="发督办通知单", button="发出", intro=intro)


@access.requires(Capability.SEE_ACTIVITIES)
def supervision(request: Request, *, pk: int) -> HttpResponse:
    """One supervision as it was issued, with its answer."""
    row = _one(request, pk)
    logs = request.grants.scope(Capability.LOG_ACTIVITIES)
    may_answer = (
        row.answered_on is None
        and row.issued_by_id != request.user.pk
        and logs.reaches(row.problem.organization.path)
    )
    context = {
        "document": problem_papers.notice(row),
        "row": row,
        "may_answer": may_answer,
        "print_url": reverse("supervision-print", kwargs={"pk": pk}),
        "back": reverse("problem", kwargs={"pk": row.problem_id}),
        "trail": [*problem_page.trail(), ("督办", reverse("supervision-list"))],
    }
    return TemplateResponse(request, "activities/problem_paper.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def answer(request: Request, *, pk: int) -> HttpResponse:
    """Answer a supervision."""
    rows = Supervision.objects.filter(request.scope.q("problem__organization__path"))
    row = get_object_or_404(_read(rows), pk=pk)
    if row.answered_on is not None:
        messages.info(request, "这份督办通知单已经回复过了。")
        return redirect("supervision", pk=pk)
    form = forms.AnswerForm(request.POST or None, initial={"on": request.today})
    if request.method == "POST" and form.is_valid():
        answered = done(
            form,
            lambda: operations.answer(
                supervision=row, **form.cleaned_data, by=request.user, at=timezone.now()
            ),
        )
        if answered is not None:
            messages.success(request, "已回复。")
            return redirect("supervision", pk=pk)
    number = wording.number(row.year, row.number)
    return step_page(
        request, row.problem, form, title=f"回复{number}", button="回复",
        intro=f"督办要求：{row.demand}", back=reverse("supervision", kwargs={"pk": pk}),
    )  # fmt: skip


@access.requires(Capability.SEE_ACTIVITIES)
@require_POST
def print_supervision(request: Request, *, pk: int) -> HttpResponse:
    """Ask for a supervision as PDF."""
    row = _one(request, pk)
    label = wording.number(row.year, row.number)
    return printed(request, Paper.NOTICE, pk, row.problem.organization, label)


def _one(request: Request, pk: int) -> Supervision:
    return get_object_or_404(_read(Supervision.objects.seen_in(request.scope)), pk=pk)


def _read(rows: QuerySet[Supervision]) -> QuerySet[Supervision]:
    return rows.select_related("problem__organization__parent", "problem__activity", "issuer")
