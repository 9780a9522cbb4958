from __future__ import annotations

from django.db import models
from django.db.models import Q

from branches.scope import Scope
from people.rules.projects import ProjectState
from people.wording import projects as wording


class ProjectQuerySet(models.QuerySet["Project"]):
    def in_scope(self, scope: Scope) -> ProjectQuerySet:
        return self.filter(scope.q("organization__path"))


class Project(models.Model):
    """A project put up for whoever takes it (揭榜): target, how it is accepted, until when."""

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="projects", verbose_name="发榜单位"
    )
    title = models.CharField("项目", max_length=60)
    target = models.CharField("目标", max_length=300)
    acceptance = models.CharField("验收标准", max_length=300)
    due_on = models.DateField("完成期限")
    state = models.CharField(
        "进度", max_length=9, choices=list(wording.STATES.items()), default=ProjectState.DRAFT
    )
    leader = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="projects_led",
        verbose_name="揭榜人",
    )  # fmt: skip
    team = models.ManyToManyField("members.Member", related_name="projects", blank=True)
    claimed_on = models.DateField("揭榜日期", null=True, blank=True)
    result = models.CharField("完成情况", max_length=500, blank=True)
    handed_in_on = models.DateField("提交日期", null=True, blank=True)
    verdict = models.CharField("验收意见", max_length=300, blank=True)
    decided_on = models.DateField("验收日期", null=True, blank=True)
    decided_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("登记时间")

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "揭榜项目"
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(
                    state__in=[
                        ProjectState.CLAIMED, ProjectState.HANDED_IN, ProjectState.ACCEPTED,
                        ProjectState.FAILED,
                    ]
                )
                | Q(leader__isnull=False, claimed_on__isnull=False),
                name="claimed_project_has_its_leader",
            ),
            models.CheckConstraint(
                condition=~Q(state=ProjectState.HANDED_IN) | Q(handed_in_on__isnull=False),
                name="handed_in_project_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ProjectState.ACCEPTED, ProjectState.FAILED])
                | Q(decided_on__isnull=False, decided_by__isnull=False),
                name="decided_project_has_its_day",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class ProjectNote(models.Model):
    """How a project goes on: a line at a time."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="notes")
    on = models.DateField("日期")
    text = models.CharField("进展", max_length=300)
    entered_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "项目进展"
        ordering = ["project", "on", "id"]

    def __str__(self) -> str:
        return self.text[:40]
