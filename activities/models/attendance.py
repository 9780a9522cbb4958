from __future__ import annotations

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from activities import wording
from activities.rules.attendance import ATTENDED, DUE, AttendanceStatus
from branches.rules.periods import Period


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    def in_period(self, period: Period) -> AttendanceQuerySet:
        return self.filter(held_on__gte=period.first_day, held_on__lt=period.end)

    def attended(self) -> AttendanceQuerySet:
        return self.filter(status__in=ATTENDED)

    def due(self) -> AttendanceQuerySet:
        """Keep who had to come: leave excuses, and who is not marked is not held to it."""
        return self.filter(status__in=DUE)


class Attendance(models.Model):
    """One member on the roll of one activity.

    ``held_on``, ``kind`` and ``branch`` repeat the activity's (the branch being the
    member's home on that day), so that a month of a hundred thousand members is counted
    without a join; they are written together with the roll and change only with it.
    ``is_counted`` is true once the activity is closed: only then does the fact count.
    """

    activity = models.ForeignKey(
        "activities.Activity", models.CASCADE, related_name="attendances", db_index=False
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="attendances", db_index=False
    )
    branch = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=20)
    held_on = models.DateField()
    status = models.CharField(
        "到会",
        max_length=10,
        choices=list(wording.ATTENDANCE.items()),
        default=AttendanceStatus.UNMARKED,
    )
    reason = models.CharField("事由", max_length=100, blank=True)
    # Which of several sittings was attended.
    sitting = models.ForeignKey(
        "activities.Sitting", models.SET_NULL, null=True, blank=True, related_name="+",
        db_index=False,
    )  # fmt: skip
    is_lecturer = models.BooleanField("主讲", default=False)
    is_counted = models.BooleanField(default=False)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "到会"
        ordering = ["activity", "id"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "member"], name="on_the_roll_once"),
        ]
        indexes = [
            BrinIndex(fields=["held_on"], name="attendance_month", autosummarize=True),
            models.Index(fields=["member", "held_on"], name="attendance_of_member"),
            models.Index(fields=["branch", "held_on"], name="attendance_of_branch"),
            models.Index(
                fields=["sitting"],
                condition=models.Q(sitting__isnull=False),
                name="attendance_of_sitting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}：{self.get_status_display()}"
