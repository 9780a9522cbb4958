"""Plans of a year, a quarter or a month: what to propose, and on which day.

Source: practices C27 (yearly plan, quarterly plan, monthly theme); what has to come how often is
data of the regulations and handed in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from activities.rules.kinds import ActivityKind
from branches.rules.periods import Period, PeriodKind
from branches.rules.working_days import ONE_DAY, WorkingCalendar

PERIODS = (PeriodKind.YEAR, PeriodKind.QUARTER, PeriodKind.MONTH)

# The day of the month from which a meeting is proposed, and of which month of a longer window.
# Apart from each other, so that a branch does not meet for everything on one day; the assembly
# at the end of its quarter, 组织生活会 at the end of the year (M8: generally in the fourth
# quarter). A proposal only: whoever makes the plan moves it.
_DAY = {
    ActivityKind.COMMITTEE: 3,
    ActivityKind.THEME_DAY: 10,
    ActivityKind.GROUP_MEETING: 15,
    ActivityKind.LECTURE: 15,
    ActivityKind.ASSEMBLY: 20,
    ActivityKind.ORGANIZATION_LIFE: 10,
}
_USUAL_DAY = 15
_MIDDLE = frozenset({ActivityKind.LECTURE})


def shifted(day: dt.date, old: Period, new: Period) -> dt.date:
    """Return the day in ``new`` that is where ``day`` is in ``old``: same month of it, same day.

    A day that the month does not have becomes its last: 29 February, the 31st.

    >>> old, new = Period.parse("2028"), Period.parse("2029")
    >>> str(shifted(dt.date(2028, 2, 29), old, new))
    '2029-02-28'
    """
    place = (day.year - old.year) * 12 + day.month - old.first_day.month
    month = new.months[place]
    return month.first_day.replace(day=min(day.day, month.last_day.day))


def windows_in(period: Period, every: PeriodKind) -> list[Period]:
    """Return the windows of a rhythm that reach into a period, in order."""
    window = Period.containing(period.first_day, every)
    found = []
    while window.first_day < period.end:
        found.append(window)
        window = window.next
    return found


def proposed_days(
    kind: ActivityKind, window: Period, count: int, calendar: WorkingCalendar
) -> list[dt.date]:
    """Return the working days on which a kind is proposed ``count`` times in a window, in order."""
    months = window.months
    if count == 1:
        place = len(months) // 2 if kind in _MIDDLE else len(months) - 1
        return [_working(months[place], _DAY.get(kind, _USUAL_DAY), calendar)]
    if len(months) >= count:
        step = len(months) // count
        chosen = [months[n * step + step - 1] for n in range(count)]
        return [_working(month, _DAY.get(kind, _USUAL_DAY), calendar) for month in chosen]
    # More than once a month: evenly over the window.
    length = (window.end - window.first_day).days
    days = [window.first_day + ONE_DAY * (length * n // count) for n in range(count)]
    return [_next_working(day, window, calendar) for day in days]


def still_open(day: dt.date, window: Period, on: dt.date, calendar: WorkingCalendar) -> dt.date:
    """Return a proposed day, or the next working day after ``on`` where it is past."""
    return day if day >= on else _next_working(on + ONE_DAY, window, calendar)


def counted_in(window: Period, days: Iterable[dt.date]) -> int:
    return sum(window.contains(day) for day in days)


def _working(month: Period, day: int, calendar: WorkingCalendar) -> dt.date:
    return _next_working(month.first_day.replace(day=day), month, calendar)


def _next_working(day: dt.date, window: Period, calendar: WorkingCalendar) -> dt.date:
    """Return the first working day from ``day`` on; at the end of the window the last before."""
    each = day
    while window.contains(each):
        if calendar.is_working(each):
            return each
        each += ONE_DAY
    each = min(day, window.last_day)
    while window.contains(each):
        if calendar.is_working(each):
            return each
        each -= ONE_DAY
    return min(day, window.last_day)
