"""The words for plans and series."""

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
