"""The sidebar: what somebody may open, in groups that fold."""

import re

import pytest

from branches.rules.roles import Role


def _groups(page: str) -> dict[str, bool]:
    """Return the groups of the sidebar and whether each stands open."""
    side = page.split('class="side"')[1].split("</nav>")[0]
    found = re.findall(r'<details class="nav-fold"( open)?><summary[^>]*>([^<]+)<', side)
    return {label: bool(is_open) for is_open, label in found}


def test_the_group_of_the_page_stands_open_and_the_others_fold(person, committee):
    client = person(Role.SECRETARY, committee)

    on_board = _groups(client.get("/notices/").content.decode())
    assert [label for label, is_open in on_board.items() if is_open] == ["本人"]
    at_home = _groups(client.get("/").content.decode())
    assert [label for label, is_open in at_home.items() if is_open] == ["组织生活"]


def test_few_entries_need_no_folding(person, branch_a):
    assert set(_groups(person(Role.AUDITOR, branch_a).get("/").content.decode()).values()) == {True}


@pytest.mark.parametrize("role", list(Role))
def test_the_entries_of_a_group_stand_together(person, committee, group_a, role):
    place = group_a if role is Role.GROUP_LEADER else committee
    side = person(role, place).get("/").content.decode().split('class="side"')[1].split("</nav>")[0]
    labels = re.findall(r'<summary class="nav-group">([^<]+)<', side)
    assert len(labels) == len(set(labels))
