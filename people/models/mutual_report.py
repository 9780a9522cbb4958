from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from branches.scope import Scope


class MutualReportQuerySet(models.QuerySet["MutualReport"]):
    def in_scope(self, scope: Scope) -> MutualReportQuerySet:
        """Keep those of the subtree that sends or is told."""
        return self.filter(scope.q("sender__path", "receiver__path"))


class MutualReport(models.Model):
    """What one of a member's two branches tells the other of a period (双重管理, practice C22).

    ``content`` keeps what the sender's records said when it was sent.
    """

    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="mutual_reports", verbose_name="党员"
    )
    sender = models.ForeignKey(
        "branches.Organization",
        models.PROTECT,
        related_name="reports_sent",
        verbose_name="报出支部",
    )
    receiver = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="reports_received",
        verbose_name="接收支部",
    )  # fmt: skip
    period_start = models.DateField("时段")
    period_kind = models.CharField(max_length=9)
    content = models.JSONField(default=dict)
    is_excellent_possible = models.BooleanField("可以评优", default=True)
    remark = models.CharField("表现和建议", max_length=500, blank=True)
    sent_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    sent_at = models.DateTimeField("报出时间")
    received_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    received_at = models.DateTimeField("签收时间", null=True, blank=True)

    objects = MutualReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "双向反馈"
        ordering = ["-period_start", "member"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "sender", "period_start", "period_kind"],
                name="one_mutual_report_a_period",
            ),
            models.CheckConstraint(
                condition=~Q(sender=F("receiver")), name="mutual_report_goes_elsewhere"
            ),
        ]

    def __str__(self) -> str:
        # The audit shows this: not who.
        return "双向反馈"
