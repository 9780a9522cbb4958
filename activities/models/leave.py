from __future__ import annotations

from django.db import models
from django.db.models import Q

from activities.rules.leave import LeaveState
from activities.wording import sign_in as wording


class Leave(models.Model):
    """Somebody asks to be excused from an activity, with the reason; somebody answers."""

    activity = models.ForeignKey("activities.Activity", models.CASCADE, related_name="leaves")
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="leaves")
    reason = models.CharField("事由", max_length=100)
    state = models.CharField(
        "状态", max_length=9, choices=list(wording.LEAVE_STATES.items()), default=LeaveState.ASKED
    )
    asked_at = models.DateTimeField("申请时间")
    # Asked after the deadline: shown, never refused for that alone.
    is_late = models.BooleanField("超过请假期限", default=False)
    answered_by = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("答复时间", null=True)
    note = models.CharField("答复", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "请假"
        ordering = ["activity", "asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "member"],
                condition=Q(state__in=[LeaveState.ASKED, LeaveState.APPROVED]),
                name="one_standing_leave",
            ),
            models.CheckConstraint(
                condition=Q(state__in=[LeaveState.ASKED, LeaveState.WITHDRAWN])
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="answered_leave_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class MakeUp(models.Model):
    """What somebody did instead of an activity missed: 补课, 送学上门.

    The mark on the roll stays as it was; the making up stands beside it and counts for hours.
    """

    attendance = models.OneToOneField(
        "activities.Attendance", models.CASCADE, related_name="make_up"
    )
    method = models.CharField("方式", max_length=10, choices=list(wording.MAKE_UPS.items()))
    done_on = models.DateField("日期")
    content = models.CharField("内容", max_length=200)
    recorded_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "补课"

    def __str__(self) -> str:
        return self.content
