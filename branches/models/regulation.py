from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from branches import wording


class RegulationQuerySet(models.QuerySet["Regulation"]):
    def in_force_on(self, day: dt.date) -> RegulationQuerySet:
        return self.filter(
            Q(effective_to__isnull=True) | Q(effective_to__gt=day), effective_from__lte=day
        )


class Regulation(models.Model):
    """A rule of a regulation as dated data: what is asked, by which article, since when."""

    code = models.CharField("编号", max_length=10)
    title = models.CharField("要求", max_length=120)
    source = models.CharField("出处", max_length=80)
    article = models.CharField("条款", max_length=30)
    evidence = models.CharField("依据等级", max_length=1, default="A")
    severity = models.CharField(
        "力度", max_length=5, choices=list(wording.SEVERITIES.items()), default="WARN"
    )
    parameters = models.JSONField("参数", default=dict)
    effective_from = models.DateField("施行日期")
    effective_to = models.DateField("废止日期", null=True, blank=True)

    # What a committee makes of it: set by ``queries.regulations`` on its copies.
    adjustment: RegulationAdjustment | None = None

    objects = RegulationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "制度要求"
        ordering = ["code", "-effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["code", "effective_from"], name="regulation_once"),
            models.CheckConstraint(
                condition=~Q(severity="BLOCK") | Q(evidence="A"),
                name="only_a_seen_article_blocks",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}{self.article}"

    @property
    def cited(self) -> str:
        """Return source and article in the short form people use: 《支部工作条例》第十一条."""
        source = "党章" if self.source == "中国共产党章程" else self.source
        source = source.removeprefix("中国共产党").removesuffix("（试行）")
        if not self.article.startswith("第"):
            return f"{source}（{self.article}）"
        return f"{source}{self.article}" if source.endswith("号") else f"《{source}》{self.article}"

    def is_in_force(self, day: dt.date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)


class AdjustmentQuerySet(models.QuerySet["RegulationAdjustment"]):
    def in_force_on(self, day: dt.date) -> AdjustmentQuerySet:
        return self.filter(
            Q(effective_to__isnull=True) | Q(effective_to__gt=day), effective_from__lte=day
        )


class RegulationAdjustment(models.Model):
    """A committee sets the parameters of a rule for all below it, from a day on, with the reason.

    The nearest committee's row speaks; a rule is never made to block by it.
    """

    committee = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="regulation_adjustments"
    )
    code = models.CharField("编号", max_length=10)
    parameters = models.JSONField("参数", default=dict)
    is_muted = models.BooleanField("不提醒", default=False)
    reason = models.CharField("调整依据", max_length=200)
    effective_from = models.DateField("起")
    effective_to = models.DateField("止", null=True, blank=True)
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("时间")

    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "规则调整"
        ordering = ["committee", "code", "-effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "code", "effective_from"], name="adjusted_once_from_a_day"
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True)
                | Q(effective_to__gt=models.F("effective_from")),
                name="adjustment_lasts",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def is_in_force(self, day: dt.date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day < self.effective_to)
