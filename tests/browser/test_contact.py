"""The contact of a pair is written down on a phone in no more than three taps from 首页."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

pytestmark = pytest.mark.browser
PHONE = 360
MOST_TAPS = 3


def test_a_contact_takes_three_taps_at_most(sign_in):
    name = member_name(sign_in("dangyuan", PHONE))
    colleague = "班组同事小秦"
    secretary = sign_in("shuji", 1280)
    secretary.goto("/pairs/new/")
    secretary.get_by_label("结对类型").select_option(label="党群连心")
    helper = secretary.get_by_label("帮带党员")
    helper.select_option(helper.locator("option", has_text=name).first.get_attribute("value") or "")
    secretary.get_by_label("帮带对象姓名").fill(colleague)
    secretary.get_by_label("联系频次").select_option(label="每周")
    started_on = timezone.localdate() - dt.timedelta(days=400)
    secretary.get_by_label("结对日期").fill(started_on.isoformat())
    secretary.get_by_role("button", name="登记", exact=True).click()
    secretary.get_by_text("已登记，已通知本人").wait_for()

    page = sign_in("dangyuan", PHONE)
    taps = 0
    page.locator("a[href='/my/pairs/'].btn").first.click()
    taps += 1
    page.wait_for_url("**/my/pairs/")
    card = page.locator("section.card", has_text=colleague)
    card.get_by_role("button", name="见面").click()
    taps += 1
    card.get_by_text("已记").wait_for()
    assert taps <= MOST_TAPS
    assert "按时联系" in card.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") == 0

    # A line to it, and back again.
    card.get_by_text("补一句").click()
    card.get_by_role("textbox").fill("教点检")
    card.get_by_role("button", name="保存").click()
    card.get_by_text("教点检").wait_for()
    card.get_by_role("button", name="撤销").click()
    page.get_by_text("已撤销").wait_for()
    assert "该联系了" in card.inner_text()


def member_name(page) -> str:
    """Return the name of whoever is signed in, as the foot of the menu says it."""
    return page.locator(".account a").first.text_content().rpartition("·")[2].strip()
