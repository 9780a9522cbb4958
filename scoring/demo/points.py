"""Facts recorded by hand: members' point entries, vetoes of branches, inspectors' marks."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from decimal import Decimal

from branches.rules.periods import Period
from scoring.demo.chance import mixed, share
from scoring.demo.company import Branch, Company, user_id
from scoring.demo.rows import line, moment
from scoring.demo.texts import FACTS, MARK_NOTES
from scoring.rules.rounds import MarkKind
from scoring.rules.scheme import Scheme

ENTRIES = (
    "member_id", "scheme_code", "item_code", "quantity", "evidence", "organization_id",
    "happened_on", "entered_by_id", "entered_at", "voided_at", "voided_by_id", "void_reason",
)  # fmt: skip
MARKS = (
    "scheme_code", "item_code", "organization_id", "period_start", "value", "note",
    "marked_by_id", "marked_at", "superseded_at", "kind",
)  # fmt: skip
MEMBERS_SCHEME = "points-1261"
BRANCHES_SCHEME = "star-branch"

_DAY = dt.timedelta(days=1)
_DAYS = (2, 7, 13, 18, 23)  # of the month, plus up to three by branch
_STANDING = "\\N\t\\N\t\n"  # neither voided, nor by whom, nor why


def _body(item: str, quantity: str, evidence: str) -> str:
    """Return the middle of an entry's row, between the member and the branch."""
    return f"\t{MEMBERS_SCHEME}\t{item}\t{quantity}\t{evidence}\t"


def _pool(blanks: int, **weights: int) -> list[str]:
    """Return bodies to choose from; a blank one means that nothing is recorded."""
    bodies = [""] * blanks
    for item, weight in weights.items():
        facts = FACTS[item]
        bodies += [_body(item, *facts[n % len(facts)]) for n in range(weight)]
    return bodies


_ORDINARY = _pool(20, service=35, duties=33, pledges=16, ideas=1)
_ACTIVE = _pool(4, service=30, duties=30, pledges=28, ideas=10)
_PASSIVE = _pool(70, service=14, duties=16)


def entries(company: Company, month: Period) -> Iterator[str]:
    """Yield the entries of a month, by day; one block of rows a branch and day."""
    chance = random.Random()  # noqa: S311 (a demonstration)
    for slot, start in enumerate(_DAYS):
        for shift in range(4):
            day = month.first_day + _DAY * (start + shift - 1)
            if day >= company.today - _DAY or day >= month.end:
                continue
            for branch in company.branches[shift::4]:
                chance.seed(mixed(company.seed, branch.number * 8 + slot, day.toordinal(), 41))
                yield _of_branch(branch, day, chance)
    yield from _story(company, month)


def _of_branch(branch: Branch, day: dt.date, chance: random.Random) -> str:
    roll = branch.roll(day)
    bodies = chance.choices(_ORDINARY, k=len(roll))
    for place in range(0, len(roll), 6):
        bodies[place] = chance.choice(_ACTIVE)
    for place in range(3, len(roll), 8):
        bodies[place] = chance.choice(_PASSIVE)
    told = moment(day + _DAY, "10:20:00")
    tail = f"{branch.id}\t{day.isoformat()}\t{user_id(branch.secretary)}\t{told}\t{_STANDING}"
    return "".join(
        [f"{member}{body}{tail}" for member, body in zip(roll, bodies, strict=True) if body]
    )


def _story(company: Company, month: Period) -> Iterator[str]:
    """Yield what happened to the people and branches that the demonstration is about."""
    branch = company.demo_branch
    member, by = branch.other(0), user_id(branch.secretary)

    def entry(
        item: str, quantity: str, evidence: str, day_of_month: int, void: str = ""
    ) -> Iterator[str]:
        day = month.first_day + _DAY * (day_of_month - 1)
        if day >= company.today - _DAY:
            return
        yield line(
            member, MEMBERS_SCHEME, item, quantity, evidence, branch.id, day, by,
            moment(day + _DAY, "16:40:00"),
            moment(day + _DAY, "17:30:00") if void else None,
            by if void else None,
            void,
        )  # fmt: skip

    yield from entry("service", "2", "在居住地社区义务维修，修好应急灯 6 盏", 6)
    yield from entry("pledges", "1", "兑现承诺：重介系统巡检无漏项，当月无停机", 20)
    if month.number % 2 or month == company.finished[-1]:
        yield from entry("ideas", "1", "金点子“筛板快换支架”被选煤厂采纳，每次检修省 2 小时", 16)
        yield from entry("service", "2.5", "参加街道防汛物资装运 2.5 小时", 11)
        yield from entry("duties", "1", "周末党员值班一次", 17, void="与值班表重复登记")
    back = len(company.finished) - company.finished.index(month) if month in company.finished else 0
    told = {
        5: ((3, "safety_accident", "井下运输发生轻伤事故一起，事故报告（安监字第 12 号）"),),
        3: (
            (6, "safety_accident", "斜巷跑车未遂事故一起"),
            (6, "self_reported", "支部当班自查发现并上报，已按程序处理"),
        ),
    }
    if len(company.finished) == 1:
        told = {1: told[5]}
    by = user_id(company.reviewer)
    for number, item, evidence in told.get(back, ()):
        involved = company.branches[number]
        day = month.first_day + _DAY * 11
        yield line(
            None, BRANCHES_SCHEME, item, "1", evidence, involved.id, day, by,
            moment(day + _DAY * 2, "15:00:00"), None, None, "",
        )  # fmt: skip


def marks(company: Company, month: Period, scheme: Scheme) -> Iterator[str]:
    """Yield the inspectors' marks of a finished month, made on its last working day."""
    day = month.last_day
    while not company.calendar.is_working(day):
        day -= _DAY
    made = moment(day, "16:30:00")
    by = user_id(company.reviewer)
    number = month.year * 12 + month.number
    plan = [
        (place, item.code, item.full)
        for place, part in enumerate(scheme.parts)
        for item in part.items
        if item.rule == "mark" and item.full is not None
    ]
    for branch in company.branches:
        chance = random.Random(mixed(company.seed, branch.number, number, 51))  # noqa: S311
        levels = _levels(branch, number, company.seed)
        for place, code, full in plan:
            level = min(1.0, max(0.3, levels[place % len(levels)] + chance.uniform(-0.07, 0.07)))
            value = Decimal(round(float(full) * level * 2)) / 2
            note = chance.choice(MARK_NOTES[:4]) if chance.random() < 0.2 else ""
            if level < 0.55:
                note = MARK_NOTES[4]
            yield line(
                scheme.code, code, branch.id, month.first_day, value, note, by, made, None,
                MarkKind.INSPECTION,
            )  # fmt: skip


def _levels(branch: Branch, number: int, seed: int) -> tuple[float, ...]:
    """Return how well a branch does in each part in a month: its own way, drifting slowly."""
    found = []
    for place in range(8):
        own = 0.12 * (share(seed, branch.number, place, 61) - 0.5)
        phase = share(seed, branch.number, place, 62) * 12
        wave = 0.05 * (1 - abs((number + phase) % 12 - 6) / 3)
        trend = 0.14 * (0.5 - abs(share(seed, branch.number, number // 3, 63) - 0.5))
        found.append(1.25 * branch.quality - 0.31 + own + wave + trend)
    return tuple(found)
