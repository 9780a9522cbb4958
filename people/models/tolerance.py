from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from branches.scope import Scope
from people.rules.tolerances import ToleranceState
from people.wording import tolerances as wording


class ToleranceQuerySet(models.QuerySet["Tolerance"]):
    def in_scope(self, scope: Scope) -> ToleranceQuerySet:
        return self.filter(scope.q("branch__path"))


class Tolerance(models.Model):
    """A member asks that a mistake made while trying something be borne with (容错)."""

    branch = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="tolerances", verbose_name="党支部"
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="tolerances", verbose_name="申请人"
    )
    state = models.CharField(
        "进度", max_length=12, choices=list(wording.STATES.items()),
        default=ToleranceState.ASKED,
    )  # fmt: skip
    matter = models.CharField("申请事项", max_length=500)
    asked_on = models.DateField("申请日期")
    due_on = models.DateField("办结期限")
    finding = models.CharField("核实情况", max_length=500, blank=True)
    investigated_on = models.DateField("核实日期", null=True, blank=True)
    investigated_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    decision = models.CharField("决定理由", max_length=500, blank=True)
    decided_on = models.DateField("决定日期", null=True, blank=True)
    decided_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    fed_back_on = models.DateField("反馈本人日期", null=True, blank=True)
    asked_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("登记时间")

    objects = ToleranceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "容错"
        ordering = ["-asked_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=[ToleranceState.GRANTED, ToleranceState.REFUSED])
                | (
                    Q(
                        investigated_on__isnull=False,
                        decided_on__isnull=False,
                        investigated_by__isnull=False,
                        decided_by__isnull=False,
                        investigated_on__gte=F("asked_on"),
                        decided_on__gte=F("investigated_on"),
                    )
                    & ~Q(decision="")
                ),
                name="tolerance_decided_with_reasons",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("investigated_by")),
                name="tolerance_has_four_eyes",
            ),
        ]

    def __str__(self) -> str:
        # The audit shows this: neither who nor what about.
        return "容错申请"
