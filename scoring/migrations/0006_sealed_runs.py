"""What a round has sealed stands: its scores, lines and places can be neither changed nor deleted."""

from django.db import migrations

FORWARD = """
DROP TRIGGER runs_stand ON scoring_run;
CREATE TRIGGER runs_stand BEFORE UPDATE OF
    version_id, committee_id, scheme_code, period_start, period_kind, computed_at, corrects_id
    ON scoring_run FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE FUNCTION refuse_if_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM (SELECT DISTINCT run_id FROM gone) AS touched
        JOIN scoring_run AS run ON run.id = touched.run_id
        WHERE run.sealed_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'rows of % belong to a sealed run and are never changed', TG_TABLE_NAME
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER sealed_scores_stay AFTER DELETE ON scoring_score REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_if_sealed();
CREATE TRIGGER sealed_lines_stay AFTER DELETE ON scoring_line REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_if_sealed();
CREATE TRIGGER sealed_places_stay AFTER DELETE ON scoring_place REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_if_sealed();
CREATE TRIGGER sealed_places_stand AFTER UPDATE ON scoring_place REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_if_sealed();

CREATE FUNCTION refuse_unsealing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'run % is sealed and is never changed', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER sealed_runs_stand
    BEFORE UPDATE OF sealed_at, checksum, amended_at, amended, subjects ON scoring_run
    FOR EACH ROW WHEN (OLD.sealed_at IS NOT NULL) EXECUTE FUNCTION refuse_unsealing();
CREATE TRIGGER sealed_runs_stay BEFORE DELETE ON scoring_run
    FOR EACH ROW WHEN (OLD.sealed_at IS NOT NULL) EXECUTE FUNCTION refuse_unsealing();
"""
BACKWARD = """
DROP TRIGGER sealed_runs_stay ON scoring_run;
DROP TRIGGER sealed_runs_stand ON scoring_run;
DROP FUNCTION refuse_unsealing();
DROP TRIGGER sealed_places_stand ON scoring_place;
DROP TRIGGER sealed_places_stay ON scoring_place;
DROP TRIGGER sealed_lines_stay ON scoring_line;
DROP TRIGGER sealed_scores_stay ON scoring_score;
DROP FUNCTION refuse_if_sealed();
DROP TRIGGER runs_stand ON scoring_run;
CREATE TRIGGER runs_stand BEFORE UPDATE OF
    version_id, committee_id, scheme_code, period_start, computed_at ON scoring_run
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("scoring", "0005_places")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
