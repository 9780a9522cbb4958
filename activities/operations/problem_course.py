"""The course of a problem: its row held, its steps written down, those concerned told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone

from activities.models import Problem, ProblemStep
from activities.operations.locks import locked
from activities.operations.refusals import Refused
from activities.queries import problem_clocks
from activities.rules.supervision import ProblemAct
from branches import notices
from branches.models import Organization, User
from branches.templatetags import formats

OTHERS_CLOSE = "请由办理单位其他委员或者上级党组织核实销号。"


def held(problem: Problem) -> Problem:
    """Return the row as it stands, its meeting's record held first: whoever closes the record
    takes the locks in the same order.
    """
    if problem.activity is not None:
        locked(problem.activity)
    Problem.objects.select_for_update().get(pk=problem.pk)
    # Read after the lock: whoever was waited for may have handed the row to another organisation.
    return Problem.objects.select_related(
        "organization__parent", "origin", "activity", "owner__user", "asker__user"
    ).get(pk=problem.pk)


def write(
    row: Problem, act: ProblemAct, text: str = "", *, on: dt.date | None = None, by: User,
    at: dt.datetime,
) -> None:  # fmt: skip
    """Add a step to the course of a problem; ``on`` is the day it was done, today unless given."""
    ProblemStep.objects.create(
        problem=row, step=act, text=text[:500], made_on=on or timezone.localdate(at), made_by=by,
        made_at=at,
    )  # fmt: skip
    row.changed_at = at
    row.save(update_fields=["changed_at"])


def set_due(row: Problem, due_on: dt.date | None, at: dt.datetime) -> None:
    """Set another deadline on the row, not saved yet. The first one that passed unmet is kept."""
    passed = row.due_on is not None and row.due_on < timezone.localdate(at)
    if passed and row.due_on != due_on and row.missed_on is None:
        row.missed_on = row.due_on
    row.due_on = due_on


def check_open(row: Problem) -> None:
    """:raises Refused: the problem is closed."""
    if row.closed_on is not None:
        raise Refused("这条问题已经销号。要改，请先恢复整改。")


def check_closed(row: Problem) -> None:
    """:raises Refused: the problem is not closed."""
    if row.closed_on is None:
        raise Refused("这条问题还没有销号。")


def is_owned_by(row: Problem, user: User) -> bool:
    """Return whether somebody answers for a problem himself: then others close it."""
    return row.owner is not None and row.owner.user_id == user.pk


def dealt_with(row: Problem) -> str:
    """Return in words how others have dealt with a problem; empty if nobody has."""
    if row.supervisions.exists():
        return "由上级督办"
    if row.conferences.exists():
        return "在三方会议上议过"
    return "提交上一级" if row.steps.filter(step=ProblemAct.ESCALATED).exists() else ""


def day_of(what: str, day: dt.date, *, not_before: dt.date, at: dt.datetime) -> dt.date:
    """Return a day that fits between another and today.

    :param what: names the day in the refusal, like 销号日期.
    :raises Refused: it lies before the other, or has not come.
    """
    if day < not_before:
        raise Refused(f"{what}不能早于 {not_before.month} 月 {not_before.day} 日。")
    if day > timezone.localdate(at):
        raise Refused(f"{what}不能晚于今天。")
    return day


def tell_keepers(
    places: Iterable[Organization], text: str, *, row: Problem, by: User, at: dt.datetime
) -> None:
    """Tell those who keep the list of one of some organisations, but not ``by``."""
    found = problem_clocks.keepers(places, timezone.localdate(at)).exclude(pk=by.pk)
    notices.tell_many(found, text, url=reverse("problem", kwargs={"pk": row.pk}), at=at)


def tell_owner(row: Problem, by: User, at: dt.datetime) -> None:
    """Tell the owner, unless it is he himself who wrote it down."""
    user = row.owner.user if row.owner else None
    if user is not None and user != by:
        notices.tell([user], f"由您负责整改：{row.text}", url=reverse("my-problems"), at=at)


def ask(row: Problem, by: User, at: dt.datetime) -> None:
    """Ask whoever raised a closed problem whether it is settled, if there is an account."""
    user = row.asker.user if row.asker else None
    if user is not None and user.is_active:
        text = f"您反映的问题已办结，请评价是否满意：{row.text}"
        url = reverse("problem-feedback", kwargs={"pk": row.pk})
        notices.tell([user], text, url=url, at=at)


def in_words(changed: Iterable[str], row: Problem) -> str:
    """Return what was changed on a problem, for its course."""
    words = []
    if "measures" in changed:
        words.append(f"整改措施：{row.measures or '（空）'}")
    if "due_on" in changed:
        words.append(f"整改期限：{formats.day(row.due_on) if row.due_on else '（空）'}")
    if "whose" in changed or "text" in changed:
        words.append("改了问题的写法")
    return "；".join(words)
