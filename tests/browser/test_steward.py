"""日跟班 on a phone: from 首页 to the line written down in three taps at most."""

from __future__ import annotations

import pytest

from tests.browser import site

pytestmark = pytest.mark.browser

LINE = "夜班检修，人员到齐"
# A working day whose line is asked for from midnight, with a line of the week before to copy.
SETTING = f"""
import datetime as dt
from django.utils import timezone
from branches.models import CalendarDay, Regulation, User
from people.models import StewardDay
from people.queries import stewards
at = timezone.now()
today = timezone.localdate(at)
CalendarDay.objects.update_or_create(day=today, defaults={{"is_working": True}})
rule = Regulation.objects.get(code="P4")
rule.parameters = rule.parameters | {{"line_from_hour": 0}}
rule.save(update_fields=["parameters"])
user = User.objects.get(username="zuzhang")
place = stewards.places_of(user, today).get()
StewardDay.objects.filter(organization=place, member=user.member).delete()
StewardDay.objects.create(
    organization=place, member=user.member, on=today - dt.timedelta(days=7), text="{LINE}",
    entered_by=user, entered_at=at,
)
"""


def test_a_line_takes_three_taps_at_most(sign_in):
    site.manage("shell", "-c", SETTING)
    page = sign_in("zuzhang", 360)
    taps = 0

    page.get_by_role("link", name="去记：记一句今天的跟班情况").click()
    taps += 1
    page.wait_for_url("**/my/steward/today/**")
    assert page.get_by_label("跟班情况").input_value() == LINE
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="记下").click()
    taps += 1
    page.get_by_text("的跟班情况已记下。").wait_for()

    assert taps <= 3
    page.goto("/")
    assert page.get_by_text("记一句今天的跟班情况").count() == 0


def test_without_a_reminder_the_list_has_the_line_as_well(sign_in):
    site.manage("shell", "-c", SETTING)
    page = sign_in("zuzhang", 360)

    page.goto("/stewards/")
    assert page.get_by_label("今天的跟班情况").input_value() == LINE
    page.get_by_role("button", name="记下").click()
    page.get_by_text("的跟班情况已记下。").wait_for()
