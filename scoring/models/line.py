from __future__ import annotations

from django.db import models

from scoring.models.run import Run


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
