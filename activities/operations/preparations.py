"""What has to be done for an activity: T−n tasks, who does them, and that they are done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max

from activities import wording
from activities.models import Activity, ActivityTask, SeriesTask
from activities.operations.locks import locked
from activities.operations.refusals import Refused
from activities.rules import series as rules
from branches import audit
from branches.models import User
from branches.queries import working_calendar
from branches.rules.working_days import WorkingCalendar
from members.models import Member

MOST_TASKS = 20
# A holiday is at most nine days long; this is room enough to step over one.
_MARGIN = dt.timedelta(days=15)


@dataclass(frozen=True, slots=True)
class Task:
    """What somebody writes down about a task; ``due_on`` may come after the activity."""

    title: str
    due_on: dt.date
    role: str = ""
    assignee: Member | None = None
    stand_in: Member | None = None


def from_series(
    activity: Activity, templates: Iterable[SeriesTask], on: dt.date, calendar: WorkingCalendar
) -> None:
    """Give an activity the tasks of its series (one statement); ``on`` is the day it is planned.

    None is due before that day.
    """
    rows = list(templates)
    days = rules.tasks_due(
        activity.held_on, [row.days_before for row in rows], planned_on=on, calendar=calendar
    )
    ActivityTask.objects.bulk_create(
        ActivityTask(
            activity=activity,
            ordinal=ordinal,
            title=each.title,
            role=each.role,
            days_before=each.days_before,
            due_on=due_on,
        )
        for ordinal, (each, due_on) in enumerate(zip(rows, days, strict=True), start=1)
    )


def follow(activity: Activity, held_on: dt.date, on: dt.date) -> None:
    """Move the open tasks of an activity that is put off to another day, none before ``on``."""
    open_tasks = list(activity.tasks.filter(done_on__isnull=True))
    if not open_tasks:
        return
    days = [held_on - dt.timedelta(days=task.days_before) for task in open_tasks]
    calendar = working_calendar.working_calendar(min(*days, on) - _MARGIN, max(*days, on) + _MARGIN)
    due = rules.tasks_due(
        held_on, [task.days_before for task in open_tasks], planned_on=on, calendar=calendar
    )
    for task, due_on in zip(open_tasks, due, strict=True):
        task.due_on = due_on
    ActivityTask.objects.bulk_update(open_tasks, ["due_on"])


@transaction.atomic
def add(*, activity: Activity, task: Task, by: User, at: dt.datetime) -> ActivityTask:
    """Add a task to an activity that is planned or being recorded.

    :raises Refused: the record is closed or cancelled, or has twenty tasks.
    """
    row = _open(activity)
    counted = row.tasks.aggregate(last=Max("ordinal"))
    if row.tasks.count() >= MOST_TASKS:
        raise Refused(f"一次活动最多 {MOST_TASKS} 项准备事项，请先删去不要的。")
    added = ActivityTask.objects.create(
        activity=row, ordinal=(counted["last"] or 0) + 1, **_columns(row, task)
    )
    audit.record(
        "task.added", by=by, at=at, on=added, organization=row.organization, after=_facts(added)
    )
    return added


@transaction.atomic
def change(*, task: ActivityTask, to: Task, by: User, at: dt.datetime) -> ActivityTask:
    """Rewrite a task.

    :raises Refused: the record is closed or cancelled, or the task is gone.
    """
    row, stored = _of_open(task)
    before = _facts(stored)
    for name, value in _columns(row, to).items():
        setattr(stored, name, value)
    stored.save()
    after = _facts(stored)
    changed = [name for name in after if after[name] != before[name]]
    if changed:
        audit.record(
            "task.changed", by=by, at=at, on=stored, organization=row.organization,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )  # fmt: skip
    return stored


@transaction.atomic
def remove(*, task: ActivityTask, by: User, at: dt.datetime) -> None:
    """Remove a task that nobody has done.

    :raises Refused: it is done, or the record is closed or cancelled.
    """
    row, stored = _of_open(task)
    if stored.done_on is not None:
        raise Refused("这一项已经完成，留作记录。确实登错了，请先改为未完成。")
    audit.record(
        "task.removed", by=by, at=at, on=stored, organization=row.organization,
        before=_facts(stored),
    )  # fmt: skip
    stored.delete()


@transaction.atomic
def set_done(
    *, task: ActivityTask, is_done: bool, on: dt.date, by: User, at: dt.datetime
) -> ActivityTask:
    """Tick a task, or take the tick back; a second tap changes nothing.

    :raises Refused: the record is closed or cancelled.
    """
    row, stored = _of_open(task)
    if (stored.done_on is not None) == is_done:
        return stored
    stored.done_on, stored.done_by = (on, by) if is_done else (None, None)
    stored.save(update_fields=["done_on", "done_by"])
    audit.record(
        "task.done" if is_done else "task.reopened",
        by=by, at=at, on=stored, organization=row.organization, after={"title": stored.title},
    )  # fmt: skip
    return stored


def _open(activity: Activity) -> Activity:
    row = locked(activity)
    if not row.may_be_edited:
        raise Refused(wording.refused_step(row.state))
    return row


def _of_open(task: ActivityTask) -> tuple[Activity, ActivityTask]:
    row = _open(task.activity)
    stored = (
        row.tasks.select_for_update(of=("self",))
        .select_related("assignee", "stand_in")
        .filter(pk=task.pk)
        .first()
    )
    if stored is None:
        raise Refused("这一项已经被删除，请刷新页面。")
    return row, stored


def _columns(row: Activity, task: Task) -> dict[str, object]:
    if task.assignee is not None and task.assignee == task.stand_in:
        raise Refused("负责人和替补不能是同一个人，请换一位替补。")
    return {
        "title": task.title,
        "role": task.role,
        "due_on": task.due_on,
        "days_before": (row.held_on - task.due_on).days,
        "assignee": task.assignee,
        "stand_in": task.stand_in,
    }


def _facts(task: ActivityTask) -> dict[str, object]:
    return {
        "title": task.title,
        "duty": task.role,
        "due_on": task.due_on,
        "assignee": task.assignee.name if task.assignee else "",
        "stand_in": task.stand_in.name if task.stand_in else "",
    }
