from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from branches.scope import Scope


class BrandQuerySet(models.QuerySet["Brand"]):
    def in_scope(self, scope: Scope) -> BrandQuerySet:
        return self.filter(scope.q("branch__path"))


class Brand(models.Model):
    """What a branch is known for (一支部一品牌): one at a time."""

    branch = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="brands", verbose_name="党支部"
    )
    name = models.CharField("品牌", max_length=40)
    meaning = models.CharField("内涵", max_length=300)
    started_on = models.DateField("创建日期")
    ended_on = models.DateField("停用日期", null=True, blank=True)
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("登记时间")

    objects = BrandQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "支部品牌"
        ordering = ["branch", "ended_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["branch"], condition=Q(ended_on__isnull=True), name="one_brand_a_branch"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="brand_ended_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BrandCase(models.Model):
    """A story that shows a brand at work; a photo or paper may go with it."""

    brand = models.ForeignKey(Brand, models.PROTECT, related_name="cases")
    on = models.DateField("日期")
    title = models.CharField("案例", max_length=60)
    story = models.CharField("做法和成效", max_length=1000)
    is_innovation = models.BooleanField("创新案例", default=False)
    document = models.OneToOneField(
        "branches.Document", models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "品牌案例"
        ordering = ["brand", "-on", "-id"]

    def __str__(self) -> str:
        return self.title
