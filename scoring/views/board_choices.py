"""What a board is asked to show: period, scheme, type and parent, read once for its pages."""

from __future__ import annotations

from dataclasses import dataclass

from branches import wording
from branches.access import Request
from branches.models import Organization
from branches.rules.periods import Period
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationType
from scoring.models import Run
from scoring.queries import boards, schemes
from scoring.views.periods import Choice, address, asked_period, kinds, neighbours


@dataclass(frozen=True, slots=True)
class Asked:
    """``run`` None: the period has not been computed. ``runs`` are one a scheme."""

    period: Period
    rated: list[Period]
    runs: list[Run]
    run: Run | None
    chosen: boards.Filter
    parents: list[Organization]

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
    """Return what the address asks of the boards of branches or members (three queries).

    What is none of the choices narrows nothing.
    """
    paths = request.scope.lineage()
    rated = boards.rated_periods(paths, target)
    this_month = Period.containing(request.today)
    period = asked_period(request, rated[0] if rated else this_month.previous)
    runs = boards.runs_of(paths, target, period)
    code = request.GET.get("scheme", "")
    run = next((one for one in runs if one.scheme_code == code), runs[0] if runs else None)
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
    )


def context(request: Request, found: Asked) -> dict[str, object]:
    """Return what the head of every board's page needs (no query)."""
    return {
        "period": found.period,
        "run": found.run,
        "months": neighbours(found.period, Period.containing(request.today), request),
        "period_kinds": kinds(found.period, found.rated, request),
        "schemes": _schemes(request, found),
        "scheme": found.run.scheme_code if found.run else "",
        "types": wording.ORGANIZATION_TYPES,
        "type": found.chosen.type,
        "parents": found.parents,
        "parent": found.chosen.parent,
        "narrowed": found.words,
        "query": address(request, period=str(found.period)),
    }


def _schemes(request: Request, found: Asked) -> list[Choice]:
    if len(found.runs) < 2:
        return []
    return [
        Choice(
            run.version.title,
            address(request, period=str(found.period), scheme=run.scheme_code),
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
