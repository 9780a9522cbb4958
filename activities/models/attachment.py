from __future__ import annotations

from django.db import models
from django.db.models import Q


class Attachment(models.Model):
    """A photo or document of an activity, kept as a ``branches.Document``.

    Removed ones stay with who removed them and when; a closed record's attachments stand.
    """

    class Kind(models.TextChoices):
        PHOTO = "PHOTO", "照片"
        FILE = "FILE", "文件"

    activity = models.ForeignKey("activities.Activity", models.PROTECT, related_name="attachments")
    document = models.OneToOneField("branches.Document", models.PROTECT, related_name="+")
    kind = models.CharField("类别", max_length=5, choices=Kind.choices)
    caption = models.CharField("说明", max_length=60, blank=True)
    added_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    added_at = models.DateTimeField("上传时间")
    removed_by = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField("删除时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        ordering = ["activity", "kind", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
                name="attachment_removed_by_somebody",
            )
        ]

    def __str__(self) -> str:
        return self.caption or str(self.document_id)
