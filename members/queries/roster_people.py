"""The members whom the rows of a roster mean."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from branches import keys
from members.models import Member, Membership
from members.models.member import ID_PURPOSE
from members.rules.roster_rows import RosterRow

# The columns of a member that a roster says something about.
SAID = (
    "name",
    "sex",
    "birth_date",
    "id_number",
    "phone",
    "employee_number",
    "education",
    "work_post",
    "status",
    "admitted_on",
    "regularised_on",
)


@dataclass(frozen=True, slots=True)
class Home:
    """An open or ended home membership as far as an import needs it."""

    pk: int
    branch_id: int
    branch_path: str
    group_id: int | None
    started_on: dt.date
    is_open: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A member who is in the tables already."""

    pk: int
    values: dict[str, Any]
    digest: str
    home: Home | None


class People:
    """The members whom the rows may mean, loaded once (two queries)."""

    def __init__(self, rows: list[RosterRow], *, lock: bool) -> None:
        self._digests = {
            row.id_number: keys.digest(row.id_number, purpose=ID_PURPOSE)
            for row in rows
            if row.id_number
        }
        numbers = {row.employee_number for row in rows if row.employee_number}
        members = Member.objects.order_by().filter(
            Q(id_number_digest__in=self._digests.values()) | Q(employee_number__in=numbers)
        )
        if lock:
            members = members.select_for_update()
        found = list(members.values("pk", *SAID, "id_number_digest"))
        homes: dict[int, Home] = {}
        rows_of_homes = (
            Membership.objects.home()
            .filter(member_id__in=[values["pk"] for values in found])
            .order_by("started_on")
            .values_list(
                "member_id", "pk", "branch_id", "branch__path", "group_id", "started_on", "ended_on"
            )
        )
        for member_id, pk, branch_id, path, group_id, started_on, ended_on in rows_of_homes:
            homes[member_id] = Home(pk, branch_id, path, group_id, started_on, ended_on is None)
        self._by_digest: dict[str, Known] = {}
        self._by_number: dict[str, Known] = {}
        for values in found:
            known = Known(
                pk=values["pk"],
                values={name: values[name] for name in SAID},
                digest=values["id_number_digest"],
                home=homes.get(values["pk"]),
            )
            if known.digest:
                self._by_digest[known.digest] = known
            if known.values["employee_number"]:
                self._by_number[known.values["employee_number"]] = known

    def digest(self, id_number: str) -> str:
        return self._digests.get(id_number, "")

    def find(self, row: RosterRow) -> tuple[Known | None, str]:
        """Return who a row means, and why it cannot be told."""
        digest = self.digest(row.id_number)
        by_digest = self._by_digest.get(digest) if digest else None
        by_number = self._by_number.get(row.employee_number)
        if by_digest is not None:
            if by_number is not None and by_number.pk != by_digest.pk:
                return None, "这个工号已登记在另一名党员名下，请核对工号"
            return by_digest, ""
        if by_number is not None and digest and by_number.digest:
            return None, "这个工号的党员已登记了另一个公民身份号码，请核对工号和号码"
        return by_number, ""
