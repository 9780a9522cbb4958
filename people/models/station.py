from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from branches.scope import Scope


class StationQuerySet(models.QuerySet["Station"]):
    def in_scope(self, scope: Scope) -> StationQuerySet:
        return self.filter(scope.q("branch__path"))


class Station(models.Model):
    """A post for members to claim (设岗定责), with what it asks of whoever holds it."""

    branch = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="stations", verbose_name="党支部"
    )
    title = models.CharField("岗位", max_length=40)
    duties = models.CharField("岗位职责", max_length=300)
    seats = models.PositiveSmallIntegerField("人数", default=1)
    set_on = models.DateField("设岗日期")
    closed_on = models.DateField("撤岗日期", null=True, blank=True)
    set_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")

    objects = StationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "设岗定责"
        ordering = ["branch", "closed_on", "title"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "title"],
                condition=Q(closed_on__isnull=True),
                name="one_open_station_of_a_name",
            ),
            models.CheckConstraint(condition=Q(seats__gt=0), name="station_has_a_seat"),
        ]

    def __str__(self) -> str:
        return self.title


class StationClaimQuerySet(models.QuerySet["StationClaim"]):
    def on(self, day: dt.date) -> StationClaimQuerySet:
        """Keep those in force on a day."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), claimed_on__lte=day)


class StationClaim(models.Model):
    """A member claims a post; it holds once the branch confirms it."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="claims")
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="station_claims")
    claimed_on = models.DateField("认领日期")
    confirmed_on = models.DateField("确认日期", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_on = models.DateField("卸岗日期", null=True, blank=True)
    performance = models.CharField("履岗情况", max_length=300, blank=True)

    objects = StationClaimQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "认岗"
        ordering = ["station", "claimed_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "member"],
                condition=Q(ended_on__isnull=True),
                name="station_claimed_once",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("claimed_on")),
                name="claim_ended_after_claimed",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_on__isnull=True, confirmed_by__isnull=True)
                | Q(confirmed_on__isnull=False, confirmed_by__isnull=False),
                name="claim_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}@{self.station_id}"
