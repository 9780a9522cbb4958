from __future__ import annotations

from django.db import models

from members import wording


class MemberEvent(models.Model):
    """A date in a member's life in the Party: the timeline of the file."""

    member = models.ForeignKey("members.Member", models.CASCADE, related_name="events")
    kind = models.CharField("事项", max_length=12, choices=list(wording.EVENTS.items()))
    happened_on = models.DateField("日期")
    note = models.CharField("说明", max_length=200, blank=True)
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "党员事项"
        ordering = ["-happened_on", "-id"]

    def __str__(self) -> str:
        return self.get_kind_display()
