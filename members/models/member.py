from __future__ import annotations

import datetime as dt

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from branches.models.fields import DateSpan, SealedTextField
from branches.scope import Scope
from members import wording
from members.rules.status import ON_ROLL, MemberStatus

ID_PURPOSE = "member.id_number"
PHONE_PURPOSE = "member.phone"
KEY_MAX_LENGTH = 255


class MemberQuerySet(models.QuerySet["Member"]):
    def in_scope(self, scope: Scope) -> MemberQuerySet:
        """Keep members whose open home membership is in the subtrees."""
        return self.filter(
            pk__in=Membership.objects.current().home().in_scope(scope).values("member_id")
        )

    def filed_in_scope(self, scope: Scope) -> MemberQuerySet:
        """Keep members whose last home is in the subtrees: who left stays on file there."""
        return self.filter(
            pk__in=Membership.objects.last_homes().in_scope(scope).values("member_id")
        )

    def on_roll(self) -> MemberQuerySet:
        return self.filter(status__in=ON_ROLL)


class Member(models.Model):
    """A person on the roll. Names sort by stored keys (``members.name_keys``)."""

    name = models.CharField("姓名", max_length=60)
    name_pinyin = models.CharField(max_length=KEY_MAX_LENGTH, db_collation="C")
    name_strokes = models.CharField(max_length=KEY_MAX_LENGTH, db_collation="C")
    sex = models.CharField("性别", max_length=1, choices=list(wording.SEXES.items()), blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    id_number = SealedTextField("公民身份号码", purpose=ID_PURPOSE, blank=True)
    id_number_digest = models.CharField(max_length=64, blank=True)
    phone = SealedTextField("联系电话", purpose=PHONE_PURPOSE, blank=True)
    employee_number = models.CharField("工号", max_length=30, blank=True)
    education = models.CharField(
        "学历", max_length=10, choices=list(wording.EDUCATIONS.items()), blank=True
    )
    work_post = models.CharField("工作岗位", max_length=60, blank=True)
    status = models.CharField(
        "党员类别",
        max_length=14,
        choices=list(wording.STATUSES.items()),
        default=MemberStatus.FULL,
    )
    admitted_on = models.DateField("入党日期", null=True, blank=True)
    regularised_on = models.DateField("转正日期", null=True, blank=True)
    user = models.OneToOneField(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="member"
    )

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党员"
        ordering = ["name_pinyin", "id"]
        constraints = [
            # Admitted only once: one row a person (纪律处分条例; R13).
            models.UniqueConstraint(
                fields=["id_number_digest"],
                condition=~Q(id_number_digest=""),
                name="member_id_number_once",
            ),
            models.UniqueConstraint(
                fields=["employee_number"],
                condition=~Q(employee_number=""),
                name="member_employee_number_once",
            ),
            models.CheckConstraint(
                condition=Q(regularised_on__isnull=True)
                | Q(admitted_on__isnull=True)
                | Q(regularised_on__gte=F("admitted_on")),
                name="member_regularised_after_admitted",
            ),
            models.CheckConstraint(
                condition=~Q(status=MemberStatus.PROBATIONARY) | Q(regularised_on__isnull=True),
                name="probationary_is_not_regularised",
            ),
        ]
        indexes = [models.Index(fields=["name_pinyin", "id"], name="member_pinyin")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_on_roll(self) -> bool:
        return self.status in ON_ROLL

    @property
    def is_probationary(self) -> bool:
        return self.status == MemberStatus.PROBATIONARY

    @property
    def id_number_masked(self) -> str:
        """First three and last four characters, the rest starred."""
        return f"{self.id_number[:3]}***********{self.id_number[-4:]}" if self.id_number else ""

    @property
    def id_number_hidden(self) -> str:
        """Only the first three characters: with the birth date beside it on the page, the last
        four would leave fewer than a hundred numbers to try.
        """
        return f"{self.id_number[:3]}{'*' * 15}" if self.id_number else ""

    @property
    def phone_masked(self) -> str:
        return f"{self.phone[:3]}****{self.phone[-4:]}" if self.phone else ""


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> MembershipQuerySet:
        return self.filter(ended_on__isnull=True)

    def home(self) -> MembershipQuerySet:
        return self.filter(kind=Membership.Kind.HOME)

    def last_homes(self) -> MembershipQuerySet:
        """Keep the latest home of each member, open or ended."""
        later = Membership.objects.home().filter(
            member=OuterRef("member"), started_on__gt=OuterRef("started_on")
        )
        return self.home().filter(~Exists(later))

    def on(self, day: dt.date) -> MembershipQuerySet:
        """Keep memberships in force on a day."""
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), started_on__lte=day)

    def in_scope(self, scope: Scope) -> MembershipQuerySet:
        return self.filter(scope.q("branch__path", "group__path"))


class Membership(models.Model):
    """Where a member belongs, with dates (half-open).

    HOME is the branch of the formal relation: exactly one at a time, the database sees to
    it. SECOND is a branch where the member also takes part (双重管理).
    """

    class Kind(models.TextChoices):
        HOME = "HOME", "组织关系所在"
        SECOND = "SECOND", "参加活动所在"

    member = models.ForeignKey(Member, models.CASCADE, related_name="memberships")
    branch = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="memberships", verbose_name="党支部"
    )
    group = models.ForeignKey(
        "branches.Organization",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="group_memberships",
        verbose_name="党小组",
    )
    kind = models.CharField("关系", max_length=6, choices=Kind.choices, default=Kind.HOME)
    started_on = models.DateField("起")
    ended_on = models.DateField("止", null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "组织关系"
        ordering = ["member", "started_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gt=F("started_on")),
                name="membership_lasts",
            ),
            ExclusionConstraint(
                name="one_home_at_a_time",
                expressions=[
                    ("member", RangeOperators.EQUAL),
                    (DateSpan("started_on", "ended_on", RangeBoundary()), RangeOperators.OVERLAPS),
                ],
                condition=Q(kind="HOME"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["branch", "member"],
                condition=Q(ended_on__isnull=True),
                name="membership_open_branch",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member_id}@{self.branch_id}"
