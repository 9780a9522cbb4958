"""Quizzes as those who set them see them: questions, publishing, what came of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.forms.quizzes import QuizForm
from activities.models import Quiz
from activities.operations import quizzes as operations
from activities.operations.refusals import Refused
from activities.queries import quizzes
from activities.queries.learning import plain
from activities.rules import quizzes as rules
from activities.rules.quizzes import LEAST_PAPERS, QuizState
from activities.views import quiz_access
from activities.wording import quizzes as wording
from branches import access
from branches.access import Request
from branches.rules.roles import Capability

PAGE = 50


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """The quizzes set in reach, and those published above."""
    found = quizzes.with_counts(quizzes.found(request.scope))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [_shown(quiz, request) for quiz in page.object_list],
        "may_set": quizzes.setting(request.grants, request.today).exists(),
    }
    return TemplateResponse(request, "activities/quiz_list.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def new(request: Request) -> HttpResponse:
    """Set up a quiz."""
    organizations = quizzes.setting(request.grants, request.today)
    if not organizations.exists():
        raise PermissionDenied
    form = QuizForm(request.POST or None, organizations=organizations)
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.make(
                organization=form.cleaned_data["organization"], facts=form.facts,
                by=request.user, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已建立，接着出题。")
            return redirect("quiz", pk=made.pk)
    context = {"form": form, "title": "新建测验", "trail": [("测验", reverse("quiz-list"))]}
    return TemplateResponse(request, "activities/quiz_form.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def quiz(request: Request, *, pk: int) -> HttpResponse:
    """One quiz: its questions, and what came of it, for those who set it."""
    found = quiz_access.seen(request, pk)
    sets = quizzes.may_set(request.grants, found.organization)
    context: dict[str, Any] = {
        **_shown(found, request),
        "may_set": sets,
        "is_draft": found.published_at is None,
        "trail": [("测验", reverse("quiz-list"))],
    }
    if sets:
        questions = quizzes.questions_of(found)
        figures = quizzes.figures(found, questions, request.today)
        known = [quizzes.question_of(row) for row in questions]
        context |= {
            "full": rules.full_marks(known),
            "figures": figures,
            "few": figures is not None and figures.papers < LEAST_PAPERS,
            "least": LEAST_PAPERS,
            "may_withdraw": found.published_at is not None and not found.papers.exists(),
            "questions": [
                {
                    "row": row,
                    "points": f"{plain(row.points)} 分",
                    "kind": wording.QUESTIONS[question.kind],
                    "options": list(zip(rules.LETTERS, row.options, strict=False)),
                    "right": rules.letters(row.right, row.kind, row.options),
                    "share": figures.right[row.pk] if figures else None,
                }
                for row, question in zip(questions, known, strict=True)
            ],
        }
    return TemplateResponse(request, "activities/quiz.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def edit(request: Request, *, pk: int) -> HttpResponse:
    """Change its name and days; once published, its last day."""
    found = quiz_access.set_here(request, pk)
    names = ("title", "pass_mark", "opens_on", "closes_on")
    form = QuizForm(
        request.POST or None,
        published=found.published_at is not None,
        initial={name: getattr(found, name) for name in names},
    )
    if request.method == "POST" and form.is_valid():
        changed = quiz_access.done(
            form,
            lambda: operations.change(
                quiz=found, facts=form.facts, by=request.user, at=timezone.now()
            ),
        )
        if changed:
            messages.success(request, "已保存。")
            return redirect("quiz", pk=pk)
    context = {"form": form, "quiz": found, "title": "修改测验", "trail": quiz_access.trail(found)}
    return TemplateResponse(request, "activities/quiz_form.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
@require_POST
def publish(request: Request, *, pk: int) -> HttpResponse:
    """Publish a quiz, or take it back while nobody has taken it."""
    found = quiz_access.set_here(request, pk)
    if request.POST.get("back") == "1":
        quiz_access.told(
            request,
            lambda: operations.withdraw(quiz=found, by=request.user, at=timezone.now()),
            "已撤回发布，可以改题；改好后重新发布。",
        )
    else:
        quiz_access.told(
            request,
            lambda: operations.publish(quiz=found, by=request.user, at=timezone.now()),
            "已发布，到开始日期党员就能在首页看到。",
        )
    return redirect("quiz", pk=pk)


@access.requires(Capability.SEE_ACTIVITIES)
@require_POST
def discard(request: Request, *, pk: int) -> HttpResponse:
    """Delete a quiz that is not published."""
    found = quiz_access.set_here(request, pk)
    try:
        operations.discard(quiz=found, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("quiz", pk=pk)
    messages.success(request, f"已删除“{found.title}”。")
    return redirect("quiz-list")


@access.requires(Capability.SEE_ACTIVITIES)
def takers(request: Request, *, pk: int) -> HttpResponse:
    """Who in reach has taken a quiz and who has not; no scores."""
    found = quiz_access.seen(request, pk)
    if found.published_at is None:
        raise Http404
    rows = quizzes.takers(found, request.scope, request.today)
    asked = request.GET.get("branch", "")
    branch = next((row for row in rows if str(row.pk) == asked), None)
    if branch is None and len(rows) == 1:
        [branch] = rows
    taken, not_yet = (
        quizzes.names(found, branch.pk, request.scope, request.today) if branch else ([], [])
    )
    context = {
        "quiz": found,
        "rows": rows,
        "branch": branch,
        "taken": taken,
        "not_yet": not_yet,
        "several": len(rows) > 1,
        "members": sum(row.members for row in rows),
        "papers": sum(row.taken for row in rows),
        "trail": quiz_access.trail(found),
    }
    return TemplateResponse(request, "activities/quiz_takers.html", context)


def _shown(quiz: Quiz, request: Request) -> dict[str, Any]:
    state = quiz.state_on(request.today)
    return {
        "quiz": quiz,
        "state": wording.STATES[state],
        "tone": wording.TONES[state],
        "is_open": state is QuizState.OPEN,
    }
