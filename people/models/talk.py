from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from branches.models.fields import SealedTextField
from branches.rules.periods import Period
from branches.scope import Scope
from people.rules.talks import TalkForm, TalkState
from people.wording import talks as wording

NOTE_PURPOSE = "talk.note"


class TalkQuerySet(models.QuerySet["Talk"]):
    def in_scope(self, scope: Scope) -> TalkQuerySet:
        return self.filter(scope.q("branch__path"))

    def due(self) -> TalkQuerySet:
        return self.filter(state=TalkState.DUE)

    def held(self) -> TalkQuerySet:
        return self.filter(state=TalkState.HELD)

    def held_in(self, period: Period) -> TalkQuerySet:
        return self.held().filter(held_on__gte=period.first_day, held_on__lt=period.end)

    def without_words(self) -> TalkQuerySet:
        """Leave out what was said: for every page but the talk's own."""
        return self.defer("note", "answer")


class Talk(models.Model):
    """A talk or visit that is due, or was held.

    ``note`` and ``answer`` (what the member adds) are sealed at rest and are read through
    ``people.queries.talk_texts`` alone, which logs each reading. ``source`` names what made it
    due, so that one event makes one talk. ``released_at``: when the talker opened the words again
    to the member, whose account somebody else had opened or reset since.
    """

    branch = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="talks", verbose_name="党支部"
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="talks", verbose_name="谈话对象"
    )
    talker = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="talks_held",
        verbose_name="谈话人",
    )  # fmt: skip
    form = models.CharField(
        "形式", max_length=5, choices=list(wording.FORMS.items()), default=TalkForm.TALK
    )
    reason = models.CharField("事由", max_length=11, choices=list(wording.REASONS.items()))
    state = models.CharField(
        "进度", max_length=7, choices=list(wording.STATES.items()), default=TalkState.DUE
    )
    source = models.CharField(max_length=60, blank=True)
    due_on = models.DateField("期限", null=True, blank=True)
    held_on = models.DateField("谈话日期", null=True, blank=True)
    place = models.CharField("地点", max_length=60, blank=True)
    note = SealedTextField("谈话内容", purpose=NOTE_PURPOSE, blank=True)
    answer = SealedTextField("本人补充", purpose=NOTE_PURPOSE, blank=True)
    is_shared = models.BooleanField("支部书记可以查看", default=False)
    drop_reason = models.CharField("不再需要的原因", max_length=100, blank=True)
    arranged_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    arranged_at = models.DateTimeField("安排时间")
    recorded_at = models.DateTimeField("登记时间", null=True, blank=True)
    released_at = models.DateTimeField("重新开放时间", null=True, blank=True)

    objects = TalkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "谈心谈话"
        ordering = ["due_on", "-held_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source"], condition=~Q(source=""), name="one_talk_of_an_event"
            ),
            models.CheckConstraint(
                condition=Q(talker__isnull=True) | ~Q(talker=F("member")), name="talk_is_of_two"
            ),
            models.CheckConstraint(
                condition=~Q(state=TalkState.HELD)
                | Q(talker__isnull=False, held_on__isnull=False, recorded_at__isnull=False),
                name="held_talk_has_talker_and_day",
            ),
            models.CheckConstraint(
                condition=Q(state=TalkState.HELD) | Q(note="", answer=""),
                name="nothing_noted_before_the_talk",
            ),
            models.CheckConstraint(
                condition=~Q(state=TalkState.DROPPED) | ~Q(drop_reason=""),
                name="dropped_talk_has_its_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["branch", "due_on"], condition=Q(state="DUE"), name="talks_due"),
            models.Index(fields=["branch", "held_on"], name="talks_of_branch"),
        ]

    def __str__(self) -> str:
        # The audit and the logs show this: neither who nor why.
        return "谈心谈话"


class TalkReading(models.Model):
    """Somebody read what was said; the member sees who did and when."""

    talk = models.ForeignKey(Talk, models.PROTECT, related_name="readings")
    reader = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    read_at = models.DateTimeField("查看时间")

    class Meta:
        verbose_name = verbose_name_plural = "谈话查看记录"
        ordering = ["-read_at", "-id"]

    def __str__(self) -> str:
        return f"{self.talk_id}"
