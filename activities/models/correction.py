from __future__ import annotations

from django.db import models


class ActivityCorrection(models.Model):
    """A closed record was opened again to be put right: why, by whom, when."""

    activity = models.ForeignKey(
        "activities.Activity", models.CASCADE, related_name="corrections", verbose_name="活动"
    )
    reason = models.CharField("更正原因", max_length=200)
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("退回时间")

    class Meta:
        verbose_name = verbose_name_plural = "更正"
        ordering = ["activity", "made_at", "id"]

    def __str__(self) -> str:
        return self.reason
