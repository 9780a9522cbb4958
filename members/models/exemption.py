from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from members import wording


class ExemptionQuerySet(models.QuerySet["Exemption"]):
    def on(self, day: dt.date) -> ExemptionQuerySet:
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), started_on__lte=day)


class Exemption(models.Model):
    """A time in which a member is not called to account, with the reason (half-open dates).

    Excused from attendance and rating, not from the 应到 of votes (条例 第二十三条).
    """

    member = models.ForeignKey("members.Member", models.CASCADE, related_name="exemptions")
    reason = models.CharField("原因", max_length=10, choices=list(wording.EXEMPTIONS.items()))
    note = models.CharField("说明", max_length=100, blank=True)
    started_on = models.DateField("起")
    ended_on = models.DateField("止", null=True, blank=True)

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "免考评"
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gt=F("started_on")),
                name="exemption_lasts",
            ),
        ]

    def __str__(self) -> str:
        return self.get_reason_display()
