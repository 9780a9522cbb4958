"""A final round stands: neither it nor what led to it can be changed, added to or deleted."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION refuse_changing_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'round % is final and is never changed', OLD.id
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER final_rounds_stand BEFORE UPDATE OR DELETE ON scoring_round
    FOR EACH ROW WHEN (OLD.state = 'FINAL') EXECUTE FUNCTION refuse_changing_final();

CREATE FUNCTION refuse_if_round_final() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched bigint;
BEGIN
    touched := CASE WHEN TG_OP = 'INSERT' THEN NEW.round_id ELSE OLD.round_id END;
    IF EXISTS (SELECT 1 FROM scoring_round WHERE id = touched AND state = 'FINAL') THEN
        RAISE EXCEPTION 'round % is final: rows of % are neither added nor changed',
            touched, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER final_appeals_stand BEFORE INSERT OR UPDATE OR DELETE ON scoring_appeal
    FOR EACH ROW EXECUTE FUNCTION refuse_if_round_final();
CREATE TRIGGER final_corrections_stand BEFORE INSERT OR DELETE ON scoring_correction
    FOR EACH ROW EXECUTE FUNCTION refuse_if_round_final();
CREATE TRIGGER final_comments_stand BEFORE INSERT OR UPDATE OR DELETE ON scoring_roundcomment
    FOR EACH ROW EXECUTE FUNCTION refuse_if_round_final();
CREATE TRIGGER corrections_stand BEFORE UPDATE ON scoring_correction
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER round_events_stand BEFORE UPDATE OR DELETE ON scoring_roundevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
BACKWARD = """
DROP TRIGGER round_events_stand ON scoring_roundevent;
DROP TRIGGER corrections_stand ON scoring_correction;
DROP TRIGGER final_comments_stand ON scoring_roundcomment;
DROP TRIGGER final_corrections_stand ON scoring_correction;
DROP TRIGGER final_appeals_stand ON scoring_appeal;
DROP FUNCTION refuse_if_round_final();
DROP TRIGGER final_rounds_stand ON scoring_round;
DROP FUNCTION refuse_changing_final();
"""


class Migration(migrations.Migration):
    dependencies = [("scoring", "0008_rounds")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
