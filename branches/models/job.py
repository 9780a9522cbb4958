from __future__ import annotations

from django.db import models
from django.db.models import Q

from branches import wording


class Job(models.Model):
    """A piece of long work as a row: the queue, the progress and the result.

    The broker only carries the hint that a job waits; ``branches.jobs`` says how a job
    is claimed, proves it is alive and is taken over after its worker died.
    """

    class State(models.TextChoices):
        QUEUED = "QUEUED", wording.JOB_STATES["QUEUED"]
        RUNNING = "RUNNING", wording.JOB_STATES["RUNNING"]
        DONE = "DONE", wording.JOB_STATES["DONE"]
        FAILED = "FAILED", wording.JOB_STATES["FAILED"]

    task = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    input_hash = models.CharField(max_length=64)
    label = models.CharField("事项", max_length=120)
    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, null=True, related_name="+"
    )
    requested_by = models.ForeignKey("branches.User", models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField("提交时间")
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.QUEUED)
    attempt = models.PositiveSmallIntegerField(default=0)
    heart_beat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField("完成时间", null=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField("进展", max_length=200, blank=True)
    error = models.TextField("原因", blank=True)
    result_url = models.CharField(max_length=200, blank=True)
    document = models.ForeignKey("branches.Document", models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "任务"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["input_hash"],
                condition=Q(state__in=["QUEUED", "RUNNING"]),
                name="one_unfinished_job_of_an_input",
            ),
        ]
        indexes = [models.Index(fields=["state", "heart_beat_at"], name="job_state_beat")]

    def __str__(self) -> str:
        return self.label

    @property
    def is_finished(self) -> bool:
        return self.state in (self.State.DONE, self.State.FAILED)

    @property
    def has_failed(self) -> bool:
        return self.state == self.State.FAILED
