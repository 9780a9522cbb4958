"""Training classes, and whom to call up to them (点名调训)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)

from activities.models import Enrolment, Learning, TrainingClass
from activities.queries import learning
from activities.queries.study_rules import CallUpRule
from activities.rules import study
from activities.rules.study import EnrolmentState, Topic
from branches.scope import Scope
from members.models import Member, Membership
from members.rules.name_search import pinyin_pattern
from members.rules.status import ON_ROLL


class CallUpStanding(IntEnum):
    """Where a member stands before a call-up; the shortlist comes first."""

    SHORTLISTED = 0
    KNOWS = 1
    SPARED = 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member who may be called up; ``knew_on``: when the topic last came up, None: never."""

    member_id: int
    name: str
    branch: str
    knew_on: dt.date | None
    standing: CallUpStanding


def listed(scope: Scope) -> QuerySet[TrainingClass]:
    """Return the classes held by the organisations of ``scope`` and above, the latest first.

    Each with ``called_n`` and ``attended_n``: of those above only the members of ``scope``.
    """
    mine = Q(enrolments__member__in=Member.objects.in_scope(scope).values("pk"))
    return (
        TrainingClass.objects.filter(
            Q(organization__path__in=scope.lineage()) | scope.q("organization__path")
        )
        .select_related("organization")
        .annotate(
            called_n=Count("enrolments", filter=mine),
            attended_n=Count(
                "enrolments", filter=mine & Q(enrolments__state=EnrolmentState.ATTENDED)
            ),
        )
        .order_by("-started_on", "-pk")
    )


def enrolled(training_class: TrainingClass, scope: Scope | None = None) -> list[Enrolment]:
    """Return those called up, by branch and pinyin (one query); with ``scope`` only its members."""
    homes = Membership.objects.home().current().filter(member=OuterRef("member"))
    rows = (
        Enrolment.objects.filter(training_class=training_class)
        .select_related("member")
        .defer("member__id_number", "member__phone")
        .annotate(
            branch_name=Subquery(homes.values("branch__short_name")[:1]),
            branch_path=Subquery(homes.values("branch__path")[:1]),
        )
        .order_by("branch_path", "member__name_pinyin", "member_id")
    )
    if scope is not None:
        rows = rows.filter(member__in=Member.objects.in_scope(scope).values("pk"))
    return list(rows)


def everybody(
    *, training_class: TrainingClass, rule: CallUpRule, on: dt.date, search: str = ""
) -> QuerySet[Any]:
    """Return the homes of all who may be called up to a class, the shortlist first.

    ``standing`` tells who stands where (``CallUpStanding``). Whoever is on the list of the class
    is left out. ``search`` finds a part of the name, pinyin or initials, or of a branch's name.
    """
    rows = _standing(
        scope=reach(training_class), topic=Topic(training_class.topic), rule=rule, on=on
    ).exclude(member__in=training_class.enrolments.values("member"))
    search = search.strip()
    if search:
        found = Q(member__name__contains=search) | Q(branch__short_name__contains=search)
        if pattern := pinyin_pattern(search):
            found |= Q(member__name_pinyin__regex=pattern)
        rows = rows.filter(found)
    return rows.order_by("standing", "branch__path", "member__name_pinyin", "member_id")


def candidates(*, scope: Scope, topic: Topic, rule: CallUpRule, on: dt.date) -> QuerySet[Any]:
    """Return the shortlist: the homes of the members of ``scope`` who lack a topic and may be
    called up.

    Who learned it within ``rule.topic_months`` knows it, who was called up to any class within
    ``rule.called_months`` is spared; the day so many months ago still counts as within.
    """
    rows = _standing(scope=scope, topic=topic, rule=rule, on=on)
    return rows.filter(standing=CallUpStanding.SHORTLISTED).order_by(
        "branch__path", "member__name_pinyin", "member_id"
    )


def _standing(*, scope: Scope, topic: Topic, rule: CallUpRule, on: dt.date) -> QuerySet[Any]:
    knows = learning.who_knows(topic, study.months_before(on, rule.topic_months), on)
    spared = Enrolment.objects.filter(called_on__gte=study.months_before(on, rule.called_months))
    return (
        Membership.objects.home()
        .on(on)
        .in_scope(scope)
        .filter(member__status__in=ON_ROLL)
        .annotate(
            standing=Case(
                When(member__in=spared.values("member_id"), then=CallUpStanding.SPARED),
                When(member__in=knows.values("member_id"), then=CallUpStanding.KNOWS),
                default=CallUpStanding.SHORTLISTED,
                output_field=IntegerField(),
            )
        )
        .select_related("member", "branch")
        .defer("member__id_number", "member__phone")
    )


def shown(rows: Iterable[Any], topic: Topic) -> list[Candidate]:
    """Return candidates as the page shows them (one query, and that of ``rows``)."""
    found = list(rows)
    knew = dict(
        Learning.objects.filter(topic=topic, member__in=[row.member_id for row in found])
        .order_by()
        .values_list("member_id")
        .annotate(last=Max("learned_on"))
    )
    return [
        Candidate(
            row.member_id,
            row.member.name,
            row.branch.short_name,
            knew.get(row.member_id),
            CallUpStanding(row.standing),
        )
        for row in found
    ]


def reach(training_class: TrainingClass) -> Scope:
    """Return whose members a class is for: the organisation that holds it and all below."""
    return Scope((training_class.organization.path,))


def of_member(member: Member) -> list[Enrolment]:
    """Return the classes somebody was called up to, the latest first (one query)."""
    rows = Enrolment.objects.filter(member=member).select_related("training_class__organization")
    return list(rows.order_by("-training_class__started_on", "-pk"))


def ended(scope: Scope, on: dt.date) -> QuerySet[TrainingClass]:
    """Return the classes held in ``scope`` that are over and wait for their results."""
    return (
        TrainingClass.objects.filter(
            scope.q("organization__path"), ended_on__lt=on, closed_at__isnull=True
        )
        .filter(Exists(Enrolment.objects.filter(training_class=OuterRef("pk"))))
        .order_by("ended_on", "pk")
    )
