"""政治生日 (practice C04): the day of admission, every year.

A member admitted on 29 February is greeted on 28 February in common years, as periods of years
end there (``branches.rules.terms.years_later``).
"""

from __future__ import annotations

import datetime as dt

from branches.rules.terms import years_later

AHEAD = dt.timedelta(days=3)  # how early the branch is told


def birthday(admitted_on: dt.date, year: int) -> dt.date | None:
    """Return the political birthday in a year; None before the first.

    >>> birthday(dt.date(2020, 2, 29), 2026), birthday(dt.date(2020, 2, 29), 2028)
    (datetime.date(2026, 2, 28), datetime.date(2028, 2, 29))
    """
    if year <= admitted_on.year:
        return None
    return years_later(admitted_on, year - admitted_on.year)


def greeting(name: str, admitted_on: dt.date, year: int) -> str:
    """Return the words a branch starts from; right on whatever day they are sent."""
    day = birthday(admitted_on, year)
    assert day is not None
    years = year - admitted_on.year
    return (
        f"{name}同志：{day.month}月{day.day}日是您入党{years}周年纪念日，支部祝您政治生日快乐！"
        "愿您不忘初心、牢记使命，继续发挥先锋模范作用。"
    )
