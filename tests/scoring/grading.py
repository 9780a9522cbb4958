"""Grading rounds for tests: schemes with few items, a computed August, and the days of a round.

The days cross National Day 2026: 1 to 7 October are off, Saturday 10 October is worked.
"""

import contextlib
import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from branches.models import Notice, Organization, User
from branches.rules.periods import Period
from members.models import Member
from scoring.models import PointEntry, Round, Run, SchemeVersion
from scoring.operations import rounds, runs, schemes
from scoring.rules.rounds import RoundState, RoundStep

AUGUST = Period.parse("2026-08")


def moment(month: int, day: int, hour: int = 10) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, tzinfo=ZoneInfo("Asia/Shanghai"))


COMPUTED = moment(9, 21)
OPENED = moment(9, 22)
ASKED = moment(9, 28)  # comments for three working days: 29, 30 September, 8 October
PUBLISHED = moment(10, 9)  # publicity for five: 10 (Saturday), 12, 13, 14, 15 October
PUBLIC_UNTIL = dt.date(2026, 10, 15)
LATER = moment(10, 16)  # every clock has run out

PROCEDURE = """
[procedure]
comments = 3
publicity = 5
answers = 4
"""

STARS = f"""
code = "stars"
title = "星级支部"
target = "organization"
period = "month"
groups = "type"

[[part]]
code = "base"
title = "基础"
full = 100

  [[part.item]]
  code = "files"
  title = "档案"
  rule = "mark"
  full = 100

  [[part.item]]
  code = "slips"
  title = "疏漏"
  rule = "each"
  points = -5

  [[part.item]]
  code = "field"
  title = "入户走访"
  rule = "each"
  points = 1
  types = ["RURAL"]

[[outcome.band]]
label = "五星"
star = 5
min = 90

[[outcome.band]]
label = "四星"
star = 4
min = 0

[[veto]]
code = "accident"
title = "安全事故"
label = "不予评星"
{PROCEDURE}"""

POINTS = f"""
code = "points"
title = "党员积分"
target = "member"
period = "month"
groups = "all"

[[part]]
code = "base"
title = "基础"
full = 100

  [[part.item]]
  code = "duty"
  title = "履职"
  rule = "mark"
  full = 60

  [[part.item]]
  code = "rate"
  title = "参加率"
  rule = "share"
  full = 40
  fact = "attendance"
  empty = "omit"

[outcome]
exempt = ["ill"]
floor = {{ below = 60, label = "不合格" }}

[[outcome.tier]]
label = "合格"
{PROCEDURE}"""


def adopt(committee: Organization, text: str) -> SchemeVersion:
    return schemes.adopt(
        committee=committee,
        text=text,
        effective_from=Period.parse("2026-01"),
        by=None,
        at=moment(1, 5),
    )


def enter(
    scheme: str,
    item: str,
    quantity: float,
    organization: Organization,
    by: User,
    member: Member | None = None,
) -> None:
    """Record a fact of August for a branch, or for a member of it."""
    PointEntry.objects.create(
        scheme_code=scheme,
        item_code=item,
        organization=organization,
        member=member,
        quantity=quantity,
        happened_on=dt.date(2026, 8, 20),
        evidence="事实",
        entered_by=by,
        entered_at=moment(8, 20),
    )


def computed(version: SchemeVersion, period: Period = AUGUST, at: dt.datetime = COMPUTED) -> Run:
    return runs.compute(version=version, period=period, by=None, at=at)


ROAD = (
    (RoundState.COMMENTS, RoundStep.ASK_COMMENTS, ASKED),
    (RoundState.PUBLIC, RoundStep.PUBLISH, PUBLISHED),
    (RoundState.VERIFYING, RoundStep.END_NOTICE, LATER),
    (RoundState.DECIDING, RoundStep.SUBMIT, LATER),
)


def begun(run: Run, by: User, state: RoundState = RoundState.FIRST) -> Round:
    """Open a round and walk it to ``state`` on its days."""
    round_ = rounds.open_round(run=run, by=by, at=OPENED)
    for reached, step, at in ROAD:
        if round_.state == state:
            break
        round_ = rounds.take(round=round_, step=step, by=by, at=at)
        assert round_.state == reached
    return round_


def notes(user: User) -> list[str]:
    """Return what somebody has been told, the earliest first."""
    return list(Notice.objects.filter(recipient=user).order_by("id").values_list("text", flat=True))


@contextlib.contextmanager
def refused(error: type[Exception], text: str) -> Iterator[None]:
    """Expect an error that says exactly this."""
    with pytest.raises(error) as refusal:
        yield
    assert str(refusal.value) == text
