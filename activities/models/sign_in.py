from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from activities.wording import sign_in as wording


class SignInWindow(models.Model):
    """The time in which one may sign in to an activity oneself, and the secret of its codes."""

    activity = models.OneToOneField(
        "activities.Activity", models.CASCADE, related_name="sign_in_window"
    )
    secret = models.CharField(max_length=64)
    opened_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("开始签到")
    late_from = models.DateTimeField("此后为迟到", null=True, blank=True)
    closes_at = models.DateTimeField("签到截止")

    class Meta:
        verbose_name = verbose_name_plural = "签到"
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opened_at")), name="sign_in_closes_after_opening"
            )
        ]

    def __str__(self) -> str:
        return f"{self.activity_id}"


class SignIn(models.Model):
    """Somebody signed in: a fact that the roll takes over and nobody overwrites.

    The chair's roll has the last word on the mark, but this row stays and the difference is
    shown. One row a person; a second tap changes nothing.
    """

    activity = models.ForeignKey("activities.Activity", models.CASCADE, related_name="sign_ins")
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+")
    sitting = models.ForeignKey(
        "activities.Sitting", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    method = models.CharField("方式", max_length=4, choices=list(wording.METHODS.items()))
    signed_at = models.DateTimeField("签到时间")
    is_late = models.BooleanField("迟到", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "签到记录"
        ordering = ["activity", "signed_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "member"], name="signed_in_once")
        ]

    def __str__(self) -> str:
        return f"{self.member_id}"


class WrongCode(models.Model):
    """A code that was none: counted so that nobody gets in by guessing."""

    activity = models.ForeignKey("activities.Activity", models.CASCADE, related_name="+")
    user = models.ForeignKey("branches.User", models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "错误的签到码"
        indexes = [models.Index(fields=["user", "activity", "at"], name="wrong_code_of_user")]

    def __str__(self) -> str:
        return f"{self.user_id}"


# No device took a roll before; what says so has a broken clock.
FIRST_TAKEN = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class RollMerge(models.Model):
    """Marks taken without a connection and sent later, with what they met on the server.

    ``key`` is made by the device: sent twice, it is merged once. ``conflicts`` names, by member,
    what the device said and what stood here; until resolved, what stood here counts.
    """

    activity = models.ForeignKey("activities.Activity", models.CASCADE, related_name="merges")
    key = models.UUIDField(unique=True)
    marks = models.JSONField()
    conflicts = models.JSONField(default=dict)
    taken_at = models.DateTimeField("离线登记时间")
    sent_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    sent_at = models.DateTimeField("合并时间")
    resolved_by = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+")
    resolved_at = models.DateTimeField("核对时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "离线名册合并"
        ordering = ["activity", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_at__gte=FIRST_TAKEN), name="roll_merge_taken_since_2000"
            )
        ]

    def __str__(self) -> str:
        return str(self.key)
