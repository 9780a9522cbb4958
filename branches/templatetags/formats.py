"""Filters that write dates and numbers the way an official Chinese page does.

`{% load ui %}` brings them too; printed documents load them alone. A missing value is always an
em dash, never an empty cell.
"""

from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.utils import timezone

from branches.rules.text import with_written_days

register = template.Library()

DASH = "—"
MINUS = "−"
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")

Number = int | float | Decimal


def _local(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def rounded(value: Number, places: int) -> Decimal:
    """`value` to `places` decimals, halves away from zero, as a clerk rounds."""
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    result = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return result if result else abs(result)


def signed(value: Number, places: int) -> str:
    """+2.00, −3.00 or 0.00, with the true minus sign."""
    number = rounded(value, places)
    sign = "+" if number > 0 else MINUS if number < 0 else ""
    return f"{sign}{abs(number)}"


@register.filter
def day(value: date | datetime | None) -> str:
    """2026年10月20日; a datetime counts in local time."""
    if not value:
        return DASH
    local = _local(value)
    return f"{local.year}年{local.month}月{local.day}日"


@register.filter
def written_days(value: str) -> str:
    """A text with every 2026-10-20 in it as 2026年10月20日."""
    return with_written_days(str(value))


@register.filter
def month(value: date | datetime | None) -> str:
    """2026年10月; a datetime counts in local time."""
    if not value:
        return DASH
    local = _local(value)
    return f"{local.year}年{local.month}月"


@register.filter
def weekday(value: date | datetime | None) -> str:
    """周一 to 周日; a datetime counts in local time."""
    return WEEKDAYS[_local(value).weekday()] if value else DASH


@register.filter
def hm(value: datetime | time | None) -> str:
    """15:00; a datetime counts in local time."""
    if value is None:
        return DASH
    if isinstance(value, datetime):
        local = _local(value)
        return f"{local:%H:%M}"
    return f"{value:%H:%M}"


@register.filter
def clock(value: datetime | None) -> str:
    """10月20日 15:00 周二, in local time."""
    if not value:
        return DASH
    local = _local(value)
    return f"{local.month}月{local.day}日 {local:%H:%M} {WEEKDAYS[local.weekday()]}"


@register.filter
def score(value: Number | None, places: int = 2) -> str:
    """86.40; halves round away from zero."""
    if value is None or value == "":
        return DASH
    return str(rounded(value, places)).replace("-", MINUS)


@register.filter
def rate(value: Number | None, places: int = 1) -> str:
    """A share of 1 as a percentage: 0.952 is 95.2%."""
    if value is None or value == "":
        return DASH
    return f"{rounded(Decimal(str(value)) * 100, places)}%"


@register.filter
def dash(value: object) -> object:
    """The value, or — for None and the empty string; 0 stays 0."""
    return DASH if value is None or value == "" else value


@register.filter
def lasting(value: timedelta | None) -> str:
    """15 分钟, 1 小时 30 分钟, 3 天; seconds round up to a minute."""
    if not value:
        return DASH
    minutes = -(-int(value.total_seconds()) // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = ((days, "天"), (hours, "小时"), (left, "分钟"))
    return " ".join(f"{amount} {unit}" for amount, unit in parts if amount)
