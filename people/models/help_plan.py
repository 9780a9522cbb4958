from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from branches.scope import Scope
from people.wording import help_plans as wording


class HelpPlanQuerySet(models.QuerySet["HelpPlan"]):
    def in_scope(self, scope: Scope) -> HelpPlanQuerySet:
        return self.filter(scope.q("branch__path"))

    def running(self) -> HelpPlanQuerySet:
        return self.filter(ended_on__isnull=True)


class HelpPlan(models.Model):
    """A year in which two officials and a committee member help somebody (“2+1”帮教).

    Its talks are ``Talk`` rows with reason HELP and this plan as their source.
    """

    branch = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="help_plans", verbose_name="党支部"
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="help_plans", verbose_name="帮教对象"
    )
    first_official = models.CharField("帮教干部一", max_length=30)
    second_official = models.CharField("帮教干部二", max_length=30)
    committee_member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="help_plans_kept", verbose_name="支委"
    )
    reason = models.CharField("列入原因", max_length=300)
    plan = models.CharField("帮教计划", max_length=1000)
    told_on = models.DateField("告知本人日期")
    started_on = models.DateField("开始日期")
    ends_on = models.DateField("期满日期")
    review = models.CharField("期满评议", max_length=500, blank=True)
    outcome = models.CharField(
        "结果", max_length=7, choices=list(wording.OUTCOMES.items()), blank=True
    )
    ended_on = models.DateField("结束日期", null=True, blank=True)
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("登记时间")

    objects = HelpPlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "“2+1”帮教"
        ordering = ["-started_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(ended_on__isnull=True), name="one_help_plan_at_once"
            ),
            models.CheckConstraint(
                condition=~Q(committee_member=F("member")), name="nobody_helps_himself"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, outcome="", review="")
                | (
                    Q(ended_on__isnull=False, ended_on__gte=F("started_on"))
                    & ~Q(outcome="")
                    & ~Q(review="")
                ),
                name="ended_help_plan_has_its_outcome",
            ),
        ]

    def __str__(self) -> str:
        # The audit shows this: neither who nor why.
        return "“2+1”帮教"


class HelpNote(models.Model):
    """What was done to help: a line at a time; the member reads it too."""

    help_plan = models.ForeignKey(HelpPlan, models.PROTECT, related_name="notes")
    on = models.DateField("日期")
    text = models.CharField("帮教情况", max_length=300)
    entered_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "帮教记录"
        ordering = ["help_plan", "on", "id"]

    def __str__(self) -> str:
        return "帮教记录"
