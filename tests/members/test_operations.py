"""The steps of a member's life on the roll, and what the database itself refuses."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction

from branches import audit
from branches.models import AuditEntry, Post, User
from branches.scope import Scope
from members.models import Exemption, Member, Membership
from members.operations import exemptions, member_accounts, memberships
from members.operations import members as operations
from members.operations.members import Details
from members.operations.steps import CannotChange
from members.queries import members as queries
from members.rules.status import EventKind
from tests.members.conftest import ENTERED, id_number

MAY = dt.date(2026, 5, 1)


def homes(member):
    rows = member.memberships.order_by("started_on")
    return list(rows.values_list("branch__code", "group__code", "started_on", "ended_on"))


def actions():
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))


def test_registering_puts_a_person_on_the_roll_with_keys_to_sort_by(branch_a, group_a, enrol):
    member = enrol("曾三", branch_a, group_a, id_number=id_number(1))
    assert member.name_pinyin.startswith("zeng1.")
    assert len(member.id_number_digest) == 64
    assert homes(member) == [("QF01", "QF0101", ENTERED, None)]
    assert [(e.kind, e.happened_on) for e in member.events.all()] == [("MOVED_IN", ENTERED)]


def test_two_open_homes_are_refused_by_the_database(branch_a, branch_b, enrol):
    member = enrol("张三", branch_a)
    with pytest.raises(IntegrityError, match="one_home_at_a_time"), transaction.atomic():
        Membership.objects.create(member=member, branch=branch_b, started_on=MAY)
    assert member.memberships.count() == 1


def test_the_audit_holds_no_whole_number_of_a_person(branch_a, enrol, keeper, at):
    number = id_number(1)
    member = enrol("张三", branch_a, id_number=number, phone="13812345678")
    details = Details(name="张三", id_number=number, phone="13912345678", employee_number="E0001")
    operations.change(member=member, details=details, by=keeper, at=at)
    created = AuditEntry.objects.get(action="member.created")
    kept = (created.after["id_number"], created.after["phone"])
    assert kept == (f"****{number[-4:]}", "****5678")
    changed = AuditEntry.objects.get(action="member.changed")
    assert (changed.before, changed.after) == ({"phone": "****5678"}, {"phone": "****5678"})


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"id_number": id_number(1)}, "id_number"),
        ({"employee_number": "7"}, "employee_number"),
        ({"admitted_on": dt.date(2026, 10, 21)}, "admitted_on"),
        ({"birth_date": dt.date(2000, 1, 1), "admitted_on": dt.date(2000, 1, 1)}, "admitted_on"),
        ({"admitted_on": MAY, "regularised_on": dt.date(2026, 4, 30)}, "regularised_on"),
        ({"status": "PROBATIONARY", "regularised_on": MAY}, "regularised_on"),
    ],
)
def test_details_that_cannot_be_are_refused_at_their_field(
    branch_a, enrol, keeper, at, details, field
):
    enrol("张三", branch_a, id_number=id_number(1), employee_number="7")
    with pytest.raises(CannotChange) as refused:
        operations.register(
            details=Details(name="李四", **details), branch=branch_a, group=None,
            started_on=ENTERED, by=keeper, at=at,
        )  # fmt: skip
    assert refused.value.field == field
    assert Member.objects.count() == 1


def test_a_change_of_nothing_leaves_no_entry(branch_a, enrol, keeper, at):
    member = enrol("张三", branch_a, employee_number="7")
    before = actions()
    operations.change(
        member=member, details=Details(name="张三", employee_number="7"), by=keeper, at=at
    )
    assert actions() == before


def test_a_move_ends_the_old_membership_the_day_the_new_begins(
    branch_a, branch_b, group_a, enrol, keeper, at
):
    member = enrol("张三", branch_b)
    memberships.move(member=member, branch=branch_a, group=group_a, on=MAY, by=keeper, at=at)
    assert homes(member) == [("QF02", None, ENTERED, MAY), ("QF01", "QF0101", MAY, None)]
    assert [(e.kind, e.note) for e in member.events.filter(kind="MOVED")] == [
        ("MOVED", "机电党支部 → 采煤党支部采煤一组")
    ]


@pytest.mark.parametrize(
    ("on", "message"),
    [
        (ENTERED, "调整日期应晚于现有组织关系的起始日期 2025-01-01。"),
        (dt.date(2026, 10, 21), "日期不能晚于今天。"),
    ],
)
def test_a_move_on_a_day_that_does_not_fit_is_refused(
    branch_a, branch_b, enrol, keeper, at, on, message
):
    member = enrol("张三", branch_a)
    with pytest.raises(CannotChange, match=message):
        memberships.move(member=member, branch=branch_b, group=None, on=on, by=keeper, at=at)
    assert homes(member) == [("QF01", None, ENTERED, None)]


def test_a_group_of_another_branch_is_refused(branch_a, branch_b, group_a, enrol, keeper, at):
    member = enrol("张三", branch_a)
    with pytest.raises(CannotChange, match="采煤一组不属于机电党支部"):
        memberships.move(member=member, branch=branch_b, group=group_a, on=MAY, by=keeper, at=at)


@pytest.mark.parametrize(
    ("way", "standing"),
    [
        (EventKind.MOVED_OUT, "LEFT"),
        (EventKind.EXPELLED, "LEFT"),
        (EventKind.DIED, "LEFT"),
        (EventKind.SUSPENDED, "SUSPENDED"),
    ],
)
def test_leaving_ends_the_membership_posts_and_account(branch_a, enrol, keeper, at, way, standing):
    member = enrol("张三", branch_a)
    user, _ = member_accounts.open_account(member=member, by=keeper, at=at)
    Post.objects.create(user=user, organization=branch_a, role="SECRETARY", started_on=ENTERED)
    memberships.leave(member=member, way=way, on=MAY, note="", by=keeper, at=at)
    member.refresh_from_db()
    user.refresh_from_db()
    assert (member.status, user.is_active) == (standing, False)
    assert homes(member) == [("QF01", None, ENTERED, MAY)]
    assert list(user.posts.values_list("ended_on", flat=True)) == [MAY]
    assert actions()[-3:] == ["post.ended", "account.closed", "member.left"]
    with pytest.raises(CannotChange, match="已不在名册上"):
        memberships.leave(member=member, way=way, on=MAY, note="", by=keeper, at=at)


def test_who_left_stays_on_file_where_they_were(branch_a, branch_b, enrol, keeper, at):
    member = enrol("张三", branch_a)
    memberships.leave(member=member, way=EventKind.MOVED_OUT, on=MAY, note="", by=keeper, at=at)
    at_a, at_b = Scope((branch_a.path,)), Scope((branch_b.path,))
    assert list(Member.objects.in_scope(at_a)) == []
    assert list(Member.objects.filed_in_scope(at_a)) == [member]
    assert list(Member.objects.filed_in_scope(at_b)) == []
    assert [home.member for home in queries.on_list(at_a)] == []
    assert [home.member for home in queries.on_list(at_a, status="LEFT")] == [member]


def test_who_left_can_be_taken_back_elsewhere(branch_a, branch_b, enrol, keeper, at):
    member = enrol("张三", branch_a)
    memberships.leave(member=member, way=EventKind.SUSPENDED, on=MAY, note="", by=keeper, at=at)
    back = dt.date(2026, 6, 1)
    with pytest.raises(CannotChange, match="转入日期不能早于离开日期 2026-05-01"):
        memberships.move(member=member, branch=branch_b, group=None, on=ENTERED, by=keeper, at=at)
    memberships.move(member=member, branch=branch_b, group=None, on=back, by=keeper, at=at)
    member.refresh_from_db()
    assert member.status == "FULL"
    assert homes(member) == [("QF01", None, ENTERED, MAY), ("QF02", None, back, None)]


def test_regularising_makes_a_full_member_once(branch_a, enrol, keeper, at):
    member = enrol("张三", branch_a, status="PROBATIONARY", admitted_on=dt.date(2025, 5, 1))
    with pytest.raises(CannotChange, match="转正日期应晚于入党日期 2025-05-01"):
        operations.regularise(member=member, on=dt.date(2025, 5, 1), by=keeper, at=at)
    operations.regularise(member=member, on=MAY, by=keeper, at=at)
    member.refresh_from_db()
    assert (member.status, member.regularised_on) == ("FULL", MAY)
    with pytest.raises(CannotChange, match="不是预备党员"):
        operations.regularise(member=member, on=MAY, by=keeper, at=at)


@pytest.mark.parametrize(
    ("first", "second", "fits"),
    [
        ((1, 10), (10, 20), True),
        ((1, 10), (9, 20), False),
        ((1, None), (20, None), False),
        ((10, 20), (1, 10), True),
        ((10, 20), (1, None), False),
    ],
)
def test_exemptions_do_not_overlap(branch_a, enrol, keeper, at, first, second, fits):
    def span(days):
        start, end = (None if day is None else dt.date(2026, 5, day) for day in days)
        return {"started_on": start, "ended_on": end}

    member = enrol("张三", branch_a)
    common = {"member": member, "reason": "ill", "note": "", "by": keeper, "at": at}
    exemptions.exempt(**common, **span(first))
    if fits:
        exemptions.exempt(**common, **span(second))
    else:
        with pytest.raises(CannotChange, match="已经登记了免考评"):
            exemptions.exempt(**common, **span(second))
    assert Exemption.objects.count() == (2 if fits else 1)


def test_an_exemption_ended_before_it_lasted_a_day_is_gone(branch_a, enrol, keeper, at):
    member = enrol("张三", branch_a)
    exemption = exemptions.exempt(
        member=member, reason="ill", note="", started_on=MAY, ended_on=None, by=keeper, at=at
    )
    exemptions.end_exemption(exemption=exemption, on=MAY, by=keeper, at=at)
    assert Exemption.objects.count() == 0


@pytest.mark.parametrize(
    ("number", "taken", "username"),
    [
        ("20150012", [], "20150012"),
        ("Ａ１２", [], "a12"),
        ("20150012", ["20150012"], "zengsan01"),
        ("", ["zengsan01"], "zengsan02"),
        ("工 12", [], "zengsan01"),
    ],
)
def test_an_account_is_named_by_employee_number_or_pinyin(
    branch_a, enrol, keeper, at, number, taken, username
):
    for name in taken:
        User.objects.create(username=name, name=name, created_at=at, password="!")
    member = enrol("曾三", branch_a, employee_number=number)
    user, password = member_accounts.open_account(member=member, by=keeper, at=at)
    member.refresh_from_db()
    assert (user.username, member.user, user.must_change_password) == (username, user, True)
    assert user.check_password(password)
    with pytest.raises(CannotChange, match="已有账号"):
        member_accounts.open_account(member=member, by=keeper, at=at)


def test_looking_at_a_number_leaves_who_and_why(branch_a, enrol, keeper, at):
    member = enrol("张三", branch_a, id_number=id_number(1), phone="13800000000")
    seen = operations.unmask(member=member, reason="TRANSFER", by=keeper, at=at)
    assert (seen.id_number, seen.phone) == (id_number(1), "13800000000")
    entry = AuditEntry.objects.get(action="member.unmasked")
    assert (entry.actor_id, entry.after) == (keeper.pk, {"reason": "办理组织关系"})
    assert audit.verify() == []


def test_sealed_values_are_not_in_the_tables(branch_a, enrol):
    enrol("张三", branch_a, id_number=id_number(1), phone="13800000000")
    with connection.cursor() as cursor:
        cursor.execute("SELECT m::text FROM members_member m")
        ((stored,),) = cursor.fetchall()
    assert id_number(1) not in stored
    assert "13800000000" not in stored
