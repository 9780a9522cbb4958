from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Term(models.Model):
    """A term of office (届) of an organisation's committee."""

    organization = models.ForeignKey("branches.Organization", models.PROTECT, related_name="terms")
    ordinal = models.PositiveSmallIntegerField("届次")
    elected_on = models.DateField("选举日期")
    ends_on = models.DateField("任期届满")
    extended_to = models.DateField("批准延期至", null=True, blank=True)
    extension_reference = models.CharField("延期批复文号", max_length=60, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "届次"
        ordering = ["organization", "-ordinal"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "ordinal"], name="term_ordinal_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gt=F("elected_on")), name="term_ends_after_election"
            ),
            # 任期意见 二: an extension needs the higher body's approval.
            models.CheckConstraint(
                condition=Q(extended_to__isnull=True) | ~Q(extension_reference=""),
                name="term_extension_is_approved",
            ),
        ]

    def __str__(self) -> str:
        return f"第{self.ordinal}届"
