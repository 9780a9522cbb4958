from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from activities.rules.quizzes import QuizState
from activities.wording import quizzes as wording
from branches.scope import Scope


class HomeworkQuerySet(models.QuerySet["Homework"]):
    def in_scope(self, scope: Scope) -> HomeworkQuerySet:
        return self.filter(scope.q("activity__organization__path"))


class Homework(models.Model):
    """What is to be handed in after an activity."""

    activity = models.ForeignKey("activities.Activity", models.CASCADE, related_name="homework")
    text = models.CharField("作业", max_length=500)
    due_on = models.DateField("交作业期限")
    set_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    set_at = models.DateTimeField("布置时间")

    objects = HomeworkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "作业"
        ordering = ["activity", "id"]

    def __str__(self) -> str:
        return self.text[:40]


class HomeworkAnswer(models.Model):
    homework = models.ForeignKey(Homework, models.CASCADE, related_name="answers")
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+")
    text = models.TextField("内容", max_length=5000)
    handed_in_at = models.DateTimeField("提交时间")
    remark = models.CharField("点评", max_length=300, blank=True)
    remarked_by = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "作业答复"
        ordering = ["homework", "handed_in_at"]
        constraints = [
            models.UniqueConstraint(fields=["homework", "member"], name="homework_handed_in_once")
        ]

    def __str__(self) -> str:
        return f"{self.member_id}"


class QuizQuerySet(models.QuerySet["Quiz"]):
    def in_scope(self, scope: Scope) -> QuizQuerySet:
        """Keep those set by the organisations of ``scope``."""
        return self.filter(scope.q("organization__path"))

    def published(self) -> QuizQuerySet:
        return self.filter(published_at__isnull=False)


class Quiz(models.Model):
    """A quiz or exam for the members below an organisation. No list ranks those who took it."""

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="quizzes", verbose_name="出题组织"
    )
    title = models.CharField("名称", max_length=80)
    pass_mark = models.DecimalField("合格分", max_digits=5, decimal_places=1)
    opens_on = models.DateField("开始日期")
    closes_on = models.DateField("截止日期")
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("出题时间")
    published_at = models.DateTimeField("发布时间", null=True)

    objects = QuizQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "测验"
        ordering = ["-opens_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_on__gte=F("opens_on")), name="quiz_closes_after_opening"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def state_on(self, day: dt.date) -> QuizState:
        """Return how it stands on a day; it is open on its first and on its last day."""
        if self.published_at is None:
            return QuizState.DRAFT
        if day < self.opens_on:
            return QuizState.COMING
        return QuizState.OPEN if day <= self.closes_on else QuizState.OVER


class QuizQuestion(models.Model):
    """``options`` is a list of texts; ``right`` the list of the places (from 0) that are right."""

    quiz = models.ForeignKey(Quiz, models.CASCADE, related_name="questions")
    ordinal = models.PositiveSmallIntegerField()
    kind = models.CharField("题型", max_length=8, choices=list(wording.QUESTIONS.items()))
    text = models.CharField("题目", max_length=500)
    options = models.JSONField("选项")
    right = models.JSONField("答案")
    points = models.DecimalField("分值", max_digits=4, decimal_places=1)
    why = models.CharField("解析", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "题目"
        ordering = ["quiz", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["quiz", "ordinal"], name="question_ordinal_once")
        ]

    def __str__(self) -> str:
        return self.text[:40]


class QuizPaper(models.Model):
    """What somebody answered, marked when handed in; seen by that person and the organiser."""

    quiz = models.ForeignKey(Quiz, models.PROTECT, related_name="papers")
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+")
    answers = models.JSONField()
    score = models.DecimalField("得分", max_digits=5, decimal_places=1)
    handed_in_at = models.DateTimeField("交卷时间")

    class Meta:
        verbose_name = verbose_name_plural = "答卷"
        ordering = ["quiz", "handed_in_at"]
        constraints = [models.UniqueConstraint(fields=["quiz", "member"], name="paper_once")]

    def __str__(self) -> str:
        return f"{self.member_id}"
