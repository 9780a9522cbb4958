from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("activities", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="activity",
            name="cancel_reason",
            field=models.CharField(
                blank=True, db_default="", max_length=100, verbose_name="取消原因"
            ),
        ),
    ]
