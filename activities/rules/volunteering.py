"""Service that members report themselves: how long back, how much of a day, until when confirmed.

Source: practices C05, C23; the parameters are rule P10.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from branches.rules.working_days import WorkingCalendar

CONFIRM_WORKING_DAYS = 5
DAYS_BACK = 31
HOURS_OF_A_DAY = Decimal(24)


@dataclass(frozen=True, slots=True)
class Terms:
    """How service is reported and confirmed: the parameters of rule P10."""

    confirm_working_days: int = CONFIRM_WORKING_DAYS
    days_back: int = DAYS_BACK


def terms_of(parameters: Mapping[str, Any]) -> Terms:
    """Return the terms as rule P10 says them; what it leaves out stays as practice has it."""
    return Terms(
        confirm_working_days=max(
            1, int(parameters.get("confirm_working_days", CONFIRM_WORKING_DAYS))
        ),
        days_back=max(0, int(parameters.get("service_days_back", DAYS_BACK))),
    )


def why_not(
    served_on: dt.date, hours: Decimal, *, others: Decimal, today: dt.date, terms: Terms
) -> str:
    """Return why service cannot be reported, "" if it can.

    :param hours: above 0; with ``others`` at most a day.
    :param others: the hours of the same day reported already and not refused.
    """
    if served_on > today:
        return "服务日期不能晚于今天。"
    if (today - served_on).days > terms.days_back:
        return f"只能补报 {terms.days_back} 天以内的服务，更早的请支部写进活动记录。"
    if hours <= 0:
        return "时长要大于 0。"
    if hours + others > HOURS_OF_A_DAY:
        had = f"（这一天已经报了 {others.normalize():f} 小时）" if others else ""
        return f"一天最多 24 小时{had}，请核对。"
    return ""


def confirm_due(entered_on: dt.date, calendar: WorkingCalendar, terms: Terms) -> dt.date:
    """Return until when reported service is confirmed; the day of the report does not count."""
    return calendar.after(entered_on, terms.confirm_working_days)
