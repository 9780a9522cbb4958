"""The engine: a scheme, the facts of one period and earlier results in; results out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from scoring.rules import bands, consequences, points, ranks, tiers, vetoes
from scoring.rules.consequences import Standing
from scoring.rules.points import Fact, Points
from scoring.rules.scheme import ONE, ZERO, Band, Consequence, Scheme


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """One subject of one period.

    ``flags`` are the veto and ``unless`` codes that hold. ``exempt`` is a reason or None;
    a reason that the scheme does not list exempts nobody.
    """

    subject: str
    group: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    exempt: str | None = None


@dataclass(frozen=True, slots=True)
class PastResult:
    """One subject's result of an earlier period; period labels sort older first."""

    subject: str
    period: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Result:
    """What one subject got. Not rated: everything after ``rated`` is empty.

    ``coefficient`` is the lowest that a consequence sets, else the band's; ``withhold`` the
    share of performance pay that the consequences withhold together, at most 1.
    """

    subject: str
    group: str
    rated: bool
    points: Points | None = None
    rank: int | None = None
    rank_from_bottom: int | None = None
    tier: str | None = None
    star: int | None = None
    band: str | None = None
    coefficient: Decimal | None = None
    veto: str | None = None
    consequences: tuple[str, ...] = ()
    withhold: Decimal | None = None

    @property
    def total(self) -> Decimal | None:
        return None if self.points is None else self.points.total

    @property
    def parts(self) -> Mapping[str, Decimal | None]:
        """Part sums by part code; empty when not rated."""
        return {} if self.points is None else self.points.parts


def rate(
    scheme: Scheme, subjects: Sequence[SubjectFacts], history: Sequence[PastResult] = ()
) -> list[Result]:
    """Return one result for each subject, by group, rank (none last) and subject.

    The comparison group is each subject's ``group``. An exemption stands above a veto and a
    veto above everything else: the vetoed keep total, parts and consequences, get the veto's
    label, and neither have nor take a place.
    """
    scored = {entry.subject: _points(scheme, entry) for entry in subjects}
    barred = {entry.subject: vetoes.holding(scheme.vetoes, entry.flags) for entry in subjects}
    totals: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
    for entry in subjects:
        total = scored[entry.subject].total
        if total is not None and barred[entry.subject] is None:
            totals[entry.group][entry.subject] = total
    places: dict[str, ranks.Rank] = {}
    labels: dict[str, str | None] = {}
    for group_totals in totals.values():
        places.update(ranks.ranks(group_totals))
        labels.update(tiers.tier_labels(group_totals, scheme.outcome))
    before = _standings_before(scheme, history)

    results = []
    for entry in subjects:
        own = scored[entry.subject]
        if own.total is None:
            results.append(Result(entry.subject, entry.group, rated=False))
            continue
        veto = barred[entry.subject]
        place = places.get(entry.subject)
        band = bands.band_of(own.total, scheme.outcome.bands) if veto is None else None
        star = band.star if band else None
        tier = labels.get(entry.subject)
        from_bottom = place.from_bottom if place else None
        now = Standing(
            own.total,
            tier,
            star,
            from_bottom,
            own.parts,
            rank=place.from_top if place else None,
            band=band.label if band else None,
        )
        held = consequences.holding(
            scheme.consequences_of(scheme.period),
            now,
            [standings.get(entry.subject) for standings in before],
        )
        results.append(
            Result(
                entry.subject,
                entry.group,
                rated=True,
                points=own,
                rank=now.rank,
                rank_from_bottom=from_bottom,
                tier=tier,
                star=star,
                band=now.band,
                coefficient=_coefficient(band, held),
                veto=veto.label if veto else None,
                consequences=tuple(consequence.title for consequence in held),
                withhold=_withheld(held),
            )
        )
    return sorted(results, key=_order)


def _points(scheme: Scheme, entry: SubjectFacts) -> Points:
    if entry.exempt is not None and entry.exempt in scheme.outcome.exempt:
        return Points((), {}, None)
    return points.score(scheme, entry.facts, entry.group)


def _coefficient(band: Band | None, held: Iterable[Consequence]) -> Decimal | None:
    set_by = [one.coefficient for one in held if one.coefficient is not None]
    if set_by:
        return min(set_by)
    return band.coefficient if band else None


def _withheld(held: Iterable[Consequence]) -> Decimal | None:
    shares = [one.withhold for one in held if one.withhold is not None]
    return min(ONE, sum(shares, ZERO)) if shares else None


def _standings_before(scheme: Scheme, history: Sequence[PastResult]) -> list[dict[str, Standing]]:
    """Return standings by subject for as many earlier periods as are asked, newest first."""
    periods = consequences.latest_periods(
        (past.period for past in history), consequences.lookback(scheme.consequences)
    )
    by_period: dict[str, dict[str, Standing]] = {period: {} for period in periods}
    for past in history:
        if past.period in by_period:
            by_period[past.period][past.subject] = past.standing
    return [by_period[period] for period in periods]


def _order(result: Result) -> tuple[str, bool, int, str]:
    return (result.group, result.rank is None, result.rank or 0, result.subject)
