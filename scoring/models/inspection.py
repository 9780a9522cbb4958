from __future__ import annotations

from django.db import models
from django.db.models import Q

from branches.rules.periods import Period, PeriodKind
from branches.scope import Scope
from scoring import wording
from scoring.rules.rounds import MarkKind


class InspectionQuerySet(models.QuerySet["Inspection"]):
    def in_scope(self, scope: Scope) -> InspectionQuerySet:
        return self.filter(scope.q("organization__path"))

    def unfinished(self) -> InspectionQuerySet:
        return self.filter(submitted_at__isnull=True, cancelled_at__isnull=True)


class Inspection(models.Model):
    """One inspector's task (检查): one branch, one period, the marked items of one scheme.

    ``part_codes`` limits it to some parts of the scheme (empty: all). Marks count as they are
    entered; submitting says that the sheet is complete and shows it to the branch.
    """

    version = models.ForeignKey("scoring.SchemeVersion", models.PROTECT, related_name="+")
    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="inspections"
    )
    period_start = models.DateField("期间起始日")
    period_kind = models.CharField(max_length=10)
    kind = models.CharField(
        "方式",
        max_length=10,
        choices=list(wording.MARK_KINDS.items()),
        default=MarkKind.INSPECTION,
    )
    part_codes = models.JSONField(default=list)
    inspector = models.ForeignKey(
        "branches.User", models.PROTECT, related_name="inspections", verbose_name="检查人"
    )
    due_on = models.DateField("完成期限")
    assigned_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField("派出时间")
    submitted_at = models.DateTimeField("提交时间", null=True)
    cancelled_at = models.DateTimeField("取消时间", null=True)
    cancelled_by = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+")

    objects = InspectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查"
        ordering = ["-period_start", "due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "version",
                    "organization",
                    "period_start",
                    "period_kind",
                    "kind",
                    "inspector",
                ],
                condition=Q(cancelled_at__isnull=True),
                name="assigned_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} {self.period.label}{wording.MARK_KINDS[MarkKind(self.kind)]}"

    @property
    def period(self) -> Period:
        return Period(self.period_start, PeriodKind(self.period_kind))

    @property
    def is_submitted(self) -> bool:
        return self.submitted_at is not None


class InspectionPhoto(models.Model):
    """A photo taken as evidence of one item; re-encoded, without place or device."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="photos")
    item_code = models.CharField(max_length=60)
    document = models.OneToOneField("branches.Document", models.PROTECT, related_name="+")
    added_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = verbose_name_plural = "检查照片"
        ordering = ["inspection", "id"]

    def __str__(self) -> str:
        return f"{self.document}"


class InspectionComment(models.Model):
    """What the branch, or the office, says about a sheet."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="comments")
    text = models.CharField("意见", max_length=500)
    by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "检查意见"
        ordering = ["inspection", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="inspection_comment_says_something")
        ]

    def __str__(self) -> str:
        return self.text
