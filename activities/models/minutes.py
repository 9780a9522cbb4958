from __future__ import annotations

from django.db import models


class MinutesVersion(models.Model):
    """The minutes as they stood at a closing. The database refuses to change or delete a row.

    The first is made when the record is closed, each later one when a corrected record is closed
    again; ``reason`` is then the reason of the correction. ``content`` is the whole document.
    """

    activity = models.ForeignKey("activities.Activity", models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField("版本")
    content = models.JSONField()
    checksum = models.CharField("校验码", max_length=64)
    reason = models.CharField("更正原因", max_length=200, blank=True)
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("办结时间")

    class Meta:
        verbose_name = verbose_name_plural = "会议记录版本"
        ordering = ["activity", "number"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "number"], name="minutes_number_once")
        ]

    def __str__(self) -> str:
        return f"第{self.number}版"
