"""The stored tree: setting up, moving as one UPDATE, dissolving, terms, and its check."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches.models import AuditEntry, Organization, Post, User
from branches.operations import organizations
from branches.operations.organizations import CannotPlace
from branches.queries import organizations as queries
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind, OrganizationType
from branches.scope import Scope
from tests.conftest import set_up

D = dt.date
pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(person, committee) -> User:
    return person(Role.ADMINISTRATOR, committee).user


@pytest.fixture
def general_branch(committee, at) -> Organization:
    return set_up("QF9", "运输党总支", OrganizationKind.GENERAL_BRANCH, committee, at)


def shape() -> list[tuple[str, str, str | None]]:
    """The whole tree as (code, path, code of the parent)."""
    return list(Organization.objects.order_by("path").values_list("code", "path", "parent__code"))


def updates_of(action) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as queries_run:
        action()
    return [
        query["sql"] for query in queries_run.captured_queries
        if query["sql"].startswith('UPDATE "branches_organization"')
    ]  # fmt: skip


def test_children_get_the_next_free_path(branch_a, branch_b, group_a):
    assert shape() == [
        ("QF", "0000", None),
        ("QF01", "00000000", "QF"),
        ("QF0101", "000000000000", "QF01"),
        ("QF02", "00000001", "QF"),
    ]


@pytest.mark.parametrize("groups", [1, 30])
def test_a_move_takes_everything_below_in_one_update(groups, branch_a, general_branch, admin, at):
    for number in range(groups):
        set_up(f"G{number:02d}", f"第{number}组", OrganizationKind.GROUP, branch_a, at)

    updates = updates_of(
        lambda: organizations.move(organization=branch_a, parent=general_branch, by=admin, at=at)
    )

    assert len(updates) == 1
    assert queries.problems() == []
    branch_a.refresh_from_db()
    assert branch_a.path == general_branch.path + "0000"
    assert Organization.objects.subtree_of(branch_a).count() == groups + 1


def test_a_move_leaves_the_rest_of_the_tree_alone(
    branch_a, group_a, branch_b, general_branch, admin, at
):
    organizations.move(organization=branch_a, parent=general_branch, by=admin, at=at)

    assert shape() == [
        ("QF", "0000", None),
        ("QF02", "00000001", "QF"),
        ("QF9", "00000002", "QF"),
        ("QF01", "000000020000", "QF9"),
        ("QF0101", "0000000200000000", "QF01"),
    ]


def test_a_move_back_takes_a_fresh_path_and_is_sound(branch_a, general_branch, admin, at):
    committee = branch_a.parent
    organizations.move(organization=branch_a, parent=general_branch, by=admin, at=at)
    organizations.move(organization=branch_a, parent=committee, by=admin, at=at)

    assert queries.problems() == []


@pytest.mark.parametrize(
    ("what", "where", "why"),
    [
        ("QF01", "QF01", "不能把组织调整到它自己或它的下级之下。"),
        ("QF", "QF01", "不能把组织调整到它自己或它的下级之下。"),
        ("QF01", "QF0101", "不能把组织调整到它自己或它的下级之下。"),
        ("QF01", "QF", "它已经在这个上级之下，不用调整。"),
        ("QF01", "QF02", "这类组织不能放在所选上级之下。"),
        ("QF0101", "QF", "这类组织不能放在所选上级之下。"),
        ("QF01", None, "这类组织不能放在所选上级之下。"),
        ("QF01", "QF8", "所选上级已经撤销。"),
        ("QF8", "QF9", "这个组织已经撤销，不能再调整。"),
    ],
)
def test_a_forbidden_move_changes_nothing(
    what, where, why, branch_a, branch_b, group_a, general_branch, committee, admin, at
):
    closed = set_up("QF8", "筹建党总支", OrganizationKind.GENERAL_BRANCH, committee, at)
    organizations.dissolve(organization=closed, on=D(2026, 9, 1), by=admin, at=at)
    before = shape()

    with pytest.raises(CannotPlace) as refusal:
        organizations.move(
            organization=Organization.objects.get(code=what),
            parent=Organization.objects.get(code=where) if where else None,
            by=admin,
            at=at,
        )

    assert str(refusal.value) == why
    assert shape() == before


def test_a_code_is_given_once(branch_a, committee, at):
    with pytest.raises(CannotPlace) as refusal:
        set_up("QF01", "另一个", OrganizationKind.BRANCH, committee, at)

    assert str(refusal.value) == "组织编码“QF01”已被使用，请换一个。"


def test_nothing_is_set_up_below_a_dissolved_organisation(branch_a, admin, at):
    organizations.dissolve(organization=branch_a, on=D(2026, 10, 1), by=admin, at=at)

    with pytest.raises(CannotPlace):
        set_up("QF0109", "新组", OrganizationKind.GROUP, branch_a, at)


def test_dissolving_ends_the_posts_on_that_day_and_keeps_the_rows(branch_a, admin, person, at):
    person(Role.SECRETARY, branch_a)

    organizations.dissolve(organization=branch_a, on=D(2026, 10, 1), by=admin, at=at)

    assert list(Post.objects.filter(organization=branch_a).values_list("ended_on", flat=True)) == [
        D(2026, 10, 1)
    ]
    assert Organization.objects.get(pk=branch_a.pk).dissolved_on == D(2026, 10, 1)


@pytest.mark.parametrize(
    ("on", "why"),
    [
        (D(2026, 10, 1), "下面还有未撤销的组织，请先撤销或调整它们。"),
        (D(2000, 6, 30), "撤销日期不能早于成立日期 2000-07-01。"),
    ],
)
def test_what_cannot_be_dissolved(on, why, branch_a, group_a, admin, at):
    with pytest.raises(CannotPlace) as refusal:
        organizations.dissolve(organization=branch_a, on=on, by=admin, at=at)

    assert str(refusal.value) == why


def test_terms_count_up_and_last_three_years_in_a_branch(branch_a, admin, at):
    for elected in (D(2021, 1, 5), D(2024, 2, 29)):
        organizations.record_term(organization=branch_a, elected_on=elected, by=admin, at=at)

    assert [(t.ordinal, t.elected_on, t.ends_on) for t in queries.terms_of(branch_a)] == [
        (2, D(2024, 2, 29), D(2027, 2, 28)),
        (1, D(2021, 1, 5), D(2024, 1, 5)),
    ]


def test_a_village_branch_has_five_years(branch_a, admin, at):
    Organization.objects.filter(pk=branch_a.pk).update(type=OrganizationType.RURAL)

    term = organizations.record_term(
        organization=branch_a, elected_on=D(2024, 3, 1), by=admin, at=at
    )

    assert term.ends_on == D(2029, 3, 1)


@pytest.mark.parametrize("elected", [D(2024, 3, 1), D(2024, 2, 29)])
def test_an_election_follows_the_last_one(elected, branch_a, admin, at):
    organizations.record_term(organization=branch_a, elected_on=D(2024, 3, 1), by=admin, at=at)

    with pytest.raises(CannotPlace):
        organizations.record_term(organization=branch_a, elected_on=elected, by=admin, at=at)


def test_a_group_has_no_term(group_a, admin, at):
    with pytest.raises(CannotPlace) as refusal:
        organizations.record_term(organization=group_a, elected_on=D(2024, 3, 1), by=admin, at=at)

    assert str(refusal.value) == "党小组没有届次。"


def test_each_step_leaves_one_entry_in_the_audit(branch_a, general_branch, admin, at):
    before = AuditEntry.objects.count()

    organizations.change(
        organization=branch_a, name="新名", short_name="新", type=branch_a.type,
        founded_on=branch_a.founded_on, by=admin, at=at,
    )  # fmt: skip
    organizations.move(organization=branch_a, parent=general_branch, by=admin, at=at)
    organizations.record_term(organization=branch_a, elected_on=D(2024, 3, 1), by=admin, at=at)
    organizations.dissolve(organization=branch_a, on=D(2026, 10, 1), by=admin, at=at)

    found = AuditEntry.objects.order_by("id").values_list("action", flat=True)[before:]
    assert list(found) == [
        "organization.changed", "organization.moved", "term.recorded", "organization.closed",
    ]  # fmt: skip


def check_tree() -> tuple[int, str]:
    output = StringIO()
    try:
        call_command("check_tree", stdout=output)
    except CommandError as error:
        return error.returncode, output.getvalue()
    return 0, output.getvalue()


def test_a_sound_tree_passes_the_check(branch_a, branch_b, group_a):
    assert check_tree() == (0, "组织树完好，共 4 个组织。\n")


@pytest.mark.parametrize(
    ("damage", "line"),
    [
        ({"path": "0009"}, "QF01 青峰能源采煤党支部（0009）：路径与上级组织不一致"),
        ({"path": "00050000"}, "QF01 青峰能源采煤党支部（00050000）：路径与上级组织不一致"),
        ({"kind": "GROUP"}, "QF01 青峰能源采煤党支部（00000000）：组织类别不能放在这个上级之下"),
        ({"parent_id": None}, "QF01 青峰能源采煤党支部（00000000）：路径与上级组织不一致"),
    ],
)
def test_planted_damage_is_listed_and_fails_the_check(damage, line, branch_a, branch_b):
    Organization.objects.filter(pk=branch_a.pk).update(**damage)

    code, output = check_tree()

    assert code == 1
    assert line in output.splitlines()


def test_an_empty_scope_reaches_no_organisation(branch_a):
    assert list(Organization.objects.in_scope(Scope())) == []


def test_a_scope_keeps_only_the_outermost_roots():
    assert Scope.over(["00000001", "0000", "00010000", "0001"]).roots == ("0000", "0001")


def test_a_scope_does_not_reach_a_sibling_or_the_parent(committee, branch_a, group_a, branch_b):
    scope = Scope.over([branch_a.path])

    found = Organization.objects.in_scope(scope).values_list("code", flat=True)
    assert list(found) == ["QF01", "QF0101"]


@pytest.mark.parametrize(
    ("roots", "below"),
    [
        (["committee"], ["QF01", "QF0101", "QF02"]),
        (["branch_a"], ["QF0101"]),
        (["branch_a", "branch_b"], ["QF0101"]),
        (["group_a"], []),
        ([], []),
    ],
)
def test_what_lies_strictly_below_a_scope(
    request, committee, branch_a, group_a, branch_b, roots, below
):
    scope = Scope.over(request.getfixturevalue(name).path for name in roots)

    found = Organization.objects.filter(scope.below_q("path")).order_by("path")
    assert sorted(row.code for row in found) == below
    places = (branch_a, branch_b, committee, group_a)
    assert sorted(row.code for row in places if scope.is_above(row.path)) == below


def test_the_forest_counts_what_is_below(committee, general_branch, branch_a, group_a, at):
    third = set_up("QF91", "一队党支部", OrganizationKind.BRANCH, general_branch, at)
    set_up("QF911", "一组", OrganizationKind.GROUP, third, at)

    [root] = queries.forest(Scope.over([committee.path]), D(2026, 10, 20))

    assert (root.branches, root.groups) == (2, 2)
    assert [(n.organization.code, n.branches, n.groups) for n in root.children] == [
        ("QF9", 1, 1), ("QF01", 0, 1),
    ]  # fmt: skip
