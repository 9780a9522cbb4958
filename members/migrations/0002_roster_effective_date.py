"""Rosters say from which day they hold; name keys get the room their makers may fill."""

import datetime

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("members", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="rosterimport",
            name="effective_on",
            field=models.DateField(default=datetime.date(1921, 7, 1), verbose_name="起算日期"),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="member",
            name="name_pinyin",
            field=models.CharField(db_collation="C", max_length=255),
        ),
        migrations.AlterField(
            model_name="member",
            name="name_strokes",
            field=models.CharField(db_collation="C", max_length=255),
        ),
        migrations.AlterField(
            model_name="member",
            name="education",
            field=models.CharField(
                blank=True,
                choices=[
                    ("JUNIOR", "初中及以下"),
                    ("SENIOR", "高中、中专"),
                    ("COLLEGE", "大专"),
                    ("BACHELOR", "本科"),
                    ("MASTER", "研究生"),
                    ("DOCTOR", "博士研究生"),
                ],
                max_length=10,
                verbose_name="学历",
            ),
        ),
    ]
