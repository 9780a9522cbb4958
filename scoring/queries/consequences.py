"""Consequences (结果运用): what a round proposes, and the lists of what has been proposed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)

from branches.access import Grants
from branches.models import Post, User
from branches.queries import posts
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability, roles_with
from branches.scope import Scope
from members.models import Membership
from scoring.models import Consequence, Round, Run, Score
from scoring.queries import schemes
from scoring.rules import consequences as rules
from scoring.rules import scheme as words
from scoring.rules.consequences import Standing
from scoring.rules.grounds import Result, grounds, of_one_period
from scoring.rules.rounds import ConsequenceState, ConsequenceStep
from scoring.rules.scheme import Scheme

_S = ConsequenceState
# Whoever decides a round decides what follows from it.
DECIDES = Capability.DECIDE_ROUNDS
# Carried out by the branch itself or by the office.
FINISHES_IN_BRANCH = Capability.FILE_APPEALS
FINISHES_IN_OFFICE = Capability.RUN_ROUNDS
# Those that hold: proposals that were declined, or wait, change nobody's pay or honours.
STANDING = (_S.ACCEPTED, _S.DONE)
HONOURS = ("flag", "honour")

_Subject = tuple[int | None, int | None]


@dataclass(frozen=True, slots=True)
class Proposal:
    score: Score
    consequence: words.Consequence
    ordinal: int
    why: str


def standing_of(scheme: Scheme, score: Score) -> Standing:
    """Return what conditions can look at; ``scheme`` is that of the score's own version."""
    codes = [part.code for part in scheme.parts]
    return Standing(
        total=score.total,
        tier=score.tier or None,
        star=score.star,
        rank_from_bottom=score.rank_from_bottom,
        parts=dict(zip(codes, score.parts, strict=True)),
        rank=score.rank,
        band=score.band or None,
    )


def proposals(round_: Round) -> list[Proposal]:
    """Return what a round's scores ask for (at most three queries)."""
    scores = Score.objects.filter(run=round_.run).rated()
    return asked_of(round_.run, scores.iterator(chunk_size=5000))


def asked_of(run: Run, scores: Iterable[Score]) -> list[Proposal]:
    """Return what rated scores of a run ask for (two queries at most besides the scores').

    Earlier periods count as their final rounds stand; a period without one has no result, and
    breaks a run of periods.
    """
    scheme = schemes.scheme_of(run.version)
    asked = scheme.consequences_of(run.period_kind)
    if not asked:
        return []
    ordinals = {consequence: n for n, consequence in enumerate(scheme.consequences, start=1)}
    # Whoever does not meet a condition now needs no past: so the past is read for few.
    alone = [of_one_period(consequence) for consequence in asked]
    meeting = [
        (score, standing)
        for score in scores
        if rules.holding(alone, standing := standing_of(scheme, score), [])
    ]
    past = _past(run, rules.lookback(asked), [score for score, _ in meeting])
    found = []
    for score, standing in meeting:
        now = Result(run.period.label, scheme, standing)
        before = [period.get(_subject(score)) for period in past]
        standings = [result.standing if result else None for result in before]
        found += [
            Proposal(score, consequence, ordinals[consequence], grounds(consequence, now, before))
            for consequence in rules.holding(asked, standing, standings)
        ]
    return found


def _past(run: Run, count: int, scores: Sequence[Score]) -> list[dict[_Subject, Result]]:
    """Return the results of the ``count`` periods before, newest first, for some subjects."""
    if not (count and scores):
        return []
    periods = [run.period.minus(back) for back in range(1, count + 1)]
    rounds = {
        each.period_start: each.run
        for each in Round.objects.final()
        .filter(
            committee=run.committee_id,
            scheme_code=run.scheme_code,
            period_kind=run.period_kind,
            period_start__in=[period.first_day for period in periods],
        )
        .select_related("run__version")
    }
    runs = {each.pk: each for each in rounds.values()}
    found: dict[int, dict[_Subject, Result]] = {pk: {} for pk in runs}
    members = [score.member_id for score in scores if score.member_id]
    organizations = [score.organization_id for score in scores if not score.member_id]
    earlier = (
        Score.objects.filter(run__in=runs)
        .rated()
        .filter(Q(member__in=members) | Q(member__isnull=True, organization__in=organizations))
    )
    for score in earlier.iterator(chunk_size=5000) if runs else ():
        earlier_run = runs[score.run_id]
        scheme = schemes.scheme_of(earlier_run.version)
        found[earlier_run.pk][_subject(score)] = Result(
            earlier_run.period.label, scheme, standing_of(scheme, score)
        )
    return [
        found[rounds[period.first_day].pk] if period.first_day in rounds else {}
        for period in periods
    ]


def _subject(score: Score) -> _Subject:
    return (score.member_id, None if score.member_id else score.organization_id)


def listed(scope: Scope, on: dt.date) -> QuerySet[Consequence]:
    """Return the consequences for branches in ``scope`` and of its committees' rounds.

    Overdue ones first, then what waits for a decision, what is being done, and the rest.
    """
    seen = scope.q("organization__path", "round__committee__path")
    return with_all(Consequence.objects.filter(seen)).order_by(
        Case(
            When(state=_S.ACCEPTED, due_on__lt=on, then=Value(0)),
            *(When(state=state, then=Value(n)) for n, state in enumerate(_S, start=1)),
            output_field=IntegerField(),
        ),
        "due_on",
        "-round__period_start",
        "title",
        "organization__path",
        "member__name_pinyin",
        "id",
    )


def with_all(rows: QuerySet[Consequence]) -> QuerySet[Consequence]:
    return rows.select_related(
        "round__run__version", "round__committee", "organization", "member",
        "decided_by", "done_by",
    ).defer("member__id_number", "member__phone")  # fmt: skip


def counts(rows: QuerySet[Consequence], on: dt.date) -> dict[str, int]:
    """Return how many there are in each state, and ``overdue`` (one query)."""
    found: dict[str, int] = rows.order_by().aggregate(
        overdue=Count("pk", filter=Q(state=_S.ACCEPTED, due_on__lt=on)),
        **{state: Count("pk", filter=Q(state=state)) for state in _S},
    )
    return found


def mine(user: User) -> QuerySet[Consequence]:
    """Return the consequences about oneself, newest first."""
    return with_all(Consequence.objects.filter(member__user=user)).order_by(
        "-round__period_start", "ordinal", "id"
    )


def to_decide(scope: Scope, user: User) -> QuerySet[Consequence]:
    """Return what waits for a decision in rounds of committees in ``scope``, neither about oneself
    nor about a branch where one holds a post or is on the roll.
    """
    own = {"organization__path__startswith": OuterRef("organization__path"), "user": user}
    here = {"branch": OuterRef("organization"), "member__user": user}
    theirs = Exists(Post.objects.filter(ended_on=None, **own)) | Exists(
        Membership.objects.current().home().filter(**here)
    )
    rows = Consequence.objects.undecided().filter(scope.q("round__committee__path"))
    return (
        with_all(rows)
        .exclude(Q(member__user=user) | Q(theirs, member=None))
        .order_by("round__decided_at", "id")
    )


def to_do(grants: Grants) -> QuerySet[Consequence]:
    """Return what the branches one speaks for are carrying out, the most urgent first.

    Only one's own posts count: what the branches below do is the duty of theirs.
    """
    roles = roles_with(FINISHES_IN_BRANCH)
    own = [grant.path for grant in grants.held if grant.role in roles]
    rows = Consequence.objects.to_do().filter(organization__path__in=own, due_on__isnull=False)
    return with_all(rows).order_by("due_on", "id")


def overdue(scope: Scope, on: dt.date) -> QuerySet[Consequence]:
    """Return what is overdue in rounds of committees in ``scope``, the longest first."""
    rows = Consequence.objects.to_do().filter(scope.q("round__committee__path"), due_on__lt=on)
    return with_all(rows).order_by("due_on", "id")


def open_steps(row: Consequence, user: User, grants: Grants) -> list[ConsequenceStep]:
    """Return the steps that somebody may take now; nobody takes one about himself."""
    if row.member is not None and row.member.user_id == user.pk:
        return []
    committee, branch = row.round.committee.path, row.organization.path
    if row.state == _S.PROPOSED and grants.scope(DECIDES).reaches(committee):
        return [ConsequenceStep.ACCEPT, ConsequenceStep.DECLINE]
    if row.state == _S.ACCEPTED and (
        grants.scope(FINISHES_IN_BRANCH).reaches(branch)
        or grants.scope(FINISHES_IN_OFFICE).reaches(committee)
    ):
        return [ConsequenceStep.FINISH]
    return []


def secretaries(rows: Sequence[Consequence], on: dt.date) -> QuerySet[User]:
    """Return who speaks for the branches concerned, by posts at the branches themselves."""
    branches = {row.organization_id for row in rows}
    held = posts.granting(FINISHES_IN_BRANCH, on).filter(organization__in=branches)
    return User.objects.filter(pk__in=held.values("user_id")).order_by("id")


def kind_word(kind: str) -> str:
    return words.KIND_TITLES.get(kind, kind)


def subject_of(row: Consequence) -> str:
    """Return the name of whom a consequence is about."""
    return row.member.name if row.member else row.organization.short_name


def of_branches(organization_path: str, period: Period) -> QuerySet[Consequence]:
    """Return the consequences for a subtree from rounds that lie wholly within a period."""
    wholly = Q(pk__in=[])
    for kind in PeriodKind:
        last = Period.containing(period.last_day, kind)
        if last.end > period.end:
            last = last.previous
        wholly |= Q(round__period_kind=kind, round__period_start__lte=last.first_day)
    rows = Consequence.objects.filter(
        wholly,
        organization__path__startswith=organization_path,
        round__period_start__gte=period.first_day,
    )
    return with_all(rows).order_by(
        "round__period_start", "round__period_kind", "organization__path",
        "member__name_strokes", "ordinal", "id",
    )  # fmt: skip
