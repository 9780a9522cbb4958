from __future__ import annotations

from django.db import models

from branches.scope import Scope


class SchemeDraftQuerySet(models.QuerySet["SchemeDraft"]):
    def in_scope(self, scope: Scope) -> SchemeDraftQuerySet:
        return self.filter(scope.q("committee__path"))


class SchemeDraft(models.Model):
    """A scheme being written in the browser; its text is always sound TOML (``writing.write``).

    ``edition`` grows with every save: a form filled in before another's save is refused with
    both texts, never written over it.
    """

    committee = models.ForeignKey("branches.Organization", models.PROTECT, related_name="+")
    title = models.CharField("方案", max_length=80)
    text = models.TextField("方案全文")
    source = models.CharField("来自", max_length=80)
    edition = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField("建立时间")
    saved_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    saved_at = models.DateTimeField("最近保存")

    objects = SchemeDraftQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "方案草稿"
        ordering = ["-saved_at"]

    def __str__(self) -> str:
        return self.title
