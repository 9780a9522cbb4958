"""Quizzes: kinds of question, how a paper is marked, and questions pasted as text.

Source: practices C14 (an exam on the branch procedures) and C30 (quiz). A question answered
exactly right gives all its points, anything else none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class QuestionKind(StrEnum):
    SINGLE = "SINGLE"
    MULTIPLE = "MULTIPLE"
    JUDGE = "JUDGE"


LETTERS = "ABCDEFGH"
JUDGEMENTS = ("对", "错")
LEAST_OPTIONS, MOST_OPTIONS = 2, len(LETTERS)
MOST_QUESTIONS = 100
LEAST_PAPERS = 5  # shares of fewer papers would tell what single people answered


class QuizState(StrEnum):
    DRAFT = "DRAFT"
    COMING = "COMING"
    OPEN = "OPEN"
    OVER = "OVER"


@dataclass(frozen=True, slots=True)
class Question:
    """``right`` are the places of the right options, from 0."""

    kind: QuestionKind
    text: str
    options: tuple[str, ...]
    right: frozenset[int]
    points: Decimal
    why: str = ""


class Fault(StrEnum):
    """What is wrong with a question."""

    TEXT = "TEXT"
    FEW_OPTIONS = "FEW_OPTIONS"
    MANY_OPTIONS = "MANY_OPTIONS"
    SAME_OPTIONS = "SAME_OPTIONS"
    NO_ANSWER = "NO_ANSWER"
    ONE_ANSWER = "ONE_ANSWER"
    TWO_ANSWERS = "TWO_ANSWERS"
    NO_SUCH_OPTION = "NO_SUCH_OPTION"
    POINTS = "POINTS"


def fault_of(question: Question) -> Fault | None:
    """Return the first thing wrong with a question; None: it can be asked."""
    options = question.options
    checks = (
        (Fault.TEXT, not question.text),
        (Fault.FEW_OPTIONS, len(options) < LEAST_OPTIONS),
        (Fault.MANY_OPTIONS, len(options) > MOST_OPTIONS),
        (Fault.SAME_OPTIONS, len(set(options)) < len(options)),
        (Fault.NO_ANSWER, not question.right),
        (Fault.NO_SUCH_OPTION, any(not 0 <= n < len(options) for n in question.right)),
        (
            Fault.ONE_ANSWER,
            question.kind is not QuestionKind.MULTIPLE and len(question.right) > 1,
        ),
        (Fault.TWO_ANSWERS, question.kind is QuestionKind.MULTIPLE and len(question.right) < 2),
        (Fault.POINTS, not 0 < question.points <= 100),
    )
    return next((fault for fault, is_wrong in checks if is_wrong), None)


def points_for(question: Question, chosen: Iterable[int]) -> Decimal:
    """Return the points of an answer: all when it is exactly right, else none."""
    return question.points if frozenset(chosen) == question.right else Decimal(0)


def score(questions: Mapping[int, Question], answers: Mapping[int, Iterable[int]]) -> Decimal:
    """Return the points of a paper; what was not answered gives none."""
    return sum(
        (points_for(question, answers.get(key, ())) for key, question in questions.items()),
        Decimal(0),
    )


def full_marks(questions: Iterable[Question]) -> Decimal:
    return sum((question.points for question in questions), Decimal(0))


def may_show_shares(papers: int) -> bool:
    return papers >= LEAST_PAPERS


def answer_places(text: str, options: int) -> frozenset[int] | None:
    """Read an answer: ``B``, ``ABD``, ``A、C``, ``对``, ``错误``; None for anything else.

    A letter beyond the options is read as its place, for ``fault_of`` to find.

    >>> sorted(answer_places("A、C", 4)), sorted(answer_places("错", 2))
    ([0, 2], [1])
    """
    plain = "".join(each for each in text.upper() if each not in " 、，,；;.。")
    if plain in ("对", "正确", "√", "是"):
        return frozenset({0})
    if plain in ("错", "错误", "×", "否"):
        return frozenset({1})
    if not plain or any(each not in LETTERS for each in plain):
        return None
    return frozenset(LETTERS.index(each) for each in plain)


def letters(places: Iterable[int], kind: str, options: Sequence[str]) -> str:
    """Return an answer as people say it: ``A、C``, or 对."""
    if kind == QuestionKind.JUDGE:
        return "".join(options[place] for place in sorted(places))
    return "、".join(LETTERS[place] for place in sorted(places))
