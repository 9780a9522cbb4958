from __future__ import annotations

from django.db import models

from branches import wording


class AuditEntry(models.Model):
    """One step that somebody took. The database refuses to change or delete a row.

    Names are kept as text, so an entry outlives what it speaks of. Right after its
    transaction an entry is sealed, once: it gets its number in the chain and a signature over
    its content and the signature before it (``branches.audit``). That one change the
    database allows.
    """

    at = models.DateTimeField("时间")
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField("操作人", max_length=60)
    action = models.CharField("操作", max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    object_text = models.CharField("对象", max_length=200)
    organization_path = models.CharField(max_length=64, blank=True, db_collation="C")
    before = models.JSONField("变更前", null=True)
    after = models.JSONField("变更后", null=True)
    request_id = models.CharField(max_length=32, blank=True)
    seal_number = models.BigIntegerField(null=True, unique=True)
    key_version = models.PositiveSmallIntegerField(null=True)
    signature = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["organization_path"], name="audit_path"),
            models.Index(
                fields=["id"],
                condition=models.Q(seal_number__isnull=True),
                name="audit_unsealed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action_label}：{self.object_text}"

    @property
    def action_label(self) -> str:
        return wording.AUDIT_ACTIONS.get(self.action, self.action)
