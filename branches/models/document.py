from __future__ import annotations

from django.db import models


class Document(models.Model):
    """A file that the product made or was given; served only through the access check."""

    title = models.CharField("标题", max_length=160)
    filename = models.CharField("文件名", max_length=160)
    content_type = models.CharField(max_length=100)
    file = models.FileField(upload_to="documents/%Y/%m/", max_length=200)
    size = models.PositiveBigIntegerField("字节")
    sha256 = models.CharField("校验和", max_length=64)
    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, null=True, related_name="+"
    )
    owner = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = verbose_name_plural = "文件"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title
