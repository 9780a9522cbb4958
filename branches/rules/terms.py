"""Terms of office (届): how long, and when a change is due.

Source: 《关于党的基层组织任期的意见》（2018）一; 党章 第三十一条.
"""

from __future__ import annotations

import datetime as dt

from branches.rules.tree import OrganizationKind

TERM_YEARS = {
    OrganizationKind.COMMITTEE: 5,
    OrganizationKind.GENERAL_BRANCH: 3,
    OrganizationKind.BRANCH: 3,
}


def years_later(day: dt.date, years: int) -> dt.date:
    """Return the same day ``years`` later; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def term_end(elected_on: dt.date, years: int) -> dt.date:
    """Return the day on which a term of ``years`` runs out."""
    return years_later(elected_on, years)
