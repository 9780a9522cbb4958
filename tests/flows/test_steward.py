"""小政委 from end to end, through the pages: chosen → a month's work → 月汇报 → assessed."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from branches.models import Document, Job
from branches.rules.roles import Role
from people import tasks
from people.models import Steward, StewardMonth
from tests.people.conftest import join, set_clock

__all__ = ["join", "set_clock"]

D = dt.date
CHOSEN = D(2026, 9, 29)
FIRST = D(2026, 10, 9)
SECOND = D(2026, 10, 12)
LAST = D(2026, 10, 30)
NEXT = D(2026, 11, 2)


@pytest.fixture
def leader(person, group_a):
    return person(Role.GROUP_LEADER, group_a)


@pytest.fixture
def secretary_page(person, branch_a):
    return person(Role.SECRETARY, branch_a)


@pytest.fixture
def steward_page(person, join, branch_a, group_a):
    """A member without any post."""
    client = person()
    client.member = join(branch_a, "李敏", group=group_a, user=client.user)
    return client


def told(client) -> list[str]:
    """What 首页 says is to be done."""
    page = client.get("/due/").content.decode()
    return re.findall(r'<div class="due"><span[^>]*>[^<]*</span><div>([^<]*)<', page)


def test_chosen_at_work_reported_assessed(
    leader, secretary_page, steward_page, join, branch_a, group_a, set_clock, media
):
    def go_to(day: dt.date) -> None:
        """Sign everybody in on a day: a session does not last for weeks."""
        set_clock(day)
        for client in (leader, secretary_page, steward_page):
            client.force_login(client.user)

    join(branch_a, "陈卓", group=group_a, user=leader.user)
    mate = join(branch_a, "王强", group=group_a)

    # The team recommends, the committee decides, the branch appoints.
    go_to(CHOSEN)
    leader.post("/stewards/recommend/", {
        "group": group_a.pk, "member": steward_page.member.pk, "standing": "党龄 8 年",
        "skill": "高级技师", "trust": "得票第一", "recommendation": "同意推荐",
        "recommended_on": CHOSEN,
    })  # fmt: skip
    row = Steward.objects.get()
    assert "李敏任采煤一组小政委，等支委会研究" in told(secretary_page)
    secretary_page.post(
        f"/stewards/{row.pk}/decide/", {"decide-decided_on": CHOSEN, "decide-decision": "同意"}
    )
    assert "李敏任采煤一组小政委，等您任命" in told(secretary_page)
    secretary_page.post(f"/stewards/{row.pk}/appoint/", {"appoint-appointed_on": CHOSEN})
    row.refresh_from_db()
    assert row.state == "APPOINTED"

    # Two days' lines, the second copied from the first; a week's help.
    go_to(FIRST)
    assert "记一句今天的跟班情况" in told(steward_page)
    assert "记一句今天的跟班情况" not in told(leader)
    steward_page.post("/my/steward/today/", {"text": "节后复工检查，人员到齐"})
    assert "记一句今天的跟班情况" not in told(steward_page)
    go_to(SECOND)
    page = steward_page.get("/my/steward/today/").content.decode()
    [line] = re.findall(r'name="text"[^>]*value="([^"]*)"', page)
    steward_page.post("/my/steward/today/", {"text": line})
    steward_page.post("/my/steward/helps/new/", {
        "helped": mate.pk, "helped_name": "", "week": SECOND.isoformat(),
        "what": "一起练习新设备操作", "outcome": "能独立操作",
    })  # fmt: skip

    # The report is made from the records; only the remark is typed.
    go_to(LAST)
    assert "提交10月的小政委月汇报" in told(steward_page)
    page = steward_page.get("/my/steward/months/2026-10/").content.decode()
    assert "2 天（工作日 18 天）" in page and "帮扶王强：一起练习新设备操作" in page
    handed_in = steward_page.post("/my/steward/months/2026-10/", {"remark": "下月抓好防滑"})
    report = StewardMonth.objects.get()
    assert handed_in.url == f"/stewards/months/{report.pk}/"
    assert "提交10月的小政委月汇报" not in told(steward_page)

    # Team and branch assess it; he himself cannot.
    url = handed_in.url
    assert "李敏10月的月汇报等班组评价" in told(leader)
    assert "李敏10月的月汇报等支部评价" in told(secretary_page)
    assert steward_page.post(f"{url}assess/TEAM/", {"TEAM-grade": "GOOD"}).status_code == 404
    leader.post(f"{url}assess/TEAM/", {"TEAM-grade": "GOOD", "TEAM-advice": ""})
    secretary_page.post(
        f"{url}assess/BRANCH/", {"BRANCH-grade": "FAIR", "BRANCH-advice": "每周都要有帮扶"}
    )
    assert not [title for title in told(leader) + told(secretary_page) if "月汇报" in title]

    # What is to be done better stands above the next month's work.
    go_to(NEXT)
    page = steward_page.get("/my/steward/today/").content.decode()
    assert "上月改进要求" in page and "每周都要有帮扶" in page

    # As a document.
    asked = steward_page.post(f"{url}print/")
    job = Job.objects.get()
    assert asked.url == f"/jobs/{job.pk}/"
    if job.state == Job.State.QUEUED:
        tasks.draw_steward_month(job_id=job.pk)
    document = Document.objects.get()
    assert (document.content_type, document.owner) == ("application/pdf", steward_page.user)
    assert document.title == "李敏2026 年 10 月月汇报"
