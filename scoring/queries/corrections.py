"""What corrections changed: the fact, the total and the place of the one they are about."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, QuerySet

from branches.models import Job
from scoring.models import Appeal, Correction, Round, Score
from scoring.rules import explaining
from scoring.rules.rounds import CORRECTABLE

TASK = "scoring.correct"  # the job that rates a round again from a correction


@dataclass(frozen=True, slots=True)
class Change:
    """One correction; ``before`` and ``after`` are its subject's scores around it."""

    correction: Correction
    before: Score
    after: Score

    @property
    def name(self) -> str:
        """Whom it is about."""
        one = self.correction
        return one.member.name if one.member else one.organization.short_name

    @property
    def result_words(self) -> tuple[str, str]:
        """The grade before and after, or the veto in its place."""
        return _result(self.before), _result(self.after)

    @property
    def total_words(self) -> tuple[str, str]:
        return _total(self.before), _total(self.after)

    @property
    def fact_words(self) -> tuple[str, str]:
        """The fact before and after: 3 ÷ 4 → 4 ÷ 4, 没有数据 → 2, 一票否决 → 解除."""
        return _facts(self.correction)


def pending() -> QuerySet[Correction]:
    """Return the corrections whose round has not been rated again yet, the earliest first."""
    return Correction.objects.filter(run__isnull=True, round__state__in=CORRECTABLE).order_by("id")


def pending_of_subject(appeal: Appeal) -> QuerySet[Correction]:
    """Return what is being corrected just now for the subject of an appeal."""
    return pending().filter(
        round=appeal.round, organization=appeal.organization_id, member=appeal.member_id
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A correction whose round is being rated again; ``job`` the latest that was asked to."""

    correction: Correction
    job: Job | None

    @property
    def name(self) -> str:
        one = self.correction
        return one.member.name if one.member else one.organization.short_name

    @property
    def fact_words(self) -> tuple[str, str]:
        return _facts(self.correction)


def waiting(round_: Round) -> list[Waiting]:
    """Return a round's corrections that wait, the earliest first (two queries at most)."""
    found = list(
        pending().filter(round=round_).select_related("appeal", "organization", "member", "by")
    )
    if not found:
        return []
    asked = Job.objects.filter(
        task=TASK, organization=round_.committee_id, arguments__round=round_.pk
    ).order_by("id")
    latest = {job.arguments["correction"]: job for job in asked}
    return [Waiting(one, latest.get(one.pk)) for one in found]


def of_round(round_: Round) -> list[Change]:
    """Return a round's corrections that have been rated, the earliest first (two queries)."""
    made = list(
        Correction.objects.filter(round=round_, run__isnull=False)
        .select_related("appeal", "organization", "member", "run", "by")
        .order_by("id")
    )
    if not made:
        return []
    runs = {one.pk: one.run for one in made if one.run is not None}
    members = {one.member_id for one in made if one.member_id}
    scores = Score.objects.filter(
        Q(member__isnull=True) | Q(member__in=members),
        run__in={run.pk for run in runs.values()} | {run.corrects_id for run in runs.values()},
        organization__in={one.organization_id for one in made},
    )
    found = {(score.run_id, score.organization_id, score.member_id): score for score in scores}
    changes = []
    for one in made:
        subject = (one.organization_id, one.member_id)
        run = runs[one.pk]
        assert run.corrects_id is not None  # a correction's run follows another
        changes.append(Change(one, found[(run.corrects_id, *subject)], found[(run.pk, *subject)]))
    return changes


@dataclass(frozen=True, slots=True)
class CorrectedFact:
    """A fact as it was counted first and as it stands, with the appeal that led there."""

    correction: Correction
    before: str
    after: str


def behind(score: Score, item_code: str) -> list[CorrectedFact]:
    """Return the corrections that one line of a score stands on, the latest first (one query)."""
    made = (
        Correction.objects.filter(
            round__run=score.run_id,
            run__isnull=False,
            organization=score.organization_id,
            member=score.member_id,
            item_code=item_code,
        )
        .select_related("appeal", "by")
        .order_by("-id")
    )
    return [
        CorrectedFact(
            one,
            _fact(one.before_quantity, one.before_base),
            "解除否决" if one.lifts_veto else _fact(one.quantity, one.base),
        )
        for one in made
    ]


def _result(score: Score) -> str:
    return score.veto or score.tier or score.band or "未评定"


def _total(score: Score) -> str:
    return "—" if score.total is None else f"{score.total}"


def _facts(one: Correction) -> tuple[str, str]:
    if one.lifts_veto:
        return "一票否决", "解除"
    return _fact(one.before_quantity, one.before_base), _fact(one.quantity, one.base)


def _fact(quantity: Decimal | None, base: Decimal | None) -> str:
    if quantity is None:
        return "没有数据"
    counted = explaining.plain(quantity)
    return counted if base is None else f"{counted} ÷ {explaining.plain(base)}"
