from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from branches.scope import Scope
from people.rules.stewards import StewardState
from people.wording import stewards as wording


class StewardQuerySet(models.QuerySet["Steward"]):
    def in_scope(self, scope: Scope) -> StewardQuerySet:
        return self.filter(scope.q("organization__path"))

    def serving_on(self, day: dt.date) -> StewardQuerySet:
        """Keep who was appointed by a day and had not ended then."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), appointed_on__lte=day)


class Steward(models.Model):
    """Somebody recommended, decided on and appointed as 小政委 of a group, or of a branch that
    has no groups. ``criteria`` says for each of the 三高 what speaks for the person.
    """

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="stewards", verbose_name="班组"
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="stewardships", verbose_name="小政委"
    )
    state = models.CharField(
        "进度", max_length=11, choices=list(wording.STATES.items()),
        default=StewardState.RECOMMENDED,
    )  # fmt: skip
    # {"standing": …, "skill": …, "trust": …}: 政治素质高、业务技能高、群众威信高
    criteria = models.JSONField("“三高”情况", default=dict)
    recommended_on = models.DateField("推荐日期")
    recommendation = models.CharField("班组推荐意见", max_length=200)
    recommended_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    decided_on = models.DateField("研究日期", null=True, blank=True)
    decision = models.CharField("支委会意见", max_length=200, blank=True)
    decided_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at_meeting = models.ForeignKey(
        "activities.Activity", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="支委会记录",
    )  # fmt: skip
    appointed_on = models.DateField("任命日期", null=True, blank=True)
    appointed_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_on = models.DateField("卸任日期", null=True, blank=True)
    end_reason = models.CharField("原因", max_length=200, blank=True)

    objects = StewardQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "小政委"
        ordering = ["organization", "-recommended_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"],
                condition=Q(state=StewardState.APPOINTED),
                name="one_steward_a_group",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[StewardState.APPOINTED, StewardState.ENDED])
                | Q(
                    decided_on__isnull=False,
                    decided_by__isnull=False,
                    appointed_on__isnull=False,
                    decided_on__gte=F("recommended_on"),
                    appointed_on__gte=F("decided_on"),
                ),
                name="steward_chosen_in_three_steps",
            ),
            models.CheckConstraint(
                condition=Q(state=StewardState.ENDED, ended_on__isnull=False)
                | (~Q(state=StewardState.ENDED) & Q(ended_on__isnull=True)),
                name="ended_steward_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("recommended_by")),
                name="steward_has_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True)
                | Q(appointed_on__isnull=False, ended_on__gte=F("appointed_on")),
                name="steward_ended_after_appointed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}@{self.organization_id}"


class StewardDayQuerySet(models.QuerySet["StewardDay"]):
    def in_scope(self, scope: Scope) -> StewardDayQuerySet:
        return self.filter(scope.q("organization__path"))

    def between(self, first: dt.date, last: dt.date) -> StewardDayQuerySet:
        """Keep the days from one to another, both counted."""
        return self.filter(on__gte=first, on__lte=last)


class StewardDay(models.Model):
    """日跟班: one line a day about the team's work; never about what somebody thinks."""

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="steward_days"
    )
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="steward_days")
    on = models.DateField("日期")
    text = models.CharField("跟班情况", max_length=200)
    entered_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间")

    objects = StewardDayQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "日跟班"
        ordering = ["organization", "-on"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "member", "on"], name="one_line_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.on}"


class StewardHelp(models.Model):
    """周帮扶: whom the 小政委 helped in a week, with what, and what came of it."""

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="steward_helps"
    )
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="steward_helps")
    week_of = models.DateField("周一")
    helped = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="帮扶对象（党员）",
    )  # fmt: skip
    helped_name = models.CharField("帮扶对象", max_length=30)  # also of those off the roll
    what = models.CharField("帮扶内容", max_length=200)
    outcome = models.CharField("效果", max_length=200, blank=True)
    entered_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "周帮扶"
        ordering = ["organization", "-week_of", "-id"]
        constraints = [
            # Monday is 2 for PostgreSQL's week_day.
            models.CheckConstraint(condition=Q(week_of__week_day=2), name="week_of_is_a_monday")
        ]
        indexes = [models.Index(fields=["organization", "week_of"], name="helps_of_week")]

    def __str__(self) -> str:
        return self.what[:40]


class StewardMonth(models.Model):
    """月汇报: made from the month's records, completed by hand, handed in once.

    The days up to the one on which it was handed in are closed; those left of the month may
    still be written down.

    ``content`` keeps what the records said when it was handed in, so that the report stands.
    """

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="steward_months"
    )
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="steward_months")
    month = models.DateField("月份")  # its first day
    content = models.JSONField(default=dict)
    remark = models.CharField("补充说明", max_length=1000, blank=True)
    handed_in_at = models.DateTimeField("提交时间")
    handed_in_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "月汇报"
        ordering = ["-month", "organization"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "member", "month"], name="one_steward_report_a_month"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="steward_month_is_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class StewardAssessment(models.Model):
    """What the team or the branch says of a month, and what is to be done better (纠偏).

    A later one of the same side corrects the earlier, which stays on record.
    """

    report = models.ForeignKey(StewardMonth, models.PROTECT, related_name="assessments")
    side = models.CharField("评价方", max_length=6, choices=list(wording.SIDES.items()))
    grade = models.CharField("评价", max_length=4, choices=list(wording.GRADES.items()))
    advice = models.CharField("改进要求", max_length=200, blank=True)
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("评价时间")

    class Meta:
        verbose_name = verbose_name_plural = "小政委评价"
        ordering = ["report", "side", "-made_at", "-id"]

    def __str__(self) -> str:
        return self.get_grade_display()
