"""Training classes, and whom to call up to them (点名调训)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery

from activities.models import Enrolment, Learning, TrainingClass
from activities.queries import learning
from activities.queries.study_rules import CallUpRule
from activities.rules import study
from activities.rules.study import EnrolmentState, Topic
from branches.scope import Scope
from members.models import Member, Membership
from members.rules.status import ON_ROLL

MOST_CANDIDATES = 500  # on one page; a topic nobody knows is taught, not called up to


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member who lacks a topic and was not called up lately.

    ``knew_on``: when the topic last came up, before the time that counts; None: never.
    """

    member_id: int
    name: str
    branch: str
    knew_on: dt.date | None


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


def candidates(
    *, scope: Scope, topic: Topic, rule: CallUpRule, on: dt.date
) -> QuerySet[Membership]:
    """Return the homes of the members of ``scope`` who lack a topic and may be called up.

    Who learned it within ``rule.topic_months`` knows it, who was called up to any class within
    ``rule.called_months`` is spared; the day so many months ago still counts as within.
    """
    knows = learning.who_knows(topic, study.months_before(on, rule.topic_months), on)
    spared = Enrolment.objects.filter(
        member=OuterRef("member"), called_on__gte=study.months_before(on, rule.called_months)
    )
    return (
        Membership.objects.home()
        .on(on)
        .in_scope(scope)
        .filter(~Exists(spared), member__status__in=ON_ROLL)
        .exclude(member__in=knows.values("member_id"))
        .select_related("member", "branch")
        .defer("member__id_number", "member__phone")
        .order_by("branch__path", "member__name_pinyin", "member_id")
    )


def shown(rows: QuerySet[Membership], topic: Topic) -> list[Candidate]:
    """Return candidates as the page shows them (two queries)."""
    found = list(rows[:MOST_CANDIDATES])
    knew = dict(
        Learning.objects.filter(topic=topic, member__in=[row.member_id for row in found])
        .order_by()
        .values_list("member_id")
        .annotate(last=Max("learned_on"))
    )
    return [
        Candidate(row.member_id, row.member.name, row.branch.short_name, knew.get(row.member_id))
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
