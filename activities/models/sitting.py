from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Sitting(models.Model):
    """One of several sittings of an activity, so that every shift can come to one.

    The activity's own day is that of the first sitting. Whatever votes has one sitting only.
    """

    activity = models.ForeignKey("activities.Activity", models.CASCADE, related_name="sittings")
    ordinal = models.PositiveSmallIntegerField()
    label = models.CharField("场次", max_length=30)
    held_on = models.DateField("日期")
    starts_at = models.TimeField("开始时间")
    ends_at = models.TimeField("结束时间", null=True, blank=True)
    place = models.CharField("地点", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "场次"
        ordering = ["activity", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "ordinal"], name="sitting_ordinal_once"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="sitting_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.label
