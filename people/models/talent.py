from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from branches.scope import Scope
from people.rules.talents import TalentState
from people.wording import talents as wording


class TalentQuerySet(models.QuerySet["Talent"]):
    def in_scope(self, scope: Scope) -> TalentQuerySet:
        return self.filter(scope.q("branch__path"))


class Talent(models.Model):
    """Somebody in the talent pool, or on the way into it, with each step's day and words."""

    branch = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="talents", verbose_name="推荐支部"
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="talents", verbose_name="人选"
    )
    tier = models.CharField("层次", max_length=4, choices=list(wording.TIERS.items()))
    state = models.CharField(
        "进度", max_length=11, choices=list(wording.STATES.items()),
        default=TalentState.RECOMMENDED,
    )  # fmt: skip
    recommended_on = models.DateField("推荐日期")
    recommendation = models.CharField("推荐理由", max_length=300)
    recommended_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    examined_on = models.DateField("考察日期", null=True, blank=True)
    examination = models.CharField("考察意见", max_length=300, blank=True)
    examined_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    published_on = models.DateField("公示开始", null=True, blank=True)
    published_until = models.DateField("公示截止", null=True, blank=True)  # its last day
    confirmed_on = models.DateField("入库日期", null=True, blank=True)
    confirmed_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    mentor = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="mentees",
        verbose_name="联系人（导师）",
    )  # fmt: skip
    declined_because = models.CharField("未入库原因", max_length=200, blank=True)
    outcome = models.CharField(
        "去向", max_length=10, choices=list(wording.OUTCOMES.items()), blank=True
    )
    left_on = models.DateField("出库日期", null=True, blank=True)

    objects = TalentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人才库"
        ordering = ["branch", "-recommended_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"],
                condition=~Q(state__in=[TalentState.DECLINED, TalentState.LEFT]),
                name="in_the_pool_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TalentState.CONFIRMED, TalentState.LEFT])
                | Q(
                    examined_on__isnull=False,
                    published_on__isnull=False,
                    published_until__isnull=False,
                    confirmed_on__isnull=False,
                    published_until__gte=F("published_on"),
                    confirmed_on__gt=F("published_until"),
                ),
                name="confirmed_after_publicity",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_on__isnull=True, confirmed_by__isnull=True)
                | (
                    Q(
                        confirmed_on__isnull=False,
                        confirmed_by__isnull=False,
                        examined_by__isnull=False,
                    )
                    & ~Q(confirmed_by=F("recommended_by"))
                    & ~Q(confirmed_by=F("examined_by"))
                ),
                name="talent_has_four_eyes",
            ),
            models.CheckConstraint(
                condition=(Q(state=TalentState.LEFT, left_on__isnull=False) & ~Q(outcome=""))
                | (~Q(state=TalentState.LEFT) & Q(left_on__isnull=True, outcome="")),
                name="who_left_the_pool_has_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}"


class TalentNote(models.Model):
    """A line of the training file: what was learned, done, seen."""

    talent = models.ForeignKey(Talent, models.PROTECT, related_name="notes")
    on = models.DateField("日期")
    text = models.CharField("培养情况", max_length=300)
    entered_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "培养记录"
        ordering = ["talent", "on", "id"]

    def __str__(self) -> str:
        return self.text[:40]
