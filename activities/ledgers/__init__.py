"""The ledgers of this app, gathered from the records of organised life."""

from __future__ import annotations

from activities.ledgers import duty, meetings
from branches import ledgers
from branches.ledgers import Ledger


def declare() -> None:
    """Register this app's ledgers."""
    ledgers.register(
        Ledger(
            code="three-meetings",
            title="三会一课台账",
            description="党员大会、支委会、党小组会、党课：时间、地点、到会和记录",
            build=meetings.three_meetings,
        )
    )
    ledgers.register(
        Ledger(
            code="theme-days",
            title="主题党日台账",
            description="每月主题党日：主题、地点、到会和记录",
            build=meetings.theme_days,
        )
    )
    ledgers.register(
        Ledger(
            code="duty",
            title="值班台账",
            description="每天谁值班、来访几件、当场答复和按期答复",
            build=duty.duty,
        )
    )
