"""The questions of a quiz: one at a time, or pasted as plain text."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.forms.quizzes import PasteForm, QuestionForm, initial_of
from activities.models import Quiz, QuizQuestion
from activities.operations import quizzes as operations
from activities.views import quiz_access
from branches import access
from branches.access import Request
from branches.rules.roles import Capability

EXAMPLE = """[单选] 支部党员大会一般多久召开一次？
A. 每月
B. 每季度
C. 每年
答案：B
解析：《支部工作条例》第十一条
分值：2

[多选] 下列属于“三会一课”的有
A. 支部党员大会
B. 支部委员会会议
C. 座谈会
答案：AB

支部委员会会议一般每月召开一次。
答案：对"""


@access.requires(Capability.SEE_ACTIVITIES)
def question_new(request: Request, *, pk: int) -> HttpResponse:
    """Add one question."""
    found = quiz_access.set_here(request, pk)
    if found.published_at is not None:
        return _published(request, found)
    form = QuestionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        added = quiz_access.done(
            form,
            lambda: operations.add_questions(
                quiz=found, questions=[form.question], by=request.user, at=timezone.now()
            ),
        )
        if added:
            messages.success(request, "已加入一题。")
            if "again" in request.POST:
                return redirect("quiz-question-new", pk=pk)
            return redirect("quiz", pk=pk)
    context = {"form": form, "quiz": found, "title": "出一道题", "trail": quiz_access.trail(found)}
    return TemplateResponse(request, "activities/quiz_question.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def paste(request: Request, *, pk: int) -> HttpResponse:
    """Add many questions from plain text."""
    found = quiz_access.set_here(request, pk)
    if found.published_at is not None:
        return _published(request, found)
    form = PasteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        added = quiz_access.done(
            form,
            lambda: operations.add_questions(
                quiz=found, questions=form.questions, by=request.user, at=timezone.now()
            ),
        )
        if added:
            messages.success(request, f"已加入 {len(form.questions)} 题，请核对答案。")
            return redirect("quiz", pk=pk)
    context = {"form": form, "quiz": found, "example": EXAMPLE, "trail": quiz_access.trail(found)}
    return TemplateResponse(request, "activities/quiz_paste.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def question(request: Request, *, pk: int) -> HttpResponse:
    """Rewrite one question."""
    row = _question(request, pk)
    if row.quiz.published_at is not None:
        return _published(request, row.quiz)
    form = QuestionForm(request.POST or None, initial=initial_of(row))
    if request.method == "POST" and form.is_valid():
        changed = quiz_access.done(
            form,
            lambda: operations.change_question(
                row=row, question=form.question, by=request.user, at=timezone.now()
            ),
        )
        if changed:
            messages.success(request, "已保存。")
            return redirect("quiz", pk=row.quiz_id)
    context = {
        "form": form,
        "quiz": row.quiz,
        "question": row,
        "title": "修改题目",
        "trail": quiz_access.trail(row.quiz),
    }
    return TemplateResponse(request, "activities/quiz_question.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
@require_POST
def question_remove(request: Request, *, pk: int) -> HttpResponse:
    """Take a question out."""
    row = _question(request, pk)
    quiz_access.told(
        request,
        lambda: operations.remove_question(row=row, by=request.user, at=timezone.now()),
        "已删除这一题。",
    )
    return redirect("quiz", pk=row.quiz_id)


def _published(request: Request, quiz: Quiz) -> HttpResponse:
    messages.warning(request, "测验已经发布，不能再改题。没有人交卷时，可以先撤回发布。")
    return redirect("quiz", pk=quiz.pk)


def _question(request: Request, pk: int) -> QuizQuestion:
    row = get_object_or_404(QuizQuestion.objects.select_related("quiz__organization"), pk=pk)
    quiz_access.set_here(request, row.quiz_id)
    return row
