"""The rules that the product checks, as dated data."""

import tomllib
from pathlib import Path

from django.db import migrations

DATA = Path(__file__).resolve().parent.parent / "data" / "regulations.toml"


def fill(apps, schema_editor):
    Regulation = apps.get_model("branches", "Regulation")
    rows = tomllib.loads(DATA.read_text(encoding="utf-8"))["regulation"]
    Regulation.objects.bulk_create(Regulation(**row) for row in rows)


class Migration(migrations.Migration):
    dependencies = [("branches", "0002_append_only_audit")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
