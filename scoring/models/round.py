from __future__ import annotations

from django.db import models
from django.db.models import Q

from branches.scope import Scope
from scoring import wording
from scoring.rules.rounds import OPEN_STATES, RoundState, RoundStep


class RoundQuerySet(models.QuerySet["Round"]):
    def in_scope(self, scope: Scope) -> RoundQuerySet:
        return self.filter(scope.q("committee__path"))

    def unfinished(self) -> RoundQuerySet:
        return self.filter(state__in=OPEN_STATES)

    def final(self) -> RoundQuerySet:
        return self.filter(state=RoundState.FINAL)


class Round(models.Model):
    """A grading round (定评): one period's run on its way from first score to final.

    ``run`` is the run it stands on now: sealed when the round begins, replaced by a correcting
    run for each upheld appeal. A final round never changes; the database sees to it.
    """

    run = models.OneToOneField("scoring.Run", models.PROTECT, related_name="round")
    committee = models.ForeignKey("branches.Organization", models.PROTECT, related_name="+")
    scheme_code = models.CharField(max_length=60)
    period_start = models.DateField("期间起始日")
    period_kind = models.CharField(max_length=10)
    state = models.CharField(
        "状态", max_length=10, choices=list(wording.ROUND_STATES.items()), default=RoundState.FIRST
    )
    opened_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("初评时间")
    comments_until = models.DateField("意见截止", null=True)
    public_from = models.DateField("公示开始", null=True)
    public_until = models.DateField("公示截止", null=True)
    submitted_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, related_name="+", verbose_name="提交人"
    )
    decided_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, related_name="+", verbose_name="审定人"
    )
    decided_at = models.DateTimeField("审定时间", null=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "定评"
        ordering = ["-period_start", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "scheme_code", "period_start", "period_kind"],
                condition=~Q(state=RoundState.WITHDRAWN),
                name="one_round_of_a_period",
            ),
            models.CheckConstraint(
                condition=~Q(state=RoundState.FINAL)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
                name="final_round_was_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run}定评"

    @property
    def is_open(self) -> bool:
        return RoundState(self.state) in OPEN_STATES


class RoundEvent(models.Model):
    """One step that a round took; append-only."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="events")
    step = models.CharField("步骤", max_length=12, choices=list(wording.ROUND_STEPS.items()))
    state = models.CharField("此后状态", max_length=10, choices=list(wording.ROUND_STATES.items()))
    by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    at = models.DateTimeField("时间")
    note = models.CharField("说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "定评步骤"
        ordering = ["round", "id"]

    def __str__(self) -> str:
        return f"{wording.ROUND_STEPS[RoundStep(self.step)]}"


class RoundComment(models.Model):
    """What a branch says of the first scores (征求意见), and what was answered."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="comments")
    organization = models.ForeignKey("branches.Organization", models.PROTECT, related_name="+")
    text = models.CharField("意见", max_length=500)
    by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    at = models.DateTimeField("提出时间")
    reply = models.CharField("答复", max_length=500, blank=True)
    replied_by = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+")
    replied_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "征求的意见"
        ordering = ["round", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="comment_says_something"),
            models.CheckConstraint(
                condition=Q(replied_at__isnull=True) | ~Q(reply=""), name="reply_says_something"
            ),
        ]

    def __str__(self) -> str:
        return self.text
