"""A quiz as a member takes it: once, on a phone, marked when handed in."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from activities.forms.quizzes import PaperForm
from activities.models import QuizPaper
from activities.operations import quizzes as operations
from activities.operations.refusals import Refused
from activities.queries import quizzes
from activities.rules.quizzes import QuizState
from branches import access
from branches.access import Request


@access.signed_in("党员答自己的卷；交卷后看自己的得分和解析")
def take(request: Request, *, pk: int) -> HttpResponse:
    """Take a quiz; once handed in, one's own paper with what is right."""
    trail = [("我的作业和测验", reverse("my-homework"))]
    paper = (
        QuizPaper.objects.filter(quiz=pk, member__user=request.user)
        .select_related("quiz__organization")
        .first()
    )
    if paper is not None:
        if request.method == "POST":
            messages.warning(request, "您已经交过卷了，每人只能答一次。")
            return redirect("quiz-take", pk=pk)
        marked = quizzes.marked(paper)
        context = {
            "quiz": paper.quiz,
            "paper": paper,
            "marked": marked,
            "full": sum((row.full for row in marked), Decimal(0)),
            "right": sum(row.is_right for row in marked),
            "has_passed": paper.score >= paper.quiz.pass_mark,
            "trail": trail,
        }
        return TemplateResponse(request, "activities/quiz_paper.html", context)
    known = quizzes.member_of(request.user, request.today)
    if known is None:
        raise Http404
    member, path = known
    quiz = get_object_or_404(quizzes.for_member(path), pk=pk)
    state = quiz.state_on(request.today)
    questions_of = quizzes.questions_of(quiz) if state is QuizState.OPEN else []
    is_sent = request.method == "POST" and state is QuizState.OPEN
    form = PaperForm(request.POST if is_sent else None, questions=questions_of)
    if is_sent and form.is_valid():
        try:
            operations.hand_in(
                quiz=quiz, member=member, answers=form.answers, by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已交卷。")
            return redirect("quiz-take", pk=pk)
    context = {
        "quiz": quiz,
        "form": form,
        "is_open": state is QuizState.OPEN,
        "is_coming": state is QuizState.COMING,
        "count": len(questions_of),
        "unanswered": len(form.errors) if is_sent else 0,
        "trail": trail,
    }
    return TemplateResponse(request, "activities/quiz_take.html", context)
