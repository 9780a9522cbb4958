from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from activities import wording
from activities.rules import progress
from activities.rules.kinds import ActivityKind
from activities.rules.progress import State
from branches.rules.periods import Period
from branches.scope import Scope


class ActivityQuerySet(models.QuerySet["Activity"]):
    def in_scope(self, scope: Scope) -> ActivityQuerySet:
        return self.filter(scope.q("organization__path"))

    def in_period(self, period: Period) -> ActivityQuerySet:
        return self.filter(held_on__gte=period.first_day, held_on__lt=period.end)

    def standing(self) -> ActivityQuerySet:
        """Leave out the cancelled ones."""
        return self.exclude(state=State.CANCELLED)

    def closed(self) -> ActivityQuerySet:
        return self.filter(state=State.CLOSED)

    def of_kind(self, *kinds: ActivityKind) -> ActivityQuerySet:
        return self.filter(kind__in=kinds)


class Activity(models.Model):
    """A meeting or activity of a branch or group: announced, held, recorded, closed.

    ``held_on`` is the day of the fact and ``entered_at`` the moment of its entry; the two
    are never made to agree. Once closed a record stands, until it is opened again with a
    reason that stays visible.
    """

    organization = models.ForeignKey(
        "branches.Organization",
        models.PROTECT,
        related_name="activities",
        verbose_name="组织单位",
        db_index=False,
    )
    kind = models.CharField("类别", max_length=20, choices=list(wording.KINDS.items()))
    title = models.CharField("主题", max_length=100)
    held_on = models.DateField("日期")
    starts_at = models.TimeField("开始时间")
    ends_at = models.TimeField("结束时间", null=True, blank=True)
    place = models.CharField("地点", max_length=60)
    host = models.CharField("主持人", max_length=60, blank=True)
    # Why somebody else than the secretary (of a group: its leader) takes the chair (M18).
    host_note = models.CharField("主持委托", max_length=100, blank=True, db_default="")
    recorder = models.CharField("记录人", max_length=60, blank=True)
    summary = models.TextField("会议记录", max_length=20000, blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=list(wording.STATES.items()), default=State.PLANNED
    )
    record_due_on = models.DateField("记录期限")
    series = models.ForeignKey(
        "activities.Series", models.SET_NULL, null=True, blank=True, related_name="activities"
    )
    # The day the series gave it: stays when it is moved or cancelled, so that it comes but once.
    series_day = models.DateField("固定日", null=True, blank=True)
    entered_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间")
    closed_at = models.DateTimeField("办结时间", null=True)
    # Kept when a record is opened again: putting right what was on time makes it no later.
    first_closed_at = models.DateTimeField("首次办结时间", null=True)
    cancel_reason = models.CharField("取消原因", max_length=100, blank=True, db_default="")

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "活动"
        ordering = ["-held_on", "-starts_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=State.CLOSED, closed_at__isnull=False)
                | (~Q(state=State.CLOSED) & Q(closed_at__isnull=True)),
                name="closed_activity_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="activity_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["series", "series_day"],
                condition=Q(series__isnull=False),
                name="once_on_a_series_day",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "held_on"], name="activity_of_organization"),
            models.Index(fields=["held_on", "kind"], name="activity_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.title}"

    @property
    def is_closed(self) -> bool:
        return self.state == State.CLOSED

    @property
    def filed_at(self) -> dt.datetime | None:
        """When the record was first closed; what deadlines look at."""
        return self.first_closed_at or self.closed_at

    @property
    def is_cancelled(self) -> bool:
        return self.state == State.CANCELLED

    @property
    def is_planned(self) -> bool:
        return self.state == State.PLANNED

    @property
    def may_be_edited(self) -> bool:
        return progress.Step.EDIT in progress.ACTIVITY.open_steps(State(self.state))

    def was_entered_late(self, entered_on: dt.date) -> bool:
        """Return whether the record came after its deadline, ``entered_on`` being its local day."""
        return progress.is_late_entry(
            held_on=self.held_on, entered_on=entered_on, record_due_on=self.record_due_on
        )


class AgendaPart(models.Model):
    """One part of an activity's course, with what was said or done."""

    activity = models.ForeignKey(Activity, models.CASCADE, related_name="parts")
    ordinal = models.PositiveSmallIntegerField()
    title = models.CharField("议程", max_length=60)
    content = models.TextField("内容", max_length=5000, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "议程"
        ordering = ["activity", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "ordinal"], name="agenda_ordinal_once")
        ]

    def __str__(self) -> str:
        return self.title
