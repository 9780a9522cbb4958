"""The audit: only added to, and a changed row is found."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from branches import audit
from branches.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries(committee, at) -> list[AuditEntry]:
    """Three entries beside the one of setting up the committee."""
    written = [
        audit.record(
            "organization.changed", by=None, at=at + dt.timedelta(minutes=n), on=committee,
            organization=committee, before={"name": f"名{n}"}, after={"name": f"名{n + 1}"},
        )
        for n in range(3)
    ]  # fmt: skip
    audit.seal()
    return written


def run(sql: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def tamper(sql: str, *values: object) -> None:
    """Do what the database forbids, as somebody with its keys could; rolled back with the test."""
    run("ALTER TABLE branches_auditentry DISABLE TRIGGER audit_rows_stand")
    run(sql, *values)
    run("ALTER TABLE branches_auditentry ENABLE TRIGGER audit_rows_stand")


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE branches_auditentry SET actor_name = '别人'",
        "DELETE FROM branches_auditentry",
        "TRUNCATE branches_auditentry",
    ],
)
def test_the_database_refuses_to_change_or_delete(sql, entries):
    # Asleep in the test database only (see conftest); the change is rolled back.
    run("ALTER TABLE branches_auditentry ENABLE TRIGGER audit_stands")

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        run(sql)

    assert AuditEntry.objects.count() == 4


def test_an_unbroken_chain_verifies(entries):
    assert audit.verify() == []


def test_sealing_again_changes_nothing(entries):
    before = list(AuditEntry.objects.order_by("id").values())

    assert audit.seal() == 0

    assert list(AuditEntry.objects.order_by("id").values()) == before


@pytest.mark.parametrize(
    "change", ["seal_number = 99", "seal_number = NULL", "signature = ''", "actor_name = '别人'"]
)
def test_a_sealed_entry_cannot_be_sealed_anew(change, entries):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        run(f"UPDATE branches_auditentry SET {change} WHERE id = %s", entries[1].pk)


def test_sealing_may_not_touch_the_content(committee, at):
    entry = audit.record("organization.changed", by=None, at=at, on=committee)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        run("UPDATE branches_auditentry SET seal_number = 9, action = 'x' WHERE id = %s", entry.pk)


@pytest.mark.django_db(transaction=True)
def test_an_entry_is_sealed_as_soon_as_its_operation_is_done(committee):
    assert list(AuditEntry.objects.values_list("seal_number", flat=True)) == [1]
    assert audit.verify() == []


@pytest.mark.parametrize(
    "change",
    [
        "actor_name = '别人'",
        "action = 'organization.moved'",
        "object_text = '别的组织'",
        "at = at + interval '1 second'",
        'after = \'{"name": "x"}\'',
        "before = NULL",
        "organization_path = ''",
        "request_id = 'x'",
    ],
)
def test_a_changed_row_is_found(change, entries):
    tamper(f"UPDATE branches_auditentry SET {change} WHERE id = %s", entries[1].pk)

    assert [broken.entry_id for broken in audit.verify()] == [entries[1].pk]


def test_a_deleted_row_is_found_at_the_next(entries):
    tamper("DELETE FROM branches_auditentry WHERE id = %s", entries[1].pk)

    assert [broken.entry_id for broken in audit.verify()] == [entries[2].pk]


def test_a_row_signed_with_a_key_from_elsewhere_is_found(entries, settings):
    tamper("UPDATE branches_auditentry SET key_version = 9 WHERE id = %s", entries[2].pk)

    assert [(b.entry_id, b.what) for b in audit.verify()] == [(entries[2].pk, "签名密钥不在本机")]


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused(committee, at):
    with pytest.raises(transaction.TransactionManagementError):
        audit.record("organization.changed", by=None, at=at, on=committee)


def test_an_entry_goes_when_its_operation_fails(committee, at):
    before = AuditEntry.objects.count()

    with pytest.raises(RuntimeError), transaction.atomic():
        audit.record("organization.changed", by=None, at=at, on=committee)
        raise RuntimeError

    assert AuditEntry.objects.count() == before


def verify_audit(*arguments: str) -> tuple[int, list[str]]:
    output = StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=output)
    except CommandError as error:
        return error.returncode, output.getvalue().splitlines()
    return 0, output.getvalue().splitlines()


def test_the_command_passes_a_sound_audit_with_its_anchor(entries):
    anchor = audit.anchor()

    assert verify_audit("--anchor", anchor) == (0, [f"审计记录完好，共 4 条。最新记录：{anchor}"])


def test_the_command_lists_a_tampered_row(entries):
    tamper("UPDATE branches_auditentry SET actor_name = '别人' WHERE id = %s", entries[0].pk)

    assert verify_audit() == (1, [f"第 {entries[0].pk} 条：内容或前一条记录与签名不符"])


def test_a_tail_cut_off_is_found_by_a_kept_anchor_only(entries):
    anchor = audit.anchor()
    tamper("DELETE FROM branches_auditentry WHERE id = %s", entries[2].pk)

    assert verify_audit()[0] == 0
    assert verify_audit("--anchor", anchor) == (
        1, [f"找不到保存过的记录 {anchor}，末尾可能被截断。"],
    )  # fmt: skip
