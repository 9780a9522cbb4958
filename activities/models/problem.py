from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from activities.rules.supervision import Library, Severity, Source
from activities.wording import supervision as wording
from branches.scope import Scope

WHOSE_LIMIT, TEXT_LIMIT = 60, 500


class ProblemQuerySet(models.QuerySet["Problem"]):
    def in_scope(self, scope: Scope) -> ProblemQuerySet:
        """Keep what is handled in ``scope``."""
        return self.filter(scope.q("organization__path"))

    def seen_in(self, scope: Scope) -> ProblemQuerySet:
        """Keep what is handled in ``scope`` or was raised there and handed on."""
        return self.filter(scope.q("organization__path", "origin__path"))

    def open(self) -> ProblemQuerySet:
        return self.filter(closed_on__isnull=True)


class Problem(models.Model):
    """Something to be put right, with who answers for it and until when (问题、整改、责任、销号).

    ``organization`` handles it, at the level of its ``library``; ``origin`` is where it was
    raised. ``source`` and ``source_id`` name the record it came from, which is never retyped:
    a meeting also stands in ``activity``. ``owner`` is the one first responsible (第一责任人).
    """

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="problems", verbose_name="办理单位"
    )
    origin = models.ForeignKey(
        "branches.Organization", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="提出单位",
    )  # fmt: skip
    activity = models.ForeignKey(
        "activities.Activity", models.PROTECT, null=True, blank=True, related_name="problems"
    )
    source = models.CharField(
        "来源", max_length=10, choices=list(wording.SOURCES.items()), default=Source.DIRECT
    )
    source_id = models.BigIntegerField(null=True, blank=True)
    library = models.CharField(
        "问题库", max_length=10, choices=list(wording.LIBRARIES.items()), default=Library.TEAM
    )
    severity = models.CharField(
        "程度", max_length=8, choices=list(wording.SEVERITIES.items()), default=Severity.ORDINARY
    )
    whose = models.CharField("问题主体", max_length=WHOSE_LIMIT)  # 支部班子, or a member's name
    text = models.CharField("问题", max_length=TEXT_LIMIT)
    measures = models.CharField("整改措施", max_length=500, blank=True)
    owner = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="problems",
        verbose_name="第一责任人",
    )  # fmt: skip
    asker = models.ForeignKey(
        "members.Member", models.PROTECT, null=True, blank=True, related_name="problems_raised",
        verbose_name="反映人（党员）",
    )  # fmt: skip
    asker_name = models.CharField("反映人", max_length=30, blank=True)
    due_on = models.DateField("整改期限", null=True, blank=True)
    # The first deadline its handler let pass before it was put off: it counts, not the later one.
    missed_on = models.DateField("错过的期限", null=True, blank=True)
    start_on = models.DateField("着手期限", null=True, blank=True)  # of an urgent one
    raised_on = models.DateField("提出日期")
    raised_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    closed_on = models.DateField("销号日期", null=True, blank=True)
    outcome = models.CharField("整改结果", max_length=500, blank=True)
    changed_at = models.DateTimeField("最近办理", null=True, blank=True)
    satisfaction = models.CharField(
        "满意度", max_length=12, choices=list(wording.SATISFACTIONS.items()), blank=True
    )
    satisfaction_on = models.DateField("回访日期", null=True, blank=True)
    satisfaction_note = models.CharField("反映人意见", max_length=200, blank=True)
    look_back_due_on = models.DateField("应回头看日期", null=True, blank=True)
    looked_back_on = models.DateField("回头看日期", null=True, blank=True)
    look_back = models.CharField("回头看情况", max_length=300, blank=True)
    case_title = models.CharField("案例", max_length=60, blank=True)  # in the case library then
    case_text = models.CharField("好的做法", max_length=1000, blank=True)

    objects = ProblemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "问题"
        ordering = ["closed_on", "due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | ~Q(outcome=""),
                name="closed_problem_has_its_outcome",
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("raised_on")),
                name="problem_closed_after_raised",
            ),
            models.CheckConstraint(
                condition=Q(satisfaction="", satisfaction_on__isnull=True)
                | (Q(closed_on__isnull=False, satisfaction_on__isnull=False) & ~Q(satisfaction="")),
                name="satisfaction_is_asked_after_closing",
            ),
            models.CheckConstraint(
                condition=Q(looked_back_on__isnull=True, look_back="")
                | (
                    Q(closed_on__isnull=False, looked_back_on__isnull=False)
                    & Q(looked_back_on__gte=F("closed_on"))
                    & ~Q(look_back="")
                ),
                name="looked_back_after_closing",
            ),
            models.CheckConstraint(
                condition=(Q(case_title="", case_text="")) | (~Q(case_title="") & ~Q(case_text="")),
                name="case_has_title_and_text",
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True) | Q(due_on__gte=F("raised_on")),
                name="problem_due_after_raised",
            ),
            models.CheckConstraint(
                condition=~Q(source__in=[Source.RATING, Source.DUTY]) | Q(source_id__isnull=False),
                name="problem_of_a_result_names_it",
            ),
            # One result of a rating, one visit: one problem each.
            models.UniqueConstraint(
                fields=["source", "source_id"],
                condition=Q(source__in=[Source.RATING, Source.DUTY]),
                name="one_problem_of_a_result",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "due_on"], name="problems_due"),
            models.Index(fields=["source", "source_id"], name="problems_by_source"),
        ]

    def __str__(self) -> str:
        return self.text[:40]


class ProblemStep(models.Model):
    """What was done to a problem: the way it went, in order. The database never changes one."""

    problem = models.ForeignKey(Problem, models.CASCADE, related_name="steps")
    step = models.CharField("办理", max_length=10, choices=list(wording.STEPS.items()))
    text = models.CharField("情况", max_length=500, blank=True)
    made_on = models.DateField("日期")
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = verbose_name_plural = "办理过程"
        ordering = ["problem", "made_at", "id"]

    def __str__(self) -> str:
        return self.get_step_display()


class ProblemConferenceQuerySet(models.QuerySet["ProblemConference"]):
    def in_scope(self, scope: Scope) -> ProblemConferenceQuerySet:
        return self.filter(scope.q("organization__path"))


class ProblemConference(models.Model):
    """A 三方会议: the three sides go through the open problems and name who answers for each."""

    organization = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="problem_conferences",
        verbose_name="召集单位",
    )  # fmt: skip
    held_on = models.DateField("日期")
    present = models.CharField("参加的三方", max_length=300)
    summary = models.CharField("会议情况", max_length=1000, blank=True)
    problems = models.ManyToManyField(Problem, related_name="conferences")
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("登记时间")

    objects = ProblemConferenceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "三方会议"
        ordering = ["-held_on", "-id"]

    def __str__(self) -> str:
        return f"{self.held_on}"


class SupervisionQuerySet(models.QuerySet["Supervision"]):
    def seen_in(self, scope: Scope) -> SupervisionQuerySet:
        """Keep those issued in ``scope``, or about what is handled or was raised there."""
        about = ("problem__organization__path", "problem__origin__path")
        return self.filter(scope.q("issuer__path", *about))

    def to_answer_in(self, scope: Scope) -> SupervisionQuerySet:
        """Keep those that wait for an answer of an organisation in ``scope``."""
        return self.filter(scope.q("problem__organization__path"), answered_on__isnull=True)


class Supervision(models.Model):
    """A 督办通知单: somebody above asks for a problem to be settled by a day, and is answered."""

    problem = models.ForeignKey(Problem, models.PROTECT, related_name="supervisions")
    issuer = models.ForeignKey(
        "branches.Organization", models.PROTECT, related_name="+", verbose_name="督办单位"
    )
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("编号")  # within issuer and year
    demand = models.CharField("督办要求", max_length=500)
    issued_on = models.DateField("发出日期")
    due_on = models.DateField("回复期限")
    issued_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    issued_at = models.DateTimeField("登记时间")
    answer = models.CharField("回复", max_length=500, blank=True)
    answered_on = models.DateField("回复日期", null=True, blank=True)
    answered_by = models.ForeignKey(
        "branches.User", models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = SupervisionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "督办通知单"
        ordering = ["-issued_on", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "year", "number"], name="supervision_number_once"
            ),
            models.CheckConstraint(
                condition=Q(answered_on__isnull=True, answer="")
                | (Q(answered_on__isnull=False, answered_on__gte=F("issued_on")) & ~Q(answer="")),
                name="answered_supervision_has_its_answer",
            ),
            models.CheckConstraint(
                condition=Q(due_on__gte=F("issued_on")), name="supervision_gives_time"
            ),
        ]

    def __str__(self) -> str:
        return wording.number(self.year, self.number)
