from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0007_reminders_and_adjustments"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="reset_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="上次重置密码时间"),
        ),
    ]
