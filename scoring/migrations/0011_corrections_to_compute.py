"""A correction waits for its run: it is given one once, and stands from then on."""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
DROP TRIGGER final_corrections_stand ON scoring_correction;
DROP TRIGGER corrections_stand ON scoring_correction;
CREATE TRIGGER final_corrections_stand BEFORE INSERT OR UPDATE OR DELETE ON scoring_correction
    FOR EACH ROW EXECUTE FUNCTION refuse_if_round_final();
CREATE TRIGGER corrections_stand BEFORE UPDATE ON scoring_correction
    FOR EACH ROW WHEN (
        OLD.run_id IS NOT NULL OR (to_jsonb(OLD) - 'run_id') <> (to_jsonb(NEW) - 'run_id')
    )
    EXECUTE FUNCTION refuse_change();
"""
BACKWARD = """
DROP TRIGGER final_corrections_stand ON scoring_correction;
DROP TRIGGER corrections_stand ON scoring_correction;
CREATE TRIGGER final_corrections_stand BEFORE INSERT OR DELETE ON scoring_correction
    FOR EACH ROW EXECUTE FUNCTION refuse_if_round_final();
CREATE TRIGGER corrections_stand BEFORE UPDATE ON scoring_correction
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("scoring", "0010_final_means_final")]

    operations = [
        migrations.AlterField(
            model_name="correction",
            name="run",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="correction",
                to="scoring.run",
                verbose_name="更正后的核算",
            ),
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
