from __future__ import annotations

from django.db import models

from branches.scope import Scope


class RosterImportQuerySet(models.QuerySet["RosterImport"]):
    def in_scope(self, scope: Scope) -> RosterImportQuerySet:
        return self.filter(scope.q("organization__path"))


class RosterImport(models.Model):
    """One uploaded roster: checked first, taken over only as a whole and only once."""

    class State(models.TextChoices):
        CHECKING = "CHECKING", "正在检查"
        READY = "READY", "可以导入"
        REFUSED = "REFUSED", "有错误，未导入"
        APPLYING = "APPLYING", "正在导入"
        DONE = "DONE", "已导入"

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="+", verbose_name="导入到"
    )
    document = models.ForeignKey("branches.Document", models.PROTECT, related_name="+")
    # Memberships that the file opens or changes start here.
    effective_on = models.DateField("起算日期")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.CHECKING)
    uploaded_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间")
    applied_at = models.DateTimeField("导入时间", null=True)
    rows = models.PositiveIntegerField("行数", default=0)
    to_create = models.PositiveIntegerField("新增", default=0)
    to_update = models.PositiveIntegerField("更新", default=0)
    unchanged = models.PositiveIntegerField("无变化", default=0)
    # [{"row": 7, "column": "D", "title": "入党日期", "value": "…", "message": "…"}, …]
    problems = models.JSONField(default=list)
    problem_count = models.PositiveIntegerField("错误", default=0)
    remarks = models.JSONField(default=list)
    # The first of those to be written:
    # {"created": [{"name": "…", "place": "…"}, …],
    #  "updated": [{"name": "…", "place": "…", "fields": ["学历", …]}, …]}
    preview = models.JSONField(default=dict)

    objects = RosterImportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "花名册导入"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.document.filename

    @property
    def is_ready(self) -> bool:
        return self.state == self.State.READY

    @property
    def is_refused(self) -> bool:
        return self.state == self.State.REFUSED

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def is_at_work(self) -> bool:
        return self.state in (self.State.CHECKING, self.State.APPLYING)

    @property
    def is_applying(self) -> bool:
        return self.state == self.State.APPLYING
