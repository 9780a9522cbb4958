"""Meetings and activities of every month, and who came."""

from __future__ import annotations

import datetime as dt
import random
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from activities.rules.attendance import AttendanceStatus
from activities.rules.kinds import KINDS, ActivityKind
from activities.rules.progress import RECORD_WORKING_DAYS, State
from branches.rules.periods import Period
from scoring.demo.chance import mixed, share
from scoring.demo.company import Branch, user_id
from scoring.demo.people import People
from scoring.demo.rows import line, moment
from scoring.demo.texts import CONTENTS, LEAVE_REASONS, PLACES, SUMMARIES, TIMES, TOPICS

_K, _S = ActivityKind, AttendanceStatus

ACTIVITIES = (
    "id", "organization_id", "kind", "title", "held_on", "starts_at", "ends_at", "place", "host",
    "recorder", "summary", "state", "record_due_on", "entered_by_id", "entered_at", "closed_at",
    "cancel_reason",
)  # fmt: skip
PARTS = ("activity_id", "ordinal", "title", "content")
ATTENDANCES = (
    "activity_id", "member_id", "branch_id", "kind", "held_on", "status", "reason",
    "is_lecturer", "is_counted",
)  # fmt: skip

# A branch's meetings of a month by slot; from _GROUP on, one slot a group.
_SLOTS = (
    _K.THEME_DAY, _K.COMMITTEE, _K.ASSEMBLY, _K.LECTURE, _K.STUDY, _K.STUDY, _K.SERVICE,
    _K.ORGANIZATION_LIFE,
)  # fmt: skip
_GROUP = len(_SLOTS)
_PER_BRANCH = 16
_DECEMBER = 12
_PLANNED_AHEAD = dt.timedelta(days=14)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Meeting:
    """One meeting; ``key`` seeds what chance decides about it."""

    id: int
    branch: Branch
    slot: int
    kind: ActivityKind
    held_on: dt.date
    due_on: dt.date
    entered_on: dt.date
    state: State
    key: int

    @property
    def group(self) -> int | None:
        return self.slot - _GROUP if self.slot >= _GROUP else None

    def roll(self) -> Sequence[int]:
        branch = self.branch
        if self.kind is _K.COMMITTEE:
            return range(branch.first, branch.first + branch.committee)
        people = branch.roll(self.held_on)
        if self.group is None:
            return people
        return [member for member in people if branch.group_of(member) == self.group]


class Meetings:
    """The meetings of a company month by month, in order of their days."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.company = people.company
        self.first_ids: dict[Period, int] = {}
        self.next_id = 1
        self._chance = random.Random()  # noqa: S311 (a demonstration)

    def of(self, month: Period) -> Iterator[Meeting]:
        """Yield a month's meetings by day. Call it for the months in order the first time."""
        company = self.company
        ids = count(self.first_ids.setdefault(month, self.next_id))
        for day, keys in self._by_day(month):
            due_on = company.calendar.after(day, RECORD_WORKING_DAYS)
            for packed in keys:
                number, slot = divmod(packed, _PER_BRANCH)
                self.next_id = next(ids)
                yield self._meeting(
                    self.next_id, company.branches[number], slot, day, due_on, month
                )
                self.next_id += 1

    def _by_day(self, month: Period) -> Iterator[tuple[dt.date, array[int]]]:
        company = self.company
        last = month.last_day
        if month == company.periods[-1]:
            last = min(last, company.today + _PLANNED_AHEAD)
        every = [month.first_day + _DAY * n for n in range((last - month.first_day).days + 1)]
        whole = [month.first_day + _DAY * n for n in range((month.end - month.first_day).days)]
        working = [day for day in whole if company.calendar.is_working(day)]
        saturdays = [day for day in whole if day.weekday() == 5]
        days: dict[dt.date, array[int]] = {day: array("q") for day in every}
        for branch in company.branches:
            for slot, day in self._slots(branch, month, working, saturdays):
                if day in days:
                    days[day].append(branch.number * _PER_BRANCH + slot)
        yield from days.items()

    def _slots(
        self, branch: Branch, month: Period, working: list[dt.date], saturdays: list[dt.date]
    ) -> Iterator[tuple[int, dt.date]]:
        b, length = branch.number, len(working)
        quarter, place = divmod(month.year * 12 + month.number - 1, 3)
        plan = [
            (0, working[(5 + 3 * b) % min(14, length)]),
            (1, working[1 + b % 4]),
            (4, working[7 + b % 3]),
            (5, working[-3 - b % 3]),
        ]
        if place == (b + quarter) % 3:
            plan.append((2, working[11 + b % 4]))
        if place == (b + quarter + 1) % 3:
            plan.append((3, working[12 + b % 4]))
        if (b + month.number) % 2:
            plan.append((6, saturdays[b % len(saturdays)]))
        if month.number == _DECEMBER:
            plan.append((7, working[-6 + b % 3]))
        plan += [(_GROUP + g, working[3 + (b + g) % 7]) for g in range(branch.groups)]
        for slot, day in plan:
            chance = share(self._key(branch, month, slot), 1)
            skipped = (1 - branch.quality) * (0.06 if slot == 0 else 0.22)
            if chance >= skipped and not self._is_left_to_do(branch, month, slot):
                yield slot, day

    def _is_left_to_do(self, branch: Branch, month: Period, slot: int) -> bool:
        """Whoever tries the demonstration logs this month's theme day of the demo branch."""
        company = self.company
        return slot == 0 and branch is company.demo_branch and month == company.periods[-1]

    def _key(self, branch: Branch, month: Period, slot: int) -> int:
        return mixed(
            self.company.seed, branch.number * _PER_BRANCH + slot, month.year * 12 + month.number
        )

    def _meeting(
        self, id_: int, branch: Branch, slot: int, day: dt.date, due_on: dt.date, month: Period
    ) -> Meeting:
        today = self.company.today
        key = self._key(branch, month, slot)
        kind = _SLOTS[slot] if slot < _GROUP else _K.GROUP_MEETING
        late = share(key, 2) < 0.01 + (1 - branch.quality) * 0.35
        lag = 1 + key % 5 if late else 0
        entered_on = due_on + _DAY * lag if late else day + _DAY * (key % 2)
        state = State.CLOSED
        if day >= today:
            state, entered_on = State.PLANNED, min(today, day - _DAY * 3) - _DAY
        elif entered_on >= today or (today - day <= _DAY * 8 and key % 4 == 0):
            state, entered_on = State.OPEN, day
        elif key % 311 == 0 and slot == 6:
            state = State.CANCELLED
        return Meeting(id_, branch, slot, kind, day, due_on, entered_on, state, key)

    def _tell(self, meeting: Meeting, marks: list[str]) -> None:
        """Give the demo member a month with something to explain: a lecture and an absence."""
        place = meeting.branch.other(0) - meeting.branch.first
        if meeting.slot == 0:
            lecturer = _lecturer(meeting, range(len(marks)))
            if lecturer is not None:
                marks[lecturer] = _mark(_S.PRESENT, closed=True)
            marks[place] = _mark(_S.PRESENT, lectures=True, closed=True)
        elif meeting.slot == 4:
            marks[place] = _mark(_S.ABSENT, closed=True)

    def activities(self, month: Period) -> Iterator[str]:
        detailed = self.company.is_detailed
        for meeting in self.of(month):
            kind, branch, key = meeting.kind, meeting.branch, meeting.key
            topic = _topic(meeting)
            starts, ends = TIMES[kind]
            group = meeting.group
            place = PLACES[kind][key % len(PLACES[kind])]
            chair = branch.secretary if group is None else branch.leader(group)
            writer = branch.first + (branch.committee - 1 if group is None else key % 3)
            state = meeting.state
            told = state in (State.CLOSED, State.OPEN)
            yield line(
                meeting.id,
                branch.id if group is None else branch.group_id(group),
                kind,
                topic,
                meeting.held_on,
                starts,
                ends,
                place,
                self.people.name(chair, branch),
                self.people.name(writer, branch),
                SUMMARIES[kind].format(topic=topic) if detailed and told else "",
                state,
                meeting.due_on,
                user_id(chair),
                moment(meeting.entered_on, f"17:{key % 50 + 5:02d}:00"),
                moment(meeting.entered_on, f"17:{key % 50 + 9:02d}:00")
                if state is State.CLOSED
                else None,
                "与生产检修冲突，改在下月进行" if state is State.CANCELLED else "",
            )

    def parts(self, month: Period) -> Iterator[str]:
        for meeting in self.of(month):
            said = meeting.state in (State.CLOSED, State.OPEN)
            contents = CONTENTS[meeting.kind]
            for ordinal, title in enumerate(KINDS[meeting.kind].parts):
                content = contents[ordinal].format(topic=_topic(meeting)) if said else ""
                yield line(meeting.id, ordinal, title, content)

    def attendances(self, month: Period) -> Iterator[str]:
        """Yield one block of rows a meeting."""
        chance = self._chance
        for meeting in self.of(month):
            if meeting.state in (State.PLANNED, State.CANCELLED):
                continue
            branch, roll = meeting.branch, meeting.roll()
            closed = meeting.state is State.CLOSED
            chance.seed(meeting.key)
            marks = chance.choices(_marks(branch.quality, closed), k=len(roll))
            if branch.chronic and meeting.kind is not _K.COMMITTEE:
                for place, member in enumerate(roll):
                    if member in branch.chronic and chance.random() < 0.35:
                        marks[place] = _mark(_S.ABSENT, closed=closed)
            lecturer = _lecturer(meeting, roll)
            if lecturer is not None:
                marks[lecturer] = _mark(_S.PRESENT, lectures=True, closed=closed)
            if branch is self.company.demo_branch and month == self.company.finished[-1]:
                self._tell(meeting, marks)
            head = f"{meeting.id}\t"
            middle = f"\t{branch.id}\t{meeting.kind.value}\t{meeting.held_on.isoformat()}\t"
            yield "".join(
                [f"{head}{member}{middle}{mark}" for member, mark in zip(roll, marks, strict=True)]
            )


def _topic(meeting: Meeting) -> str:
    topics = TOPICS[meeting.kind]
    month = meeting.held_on.year * 12 + meeting.held_on.month
    return topics[(month + meeting.branch.number + meeting.slot) % len(topics)]


def _lecturer(meeting: Meeting, roll: Sequence[int]) -> int | None:
    """Return the place on the roll of who gives the lecture, by turns; None where there is none."""
    if meeting.kind not in (_K.LECTURE, _K.THEME_DAY) or not roll:
        return None
    month = meeting.held_on.year * 12 + meeting.held_on.month
    if meeting.kind is _K.LECTURE:
        return month % min(3, len(roll))
    return (month * 5 + meeting.branch.number) % len(roll)


def _mark(
    status: AttendanceStatus, reason: str = "", *, lectures: bool = False, closed: bool
) -> str:
    return line(status, reason, lectures, closed)


def _pool(late: int, online: int, leave: int, absent: int, *, closed: bool) -> list[str]:
    """Return 200 marks in these proportions; the rest are present."""
    unmarked = 0 if closed else 40
    leaves = [LEAVE_REASONS[n % len(LEAVE_REASONS)] for n in range(leave)]
    return [
        *[_mark(_S.LATE, closed=closed)] * late,
        *[_mark(_S.ONLINE, closed=closed)] * online,
        *[_mark(_S.LEAVE, reason, closed=closed) for reason in leaves],
        *[_mark(_S.ABSENT, closed=closed)] * absent,
        *[_mark(_S.UNMARKED, closed=closed)] * unmarked,
        *[_mark(_S.PRESENT, closed=closed)] * (200 - late - online - leave - absent - unmarked),
    ]


_POOLS = {
    closed: (
        _pool(3, 6, 8, 0, closed=closed),
        _pool(6, 8, 14, 2, closed=closed),
        _pool(10, 10, 18, 6, closed=closed),
    )
    for closed in (True, False)
}


def _marks(quality: float, closed: bool) -> list[str]:
    strong, middling, weak = _POOLS[closed]
    if quality >= 0.9:
        return strong
    return middling if quality >= 0.75 else weak
