from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from branches.rules.periods import Period
from branches.scope import Scope
from scoring import wording
from scoring.rules.rounds import REVIEWS, MarkKind


class PointEntryQuerySet(models.QuerySet["PointEntry"]):
    def standing(self) -> PointEntryQuerySet:
        return self.filter(voided_at__isnull=True)

    def in_period(self, period: Period) -> PointEntryQuerySet:
        return self.filter(happened_on__gte=period.first_day, happened_on__lt=period.end)

    def in_scope(self, scope: Scope) -> PointEntryQuerySet:
        return self.filter(scope.q("organization__path"))


class PointEntry(models.Model):
    """A fact recorded by hand for one item of a scheme, with its evidence.

    About ``member`` if set (then ``organization`` is the branch), else about
    ``organization``. The code may also be a veto's, or what lifts it. A wrong entry is
    voided with the reason and stays visible; it is never edited.
    """

    scheme_code = models.CharField(max_length=60)
    item_code = models.CharField("项目", max_length=60)
    member = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, related_name="point_entries", db_index=False
    )
    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="point_entries", db_index=False
    )
    quantity = models.DecimalField("数量", max_digits=10, decimal_places=2, default=1)
    happened_on = models.DateField("发生日期")
    evidence = models.CharField("事实依据", max_length=200)
    entered_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间")
    voided_at = models.DateTimeField("撤销时间", null=True)
    voided_by = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+")
    void_reason = models.CharField("撤销原因", max_length=100, blank=True)

    objects = PointEntryQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "加减分登记"
        ordering = ["-happened_on", "-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(evidence=""), name="entry_has_evidence"),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | ~Q(void_reason=""),
                name="void_has_reason",
            ),
        ]
        indexes = [
            BrinIndex(fields=["happened_on"], name="entry_month", autosummarize=True),
            models.Index(fields=["member", "happened_on"], name="entry_of_member"),
            models.Index(fields=["organization", "happened_on"], name="entry_of_organization"),
            models.Index(fields=["scheme_code", "item_code", "happened_on"], name="entry_of_item"),
        ]

    def __str__(self) -> str:
        return self.evidence


class MarkQuerySet(models.QuerySet["Mark"]):
    def standing(self) -> MarkQuerySet:
        return self.filter(superseded_at__isnull=True)


class Mark(models.Model):
    """A mark for one item of one organisation in one period.

    Of several inspectors' marks the mean counts; a review (互查、抽查) stands in for it, with
    its reason in ``note``. Marking again supersedes one's earlier mark, which stays on record.
    """

    scheme_code = models.CharField(max_length=60)
    item_code = models.CharField(max_length=60)
    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="marks", db_index=False
    )
    period_start = models.DateField("期间起始日")
    kind = models.CharField(
        "方式",
        max_length=10,
        choices=list(wording.MARK_KINDS.items()),
        default=MarkKind.INSPECTION,
    )
    inspection = models.ForeignKey(
        "scoring.Inspection", models.PROTECT, null=True, related_name="marks"
    )
    value = models.DecimalField("得分", max_digits=8, decimal_places=2)
    note = models.CharField("检查情况", max_length=200, blank=True)
    marked_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    marked_at = models.DateTimeField("打分时间")
    superseded_at = models.DateTimeField("更改时间", null=True)

    objects = MarkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "检查打分"
        ordering = ["-period_start", "organization", "item_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "period_start", "scheme_code", "item_code", "marked_by"],
                condition=Q(superseded_at__isnull=True, kind=MarkKind.INSPECTION),
                name="one_standing_mark_of_an_inspector",
            ),
            models.UniqueConstraint(
                fields=["organization", "period_start", "scheme_code", "item_code"],
                condition=Q(superseded_at__isnull=True, kind__in=sorted(REVIEWS)),
                name="one_standing_review",
            ),
            models.CheckConstraint(
                condition=Q(kind=MarkKind.INSPECTION) | ~Q(note=""), name="review_gives_reason"
            ),
            models.CheckConstraint(condition=Q(value__gte=0), name="mark_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.value}"
