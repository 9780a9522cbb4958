"""The demonstration: always the same, sound by the product's own rules, over no other data."""

import datetime as dt
import io
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from activities.models import Activity, Attendance
from activities.rules.progress import State
from branches.demo_accounts import ACCOUNTS, PASSWORD
from branches.models import AuditEntry, CalendarDay, Organization, Post, Regulation, User
from branches.models.fields import SealedTextField
from branches.queries.organizations import problems
from branches.rules.roles import Role
from branches.rules.working_days import WorkingCalendar
from members.models import Member, Membership
from members.rules import id_numbers
from scoring.demo import company, seeding, tables
from scoring.demo.people import Secrets
from scoring.demo.seeding import Parameters
from scoring.models import Appeal, Consequence, Round, Run, Score
from scoring.rules import reading

TODAY = dt.date(2026, 11, 21)
AT = dt.datetime(2026, 11, 21, 9, tzinfo=dt.UTC)
PRESETS = Path(__file__).resolve().parents[2] / "scoring" / "presets"
# Drawn afresh each time: a password's salt, a seal's nonce.
UNREPEATABLE = {"password", "id_number", "phone"}


def plan(**changes: int) -> company.Company:
    wanted = {"members": 200, "months": 2, "seed": 7} | changes
    return company.plan(**wanted, today=TODAY, calendar=WorkingCalendar())


def text_of(planned: company.Company) -> str:
    open_ = Secrets(str, str, str, "hash")
    stars = reading.read((PRESETS / "star-branch.toml").read_text(encoding="utf-8"))
    found = [*tables.foundation(planned, open_)]
    written = "".join(f"{table.model}\n{''.join(table.lines)}" for table in found)
    for table in tables.months(planned, stars):
        written += f"{table.model}\n{''.join(table.lines)}"
    return written


def seed(members: int = 150, months: int = 2, number: int = 7, **options: bool) -> seeding.Report:
    parameters = Parameters.on(TODAY, members=members, months=months, seed=number)
    return seeding.seed(parameters, at=AT, say=lambda _: None, **{"with_runs": True, **options})


def checksums() -> dict[str, str]:
    """The contents of every table that the command fills, without what is drawn afresh."""
    found = {}
    with connection.cursor() as cursor:
        for label in ("branches", "members", "activities", "people", "scoring"):
            for model in apps.get_app_config(label).get_models():
                if model is AuditEntry:
                    continue
                columns = ", ".join(
                    f'"{field.column}"'
                    for field in model._meta.concrete_fields
                    if getattr(field, "column", None)
                    and field.column not in UNREPEATABLE
                    and not isinstance(field, SealedTextField)
                )
                cursor.execute(
                    f"SELECT md5(string_agg(r::text, '|' ORDER BY r::text))"
                    f" FROM (SELECT {columns} FROM {model._meta.db_table}) AS r"
                )
                found[model.__name__] = cursor.fetchone()[0]
    return found


def test_the_same_arguments_give_the_same_rows():
    assert text_of(plan()) == text_of(plan())


@pytest.mark.parametrize("change", [{"seed": 8}, {"members": 201}, {"months": 3}])
def test_other_arguments_give_other_rows(change):
    assert text_of(plan(**change)) != text_of(plan())


@pytest.mark.parametrize("members", [120, 420, 1_000, 5_001, 100_001])
def test_every_member_is_in_one_branch(members):
    planned = plan(members=members)

    assert sum(branch.size for branch in planned.branches) == members
    assert [branch.first for branch in planned.branches[1:]] == [
        branch.last + 1 for branch in planned.branches[:-1]
    ]


@pytest.mark.parametrize(
    ("members", "roots", "branches"),
    [(120, 1, 12), (420, 1, 12), (1_000, 1, 29), (100_000, 1, 2857), (100_001, 2, 2858)],
)
def test_the_company_grows_by_branches_and_committees(members, roots, branches):
    planned = plan(members=members)

    assert (len(planned.roots), len(planned.branches)) == (roots, branches)
    codes = [unit.code for unit in planned.units()]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(("members", "months"), [(119, 2), (200, 0)])
def test_too_small_a_company_is_refused(members, months):
    with pytest.raises(ValueError, match="too small"):
        plan(members=members, months=months)


@pytest.mark.django_db
def test_the_database_holds_the_same_rows_each_time():
    seed()
    first = checksums()
    seed(number=8)
    assert checksums() != first
    seed()

    assert checksums() == first


@pytest.mark.django_db
def test_the_data_are_sound_by_the_products_own_rules():
    seed()

    assert problems() == []
    for member in Member.objects.all():
        id_numbers.validate(member.id_number, today=TODAY)
        assert id_numbers.birth_date(member.id_number) == member.birth_date
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM activities_attendance AS a LEFT JOIN members_membership AS m"
            " ON m.member_id = a.member_id AND m.branch_id = a.branch_id"
            " AND m.started_on <= a.held_on AND (m.ended_on IS NULL OR m.ended_on > a.held_on)"
            " WHERE m.id IS NULL"
        )
        assert cursor.fetchone() == (0,)
    assert not Attendance.objects.filter(is_counted=True).exclude(activity__state=State.CLOSED)
    assert not Activity.objects.filter(held_on__gte=TODAY).exclude(state=State.PLANNED)
    assert Membership.objects.current().home().count() == Member.objects.on_roll().count()


@pytest.mark.django_db
def test_each_demo_account_holds_its_post():
    seed()

    assert User.objects.get(username="shuji").check_password(PASSWORD)
    found = {
        account.username: [
            (post.role, post.organization.name)
            for post in Post.objects.filter(user__username=account.username)
        ]
        for account in ACCOUNTS
    }
    group = found["zuzhang"][0][1]
    assert found == {
        "shuji": [(Role.SECRETARY, "选煤厂党支部")],
        "dangwei": [(Role.REVIEWER, "青峰矿党委")],
        "dangweishuji": [(Role.SECRETARY, "青峰矿党委")],
        "dangyuan": [],
        "zuzhang": [(Role.GROUP_LEADER, group)],
        "admin": [(Role.ADMINISTRATOR, "青峰矿党委")],
        "shenji": [(Role.AUDITOR, "青峰矿党委")],
    }
    assert group.startswith("选煤厂第")
    place = Membership.objects.get(member__user__username="dangyuan")
    assert (place.branch.name, place.group.name) == ("选煤厂党支部", group)


@pytest.mark.django_db
def test_every_finished_month_is_computed_and_the_present_one_is_not():
    seed()

    months = sorted(Run.objects.current().values_list("period_start", "scheme_code"))
    assert months == [
        (dt.date(2026, month, 1), code)
        for month in (9, 10)
        for code in ("points-1261", "star-branch")
    ]


@pytest.mark.django_db
def test_the_default_company_has_every_kind_of_branch():
    seed(members=420, months=14, number=20261001)

    branches = Score.objects.filter(member__isnull=True, run__period_kind="month")
    assert set(branches.filter(veto="").values_list("place__star", flat=True)) == {2, 3, 4, 5}
    vetoed = branches.exclude(veto="").values_list("organization__short_name", "veto")
    assert list(vetoed) == [("综掘二队", "不予评星")]
    assert Organization.objects.filter(kind="BRANCH").count() == 12


@pytest.mark.django_db
def test_two_quarters_are_final_and_a_month_is_on_notice_with_an_appeal():
    seed(members=420, months=14, number=20261001)

    rounds = Round.objects.order_by("period_kind", "period_start")
    assert [(str(one.run.period), one.state) for one in rounds] == [
        ("2026-10", "PUBLIC"), ("2026Q2", "FINAL"), ("2026Q3", "FINAL"),
    ]  # fmt: skip
    [appeal] = Appeal.objects.all()
    assert (appeal.state, appeal.organization, appeal.filed_by.username) == (
        "FILED", appeal.filed_by.posts.get().organization, "shuji",
    )  # fmt: skip
    assert Consequence.objects.filter(kind="flag").count() >= 2
    assert set(Consequence.objects.values_list("state", flat=True)) == {"ACCEPTED", "PROPOSED"}


@pytest.mark.django_db
def test_a_bulk_load_gives_every_index_and_reference_back():
    def definitions() -> list[tuple[str, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
                " UNION SELECT conname, pg_get_constraintdef(oid) || convalidated"
                " FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2"
            )
            return cursor.fetchall()

    before = definitions()
    report = seed(members=company.DETAILED_UP_TO + 1, months=1, with_runs=False)

    assert definitions() == before
    assert report.rows["members.Member"] == Member.objects.count() == company.DETAILED_UP_TO + 1
    assert report.runs == Run.objects.count() == 0


def run(**options: int) -> str:
    said = io.StringIO()
    call_command("seed_demo", stdout=said, **{"members": 120, "months": 1, **options})
    return said.getvalue()


@pytest.mark.django_db
def test_the_command_names_the_accounts_and_records_what_it_did():
    said = run()

    assert all(f"  {account.username}（{account.role}）" in said for account in ACCOUNTS)
    entry = AuditEntry.objects.get(action="demo.seeded")
    assert entry.after == {
        "members": 120,
        "months": 1,
        "seed": 20261001,
        "today": timezone.localdate().isoformat(),
    }


@pytest.mark.django_db
def test_the_same_again_changes_nothing():
    run()
    Organization.objects.filter(path="0000").update(short_name="改过")

    assert run() == "演示数据已是今天按相同参数生成的，未作改动。\n"
    assert Organization.objects.filter(short_name="改过").count() == 1


@pytest.mark.django_db
def test_other_parameters_replace_all_but_audit_regulations_and_calendar():
    run()
    CalendarDay.objects.create(day=TODAY, is_working=True)
    audit, regulations = AuditEntry.objects.count(), Regulation.objects.count()

    said = run(members=130)

    assert said.startswith(f"替换 {timezone.localdate()} 生成的演示数据（120 名党员）")
    assert Member.objects.count() == 130
    assert AuditEntry.objects.count() == 2 * audit
    assert (Regulation.objects.count(), CalendarDay.objects.count()) == (regulations, 1)


@pytest.mark.django_db
def test_other_data_are_never_touched():
    User.objects.create(username="zhang.san", name="张三", created_at=AT)

    with pytest.raises(CommandError, match="不是演示数据"):
        run()
    assert list(User.objects.values_list("username", flat=True)) == ["zhang.san"]


@pytest.mark.django_db
def test_production_is_refused(settings):
    settings.LOCAL, settings.DEMO = False, False

    with pytest.raises(CommandError, match="正式环境"):
        run()
    assert not Organization.objects.exists()


@pytest.mark.parametrize(
    ("option", "value"), [("members", 119), ("members", 1_000_001), ("months", 0), ("seed", -1)]
)
def test_arguments_out_of_range_are_refused(option, value):
    with pytest.raises(CommandError, match=f"--{option} 应"):
        run(**{option: value})
