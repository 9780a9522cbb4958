from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from branches.rules.periods import Period
from branches.scope import Scope
from people.rules.pledges import PledgeState
from people.wording import pledges as wording


class PledgeQuerySet(models.QuerySet["Pledge"]):
    def in_scope(self, scope: Scope) -> PledgeQuerySet:
        return self.filter(scope.q("branch__path"))

    def published(self) -> PledgeQuerySet:
        return self.filter(state__in=[PledgeState.APPROVED, PledgeState.REVIEWED])

    def due_in(self, period: Period) -> PledgeQuerySet:
        """Keep published promises that were to be kept by a day of the period."""
        return self.published().filter(due_on__gte=period.first_day, due_on__lt=period.end)


class Pledge(models.Model):
    """A promise of a member, or of the branch itself (``member`` empty), with how to tell that it
    was kept.
    """

    branch = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="pledges", verbose_name="党支部"
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="pledges",
        verbose_name="承诺人",
    )  # fmt: skip
    year = models.PositiveSmallIntegerField("年度")
    text = models.CharField("承诺事项", max_length=200)
    measure = models.CharField("怎样算兑现", max_length=200)
    due_on = models.DateField("兑现期限")
    state = models.CharField(
        "进度", max_length=9, choices=list(wording.STATES.items()), default=PledgeState.DRAFT
    )
    returned_because = models.CharField("退回原因", max_length=200, blank=True)
    approved_on = models.DateField("公开日期", null=True, blank=True)
    approved_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    told = models.CharField("述诺", max_length=500, blank=True)  # the promiser's own account
    verdict = models.CharField(
        "评诺", max_length=8, choices=list(wording.VERDICTS.items()), blank=True
    )
    asked = models.PositiveSmallIntegerField("参评人数", null=True, blank=True)
    satisfied = models.PositiveSmallIntegerField("满意人数", null=True, blank=True)
    reviewed_on = models.DateField("评诺日期", null=True, blank=True)
    reviewed_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    problem = models.OneToOneField(
        "activities.Problem", models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name="整改",
    )  # fmt: skip
    entered_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间")
    changed_at = models.DateTimeField("最近办理")  # any step: what scoring looks for

    objects = PledgeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "承诺"
        ordering = ["branch", "-year", "member", "due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=[PledgeState.APPROVED, PledgeState.REVIEWED])
                | Q(approved_on__isnull=False, approved_by__isnull=False),
                name="published_pledge_was_approved",
            ),
            models.CheckConstraint(
                condition=(~Q(state=PledgeState.REVIEWED) & Q(verdict="", reviewed_on__isnull=True))
                | (Q(state=PledgeState.REVIEWED, reviewed_on__isnull=False) & ~Q(verdict="")),
                name="reviewed_pledge_has_its_verdict",
            ),
            models.CheckConstraint(
                condition=Q(asked__isnull=True, satisfied__isnull=True)
                | Q(
                    asked__isnull=False,
                    satisfied__isnull=False,
                    asked__gt=0,
                    satisfied__lte=F("asked"),
                ),
                name="pledge_satisfied_of_asked",
            ),
        ]
        indexes = [models.Index(fields=["due_on", "branch"], name="pledges_due")]

    def __str__(self) -> str:
        return self.text[:40]


class PledgeProofQuerySet(models.QuerySet["PledgeProof"]):
    def standing(self) -> PledgeProofQuerySet:
        """Keep those that nobody has taken off again."""
        return self.filter(removed_at__isnull=True)


class PledgeProof(models.Model):
    """What shows that a promise is being kept: a line, and a photo or paper if there is one."""

    pledge = models.ForeignKey(Pledge, models.PROTECT, related_name="proofs")
    on = models.DateField("日期")
    text = models.CharField("践诺情况", max_length=300)
    document = models.OneToOneField(
        "branches.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    entered_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间")
    removed_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    removed_at = models.DateTimeField("删除时间", null=True, blank=True)

    objects = PledgeProofQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "践诺记录"
        ordering = ["pledge", "on", "id"]

    def __str__(self) -> str:
        return self.text[:40]
