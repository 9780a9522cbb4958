"""The words for plans and series."""

from __future__ import annotations

import datetime as dt

from activities.rules.series import Rhythm
from branches.rules.periods import PeriodKind

RHYTHMS = {Rhythm.MONTHLY: "每月固定日", Rhythm.WEEKLY: "每周", Rhythm.DAILY: "每个工作日"}

PLAN_PERIODS = {
    PeriodKind.YEAR: "年度计划",
    PeriodKind.QUARTER: "季度计划",
    PeriodKind.MONTH: "月度计划",
}

WEEKDAYS = {
    1: "星期一", 2: "星期二", 3: "星期三", 4: "星期四", 5: "星期五", 6: "星期六", 7: "星期日",
}  # fmt: skip


def rhythm_words(
    rhythm: str, *, day: int | None, until_day: int | None, weekday: int | None
) -> str:
    """Return when a series falls, as people say it: 每月 5 日，遇休息日顺延，最迟 15 日."""
    if rhythm == Rhythm.MONTHLY:
        postponed = f"，遇休息日顺延，最迟 {until_day} 日" if until_day else ""
        return f"每月 {day} 日{postponed}"
    if rhythm == Rhythm.WEEKLY:
        assert weekday is not None
        return f"每周{WEEKDAYS[weekday].removeprefix('星期')}"
    return RHYTHMS[Rhythm.DAILY]


def title_of(title: str, rhythm: str, day: dt.date) -> str:
    """Return the title of one of a series: 11月主题党日; weekly and daily ones keep the name."""
    return f"{day.month}月{title}" if rhythm == Rhythm.MONTHLY else title


def lead_words(days_before: int) -> str:
    """Return how long before an activity something is due: 提前 7 天, 当天, 会后 1 天."""
    if days_before == 0:
        return "当天"
    return f"提前 {days_before} 天" if days_before > 0 else f"会后 {-days_before} 天"


def many_planned(planned: int) -> str:
    return f"已安排 {planned} 次，见下面的清单。" if planned else "这段时间都已经安排好了。"
