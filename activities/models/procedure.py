from __future__ import annotations

from django.db import models
from django.db.models import Q

from branches.scope import Scope


class ProcedureQuerySet(models.QuerySet["Procedure"]):
    def in_scope(self, scope: Scope) -> ProcedureQuerySet:
        return self.filter(scope.q("organization__path"))


class Procedure(models.Model):
    """One run of a guided procedure (C14); ``code`` names its description in the catalogue."""

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="procedures", verbose_name="党支部"
    )
    code = models.CharField("程序", max_length=30)
    title = models.CharField("名称", max_length=100)
    member = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="procedures",
        verbose_name="涉及党员",
    )  # fmt: skip
    person = models.CharField("涉及人员", max_length=30, blank=True)  # not on the roll yet
    started_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("完成时间", null=True)
    ended_reason = models.CharField("终止原因", max_length=200, blank=True)

    objects = ProcedureQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "办事程序"
        ordering = ["finished_at", "-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "code", "member"],
                condition=Q(finished_at__isnull=True, member__isnull=False),
                name="one_open_procedure_of_a_member",
            ),
            models.UniqueConstraint(
                fields=["organization", "code", "person"],
                condition=Q(finished_at__isnull=True) & ~Q(person=""),
                name="one_open_procedure_of_a_person",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ProcedureStep(models.Model):
    """A step that was taken: when, by whom, with what was filled in for its documents."""

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="steps")
    code = models.CharField(max_length=30)
    ordinal = models.PositiveSmallIntegerField("次数", default=1)  # of a step taken again and again
    done_on = models.DateField("完成日期")
    facts = models.JSONField(default=dict)
    note = models.CharField("说明", max_length=500, blank=True)
    activity = models.ForeignKey(
        "activities.Activity", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="会议",
    )  # fmt: skip
    done_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    done_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "步骤"
        ordering = ["procedure", "done_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["procedure", "code", "ordinal"], name="procedure_step_once"
            )
        ]

    def __str__(self) -> str:
        return self.code
