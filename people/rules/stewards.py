"""小政委: chosen in three steps, at work by day, week and month, assessed by team and branch.

Source: practices C28 and C31: the team recommends, the committee decides, the branch appoints;
“三高” criteria; 日跟班、周帮扶、月汇报. Where nobody was chosen the group's leader is the 小政委.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from branches.rules.periods import Period
from branches.rules.workflow import Workflow
from branches.rules.working_days import ONE_DAY, WorkingCalendar

LINE_FROM_HOUR = 15
REPORT_WORKING_DAY = 1
ASSESS_WORKING_DAYS = 5


class StewardState(StrEnum):
    RECOMMENDED = "RECOMMENDED"
    DECIDED = "DECIDED"
    APPOINTED = "APPOINTED"
    DECLINED = "DECLINED"
    ENDED = "ENDED"


class StewardStep(StrEnum):
    DECIDE = "DECIDE"
    DECLINE = "DECLINE"
    APPOINT = "APPOINT"
    END = "END"


STEWARD: Workflow[StewardState, StewardStep] = Workflow(
    {
        (StewardState.RECOMMENDED, StewardStep.DECIDE): StewardState.DECIDED,
        (StewardState.RECOMMENDED, StewardStep.DECLINE): StewardState.DECLINED,
        (StewardState.DECIDED, StewardStep.APPOINT): StewardState.APPOINTED,
        (StewardState.DECIDED, StewardStep.DECLINE): StewardState.DECLINED,
        (StewardState.APPOINTED, StewardStep.END): StewardState.ENDED,
    }
)


class Side(StrEnum):
    """Who assesses a month's report: the team and the branch together."""

    TEAM = "TEAM"
    BRANCH = "BRANCH"


class StewardGrade(StrEnum):
    GOOD = "GOOD"
    FAIR = "FAIR"
    POOR = "POOR"


@dataclass(frozen=True, slots=True)
class Terms:
    """The rhythm of a 小政委: the parameters of rule P4."""

    line_from_hour: int = LINE_FROM_HOUR  # from when the day's line is asked for
    report_working_day: int = REPORT_WORKING_DAY  # 1: the last working day of the month
    assess_working_days: int = ASSESS_WORKING_DAYS


def terms_of(parameters: Mapping[str, Any]) -> Terms:
    """Return the terms as rule P4 says them; what it leaves out stays as practice has it."""
    return Terms(
        line_from_hour=min(max(0, int(parameters.get("line_from_hour", LINE_FROM_HOUR))), 23),
        report_working_day=max(1, int(parameters.get("report_working_day", REPORT_WORKING_DAY))),
        assess_working_days=max(1, int(parameters.get("assess_working_days", ASSESS_WORKING_DAYS))),
    )


def may_be_written(on: dt.date, today: dt.date) -> bool:
    """Return whether a day's line may be written or changed: on the day itself and the next."""
    return today - ONE_DAY <= on <= today


def monday_of(day: dt.date) -> dt.date:
    """Return the Monday of a day's week."""
    return day - ONE_DAY * day.weekday()


def week_ends(week_of: dt.date) -> dt.date:
    """Return the Sunday of the week that begins on a Monday: the week belongs to its month."""
    return week_of + ONE_DAY * 6


def weeks_of(month: Period) -> tuple[dt.date, dt.date]:
    """Return the first and the last Monday whose weeks belong to a month: those that end in it."""
    return monday_of(month.first_day), monday_of(month.last_day - ONE_DAY * 6)


def is_line_due(on: dt.date, hour: int, calendar: WorkingCalendar, terms: Terms) -> bool:
    """Return whether the day's line is asked for: on working days, from an hour on."""
    return calendar.is_working(on) and hour >= terms.line_from_hour


def report_due(month: Period, calendar: WorkingCalendar, terms: Terms) -> dt.date:
    """Return until when a month is reported on: its last working day, or one so many before it.

    A month with fewer working days is due on its first day.
    """
    day, left = month.last_day, terms.report_working_day
    while day > month.first_day:
        left -= calendar.is_working(day)
        if left == 0:
            return day
        day -= ONE_DAY
    return month.first_day


def assessment_due(handed_in: dt.date, calendar: WorkingCalendar, terms: Terms) -> dt.date:
    """Return until when a report is assessed; the day it was handed in does not count."""
    return calendar.after(handed_in, terms.assess_working_days)


def needs_advice(grade: StewardGrade) -> bool:
    """Return whether a grade is given only with what is to be done better (纠偏)."""
    return grade is not StewardGrade.GOOD
