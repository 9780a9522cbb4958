import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_initial"),
        ("scoring", "0011_corrections_to_compute"),
    ]

    operations = [
        migrations.AddField(
            model_name="consequence",
            name="tolerance",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lifted",
                to="people.tolerance",
                verbose_name="容错",
            ),
        ),
        migrations.AlterField(
            model_name="consequence",
            name="state",
            field=models.CharField(
                choices=[
                    ("PROPOSED", "待决定"),
                    ("ACCEPTED", "办理中"),
                    ("DECLINED", "不采用"),
                    ("DONE", "已办结"),
                    ("LIFTED", "已免除"),
                ],
                default="PROPOSED",
                max_length=10,
                verbose_name="状态",
            ),
        ),
        migrations.AddConstraint(
            model_name="consequence",
            constraint=models.CheckConstraint(
                condition=Q(tolerance__isnull=True) & ~Q(state="LIFTED")
                | Q(
                    state="LIFTED",
                    tolerance__isnull=False,
                    done_by__isnull=False,
                    done_at__isnull=False,
                )
                & ~Q(outcome=""),
                name="lifted_for_a_tolerance",
            ),
        ),
    ]
