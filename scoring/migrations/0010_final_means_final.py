"""What decided a round stands as well: its steps, its proposals, the items its lines name."""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION refuse_if_round_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM scoring_round WHERE state = 'FINAL' AND (
            TG_OP <> 'INSERT' AND id = OLD.round_id OR TG_OP <> 'DELETE' AND id = NEW.round_id
        )
    ) THEN
        RAISE EXCEPTION 'the round is final: rows of % are neither added nor changed',
            TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER final_events_stand BEFORE INSERT ON scoring_roundevent
    FOR EACH ROW EXECUTE FUNCTION refuse_if_round_final();
CREATE TRIGGER final_proposals_stand BEFORE DELETE OR UPDATE OF
    round_id, organization_id, member_id, ordinal, title, kind, why, coefficient, withhold, days
    ON scoring_consequence FOR EACH ROW EXECUTE FUNCTION refuse_if_round_final();

CREATE FUNCTION refuse_if_computed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM scoring_run WHERE version_id = OLD.version_id) THEN
        RAISE EXCEPTION 'version % has runs, whose lines name this item', OLD.version_id
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER computed_items_stay BEFORE DELETE ON scoring_schemeitem
    FOR EACH ROW EXECUTE FUNCTION refuse_if_computed();
"""
BACKWARD = """
DROP TRIGGER computed_items_stay ON scoring_schemeitem;
DROP FUNCTION refuse_if_computed();
DROP TRIGGER final_proposals_stand ON scoring_consequence;
DROP TRIGGER final_events_stand ON scoring_roundevent;
"""


class Migration(migrations.Migration):
    dependencies = [("scoring", "0009_final_rounds")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
