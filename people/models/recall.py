from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from branches.scope import Scope
from people.rules.recalls import RecallState
from people.wording import recalls as wording


class RecallQuerySet(models.QuerySet["Recall"]):
    def in_scope(self, scope: Scope) -> RecallQuerySet:
        return self.filter(scope.q("branch__path"))


class Recall(models.Model):
    """Somebody is called back for training and helped on (召回), openly and with an end."""

    branch = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="recalls", verbose_name="党支部"
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="recalls", verbose_name="党员"
    )
    state = models.CharField(
        "进度", max_length=9, choices=list(wording.STATES.items()), default=RecallState.LISTED
    )
    listed_on = models.DateField("列入日期")
    reason = models.CharField("列入原因", max_length=300)
    told_on = models.DateField("告知本人日期")
    training_from = models.DateField("培训开始", null=True, blank=True)
    training_until = models.DateField("培训结束", null=True, blank=True)  # its last day
    exam = models.DecimalField("考试成绩", max_digits=5, decimal_places=2, null=True, blank=True)
    assessment = models.DecimalField(
        "量化考核", max_digits=5, decimal_places=2, null=True, blank=True
    )
    assessed_on = models.DateField("考核日期", null=True, blank=True)
    # What did not suffice before: {"training_from": …, "exam": …, "assessment": …, …} each.
    attempts = models.JSONField(default=list, blank=True)
    follow_until = models.DateField("跟踪到", null=True, blank=True)
    follow_note = models.CharField("跟踪情况", max_length=500, blank=True)
    outcome = models.CharField(
        "结果", max_length=8, choices=list(wording.OUTCOMES.items()), blank=True
    )
    outcome_note = models.CharField("说明", max_length=300, blank=True)
    ended_on = models.DateField("结束日期", null=True, blank=True)
    listed_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    listed_at = models.DateTimeField("登记时间")

    objects = RecallQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "召回"
        ordering = ["-listed_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=~Q(state__in=[RecallState.ENDED, RecallState.DROPPED]),
                name="recalled_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(training_from__isnull=True, training_until__isnull=True)
                | Q(
                    training_from__isnull=False,
                    training_until__isnull=False,
                    training_from__gte=F("listed_on"),
                    training_until__gte=F("training_from"),
                ),
                name="recall_training_has_both_ends",
            ),
            models.CheckConstraint(
                condition=(Q(state=RecallState.ENDED, ended_on__isnull=False) & ~Q(outcome=""))
                | (~Q(state=RecallState.ENDED) & Q(outcome="")),
                name="ended_recall_has_its_outcome",
            ),
        ]

    def __str__(self) -> str:
        # The audit shows this: neither who nor why.
        return "召回"
