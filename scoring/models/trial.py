from __future__ import annotations

from django.db import models

from branches.scope import Scope


class SchemeTrialQuerySet(models.QuerySet["SchemeTrial"]):
    def in_scope(self, scope: Scope) -> SchemeTrialQuerySet:
        return self.filter(scope.q("committee__path"))


class SchemeTrial(models.Model):
    """A trial run (模拟运行) of a scheme over past months beside the one in force.

    ``text`` is the scheme as tried. ``findings`` holds for each month what
    ``scoring.queries.trials`` describes; empty until the job is done. Nobody is rated by it.
    """

    committee = models.ForeignKey("branches.Organization", models.PROTECT, related_name="+")
    draft = models.ForeignKey(
        "scoring.SchemeDraft", models.CASCADE, null=True, related_name="trials"
    )
    title = models.CharField("方案", max_length=80)
    text = models.TextField("方案全文")
    first_period = models.CharField("起", max_length=10)
    last_period = models.CharField("止", max_length=10)
    job = models.ForeignKey("branches.Job", models.SET_NULL, null=True, related_name="+")
    findings = models.JSONField(default=dict)
    asked_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("提出时间")

    objects = SchemeTrialQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "模拟运行"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.title} {self.first_period}"
