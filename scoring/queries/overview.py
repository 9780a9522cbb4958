"""The figures beside the due lines of 首页: own points, own branch, the whole committee."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from branches.access import Grants
from branches.models import User
from branches.queries import organizations
from branches.rules.periods import Period
from branches.rules.roles import Capability
from members.models import Member
from scoring.models import Score
from scoring.queries import boards, main_scheme, points, trends


@dataclass(frozen=True, slots=True)
class OwnPoints:
    score: Score
    period: Period
    half_year: Decimal | None


@dataclass(frozen=True, slots=True)
class BranchMonth:
    score: Score
    period: Period
    of: int  # branches of its comparison group in the race

    @property
    def place(self) -> str:
        return f"{self.score.rank} / {self.of}"


@dataclass(frozen=True, slots=True)
class CommitteeMonth:
    board: boards.Board
    period: Period
    mean: Decimal | None
    vetoed: int


@dataclass(frozen=True, slots=True)
class Panels:
    own: OwnPoints | None = None
    branch: BranchMonth | None = None
    committee: CommitteeMonth | None = None


def panels(
    user: User, grants: Grants, on: dt.date, looked_at: main_scheme.LookedAt | None = None
) -> Panels:
    """Return what the person's posts let them see (a fixed number of queries).

    :param looked_at: the scheme of branches that the person chose last; else the main one.
    """
    return Panels(_own(user, on), *_places(grants, on, looked_at))


def _own(user: User, on: dt.date) -> OwnPoints | None:
    member = Member.objects.filter(user=user).first()
    this_month = Period.containing(on)
    history = points.newest(member, count=7) if member else []
    scores = [score for score in history if score.run.period.end <= this_month.first_day]
    if not scores:
        return None
    period = scores[0].run.period
    return OwnPoints(scores[0], period, points.half_year_mean(scores, period))


def _places(
    grants: Grants, on: dt.date, looked_at: main_scheme.LookedAt | None
) -> tuple[BranchMonth | None, CommitteeMonth | None]:
    scope = grants.scope(Capability.SEE_SCORES)
    if not scope:
        return None, None
    standing = organizations.standing_within(grants, scope, on)
    branches = [row for row in standing if row.is_branch]
    if len(branches) == 1:
        score = boards.latest_score_of(branches[0], on, looked_at)
        if score is None:
            return None, None
        return BranchMonth(score, score.run.period, trends.rivals(score)), None
    latest = boards.latest_finished(boards.rated_periods(scope.lineage(), "organization"), on)
    run = boards.current_run(scope.roots, "organization", latest, looked_at) if latest else None
    if run is None:
        return None, None
    board = boards.board(run, scope)
    vetoed = sum(bool(row.score.veto) for row in board.rows)
    return None, CommitteeMonth(board, run.period, _mean(board), vetoed)


def _mean(board: boards.Board) -> Decimal | None:
    totals = [row.score.total for row in board.rows if row.score.total is not None]
    if not totals:
        return None
    return (sum(totals, Decimal(0)) / len(totals)).quantize(Decimal("0.01"), ROUND_HALF_UP)
