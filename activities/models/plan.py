from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from activities.wording import KINDS
from activities.wording import plans as wording
from branches.scope import Scope


class PlanQuerySet(models.QuerySet["Plan"]):
    def in_scope(self, scope: Scope) -> PlanQuerySet:
        return self.filter(scope.q("organization__path"))


class Plan(models.Model):
    """What a branch means to do in a year, a quarter or a month."""

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="plans", verbose_name="党组织"
    )
    period_start = models.DateField("起")
    period_kind = models.CharField(
        "周期", max_length=10, choices=list(wording.PLAN_PERIODS.items())
    )
    goals = models.TextField("工作要点", max_length=3000, blank=True)
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("制定时间")
    adopted_at = models.DateTimeField("下发时间", null=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "计划"
        ordering = ["-period_start", "period_kind", "organization"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "period_start", "period_kind"], name="plan_once_a_period"
            )
        ]

    def __str__(self) -> str:
        return f"{self.period_start}{self.get_period_kind_display()}"


class PlanItem(models.Model):
    """One line of a plan; ``activity`` is what came of it."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="items")
    ordinal = models.PositiveSmallIntegerField()
    kind = models.CharField("类别", max_length=20, choices=list(KINDS.items()))
    title = models.CharField("主题", max_length=100)
    planned_on = models.DateField("计划日期")
    place = models.CharField("地点", max_length=60, blank=True)
    responsible = models.CharField("责任人", max_length=60, blank=True)
    activity = models.OneToOneField(
        "activities.Activity", models.SET_NULL, null=True, blank=True, related_name="plan_item"
    )

    class Meta:
        verbose_name = verbose_name_plural = "计划事项"
        ordering = ["plan", "planned_on", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "ordinal"], name="plan_item_ordinal_once")
        ]

    def __str__(self) -> str:
        return self.title


class SeriesQuerySet(models.QuerySet["Series"]):
    def in_scope(self, scope: Scope) -> SeriesQuerySet:
        return self.filter(scope.q("organization__path"))


class Series(models.Model):
    """A fixed day or a series (每月 5 日顺延至 15 日, 每月 20 日, 每周三晨讲), with its lead times.

    ``day`` and ``until_day`` are days of the month, ``weekday`` is 1 (Monday) to 7.
    """

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="series", verbose_name="党组织"
    )
    kind = models.CharField("类别", max_length=20, choices=list(KINDS.items()))
    title = models.CharField("名称", max_length=60)
    rhythm = models.CharField("周期", max_length=7, choices=list(wording.RHYTHMS.items()))
    day = models.PositiveSmallIntegerField("每月几日", null=True, blank=True)
    until_day = models.PositiveSmallIntegerField("最迟顺延至", null=True, blank=True)
    weekday = models.PositiveSmallIntegerField("星期几", null=True, blank=True)
    starts_at = models.TimeField("开始时间")
    ends_at = models.TimeField("结束时间", null=True, blank=True)
    place = models.CharField("地点", max_length=60)
    started_on = models.DateField("起")
    ended_on = models.DateField("止", null=True, blank=True)
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("设置时间")

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "固定活动"
        ordering = ["organization", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rhythm="MONTHLY", day__range=(1, 31), weekday__isnull=True)
                | Q(rhythm="WEEKLY", weekday__range=(1, 7), day__isnull=True)
                | Q(rhythm="DAILY", weekday__isnull=True, day__isnull=True),
                name="series_says_its_day",
            ),
            models.CheckConstraint(
                condition=Q(until_day__isnull=True) | Q(until_day__gte=F("day"), until_day__lte=31),
                name="series_postponed_to_later",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="series_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SeriesTask(models.Model):
    """Something to be done so many days before each one of a series, by whom."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="tasks")
    ordinal = models.PositiveSmallIntegerField()
    title = models.CharField("准备事项", max_length=60)
    days_before = models.PositiveSmallIntegerField("提前天数")
    role = models.CharField("负责", max_length=30, blank=True)  # 编、审、讲、播、点评 …

    class Meta:
        verbose_name = verbose_name_plural = "准备事项"
        ordering = ["series", "-days_before", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["series", "ordinal"], name="series_task_ordinal_once")
        ]

    def __str__(self) -> str:
        return self.title


class ActivityTask(models.Model):
    """A T−n task of one activity, with its A and its B (the stand-in).

    ``days_before`` moves ``due_on`` along with the activity; below zero it comes after it.
    """

    activity = models.ForeignKey("activities.Activity", models.CASCADE, related_name="tasks")
    ordinal = models.PositiveSmallIntegerField()
    title = models.CharField("准备事项", max_length=60)
    role = models.CharField("负责", max_length=30, blank=True)
    days_before = models.SmallIntegerField("提前天数", default=0)
    due_on = models.DateField("期限")
    assignee = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="负责人",
    )  # fmt: skip
    stand_in = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="替补",
    )  # fmt: skip
    done_on = models.DateField("完成日期", null=True, blank=True)
    done_by = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "准备事项"
        ordering = ["activity", "due_on", "ordinal"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "ordinal"], name="activity_task_ordinal_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["due_on"], condition=Q(done_on__isnull=True), name="activity_task_open"
            )
        ]

    def __str__(self) -> str:
        return self.title
