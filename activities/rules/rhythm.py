"""What a rhythm asks for on a day: which windows count, which are still to be held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from branches.rules.periods import Period, PeriodKind

# How far back something not held is still worth naming: two windows, and a quarter's time.
WINDOWS_BACK = 2
DAYS_BACK = 92


@dataclass(frozen=True, slots=True)
class Asked:
    """One rhythm as a regulation sets it: ``count`` times in each window ``every``.

    ``warn_from_day`` is the day of the window (from 1) from which it is named as due.
    """

    every: PeriodKind
    count: int = 1
    warn_from_day: int | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """A window in which fewer were held than asked for."""

    window: Period
    held: int


def windows(on: dt.date, every: PeriodKind) -> list[Period]:
    """Return the window that holds ``on`` and those before it worth naming, oldest first."""
    current = Period.containing(on, every)
    return [current.minus(back) for back in range(WINDOWS_BACK, -1, -1)]


def is_near(window: Period, on: dt.date, asked: Asked) -> bool:
    """Return whether a window that is still open is worth naming on a day.

    A month always is. Of a longer window the last quarter, at least its last month: the
    quarter from its third month, the year from October. ``warn_from_day`` has the last word.
    """
    if asked.warn_from_day is not None:
        return (on - window.first_day).days + 1 >= asked.warn_from_day
    months = window.months
    return on >= months[-max(1, len(months) // 4)].first_day


def owed(
    *,
    on: dt.date,
    asked: Asked,
    held_on: Iterable[dt.date],
    since: dt.date,
    asked_in: Callable[[Period], Asked | None] | None = None,
) -> list[Owed]:
    """Return the windows in which something is missing on a day, oldest first.

    Past windows count from the first that began on or after ``since`` (the founding of the
    organisation, the day the regulation took force), for up to 92 days after their end; the
    present one as soon as it is near. ``asked_in`` says what was asked in a past window (None:
    nothing); a past window of another rhythm is left out.
    """
    days = [day for day in held_on if day <= on]
    found = []
    for window in windows(on, asked.every):
        held = sum(window.contains(day) for day in days)
        is_past = not window.contains(on)
        then = asked_in(window) if is_past and asked_in else asked
        if then is None or then.every is not asked.every or held >= then.count:
            continue
        if not is_past:
            if is_near(window, on, asked) and since <= on:
                found.append(Owed(window, held))
        elif window.first_day >= since and (on - window.last_day).days <= DAYS_BACK:
            found.append(Owed(window, held))
    return found
