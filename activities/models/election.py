from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from activities.rules.elections import ElectionState
from activities.wording import elections as wording


class Election(models.Model):
    """One ballot of an election at a meeting; a re-vote is a new ballot that names the first.

    ``due`` and ``present`` are persons with the right to vote, computed when it is counted.
    """

    activity = models.ForeignKey("activities.Activity", models.CASCADE, related_name="elections")
    office = models.CharField("选举职务", max_length=10, choices=list(wording.OFFICES.items()))
    title = models.CharField("名称", max_length=80)
    seats = models.PositiveSmallIntegerField("应选名额")
    revote_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="revotes"
    )
    state = models.CharField(
        "状态", max_length=10, choices=list(wording.ELECTION_STATES.items()),
        default=ElectionState.PREPARED,
    )  # fmt: skip
    due = models.PositiveIntegerField("应到", null=True)
    present = models.PositiveIntegerField("实到", null=True)
    issued = models.PositiveIntegerField("发出票数", null=True)
    returned = models.PositiveIntegerField("收回票数", null=True)
    void = models.PositiveIntegerField("无效票", null=True)
    # 接近应选名额，经半数以上选举人同意，可以减少名额，不再选举 (E10).
    fewer_seats_consent = models.CharField(
        "减少名额的同意情况", max_length=100, blank=True, db_default=""
    )
    prepared_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField("登记时间")
    counted_by = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+")
    counted_at = models.DateTimeField("计票时间", null=True)
    # 党章 第三十一条 (E13): 书记、副书记 are approved, 委员 are reported for the record.
    reported_on = models.DateField("报上级日期", null=True, blank=True)
    approved_on = models.DateField("批准日期", null=True, blank=True)
    approval_reference = models.CharField("批复文号", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "选举"
        ordering = ["activity", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(seats__gte=1), name="election_has_seats"),
            models.CheckConstraint(
                condition=Q(state=ElectionState.PREPARED)
                | Q(
                    due__isnull=False, present__isnull=False, issued__isnull=False,
                    returned__isnull=False, void__isnull=False, counted_at__isnull=False,
                ),
                name="counted_election_has_its_numbers",
            ),
            models.CheckConstraint(
                condition=Q(approved_on__isnull=True)
                | Q(reported_on__isnull=False, approved_on__gte=F("reported_on")),
                name="approved_after_reported",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class Candidate(models.Model):
    """Somebody who stands, or whom a voter wrote in."""

    election = models.ForeignKey(Election, models.CASCADE, related_name="candidates")
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+")
    is_written_in = models.BooleanField("另选他人", default=False)
    yes = models.PositiveIntegerField("赞成", null=True)
    no = models.PositiveIntegerField("不赞成", null=True)
    abstain = models.PositiveIntegerField("弃权", null=True)
    is_elected = models.BooleanField("当选", default=False)
    is_tied = models.BooleanField("票数相等", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "候选人"
        # By 姓氏笔画 (E6).
        ordering = ["election", "is_written_in", "member__name_strokes", "member_id"]
        constraints = [
            models.UniqueConstraint(fields=["election", "member"], name="candidate_once")
        ]

    def __str__(self) -> str:
        return f"{self.member_id}"


class Teller(models.Model):
    """监票人 and 计票人 of an election; a candidate cannot be one (E11)."""

    election = models.ForeignKey(Election, models.CASCADE, related_name="tellers")
    member = models.ForeignKey("members.Member", models.PROTECT, related_name="+")
    duty = models.CharField("职责", max_length=10, choices=list(wording.TELLER_DUTIES.items()))

    class Meta:
        verbose_name = verbose_name_plural = "监票人、计票人"
        ordering = ["election", "-duty", "member__name_strokes"]
        constraints = [models.UniqueConstraint(fields=["election", "member"], name="teller_once")]

    def __str__(self) -> str:
        return f"{self.member_id}"
