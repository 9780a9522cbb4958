from __future__ import annotations

from django.db import models


class Notice(models.Model):
    """A message to one person, with the address where it leads."""

    recipient = models.ForeignKey("branches.User", models.CASCADE, related_name="notices")
    text = models.CharField("内容", max_length=200)
    url = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField("时间")
    read_at = models.DateTimeField("已读时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(
                fields=["recipient"], condition=models.Q(read_at__isnull=True), name="notice_unread"
            )
        ]

    def __str__(self) -> str:
        return self.text
