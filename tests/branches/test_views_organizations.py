"""Pages of the tree: who sees what, and each form's way through and its refusals."""

import datetime as dt

import pytest
from django.urls import reverse

from branches.models import Organization, Post, Term
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from tests.conftest import set_up

pytestmark = pytest.mark.django_db


def url(name, organization) -> str:
    return reverse(name, kwargs={"pk": organization.pk})


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.SECRETARY, 200), (Role.DEPUTY_SECRETARY, 200), (Role.COMMITTEE_MEMBER, 200),
        (Role.REVIEWER, 200), (Role.ADMINISTRATOR, 200), (Role.GROUP_LEADER, 403),
        (Role.AUDITOR, 403), (None, 403),
    ],
)  # fmt: skip
def test_who_sees_the_tree(role, status, person, branch_a):
    client = person(role, branch_a)

    assert client.get(reverse("organization-tree")).status_code == status
    assert client.get(url("organization", branch_a)).status_code == (200 if status == 200 else 404)


@pytest.mark.parametrize(
    "name",
    ["organization", "organization-edit", "organization-move", "organization-dissolve",
     "organization-term"],
)  # fmt: skip
def test_a_sibling_is_not_found_and_ones_own_is(name, person, branch_a, branch_b):
    client = person(Role.ADMINISTRATOR, branch_a)

    assert client.get(url(name, branch_b)).status_code == 404
    assert client.post(url(name, branch_b), {}).status_code == 404
    assert client.get(url(name, branch_a)).status_code == 200


@pytest.mark.parametrize(
    "name", ["organization-edit", "organization-move", "organization-dissolve",
             "organization-term"],
)  # fmt: skip
def test_a_secretary_sees_the_branch_but_changes_nothing(name, person, branch_a):
    client = person(Role.SECRETARY, branch_a)

    page = client.get(url("organization", branch_a))
    assert reverse(name, kwargs={"pk": branch_a.pk}) not in page.content.decode()
    assert client.post(url(name, branch_a), {}).status_code == 404


def test_the_way_up_leads_only_where_one_may_go(person, branch_a, group_a):
    page = person(Role.SECRETARY, branch_a).get(url("organization", group_a))

    assert page.context["trail"] == [
        ("采煤党支部", url("organization", branch_a)), ("采煤一组", ""),
    ]  # fmt: skip


NEW = {
    "kind": "BRANCH", "name": "青峰能源通风党支部", "short_name": "通风党支部", "code": "QF07",
    "type": "ENTERPRISE_FRONT", "founded_on": "2026-10-01",
}  # fmt: skip


def test_an_organisation_is_set_up_below_its_parent(person, committee):
    client = person(Role.ADMINISTRATOR, committee)

    response = client.post(reverse("organization-new"), NEW | {"parent": committee.pk})

    made = Organization.objects.get(code="QF07")
    assert response.url == url("organization", made)
    assert (made.parent, made.path) == (committee, "00000000")


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"kind": "GROUP"}, "kind", "党委下面不能设党小组，可以设：党委、党总支、党支部。"),
        ({"code": "编 码"}, "code", "编码只能由字母、数字、点、横线组成。"),
        ({"code": "QF"}, "__all__", "组织编码“QF”已被使用，请换一个。"),
        ({"founded_on": "2100-01-01"}, "founded_on", None),
        ({"founded_on": "0001-01-01"}, "founded_on", "日期太早，请检查年份。"),
        ({"founded_on": "昨天"}, "founded_on", "日期请填成 2026-10-20 这样。"),
        ({"name": "\u200b"}, "name", "请填写全称。"),
        ({"parent": "999999999999999999999"}, "parent", "这个组织不在可选范围内，请重新选择。"),
    ],
)
def test_a_wrong_entry_is_named_and_the_rest_is_kept(change, field, message, person, committee):
    client = person(Role.ADMINISTRATOR, committee)

    response = client.post(reverse("organization-new"), NEW | {"parent": committee.pk} | change)

    form = response.context["form"]
    assert list(form.errors) == [field]
    assert message is None or form.errors[field] == [message]
    assert "通风党支部" in response.content.decode()


def test_nothing_is_set_up_outside_the_scope(person, committee, branch_a):
    client = person(Role.ADMINISTRATOR, branch_a)

    response = client.post(reverse("organization-new"), NEW | {"parent": committee.pk})

    assert list(response.context["form"].errors) == ["parent"]


def test_a_branch_moves_to_where_it_may_stand(person, committee, branch_a, at):
    general = set_up("QF9", "运输党总支", OrganizationKind.GENERAL_BRANCH, committee, at)
    client = person(Role.ADMINISTRATOR, committee)

    page = client.get(url("organization-move", branch_a))
    assert list(page.context["form"].fields["parent"].queryset) == [general]
    client.post(url("organization-move", branch_a), {"parent": general.pk})

    branch_a.refresh_from_db()
    assert branch_a.parent == general


def test_dissolving_needs_a_day_that_has_come(person, committee, branch_a):
    person(Role.SECRETARY, branch_a)
    client = person(Role.ADMINISTRATOR, committee)
    tomorrow = dt.date.today() + dt.timedelta(days=2)

    refused = client.post(url("organization-dissolve", branch_a), {"on": tomorrow})
    assert list(refused.context["form"].errors) == ["on"]

    client.post(url("organization-dissolve", branch_a), {"on": "2026-10-01"})
    branch_a.refresh_from_db()
    assert branch_a.dissolved_on == dt.date(2026, 10, 1)
    assert not Post.objects.filter(organization=branch_a, ended_on__isnull=True).exists()
    assert client.get(url("organization", branch_a)).status_code == 200
    assert client.get(url("organization-edit", branch_a)).status_code == 404


def test_an_election_starts_the_clock(person, committee, branch_a):
    client = person(Role.ADMINISTRATOR, committee)

    client.post(url("organization-term", branch_a), {"elected_on": "2022-02-05"})

    assert Term.objects.get().ends_on == dt.date(2025, 2, 5)
    page = client.get(url("organization", branch_a))
    assert page.context["clock"].state == "OVERDUE"


def test_a_large_tree_ends_at_the_branches(person, committee, branch_a, group_a, monkeypatch):
    monkeypatch.setattr("branches.queries.organizations.GROUPS_SHOWN_UP_TO", 2)

    page = person(Role.ADMINISTRATOR, committee).get(reverse("organization-tree"))

    assert "采煤党支部" in page.content.decode()
    assert "采煤一组" not in page.content.decode()
    assert page.context["groups"] == 1
