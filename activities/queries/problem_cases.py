"""The case library: closed problems kept as examples, without persons."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from activities.models import Problem
from members.models import Membership

WORDS_ASKED = 5


@dataclass(frozen=True, slots=True)
class Case:
    """What everybody may read of a closed problem; who raised or answered for it is left out."""

    pk: int
    title: str
    text: str
    severity: str
    organization: str


def found(root_path: str, asked: str) -> QuerySet[Problem]:
    """Return the cases of one tree that hold all of up to five words, the newest first."""
    rows = Problem.objects.exclude(case_title="").filter(organization__path__startswith=root_path)
    for word in asked.split()[:WORDS_ASKED]:
        rows = rows.filter(Q(case_title__icontains=word) | Q(case_text__icontains=word))
    rows = rows.filter(closed_on__isnull=False)
    return rows.select_related("organization").order_by("-closed_on", "-pk")


def case_of(problem: Problem) -> Case:
    return Case(
        problem.pk,
        problem.case_title,
        problem.case_text,
        problem.get_severity_display(),
        problem.organization.short_name,
    )


def names(problem: Problem) -> list[str]:
    """Return the names that must not stand in a case: of those concerned and of the members of
    the branches where it was raised and handled (one query).
    """
    places = [each for each in (problem.organization, problem.origin) if each is not None]
    branches = Q(branch__in=places) | Q(group__in=places)
    members = Membership.objects.filter(branches, ended_on__isnull=True)
    concerned = [problem.asker_name, problem.owner.name if problem.owner else ""]
    return [*concerned, *members.values_list("member__name", flat=True).distinct()]
