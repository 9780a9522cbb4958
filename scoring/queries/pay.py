"""The pay table (绩效系数表): what a final round says for performance pay; it computes none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, Q, QuerySet

from branches.models import Organization
from branches.scope import Scope
from members.models import Member
from scoring import wording
from scoring.models import Consequence, Round, Score
from scoring.queries import schemes
from scoring.queries.consequences import STANDING
from scoring.rules.bands import band_of
from scoring.rules.explaining import plain
from scoring.rules.rounds import ConsequenceState
from scoring.rules.scheme import ONE, ZERO, Scheme

NO_PAY = (
    "本表只列评定结果、系数和扣减比例，软件不计算、不发放任何薪酬；绩效由薪酬部门按本单位办法核定。"
)
_TOUCHES_PAY = Q(coefficient__isnull=False) | Q(withhold__isnull=False)


@dataclass(frozen=True, slots=True)
class PayRow:
    """``coefficient`` None: neither the scheme nor a consequence says one."""

    organization: Organization
    member: Member | None
    total: Decimal | None
    star: int | None
    grade: str
    coefficient: Decimal | None
    withheld: Decimal
    remarks: str

    @property
    def subject(self) -> str:
        return self.member.name if self.member else self.organization.name

    @property
    def place(self) -> str:
        """The type of an organisation; of a member, the branch."""
        if self.member:
            return self.organization.name
        return self.organization.get_type_display()

    @property
    def coefficient_words(self) -> str:
        return "" if self.coefficient is None else plain(self.coefficient)

    @property
    def withheld_words(self) -> str:
        return percent(self.withheld) if self.withheld else ""


def percent(share: Decimal) -> str:
    """Return a share of 1 as 60%, 12.5%."""
    return f"{plain(share * 100)}%"


def finals(scope: Scope) -> QuerySet[Round]:
    """Return the final rounds of committees in ``scope``, newest first."""
    return (
        Round.objects.final()
        .in_scope(scope)
        .select_related("run__version", "committee", "decided_by")
        .order_by("-period_start", "period_kind", "-id")
    )


def scores(round_: Round) -> QuerySet[Score]:
    """Return a round's scores in the order of the table: best first; members by branch and name."""
    found = (
        Score.objects.filter(run=round_.run_id)
        .select_related("place", "organization", "member")
        .defer("member__id_number", "member__phone")
    )
    if round_.run.version.rates_members:
        return found.order_by("organization__path", "member__name_pinyin", "member_id")
    return found.order_by(
        "comparison_group", F("place__rank").asc(nulls_last=True), "organization__path", "id"
    )


def rows(round_: Round, shown: Iterable[Score]) -> list[PayRow]:
    """Return the rows of some of a round's scores (one query).

    A consequence counts once it has been accepted: of several coefficients the lowest stands
    in for the band's, shares withheld add up to the whole at most.
    """
    scheme = schemes.scheme_of(round_.run.version)
    found = list(shown)
    members = [score.member_id for score in found if score.member_id]
    organizations = [score.organization_id for score in found if not score.member_id]
    standing: dict[tuple[int, int | None], list[Consequence]] = {}
    for row in Consequence.objects.filter(
        Q(member__in=members) | Q(member__isnull=True, organization__in=organizations),
        round=round_,
        state__in=STANDING,
    ).order_by("ordinal"):
        standing.setdefault((row.organization_id, row.member_id), []).append(row)
    return [
        _row(scheme, score, standing.get((score.organization_id, score.member_id), []))
        for score in found
    ]


def undecided(round_: Round) -> int:
    """Return how many proposals that would change pay wait for a decision (one query)."""
    return Consequence.objects.undecided().filter(_TOUCHES_PAY, round=round_).count()


def _row(scheme: Scheme, score: Score, standing: list[Consequence]) -> PayRow:
    withheld = sum((row.withhold for row in standing if row.withhold is not None), ZERO)
    return PayRow(
        organization=score.organization,
        member=score.member,
        total=score.total,
        star=score.star,
        grade=_grade(score),
        coefficient=_coefficient(scheme, score, standing),
        withheld=min(withheld, ONE),
        remarks="；".join(_remark(row) for row in standing),
    )


def _grade(score: Score) -> str:
    if not score.is_rated:
        return "免考评" if score.exempt else "未评定"
    return score.veto or score.band or score.tier


def _coefficient(scheme: Scheme, score: Score, standing: list[Consequence]) -> Decimal | None:
    decided = [row.coefficient for row in standing if row.coefficient is not None]
    if decided:
        return min(decided)
    if score.place is None or score.total is None:  # vetoed or not rated: no band
        return None
    band = band_of(score.total, scheme.outcome.bands)
    return band.coefficient if band else None


def _remark(row: Consequence) -> str:
    told = []
    if row.coefficient is not None:
        told.append(f"系数 {plain(row.coefficient)}")
    if row.withhold is not None:
        told.append(f"扣减 {percent(row.withhold)}")
    if row.state == ConsequenceState.DONE:
        told.append(wording.CONSEQUENCE_STATES[ConsequenceState.DONE])
    return f"{row.title}（{'，'.join(told)}）" if told else row.title
