"""谈心谈话: what makes a talk due, and the yearly coverage.

Source: 支部工作条例 第十九条 (M14: 支委↔支委, 支委↔党员, 党员↔党员 at least once a year),
教育管理条例 第十九、二十八、二十九条 (M15, M22), practice C23 (六必谈四必访), C17 (必谈).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from activities.rules.absences import Seen
from activities.rules.attendance import ATTENDED, AttendanceStatus
from branches.rules.workflow import Workflow

TALK_DAYS, VISIT_DAYS, ABSENCES = 7, 3, 2
LATELY = dt.timedelta(days=30)  # how old an event may be that still makes a talk due
CORRECTED_WITHIN = dt.timedelta(hours=24)


class TalkForm(StrEnum):
    TALK = "TALK"
    VISIT = "VISIT"


class TalkReason(StrEnum):
    """六必谈, 四必访, then what events and results make due, then the yearly talk."""

    JOB_CHANGED = "JOB_CHANGED"
    CRITICISED = "CRITICISED"
    UPSET = "UPSET"
    DIFFICULTY = "DIFFICULTY"
    HONOURED = "HONOURED"
    UNSETTLED = "UNSETTLED"
    ILL = "ILL"
    DISASTER = "DISASTER"
    HARDSHIP = "HARDSHIP"
    ABSENT = "ABSENT"
    RESULT = "RESULT"
    REMINDER = "REMINDER"
    HELP = "HELP"
    BIRTHDAY = "BIRTHDAY"
    REGULAR = "REGULAR"


VISITS = frozenset({TalkReason.ILL, TalkReason.DISASTER, TalkReason.HARDSHIP, TalkReason.ABSENT})


class TalkState(StrEnum):
    DUE = "DUE"
    HELD = "HELD"
    DROPPED = "DROPPED"


class TalkStep(StrEnum):
    HOLD = "HOLD"
    DROP = "DROP"


TALK: Workflow[TalkState, TalkStep] = Workflow(
    {
        (TalkState.DUE, TalkStep.HOLD): TalkState.HELD,
        (TalkState.DUE, TalkStep.DROP): TalkState.DROPPED,
    }
)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a branch keeps talks: days until a talk and a visit are due, and how many absences in a
    row call for one.
    """

    talk_days: int = TALK_DAYS
    visit_days: int = VISIT_DAYS
    absences: int = ABSENCES


def terms_of(parameters: Mapping[str, Any]) -> Terms:
    """Return the terms as rule P5 says them; what it leaves out stays as above."""
    return Terms(
        talk_days=max(1, int(parameters.get("talk_days", TALK_DAYS))),
        visit_days=max(1, int(parameters.get("visit_days", VISIT_DAYS))),
        absences=max(2, int(parameters.get("absences_running", ABSENCES))),
    )


def form_of(reason: TalkReason) -> TalkForm:
    """Return how one goes about it: 四必访 are visits, all others talks."""
    return TalkForm.VISIT if reason in VISITS else TalkForm.TALK


def due_on(arranged_on: dt.date, form: TalkForm, terms: Terms) -> dt.date:
    """Return the last day for a talk that is arranged on a day; calendar days, that day not
    counted.
    """
    days = terms.visit_days if form is TalkForm.VISIT else terms.talk_days
    return arranged_on + dt.timedelta(days=days)


def may_be_corrected(recorded_at: dt.datetime, at: dt.datetime) -> bool:
    """Return whether what was noted may still be corrected: within 24 hours, the last included."""
    return recorded_at <= at <= recorded_at + CORRECTED_WITHIN


def runs(seen: Iterable[Seen], first_day: dt.date, least: int) -> list[list[Seen]]:
    """Return every run of at least ``least`` absences without cause that has one on or after
    ``first_day``, in order.

    What makes a run says ``activities.rules.absences.longest_run``: whoever comes ends it; leave,
    and an absence while exempt, neither end nor lengthen it.
    """
    found: list[list[Seen]] = []
    run: list[Seen] = []
    for one in seen:
        if one.status in ATTENDED:
            found.append(run)
            run = []
        elif one.status == AttendanceStatus.ABSENT and not one.excused:
            run.append(one)
    found.append(run)
    return [each for each in found if len(each) >= least and each[-1].held_on >= first_day]


@dataclass(frozen=True, slots=True)
class Met:
    """A talk that was held: who with whom, and which of them sat on the committee that day."""

    talker: int
    member: int
    held_on: dt.date
    talker_leads: bool
    member_leads: bool


@dataclass(frozen=True, slots=True)
class Covered:
    """Of one person and one year: the last talk with a 支委 and with a 党员, or None.

    ``needs_…`` is False where there is nobody else of that kind to talk with.
    """

    with_committee: dt.date | None = None
    with_member: dt.date | None = None
    needs_committee: bool = True
    needs_member: bool = True

    @property
    def lacks_committee(self) -> bool:
        return self.needs_committee and self.with_committee is None

    @property
    def lacks_member(self) -> bool:
        return self.needs_member and self.with_member is None

    @property
    def is_complete(self) -> bool:
        return not (self.lacks_committee or self.lacks_member)


def coverage(people: Set[int], committee: Set[int], talks: Iterable[Met]) -> dict[int, Covered]:
    """Return for each of ``people`` how far M14 is met by ``talks``, those of the year.

    It does not matter who of the two spoke to whom.

    :param committee: who sits on the committee now; they need not be among ``people``.
    """
    leaders: dict[int, dt.date] = {}
    members: dict[int, dt.date] = {}
    for talk in talks:
        for one, other_leads in (
            (talk.talker, talk.member_leads),
            (talk.member, talk.talker_leads),
        ):
            last = leaders if other_leads else members
            last[one] = max(talk.held_on, last.get(one, talk.held_on))
    return {
        one: Covered(
            with_committee=leaders.get(one),
            with_member=members.get(one),
            needs_committee=bool(committee - {one}),
            needs_member=bool(people - committee - {one}),
        )
        for one in people
    }
