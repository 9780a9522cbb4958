"""Questions about quizzes: who sets and takes which, and what came of one.

Nobody's score is shown but to himself; of few papers not even shares, and none while papers
still come in: two shares with one paper between them would tell that paper's score.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from activities.models import Quiz, QuizPaper, QuizQuestion
from activities.queries.learning import plain
from activities.rules import quizzes as rules
from activities.rules.quizzes import Question, QuestionKind, QuizState
from activities.wording import quizzes as wording
from branches.access import Grants
from branches.models import Organization, User
from branches.rules import tree
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from members.models import Member, Membership
from members.rules.status import ON_ROLL

_SETTING = (
    OrganizationKind.COMMITTEE,
    OrganizationKind.GENERAL_BRANCH,
    OrganizationKind.BRANCH,
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of a quiz; the shares are None for fewer than five papers."""

    papers: int
    pass_share: Decimal | None
    right: dict[int, Decimal | None]  # by question


@dataclass(frozen=True, slots=True)
class BranchTakers:
    """How many of a branch have taken a quiz."""

    pk: int
    name: str
    members: int
    taken: int


@dataclass(frozen=True, slots=True)
class Marked:
    """One question of one's own paper."""

    text: str
    kind: str
    options: tuple[tuple[str, str, bool, bool], ...]  # letter, text, chosen, right
    chosen: str
    right: str
    is_right: bool
    points: str
    full: Decimal
    why: str


def setting(grants: Grants, on: dt.date) -> QuerySet[Organization]:
    """Return the organisations for which somebody may set a quiz, in tree order."""
    offers = grants.scope(Capability.OFFER_COURSES).q("path")
    logs = grants.scope(Capability.LOG_ACTIVITIES).q("path") & Q(kind=OrganizationKind.BRANCH)
    rows = Organization.objects.of_kind(*_SETTING).filter(offers | logs)
    return rows.standing_on(on).order_by("path")


def may_set(grants: Grants, organization: Organization) -> bool:
    """Return whether somebody sets the quizzes of an organisation and sees what came of them."""
    if grants.scope(Capability.OFFER_COURSES).reaches(organization.path):
        return True
    logs = grants.scope(Capability.LOG_ACTIVITIES)
    return organization.is_branch and logs.reaches(organization.path)


def found(scope: Scope) -> QuerySet[Quiz]:
    """Return the quizzes set in reach and those published above it, the last first."""
    above = Q(organization__path__in=scope.lineage(), published_at__isnull=False)
    rows = Quiz.objects.filter(scope.q("organization__path") | above)
    return rows.select_related("organization", "made_by").order_by("-opens_on", "-pk")


def with_counts(rows: QuerySet[Quiz]) -> QuerySet[Quiz]:
    """Add ``questions_n``."""
    return rows.annotate(questions_n=Count("questions"))


def questions_of(quiz: Quiz) -> list[QuizQuestion]:
    """Return the questions of a quiz in order (one query)."""
    return list(quiz.questions.order_by("ordinal"))


def question_of(row: QuizQuestion) -> Question:
    """Return a stored question as the rule knows it."""
    return Question(
        kind=QuestionKind(row.kind),
        text=row.text,
        options=tuple(row.options),
        right=frozenset(row.right),
        points=row.points,
        why=row.why,
    )


def figures(quiz: Quiz, questions: Iterable[QuizQuestion], on: dt.date) -> Figures | None:
    """Return what came of a quiz (one query); None until the day after its last."""
    if quiz.state_on(on) is not QuizState.OVER:
        return None
    asked = {row.pk: question_of(row) for row in questions}
    papers = list(quiz.papers.order_by().values_list("answers", "score"))
    right: Counter[int] = Counter()
    for answers, _ in papers:
        for key, question in asked.items():
            right[key] += frozenset(answers.get(str(key), ())) == question.right
    shown = rules.may_show_shares(len(papers))
    passed = sum(score >= quiz.pass_mark for _, score in papers)

    def share(count: int) -> Decimal | None:
        return Decimal(count) / len(papers) if shown else None

    return Figures(len(papers), share(passed), {key: share(right[key]) for key in asked})


def takers(quiz: Quiz, scope: Scope, on: dt.date) -> list[BranchTakers]:
    """Return how many of each branch in reach have taken a quiz, in tree order (one query)."""
    taken = QuizPaper.objects.filter(quiz=quiz, member=OuterRef("member"))
    rows = (
        _roll(quiz, scope, on)
        .annotate(has_taken=Exists(taken))
        .order_by("branch__path")
        .values("branch_id", "branch__short_name", "branch__path")
        .annotate(members=Count("pk"), taken=Count("pk", filter=Q(has_taken=True)))
    )
    return [
        BranchTakers(row["branch_id"], row["branch__short_name"], row["members"], row["taken"])
        for row in rows
    ]


def names(quiz: Quiz, branch: int, scope: Scope, on: dt.date) -> tuple[list[str], list[str]]:
    """Return who of a branch has taken a quiz and who has not, by pinyin (one query)."""
    taken = QuizPaper.objects.filter(quiz=quiz, member=OuterRef("member"))
    rows = (
        _roll(quiz, scope, on)
        .filter(branch=branch)
        .annotate(has_taken=Exists(taken))
        .order_by("member__name_pinyin", "member_id")
        .values_list("member__name", "has_taken")
    )
    found = list(rows)
    return [name for name, done in found if done], [name for name, done in found if not done]


def member_of(user: User, on: dt.date) -> tuple[Member, str] | None:
    """Return the member an account belongs to with the path of the branch (one query)."""
    row = (
        Membership.objects.home()
        .on(on)
        .filter(member__user=user, member__status__in=ON_ROLL)
        .select_related("member", "branch")
        .defer("member__id_number", "member__phone")
        .first()
    )
    return (row.member, row.branch.path) if row else None


def for_member(path: str) -> QuerySet[Quiz]:
    """Return the published quizzes for the members of a branch, by its path."""
    rows = Quiz.objects.published().filter(organization__path__in=tree.lineage(path))
    return rows.select_related("organization").order_by("closes_on", "pk")


def to_take(user: User, on: dt.date) -> QuerySet[Quiz]:
    """Return the open quizzes for somebody's branch not taken yet, most urgent first."""
    belongs = (
        Membership.objects.home()
        .on(on)
        .filter(
            member__user=user,
            member__status__in=ON_ROLL,
            branch__path__startswith=OuterRef("organization__path"),
        )
    )
    taken = QuizPaper.objects.filter(quiz=OuterRef("pk"), member__user=user)
    rows = Quiz.objects.published().filter(opens_on__lte=on, closes_on__gte=on)
    rows = rows.filter(Exists(belongs), ~Exists(taken))
    return rows.select_related("organization").order_by("closes_on", "pk")


def papers_of(user: User) -> QuerySet[QuizPaper]:
    """Return one's own papers, the last first."""
    rows = QuizPaper.objects.filter(member__user=user)
    return rows.select_related("quiz__organization").order_by("-handed_in_at", "-pk")


def marked(paper: QuizPaper) -> list[Marked]:
    """Return one's own paper, question by question, with what is right (one query)."""
    found = []
    for row in questions_of(paper.quiz):
        question = question_of(row)
        chosen = frozenset(paper.answers.get(str(row.pk), ()))
        found.append(
            Marked(
                text=row.text,
                kind=wording.QUESTIONS[question.kind],
                options=tuple(
                    (rules.LETTERS[place], text, place in chosen, place in question.right)
                    for place, text in enumerate(question.options)
                ),
                chosen=rules.letters(chosen, row.kind, question.options),
                right=rules.letters(question.right, row.kind, question.options),
                is_right=chosen == question.right,
                points=f"{plain(rules.points_for(question, chosen))} / {plain(row.points)} 分",
                full=question.points,
                why=row.why,
            )
        )
    return found


def _roll(quiz: Quiz, scope: Scope, on: dt.date) -> QuerySet[Membership]:
    day = min(max(on, quiz.opens_on), quiz.closes_on)
    return (
        Membership.objects.home()
        .on(day)
        .filter(
            scope.q("branch__path"),
            branch__path__startswith=quiz.organization.path,
            member__status__in=ON_ROLL,
        )
    )
