"""Service that members report: how long back, how much of a day, until when confirmed."""

import datetime as dt
from decimal import Decimal

import pytest

from activities.rules.volunteering import Terms, confirm_due, terms_of, why_not
from branches.rules.working_days import WorkingCalendar

D = dt.date
TODAY = D(2026, 11, 20)


@pytest.mark.parametrize(
    ("served_on", "hours", "others", "said"),
    [
        (TODAY, "2", "0", ""),
        (D(2026, 10, 20), "2", "0", ""),  # 31 days back
        (D(2026, 10, 19), "2", "0", "只能补报 31 天以内的服务"),
        (D(2026, 11, 21), "2", "0", "不能晚于今天"),
        (TODAY, "0", "0", "要大于 0"),
        (TODAY, "24", "0", ""),
        (TODAY, "24.5", "0", "一天最多 24 小时，请核对"),
        (TODAY, "4", "20", ""),
        (TODAY, "4.5", "20", "一天最多 24 小时（这一天已经报了 20 小时）"),
    ],
)
def test_what_can_be_reported(served_on, hours, others, said):
    found = why_not(served_on, Decimal(hours), others=Decimal(others), today=TODAY, terms=Terms())
    assert (said in found) if said else (found == "")


@pytest.mark.parametrize(
    ("parameters", "terms"),
    [
        ({}, Terms(5, 31)),
        ({"confirm_working_days": 2, "service_days_back": 7}, Terms(2, 7)),
        ({"confirm_working_days": 0, "service_days_back": -1}, Terms(1, 0)),
    ],
)
def test_what_the_rule_leaves_out_stays_as_practice_has_it(parameters, terms):
    assert terms_of(parameters) == terms


def test_confirmed_within_five_working_days():
    assert confirm_due(D(2026, 11, 20), WorkingCalendar(), Terms()) == D(2026, 11, 27)
