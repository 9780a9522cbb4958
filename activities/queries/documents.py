"""The record of an activity as a document to be printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from activities import wording
from activities.models import Activity
from activities.queries import (
    activities,
    appraisals,
    attachments,
    elections,
    lessons,
    problems,
    rolls,
    sittings,
    votes,
)
from activities.rules import attendance
from activities.rules.attendance import ATTENDED, AttendanceStatus
from activities.rules.kinds import ActivityKind
from branches.templatetags import formats

SIGNATORIES = ("主持人（签字）", "记录人（签字）")
SUMMARY = "主要情况"
NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class RecordDocument:
    """What ``ledgers/document.html`` shows; everything in it comes from the closed record."""

    code: str
    title: str
    organization: str
    as_of: dt.datetime
    facts: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    signature: tuple[str, ...]
    # Who signs the print by hand; not part of what is kept.
    signatories: tuple[str, ...] = SIGNATORIES


def as_data(document: RecordDocument) -> dict[str, Any]:
    """Return a document as what JSON keeps; ``from_data`` gives the same document back."""
    return {
        "code": document.code,
        "title": document.title,
        "organization": document.organization,
        "as_of": document.as_of.isoformat(),
        "facts": [list(fact) for fact in document.facts],
        "parts": [[heading, list(paragraphs)] for heading, paragraphs in document.parts],
        "signature": list(document.signature),
    }


def from_data(content: Mapping[str, Any]) -> RecordDocument:
    """Return the document that ``as_data`` was given."""
    return RecordDocument(
        code=content["code"],
        title=content["title"],
        organization=content["organization"],
        as_of=dt.datetime.fromisoformat(content["as_of"]),
        facts=tuple((label, text) for label, text in content["facts"]),
        parts=tuple((heading, tuple(paragraphs)) for heading, paragraphs in content["parts"]),
        signature=tuple(content["signature"]),
    )


def record_of(activity: Activity) -> RecordDocument:
    """Return the document of a closed activity (a fixed number of queries)."""
    assert activity.closed_at is not None
    entries = rolls.of_activity(activity)
    count = attendance.count(entry.status for entry in entries)
    named = {status: _names(entries, status) for status in AttendanceStatus}
    attended = "、".join(entry.name for entry in entries if entry.status in ATTENDED)
    closed_on = timezone.localdate(activity.closed_at)
    late = activities.lateness(activity, closed_on)
    facts = [
        ("党 组 织", activity.organization.name),
        ("主　　题", activity.title),
        ("时　　间", _time(activity)),
        ("地　　点", activity.place),
        ("主 持 人", activity.host),
        ("主持委托", activity.host_note),
        ("记 录 人", activity.recorder),
        (
            "到会情况",
            f"应到 {count.due} 人，实到 {count.attended} 人，请假 {count.on_leave} 人，"
            f"缺席 {count.absent} 人，到会率 {formats.rate(count.rate)}",
        ),
        ("分　　场", sittings.written(activity)),
        ("主　　讲", "、".join(entry.name for entry in entries if entry.is_lecturer)),
        ("学习内容", lessons.written(activity)),
        ("到会人员", attended),
        ("线上参加", named[AttendanceStatus.ONLINE]),
        ("迟到人员", named[AttendanceStatus.LATE]),
        ("请假人员", named[AttendanceStatus.LEAVE]),
        ("缺席人员", named[AttendanceStatus.ABSENT]),
        ("附　　件", attachments.in_words(activity)),
        (
            "登　　记",
            f"{formats.day(activity.entered_at)}登记，{formats.day(closed_on)}办结"
            + (f"（{late}，期限 {formats.day(activity.record_due_on)}）" if late else ""),
        ),
        ("更　　正", _corrections(activity)),
    ]
    parts = [(part.title, _paragraphs(part.content)) for part in activity.parts.all()]
    parts.append((SUMMARY, _paragraphs(activity.summary)))
    decisions = [*votes.written(activity), *elections.written(activity)]
    parts += [(heading, _paragraphs(text)) for heading, text in decisions]
    parts.append(("民主测评", appraisals.written(activity)))
    parts.append(("问题整改清单", problems.written(activity)))
    filled = [(title, text) for title, text in parts if text]
    # Under the title of a record nothing else needs to be called the record.
    is_plain = [title for title, _ in filled] == [SUMMARY]
    return RecordDocument(
        code=f"HD-{activity.pk}",
        title=f"{wording.KINDS[ActivityKind(activity.kind)]}记录",
        organization=activity.organization.name,
        as_of=timezone.localtime(activity.closed_at),
        facts=tuple((label, text) for label, text in facts if text),
        parts=tuple(
            ("" if is_plain else f"{_numeral(place)}、{title}", text)
            for place, (title, text) in enumerate(filled)
        ),
        signature=(),
    )


def _corrections(activity: Activity) -> str:
    made = [
        f"{formats.day(each.made_at)}，{each.made_by.name}：{each.reason}"
        for each in activity.corrections.select_related("made_by")
    ]
    return f"{len(made)} 次。{'；'.join(made)}" if made else ""


def _names(entries: list[rolls.Entry], status: AttendanceStatus) -> str:
    return "、".join(
        f"{entry.name}（{entry.reason}）" if entry.reason else entry.name
        for entry in entries
        if entry.status == status
    )


def _time(activity: Activity) -> str:
    end = f" 至 {activity.ends_at:%H:%M}" if activity.ends_at else ""
    return f"{formats.day(activity.held_on)} {activity.starts_at:%H:%M}{end}"


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _numeral(place: int) -> str:
    """Return 一 for 0; beyond 十九 plain digits do."""
    number = place + 1
    if number <= 10:
        return NUMERALS[number - 1]
    return f"十{NUMERALS[number - 11]}" if number < 20 else str(number)
