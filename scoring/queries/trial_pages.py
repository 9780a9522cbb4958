"""What the pages of a trial show: its findings with names, as far as a person may see them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from branches.models import Organization
from branches.scope import Scope
from members.models import Member
from scoring import wording
from scoring.models import SchemeDraft, SchemeTrial, SchemeVersion
from scoring.queries import boards, schemes
from scoring.rules import comparing
from scoring.rules.comparing import MOVES
from scoring.rules.scheme import ZERO, Item, Scheme


@dataclass(frozen=True, slots=True)
class Choice:
    """A scheme that can be tried: a draft, a version, or one that is shipped."""

    key: str
    label: str


@dataclass(frozen=True, slots=True)
class Cause:
    """An item that moved somebody. ``state``: 新增, 取消 or empty."""

    title: str
    change: Decimal
    state: str = ""


@dataclass(frozen=True, slots=True)
class Mover:
    """One subject that changes: ``before`` and ``after`` hold total, rank and grade.

    ``rest`` is what no single item explains: caps, and items scaled for what is missing.
    """

    name: str
    branch: str
    move: str
    before: dict[str, Any]
    after: dict[str, Any]
    change: Decimal | None
    causes: tuple[Cause, ...]
    rest: Decimal


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """The items of a trial for which nothing was recorded in a period.

    ``items``: title, and what such an item then gives, in words. ``span``: the period in words.
    """

    of: int
    items: tuple[tuple[str, str], ...]
    span: str

    @property
    def title(self) -> str:
        found = f"{self.of} 项中 {len(self.items)} 项{self.span}没有数据"
        return f"{found}，得分多为默认值" if self.are_most else found

    @property
    def are_most(self) -> bool:
        """Whether the result says more about what items give by default than about anybody."""
        return len(self.items) * 2 > self.of


@dataclass(frozen=True, slots=True)
class BranchMoves:
    """How many members of a branch move each way."""

    name: str
    up: int
    down: int
    same: int
    entered: int
    left: int


def listed(scope: Scope) -> QuerySet[SchemeTrial]:
    """Return the trials of the committees in scope, newest first, without their findings."""
    return (
        SchemeTrial.objects.in_scope(scope)
        .annotate(is_done=Exists(SchemeTrial.objects.filter(~Q(findings={}), pk=OuterRef("pk"))))
        .select_related("committee", "asked_by", "job")
        .defer("findings", "text")
    )


def finding(trial: SchemeTrial, place: int) -> dict[str, Any]:
    """Return the findings of a trial's n-th period, without reading the others."""
    rows = SchemeTrial.objects.filter(pk=trial.pk).values_list(f"findings__periods__{place}")
    return dict(rows.get()[0])


def summary(trial: SchemeTrial) -> list[dict[str, Any]]:
    """Return a row for each period; none until the trial is done."""
    rows = SchemeTrial.objects.filter(pk=trial.pk).values_list("findings__summary")
    return list(rows.get()[0] or [])


def movers(found: dict[str, Any], scope: Scope, *, of_members: bool) -> list[Mover]:
    """Return who changes, by branch and name: never a ranking (at most two queries).

    :param scope: members are named only within it, and left out elsewhere.
    """
    rows = found["movers"]
    organizations = Organization.objects.filter(pk__in={row["organization"] for row in rows})
    if of_members:
        organizations = organizations.in_scope(scope)
    homes = {one.pk: one for one in organizations.only("path", "short_name")}
    rows = [row for row in rows if row["organization"] in homes]
    people = (
        Member.objects.only("name", "name_pinyin").in_bulk([row["subject"] for row in rows])
        if of_members
        else {}
    )

    def order(row: dict[str, Any]) -> tuple[str, str, int]:
        person = people.get(row["subject"])
        home = homes[row["organization"]]
        return (home.path, person.name_pinyin if person else "", row["subject"])

    items = {item["code"]: item for item in found["items"]}
    return [
        _mover(row, homes[row["organization"]], people.get(row["subject"]), items)
        for row in sorted(rows, key=order)
    ]


def branch_moves(found: dict[str, Any], scope: Scope) -> list[BranchMoves]:
    """Return how many members move in each branch in scope (one query)."""
    counted = {row[0]: row[1:] for row in found["branches"]}
    homes = Organization.objects.in_scope(scope).filter(pk__in=counted).order_by("path")
    return [
        BranchMoves(home.short_name, **dict(zip(MOVES, counted[home.pk], strict=True)))
        for home in homes.only("short_name")
    ]


def choices(scope: Scope) -> list[tuple[str, list[Choice]]]:
    """Return every scheme that somebody may try, grouped (two queries)."""
    drafts = SchemeDraft.objects.in_scope(scope).defer("text")
    versions = boards.versions_in_scope(scope).defer("text")
    groups = [
        ("草稿", [Choice(f"draft-{draft.pk}", draft.title) for draft in drafts]),
        ("已采用的方案", [Choice(f"version-{one.pk}", _titled(one)) for one in versions]),
    ]
    for label, shipped in schemes.catalogue():
        groups.append((f"预置：{label}", [Choice(f"preset-{s.code}", s.title) for s in shipped]))
    return [(label, found) for label, found in groups if found]


def chosen(key: str, scope: Scope) -> tuple[str, SchemeDraft | None]:
    """Return the text of one of ``choices``, and the draft if it is one.

    :raises LookupError: there is none of that key in scope.
    """
    kind, _, name = key.partition("-")
    if kind == "preset" and name in schemes.preset_codes():
        return schemes.preset_text(name), None
    if name.isascii() and name.isdigit():
        if kind == "draft":
            draft = SchemeDraft.objects.in_scope(scope).filter(pk=int(name)).first()
            if draft:
                return draft.text, draft
        if kind == "version":
            version = boards.versions_in_scope(scope).filter(pk=int(name)).first()
            if version:
                return version.text, None
    raise LookupError(key)


def unfed(scheme: Scheme) -> list[str]:
    """Return the titles of the items for which the site has no source of facts."""
    return [item.title for item in scheme.items if not schemes.can_be_fed(scheme, item)]


def unrecorded(found: dict[str, Any], scheme: Scheme) -> Unrecorded:
    """Return the items for which nothing was recorded about anybody in one period."""
    fed = {item["code"]: item.get("fed") for item in found["items"]}
    return Unrecorded(
        len(scheme.items),
        tuple((item.title, _by_default(item)) for item in scheme.items if fed.get(item.code) == 0),
        wording.THESE_PERIODS[scheme.period],
    )


def _by_default(item: Item) -> str:
    """Return what an item gives when nothing was recorded."""
    if item.rule == "deduct" or (item.rule == "share" and item.empty == "full"):
        return "按满分计"
    if item.rule == "each" or (item.rule == "share" and item.empty == "zero"):
        return "计 0 分"
    return "按缺项，不计分"


def chart(found: dict[str, Any], *, of_members: bool) -> dict[str, Any]:
    """Return both distributions as a chart: one group of bars a grade."""
    rows = grades(found)
    series = [("模拟结果", 2)] if found["before"] is None else [("当时结果", 1), ("模拟结果", 2)]
    return {
        "legend": {},
        "grid": {"left": 8, "right": 48, "top": 64, "bottom": 8, "containLabel": True},
        "xAxis": {
            "type": "category",
            "name": comparing.GRADE_WORDS.get(found["scale"], "等次"),
            "data": [row[0] for row in rows],
            # Aslant where they would run into each other on a phone.
            "axisLabel": {"interval": 0, "rotate": 35 if sum(len(r[0]) for r in rows) > 18 else 0},
        },
        "yAxis": {
            "type": "value",
            "name": "党员人数" if of_members else "支部个数",
            "minInterval": 1,
        },
        "series": [
            {"name": name, "type": "bar", "data": [row[place] or 0 for row in rows]}
            for name, place in series
        ],
    }


def grades(found: dict[str, Any]) -> list[tuple[str, int | None, int | None]]:
    """Return label, how many before and how many after; None: the scheme has no such grade."""
    before = dict(found["before"]["grades"]) if found["before"] else {}
    after = dict(found["after"]["grades"])
    labels = [*after, *(label for label in before if label not in after)]
    return [(label, before.get(label), after.get(label)) for label in labels]


def _titled(version: SchemeVersion) -> str:
    return f"{version}（{version.committee.short_name}）"


def _mover(
    row: dict[str, Any],
    home: Organization,
    person: Member | None,
    items: dict[str, Any],
) -> Mover:
    causes = tuple(
        Cause(items[code]["title"], Decimal(change), _state(items[code]))
        for code, change in row["items"]
    )
    was, now = row["before"]["total"], row["after"]["total"]
    return Mover(
        name=person.name if person else home.short_name,
        branch=home.short_name if person else "",
        move=row["move"],
        before=row["before"],
        after=row["after"],
        change=None if was is None or now is None else Decimal(now) - Decimal(was),
        causes=tuple(sorted(causes, key=lambda cause: -abs(cause.change))),
        rest=Decimal(row["rest"] or ZERO),
    )


def _state(item: dict[str, Any]) -> str:
    if item["before"] is None:
        return "新增"
    return "取消" if item["after"] is None else ""


def headline(found: dict[str, Any], *, of_members: bool) -> str:
    """Return who moves in one period, as a sentence."""
    unit = "名党员" if of_members else "个支部"
    if found["before"] is None:
        return f"{found['after']['rated']} {unit}参加评定；这一期没有核算过，没有可以对照的结果"
    return comparing.headline(found["scale"], unit, found["moves"], found["changed"])
