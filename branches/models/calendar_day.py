from __future__ import annotations

from django.db import models


class CalendarDay(models.Model):
    """A day that departs from the published holidays: 调休 by the office's own notice."""

    day = models.DateField("日期", primary_key=True)
    is_working = models.BooleanField("上班")
    note = models.CharField("说明", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "工作日调整"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d} {'上班' if self.is_working else '休息'}"
