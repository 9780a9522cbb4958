from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q

from branches import wording
from branches.scope import Scope


class PostQuerySet(models.QuerySet["Post"]):
    def held_on(self, day: dt.date) -> PostQuerySet:
        return self.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=day), started_on__lte=day)

    def in_scope(self, scope: Scope) -> PostQuerySet:
        return self.filter(scope.q("organization__path"))


class Post(models.Model):
    """Somebody's post at an organisation, with its dates (half-open)."""

    user = models.ForeignKey("branches.User", models.PROTECT, related_name="posts")
    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="posts", verbose_name="党组织"
    )
    role = models.CharField("职务", max_length=20, choices=list(wording.ROLES.items()))
    duty = models.CharField("分工", max_length=30, blank=True)  # 组织委员、宣传委员 …
    started_on = models.DateField("任职日期")
    ended_on = models.DateField("免职日期", null=True, blank=True)

    objects = PostQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization", "role"],
                condition=Q(ended_on__isnull=True),
                name="one_open_post_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="post_ended_after_started",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        return self.duty or self.get_role_display()
