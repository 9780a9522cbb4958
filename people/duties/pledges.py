"""Promises that are due: to submit, to mend, to tell of; to approve, to review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.queries import regulations
from branches.rules.working_days import ONE_DAY
from members.models import Membership
from people.models import Pledge
from people.queries import pledges
from people.rules import pledges as rules
from people.rules.pledges import Terms

RULE = pledges.RULE
_WHY = "公开承诺、践诺、评诺"
_SHOWN = 20
# How long a promise that was sent back may take to be mended.
MEND_DAYS = ONE_DAY * 7
ASKED_MONTHS = 6  # later in a year nobody is asked for its promises any more


def to_submit(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return, until the last day for submitting, the line for promises to write (three queries)."""
    rows = list(pledges.without_promises(user, on)) if on.month <= ASKED_MONTHS else []
    if not rows:
        return []
    terms = pledges.terms(rows[0].branch, on)
    if on > rules.submit_by(on.year, terms):
        return []
    many = f"{terms.least}—{terms.most}" if terms.least < terms.most else f"{terms.least}"
    return [
        Duty(
            title=f"写 {on.year} 年承诺",
            due_on=rules.submit_by(on.year, terms),
            why=f"{_WHY} · 每人每年 {many} 条，一起提交",
            url=f"{reverse('my-pledges')}?year={on.year}",
            action="去写",
            explain=_explain(),
        )
    ]


def to_submit_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Membership] | None:
    """Return the rows that ``to_submit`` tells of."""
    return pledges.without_promises(user, on) if on.month <= ASKED_MONTHS else None


def to_mend(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for own promises that were sent back (one query)."""
    rows = list(pledges.returned(user))
    if not rows:
        return []
    first = rows[0]
    return [
        Duty(
            title=_one_or_many(rows, "承诺被退回，请修改：{}", "{} 条承诺被退回，请修改"),
            due_on=timezone.localdate(first.changed_at) + MEND_DAYS,
            why=f"{_WHY} · {first.returned_because}",
            url=f"{reverse('my-pledges')}?year={first.year}",
            action="去修改",
        )
    ]


def to_mend_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Pledge]:
    """Return the rows that ``to_mend`` tells of."""
    return pledges.returned(user)


def to_tell(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for own promises to tell of: near their last day, and in the last month of
    the year (one query).
    """
    rows = list(pledges.to_tell(user, on))
    if not rows:
        return []
    first = rows[0]
    return [
        Duty(
            title=_one_or_many(
                rows, "承诺快到期，请兑现并述诺：{}", "{} 条承诺快到期，请兑现并述诺"
            ),
            due_on=first.due_on,
            why=f"{_WHY} · {first.branch.short_name}",
            url=f"{reverse('my-pledges')}?year={first.year}",
            action="去登记",
            explain=_explain(),
        )
    ]


def to_tell_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Pledge]:
    """Return the rows that ``to_tell`` tells of."""
    return pledges.to_tell(user, on)


def to_decide(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for promises to approve (three queries at most)."""
    rows = list(pledges.to_decide(user, grants))
    return _decided(
        rows, grants, "承诺待审核：{}", "{} 条承诺待审核", "去审核",
        lambda row, terms: timezone.localdate(row.changed_at) + ONE_DAY * terms.approve_days,
    )  # fmt: skip


def to_decide_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Pledge] | None:
    """Return the rows that ``to_decide`` tells of."""
    return pledges.to_decide(user, grants) if grants.held else None


def to_review(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the line for promises to review (three queries at most)."""
    rows = list(pledges.to_review(user, grants, on))
    return _decided(
        rows, grants, "承诺待评诺：{}", "{} 条承诺待评诺", "去评诺",
        lambda row, terms: rules.review_by(row.due_on, terms),
    )  # fmt: skip


def to_review_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Pledge] | None:
    """Return the rows that ``to_review`` tells of."""
    return pledges.to_review(user, grants, on) if grants.held else None


def _decided(
    rows: Sequence[Pledge], grants: Grants, one: str, many: str, action: str,
    due: Callable[[Pledge, Terms], dt.date],
) -> list[Duty]:  # fmt: skip
    """One line whatever the number; the first row is the most urgent."""
    if not rows:
        return []
    first = rows[0]
    day = timezone.localdate(first.changed_at)
    terms = pledges.terms(first.branch, day, regulations.book_of(grants))
    who = first.member.name if first.member else first.branch.short_name
    return [
        Duty(
            title=_one_or_many(rows, one, many),
            due_on=due(first, terms),
            why=f"{_WHY} · {first.branch.short_name} · {who}",
            url=reverse("pledge", kwargs={"pk": first.pk})
            if len(rows) == 1
            else f"{reverse('pledge-list')}?branch={first.branch_id}&year={first.year}",
            action=action,
            explain=_explain(),
        )
    ]


def _one_or_many(rows: Sequence[Pledge], one: str, many: str) -> str:
    if len(rows) > 1:
        return many.format(len(rows))
    text = rows[0].text
    return one.format(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")


def _explain() -> str:
    return reverse("regulation", kwargs={"code": RULE})
