from __future__ import annotations

from django.db import models
from django.db.models import Q

from activities.rules.duty import SwapState
from activities.wording import duty as wording
from branches.scope import Scope


class DutyShiftQuerySet(models.QuerySet["DutyShift"]):
    def in_scope(self, scope: Scope) -> DutyShiftQuerySet:
        return self.filter(scope.q("organization__path"))


class DutyShift(models.Model):
    """One member on duty on one day. ``stands_in_for`` is who was on the roster before a swap."""

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="duty_shifts", verbose_name="党支部"
    )
    on = models.DateField("日期")
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="duty_shifts", verbose_name="值班人"
    )
    stands_in_for = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="原值班人",
    )  # fmt: skip
    note = models.CharField("值班情况", max_length=200, blank=True)
    entered_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("排班时间")

    objects = DutyShiftQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "值班"
        ordering = ["organization", "on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "on", "member"], name="on_duty_once_a_day"
            )
        ]
        indexes = [models.Index(fields=["member", "on"], name="duty_of_member")]

    def __str__(self) -> str:
        return f"{self.on}"


class TakenOffDuty(models.Model):
    """Somebody was taken off the roster of a day that had come: scores had counted the shift.

    The shift itself is gone; this alone tells who must be rated again.
    """

    member = models.ForeignKey("members.Member", models.CASCADE, related_name="+")
    on = models.DateField("日期")
    taken_off_at = models.DateTimeField("调整时间")

    class Meta:
        verbose_name = verbose_name_plural = "撤下的值班"
        indexes = [models.Index(fields=["taken_off_at"], name="taken_off_duty")]

    def __str__(self) -> str:
        return f"{self.on}"


class DutySwap(models.Model):
    """Somebody asks a colleague to take a shift, or to exchange it for ``other``."""

    shift = models.ForeignKey(DutyShift, models.CASCADE, related_name="swaps")
    asked_by = models.ForeignKey("members.Member", models.PROTECT, related_name="+")
    asked_of = models.ForeignKey("members.Member", models.PROTECT, related_name="+")
    other = models.ForeignKey(
        DutyShift, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name="换回的班",
    )  # fmt: skip
    reason = models.CharField("原因", max_length=100)
    state = models.CharField(
        "状态", max_length=7, choices=list(wording.SWAPS.items()), default=SwapState.ASKED
    )
    asked_at = models.DateTimeField("申请时间")
    answered_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "换班"
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["shift"], condition=Q(state=SwapState.ASKED), name="one_swap_asked_at_once"
            )
        ]

    def __str__(self) -> str:
        return self.reason


class VisitQuerySet(models.QuerySet["Visit"]):
    def in_scope(self, scope: Scope) -> VisitQuerySet:
        return self.filter(scope.q("organization__path"))


class Visit(models.Model):
    """Somebody came to the duty desk with a matter (值班记录簿)."""

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="visits", verbose_name="党支部"
    )
    visitor = models.CharField("来访人", max_length=30)
    contact = models.CharField("联系方式", max_length=30, blank=True)
    matter = models.CharField("反映事项", max_length=500)
    received_by = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="+", verbose_name="接待人"
    )
    received_on = models.DateField("来访日期")
    state = models.CharField("办理", max_length=8, choices=list(wording.VISITS.items()))
    answer = models.CharField("答复", max_length=500, blank=True)
    answer_due_on = models.DateField("答复期限", null=True, blank=True)
    answered_on = models.DateField("答复日期", null=True, blank=True)
    problem = models.OneToOneField(
        "activities.Problem", models.PROTECT, null=True, blank=True, related_name="visit"
    )
    entered_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间")

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "来访记录"
        ordering = ["-received_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["SETTLED", "ANSWERED"])
                | (~Q(answer="") & Q(answered_on__isnull=False)),
                name="answered_visit_has_its_answer",
            )
        ]

    def __str__(self) -> str:
        return self.matter[:40]
