"""A problem from end to end, through the pages: pair → contact → raised → team → department →
company → 督办 → answered → closed → satisfaction → 回头看.
"""

from __future__ import annotations

import datetime as dt
import re

import pytest

from activities import tasks
from activities.models import Problem, Supervision
from branches.models import Document, Job
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from people.models import Contact, Pair
from tests.conftest import set_up
from tests.people.conftest import join, set_clock

__all__ = ["join", "set_clock"]

D = dt.date
DAY = D(2026, 10, 20)
LATER = D(2026, 10, 27)
CLOSED = D(2026, 11, 3)
BACK = D(2026, 12, 3)


def told(client) -> list[str]:
    """What 首页 says is to be done."""
    page = client.get("/due/").content.decode()
    return re.findall(r'<div class="due"><span[^>]*>[^<]*</span><div>([^<]*)<', page)


@pytest.fixture
def group_company(db, at):
    return set_up("JT", "集团党委", OrganizationKind.COMMITTEE, None, at)


@pytest.fixture
def company(group_company, at):
    return set_up("QF", "党委", OrganizationKind.COMMITTEE, group_company, at)


@pytest.fixture
def branch(company, at):
    return set_up("QF01", "采煤党支部", OrganizationKind.BRANCH, company, at)


@pytest.fixture
def team(branch, at):
    return set_up("QF0101", "采煤一组", OrganizationKind.GROUP, branch, at)


def test_from_a_pair_to_the_look_back(
    person, join, group_company, company, branch, team, set_clock, media
):
    leader = person(Role.GROUP_LEADER, team)
    secretary = person(Role.SECRETARY, branch)
    office = person(Role.SECRETARY, company)
    above = person(Role.REVIEWER, group_company)
    asker = person()
    old = join(branch, "陈卓", group=team, user=leader.user)
    young = join(branch, "李敏", group=team, user=asker.user)
    handler = join(branch, "周海", user=person(Role.COMMITTEE_MEMBER, company).user)

    def on(day):
        """Go to a day; a sign-in lasts less than that."""
        moment = set_clock(day)
        for client in (leader, secretary, office, above, asker):
            client.force_login(client.user)
        return moment

    # A pair in touch; what comes up goes to the problem list without retyping.
    at = on(DAY)
    pair = Pair.objects.create(
        branch=branch, kind="OLD_NEW", helper=old, helped=young, helped_name="李敏",
        started_on=D(2026, 9, 1), formed_by=secretary.user, formed_at=at,
    )  # fmt: skip
    words = "夜班没有班车，下班走路回家"
    Contact.objects.create(pair=pair, on=DAY, note=words, entered_by=leader.user, entered_at=at)
    raising = f"/problems/raise/?source=PAIR&id={pair.pk}"
    page = leader.get(raising).content.decode()
    assert words in page and 'name="asker_name"' not in page
    leader.post(raising, {"whose": "采煤一组", "text": words, "severity": "MAJOR"})
    row = Problem.objects.get()
    assert (row.organization, row.library, row.source, row.source_id, row.asker) == (
        team, "TEAM", "PAIR", pair.pk, young,
    )  # fmt: skip
    assert f"还没有第一责任人：{words}" in told(leader)
    url = f"/problems/{row.pk}/"

    # Team, department, company; the team goes on seeing it.
    leader.post(f"{url}escalate/", {"reason": "班组办不了"})
    assert leader.get(url).status_code == 200
    assert leader.get(f"{url}escalate/").status_code == 404
    secretary.post(f"{url}escalate/", {"reason": "班车归公司管"})
    row.refresh_from_db()
    assert (row.organization, row.origin, row.library) == (company, team, "COMPANY")
    office.post(f"{url}edit/", {
        "whose": row.whose, "text": words, "measures": "加开夜班班车", "owner": handler.pk,
        "due_on": LATER.isoformat(),
    })  # fmt: skip

    # Supervised from strictly above, answered late.
    assert office.get(f"{url}supervise/").status_code == 302
    above.post(f"{url}supervise/", {"demand": "一周内开通", "due_on": LATER.isoformat()})
    paper = Supervision.objects.get()
    assert f"回复督办〔2026〕1号：{words}" in told(office)
    on(LATER + dt.timedelta(days=1))
    assert f"督办〔2026〕1号超期没有回复：{words}" in told(above)
    office.post(
        f"/problems/supervisions/{paper.pk}/answer/",
        {"answer": "班车已开通", "on": LATER.isoformat()},
    )
    assert not [title for title in told(above) + told(office) if "督办" in title]

    # As a document.
    above.post(f"/problems/supervisions/{paper.pk}/print/")
    job = Job.objects.get()
    if job.state == Job.State.QUEUED:
        tasks.draw_problem_paper(job_id=job.pk)
    document = Document.objects.get()
    assert (document.title, document.content_type) == (
        "青峰能源集团党委督办通知单督办〔2026〕1号", "application/pdf",
    )  # fmt: skip

    # Closed; whoever raised it is asked, is not satisfied at first, and then is.
    on(CLOSED)
    close = {"outcome": "开通夜班班车", "closed_on": CLOSED.isoformat()}
    office.post(f"{url}close/", close)
    assert f"您反映的问题办结了，满意吗：{words}" in told(asker)
    assert office.get(f"{url}feedback/").status_code == 404
    asker.post(f"{url}feedback/", {"satisfaction": "DISSATISFIED", "note": "等太久"})
    assert f"反映人不满意，建议恢复整改：{words}" in told(office)
    office.post(f"{url}reopen/", {"reason": "等太久"})
    office.post(f"{url}close/", close | {"outcome": "加开一班"})
    asker.post(f"{url}feedback/", {"satisfaction": "SATISFIED"})
    row.refresh_from_db()
    assert (row.satisfaction, row.satisfaction_on) == ("SATISFIED", CLOSED)

    # Looked back on a month later, and kept as a case.
    on(BACK)
    assert f"要回头看：{words}" in told(office)
    office.post(f"{url}look-back/", {"holds": "yes", "text": "没有再晚点", "on": BACK.isoformat()})
    assert not [title for title in told(office) if "回头看" in title]
    case = {"title": "夜班班车", "text": "李敏反映后一周开通"}
    assert "案例里不要写人名：李敏" in office.post(f"{url}case/", case).content.decode()
    office.post(f"{url}case/", case | {"text": "反映后一周开通"})
    assert "反映后一周开通" in secretary.get("/problems/cases/?q=班车").content.decode()
    assert list(row.steps.values_list("step", flat=True)) == [
        "RAISED", "ESCALATED", "ESCALATED", "ASSIGNED", "SUPERVISED", "ANSWERED", "CLOSED",
        "ASKED", "REOPENED", "CLOSED", "ASKED", "LOOKED",
    ]  # fmt: skip
