"""Rank, tier, band and star move from every score to the place that equal scores share."""

import django.db.models.deletion
from django.db import migrations, models

CARRY_OVER = """
UPDATE scoring_run SET period_kind = version.period
FROM scoring_schemeversion AS version WHERE version.id = version_id;

INSERT INTO scoring_place
    (run_id, comparison_group, total, subjects, rank, rank_from_bottom, tier, band, star)
SELECT run_id, comparison_group, total, COUNT(*), rank, rank_from_bottom, tier, band, star
FROM scoring_score WHERE rank IS NOT NULL
GROUP BY run_id, comparison_group, total, rank, rank_from_bottom, tier, band, star;

ALTER TABLE scoring_score DISABLE TRIGGER scores_stand;
UPDATE scoring_score AS score SET place_id = place.id
FROM scoring_place AS place
WHERE place.run_id = score.run_id AND place.comparison_group = score.comparison_group
  AND place.total = score.total AND score.rank IS NOT NULL;
ALTER TABLE scoring_score ENABLE TRIGGER scores_stand;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0005_audit_sealed_once"),
        ("members", "0003_roster_preview"),
        ("scoring", "0004_guard_scored"),
    ]

    operations = [
        migrations.CreateModel(
            name="Place",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("comparison_group", models.CharField(db_collation="C", max_length=64)),
                ("total", models.DecimalField(decimal_places=2, max_digits=9, verbose_name="总分")),
                ("subjects", models.PositiveIntegerField(verbose_name="对象数")),
                ("rank", models.PositiveIntegerField(verbose_name="名次")),
                ("rank_from_bottom", models.PositiveIntegerField(verbose_name="倒数名次")),
                ("tier", models.CharField(blank=True, max_length=30, verbose_name="定档")),
                ("band", models.CharField(blank=True, max_length=30, verbose_name="等级")),
                ("star", models.PositiveSmallIntegerField(null=True, verbose_name="星级")),
            ],
            options={
                "verbose_name": "名次",
                "verbose_name_plural": "名次",
            },
        ),
        migrations.CreateModel(
            name="RunSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "weight",
                    models.DecimalField(decimal_places=10, max_digits=12, verbose_name="权重"),
                ),
            ],
            options={
                "verbose_name": "汇总来源",
                "verbose_name_plural": "汇总来源",
                "ordering": ["run", "source__period_start"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="run",
            name="one_current_run_of_a_period",
        ),
        migrations.RemoveConstraint(
            model_name="score",
            name="unrated_score_is_empty",
        ),
        migrations.AddField(
            model_name="run",
            name="amended",
            field=models.PositiveIntegerField(default=0, verbose_name="更新对象数"),
        ),
        migrations.AddField(
            model_name="run",
            name="amended_at",
            field=models.DateTimeField(null=True, verbose_name="最近更新"),
        ),
        migrations.AddField(
            model_name="run",
            name="checksum",
            field=models.CharField(blank=True, max_length=64, verbose_name="校验码"),
        ),
        migrations.AddField(
            model_name="run",
            name="corrects",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrected_by",
                to="scoring.run",
                verbose_name="更正",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="period_kind",
            field=models.CharField(default="month", max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="run",
            name="sealed_at",
            field=models.DateTimeField(null=True, verbose_name="锁定时间"),
        ),
        migrations.AlterField(
            model_name="run",
            name="computed_at",
            field=models.DateTimeField(verbose_name="核算时间"),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_current", True)),
                fields=("committee", "scheme_code", "period_start", "period_kind"),
                name="one_current_run_of_a_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sealed_at__isnull", True),
                    models.Q(("checksum", ""), _negated=True),
                    _connector="OR",
                ),
                name="sealed_run_has_checksum",
            ),
        ),
        migrations.AddField(
            model_name="place",
            name="run",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="places",
                to="scoring.run",
            ),
        ),
        migrations.AddField(
            model_name="score",
            name="place",
            field=models.ForeignKey(
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="scores",
                to="scoring.place",
            ),
        ),
        migrations.AddField(
            model_name="runsource",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sources",
                to="scoring.run",
            ),
        ),
        migrations.AddField(
            model_name="runsource",
            name="source",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="scoring.run"
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.UniqueConstraint(
                fields=("run", "comparison_group", "total"), name="one_place_for_a_total"
            ),
        ),
        migrations.AddConstraint(
            model_name="runsource",
            constraint=models.UniqueConstraint(fields=("run", "source"), name="rolled_up_once"),
        ),
        migrations.AddConstraint(
            model_name="runsource",
            constraint=models.CheckConstraint(
                condition=models.Q(("run", models.F("source")), _negated=True),
                name="not_rolled_up_from_itself",
            ),
        ),
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name="score",
            name="band",
        ),
        migrations.RemoveField(
            model_name="score",
            name="is_rated",
        ),
        migrations.RemoveField(
            model_name="score",
            name="rank",
        ),
        migrations.RemoveField(
            model_name="score",
            name="rank_from_bottom",
        ),
        migrations.RemoveField(
            model_name="score",
            name="star",
        ),
        migrations.RemoveField(
            model_name="score",
            name="tier",
        ),
        migrations.AddConstraint(
            model_name="score",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("total__isnull", False),
                    models.Q(("place__isnull", True), ("veto", "")),
                    _connector="OR",
                ),
                name="unrated_score_is_empty",
            ),
        ),
        migrations.AlterModelOptions(
            name="score",
            options={
                "ordering": ["run", "comparison_group", "place__rank", "id"],
                "verbose_name": "得分",
                "verbose_name_plural": "得分",
            },
        ),
    ]
