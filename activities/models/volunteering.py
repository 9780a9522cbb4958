from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from branches.rules.periods import Period
from branches.scope import Scope


class VolunteerTeamQuerySet(models.QuerySet["VolunteerTeam"]):
    def in_scope(self, scope: Scope) -> VolunteerTeamQuerySet:
        return self.filter(scope.q("branch__path"))


class VolunteerTeam(models.Model):
    """A volunteer team of a branch (志愿服务队)."""

    branch = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="volunteer_teams",
        verbose_name="党支部",
    )  # fmt: skip
    name = models.CharField("服务队", max_length=40)
    purpose = models.CharField("服务内容", max_length=200)
    leader = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="队长",
    )  # fmt: skip
    founded_on = models.DateField("成立日期")
    dissolved_on = models.DateField("解散日期", null=True, blank=True)
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("登记时间")

    objects = VolunteerTeamQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "志愿服务队"
        ordering = ["branch", "dissolved_on", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "name"],
                condition=Q(dissolved_on__isnull=True),
                name="one_open_team_of_a_name",
            ),
            models.CheckConstraint(
                condition=Q(dissolved_on__isnull=True) | Q(dissolved_on__gte=F("founded_on")),
                name="team_dissolved_after_founding",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class VolunteerQuerySet(models.QuerySet["Volunteer"]):
    def on(self, day: dt.date) -> VolunteerQuerySet:
        """Keep those in a team on a day."""
        return self.filter(Q(left_on__isnull=True) | Q(left_on__gt=day), joined_on__lte=day)


class Volunteer(models.Model):
    """A member in a volunteer team, with its dates (half-open)."""

    team = models.ForeignKey(VolunteerTeam, models.PROTECT, related_name="volunteers")
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="volunteering")
    joined_on = models.DateField("加入日期")
    left_on = models.DateField("退出日期", null=True, blank=True)

    objects = VolunteerQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "志愿者"
        ordering = ["team", "joined_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["team", "member"], condition=Q(left_on__isnull=True), name="volunteer_once"
            ),
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")),
                name="volunteer_left_after_joining",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}@{self.team_id}"


class VolunteerHoursQuerySet(models.QuerySet["VolunteerHours"]):
    def in_scope(self, scope: Scope) -> VolunteerHoursQuerySet:
        return self.filter(scope.q("branch__path"))

    def in_period(self, period: Period) -> VolunteerHoursQuerySet:
        return self.filter(served_on__gte=period.first_day, served_on__lt=period.end)


class VolunteerHours(models.Model):
    """Service that no record of the branch tells: entered by the member, confirmed by somebody
    else of the branch. Only what is confirmed counts; what was confirmed in error is voided, and
    stands as refused.
    """

    branch = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="+", verbose_name="党支部"
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="volunteer_hours", verbose_name="党员"
    )
    team = models.ForeignKey(
        VolunteerTeam, models.PROTECT, null=True, blank=True, related_name="hours",
        verbose_name="服务队",
    )  # fmt: skip
    served_on = models.DateField("服务日期")
    hours = models.DecimalField("小时", max_digits=4, decimal_places=1)
    what = models.CharField("服务内容", max_length=200)
    entered_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间")
    is_confirmed = models.BooleanField("已确认", null=True, blank=True)  # None: not answered
    answered_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField("确认时间", null=True, blank=True)
    refusal = models.CharField("未确认原因", max_length=100, blank=True)

    objects = VolunteerHoursQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "志愿服务时长"
        ordering = ["-served_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__gt=0, hours__lte=24), name="hours_of_one_day"
            ),
            models.CheckConstraint(
                condition=Q(is_confirmed__isnull=True, answered_at__isnull=True)
                | Q(
                    is_confirmed__isnull=False, answered_at__isnull=False, answered_by__isnull=False
                ),
                name="answered_hours_have_their_moment",
            ),
        ]
        indexes = [models.Index(fields=["member", "served_on"], name="volunteer_hours_of")]

    def __str__(self) -> str:
        return self.what[:40]


class ServingQuerySet(models.QuerySet["Serving"]):
    def in_period(self, period: Period) -> ServingQuerySet:
        return self.filter(served_on__gte=period.first_day, served_on__lt=period.end)


class Serving(models.Model):
    """Service that counts: the one definition of its hours (a view of the database).

    A row for each closed service activity somebody attended, from its beginning to its end (0
    without an end), and for each confirmed ``VolunteerHours``. Not rounded.
    """

    key = models.CharField(max_length=24, primary_key=True)
    member = models.ForeignKey("members.Member", models.DO_NOTHING, related_name="+")
    served_on = models.DateField("日期")
    hours = models.DecimalField("小时", max_digits=12, decimal_places=2)
    attendance = models.ForeignKey(
        "activities.Attendance", models.DO_NOTHING, null=True, related_name="+"
    )
    entry = models.ForeignKey(VolunteerHours, models.DO_NOTHING, null=True, related_name="+")

    objects = ServingQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "activities_serving"
        verbose_name = verbose_name_plural = "志愿服务"
        ordering = ["served_on", "key"]

    def __str__(self) -> str:
        return self.key
