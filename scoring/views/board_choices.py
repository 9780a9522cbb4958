"""What a board is asked to show: period, scheme, type and parent, read once for its pages."""

from __future__ import annotations

from dataclasses import dataclass

from branches import wording
from branches.access import Request
from branches.models import Organization
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationType
from scoring.models import Run
from scoring.queries import boards, main_scheme, schemes
from scoring.rules import rollups as rollup_rules
from scoring.rules.scheme import Rollup
from scoring.views.periods import Choice, address, asked_period, kinds, neighbours

PERIOD_UNITS = {"month": "个月", "quarter": "个季度", "half-year": "个半年"}


@dataclass(frozen=True, slots=True)
class Asked:
    """``run`` None: the period has not been computed. ``runs`` are one a scheme.

    ``rollups`` are those of the schemes shown; without any, of those in force in the period.
    """

    period: Period
    rated: list[Period]
    runs: list[Run]
    run: Run | None
    chosen: boards.Filter
    parents: list[Organization]
    rollups: tuple[Rollup, ...]

    @property
    def rolled_up_to(self) -> list[PeriodKind]:
        """The kinds of period that have results once their shorter periods have."""
        return list(dict.fromkeys(PeriodKind(one.to) for one in self.rollups))

    @property
    def awaited(self) -> str:
        """When a period that is rolled up gets its results, while it has none; else nothing."""
        made = next((one for one in self.rollups if one.to == self.period.kind), None)
        if self.run is not None or made is None:
            return ""
        number, unit = rollup_rules.count(made.of, made.to), PERIOD_UNITS[made.of]
        last = self.period.last_day
        return (
            f"{self.period.label}的结果由 {number} {unit}的得分汇总而来："
            f"最后一期在 {last.year} 年 {last.month} 月 {last.day} 日期满，"
            "每一期都核算以后自动汇总。现在可以先看已经核算的较短期间。"
        )

    @property
    def words(self) -> str:
        """What the rows are narrowed to, for paper."""
        words = []
        if self.chosen.type:
            words.append(wording.ORGANIZATION_TYPES[OrganizationType(self.chosen.type)])
        if self.chosen.parent:
            words.append(self.chosen.parent.name)
        return "、".join(words) or "全部支部"


def asked(request: Request, target: str) -> Asked:
    """Return what the address asks of the boards of branches or members (four queries at most).

    What is none of the choices narrows nothing. A chosen scheme is shown again the next time.
    """
    rated = boards.rated_periods(request.scope.lineage(), target)
    this_month = Period.containing(request.today)
    period = asked_period(request, rated[0] if rated else this_month.previous)
    runs = boards.runs_of(request.scope.roots, target, period)
    run = _chosen(request, target, runs)
    parents = boards.parents(request.scope, request.today)
    kind = request.GET.get("type", "")
    parent = request.GET.get("parent", "")
    return Asked(
        period,
        rated,
        runs,
        run,
        boards.Filter(
            kind if kind in set(OrganizationType) else "",
            next((one for one in parents if str(one.pk) == parent), None),
        ),
        parents,
        _rollups(request, target, period, runs),
    )


def _rollups(request: Request, target: str, period: Period, runs: list[Run]) -> tuple[Rollup, ...]:
    versions = [run.version for run in runs] or schemes.rating(
        request.scope.lineage(), target, period
    )
    return tuple(one for version in versions for one in schemes.scheme_of(version).rollups)


def looked_at(request: Request, target: str) -> main_scheme.LookedAt | None:
    """Return the scheme of branches or members that this visitor chose last on a board."""
    kept = request.session.get(_kept(target))
    return (kept[0], kept[1]) if kept else None


def _kept(target: str) -> str:
    return f"scheme_looked_at_{target}"


def _chosen(request: Request, target: str, runs: list[Run]) -> Run | None:
    code, committee = request.GET.get("scheme", ""), request.GET.get("committee", "")
    for run in runs:
        if run.scheme_code == code and committee in ("", str(run.committee_id)):
            chosen = (run.scheme_code, run.committee_id)
            if len(runs) > 1 and looked_at(request, target) != chosen:
                request.session[_kept(target)] = list(chosen)
            return run
    return main_scheme.chosen(runs, looked_at(request, target))


def context(request: Request, found: Asked) -> dict[str, object]:
    """Return what the head of every board's page needs (no query)."""
    return {
        "period": found.period,
        "run": found.run,
        "months": neighbours(found.period, Period.containing(request.today), request),
        "period_kinds": kinds(found.period, found.rated, request, found.rolled_up_to),
        "awaited": found.awaited,
        "schemes": _schemes(request, found),
        "scheme": found.run.scheme_code if found.run else "",
        "committee": found.run.committee_id if found.run and _shared(found.runs) else "",
        "types": wording.ORGANIZATION_TYPES,
        "type": found.chosen.type,
        "parents": found.parents,
        "parent": found.chosen.parent,
        "narrowed": found.words,
        "query": address(request, period=str(found.period)),
    }


def _shared(runs: list[Run]) -> bool:
    """Return whether two committees use one scheme, so that its code names no single run."""
    return len({run.scheme_code for run in runs}) < len(runs)


def _schemes(request: Request, found: Asked) -> list[Choice]:
    if len(found.runs) < 2:
        return []
    shared = _shared(found.runs)
    return [
        Choice(
            f"{run.version.title} · {run.committee.short_name}" if shared else run.version.title,
            address(
                request,
                period=str(found.period),
                scheme=run.scheme_code,
                committee=str(run.committee_id) if shared else "",
            ),
            run is found.run,
        )
        for run in found.runs
    ]


def computable(request: Request, period: Period) -> list[Organization]:
    """Return the committees whose period this person may compute; none before it begins."""
    scope = request.grants.scope(Capability.START_RUNS)
    if not scope or period.first_day > request.today:
        return []
    return [
        committee
        for committee in schemes.committees_rating(period)
        if scope.reaches(committee.path)
    ]
