from __future__ import annotations

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from branches.rules.periods import Period
from branches.scope import Scope
from scoring.models.run import Run


class Place(models.Model):
    """Where one total stands in its comparison group, for all ``subjects`` who have it.

    Rank, tier, band and star follow from the total and from how many stand above and below,
    so they are kept once a total, not once a subject: one changed score moves a few hundred
    places at most, never a hundred thousand rows.
    """

    run = models.ForeignKey(
        Run, models.CASCADE, related_name="places", db_index=False, db_constraint=False
    )
    comparison_group = models.CharField(max_length=64, db_collation="C")
    total = models.DecimalField("总分", max_digits=9, decimal_places=2)
    subjects = models.PositiveIntegerField("对象数")
    rank = models.PositiveIntegerField("名次")
    rank_from_bottom = models.PositiveIntegerField("倒数名次")
    tier = models.CharField("定档", max_length=30, blank=True)
    band = models.CharField("等级", max_length=30, blank=True)
    star = models.PositiveSmallIntegerField("星级", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "名次"
        constraints = [
            models.UniqueConstraint(
                fields=["run", "comparison_group", "total"], name="one_place_for_a_total"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}"


class ScoreQuerySet(models.QuerySet["Score"]):
    def current(self) -> ScoreQuerySet:
        return self.filter(run__is_current=True)

    def rated(self) -> ScoreQuerySet:
        return self.filter(total__isnull=False)

    def of_period(self, period: Period) -> ScoreQuerySet:
        return self.filter(run__period_start=period.first_day, run__period_kind=period.kind)

    def in_scope(self, scope: Scope) -> ScoreQuerySet:
        return self.filter(scope.q("organization__path"))


class _Scores(models.Manager["Score"]):
    def get_queryset(self) -> ScoreQuerySet:
        # A score is never shown without its place.
        return ScoreQuerySet(self.model, using=self._db).select_related("place")


class Score(models.Model):
    """What one subject got in one run: parts, total, and its place among its like.

    The subject is ``member`` if set, kept under the branch they were then in, else
    ``organization``. ``parts`` follow the order of the scheme's parts, NULL where a part is
    missing. Not rated: everything empty but ``exempt``, the reason if there is one. Vetoed:
    no place.

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
    exempt = models.CharField(max_length=10, blank=True)
    parts = ArrayField(models.DecimalField(max_digits=9, decimal_places=2, null=True))
    total = models.DecimalField("总分", max_digits=9, decimal_places=2, null=True)
    place = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        related_name="scores",
        db_index=False,
        db_constraint=False,
    )
    veto = models.CharField("否决", max_length=30, blank=True)

    objects = _Scores.from_queryset(ScoreQuerySet)()

    class Meta:
        verbose_name = verbose_name_plural = "得分"
        ordering = ["run", "comparison_group", "place__rank", "id"]
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
                condition=Q(total__isnull=False) | Q(place__isnull=True, veto=""),
                name="unrated_score_is_empty",
            ),
        ]
        indexes = [models.Index(fields=["run", "organization"], name="score_of_run")]

    def __str__(self) -> str:
        return f"{self.total}"

    @property
    def is_rated(self) -> bool:
        return self.total is not None

    @property
    def rank(self) -> int | None:
        return self.place.rank if self.place else None

    @property
    def rank_from_bottom(self) -> int | None:
        return self.place.rank_from_bottom if self.place else None

    @property
    def tier(self) -> str:
        return self.place.tier if self.place else ""

    @property
    def band(self) -> str:
        return self.place.band if self.place else ""

    @property
    def star(self) -> int | None:
        return self.place.star if self.place else None

    @property
    def subject_id(self) -> int:
        """The id by which lines name their subject."""
        return self.organization_id if self.member_id is None else self.member_id

    def part(self, n: int) -> Decimal | None:
        """Return the n-th part's points, None where it is missing or nobody was rated."""
        return self.parts[n] if n < len(self.parts) else None
