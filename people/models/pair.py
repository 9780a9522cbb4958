from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from branches.scope import Scope
from members.models import Membership
from people.rules.pairs import PairStyle, Rhythm, Way
from people.wording import pairs as wording


class PairQuerySet(models.QuerySet["Pair"]):
    def in_scope(self, scope: Scope) -> PairQuerySet:
        """Keep those of the branches in reach, and of a group in reach those of its people."""
        return self.filter(scope.q("branch__path") | _of_group(scope.q("group__path")))

    def kept_at(self, scope: Scope) -> PairQuerySet:
        """Keep those of the very branches and groups of ``scope``, not of all below."""
        return self.filter(
            Q(branch__path__in=scope.roots) | _of_group(Q(group__path__in=scope.roots))
        )

    def on(self, day: dt.date) -> PairQuerySet:
        """Keep those in force on a day."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), started_on__lte=day)


def _of_group(group: Q) -> Exists:
    """Return whether one of the two is in such a group of the pair's branch."""
    return Exists(
        Membership.objects.current().filter(
            Q(member=OuterRef("helper")) | Q(member=OuterRef("helped")),
            group,
            branch=OuterRef("branch"),
        )
    )


class Pair(models.Model):
    """Two who go together: a member, and another member, an applicant, a colleague or a
    household. Half-open; ``ends_on`` is only what is planned.
    """

    branch = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="pairs", verbose_name="党支部"
    )
    kind = models.CharField("结对类型", max_length=9, choices=list(wording.KINDS.items()))
    style = models.CharField(
        "方式", max_length=13, choices=list(wording.STYLES.items()), default=PairStyle.INTERACTIVE
    )
    helper = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="pairs_helping", verbose_name="帮带党员"
    )
    helped = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="pairs_helped",
        verbose_name="帮带对象（党员）",
    )  # fmt: skip
    helped_name = models.CharField("帮带对象", max_length=40)  # of the member too, as it was
    area = models.CharField("片区", max_length=40, blank=True)  # 责任区 of households
    address = models.CharField("地址", max_length=80, blank=True)  # of a household
    purpose = models.CharField("目标", max_length=200, blank=True)
    rhythm = models.CharField(
        "联系频次", max_length=9, choices=list(wording.RHYTHMS.items()), default=Rhythm.MONTH
    )
    # From when the rhythm stands; None: from the beginning. What was agreed before: PastRhythm.
    rhythm_from = models.DateField(null=True, blank=True)
    started_on = models.DateField("结对日期")
    ends_on = models.DateField("计划到期", null=True, blank=True)
    ended_on = models.DateField("结束日期", null=True, blank=True)
    outcome = models.CharField("结对成效", max_length=200, blank=True)
    formed_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    formed_at = models.DateTimeField("登记时间")
    ended_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField("最近修改", null=True, blank=True)  # the rhythm may have been

    objects = PairQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结对"
        ordering = ["branch", "helper", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(helped__isnull=True) | ~Q(helped=F("helper")), name="pair_is_two"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="pair_ended_after_started",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("started_on")),
                name="pair_planned_to_last",
            ),
            models.CheckConstraint(
                condition=Q(rhythm_from__isnull=True) | Q(rhythm_from__gt=F("started_on")),
                name="pair_rhythm_after_started",
            ),
            models.UniqueConstraint(
                fields=["helper", "helped", "kind"],
                condition=Q(ended_on__isnull=True, helped__isnull=False),
                name="one_open_pair_of_a_kind",
            ),
            models.UniqueConstraint(
                fields=["helper", "helped_name", "kind", "area"],
                condition=Q(ended_on__isnull=True, helped__isnull=True),
                name="one_open_link_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.helper.name}→{self.helped_name}"


class PastRhythm(models.Model):
    """A rhythm a pair once agreed on, from a day up to another (half-open): a period counts by
    what was agreed then (``people.rules.rhythm``).
    """

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="past_rhythms")
    rhythm = models.CharField("联系频次", max_length=9, choices=list(wording.RHYTHMS.items()))
    started_on = models.DateField("开始日期")
    ended_on = models.DateField("结束日期")

    class Meta:
        verbose_name = verbose_name_plural = "原联系频次"
        ordering = ["pair", "started_on"]
        constraints = [
            models.UniqueConstraint(fields=["pair", "started_on"], name="one_rhythm_from_a_day"),
            models.CheckConstraint(
                condition=Q(ended_on__gt=F("started_on")), name="past_rhythm_lasted"
            ),
        ]

    def __str__(self) -> str:
        return self.get_rhythm_display()


class ContactQuerySet(models.QuerySet["Contact"]):
    def between(self, first: dt.date, last: dt.date) -> ContactQuerySet:
        """Keep contacts from one day to another, both counted."""
        return self.filter(on__gte=first, on__lte=last)


class Contact(models.Model):
    """The two of a pair were in touch. One a day and way; a note is never needed."""

    pair = models.ForeignKey(Pair, models.PROTECT, related_name="contacts")
    on = models.DateField("日期")
    way = models.CharField(
        "联系方式", max_length=7, choices=list(wording.WAYS.items()), default=Way.MEETING
    )
    note = models.CharField("联系情况", max_length=200, blank=True)
    entered_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间")
    removed_at = models.DateTimeField("撤销时间", null=True, blank=True)
    removed_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结对联系"
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pair", "on", "way"],
                condition=Q(removed_at__isnull=True),
                name="one_contact_a_day_and_way",
            )
        ]
        indexes = [models.Index(fields=["on", "pair"], name="contacts_by_day")]

    def __str__(self) -> str:
        return f"{self.on}"
