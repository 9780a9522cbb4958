"""Photograph every page of every role: ``python -m tests.look`` → var/look/.

Follows the links of each demo account from 首页, takes one page for every address name, at
1280 and 360 px, and runs axe on each. Fails when axe finds something serious, a page is
broader than the screen, the console shows an error, or an address answers 5xx.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page, sync_playwright

from branches.demo_accounts import ACCOUNTS, PASSWORD
from config import local
from tests import servers
from tests.browser import site

WIDTHS = {1280: 900, 360: 780}
AXE = Path(__file__).resolve().parent / "vendor" / "axe.min.js"
OUT = site.ROOT / "var" / "look"
# Addresses that answer with a file or end the session.
NOT_PAGES = {
    "document",
    "member-export",
    "roster-template",
    "roster-problems",
    "logout",
    "inspection-photo",
    "attachment",
}
NOT_PAGES |= {"scheme-export", "draft-export", "star-board-xlsx", "tier-board-xlsx"}
SERIOUS = {"serious", "critical"}


@dataclass
class Findings:
    pages: int = 0
    problems: list[str] = field(default_factory=list)
    # Taking a picture and running axe put styles of their own into the page, and the site's
    # policy refuses them; the browser tests see to it that pages bring none.
    is_looking: bool = False

    def complain(self, message: str) -> None:
        if not self.is_looking:
            self.problems.append(message)


def main() -> int:
    for name, value in servers.ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ["DJANGO_DEMO"] = "1"
    with local.servers(fast=True) as addresses:
        os.environ["DATABASE_URL"] = addresses.database_url
        os.environ["REDIS_URL"] = addresses.redis_url
        site.manage("migrate", "-v0")
        site.manage("seed_demo")
        django.setup()
        findings = _walk()
    print(f"{findings.pages} 个页面已拍照，见 {OUT}")
    for problem in findings.problems:
        print(problem)
    return 1 if findings.problems else 0


def _walk() -> Findings:
    findings = Findings()
    OUT.mkdir(parents=True, exist_ok=True)
    for old in OUT.glob("*.png"):
        old.unlink()
    with site.running() as demo, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=site.CHROMIUM, args=site.CHROMIUM_FLAGS
        )
        _look(browser, demo.url, "访客", None, findings)
        for account in ACCOUNTS:
            _look(browser, demo.url, account.role, account.username, findings)
        browser.close()
    return findings


def _look(browser: Browser, base: str, role: str, username: str | None, findings: Findings) -> None:
    """Walk one person's pages and photograph one of each kind."""
    context = browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
    page = context.new_page()
    page.on(
        "console",
        lambda message: (
            message.type == "error"
            and findings.complain(f"{role} {page.url} 控制台：{message.text[:200]}")
        ),
    )
    page.goto(f"{base}/login/")
    if username is None:
        _photograph(page, role, "login", findings)
        page.goto(f"{base}/nowhere/")
        findings.problems[:] = [p for p in findings.problems if "/nowhere/" not in p]
        _photograph(page, role, "404", findings)
        context.close()
        return
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.locator("main button, form button").first.click()
    page.wait_for_url(f"{base}/")
    waiting: deque[str] = deque(["/"])
    seen: set[tuple[str | None, bool]] = set()
    while waiting:
        path = waiting.popleft()
        try:
            name = resolve(urlsplit(path).path).url_name
        except Resolver404:
            findings.problems.append(f"{role} 链接到不存在的地址：{path}")
            continue
        variant = (name, "view=" in path)
        if name is None or name in NOT_PAGES or variant in seen:
            continue
        seen.add(variant)
        answer = page.goto(f"{base}{path}")
        if answer is None or answer.status >= 400:
            status = answer.status if answer else "无应答"
            findings.problems.append(f"{role} {path} 返回 {status}")
            continue
        _photograph(page, role, str(name), findings)
        links = page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)")
        waiting.extend(
            link.removeprefix(base).partition("#")[0]
            for link in links
            if link.startswith(f"{base}/")
        )
    context.close()


def _photograph(page: Page, role: str, name: str, findings: Findings) -> None:
    findings.is_looking = True
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=OUT / f"{role}-{name}-{width}.png", full_page=True)
        overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if overflow > 0:
            findings.problems.append(f"{role} {name} 在 {width} 像素下横向超出 {overflow} 像素")
        page.evaluate(AXE.read_text(encoding="utf-8"))
        result = page.evaluate("axe.run({resultTypes: ['violations']})")
        for violation in result["violations"]:
            if violation["impact"] in SERIOUS:
                where = violation["nodes"][0]["target"]
                findings.problems.append(
                    f"{role} {name} {width} axe {violation['id']}：{violation['help']} {where}"
                )
    findings.is_looking = False
    findings.pages += 1


if __name__ == "__main__":
    sys.exit(main())
