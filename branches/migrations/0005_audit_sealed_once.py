"""An audit entry may be changed once: when it is sealed."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION seal_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.seal_number IS NULL AND NEW.seal_number IS NOT NULL
       AND to_jsonb(NEW) - ARRAY['seal_number', 'key_version', 'signature']
         = to_jsonb(OLD) - ARRAY['seal_number', 'key_version', 'signature'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
DROP TRIGGER audit_rows_stand ON branches_auditentry;
CREATE TRIGGER audit_rows_stand BEFORE UPDATE OR DELETE ON branches_auditentry
    FOR EACH ROW EXECUTE FUNCTION seal_once();
"""
BACKWARD = """
DROP TRIGGER audit_rows_stand ON branches_auditentry;
CREATE TRIGGER audit_rows_stand BEFORE UPDATE OR DELETE ON branches_auditentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP FUNCTION seal_once();
"""


class Migration(migrations.Migration):
    dependencies = [("branches", "0004_audit_seal")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
