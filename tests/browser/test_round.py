"""From first scores to the decision in a real browser: comments, notice, two appeals, final."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from branches.rules.periods import Period
from tests.browser import site

pytestmark = pytest.mark.browser


def days_pass(round_id: str, clock: str) -> None:
    """Let a clock of the round run out: nothing but the calendar can, so its last day moves."""
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    site.manage(
        "shell", "-v0", "-c",
        "import datetime as dt; from scoring.models import Round; "
        f"Round.objects.filter(pk={round_id}).update({clock}=dt.date.fromisoformat('{yesterday}'))",
    )  # fmt: skip


def test_a_round_goes_from_first_scores_to_the_decision(sign_in):
    # A month that the demo leaves alone, so that its own open notice stays as it is.
    month = Period.containing(timezone.localdate()).minus(5)

    # The reviewer begins it: from here on the scores stand.
    office = sign_in("dangwei", 1280)
    office.goto("/rounds/")
    office.get_by_text("更早的").click()  # older months are folded away
    office.get_by_role("button", name=f"开始定评：{month.label}星级党支部").click()
    office.wait_for_url("**/rounds/*/")
    round_url = office.url
    round_id = round_url.rstrip("/").rpartition("/")[2]
    office.get_by_role("button", name="征求意见", exact=True).click()
    office.get_by_text("已办理：征求意见。").wait_for()

    # The branch's secretary comments; the office answers, and publishes once time is up.
    secretary = sign_in("shuji", 360)
    secretary.goto(f"/rounds/{round_id}/notice/")
    secretary.get_by_label("意见").fill("主题党日有签到表，请核对到会人数。")
    secretary.get_by_role("button", name="提交意见").click()
    secretary.get_by_text("意见已提交").wait_for()
    office.reload()
    assert office.get_by_role("button", name="开始公示").is_disabled()
    office.get_by_label("答复").first.fill("已核对，按记录计。")
    office.get_by_role("button", name="答复选煤厂").click()
    office.get_by_text("已答复。").wait_for()
    days_pass(round_id, "comments_until")
    office.reload()
    office.get_by_role("button", name="开始公示").click()
    office.get_by_text("已办理：开始公示。").wait_for()

    # Two appeals, each from the line it is about.
    for title in ("组织生活参加率", "支部党员大会"):
        secretary.goto(f"/rounds/{round_id}/notice/")
        secretary.get_by_role("link", name="看得分：选煤厂").click()
        secretary.get_by_role("link", name=f"申诉：{title}").click()
        assert "公示到" in secretary.inner_text("main")
        secretary.get_by_label("申诉理由").fill(f"{title}漏记，有签到表为证。")
        secretary.get_by_role("button", name="提交申诉").click()
        secretary.wait_for_url("**/appeals/*/")

    # One is upheld with the fact as it is, one rejected; both with the reason.
    office.goto(round_url)
    office.get_by_role("link", name="组织生活参加率").first.click()
    due = office.get_by_label("更正后应有的数量").input_value()
    office.get_by_label("成立，更正").check()
    office.get_by_label("更正后的数量").fill(due)
    office.get_by_label("答复理由").fill("查有签到表，属实。")
    office.get_by_role("button", name="答复", exact=True).click()
    office.get_by_text("申诉成立，正在按更正重新核算。").wait_for()
    # The worker rates the round again; until then it takes no further step.
    office.goto("/jobs/")
    office.get_by_role("link", name="按更正重新核算").first.click()
    office.get_by_text("已完成").first.wait_for()
    office.goto(round_url)
    office.get_by_role("link", name="支部党员大会").first.click()
    office.get_by_label("不成立，维持原结果").check()
    office.get_by_label("答复理由").fill("当月没有召开党员大会的记录。")
    office.get_by_role("button", name="答复", exact=True).click()
    office.get_by_text("申诉不成立，维持原结果。").wait_for()
    secretary.goto("/my/appeals/")
    states = secretary.locator("tbody .tag").all_inner_texts()
    assert states[:2] == ["不成立", "成立"]

    # The notice ends, the office submits, and somebody else decides.
    days_pass(round_id, "public_until")
    office.goto(round_url)
    office.get_by_role("button", name="公示结束，转核实").click()
    office.get_by_role("button", name="提交审定").click()
    office.get_by_text("已办理：提交审定。").wait_for()
    assert office.get_by_role("button", name="审定通过").count() == 0
    leader = sign_in("dangweishuji", 1280)
    leader.goto(round_url)
    assert f"{due} ÷ {due}" in leader.inner_text("main")
    leader.get_by_role("button", name="审定通过").click()
    leader.get_by_text("已经审定，结果不再改变。").wait_for()

    # The notice has ended with it, and the ledger holds the whole road.
    secretary.goto(f"/rounds/{round_id}/notice/")
    assert "结果已经审定" in secretary.inner_text("main")
    leader.get_by_role("link", name="评定台账").click()
    ledger = leader.inner_text("main")
    assert "查有签到表，属实。" in ledger
    assert "当月没有召开党员大会的记录。" in ledger
