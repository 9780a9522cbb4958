"""Which sittings an activity may be divided into."""

from __future__ import annotations

import datetime as dt

import pytest

from activities.rules.sittings import MOST, MOST_DAYS, Time, refusal

D = dt.date
FIRST = Time("早班", D(2026, 10, 20), dt.time(8))
DECIDES = "涉及表决的会议不能分场召开。表决和选举只认一次到会人数，请通知全体党员到一场。"
EARLY = "第一场就是活动本身的日期和时间，别的场次不能比它早。要提前，请先修改活动的日期。"
LATE = f"各场要在 {MOST_DAYS} 天内开完。隔得更久的，请另外登记一次活动。"


def new(day=FIRST.held_on, hour=16, label="中班"):
    return Time(label, day, dt.time(hour))


@pytest.mark.parametrize(
    ("given", "decides", "expected"),
    [
        (new(), False, ""),
        (new(), True, DECIDES),
        (new(hour=8), False, ""),  # two rooms at the same hour
        (new(hour=7), False, EARLY),
        (new(D(2026, 10, 19), 23), False, EARLY),
        (new(D(2026, 10, 21), 0), False, ""),  # the night shift, past midnight
        (new(FIRST.held_on + dt.timedelta(days=MOST_DAYS)), False, ""),
        (new(FIRST.held_on + dt.timedelta(days=MOST_DAYS + 1)), False, LATE),
        (new(label="早班"), False, "已经有一场叫“早班”，请换个名称。"),
        (new(label="夜班"), False, "已经有一场叫“夜班”，请换个名称。"),
    ],
)
def test_what_is_refused_and_why(given, decides, expected):
    others = [Time("夜班", D(2026, 10, 21), dt.time(0))]

    assert refusal(decides=decides, first=FIRST, others=others, new=given) == expected


@pytest.mark.parametrize(
    ("others", "expected"), [(MOST - 2, ""), (MOST - 1, f"一次活动最多分 {MOST} 场。")]
)
def test_there_is_an_end_to_dividing(others, expected):
    there = [new(label=f"第{n}场") for n in range(others)]

    assert refusal(decides=False, first=FIRST, others=there, new=new()) == expected
