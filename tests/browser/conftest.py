"""One site and one Chromium for all browser tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from branches.demo_accounts import PASSWORD
from tests.browser import site


@pytest.fixture(scope="session")
def demo() -> Iterator[site.Site]:
    """The demo, in the run's own database (not the one that plain tests roll back)."""
    site.manage("migrate", "-v0")
    site.manage("seed_demo")
    with site.running() as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=site.CHROMIUM, args=site.CHROMIUM_FLAGS
        )
        yield browser
        browser.close()


@pytest.fixture
def sign_in(demo, chromium) -> Iterator[Callable[..., Page]]:
    """Return ``sign_in(username, width)``: a page signed in and on 首页.

    Anything the console complains about fails the test: a broken script or a blocked style
    is a broken page.
    """
    complaints: list[str] = []
    contexts = []

    def make(username: str, width: int) -> Page:
        context = chromium.new_context(
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": 800},
            base_url=demo.url,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on(
            "console",
            lambda message: message.type == "error" and complaints.append(message.text),
        )
        page.goto("/login/")
        page.get_by_label("账号").fill(username)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).first.click()
        page.wait_for_url(f"{demo.url}/")
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []
