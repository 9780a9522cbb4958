"""Questions pasted as plain text: one after another, an empty line between them.

::

    1.[单选] 支部党员大会一般多久召开一次？
    A. 每月
    B. 每季度
    答案：B
    解析：《支部工作条例》第十一条
    分值：2

The kind in brackets, the number, 解析 and 分值 may be left out. A question without options is
a judgement, answered 对 or 错; otherwise one letter makes a single choice, several a multiple one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from activities.rules import quizzes
from activities.rules.quizzes import JUDGEMENTS, LETTERS, Fault, Question, QuestionKind

_KINDS = {
    "单选": QuestionKind.SINGLE,
    "单选题": QuestionKind.SINGLE,
    "多选": QuestionKind.MULTIPLE,
    "多选题": QuestionKind.MULTIPLE,
    "判断": QuestionKind.JUDGE,
    "判断题": QuestionKind.JUDGE,
}
_NUMBER = re.compile(r"^\d{1,3}\s*[.．、)）]\s*")
_KIND = re.compile(r"^[\[【（(]\s*(单选题?|多选题?|判断题?)\s*[\]】）)]\s*")
_OPTION = re.compile(rf"^([{LETTERS}])\s*[.．、:：)）]\s*(.*)$")
_NAMED = re.compile(r"^(答案|正确答案|解析|分值)\s*[:：]\s*(.*)$")


class LineFault(StrEnum):
    """What cannot be read, beside the faults of a question."""

    ORDER = "ORDER"
    ANSWER = "ANSWER"
    POINTS = "POINTS"
    TOO_MANY = "TOO_MANY"
    LONG = "LONG"


@dataclass(frozen=True, slots=True)
class Mistake:
    """``line`` is the number of a line, from 1."""

    line: int
    fault: Fault | LineFault


@dataclass(frozen=True, slots=True)
class Read:
    questions: tuple[Question, ...]
    mistakes: tuple[Mistake, ...]


@dataclass
class _Draft:
    line: int
    kind: QuestionKind | None
    text: str
    options: list[str] = field(default_factory=list)
    answer: str = ""
    answer_line: int = 0
    points: str = ""
    points_line: int = 0
    why: str = ""
    mistakes: list[Mistake] = field(default_factory=list)


def read(text: str, points: Decimal, *, longest: int = 500, longest_option: int = 200) -> Read:
    """Read pasted questions; ``points`` are those of a question that does not say them.

    Every mistake is found, each with its line; a question with one is left out.
    """
    questions: list[Question] = []
    mistakes: list[Mistake] = []
    for draft in _drafts(text):
        if len(draft.text) > longest or any(len(one) > longest_option for one in draft.options):
            draft.mistakes.append(Mistake(draft.line, LineFault.LONG))
        question = _question(draft, points)
        if question is not None and not draft.mistakes:
            questions.append(question)
        mistakes += draft.mistakes
        if len(questions) > quizzes.MOST_QUESTIONS:
            mistakes.append(Mistake(draft.line, LineFault.TOO_MANY))
            break
    return Read(tuple(questions), tuple(sorted(mistakes, key=lambda each: each.line)))


def _drafts(text: str) -> list[_Draft]:
    found: list[_Draft] = []
    current: _Draft | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line:
            current = None
            continue
        if current is None:
            current = _begun(line, number)
            found.append(current)
            continue
        _continue(current, line, number)
    return found


def _begun(line: str, number: int) -> _Draft:
    line = _NUMBER.sub("", line)
    kind = _KIND.match(line)
    line = line[kind.end() :] if kind else line
    draft = _Draft(number, _KINDS[kind[1]] if kind else None, line.strip())
    if _OPTION.match(line) or _NAMED.match(line):
        draft.text = ""
        draft.mistakes.append(Mistake(number, Fault.TEXT))
        _continue(draft, line, number)
    return draft


def _continue(draft: _Draft, line: str, number: int) -> None:
    named = _NAMED.match(line)
    if named:
        name, value = named[1], named[2].strip()
        if name == "解析":
            draft.why = value
        elif name == "分值":
            draft.points, draft.points_line = value, number
        else:
            draft.answer, draft.answer_line = value, number
        return
    option = _OPTION.match(line)
    if option is None or option[1] != LETTERS[len(draft.options) : len(draft.options) + 1]:
        draft.mistakes.append(Mistake(number, LineFault.ORDER))
    else:
        draft.options.append(option[2].strip())


def _question(draft: _Draft, points: Decimal) -> Question | None:
    if draft.points:
        try:
            points = Decimal(draft.points.removesuffix("分").strip())
        except InvalidOperation:
            draft.mistakes.append(Mistake(draft.points_line, LineFault.POINTS))
            return None
        if not points.is_finite():
            draft.mistakes.append(Mistake(draft.points_line, LineFault.POINTS))
            return None
    is_judgement = draft.kind is QuestionKind.JUDGE or (draft.kind is None and not draft.options)
    options = tuple(JUDGEMENTS if is_judgement else draft.options)
    right = quizzes.answer_places(draft.answer, len(options)) if draft.answer else frozenset()
    if right is None:
        draft.mistakes.append(Mistake(draft.answer_line, LineFault.ANSWER))
        return None
    kind = draft.kind or (
        QuestionKind.JUDGE
        if is_judgement
        else QuestionKind.MULTIPLE
        if len(right) > 1
        else QuestionKind.SINGLE
    )
    question = Question(kind, draft.text, options, right, points, draft.why)
    fault = quizzes.fault_of(question)
    if fault is not None and not draft.mistakes:
        draft.mistakes.append(Mistake(draft.answer_line or draft.line, fault))
    return question
