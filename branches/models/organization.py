from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q

from branches import wording
from branches.rules import tree
from branches.rules.tree import OrganizationKind, OrganizationType
from branches.scope import Scope


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def in_scope(self, scope: Scope) -> OrganizationQuerySet:
        return self.filter(scope.q("path"))

    def subtree_of(self, organization: Organization) -> OrganizationQuerySet:
        """Return ``organization`` and everything below it."""
        return self.filter(path__startswith=organization.path)

    def of_kind(self, *kinds: OrganizationKind) -> OrganizationQuerySet:
        return self.filter(kind__in=kinds)

    def standing_on(self, day: dt.date) -> OrganizationQuerySet:
        """Keep those founded by ``day`` and not dissolved on it."""
        return self.filter(
            Q(dissolved_on__isnull=True) | Q(dissolved_on__gt=day), founded_on__lte=day
        )


class Organization(models.Model):
    """A node of the tree: 党委, 党总支, 党支部 or 党小组.

    ``path`` says the place (see ``branches.rules.tree``); ``parent`` keeps it honest, and
    ``manage.py check_tree`` compares the two.
    """

    code = models.CharField("组织编码", max_length=40, unique=True)
    name = models.CharField("全称", max_length=80)
    short_name = models.CharField("简称", max_length=30)
    kind = models.CharField(
        "组织类别", max_length=20, choices=list(wording.ORGANIZATION_KINDS.items())
    )
    type = models.CharField(
        "类型",
        max_length=20,
        choices=list(wording.ORGANIZATION_TYPES.items()),
        default=OrganizationType.ENTERPRISE_FRONT,
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    path = models.CharField(max_length=64, unique=True, db_collation="C")
    founded_on = models.DateField("成立日期")
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党组织"
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(
                condition=Q(dissolved_on__isnull=True)
                | Q(dissolved_on__gte=models.F("founded_on")),
                name="organization_dissolved_after_founded",
            ),
            models.CheckConstraint(
                condition=Q(path__regex=rf"^([0-9A-Z]{{{tree.STEP}}})+$"),
                name="organization_path_is_steps",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_branch(self) -> bool:
        return self.kind == OrganizationKind.BRANCH

    @property
    def is_group(self) -> bool:
        return self.kind == OrganizationKind.GROUP

    @property
    def is_committee(self) -> bool:
        return self.kind == OrganizationKind.COMMITTEE

    @property
    def depth(self) -> int:
        """1 for a root."""
        return tree.depth(self.path)
