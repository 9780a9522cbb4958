from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from branches.rules.periods import Period, PeriodKind
from branches.scope import Scope


class RunQuerySet(models.QuerySet["Run"]):
    def current(self) -> RunQuerySet:
        return self.filter(is_current=True)

    def of_period(self, period: Period) -> RunQuerySet:
        return self.filter(period_start=period.first_day, version__period=period.kind)


class Run(models.Model):
    """One computation (核算) of one period under one scheme version.

    A run is written once and never changed; recomputing adds a run and moves
    ``is_current`` in the same transaction.
    """

    version = models.ForeignKey("scoring.SchemeVersion", models.PROTECT, related_name="runs")
    committee = models.ForeignKey("branches.Organization", models.PROTECT, related_name="+")
    scheme_code = models.CharField(max_length=60)
    period_start = models.DateField("期间起始日")
    computed_at = models.DateTimeField("数据截止")
    is_current = models.BooleanField(default=True)
    subjects = models.PositiveIntegerField("对象数", default=0)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "核算"
        ordering = ["-period_start", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["committee", "scheme_code", "period_start"],
                condition=Q(is_current=True),
                name="one_current_run_of_a_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.period.label}"

    @property
    def is_provisional(self) -> bool:
        """Whether the period was still running when it was computed: figures, no verdicts."""
        return timezone.localdate(self.computed_at) < self.period.end

    @property
    def period(self) -> Period:
        return Period(self.period_start, PeriodKind(self.version.period))


class ScoreQuerySet(models.QuerySet["Score"]):
    def current(self) -> ScoreQuerySet:
        return self.filter(run__is_current=True)

    def of_period(self, period: Period) -> ScoreQuerySet:
        return self.filter(run__period_start=period.first_day, run__version__period=period.kind)

    def in_scope(self, scope: Scope) -> ScoreQuerySet:
        return self.filter(scope.q("organization__path"))


class Score(models.Model):
    """What one subject got in one run: parts, total, and its place among its like.

    The subject is ``member`` if set, kept under the branch they were then in, else
    ``organization``. ``parts`` follow the order of the scheme's parts, NULL where a part is
    missing. Not rated: everything empty but ``exempt``, the reason if there is one.

    Scores are written only by the run's own statement, from the very rows they name, so the
    references are guarded where they could break: triggers refuse to delete a member, an
    organisation or a run that has scores. Checks on each inserted row were a quarter of a run.
    """

    run = models.ForeignKey(
        Run, models.CASCADE, related_name="scores", db_index=False, db_constraint=False
    )
    member = models.ForeignKey(
        "members.Member",
        models.PROTECT,
        null=True,
        related_name="scores",
        db_index=False,
        db_constraint=False,
    )
    organization = models.ForeignKey(
        "branches.Organization",
        models.PROTECT,
        related_name="scores",
        db_index=False,
        db_constraint=False,
    )
    comparison_group = models.CharField(max_length=64, db_collation="C")
    is_rated = models.BooleanField()
    exempt = models.CharField(max_length=10, blank=True)
    parts = ArrayField(models.DecimalField(max_digits=9, decimal_places=2, null=True))
    total = models.DecimalField("总分", max_digits=9, decimal_places=2, null=True)
    rank = models.PositiveIntegerField("名次", null=True)
    rank_from_bottom = models.PositiveIntegerField(null=True)
    tier = models.CharField("定档", max_length=30, blank=True)
    band = models.CharField("等级", max_length=30, blank=True)
    star = models.PositiveSmallIntegerField("星级", null=True)
    veto = models.CharField("否决", max_length=30, blank=True)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "得分"
        ordering = ["run", "comparison_group", "rank", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "run"],
                condition=Q(member__isnull=False),
                name="member_scored_once_a_run",
            ),
            models.UniqueConstraint(
                fields=["organization", "run"],
                condition=Q(member__isnull=True),
                name="organization_scored_once_a_run",
            ),
            models.CheckConstraint(
                condition=Q(is_rated=True, total__isnull=False)
                | Q(is_rated=False, total__isnull=True, rank__isnull=True, tier="", veto=""),
                name="unrated_score_is_empty",
            ),
        ]
        indexes = [models.Index(fields=["run", "organization"], name="score_of_run")]

    def __str__(self) -> str:
        return f"{self.total}"

    @property
    def subject_id(self) -> int:
        """The id by which lines name their subject."""
        return self.organization_id if self.member_id is None else self.member_id


class Line(models.Model):
    """What one item gave one subject in one run, and from which fact.

    Millions of rows, written only by the run's own statement from the very rows they name
    and read by ``(run, subject)``: the primary key is that order, and the references are
    kept without per-row triggers (they doubled the time of a run when measured). Items that
    gave nothing because nothing happened have no line.
    """

    pk = models.CompositePrimaryKey("run_id", "subject_id", "item_id")
    run = models.ForeignKey(
        Run, models.DO_NOTHING, related_name="lines", db_constraint=False, db_index=False
    )
    subject_id = models.BigIntegerField()
    item = models.ForeignKey(
        "scoring.SchemeItem",
        models.DO_NOTHING,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    quantity = models.DecimalField(max_digits=12, decimal_places=2)
    base = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    points = models.DecimalField(max_digits=9, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "得分明细"

    def __str__(self) -> str:
        return f"{self.points}"
