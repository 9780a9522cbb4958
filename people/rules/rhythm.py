"""Windows of a rhythm: in which stretches of days a pair is in touch at least once.

Weeks begin on Monday (ISO 8601); fortnights are counted from ``FIRST_MONDAY``; months and quarters
are those of the calendar. A rhythm may change: a window is one of the rhythm that stood when it
began, so that no change undoes what was agreed for days already gone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from people.rules.pairs import DAYS, MONTHS, Rhythm

FIRST_MONDAY = dt.date(2000, 1, 3)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Some days on end, first and last counted."""

    first_day: dt.date
    last_day: dt.date

    def __contains__(self, day: dt.date) -> bool:
        return self.first_day <= day <= self.last_day


def number(rhythm: Rhythm, day: dt.date) -> int:
    """Return the number of the window in which a day lies; the next window has the next number.

    >>> number(Rhythm.WEEK, dt.date(2000, 1, 9)), number(Rhythm.WEEK, dt.date(2000, 1, 10))
    (0, 1)
    """
    if rhythm in DAYS:
        return (day - FIRST_MONDAY).days // DAYS[rhythm]
    return (day.year * 12 + day.month - 1) // MONTHS[rhythm]


def whole_numbers(rhythm: Rhythm, first_day: dt.date, last_day: dt.date) -> range:
    """Return the numbers of the windows that lie wholly between two days, both counted."""
    return range(number(rhythm, first_day - _DAY) + 1, number(rhythm, last_day + _DAY))


def windows(rhythm: Rhythm, first_day: dt.date, last_day: dt.date) -> list[Window]:
    """Return the windows that lie wholly between two days, both counted, in order."""
    numbers = whole_numbers(rhythm, first_day, last_day)
    return [Window(_begins(rhythm, n), _begins(rhythm, n + 1) - _DAY) for n in numbers]


def in_touch(
    agreed: Sequence[tuple[dt.date, Rhythm]],
    ended_on: dt.date | None,
    contacts: Iterable[dt.date],
    first_day: dt.date,
    last_day: dt.date,
) -> bool | None:
    """Return whether a pair was in touch in each window inside a period and its own life.

    None where the pair does not count: it is not in force on the period's last day, or no whole
    window of its rhythm fits.

    :param agreed: the rhythms with the days from which they stand, in order; the first day is that
        of the pair.
    :param ended_on: the first day on which it is no longer in force.
    """
    if agreed[0][0] > last_day or (ended_on is not None and ended_on <= last_day):
        return None
    until = [day for day, _ in agreed[1:]] + [dt.date.max]
    asked = [
        window
        for (since, rhythm), end in zip(agreed, until, strict=True)
        for window in windows(rhythm, max(first_day, since), last_day)
        if window.first_day < end
    ]
    if not asked:
        return None
    days = set(contacts)
    return all(any(day in window for day in days) for window in asked)


def _begins(rhythm: Rhythm, place: int) -> dt.date:
    if rhythm in DAYS:
        return FIRST_MONDAY + dt.timedelta(days=place * DAYS[rhythm])
    month = place * MONTHS[rhythm]
    return dt.date(month // 12, month % 12 + 1, 1)
