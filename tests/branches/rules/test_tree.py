"""The tree's rules: paths, who stands under whom, and what a check finds."""

import pytest

from branches.rules import tree
from branches.rules.tree import Node, OrganizationKind, TreeProblem

C, GB, B, G = (
    OrganizationKind.COMMITTEE,
    OrganizationKind.GENERAL_BRANCH,
    OrganizationKind.BRANCH,
    OrganizationKind.GROUP,
)


@pytest.mark.parametrize(
    ("kind", "parents"),
    [(C, {None, C}), (GB, {C}), (B, {C, GB}), (G, {B})],
)
def test_a_kind_stands_under_these_and_no_others(kind, parents):
    allowed = {parent for parent in (None, C, GB, B, G) if tree.may_stand_under(kind, parent)}

    assert allowed == parents


@pytest.mark.parametrize(
    ("number", "step"),
    [(0, "0000"), (9, "0009"), (10, "000A"), (35, "000Z"), (36, "0010"), (36**4 - 1, "ZZZZ")],
)
def test_steps_count_in_base_36(number, step):
    assert tree.step(number) == step


@pytest.mark.parametrize("number", [-1, 36**4])
def test_a_number_without_a_step_is_refused(number):
    with pytest.raises(ValueError, match="no path step"):
        tree.step(number)


@pytest.mark.parametrize(
    ("parent", "last", "following"),
    [
        ("", None, "0000"),
        ("", "000Z", "0010"),
        ("0000", None, "00000000"),
        ("0000", "00000009", "0000000A"),
    ],
)
def test_the_next_child_comes_after_the_last(parent, last, following):
    assert tree.next_child_path(parent, last) == following


@pytest.mark.parametrize(
    ("path", "ancestors", "depth"),
    [
        ("0000", [], 1),
        ("00000001", ["0000"], 2),
        ("000000010002", ["0000", "00000001"], 3),
    ],
)
def test_ancestors_are_the_prefixes_root_first(path, ancestors, depth):
    assert tree.ancestor_paths(path) == ancestors
    assert tree.depth(path) == depth


SOUND = (
    Node(1, None, C, "0000"),
    Node(2, 1, GB, "00000000"),
    Node(3, 2, B, "000000000000"),
    Node(4, 3, G, "0000000000000000"),
)


def test_a_sound_tree_has_no_problems():
    assert tree.problems(SOUND) == []


@pytest.mark.parametrize(
    ("damaged", "what"),
    [
        (Node(3, 2, B, "00000000000"), "路径格式不对"),
        (Node(3, 2, B, "00000000000a"), "路径格式不对"),
        (Node(3, 9, B, "000000000000"), "上级组织不存在"),
        (Node(3, 1, B, "000000000000"), "路径与上级组织不一致"),
        (Node(3, 2, B, "000100000000"), "路径与上级组织不一致"),
    ],
)
def test_planted_damage_is_found_where_it_is(damaged, what):
    nodes = [node if node.id != 3 else damaged for node in SOUND[:3]]

    assert TreeProblem(3, what) in tree.problems(nodes)


def test_a_group_straight_under_a_committee_is_found():
    nodes = [SOUND[0], Node(5, 1, G, "00000001")]

    assert tree.problems(nodes) == [TreeProblem(5, "组织类别不能放在这个上级之下")]
