from __future__ import annotations

from django.db import models
from django.db.models import Q

from branches.scope import Scope
from scoring import wording
from scoring.models.round import Round
from scoring.rules.rounds import AppealState


class AppealQuerySet(models.QuerySet["Appeal"]):
    def unanswered(self) -> AppealQuerySet:
        return self.filter(state=AppealState.FILED)

    def in_scope(self, scope: Scope) -> AppealQuerySet:
        return self.filter(scope.q("organization__path"))


class Appeal(models.Model):
    """An objection (申诉) to one line of a published score, answered with reasons by ``due_on``.

    About ``member``'s score if set, else about the organisation's. ``item_code`` names the
    line; for a veto it is the veto's code. A member's branch may add its opinion first.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="appeals")
    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="+", verbose_name="所在组织"
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, related_name="appeals", verbose_name="党员"
    )
    item_code = models.CharField("申诉项目", max_length=60)
    item_title = models.CharField("申诉项目", max_length=120)
    text = models.CharField("申诉理由", max_length=500)
    filed_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    filed_at = models.DateTimeField("提出时间")
    due_on = models.DateField("答复期限")
    opinion = models.CharField("支部意见", max_length=500, blank=True)
    opinion_by = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+")
    opinion_at = models.DateTimeField("支部意见时间", null=True)
    state = models.CharField(
        "状态",
        max_length=10,
        choices=list(wording.APPEAL_STATES.items()),
        default=AppealState.FILED,
    )
    answer = models.CharField("答复", max_length=500, blank=True)
    answered_by = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("答复时间", null=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "申诉"
        ordering = ["round", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "organization", "member", "item_code"],
                condition=Q(state=AppealState.FILED),
                nulls_distinct=False,
                name="one_open_appeal_of_a_line",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="appeal_gives_reasons"),
            models.CheckConstraint(
                condition=Q(state__in=[AppealState.FILED, AppealState.WITHDRAWN])
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="appeal_answered_with_reasons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item_title}：{self.text}"


class Correction(models.Model):
    """A correcting entry (更正): what one item's fact is in one round, whatever was recorded.

    ``quantity`` None: the fact is taken out, the item is missing. For a veto's code the
    correction lifts the veto. ``before`` is what the run had counted. ``run`` is None until a
    job has rated the round again; after that the row never changes.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="corrections")
    appeal = models.OneToOneField(Appeal, models.PROTECT, related_name="correction")
    organization = models.ForeignKey("branches.Organization", models.PROTECT, related_name="+")
    member = models.ForeignKey("members.Member", models.PROTECT, null=True, related_name="+")
    item_code = models.CharField(max_length=60)
    lifts_veto = models.BooleanField(default=False)
    quantity = models.DecimalField("更正为", max_digits=12, decimal_places=2, null=True)
    base = models.DecimalField("应有", max_digits=12, decimal_places=2, null=True)
    before_quantity = models.DecimalField("原为", max_digits=12, decimal_places=2, null=True)
    before_base = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    run = models.OneToOneField(
        "scoring.Run",
        models.PROTECT,
        null=True,
        related_name="correction",
        verbose_name="更正后的核算",
    )
    by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    at = models.DateTimeField("更正时间")

    class Meta:
        verbose_name = verbose_name_plural = "更正"
        ordering = ["round", "id"]

    def __str__(self) -> str:
        return f"{self.item_code}：{self.before_quantity} → {self.quantity}"
