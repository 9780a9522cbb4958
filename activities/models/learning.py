from __future__ import annotations

import datetime as dt

from django.db import models

from activities.rules.study import Topic
from activities.wording import study as wording
from branches.rules.periods import Period


class LearningQuerySet(models.QuerySet["Learning"]):
    def in_period(self, period: Period) -> LearningQuerySet:
        return self.filter(learned_on__gte=period.first_day, learned_on__lt=period.end)

    def between(self, first: dt.date, last: dt.date) -> LearningQuerySet:
        """Keep what was learned from one day to another, both counted."""
        return self.filter(learned_on__gte=first, learned_on__lte=last)

    def of_topic(self, topic: Topic) -> LearningQuerySet:
        return self.filter(topic=topic)


class Learning(models.Model):
    """What somebody learned: the one definition of class hours (a view of the database).

    A row for each counted lesson attended or made up for, each class attended to its end, each
    credit that stands. Lessons are the activities of ``rules.hours.CLASS_KINDS``, by their
    duration, and whatever has a ``Lesson``, by its hours where they are set; ``hours`` is not
    rounded, 0 where nobody wrote when it ended or how long it taught. What was made up for
    counts on the day it was made up; a class on its last day.
    """

    key = models.CharField(max_length=24, primary_key=True)
    member = models.ForeignKey("members.Member", models.DO_NOTHING, related_name="learned")
    learned_on = models.DateField("日期")
    hours = models.DecimalField("学时", max_digits=12, decimal_places=2)
    # "" where nobody said what it taught.
    topic = models.CharField("主题", max_length=12, choices=list(wording.TOPICS.items()))
    attendance = models.ForeignKey(
        "activities.Attendance", models.DO_NOTHING, null=True, related_name="+"
    )
    enrolment = models.ForeignKey(
        "activities.Enrolment", models.DO_NOTHING, null=True, related_name="+"
    )
    credit = models.ForeignKey(
        "activities.StudyCredit", models.DO_NOTHING, null=True, related_name="+"
    )
    is_made_up = models.BooleanField("补课")

    objects = LearningQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "activities_learning"
        verbose_name = verbose_name_plural = "学习记录"
        ordering = ["learned_on", "key"]

    def __str__(self) -> str:
        return self.key
