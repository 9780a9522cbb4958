from __future__ import annotations

from django.db import models
from django.db.models import Q

from activities.rules.appraisals import AppraisalState
from activities.wording import appraisals as wording
from branches.scope import Scope


class AppraisalQuerySet(models.QuerySet["Appraisal"]):
    def in_scope(self, scope: Scope) -> AppraisalQuerySet:
        return self.filter(scope.q("organization__path"))


class Appraisal(models.Model):
    """The 民主评议党员 of a branch for a year, in its order: 自评 → 互评 → 测评 → 评定 → 反馈."""

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="appraisals", verbose_name="党支部"
    )
    year = models.PositiveSmallIntegerField("年度")
    # The 党员大会 at which members were appraised.
    activity = models.ForeignKey(
        "activities.Activity", models.PROTECT, null=True, blank=True, related_name="appraisals"
    )
    state = models.CharField(
        "环节", max_length=10, choices=list(wording.STATES.items()), default=AppraisalState.SELF
    )
    # Of the paper ballot, counted by two tellers.
    issued = models.PositiveIntegerField("发出票数", null=True, blank=True)
    returned = models.PositiveIntegerField("收回票数", null=True, blank=True)
    void = models.PositiveIntegerField("无效票", null=True, blank=True)
    tellers = models.CharField("监票人、计票人", max_length=100, blank=True)
    # Why more are excellent than the rule generally allows (M11).
    excess_reason = models.CharField("优秀超过比例的理由", max_length=200, blank=True)
    started_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    started_at = models.DateTimeField("开始时间")
    decided_at = models.DateTimeField("评定时间", null=True)
    finished_at = models.DateTimeField("完成时间", null=True)

    objects = AppraisalQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "民主评议"
        ordering = ["-year", "organization"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "year"], name="appraised_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.year} 年民主评议党员"


class AppraisedQuerySet(models.QuerySet["Appraised"]):
    def in_scope(self, scope: Scope) -> AppraisedQuerySet:
        """Keep those of the branches in reach, and of the groups in reach."""
        return self.filter(scope.q("appraisal__organization__path", "group__path"))


class Appraised(models.Model):
    """One member in an appraisal. Probationary members take part and get no grade (M12)."""

    appraisal = models.ForeignKey(Appraisal, models.CASCADE, related_name="members")
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="appraisals")
    # The group at the start: 自评 and 互评 may be done there (M10).
    group = models.ForeignKey(
        "branches.Organization", models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_graded = models.BooleanField("参加定等次")
    self_text = models.TextField("自评", max_length=3000, blank=True)
    self_on = models.DateField("自评日期", null=True, blank=True)
    # Whose account wrote it: what the member wrote, nobody else rewrites.
    self_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    self_waived = models.CharField("不自评的原因", max_length=100, blank=True)
    peer_text = models.TextField("互评意见", max_length=3000, blank=True)
    peer_on = models.DateField("互评日期", null=True, blank=True)
    excellent = models.PositiveIntegerField("优秀", null=True, blank=True)
    qualified = models.PositiveIntegerField("合格", null=True, blank=True)
    basic = models.PositiveIntegerField("基本合格", null=True, blank=True)
    unqualified = models.PositiveIntegerField("不合格", null=True, blank=True)
    opinion = models.CharField("支部意见", max_length=500, blank=True)
    grade = models.CharField(
        "等次", max_length=11, choices=list(wording.GRADES.items()), blank=True
    )
    fed_back_on = models.DateField("反馈日期", null=True, blank=True)

    objects = AppraisedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "评议对象"
        ordering = ["appraisal", "member__name_strokes", "member_id"]
        constraints = [
            models.UniqueConstraint(fields=["appraisal", "member"], name="appraised_once"),
            models.CheckConstraint(
                condition=Q(is_graded=True) | Q(grade=""), name="only_the_graded_have_a_grade"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}"
