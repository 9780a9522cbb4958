"""What the pages of a quiz share: whose it is, and how a refusal is said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse

from activities.models import Quiz
from activities.operations.refusals import Refused
from activities.queries import quizzes
from branches.access import Request


def seen(request: Request, pk: int) -> Quiz:
    """Return a quiz somebody may open."""
    return get_object_or_404(quizzes.found(request.scope), pk=pk)


def set_here(request: Request, pk: int) -> Quiz:
    """Return a quiz somebody sets; anybody else does not find it."""
    found = seen(request, pk)
    if not quizzes.may_set(request.grants, found.organization):
        raise Http404
    return found


def done(form: Any, operation: Callable[[], Any]) -> bool:
    """Run the operation; say on the form why it could not be done."""
    try:
        operation()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    return True


def told(request: Request, operation: Callable[[], Any], words: str) -> None:
    """Run the operation; say above the page what came of it."""
    try:
        operation()
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, words)


def trail(quiz: Quiz) -> list[tuple[str, str]]:
    """Return the way to a quiz."""
    return [("测验", reverse("quiz-list")), (quiz.title, reverse("quiz", kwargs={"pk": quiz.pk}))]
