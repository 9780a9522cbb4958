"""Decided periods for tests: given totals of branches or members, schemes with consequences."""

import datetime as dt
from collections.abc import Mapping

from branches.models import Organization, User
from branches.rules.periods import Period
from members.models import Member
from scoring.models import Consequence, PointEntry, Round, Run, SchemeVersion
from scoring.operations import consequences, rounds, runs
from scoring.rules.rounds import ConsequenceStep, RoundState, RoundStep
from tests.scoring.grading import moment

DECIDED = moment(10, 19)  # a Monday
TODAY = DECIDED.date()
ACCEPTED = DECIDED + dt.timedelta(hours=1)

ROAD = """
code = "road"
title = "月度考评"
target = "organization"
period = "month"
groups = "all"

[[part]]
code = "work"
title = "工作"
full = 100

  [[part.item]]
  code = "score"
  title = "得分"
  rule = "each"
  points = 1
  cap = 100

[[outcome.band]]
label = "好"
star = 5
min = 90
coefficient = 1.2

[[outcome.band]]
label = "中"
star = 3
min = 60
coefficient = 1

[[outcome.band]]
label = "差"
star = 1
min = 0

[[veto]]
code = "accident"
title = "安全事故"
label = "不予评定"

[[rollup]]
of = "month"
to = "quarter"

[[consequence]]
title = "通报"
kind = "notice"
period = "month"
any = [{ of = "total", below = 60 }]
days = 10

[[consequence]]
title = "书记免职建议"
kind = "dismiss"
period = "month"
any = [{ of = "total", below = 60 }]
periods = 2

[[consequence]]
title = "预警"
kind = "warn"
period = "month"
any = [{ of = "total", below = 60 }]
periods = 2
within = 3

[[consequence]]
title = "流动红旗"
kind = "flag"
period = "quarter"
all = [{ of = "rank", is = 1 }]

[[consequence]]
title = "扣减绩效"
kind = "withhold"
period = "month"
any = [{ of = "total", below = 40 }]
coefficient = 0.7
withhold = 0.6

[[consequence]]
title = "再扣减"
kind = "withhold"
period = "month"
any = [{ of = "total", below = 30 }]
coefficient = 0.4
withhold = 0.5

[pay]
weight = 0.3
"""

# The same for members, of whom only a talk is asked.
TALKS = """
code = "talks"
title = "党员考评"
target = "member"
period = "month"
groups = "all"

[[part]]
code = "work"
title = "工作"
full = 100

  [[part.item]]
  code = "score"
  title = "得分"
  rule = "each"
  points = 1
  cap = 100

[[consequence]]
title = "谈话"
kind = "talk"
any = [{ of = "total", below = 60 }]
days = 5
"""


def entered(
    version: SchemeVersion,
    month: str,
    points: Mapping[Organization | Member, float],
    by: User,
    *,
    veto: Organization | None = None,
) -> None:
    """Record what gives branches or members these totals in a month."""
    day = Period.parse(month).first_day
    rows = [(subject, "score", quantity) for subject, quantity in points.items()]
    if veto is not None:
        rows.append((veto, "accident", 1))
    PointEntry.objects.bulk_create(
        PointEntry(
            scheme_code=version.code,
            item_code=code,
            organization=subject.memberships.get().branch
            if isinstance(subject, Member)
            else subject,
            member=subject if isinstance(subject, Member) else None,
            quantity=quantity,
            happened_on=day,
            evidence="事实",
            entered_by=by,
            entered_at=moment(9, 1),
        )
        for subject, code, quantity in rows
    )


def opened(run: Run, by: User, at: dt.datetime = DECIDED) -> Round:
    """Open a round and put it before those who decide (the days between are not asked about)."""
    round_ = rounds.open_round(run=run, by=by, at=at)
    Round.objects.filter(pk=round_.pk).update(state=RoundState.DECIDING, submitted_by=by)
    return Round.objects.get(pk=round_.pk)


def decided(
    version: SchemeVersion,
    month: str,
    points: Mapping[Organization | Member, float],
    *,
    by: User,
    leader: User,
    veto: Organization | None = None,
) -> Round:
    """Return the final round of a month in which branches or members have these totals."""
    entered(version, month, points, by, veto=veto)
    run = runs.compute(version=version, period=Period.parse(month), by=None, at=DECIDED)
    return rounds.take(round=opened(run, by), step=RoundStep.DECIDE, by=leader, at=DECIDED)


def accept(row: Consequence, by: User, due_on: dt.date | None = None) -> Consequence:
    return consequences.decide(
        consequence=row, step=ConsequenceStep.ACCEPT, reason="", due_on=due_on, by=by, at=ACCEPTED
    )
