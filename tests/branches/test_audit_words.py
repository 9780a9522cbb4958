"""What the audit page says: every key and code that any app writes has a Chinese word."""

import ast
import datetime as dt
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest
from django.conf import settings

import activities.wording
import members.wording
from activities.operations.activities import _FACTS
from activities.operations.details import Part
from activities.rules.attendance import RollCount
from branches import wording
from branches.models import AuditEntry
from branches.operations import accounts, calendar_days, organizations
from branches.queries.audit_details import details
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind, OrganizationType
from members.operations.members import Details
from scoring.demo.seeding import Parameters

APPS = ("branches", "members", "activities", "people", "scoring")


def _recorded() -> list[tuple[str, ast.Call]]:
    """Every call of audit.record, with where it stands."""
    found = []
    for app in APPS:
        for path in sorted((Path(settings.BASE_DIR) / app).rglob("*.py")):
            found += [
                (f"{path.relative_to(settings.BASE_DIR)}:{node.lineno}", node)
                for node in ast.walk(ast.parse(path.read_text()))
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record"
            ]
    return found


def _texts(node: ast.AST) -> list[str]:
    return [
        part.value
        for part in ast.walk(node)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]


CALLS = _recorded()
# Keys that do not stand in the call itself.
COMPUTED = {
    *_FACTS,
    *(field.name for field in fields(Part)),
    *(field.name for field in fields(RollCount)),
    *(field.name for field in fields(Details)),
    *(field.name for field in fields(Parameters)),
    "branch", "group", "short_name", "founded_on", "parts", "is_working", "note",
}  # fmt: skip


def _keys() -> list[tuple[str, str]]:
    found = [
        (where, key.value)
        for where, call in CALLS
        for keyword in call.keywords
        if keyword.arg in ("before", "after")
        for node in ast.walk(keyword.value)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    ]
    return found + [("computed", key) for key in sorted(COMPUTED)]


def test_the_calls_are_found():
    assert len(CALLS) >= 30


@pytest.mark.parametrize(("where", "key"), _keys())
def test_every_key_has_a_word_or_is_not_shown(where, key):
    assert (key in wording.AUDIT_FIELDS) != (key in wording.AUDIT_UNSHOWN)


@pytest.mark.parametrize(
    ("where", "action"),
    [
        (where, action)
        for where, call in CALLS
        if not isinstance(call.args[0], ast.Name)
        for action in _texts(call.args[0])
    ],
)
def test_every_action_has_a_word(where, action):
    assert action in wording.AUDIT_ACTIONS


def _codes(words: dict) -> dict[str, str]:
    return {str(code): word for code, word in words.items()}


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("status", members.wording.STATUSES),
        ("sex", members.wording.SEXES),
        ("education", members.wording.EDUCATIONS),
        ("reason", members.wording.EXEMPTIONS),
        ("way", members.wording.LEAVINGS),
        ("state", activities.wording.STATES),
        ("marks", activities.wording.ATTENDANCE),
    ],
)
def test_the_codes_of_other_apps_are_said_as_those_apps_say_them(key, words):
    assert wording.AUDIT_VALUES[key] == _codes(words)


def test_the_schemes_are_named_as_their_files_name_them():
    folder = Path(settings.BASE_DIR) / "scoring" / "presets"
    read = [tomllib.loads(path.read_text()) for path in sorted(folder.glob("*.toml"))]

    assert {scheme["code"]: scheme["title"] for scheme in read} == wording.SCHEMES


def told(action: str, before: dict | None, after: dict | None) -> list[tuple[str, str, str]]:
    entry = AuditEntry(action=action, before=before, after=after)
    return details([entry], ledger_titles={"rolls": "党员名册"})[0]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("action", "before", "after", "expected"),
    [
        ("mark.entered", {"pledges": "3.00"},
         {"period": "2026-10", "pledges": "4.00", "files": "5.00"},
         [("期间", "", "2026 年 10 月"), ("打分", "", "2 项，其中改分 1 项")]),
        ("mark.entered", {}, {"period": "2026-10", "files": "5.00"},
         [("期间", "", "2026 年 10 月"), ("打分", "", "1 项")]),
        ("points.entered", None,
         {"item": "pledges", "member": 285, "quantity": "1.00", "happened_on": "2026-10-28"},
         [("数量", "", "1.00"), ("发生日期", "", "2026年10月28日")]),
        ("run.computed", None, {"period": "2026Q3", "scheme": "star-branch", "subjects": 25},
         [("期间", "", "2026 年第三季度"), ("评分方案", "", "星级党支部（五标）"),
          ("核算对象数", "", "25")]),
        ("scheme.adopted", None, {"code": "points-1261", "number": 2, "from": "2026-10"},
         [("评分方案", "", "党员积分（1261 定档）"), ("版次", "", "2"),
          ("施行月份", "", "2026 年 10 月")]),
        ("activity.attendance", {"7": "UNMARKED", "9": "UNMARKED"},
         {"7": "PRESENT", "9": "LEAVE"}, [("到会登记", "未登记 2 人", "到 1 人、请假 1 人")]),
        ("activity.logged", None, {"starts_at": "15:00:00", "ends_at": None, "marks": {},
                                   "parts": [{"title": "学习", "content": ""}]},
         [("开始时间", "", "15:00"), ("结束时间", "", "（空）"),
          ("议程", "", "标题 学习；内容 （空）")]),
        ("activity.cancelled", {"state": "OPEN"}, {"state": "CANCELLED", "reason": "停电"},
         [("原因", "", "停电"), ("状态", "登记中", "已取消")]),
        ("ledger.printed", None, {"code": "rolls", "rows": 3, "checksum": "0f"},
         [("台账", "", "党员名册"), ("行数", "", "3")]),
        ("roster.imported", None, {"created": 3, "sha256": "0f"}, [("新登记人数", "", "3")]),
        ("member.exported", None, {"rows": 3, "sensitive": True},
         [("行数", "", "3"), ("含敏感信息", "", "是")]),
        ("activity.logged", None, {"host": "2026-13-45x"}, [("主持人", "", "2026-13-45x")]),
        ("account.closed", None, None, []),
    ],
)  # fmt: skip
def test_an_entry_is_told_in_words(action, before, after, expected):
    assert told(action, before, after) == expected


@pytest.mark.django_db
def test_codes_of_organisations_are_told_by_name(branch_a):
    assert told("member.moved", {"branch": "GONE", "group": ""}, {"branch": branch_a.code}) == [
        ("党支部", "GONE", branch_a.short_name), ("党小组", "（空）", ""),
    ]  # fmt: skip


@pytest.mark.django_db
def test_an_appointment_and_its_end_name_the_person(committee, branch_a, person, at):
    admin = person(Role.ADMINISTRATOR, committee).user
    user = person(Role.REVIEWER, committee).user
    day = dt.date(2026, 10, 20)
    post = accounts.appoint(
        user=user, organization=branch_a, role=Role.SECRETARY, started_on=day, by=admin, at=at
    )
    accounts.end_post(post=post, on=day, by=admin, at=at)

    ended, appointed = AuditEntry.objects.filter(action__startswith="post.").order_by("-id")[:2]
    who = [
        ("姓名", "", user.name), ("账号", "", user.username), ("职务", "", "书记"),
        ("党组织", "", branch_a.short_name),
    ]  # fmt: skip
    assert details([appointed, ended], ledger_titles={}) == [
        [*who, ("起始日期", "", "2026年10月20日")],
        [*who, ("截止日期", "", "2026年10月20日")],
    ]


@pytest.mark.django_db
def test_a_move_names_the_old_and_the_new_parent(committee, branch_a, person, at):
    admin = person(Role.ADMINISTRATOR, committee).user
    between = organizations.create(
        code="ZZ", name="采掘党总支", short_name="采掘总支", kind=OrganizationKind.GENERAL_BRANCH,
        type=OrganizationType.ENTERPRISE_FRONT, parent=committee,
        founded_on=dt.date(2020, 1, 1), by=None, at=at,
    )  # fmt: skip
    organizations.move(organization=branch_a, parent=between, by=admin, at=at)

    entry = AuditEntry.objects.get(action="organization.moved")
    assert details([entry], ledger_titles={}) == [[("上级组织", committee.name, "采掘党总支")]]


@pytest.mark.django_db
def test_days_that_end_before_they_begin_are_said_above_the_list(committee, person, at):
    auditor = person(Role.AUDITOR, committee)

    page = auditor.get("/audit/?first=2026-10-20&last=2026-10-19").content.decode()

    message = "结束日期早于开始日期，请改好再查；下面列出的是没有筛选的记录。"
    assert page.count(message) == 1
    assert page.index(message) < page.index('<form class="filters')


@pytest.mark.django_db
def test_the_day_an_entry_is_about_is_written_out(committee, person, at):
    auditor = person(Role.AUDITOR, committee)
    calendar_days.set_day(
        day=dt.date(2026, 10, 1), is_working=False, note="", by=auditor.user, at=at
    )

    page = auditor.get("/audit/?action=calendar.changed").content.decode()
    assert page.count("2026年10月1日 休息") == 1
