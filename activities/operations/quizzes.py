"""Quizzes: set, published, taken once by each member. Source: practices C14 and C30."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from activities.models import Quiz, QuizPaper, QuizQuestion
from activities.operations.refusals import Refused
from activities.queries import quizzes as queries
from activities.rules import quizzes as rules
from activities.rules.quizzes import MOST_QUESTIONS, Question, QuizState
from activities.wording.quizzes import FAULTS
from branches import audit
from branches.models import Organization, User
from members.models import Member


@dataclass(frozen=True, slots=True)
class QuizFacts:
    title: str
    pass_mark: Decimal
    opens_on: dt.date
    closes_on: dt.date


@transaction.atomic
def make(*, organization: Organization, facts: QuizFacts, by: User, at: dt.datetime) -> Quiz:
    """Set up a quiz without questions; nobody sees it before it is published.

    :raises Refused: the facts do not fit each other.
    """
    _check(facts)
    quiz = Quiz.objects.create(organization=organization, **_values(facts), made_by=by, made_at=at)
    audit.record(
        "quiz.made", by=by, at=at, on=quiz, organization=organization, after=_values(facts)
    )
    return quiz


@transaction.atomic
def change(*, quiz: Quiz, facts: QuizFacts, by: User, at: dt.datetime) -> Quiz:
    """Change a quiz. Once published only its last day may be moved, and not into the past.

    :raises Refused: the facts do not fit, or what was published would change.
    """
    row = _locked(quiz)
    _check(facts)
    before = {name: getattr(row, name) for name in _values(facts)}
    after = _values(facts)
    changed = [name for name in after if after[name] != before[name]]
    if row.published_at is not None:
        if set(changed) - {"closes_on"}:
            raise Refused("测验已经发布，只能改截止日期。要改别的，请先撤回发布。")
        today = timezone.localdate(at)
        if before["closes_on"] < today and changed:
            # What was shown at its end would tell single papers from what is shown after more.
            raise Refused("测验已经结束，不能再延长。需要的话请另出一份。")
        if facts.closes_on < today:
            raise Refused("截止日期不能早于今天。")
    if not changed:
        return row
    for name in changed:
        setattr(row, name, after[name])
    row.save(update_fields=changed)
    audit.record(
        "quiz.changed", by=by, at=at, on=row, organization=row.organization,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )  # fmt: skip
    return row


@transaction.atomic
def add_questions(
    *, quiz: Quiz, questions: Sequence[Question], by: User, at: dt.datetime
) -> list[QuizQuestion]:
    """Add questions behind those there are.

    :raises Refused: the quiz is published, there would be too many, or one cannot be asked.
    """
    row = _draft(quiz)
    counted = row.questions.aggregate(last=Max("ordinal"))["last"] or 0
    if row.questions.count() + len(questions) > MOST_QUESTIONS:
        raise Refused(f"一次测验最多 {MOST_QUESTIONS} 题，请分成几次。")
    for number, question in enumerate(questions, start=1):
        fault = rules.fault_of(question)
        if fault is not None:
            raise Refused(f"第 {number} 题：{FAULTS[fault]}")
    made = QuizQuestion.objects.bulk_create(
        QuizQuestion(quiz=row, ordinal=counted + number, **_stored(question))
        for number, question in enumerate(questions, start=1)
    )
    audit.record(
        "quiz.questions_added", by=by, at=at, on=row, organization=row.organization,
        after={"items": len(made)},
    )  # fmt: skip
    return made


@transaction.atomic
def change_question(
    *, row: QuizQuestion, question: Question, by: User, at: dt.datetime
) -> QuizQuestion:
    """Rewrite a question of a quiz that is not published.

    :raises Refused: it is, or the question cannot be asked.
    """
    quiz = _draft(row.quiz)
    fault = rules.fault_of(question)
    if fault is not None:
        raise Refused(FAULTS[fault])
    values = _stored(question)
    QuizQuestion.objects.filter(pk=row.pk).update(**values)
    audit.record(
        "quiz.question_changed", by=by, at=at, on=quiz, organization=quiz.organization,
        after={"content": question.text},
    )  # fmt: skip
    row.refresh_from_db()
    return row


@transaction.atomic
def remove_question(*, row: QuizQuestion, by: User, at: dt.datetime) -> None:
    """Take a question out of a quiz that is not published.

    :raises Refused: it is.
    """
    quiz = _draft(row.quiz)
    audit.record(
        "quiz.question_removed", by=by, at=at, on=quiz, organization=quiz.organization,
        before={"content": row.text},
    )  # fmt: skip
    QuizQuestion.objects.filter(pk=row.pk).delete()


@transaction.atomic
def publish(*, quiz: Quiz, by: User, at: dt.datetime) -> Quiz:
    """Publish a quiz: from its first to its last day the members may take it.

    :raises Refused: it is published, has no question, cannot be passed, or is past already.
    """
    row = _draft(quiz)
    questions = queries.questions_of(row)
    full = rules.full_marks(queries.question_of(each) for each in questions)
    if not questions:
        raise Refused("还没有题目，先出题再发布。")
    if row.pass_mark > full:
        raise Refused(
            f"合格分 {_plain(row.pass_mark)} 高于满分 {_plain(full)}，请先改合格分或者加题。"
        )
    if row.closes_on < timezone.localdate(at):
        raise Refused("截止日期已经过了，请先改日期。")
    row.published_at = at
    row.save(update_fields=["published_at"])
    audit.record(
        "quiz.published", by=by, at=at, on=row, organization=row.organization,
        after={"items": len(questions), "opens_on": row.opens_on, "closes_on": row.closes_on},
    )  # fmt: skip
    return row


@transaction.atomic
def withdraw(*, quiz: Quiz, by: User, at: dt.datetime) -> Quiz:
    """Take back a published quiz that nobody has taken, to mend it.

    :raises Refused: it is not published, or somebody has.
    """
    row = _locked(quiz)
    if row.published_at is None:
        raise Refused("这次测验还没有发布。")
    if row.papers.exists():
        raise Refused("已经有人交卷，不能撤回；可以改截止日期。")
    row.published_at = None
    row.save(update_fields=["published_at"])
    audit.record("quiz.withdrawn", by=by, at=at, on=row, organization=row.organization)
    return row


@transaction.atomic
def discard(*, quiz: Quiz, by: User, at: dt.datetime) -> None:
    """Delete a quiz that is not published, with its questions.

    :raises Refused: it is published.
    """
    row = _draft(quiz)
    audit.record(
        "quiz.discarded", by=by, at=at, on=row, organization=row.organization,
        before={"title": row.title, "items": row.questions.count()},
    )  # fmt: skip
    row.delete()


@transaction.atomic
def hand_in(
    *, quiz: Quiz, member: Member, answers: Mapping[int, Sequence[int]], by: User, at: dt.datetime
) -> QuizPaper:
    """Hand in a paper, which is marked at once. ``answers``: chosen places by question.

    :raises Refused: it is not open that day, somebody else's, or handed in already.
    """
    if member.user_id != by.pk:
        raise Refused("只能交自己的答卷。")
    questions = {row.pk: queries.question_of(row) for row in queries.questions_of(quiz)}
    kept = {key: sorted(set(answers.get(key, ()))) for key in questions}
    try:
        with transaction.atomic():
            paper = QuizPaper.objects.create(
                quiz=quiz, member=member, answers={str(key): kept[key] for key in kept},
                score=rules.score(questions, kept), handed_in_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise Refused("您已经交过卷了，每人只能答一次。") from None
    # The row just written keeps the quiz from being taken back: what is read now stays so.
    row = Quiz.objects.select_related("organization").get(pk=quiz.pk)
    if row.state_on(timezone.localdate(at)) is not QuizState.OPEN:
        raise Refused("现在不在答题时间里。")
    audit.record("quiz.taken", by=by, at=at, on=row, organization=row.organization)
    return paper


def _locked(quiz: Quiz) -> Quiz:
    return (
        Quiz.objects.select_for_update(of=("self",)).select_related("organization").get(pk=quiz.pk)
    )


def _draft(quiz: Quiz) -> Quiz:
    row = _locked(quiz)
    if row.published_at is not None:
        raise Refused("测验已经发布，不能再改题。要改，请先撤回发布。")
    return row


def _check(facts: QuizFacts) -> None:
    if not facts.title.strip():
        raise Refused("请写测验名称。")
    if facts.closes_on < facts.opens_on:
        raise Refused("截止日期不能早于开始日期。")
    if facts.pass_mark <= 0:
        raise Refused("合格分要大于 0。")


def _values(facts: QuizFacts) -> dict[str, object]:
    names = ("title", "pass_mark", "opens_on", "closes_on")
    return {name: getattr(facts, name) for name in names}


def _stored(question: Question) -> dict[str, object]:
    return {
        "kind": question.kind,
        "text": question.text,
        "options": list(question.options),
        "right": sorted(question.right),
        "points": question.points,
        "why": question.why,
    }


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
