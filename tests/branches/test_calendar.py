"""The working calendar of 2026, as published and as the office changes it."""

import datetime as dt

import pytest

from branches.models import AuditEntry, CalendarDay
from branches.operations import calendar_days
from branches.queries import working_calendar
from branches.rules.roles import Role

D = dt.date
pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(person, committee):
    return person(Role.ADMINISTRATOR, committee).user


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (D(2026, 9, 30), 1, D(2026, 10, 8)),
        (D(2026, 9, 30), 3, D(2026, 10, 10)),
        (D(2026, 9, 18), 1, D(2026, 9, 20)),
        (D(2026, 2, 13), 5, D(2026, 2, 27)),
        (D(2026, 12, 31), 1, D(2027, 1, 4)),
    ],
)
def test_deadlines_follow_the_published_arrangement(start, count, expected):
    assert working_calendar.around(start).after(start, count) == expected


@pytest.mark.parametrize(
    ("day", "is_working", "name"),
    [
        (D(2026, 10, 1), False, "国庆节"),
        (D(2026, 10, 7), False, "调休"),
        (D(2026, 10, 10), True, "调休上班"),
        (D(2026, 10, 11), False, ""),
        (D(2026, 10, 12), True, ""),
    ],
)
def test_each_day_has_its_reason(day, is_working, name):
    [found] = working_calendar.days(day, day)

    assert (found.is_working, found.name) == (is_working, name)


def test_the_office_has_the_last_word_until_it_takes_it_back(admin, at):
    saturday = D(2026, 10, 10)
    row = calendar_days.set_day(day=saturday, is_working=False, note="矿庆", by=admin, at=at)

    [changed] = working_calendar.days(saturday, saturday)
    assert (changed.is_working, changed.name) == (False, "矿庆")
    assert working_calendar.around(saturday).is_working(saturday) is False

    calendar_days.clear_day(row=row, by=admin, at=at)

    assert working_calendar.around(saturday).is_working(saturday) is True
    assert list(
        AuditEntry.objects.filter(action="calendar.changed").values_list("object_id", flat=True)
    ) == ["2026-10-10", "2026-10-10"]


def test_a_day_set_twice_is_one_row(admin, at):
    for is_working in (True, False):
        calendar_days.set_day(day=D(2026, 11, 28), is_working=is_working, note="", by=admin, at=at)

    assert list(CalendarDay.objects.values_list("day", "is_working")) == [(D(2026, 11, 28), False)]


@pytest.mark.parametrize(("year", "known"), [(2025, True), (2026, True), (2099, False)])
def test_a_year_is_known_once_its_exchange_days_are(year, known):
    assert working_calendar.is_published(year) is known
