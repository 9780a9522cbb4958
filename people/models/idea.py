from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from branches.scope import Scope
from people.rules.ideas import IdeaState
from people.wording import ideas as wording


class IdeaQuerySet(models.QuerySet["Idea"]):
    def in_scope(self, scope: Scope) -> IdeaQuerySet:
        return self.filter(scope.q("branch__path"))


class Idea(models.Model):
    """A suggestion (金点子) of a member: answered always, carried out where it is adopted."""

    branch = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="ideas", verbose_name="党支部"
    )
    member = models.ForeignKey(
        "members.Member", models.PROTECT, related_name="ideas", verbose_name="提出人"
    )
    text = models.CharField("金点子", max_length=500)
    raised_on = models.DateField("提出日期")
    state = models.CharField(
        "进度", max_length=8, choices=list(wording.STATES.items()), default=IdeaState.RAISED
    )
    answer = models.CharField("答复", max_length=300, blank=True)
    answered_on = models.DateField("答复日期", null=True, blank=True)
    answered_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )
    owner = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="落实人",
    )  # fmt: skip
    due_on = models.DateField("落实期限", null=True, blank=True)
    effect = models.CharField("成效", max_length=300, blank=True)
    done_on = models.DateField("实施日期", null=True, blank=True)
    entered_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间")
    changed_at = models.DateTimeField("最近办理")

    objects = IdeaQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "金点子"
        ordering = ["-raised_on", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=IdeaState.RAISED)
                | (
                    Q(
                        answered_on__isnull=False,
                        answered_on__gte=F("raised_on"),
                        answered_by__isnull=False,
                    )
                    & ~Q(answer="")
                ),
                name="answered_idea_has_its_answer",
            ),
            models.CheckConstraint(
                condition=~Q(state=IdeaState.DONE)
                | (Q(done_on__isnull=False, done_on__gte=F("answered_on")) & ~Q(effect="")),
                name="done_idea_has_its_effect",
            ),
        ]
        indexes = [models.Index(fields=["answered_on"], name="ideas_answered")]

    def __str__(self) -> str:
        return self.text[:40]
