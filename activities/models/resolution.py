from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from activities.rules.votes import DecisionKind, Method
from activities.wording import votes as wording


class Resolution(models.Model):
    """A decision of a meeting with its count.

    ``due`` (应到) and ``present`` (实到) are persons with voting right, computed from the roll
    when the vote is recorded and kept, so that the arithmetic can be read years later.
    """

    activity = models.ForeignKey("activities.Activity", models.CASCADE, related_name="resolutions")
    ordinal = models.PositiveSmallIntegerField()
    kind = models.CharField(
        "事项类别", max_length=14, choices=list(wording.DECISIONS.items()),
        default=DecisionKind.ORDINARY,
    )  # fmt: skip
    subject = models.CharField("表决事项", max_length=200)
    about = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="涉及党员",
    )  # fmt: skip
    # The earlier item of a 支委会 on the same matter (M19).
    prior = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="followed_by",
        verbose_name="支委会先行讨论",
    )  # fmt: skip
    method = models.CharField(
        "表决方式", max_length=13, choices=list(wording.METHODS.items()),
        default=Method.SHOW_OF_HANDS,
    )  # fmt: skip
    due = models.PositiveIntegerField("应到")
    present = models.PositiveIntegerField("实到")
    yes = models.PositiveIntegerField("赞成")
    no = models.PositiveIntegerField("反对", default=0)
    abstain = models.PositiveIntegerField("弃权", default=0)
    # Of a secret ballot.
    issued = models.PositiveIntegerField("发出票数", null=True, blank=True)
    returned = models.PositiveIntegerField("收回票数", null=True, blank=True)
    void = models.PositiveIntegerField("无效票", default=0)
    # Opinions handed in in writing before the meeting, of members due and not present.
    written_yes = models.PositiveIntegerField("会前书面赞成", default=0)
    is_passed = models.BooleanField("通过")
    text = models.TextField("决议内容", max_length=2000, blank=True)
    recorded_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "决议"
        ordering = ["activity", "ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "ordinal"], name="resolution_ordinal_once"),
            models.CheckConstraint(
                condition=Q(present__gte=F("yes") + F("no") + F("abstain")),
                name="no_more_votes_than_present",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class VoterExemption(models.Model):
    """A full member left out of 应到 at one meeting: with both references, or not at all (E4)."""

    activity = models.ForeignKey(
        "activities.Activity", models.CASCADE, related_name="voter_exemptions"
    )
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+")
    ground = models.CharField("情形", max_length=12, choices=list(wording.GROUNDS.items()))
    approval_reference = models.CharField("上级同意文号", max_length=60)
    vote_reference = models.CharField("大会通过情况", max_length=100)
    recorded_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "不计入应到"
        constraints = [
            models.UniqueConstraint(fields=["activity", "member"], name="voter_exempt_once"),
            models.CheckConstraint(
                condition=~Q(approval_reference="") & ~Q(vote_reference=""),
                name="voter_exemption_has_both_references",
            ),
        ]

    def __str__(self) -> str:
        return self.get_ground_display()


class RuleOverride(models.Model):
    """A blocking rule set aside for one meeting by somebody above, with the written reason."""

    activity = models.ForeignKey(
        "activities.Activity", models.CASCADE, related_name="rule_overrides"
    )
    code = models.CharField("规则编号", max_length=10)
    reason = models.CharField("理由", max_length=300)
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = verbose_name_plural = "突破规则"
        constraints = [
            models.UniqueConstraint(fields=["activity", "code"], name="rule_overridden_once")
        ]

    def __str__(self) -> str:
        return self.code
