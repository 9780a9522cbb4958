from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from members import wording


class RestrictionQuerySet(models.QuerySet["Restriction"]):
    def on(self, day: dt.date) -> RestrictionQuerySet:
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), started_on__lte=day)


class Restriction(models.Model):
    """A time without the right to vote, to elect and to be elected (half-open dates).

    选举工作条例 第五条: under 留党察看; rights suspended for 留置 or arrest.
    """

    member = models.ForeignKey("members.Member", models.CASCADE, related_name="restrictions")
    ground = models.CharField("情形", max_length=10, choices=list(wording.RESTRICTIONS.items()))
    reference = models.CharField("文号", max_length=60)
    started_on = models.DateField("起")
    ended_on = models.DateField("止", null=True, blank=True)

    objects = RestrictionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "暂停表决权"
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gt=F("started_on")),
                name="restriction_lasts",
            ),
        ]

    def __str__(self) -> str:
        return self.get_ground_display()
