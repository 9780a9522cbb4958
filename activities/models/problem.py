from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from branches.scope import Scope


class ProblemQuerySet(models.QuerySet["Problem"]):
    def in_scope(self, scope: Scope) -> ProblemQuerySet:
        return self.filter(scope.q("organization__path"))

    def open(self) -> ProblemQuerySet:
        return self.filter(closed_on__isnull=True)


class Problem(models.Model):
    """Something to be put right, with who answers for it and until when (问题、整改、责任、销号).

    Raised at a meeting (``activity``: the problem list of an 组织生活会) or by a visit.
    """

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="problems", verbose_name="组织单位"
    )
    activity = models.ForeignKey(
        "activities.Activity", models.PROTECT, null=True, blank=True, related_name="problems"
    )
    whose = models.CharField("问题主体", max_length=60)  # 支部班子, or a member's name
    text = models.CharField("问题", max_length=500)
    measures = models.CharField("整改措施", max_length=500, blank=True)
    owner = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="problems",
        verbose_name="责任人",
    )  # fmt: skip
    due_on = models.DateField("整改期限", null=True, blank=True)
    raised_on = models.DateField("提出日期")
    raised_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    closed_on = models.DateField("销号日期", null=True, blank=True)
    outcome = models.CharField("整改结果", max_length=500, blank=True)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "问题"
        ordering = ["closed_on", "due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | ~Q(outcome=""),
                name="closed_problem_has_its_outcome",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("raised_on")),
                name="problem_closed_after_raised",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]
