from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.rules.periods import Period, PeriodKind


class RunQuerySet(models.QuerySet["Run"]):
    def current(self) -> RunQuerySet:
        return self.filter(is_current=True)

    def of_period(self, period: Period) -> RunQuerySet:
        return self.filter(period_start=period.first_day, period_kind=period.kind)


class Run(models.Model):
    """One computation (核算) of one period under one scheme version.

    Recomputing adds a run and moves ``is_current`` in the same transaction. Until a round
    seals it, the current run follows late facts: subjects they touch are rated again in place
    (``amended_at``, ``amended``). Sealed, it never changes again; the database sees to it.

    A longer period than the version's own is rolled up from the runs named by ``sources``.
    """

    version = models.ForeignKey("scoring.SchemeVersion", models.PROTECT, related_name="runs")
    committee = models.ForeignKey("branches.Organization", models.PROTECT, related_name="+")
    scheme_code = models.CharField(max_length=60)
    period_start = models.DateField("期间起始日")
    period_kind = models.CharField(max_length=10)
    computed_at = models.DateTimeField("核算时间")
    is_current = models.BooleanField(default=True)
    subjects = models.PositiveIntegerField("对象数", default=0)
    amended_at = models.DateTimeField("最近更新", null=True)
    amended = models.PositiveIntegerField("更新对象数", default=0)
    sealed_at = models.DateTimeField("锁定时间", null=True)
    checksum = models.CharField("校验码", max_length=64, blank=True)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="corrected_by", verbose_name="更正"
    )

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "核算"
        ordering = ["-period_start", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "scheme_code", "period_start", "period_kind"],
                condition=Q(is_current=True),
                name="one_current_run_of_a_period",
            ),
            models.CheckConstraint(
                condition=Q(sealed_at__isnull=True) | ~Q(checksum=""),
                name="sealed_run_has_checksum",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.period.label}"

    @property
    def is_provisional(self) -> bool:
        """Whether the period was still running when it was computed: figures, no verdicts."""
        return timezone.localdate(self.computed_at) < self.period.end

    @property
    def is_sealed(self) -> bool:
        return self.sealed_at is not None

    @property
    def is_rolled_up(self) -> bool:
        return self.period_kind != self.version.period

    @property
    def facts_until(self) -> dt.datetime:
        """Up to when recorded facts were seen (数据截止)."""
        return self.amended_at or self.computed_at

    @property
    def period(self) -> Period:
        return Period(self.period_start, PeriodKind(self.period_kind))


class RunSource(models.Model):
    """A shorter period's run that a rolled-up run was made from, and what it weighs."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="sources")
    source = models.ForeignKey(Run, models.PROTECT, related_name="+")
    weight = models.DecimalField("权重", max_digits=12, decimal_places=10)

    class Meta:
        verbose_name = verbose_name_plural = "汇总来源"
        ordering = ["run", "source__period_start"]
        constraints = [
            models.UniqueConstraint(fields=["run", "source"], name="rolled_up_once"),
            models.CheckConstraint(condition=~Q(run=F("source")), name="not_rolled_up_from_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.source} × {self.weight}"
