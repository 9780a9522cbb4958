from __future__ import annotations

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Q

from branches.models.fields import DateSpan
from branches.scope import Scope


class SchemeVersionQuerySet(models.QuerySet["SchemeVersion"]):
    def in_force_on(self, day: dt.date) -> SchemeVersionQuerySet:
        return self.filter(
            Q(effective_to__isnull=True) | Q(effective_to__gt=day), effective_from__lte=day
        )

    def in_scope(self, scope: Scope) -> SchemeVersionQuerySet:
        return self.filter(scope.q("committee__path"))


class SchemeVersion(models.Model):
    """A rating scheme as adopted by a committee: text, months of effect, never changed.

    Only the end of its effect may be set later, when the next version takes over. What
    the engine needs is unfolded into parts, items and vetoes for the set-based run.
    """

    committee = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="+", verbose_name="采用单位"
    )
    code = models.CharField("方案编码", max_length=60)
    number = models.PositiveSmallIntegerField("版本")
    title = models.CharField("方案", max_length=80)
    target = models.CharField(max_length=12)
    period = models.CharField(max_length=10)
    groups = models.CharField(max_length=6)
    text = models.TextField("方案全文")
    checksum = models.CharField(max_length=64)
    effective_from = models.DateField("自", help_text="起始月份的一日")
    effective_to = models.DateField("至", null=True, blank=True)
    adopted_by = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+")
    adopted_at = models.DateTimeField("采用时间")

    objects = SchemeVersionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评分方案"
        ordering = ["committee", "code", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "code", "number"], name="scheme_version_once"
            ),
            models.CheckConstraint(
                condition=Q(effective_from__day=1)
                & (Q(effective_to__isnull=True) | Q(effective_to__day=1)),
                name="scheme_in_whole_months",
            ),
            ExclusionConstraint(
                name="one_scheme_version_in_force",
                expressions=[
                    ("committee", RangeOperators.EQUAL),
                    ("code", RangeOperators.EQUAL),
                    (
                        DateSpan("effective_from", "effective_to", RangeBoundary()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} 第 {self.number} 版"

    @property
    def rates_members(self) -> bool:
        return self.target == "member"


class SchemePart(models.Model):
    version = models.ForeignKey(SchemeVersion, models.CASCADE, related_name="parts")
    ordinal = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=60)
    title = models.CharField("部分", max_length=80)
    full = models.DecimalField("满分", max_digits=8, decimal_places=2)
    weight = models.DecimalField("权重", max_digits=8, decimal_places=4)

    class Meta:
        verbose_name = verbose_name_plural = "方案部分"
        ordering = ["version", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="part_code_once"),
            models.UniqueConstraint(fields=["version", "ordinal"], name="part_ordinal_once"),
        ]

    def __str__(self) -> str:
        return self.title


class SchemeItem(models.Model):
    version = models.ForeignKey(SchemeVersion, models.CASCADE, related_name="items")
    part = models.ForeignKey(SchemePart, models.CASCADE, related_name="items")
    ordinal = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=60)
    title = models.CharField("项目", max_length=120)
    rule = models.CharField(max_length=8)
    fact = models.CharField(max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "方案项目"
        ordering = ["version", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["version", "code"], name="item_code_once"),
            models.UniqueConstraint(fields=["version", "ordinal"], name="item_ordinal_once"),
        ]

    def __str__(self) -> str:
        return self.title
