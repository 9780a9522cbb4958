"""Nobody and nothing that has scores can be deleted."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION refuse_if_scored() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE found boolean;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM scoring_score WHERE %I = $1)', TG_ARGV[0])
        INTO found USING OLD.id;
    IF found THEN
        RAISE EXCEPTION 'row % of % has scores', OLD.id, TG_TABLE_NAME
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER scored_member_stays BEFORE DELETE ON members_member
    FOR EACH ROW EXECUTE FUNCTION refuse_if_scored('member_id');
CREATE TRIGGER scored_organization_stays BEFORE DELETE ON branches_organization
    FOR EACH ROW EXECUTE FUNCTION refuse_if_scored('organization_id');
CREATE TRIGGER run_with_scores_stays BEFORE DELETE ON scoring_run
    FOR EACH ROW EXECUTE FUNCTION refuse_if_scored('run_id');
"""
BACKWARD = """
DROP TRIGGER run_with_scores_stays ON scoring_run;
DROP TRIGGER scored_organization_stays ON branches_organization;
DROP TRIGGER scored_member_stays ON members_member;
DROP FUNCTION refuse_if_scored();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("scoring", "0003_score_references"),
        ("members", "0002_roster_effective_date"),
        ("branches", "0005_audit_sealed_once"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
