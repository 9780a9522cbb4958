from __future__ import annotations

from django.db import models
from django.db.models import Q

from branches.scope import Scope
from scoring import wording
from scoring.models.round import Round
from scoring.rules.rounds import ConsequenceState


class ConsequenceQuerySet(models.QuerySet["Consequence"]):
    def in_scope(self, scope: Scope) -> ConsequenceQuerySet:
        return self.filter(scope.q("organization__path"))

    def undecided(self) -> ConsequenceQuerySet:
        return self.filter(state=ConsequenceState.PROPOSED)

    def to_do(self) -> ConsequenceQuerySet:
        return self.filter(state=ConsequenceState.ACCEPTED)


class Consequence(models.Model):
    """What a final result asks of people (结果运用): proposed by rule, decided by people.

    About ``member`` if set, else about ``organization``. ``why`` is the condition in words as
    it held. Accepted, it is tracked to done by ``due_on``; declined, the reason stays. Lifted,
    ``tolerance`` says for whose sake, ``outcome`` the reason, ``done_by`` who decided so.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="consequences")
    organization = models.ForeignKey("branches.Organization", models.PROTECT, related_name="+")
    member = models.ForeignKey("members.Member", models.PROTECT, null=True, related_name="+")
    ordinal = models.PositiveSmallIntegerField()
    title = models.CharField("结果运用", max_length=80)
    kind = models.CharField("类别", max_length=12)
    why = models.CharField("依据", max_length=300)
    coefficient = models.DecimalField("系数", max_digits=6, decimal_places=3, null=True)
    withhold = models.DecimalField("扣减比例", max_digits=5, decimal_places=4, null=True)
    days = models.PositiveSmallIntegerField("办理天数", null=True)
    state = models.CharField(
        "状态",
        max_length=10,
        choices=list(wording.CONSEQUENCE_STATES.items()),
        default=ConsequenceState.PROPOSED,
    )
    due_on = models.DateField("办理期限", null=True)
    decided_by = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField("决定时间", null=True)
    reason = models.CharField("决定说明", max_length=300, blank=True)
    done_by = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField("办结时间", null=True)
    outcome = models.CharField("办理情况", max_length=300, blank=True)
    tolerance = models.ForeignKey(
        "people.Tolerance", models.PROTECT, null=True, blank=True, related_name="lifted",
        verbose_name="容错",
    )  # fmt: skip

    objects = ConsequenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结果运用"
        ordering = ["round", "organization", "member", "ordinal"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "organization", "member", "ordinal"],
                nulls_distinct=False,
                name="proposed_once_a_round",
            ),
            models.CheckConstraint(
                condition=Q(state=ConsequenceState.PROPOSED)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="consequence_was_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state=ConsequenceState.DECLINED) | ~Q(reason=""),
                name="declined_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=ConsequenceState.DONE) | ~Q(outcome=""),
                name="done_says_how",
            ),
            models.CheckConstraint(
                condition=Q(tolerance__isnull=True) & ~Q(state=ConsequenceState.LIFTED)
                | Q(
                    state=ConsequenceState.LIFTED,
                    tolerance__isnull=False,
                    done_by__isnull=False,
                    done_at__isnull=False,
                )
                & ~Q(outcome=""),
                name="lifted_for_a_tolerance",
            ),
        ]

    def __str__(self) -> str:
        return self.title
