"""Questions about 督办通知单: whose they are, who may issue one."""

from __future__ import annotations

from django.db.models import QuerySet

from activities.models import Problem, Supervision
from branches.models import Organization
from branches.rules import tree
from branches.scope import Scope


def of_problem(problem: Problem) -> list[Supervision]:
    """Return the supervisions of a problem, the last first (one query)."""
    rows = Supervision.objects.filter(problem=problem)
    return list(rows.select_related("issuer", "issued_by", "answered_by"))


def seen_in(scope: Scope) -> QuerySet[Supervision]:
    """Return those issued in ``scope`` or to somebody in it: unanswered first, by their day."""
    rows = Supervision.objects.seen_in(scope)
    rows = rows.select_related("problem__organization__parent", "issuer", "issued_by")
    return rows.order_by("answered_on", "due_on", "-pk")


def issuer_for(problem: Problem, reach: Scope) -> Organization | None:
    """Return from where somebody with ``reach`` supervises a problem: the nearest organisation
    of theirs strictly above whoever handles it (one query, or none).
    """
    above = set(tree.ancestor_paths(problem.organization.path))
    paths = [path for path in above if reach.reaches(path)]
    if not paths:
        return None
    roots = [path for path in reach.roots if path in above]
    return Organization.objects.get(path=max(roots or paths, key=len))
