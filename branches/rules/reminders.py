"""When a digest may go out, and what it says: at most one a day, never in the quiet hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

SHOWN = 7
# Waiting after the first and the second failure; the third gives up.
PAUSES = (dt.timedelta(minutes=10), dt.timedelta(hours=1))


@dataclass(frozen=True, slots=True)
class Line:
    """One matter of a digest."""

    title: str
    due_on: dt.date


def is_quiet(time: dt.time, quiet_from: dt.time, quiet_to: dt.time) -> bool:
    """Return whether a time of day lies in the quiet hours, from inclusive, to exclusive.

    ``quiet_from`` later than ``quiet_to`` reaches over midnight; equal means no quiet hours.

    >>> night = dt.time(21), dt.time(8)
    >>> is_quiet(dt.time(23), *night), is_quiet(dt.time(8), *night)
    (True, False)
    """
    if quiet_from <= quiet_to:
        return quiet_from <= time < quiet_to
    return time >= quiet_from or time < quiet_to


def pause_after(attempts: int) -> dt.timedelta | None:
    """Return how long to wait after so many failed attempts; None: give up."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


def digest(lines: Sequence[Line], on: dt.date, link: str) -> str:
    """Return the text of a person's digest: at most seven lines, most urgent first."""
    overdue = sum(line.due_on < on for line in lines)
    late = f"，其中 {overdue} 件已逾期" if overdue else ""
    words = [f"您有 {len(lines)} 件事要办{late}：", ""]
    words += [f"· {line.title}（{_when(line.due_on, on)}）" for line in lines[:SHOWN]]
    if len(lines) > SHOWN:
        words.append(f"还有 {len(lines) - SHOWN} 件，登录后查看。")
    words += ["", f"办理：{link}" if link else "请登录支部管理系统办理。"]
    return "\n".join(words)


def group_digest(organization: str, lines: Sequence[Line], on: dt.date, link: str) -> str:
    """Return what a group robot says: numbers only, since a title may name a person."""
    overdue = sum(line.due_on < on for line in lines)
    soon = sum(0 <= (line.due_on - on).days <= 7 for line in lines)
    counted = "，".join(
        words
        for words, number in ((f"{overdue} 件已逾期", overdue), (f"{soon} 件一周内到期", soon))
        if number
    )
    text = f"【{organization}】现有 {len(lines)} 件事要办" + (f"，{counted}" if counted else "")
    return f"{text}。\n办理：{link}" if link else f"{text}。请登录支部管理系统办理。"


def _when(due_on: dt.date, on: dt.date) -> str:
    days = (due_on - on).days
    if days < 0:
        return f"逾期 {-days} 天"
    if days == 0:
        return "今天到期"
    return f"{due_on.month} 月 {due_on.day} 日前"
