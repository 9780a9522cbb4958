"""What was computed or adopted is never changed; only pointers and ends of effect move."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER scores_stand BEFORE UPDATE ON scoring_score
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER lines_stand BEFORE UPDATE ON scoring_line
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER parts_stand BEFORE UPDATE ON scoring_schemepart
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER items_stand BEFORE UPDATE ON scoring_schemeitem
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER versions_stand BEFORE UPDATE OF
    committee_id, code, number, title, target, period, groups, text, checksum, effective_from
    ON scoring_schemeversion
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER runs_stand BEFORE UPDATE OF
    version_id, committee_id, scheme_code, period_start, computed_at ON scoring_run
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
BACKWARD = """
DROP TRIGGER runs_stand ON scoring_run;
DROP TRIGGER versions_stand ON scoring_schemeversion;
DROP TRIGGER items_stand ON scoring_schemeitem;
DROP TRIGGER parts_stand ON scoring_schemepart;
DROP TRIGGER lines_stand ON scoring_line;
DROP TRIGGER scores_stand ON scoring_score;
"""


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_initial"), ("branches", "0002_append_only_audit")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
