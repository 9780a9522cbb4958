"""What members learned, line by line and by topic: read from ``activities.models.Learning``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import QuerySet
from django.urls import reverse

from activities.models import Learning
from activities.rules.hours import CENT
from activities.rules.study import Topic
from activities.wording import study as wording
from branches.rules.periods import Period
from members.models import Member


@dataclass(frozen=True, slots=True)
class Learned:
    """One line: what somebody learned, where it is recorded, and the hours it gives."""

    learned_on: dt.date
    title: str
    note: str
    topic: str
    hours: Decimal
    url: str
    attendance_id: int | None = None
    activity_id: int | None = None

    @property
    def counts(self) -> bool:
        return self.hours > 0

    @property
    def hours_words(self) -> str:
        return plain(self.hours) if self.counts else "不计学时"


def of_member(member: Member, period: Period) -> list[Learned]:
    """Return what a member learned in a period, the oldest first (one query)."""
    rows = (
        Learning.objects.in_period(period)
        .filter(member=member)
        .select_related("attendance__activity__organization", "enrolment__training_class", "credit")
        .order_by("learned_on", "key")
    )
    return [_line(row) for row in rows]


def by_topic(lines: Iterable[Learned]) -> dict[str, Decimal]:
    """Return the hours of each topic word, those without a topic left out."""
    found = dict.fromkeys(wording.TOPICS.values(), Decimal(0))
    for line in lines:
        if line.topic:
            found[line.topic] += line.hours
    return {topic: hours.quantize(CENT, ROUND_HALF_UP) for topic, hours in found.items()}


def total(lines: Iterable[Learned]) -> Decimal:
    """Return the hours of some lines, rounded once."""
    return sum((line.hours for line in lines), Decimal(0)).quantize(CENT, ROUND_HALF_UP)


def who_knows(topic: Topic, first: dt.date, last: dt.date) -> QuerySet[Learning]:
    """Return the members (``member_id``) who learned a topic between two days, both counted.

    A lesson without hours has taught its topic all the same.
    """
    return (
        Learning.objects.between(first, last).of_topic(topic).order_by().values("member_id")  # type: ignore[return-value]
    )


def plain(value: Decimal) -> str:
    """Return hours to 0.01 without trailing zeros: 2, 1.5, 1.33."""
    text = f"{value.quantize(CENT, ROUND_HALF_UP)}"
    return text.rstrip("0").rstrip(".")


def _line(row: Learning) -> Learned:
    topic = wording.TOPICS[Topic(row.topic)] if row.topic else ""
    if row.attendance is not None:
        activity = row.attendance.activity
        note = [activity.get_kind_display(), activity.organization.short_name]
        if row.is_made_up:
            held = activity.held_on
            note = [f"补 {held.month}月{held.day}日的课", *note]
        elif row.hours == 0 and activity.ends_at is None:
            note.append("没有结束时间，不计时")
        return Learned(
            learned_on=row.learned_on,
            title=activity.title,
            note=" · ".join(note),
            topic=topic,
            hours=row.hours,
            url=reverse("my-activity", kwargs={"pk": row.attendance_id}),
            attendance_id=row.attendance_id,
            activity_id=activity.pk,
        )
    if row.enrolment is not None:
        found = row.enrolment.training_class
        return Learned(
            learned_on=row.learned_on,
            title=found.title,
            note=found.get_kind_display(),
            topic=topic,
            hours=row.hours,
            url=reverse("my-class", kwargs={"pk": row.enrolment_id}),
        )
    assert row.credit is not None
    return Learned(
        learned_on=row.learned_on,
        title=row.credit.title,
        note=f"学时登记：{plain(row.credit.amount)} {row.credit.get_unit_display()}",
        topic=topic,
        hours=row.hours,
        url=reverse("my-credit", kwargs={"pk": row.credit_id}),
    )
