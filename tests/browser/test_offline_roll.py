"""The roll without a connection, in a real browser: nothing is lost, nothing stays behind."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from branches.demo_accounts import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def context(demo, chromium):
    """A browser whose console may complain of a missing connection."""
    context = chromium.new_context(
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        viewport={"width": 360, "height": 800},
        base_url=demo.url,
    )
    yield context
    context.close()


def sign_in(page: Page, demo) -> None:
    page.get_by_label("账号").fill("shuji")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).first.click()


def open_roll(context: BrowserContext, demo, starts_at: str) -> tuple[Page, str]:
    """Log an activity of today and open its offline roll; wait until it is kept."""
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.goto("/login/")
    sign_in(page, demo)
    page.wait_for_url(f"{demo.url}/")
    page.goto("/activities/new/?kind=STUDY")
    page.get_by_label("开始时间").fill(starts_at)
    page.get_by_label("地点").first.fill("井口")
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_url("**/activities/*/")
    record = page.url
    page.goto(f"{record}offline/")
    page.locator("form[data-kept]").wait_for()
    expect(page.locator("[data-offline-title]")).to_have_text("已同步")
    return page, record


def mark(page: Page, row: int, word: str) -> None:
    page.locator(".roll-row").nth(row).get_by_text(word, exact=True).click()


def kept(page: Page) -> int:
    return int(page.evaluate("Object.keys(localStorage).length"))


def caches_of(page: Page) -> int:
    return int(page.evaluate("caches.keys().then((all) => all.length)"))


@pytest.mark.parametrize("is_marked", [False, True])
def test_a_shared_device_keeps_only_what_waits(context, demo, is_marked):
    page, _ = open_roll(context, demo, f"05:{10 + is_marked}")
    if is_marked:
        mark(page, 0, "到")
    assert (kept(page), caches_of(page)) == (int(is_marked), 1)
    user, activity = page.evaluate(
        "() => { const { user, offline } = document.querySelector('form[data-user]').dataset;"
        " return [user, offline]; }"
    )
    assert user
    assert page.evaluate("caches.keys()") == [f"roll-{user}-{activity}"]

    context.clear_cookies()
    page.goto("/login/")
    page.wait_for_function("n => caches.keys().then((all) => all.length === n)", arg=int(is_marked))
    assert kept(page) == int(is_marked)


@pytest.mark.parametrize("is_marked", [False, True])
def test_what_the_device_keeps_can_always_be_cleared(context, demo, is_marked):
    page, _ = open_roll(context, demo, f"05:{20 + is_marked}")
    page.on("dialog", lambda dialog: dialog.accept())
    if is_marked:
        mark(page, 0, "到")

    page.get_by_role("button", name="清除本机登记").click()

    expect(page.locator("[data-offline-title]")).to_have_text("已清除")
    assert (kept(page), caches_of(page)) == (0, 0)
    assert page.locator(".roll-row input:checked").count() == 0


def test_marks_made_without_a_connection_come_onto_the_roll(context, demo):
    page, record = open_roll(context, demo, "06:10")

    context.set_offline(True)
    page.reload()  # the page itself comes from the device
    mark(page, 0, "到")
    mark(page, 1, "缺席")
    expect(page.locator("[data-offline-title]")).to_have_text("离线")
    page.get_by_role("button", name="合并到名册").click()
    expect(page.locator("[data-offline-title]")).to_have_text("没有连上")
    page.reload()
    first = page.locator(".roll-row").first.locator("input:checked")
    expect(first).to_have_value("PRESENT")
    assert kept(page) == 1

    context.set_offline(False)
    page.get_by_role("button", name="合并到名册").click()
    expect(page.locator("[data-offline-title]")).to_have_text("已同步")
    assert kept(page) == 0
    assert page.evaluate("caches.keys().then((all) => all.length)") == 0
    page.goto(record)
    marks = page.get_by_role("region", name="名单", include_hidden=True).locator("tbody tr")
    expect(marks.nth(0)).to_contain_text("到")
    expect(marks.nth(1)).to_contain_text("缺席")


def test_an_expired_login_loses_nothing_and_differences_are_settled(context, demo):
    page, record = open_roll(context, demo, "06:20")
    context.set_offline(True)
    mark(page, 0, "到")
    mark(page, 1, "到")
    context.set_offline(False)
    # Meanwhile somebody marks the first one here, in another browser.
    here = context.new_page()
    here.goto(f"{record}roll/")
    mark(here, 0, "缺席")
    here.get_by_role("button", name="保存到会").click()
    here.wait_for_url(record)
    here.close()
    context.clear_cookies()

    page.get_by_role("button", name="合并到名册").click()
    page.get_by_role("link", name="重新登录").click()
    sign_in(page, demo)
    page.wait_for_url("**/offline/")
    expect(page.locator("[data-offline-title]")).to_have_text("有网络，还没有合并")
    page.get_by_role("button", name="合并到名册").click()

    page.wait_for_url("**/roll-merges/*/")
    page.get_by_text("离线登记：到").click()
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_url(record)
    assert "已核对" in page.inner_text("main")
    assert kept(page) == 0
