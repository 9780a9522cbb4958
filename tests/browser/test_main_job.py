"""The main job, end to end, in a real browser: log → compute → board → why → ledger."""

from __future__ import annotations

import subprocess

import pytest
from django.utils import timezone

pytestmark = pytest.mark.browser
TIERS = ["优秀党员", "先锋党员", "合格党员", "需提高党员", "不合格党员"]
PARTS = ["基础标", "服务标", "廉洁标", "业绩标", "创新标"]


class Hand:
    """Counts what a person does with mouse and keys: each click and each field filled is one."""

    def __init__(self, page) -> None:
        self.page = page
        self.interactions = 0

    def click(self, role: str, name: str, *, exact: bool = False) -> None:
        self.page.get_by_role(role, name=name, exact=exact).first.click()
        self.interactions += 1

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label).first.fill(text)
        self.interactions += 1


@pytest.mark.parametrize("width", [1280, 360])
def test_a_fact_goes_from_the_record_to_the_ledger(sign_in, width, tmp_path):
    today = timezone.localdate()
    title = f"学习党章 现场答题 {width}"

    # The secretary logs a 主题党日 with its attendance and closes it.
    secretary = Hand(sign_in("shuji", width))
    secretary.click("link", "登记活动")
    secretary.page.locator("a[href*='kind=THEME_DAY']").first.click()
    secretary.interactions += 1
    secretary.fill("主题", title)
    if width == 360:  # the other width has taken the usual hour of this very day
        secretary.fill("开始时间", "00:01")
    secretary.click("button", "全部到会")
    rows = secretary.page.locator(".roll-row")
    absentee = rows.nth(2)
    absentee_name = absentee.locator("legend span").first.inner_text().split("\n")[0]
    absentee.get_by_role("radio", name="缺席").check()
    secretary.interactions += 1
    secretary.fill("会议记录", "集中学习党章，现场答题，人人过关。")
    secretary.click("button", "保存并办结")
    secretary.page.wait_for_url("**/activities/*/")
    assert "已办结" in secretary.page.inner_text("h1")
    assert secretary.interactions <= 12
    due = rows_text(secretary.page, "应到")
    attended = rows_text(secretary.page, "实到")
    assert attended == due - 1

    # The committee computes the month; the page shows it done without being reloaded.
    reviewer = sign_in("dangwei", width)
    reviewer.goto(f"/board/?period={today:%Y-%m}")
    reviewer.get_by_role("button", name="核算").click()
    reviewer.wait_for_url("**/jobs/*/")
    reviewer.get_by_text("已完成").first.wait_for()
    reviewer.get_by_role("link", name="查看结果").click()
    reviewer.wait_for_url("**/board/?period=*")

    # The star board: every branch's five 标, total and stars.
    heads = reviewer.locator("thead th").all_inner_texts()
    assert [head for head in heads if head in PARTS] == PARTS
    assert reviewer.locator("tbody tr").count() == 12

    # The members' 1261 tiers, as numbers for each branch.
    reviewer.get_by_role("link", name="党员定档").first.click()
    reviewer.wait_for_url("**/board/tiers/**")
    heads = reviewer.locator("thead th").all_inner_texts()
    assert [head for head in heads if head in TIERS] == TIERS

    # From the branch's total to the record in two clicks.
    reviewer.goto(f"/board/?period={today:%Y-%m}")
    reviewer.get_by_role("link", name="选煤厂").first.click()
    line = reviewer.locator(".line", has_text="主题党日").first
    line.get_by_role("link", name="看记录").click()
    assert title in reviewer.inner_text("main")

    # The member sees the own points, each line with its arithmetic and evidence.
    member = sign_in("dangyuan", width)
    member.goto(f"/my/points/{today:%Y-%m}/")
    line = member.locator(".line", has_text="参加主题党日").first
    if member.locator(".account-name, main").first and "参加主题党日" in member.inner_text("main"):
        assert "次 × 2 分" in line.inner_text()
    line.get_by_role("link", name="看记录").click()
    if absentee_name not in member.inner_text("h1 + p, .head p"):
        assert title in member.inner_text("main")

    # The administrator prints the 三会一课 ledger of the year.
    administrator = sign_in("admin", width)
    administrator.goto("/ledgers/")
    with administrator.expect_navigation():  # the periods on offer follow the ledger
        administrator.get_by_label("台账").first.select_option(label="三会一课台账")
    administrator.get_by_label("党组织").first.select_option(label_of(administrator, "选煤厂"))
    administrator.get_by_role("button", name="查看台账").click()
    administrator.wait_for_load_state()
    administrator.get_by_role("button", name="生成 PDF").click()
    administrator.wait_for_url("**/jobs/*/")
    with administrator.expect_download(timeout=60_000) as download:
        administrator.get_by_role("link", name="下载").first.click(timeout=60_000)
    pdf = tmp_path / "ledger.pdf"
    download.value.save_as(pdf)
    text = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert "三会一课台账" in text
    assert "选煤厂" in text


def rows_text(page, label: str) -> int:
    """Return the figure above a label of the record's page."""
    figure = page.locator(".fig", has_text=label).first.inner_text()
    return int("".join(c for c in figure if c.isdigit()))


def label_of(page, text: str) -> str:
    options = page.get_by_label("党组织").first.locator("option").all()
    return next(o.get_attribute("value") for o in options if text in o.inner_text())
