"""Computing a period by hand: the duty on 首页, and the command ``recompute_month``."""

import datetime as dt
import io
import json

import pytest
from django.core.management import CommandError, call_command

from branches.access import Grants
from branches.rules.periods import Period
from branches.rules.roles import Role
from scoring import duties
from scoring.models import Run
from scoring.operations import rounds
from tests.scoring.decided import ROAD
from tests.scoring.grading import POINTS, STARS, adopt, computed, moment

SEPTEMBER = Period.parse("2026-09")
THIRD = Period.parse("2026Q3")
QUARTERLY = STARS.replace('"month"', '"quarter"').replace('"stars"', '"quarterly"')
ENDED = moment(10, 1, 2)


@pytest.fixture
def due(office, django_assert_num_queries):
    """Return ``due(on)``: (title, why) of what is to be computed, always in three queries."""

    def ask(on=dt.date(2026, 10, 2)):
        grants = Grants.of(office.user, on)
        grants.scope(duties.Capability.START_RUNS)
        with django_assert_num_queries(3):
            found = duties.months_to_compute(office.user, grants, on)
        assert {duty.due_on for duty in found} <= {on.replace(day=5)}
        return [(duty.title, duty.why.partition("：")[2]) for duty in found]

    return ask


def test_every_scheme_of_every_period_that_ended_is_to_be_computed(due, committee, branch_a):
    assert due() == []
    stars, points, quarterly = (adopt(committee, text) for text in (STARS, POINTS, QUARTERLY))
    name = committee.short_name
    third = (f"{name}2026 年第三季度核算", "星级支部")

    assert due() == [(f"{name}2026 年 9 月核算", "党员积分、星级支部"), third]
    computed(stars, SEPTEMBER, moment(9, 30))  # the month was still running
    assert due() == [(f"{name}2026 年 9 月核算", "党员积分、星级支部"), third]
    run = computed(stars, SEPTEMBER, ENDED)
    assert due() == [(f"{name}2026 年 9 月核算", "党员积分"), third]
    computed(points, SEPTEMBER, ENDED)
    assert due() == [third]
    computed(quarterly, THIRD, ENDED)
    assert due() == []
    assert run.period == SEPTEMBER
    assert due(dt.date(2026, 11, 1)) == [(f"{name}2026 年 10 月核算", "党员积分、星级支部")]


def test_what_is_in_a_round_is_not_to_be_computed(due, committee, branch_a, office):
    version = adopt(committee, STARS)
    rounds.open_round(run=computed(version, SEPTEMBER, ENDED), by=office.user, at=moment(10, 1))

    assert due() == []


def test_others_have_nothing_to_compute(person, committee, branch_a):
    adopt(committee, STARS)
    user = person(Role.SECRETARY, branch_a).user
    on = dt.date(2026, 10, 2)

    assert duties.months_to_compute(user, Grants.of(user, on), on) == []


def _told(period):
    out, err = io.StringIO(), io.StringIO()
    call_command("recompute_month", period, stdout=out, stderr=err)
    found = json.loads(out.getvalue())
    assert set(found) == {"members", "organisations", "statements", "milliseconds"}
    return (found["members"], found["organisations"]), err.getvalue()


def _current():
    return sorted(str(run.period) for run in Run.objects.current())


def test_the_command_rolls_up_what_a_month_is_part_of(committee, branch_a, branch_b):
    adopt(committee, ROAD)

    assert _told("2026-07") == ((0, 2), "")
    assert _current() == ["2026-07"]
    assert _told("2026-09") == ((0, 2), "")
    assert _current() == ["2026-07", "2026-09"]  # August is missing
    assert _told("2026-08") == ((0, 2), "")
    assert _current() == ["2026-07", "2026-08", "2026-09", "2026Q3"]


@pytest.mark.parametrize(
    ("kind", "period"),
    [("month", "2026-08"), ("quarter", "2026Q3"), ("half-year", "2026H2"), ("year", "2026")],
)
def test_the_command_computes_any_period(committee, branch_a, branch_b, kind, period):
    adopt(committee, STARS.replace('"month"', f'"{kind}"'))

    assert _told(period) == ((0, 2), "")
    assert _current() == [period]


@pytest.mark.parametrize(
    ("period", "text"),
    [
        ("2026-13", "期间应写成 2026-10、2026Q3、2026H2 或 2026 的样子，这里是“2026-13”。"),
        ("2025-12", "2025 年 12 月没有可核算的党委：请先为党委采用评分方案。"),
        (
            "2026Q3",
            "2026 年第三季度没有可核算的党委：请先为党委采用评分方案"
            "；由较短期间汇总的，请核算其中最后一期。",
        ),
        (
            "2026-08",
            "青峰能源党委：2026 年 8 月的结果已进入定评，不能重新核算；确需重算，请先撤回定评。",
        ),
    ],
)
def test_the_command_says_why_nothing_was_computed(committee, branch_a, office, period, text):
    run = computed(adopt(committee, STARS))
    rounds.open_round(run=run, by=office.user, at=moment(9, 22))

    with pytest.raises(CommandError) as refusal:
        call_command("recompute_month", period, stderr=io.StringIO())

    assert str(refusal.value).endswith(text.partition("：")[2] if "-08" in period else text)
