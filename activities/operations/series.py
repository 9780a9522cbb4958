"""Fixed days and series: set them up, change and end them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Q

from activities import wording
from activities.models import Activity, Series, SeriesTask
from activities.operations import activities, details
from activities.operations.refusals import CannotHold, Refused
from activities.queries import series as queries
from activities.rules import series as rules
from activities.rules.kinds import KINDS, ActivityKind
from activities.rules.progress import State
from activities.rules.series import Rhythm
from activities.wording import plans as words
from branches import audit
from branches.models import Organization, User
from branches.rules.periods import Period


@dataclass(frozen=True, slots=True)
class Setting:
    """What somebody writes down about a series; which day is asked depends on the rhythm."""

    title: str
    rhythm: Rhythm
    starts_at: dt.time
    place: str
    started_on: dt.date
    ends_at: dt.time | None = None
    day: int | None = None
    until_day: int | None = None
    weekday: int | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A task of each one of a series."""

    title: str
    days_before: int
    role: str = ""


_COLUMNS = ("title", "rhythm", "starts_at", "ends_at", "place", "started_on")
_DAYS = ("day", "until_day", "weekday")


@transaction.atomic
def set_up(
    *,
    organization: Organization,
    kind: ActivityKind,
    setting: Setting,
    tasks: Sequence[Template] = (),
    by: User,
    at: dt.datetime,
) -> Series:
    """Set up a series; nothing is planned by that yet.

    :raises CannotHold: this organisation does not hold this kind.
    :raises Refused: the very same series runs already.
    """
    if organization.kind != KINDS[kind].held_by:
        raise CannotHold(f"{organization.short_name}不能安排{wording.KINDS[kind]}。")
    # Two at once must not both find that there is none.
    Organization.objects.select_for_update(no_key=True).select_related(None).get(pk=organization.pk)
    same = Series.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=setting.started_on),
        organization=organization,
        kind=kind,
        starts_at=setting.starts_at,
        **{name: getattr(setting, name) for name in ("rhythm", "day", "weekday")},
    )
    if same.exists():
        raise Refused("已经有同一时间、同一类别的固定活动，请到固定活动列表里修改它。")
    row = Series.objects.create(
        organization=organization, kind=kind, made_by=by, made_at=at,
        **{name: getattr(setting, name) for name in (*_COLUMNS, *_DAYS)},
    )  # fmt: skip
    _write_tasks(row, tasks)
    audit.record(
        "series.set_up", by=by, at=at, on=row, organization=organization,
        after=_facts(row, tasks) | {"activity_kind": wording.KINDS[kind]},
    )  # fmt: skip
    return row


@transaction.atomic
def change(
    *,
    series: Series,
    setting: Setting,
    tasks: Sequence[Template],
    planned_too: bool,
    on: dt.date,
    by: User,
    at: dt.datetime,
) -> int:
    """Change a series that goes on; return how many planned activities followed.

    With ``planned_too``, those after ``on`` that nobody moved take over what changed: a new day
    in the same month or week, hour and place, where they still had the old ones. Their tasks
    stay. Kind and rhythm stay: whoever wants others ends the series and sets up a new one.

    :raises Refused: the series has ended.
    """
    row = locked(series)
    _check_live(row, on)
    old = replace(_setting(row))
    before = _facts(row, _templates(row))
    for name in (*_COLUMNS, *_DAYS):
        if name != "rhythm":
            setattr(row, name, getattr(setting, name))
    row.save()
    _write_tasks(row, tasks)
    after = _facts(row, tasks)
    changed = [name for name in after if after[name] != before[name]]
    followed = _follow(row, old, on, by, at) if planned_too else 0
    if changed:
        audit.record(
            "series.changed", by=by, at=at, on=row, organization=row.organization,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed} | {"planned": followed},
        )  # fmt: skip
    return followed


@transaction.atomic
def end(*, series: Series, on: dt.date, cancel_planned: bool, by: User, at: dt.datetime) -> int:
    """End a series: from ``on`` nothing is planned; return how many planned ones were cancelled.

    :raises Refused: it has ended already, or began later.
    """
    row = locked(series)
    if row.ended_on is not None:
        raise Refused(f"这项固定活动已从 {row.ended_on} 起停止。")
    if on < row.started_on:
        raise Refused(f"这项固定活动从 {row.started_on} 开始，停止日期不能早于这一天。")
    row.ended_on = on
    row.save(update_fields=["ended_on"])
    cancelled = 0
    if cancel_planned:
        for activity in row.activities.filter(state=State.PLANNED, held_on__gte=on):
            activities.cancel(activity=activity, reason="固定活动停止", by=by, at=at)
            cancelled += 1
    audit.record(
        "series.ended", by=by, at=at, on=row, organization=row.organization,
        after={"ended_on": on, "cancelled": cancelled},
    )  # fmt: skip
    return cancelled


def locked(series: Series) -> Series:
    """Return a series as it stands now, held until the end of the transaction."""
    return (
        Series.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organization", "made_by")
        .get(pk=series.pk)
    )


def _check_live(row: Series, on: dt.date) -> None:
    if row.ended_on is not None and row.ended_on <= on:
        raise Refused("这项固定活动已经停止，不能再改。需要时请新设一项。")


def _write_tasks(row: Series, tasks: Sequence[Template]) -> None:
    row.tasks.all().delete()
    SeriesTask.objects.bulk_create(
        SeriesTask(
            series=row, ordinal=ordinal, title=task.title, days_before=task.days_before,
            role=task.role,
        )
        for ordinal, task in enumerate(tasks, start=1)
    )  # fmt: skip


def _templates(row: Series) -> list[Template]:
    return [Template(task.title, task.days_before, task.role) for task in row.tasks.all()]


def _setting(row: Series) -> Setting:
    return Setting(**{name: getattr(row, name) for name in (*_COLUMNS, *_DAYS)})


def _facts(row: Series, tasks: Sequence[Template]) -> dict[str, object]:
    return {
        "title": row.title,
        "rhythm": words.rhythm_words(
            row.rhythm, day=row.day, until_day=row.until_day, weekday=row.weekday
        ),
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "place": row.place,
        "started_on": row.started_on,
        "tasks": "；".join(
            f"{words.lead_words(task.days_before)}{task.title}"
            for task in sorted(tasks, key=lambda task: -task.days_before)
        ),
    }


def _follow(row: Series, old: Setting, on: dt.date, by: User, at: dt.datetime) -> int:
    """Let what is planned and was not touched by hand follow the new setting."""
    followed = 0
    planned = row.activities.filter(state=State.PLANNED, held_on__gt=on).prefetch_related("parts")
    for activity in planned:
        was = details.of_activity(activity)
        given = activity.series_day
        day = _new_day(row, given) if was.held_on == given and given is not None else None
        day = day if day is not None and day > on else was.held_on
        now = replace(
            was,
            held_on=day,
            title=words.title_of(row.title, row.rhythm, day)
            if was.title == words.title_of(old.title, old.rhythm, was.held_on)
            else was.title,
            starts_at=row.starts_at if was.starts_at == old.starts_at else was.starts_at,
            ends_at=row.ends_at if was.ends_at == old.ends_at else was.ends_at,
            place=row.place if was.place == old.place else was.place,
        )
        if now == was or (now.ends_at is not None and now.ends_at <= now.starts_at):
            continue
        activities.change(activity=activity, details=now, by=by, at=at)
        if day != given and was.held_on == given:
            Activity.objects.filter(pk=activity.pk).update(series_day=day)
        followed += 1
    return followed


def _new_day(row: Series, given: dt.date) -> dt.date | None:
    rhythm = Rhythm(row.rhythm)
    if rhythm is Rhythm.DAILY:
        return None
    first = rules.turn(rhythm, given)
    last = (
        Period.containing(given).last_day
        if rhythm is Rhythm.MONTHLY
        else first + dt.timedelta(days=6)
    )
    return next(iter(queries.days_of(row, first, last)), None)
