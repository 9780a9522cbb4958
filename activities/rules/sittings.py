"""Several sittings of one activity, so that every shift can come to one.

Practice of enterprises that work in shifts. What votes or elects is one meeting with one quorum:
it is never divided.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

# The shifts as people call them.
SHIFTS = ("早班", "中班", "夜班")
# All sittings of one activity lie within so many days after the first.
MOST_DAYS = 15
MOST = 10


@dataclass(frozen=True, slots=True)
class Time:
    """When a sitting takes place, and what it is called."""

    label: str
    held_on: dt.date
    starts_at: dt.time


def refusal(*, decides: bool, first: Time, others: Collection[Time], new: Time) -> str:
    """Return why ``new`` cannot be added to the sittings there are, "" when it can.

    ``first`` is the activity's own time; a sitting may begin the very minute another does
    (at another place), but no two have the same name.
    """
    if decides:
        return "涉及表决的会议不能分场召开。表决和选举只认一次到会人数，请通知全体党员到一场。"
    if (new.held_on, new.starts_at) < (first.held_on, first.starts_at):
        return "第一场就是活动本身的日期和时间，别的场次不能比它早。要提前，请先修改活动的日期。"
    if new.held_on > first.held_on + dt.timedelta(days=MOST_DAYS):
        return f"各场要在 {MOST_DAYS} 天内开完。隔得更久的，请另外登记一次活动。"
    if len(others) + 2 > MOST:
        return f"一次活动最多分 {MOST} 场。"
    if new.label in {first.label, *(each.label for each in others)}:
        return f"已经有一场叫“{new.label}”，请换个名称。"
    return ""
