"""The organisation tree: kinds, who may stand under whom, and paths.

A path is the parent's path plus one four-character step (0-9A-Z, counting in base 36),
so a subtree is a prefix, depth is length ÷ 4 and siblings sort as they were added.
Compared byte by byte (C collation). 1,679,616 children a node.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

STEP = 4
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class OrganizationKind(StrEnum):
    COMMITTEE = "COMMITTEE"
    GENERAL_BRANCH = "GENERAL_BRANCH"
    BRANCH = "BRANCH"
    GROUP = "GROUP"


class OrganizationType(StrEnum):
    """The comparison type (类型): branches are compared with their like."""

    ENTERPRISE_FRONT = "ENTERPRISE_FRONT"
    ENTERPRISE_SURFACE = "ENTERPRISE_SURFACE"
    ENTERPRISE_OFFICE = "ENTERPRISE_OFFICE"
    GOVERNMENT = "GOVERNMENT"
    INSTITUTION = "INSTITUTION"
    RURAL = "RURAL"
    COMMUNITY = "COMMUNITY"
    PRIVATE = "PRIVATE"
    SOCIAL = "SOCIAL"


_K = OrganizationKind

PARENTS: dict[OrganizationKind, frozenset[OrganizationKind | None]] = {
    _K.COMMITTEE: frozenset({None, _K.COMMITTEE}),
    _K.GENERAL_BRANCH: frozenset({_K.COMMITTEE}),
    _K.BRANCH: frozenset({_K.COMMITTEE, _K.GENERAL_BRANCH}),
    _K.GROUP: frozenset({_K.BRANCH}),
}


def may_stand_under(kind: OrganizationKind, parent: OrganizationKind | None) -> bool:
    """Return whether an organisation of ``kind`` may hang under one of kind ``parent``.

    ``None`` is the root. Source: 党章 第五章; 支部工作条例 第四条、第十三条.
    """
    return parent in PARENTS[kind]


def step(number: int) -> str:
    """Return the path step of the ``number``-th child, from 0.

    :raises ValueError: the number does not fit into four base-36 digits.
    """
    if not 0 <= number < 36**STEP:
        raise ValueError(f"no path step for child {number}")
    digits = []
    for _ in range(STEP):
        number, digit = divmod(number, 36)
        digits.append(_DIGITS[digit])
    return "".join(reversed(digits))


def next_child_path(parent_path: str, last_child_path: str | None) -> str:
    """Return the path after ``last_child_path`` under ``parent_path`` ("" is the root)."""
    last = -1 if last_child_path is None else int(last_child_path[-STEP:], 36)
    return parent_path + step(last + 1)


def parent_path(path: str) -> str:
    return path[:-STEP]


def depth(path: str) -> int:
    """Return 1 for a root."""
    return len(path) // STEP


def ancestor_paths(path: str) -> list[str]:
    """Return the paths of all ancestors, the root first, without ``path`` itself."""
    return [path[:end] for end in range(STEP, len(path), STEP)]


def lineage(path: str) -> list[str]:
    """Return the paths of all ancestors and ``path`` itself, the root first."""
    return [*ancestor_paths(path), path]


@dataclass(frozen=True, slots=True)
class Node:
    id: int
    parent_id: int | None
    kind: OrganizationKind
    path: str


@dataclass(frozen=True, slots=True)
class TreeProblem:
    node_id: int
    what: str


def problems(nodes: Iterable[Node]) -> list[TreeProblem]:
    """Return what is wrong with a tree: bad steps, paths off their parent's, kinds out of place."""
    by_id = {node.id: node for node in nodes}
    found = []
    for node in by_id.values():
        parent = by_id.get(node.parent_id) if node.parent_id is not None else None
        if not node.path or len(node.path) % STEP or not set(node.path) <= set(_DIGITS):
            found.append(TreeProblem(node.id, "路径格式不对"))
        elif node.parent_id is not None and parent is None:
            found.append(TreeProblem(node.id, "上级组织不存在"))
        elif parent_path(node.path) != (parent.path if parent else ""):
            found.append(TreeProblem(node.id, "路径与上级组织不一致"))
        if not may_stand_under(node.kind, parent.kind if parent else None):
            found.append(TreeProblem(node.id, "组织类别不能放在这个上级之下"))
    return found
