"""The company: committees, general branches, branches and groups, and who sits where.

Members are numbered branch by branch, so a branch's people are a range; who joined late,
is exempt or moved is kept as an exception. Inside a branch the first numbers are the
committee, then the group leaders, then everybody else; number ``n`` is in group ``n`` modulo
the number of groups.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from branches.rules import tree
from branches.rules.periods import Period
from branches.rules.tree import OrganizationKind, OrganizationType
from branches.rules.working_days import WorkingCalendar
from members.rules.status import ExemptionReason
from scoring.demo.chance import mixed, share

LEAST_MEMBERS = 120
PER_BRANCH = 35
PER_GROUP = 10.5
PER_ROOT = 100_000
DETAILED_UP_TO = 5_000
USER_OFFSET = 100
ADMINISTRATOR, AUDITOR = 1, 2  # accounts of people who are no members

_FRONT = OrganizationType.ENTERPRISE_FRONT
_SURFACE = OrganizationType.ENTERPRISE_SURFACE
_OFFICE = OrganizationType.ENTERPRISE_OFFICE

GENERAL_BRANCHES = ("采掘党总支", "生产保障党总支")
# (name, type, general branch or None, relative size, quality of its work)
TEMPLATE: tuple[tuple[str, OrganizationType, int | None, float, float], ...] = (
    ("综采一队", _FRONT, 0, 1.2, 0.97),
    ("综采二队", _FRONT, 0, 1.1, 0.86),
    ("综掘一队", _FRONT, 0, 1.1, 0.90),
    ("综掘二队", _FRONT, 0, 1.0, 0.78),
    ("通风队", _FRONT, 0, 0.8, 0.93),
    ("机电队", _SURFACE, 1, 1.1, 0.88),
    ("运输队", _SURFACE, 1, 1.0, 0.66),
    ("选煤厂", _SURFACE, 1, 1.2, 0.92),
    ("地测队", _SURFACE, 1, 0.7, 0.83),
    ("机关一", _OFFICE, None, 1.0, 0.96),
    ("机关二", _OFFICE, None, 0.9, 0.87),
    ("后勤服务中心", _OFFICE, None, 0.9, 0.76),
)
_HEADQUARTERS, _DEMO_BRANCH = 9, 7
_PLACES = "东南西北红金银玉龙凤松柏云石白黑长大小新"
_LANDS = "山河岭沟泉庄湾塔营坪川峪"

Span = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class Unit:
    """A row of the tree."""

    id: int
    code: str
    name: str
    short_name: str
    kind: OrganizationKind
    type: OrganizationType
    parent_id: int | None
    path: str


@dataclass(slots=True)
class Branch:
    """A branch with its people; ``gaps`` are the spans in which a member is not on its roll."""

    number: int
    unit: Unit
    first: int
    size: int
    groups: int
    quality: float
    probationary: dict[int, dt.date] = field(default_factory=dict)
    exempt: dict[int, tuple[ExemptionReason, dt.date, dt.date | None]] = field(default_factory=dict)
    chronic: tuple[int, ...] = ()
    joined: dict[int, dt.date] = field(default_factory=dict)
    left: dict[int, dt.date] = field(default_factory=dict)
    guests: dict[int, dt.date] = field(default_factory=dict)
    gaps: dict[int, list[Span]] = field(default_factory=dict)

    @property
    def id(self) -> int:
        return self.unit.id

    @property
    def committee(self) -> int:
        """How many sit on the committee: 5, or 3 in a small branch."""
        return 5 if self.size >= 20 else 3

    @property
    def posts(self) -> int:
        return self.committee + self.groups

    @property
    def secretary(self) -> int:
        return self.first

    @property
    def last(self) -> int:
        return self.first + self.size - 1

    def other(self, place: int) -> int:
        """Return the member ``place`` places after the last post-holder."""
        return self.first + self.posts + place

    def group_of(self, member: int) -> int:
        return (member - self.first) % self.groups

    def group_id(self, group: int) -> int:
        return self.unit.id + 1 + group

    def leader(self, group: int) -> int:
        """Return the member who leads a group."""
        place = (group - self.committee) % self.groups
        return self.first + self.committee + place

    def roll(self, day: dt.date) -> Sequence[int]:
        """Return who is called on a day."""
        people = range(self.first, self.first + self.size)
        if not self.gaps and not self.guests:
            return people
        gaps = self.gaps
        on = [
            member
            for member in people
            if member not in gaps or not any(a <= day < b for a, b in gaps[member])
        ]
        return on + [member for member, since in self.guests.items() if since <= day]


@dataclass
class Company:
    """The whole plan of a demonstration."""

    members: int
    months: int
    seed: int
    today: dt.date
    calendar: WorkingCalendar
    committees: list[Unit] = field(default_factory=list)
    branches: list[Branch] = field(default_factory=list)

    @property
    def is_detailed(self) -> bool:
        """Small enough to give every record its text and every member an account."""
        return self.members <= DETAILED_UP_TO

    @cached_property
    def periods(self) -> list[Period]:
        """The finished months and the present one, oldest first."""
        now = Period.containing(self.today)
        return [now.minus(back) for back in range(self.months, -1, -1)]

    @property
    def finished(self) -> list[Period]:
        return self.periods[:-1]

    @property
    def start(self) -> dt.date:
        return self.periods[0].first_day

    @property
    def demo_branch(self) -> Branch:
        return self.branches[_DEMO_BRANCH]

    @property
    def headquarters(self) -> Branch:
        return self.branches[_HEADQUARTERS]

    @property
    def roots(self) -> list[Unit]:
        return [unit for unit in self.committees if unit.parent_id is None]

    @property
    def reviewer(self) -> int:
        """The member who is the committee's reviewer."""
        return self.headquarters.other(3)

    @property
    def leader(self) -> int:
        """The member who is the root committee's secretary."""
        return next(iter(self.committee_posts()))[1][0]

    def units(self) -> Iterator[Unit]:
        """Yield every organisation."""
        yield from self.committees
        for branch in self.branches:
            yield branch.unit
            for group in range(branch.groups):
                unit = branch.unit
                yield Unit(
                    branch.group_id(group),
                    f"{unit.code}-{group + 1}",
                    f"{unit.name.removesuffix('党支部')}第{'一二三四五六七八'[group]}党小组",
                    f"第{'一二三四五六七八'[group]}党小组",
                    OrganizationKind.GROUP,
                    unit.type,
                    unit.id,
                    unit.path + tree.step(group),
                )

    def committee_posts(self) -> Iterator[tuple[Unit, list[int]]]:
        """Yield each committee and general branch with its secretary, deputy and members."""
        for unit in self.committees:
            below = self._below[unit.path]
            if unit.kind is OrganizationKind.GENERAL_BRANCH:
                yield unit, [below[0].other(2)]
                continue
            offices = [branch for branch in below if branch.unit.type is _OFFICE]
            home = offices[0] if offices else below[0]
            yield unit, [home.other(0), home.other(1), home.other(2)]

    @cached_property
    def _below(self) -> dict[str, list[Branch]]:
        """The branches under each committee or general branch, one mine's worth at most."""
        found: dict[str, list[Branch]] = {unit.path: [] for unit in self.committees}
        for branch in self.branches:
            for path in tree.ancestor_paths(branch.unit.path):
                if len(found[path]) < len(TEMPLATE):
                    found[path].append(branch)
        return found


def user_id(member: int) -> int:
    return USER_OFFSET + member


def plan(
    *, members: int, months: int, seed: int, today: dt.date, calendar: WorkingCalendar
) -> Company:
    """Lay out the company.

    :raises ValueError: fewer than ``LEAST_MEMBERS`` members or no month.
    """
    if members < LEAST_MEMBERS or months < 1:
        raise ValueError("too small a company")
    company = Company(members, months, seed, today, calendar)
    _Builder(company).build()
    for branch in company.branches:
        _mark_exceptions(branch, company)
    _tell_moves(company)
    return company


class _Builder:
    """Hands out ids, paths and members in tree order."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.next_id = 1
        self.next_member = 1
        self.children: dict[str, int] = {}

    def build(self) -> None:
        members = self.company.members
        roots = -(-members // PER_ROOT)
        for root in range(roots):
            self._root(root, members // roots + (root < members % roots))

    def _root(self, number: int, members: int) -> None:
        count = max(len(TEMPLATE), round(members / PER_BRANCH))
        sizes = self._sizes(members, count, number)
        mines = -(-count // len(TEMPLATE))
        code = "QF" if number == 0 else f"QF{number + 1}"
        top = None
        if mines > 1:
            name = "青峰矿业集团" if number == 0 else f"青峰矿业第{number + 1}集团"
            top = self._committee(code, f"{name}党委", f"{name}党委", None)
        for mine in range(mines):
            chosen = sizes[mine * len(TEMPLATE) : (mine + 1) * len(TEMPLATE)]
            name = "青峰矿" if mine == 0 and number == 0 else _mine_name(mine + number * 7)
            mine_code = f"{code}-{mine + 1:03d}" if top else code
            self._mine(mine_code, name, top, chosen)

    def _mine(self, code: str, name: str, top: Unit | None, sizes: Sequence[int]) -> None:
        committee = self._committee(code, f"{name}党委", f"{name}党委", top)
        generals: dict[int, Unit] = {}
        prefix = "" if name == "青峰矿" else name
        for place, size in enumerate(sizes):
            label, kind, general, _, quality = TEMPLATE[place]
            parent = committee
            if general is not None:
                if general not in generals:
                    generals[general] = self._unit(
                        f"{code}-Z{general + 1}",
                        prefix + GENERAL_BRANCHES[general],
                        prefix + GENERAL_BRANCHES[general],
                        OrganizationKind.GENERAL_BRANCH,
                        kind,
                        committee,
                    )
                    self.company.committees.append(generals[general])
                parent = generals[general]
            full = "支部" if label.startswith("机关") else "党支部"
            short = "支部" if label.startswith("机关") else ""
            unit = self._unit(
                f"{code}-{place + 1:02d}",
                f"{prefix}{label}{full}",
                f"{prefix}{label}{short}",
                OrganizationKind.BRANCH,
                kind,
                parent,
            )
            groups = max(1, min(8, round(size / PER_GROUP)))
            number = len(self.company.branches)
            if number >= len(TEMPLATE):
                quality = 0.62 + 0.37 * share(self.company.seed, number, 5)
            self.company.branches.append(
                Branch(number, unit, self.next_member, size, groups, quality)
            )
            self.next_member += size
            self.next_id += groups

    def _sizes(self, members: int, count: int, root: int) -> list[int]:
        """Share members out by relative size, the remainders from the first on."""
        weights = [
            TEMPLATE[place % len(TEMPLATE)][3]
            * (0.92 + 0.16 * share(self.company.seed, root, place, 3))
            for place in range(count)
        ]
        total = sum(weights)
        sizes = [int(members * weight / total) for weight in weights]
        for place in range(members - sum(sizes)):
            sizes[place % count] += 1
        return sizes

    def _committee(self, code: str, name: str, short: str, parent: Unit | None) -> Unit:
        unit = self._unit(code, name, short, OrganizationKind.COMMITTEE, _OFFICE, parent)
        self.company.committees.append(unit)
        return unit

    def _unit(
        self,
        code: str,
        name: str,
        short: str,
        kind: OrganizationKind,
        type: OrganizationType,
        parent: Unit | None,
    ) -> Unit:
        above = parent.path if parent else ""
        place = self.children.get(above, 0)
        self.children[above] = place + 1
        unit = Unit(
            self.next_id,
            code,
            name,
            short,
            kind,
            type,
            parent.id if parent else None,
            above + tree.step(place),
        )
        self.next_id += 1
        return unit


def _mine_name(number: int) -> str:
    kinds = len(_PLACES) * len(_LANDS)
    turn, place = divmod(number * 7, kinds)
    name = _PLACES[place % len(_PLACES)] + _LANDS[place // len(_PLACES) % len(_LANDS)]
    return f"{name}{'' if turn == 0 else '二三四五六七八九十'[(turn - 1) % 9]}矿"


def _mark_exceptions(branch: Branch, company: Company) -> None:
    """Choose who is probationary, exempt, newly arrived or often absent."""
    chance = random.Random(mixed(company.seed, branch.number, 21))  # noqa: S311 (a demonstration)
    reserved = branch.posts + (6 if company.is_detailed else 3)
    free = list(range(branch.first + min(reserved, branch.size), branch.first + branch.size))
    chance.shuffle(free)

    def take(share_: float) -> list[int]:
        wanted = branch.size * share_
        count = int(wanted) + (chance.random() < wanted % 1)
        return [free.pop() for _ in range(min(count, len(free)))]

    today = company.today
    for member in take(0.03):
        branch.probationary[member] = today - dt.timedelta(days=chance.randrange(30, 330))
    for member in take(0.015):
        days = chance.randrange(60, 400)
        branch.exempt[member] = (ExemptionReason.ILL, today - dt.timedelta(days=days), None)
    for member in take(0.01):
        since = today - dt.timedelta(days=chance.randrange(150, 300))
        until = since + dt.timedelta(days=120) if chance.random() < 0.3 else None
        branch.exempt[member] = (ExemptionReason.AWAY, since, until)
    branch.chronic = tuple(take(0.02 if branch.quality > 0.85 else 0.05))
    if branch.number < len(TEMPLATE) and branch.number % 4 == 1 and free:
        branch.joined[free.pop()] = today - dt.timedelta(days=chance.randrange(45, 120))
    for member, since in (*branch.probationary.items(), *branch.joined.items()):
        branch.gaps.setdefault(member, []).append((dt.date.min, since))
    for member, (_, since, end) in branch.exempt.items():
        branch.gaps.setdefault(member, []).append((since, end or dt.date.max))


def _tell_moves(company: Company) -> None:
    """A few people of the first mine change branch, and two leave."""
    moves = ((0, 5, 200), (5, 7, 95), (9, 10, 40))
    for source, target, days in moves:
        branch = company.branches[source]
        member = _plain_member(branch)
        day = max(company.start, company.today - dt.timedelta(days=days))
        branch.left[member] = day
        branch.gaps[member] = [(day, dt.date.max)]
        company.branches[target].guests[member] = day
    for source, days in ((2, 130), (11, 70)):
        branch = company.branches[source]
        member = _plain_member(branch)
        day = max(company.start, company.today - dt.timedelta(days=days))
        branch.left[member] = day
        branch.gaps[member] = [(day, dt.date.max)]


def _plain_member(branch: Branch) -> int:
    """Return the last member of whom nothing else is told."""
    return next(
        member
        for member in range(branch.last, branch.first, -1)
        if member not in branch.gaps and member not in branch.chronic
    )
