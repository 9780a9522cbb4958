"""Rules added to the list since it was first filled (class hours)."""

import tomllib
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "regulations.toml"


def fill(apps, schema_editor):
    Regulation = apps.get_model("branches", "Regulation")
    for row in tomllib.loads(DATA.read_text(encoding="utf-8"))["regulation"]:
        # A new database has them all by 0003, which reads the same file.
        Regulation.objects.get_or_create(
            code=row["code"], effective_from=row["effective_from"], defaults=row
        )


class Migration(migrations.Migration):
    dependencies = [("branches", "0005_audit_sealed_once")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
