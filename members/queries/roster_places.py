"""The branches and groups that the rows of a roster name."""

from __future__ import annotations

import datetime as dt
import difflib
from collections import defaultdict

from branches.models import Organization
from branches.rules.tree import OrganizationKind
from members.rules.roster_header import RosterField, RosterHeader, RowProblem
from members.rules.roster_rows import RosterRow, match_key

SUGGESTIONS_FOR = 50  # unknown names; looking for likenesses is slow
_F = RosterField


class Places:
    """The branches and groups a roster may name, loaded once."""

    def __init__(self, organization: Organization, header: RosterHeader, today: dt.date) -> None:
        self._header = header
        self._only = organization if organization.is_branch else None
        self._suggested = 0
        self._unknown: dict[str, str] = {}
        self._branches: dict[str, list[Organization]] = defaultdict(list)
        self._groups: dict[tuple[int, str], list[Organization]] = defaultdict(list)
        self._names: dict[str, str] = {}
        standing = Organization.objects.subtree_of(organization).standing_on(today)
        for place in standing.of_kind(OrganizationKind.BRANCH, OrganizationKind.GROUP):
            for name in {match_key(name) for name in (place.name, place.short_name, place.code)}:
                if place.kind == OrganizationKind.BRANCH:
                    self._branches[name].append(place)
                    self._names.setdefault(name, place.name)
                elif place.parent_id is not None:
                    self._groups[place.parent_id, name].append(place)

    def find(
        self, row: RosterRow
    ) -> tuple[Organization | None, Organization | None, list[RowProblem]]:
        branch, message = self._branch(row.branch)
        if branch is None:
            return None, None, [self._header.problem(row.row, _F.BRANCH, row.branch, message)]
        if not row.group:
            return branch, None, []
        found = self._groups[branch.pk, match_key(row.group)]
        if len(found) == 1:
            return branch, found[0], []
        message = (
            f"{branch.short_name}有 {len(found)} 个小组叫这个名字，请改填组织编码"
            if found
            else f"{branch.short_name}没有这个党小组，请核对，或先在“组织”中设立"
        )
        return branch, None, [self._header.problem(row.row, _F.GROUP, row.group, message)]

    def _branch(self, written: str) -> tuple[Organization | None, str]:
        if not written:
            return self._only, "没有填所在党支部"
        key = match_key(written)
        found = self._branches.get(key, [])
        if len(found) == 1:
            return found[0], ""
        if found:
            return None, f"有 {len(found)} 个支部叫这个名字，请改填全称或组织编码"
        if key not in self._unknown:
            self._unknown[key] = self._say_unknown(key)
        return None, self._unknown[key]

    def _say_unknown(self, key: str) -> str:
        near: list[str] = []
        if self._suggested < SUGGESTIONS_FOR:
            self._suggested += 1
            likely = difflib.get_close_matches(key, self._names, n=6, cutoff=0.5)
            near = list(dict.fromkeys(self._names[name] for name in likely))[:3]
        hint = f"，是不是{'、'.join(f'“{name}”' for name in near)}？" if near else ""
        return f"所选组织下没有这个党支部{hint or '，请核对名称，或先在“组织”中设立'}"
