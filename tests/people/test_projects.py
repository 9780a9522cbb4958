"""揭榜: put up, published, claimed by one, handed in, decided about by somebody else."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activities.operations.refusals import Refused
from branches.access import Grants
from branches.models import Notice
from branches.rules.roles import Role
from branches.rules.workflow import StepNotAllowed
from people.duties import projects as duties
from people.models import Project
from people.operations import project_work as work
from people.operations import projects as operations
from people.operations.projects import ProjectFacts
from people.queries import projects
from tests.people.conftest import moment

D = dt.date
MONDAY = D(2026, 11, 2)
DUE = D(2026, 11, 30)
ONE = dt.timedelta(days=1)
FACTS = ProjectFacts("降低皮带故障", "每月少于 2 次", "连续两个月台账", DUE)


@pytest.fixture
def leader(branch_a, join, person):
    return join(branch_a, "陈卓", user=person().user)


@pytest.fixture
def colleague(branch_a, join, person):
    return join(branch_a, "李敏", user=person().user)


@pytest.fixture
def draft(branch_a, secretary, leader, colleague):
    return operations.put_up(organization=branch_a, facts=FACTS, by=secretary, at=moment(MONDAY))


@pytest.fixture
def open_one(draft, secretary):
    return operations.publish(project=draft, by=secretary, at=moment(MONDAY))


@pytest.fixture
def claimed(open_one, leader, colleague):
    return work.claim(project=open_one, team=[colleague], by=leader.user, at=moment(MONDAY + ONE))


@pytest.fixture
def handed_in(claimed, leader):
    return work.hand_in(
        project=claimed, result="降到每月 1 次", by=leader.user, at=moment(MONDAY + 9 * ONE)
    )


def told(last: int) -> list[tuple[str, str]]:
    """Return the last that people were told, by name: of those told at once none is the first."""
    rows = Notice.objects.order_by("-id").select_related("recipient")[:last]
    return sorted((row.recipient.name, row.text) for row in rows)


def notes(row: Project) -> list[str]:
    return list(row.notes.values_list("text", flat=True))


def test_what_is_handed_in_has_its_day(handed_in):
    with pytest.raises(IntegrityError, match="handed_in_project_has_its_day"):
        Project.objects.update(handed_in_on=None)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": " "}, "请写明项目、目标和验收标准"),
        ({"target": ""}, "请写明项目、目标和验收标准"),
        ({"acceptance": ""}, "请写明项目、目标和验收标准"),
        ({"due_on": MONDAY}, "要晚于今天"),
    ],
)
def test_what_is_no_project(branch_a, secretary, changes, said):
    given = {name: getattr(FACTS, name) for name in ("title", "target", "acceptance", "due_on")}
    with pytest.raises(Refused, match=said):
        operations.put_up(
            organization=branch_a, facts=ProjectFacts(**(given | changes)), by=secretary,
            at=moment(MONDAY),
        )  # fmt: skip


@pytest.mark.parametrize(("seconds", "rows"), [(0, 1), (59, 1), (60, 2)])
def test_what_is_sent_twice_is_one_project(branch_a, secretary, draft, seconds, rows):
    later = moment(MONDAY) + dt.timedelta(seconds=seconds)
    operations.put_up(organization=branch_a, facts=FACTS, by=secretary, at=later)

    assert Project.objects.count() == rows


def test_published_it_is_told_to_the_members_below(
    committee, branch_a, branch_b, leader, join, person, secretary
):
    elsewhere = join(branch_b, "乙", user=person().user)
    reviewer = person(Role.REVIEWER, committee).user
    made = operations.put_up(organization=committee, facts=FACTS, by=reviewer, at=moment(MONDAY))
    operations.publish(project=made, by=reviewer, at=moment(MONDAY))

    text = "党委发布揭榜项目“降低皮带故障”，欢迎揭榜"
    assert told(9) == sorted([(leader.user.name, text), (elsewhere.user.name, text)])


def test_a_published_project_is_no_longer_changed(open_one, secretary):
    facts = ProjectFacts("别的", "目标", "标准", DUE)
    with pytest.raises(Refused, match="已经发布的项目不能再改内容"):
        operations.change(project=open_one, facts=facts, by=secretary, at=moment(MONDAY))


def test_who_claims_it_has_it(claimed, leader, colleague, secretary):
    assert (claimed.state, claimed.leader, list(claimed.team.all())) == (
        "CLAIMED", leader, [colleague],
    )  # fmt: skip
    assert notes(claimed) == ["陈卓揭榜，成员：李敏"]
    assert told(2) == sorted(
        [
            (colleague.user.name, "您参加揭榜项目“降低皮带故障”，揭榜人陈卓"),
            ("周岚", "陈卓揭榜“降低皮带故障”"),
        ]
    )


def test_the_second_is_told_who_was_faster(claimed, leader, colleague):
    with pytest.raises(Refused, match="已经由陈卓揭榜"):
        work.claim(project=claimed, team=[], by=colleague.user, at=moment(MONDAY + ONE))
    with pytest.raises(Refused, match="您已经揭榜"):
        work.claim(project=claimed, team=[], by=leader.user, at=moment(MONDAY + ONE))


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_has_it(open_one, leader, colleague):
    start, answers = threading.Barrier(2), []

    def take(member) -> None:
        try:
            start.wait()
            work.claim(project=open_one, team=[], by=member.user, at=moment(MONDAY))
            answers.append("揭榜")
        except Refused as refusal:
            answers.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(each,)) for each in (leader, colleague)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winner = Project.objects.get().leader
    assert sorted(answers) == sorted(["揭榜", f"这个项目已经由{winner.name}揭榜，请看看其他项目。"])


def test_who_may_not_claim_it(open_one, branch_b, join, person, leader):
    outsider = join(branch_b, "外人", user=person().user)
    with pytest.raises(Refused, match="只面向发榜单位的党员"):
        work.claim(project=open_one, team=[], by=outsider.user, at=moment(MONDAY))
    with pytest.raises(Refused, match="外人不在本支部名册上"):
        work.claim(project=open_one, team=[outsider], by=leader.user, at=moment(MONDAY))
    with pytest.raises(Refused, match="期限已经过了"):
        work.claim(project=open_one, team=[], by=leader.user, at=moment(DUE + ONE))


def test_a_draft_is_claimed_by_nobody(draft, leader):
    with pytest.raises(StepNotAllowed):
        work.claim(project=draft, team=[], by=leader.user, at=moment(MONDAY))


def test_given_back_another_may_take_it(claimed, leader, colleague, secretary):
    at = moment(MONDAY + 2 * ONE)
    with pytest.raises(Refused, match="由揭榜人本人办理"):
        work.give_back(project=claimed, reason="忙", by=colleague.user, at=at)
    with pytest.raises(Refused, match="请写明退榜的原因"):
        work.give_back(project=claimed, reason=" ", by=leader.user, at=at)

    back = work.give_back(project=claimed, reason="出差", by=leader.user, at=at)

    assert (back.state, back.leader, list(back.team.all())) == ("OPEN", None, [])
    assert notes(back)[-1] == "陈卓退榜：出差"
    assert told(2) == sorted(
        [
            (colleague.user.name, "揭榜项目“降低皮带故障”已经退榜"),
            ("周岚", "陈卓退榜“降低皮带故障”：出差"),
        ]
    )
    assert work.claim(project=back, team=[], by=colleague.user, at=at).leader == colleague


def test_how_it_goes_on_is_written_by_those_of_it(claimed, leader, colleague, secretary):
    at = moment(MONDAY + 2 * ONE)
    first = work.note(project=claimed, text="换了托辊", by=colleague.user, at=at)
    assert work.note(project=claimed, text="换了托辊", by=colleague.user, at=at) == first
    with pytest.raises(Refused, match="由揭榜人和成员记进展"):
        work.note(project=claimed, text="看看", by=secretary, at=at)

    assert notes(claimed)[1:] == ["换了托辊"]


def test_handed_in_it_is_decided_by_somebody_else(handed_in, leader, colleague, secretary):
    for person in (leader, colleague):
        with pytest.raises(Refused, match="由其他同志办理"):
            work.accept(project=handed_in, verdict="好", by=person.user, at=moment(DUE))
    with pytest.raises(Refused, match="请写明验收意见"):
        work.accept(project=handed_in, verdict=" ", by=secretary, at=moment(DUE))

    done = work.accept(project=handed_in, verdict="达标", by=secretary, at=moment(DUE))

    assert (done.state, done.verdict, done.decided_on) == ("ACCEPTED", "达标", DUE)
    text = "揭榜项目“降低皮带故障”验收通过"
    assert told(2) == sorted([(leader.user.name, text), (colleague.user.name, text)])


def test_sent_back_it_goes_on(handed_in, leader, secretary):
    back = work.send_back(project=handed_in, verdict="补台账", by=secretary, at=moment(DUE))

    assert (back.state, back.handed_in_on, notes(back)[-1]) == (
        "CLAIMED", None, "退回完善：补台账",
    )  # fmt: skip
    again = work.hand_in(project=back, result="补好了", by=leader.user, at=moment(DUE))
    assert (again.state, again.result) == ("HANDED_IN", "补好了")


@pytest.mark.parametrize(("on", "fails"), [(DUE, False), (DUE + ONE, True)])
def test_it_fails_only_after_its_day(claimed, secretary, on, fails):
    if not fails:
        with pytest.raises(Refused, match="期限还没有到"):
            work.fail(project=claimed, verdict="没有做", by=secretary, at=moment(on))
        return
    assert work.fail(project=claimed, verdict="没有做", by=secretary, at=moment(on)).state == (
        "FAILED"
    )


def test_what_was_handed_in_may_fail_before(handed_in, secretary):
    failed = work.fail(project=handed_in, verdict="不达标", by=secretary, at=moment(DUE))

    assert failed.state == "FAILED"


@pytest.mark.parametrize(
    ("due_on", "reason", "said"),
    [(DUE, "等配件", "要晚于原来的期限"), (DUE + ONE, " ", "请写明延期的原因")],
)
def test_how_it_is_not_put_off(claimed, secretary, due_on, reason, said):
    with pytest.raises(Refused, match=said):
        operations.put_off(
            project=claimed, due_on=due_on, reason=reason, by=secretary, at=moment(MONDAY)
        )


def test_put_off_those_of_it_are_told(claimed, leader, colleague, secretary):
    with pytest.raises(Refused, match="由其他同志办理"):
        operations.put_off(
            project=claimed, due_on=DUE + ONE, reason="忙", by=leader.user, at=moment(MONDAY)
        )
    at = moment(MONDAY + 2 * ONE)
    row = operations.put_off(
        project=claimed, due_on=D(2026, 12, 31), reason="等配件", by=secretary, at=at
    )

    assert (row.due_on, notes(row)[-1]) == (D(2026, 12, 31), "期限延到 2026年12月31日：等配件")
    text = "揭榜项目“降低皮带故障”的期限延到 12月31日"
    assert told(2) == sorted([(leader.user.name, text), (colleague.user.name, text)])


def test_taken_back_as_long_as_nobody_has_it(open_one, secretary):
    row = operations.cancel(project=open_one, reason="已解决", by=secretary, at=moment(MONDAY))

    assert (row.state, row.verdict) == ("CANCELLED", "已解决")


def test_what_is_claimed_is_not_taken_back(claimed, secretary):
    with pytest.raises(StepNotAllowed):
        operations.cancel(project=claimed, reason="不要了", by=secretary, at=moment(MONDAY))


# Who sees it


def seen(user) -> list[Project]:
    return list(projects.seen_by(user, Grants.of(user, MONDAY), MONDAY))


def test_a_draft_is_seen_by_those_who_put_up(draft, leader, secretary, person, committee, branch_b):
    reviewer = person(Role.REVIEWER, committee).user
    other = person(Role.SECRETARY, branch_b).user

    assert [seen(user) for user in (secretary, reviewer, leader.user, other)] == [
        [draft], [draft], [], [],
    ]  # fmt: skip


def test_a_project_of_the_committee_is_open_to_all_below(committee, person, leader, branch_b, join):
    reviewer = person(Role.REVIEWER, committee).user
    other = join(branch_b, "乙", user=person().user)
    made = operations.put_up(organization=committee, facts=FACTS, by=reviewer, at=moment(MONDAY))
    operations.publish(project=made, by=reviewer, at=moment(MONDAY))

    assert [seen(user) for user in (leader.user, other.user)] == [[made], [made]]
    taken = work.claim(project=made, team=[], by=other.user, at=moment(MONDAY))
    assert taken.leader == other


def test_with_a_team_of_many_it_stands_in_the_list_once(claimed, branch_a, join, colleague):
    claimed.team.add(*(join(branch_a, f"队员{n}") for n in range(5)))

    assert seen(colleague.user) == [claimed]


# What is due


def due_of(source, user, on) -> list[str]:
    return [each.title for each in source(user, Grants.of(user, on), on)]


@pytest.mark.parametrize(
    ("on", "titles"),
    [
        (DUE - 15 * ONE, []),
        (DUE - 14 * ONE, ["由您揭榜的项目快到期：降低皮带故障"]),
        (DUE, ["由您揭榜的项目快到期：降低皮带故障"]),
        (DUE + ONE, ["由您揭榜的项目已过期：降低皮带故障"]),
    ],
)
def test_the_leader_is_reminded(claimed, leader, on, titles):
    assert due_of(duties.own, leader.user, on) == titles


@pytest.mark.parametrize(("on", "lines"), [(DUE, 0), (DUE + ONE, 1)])
def test_who_put_it_up_hears_that_it_is_overdue(claimed, secretary, committee, person, on, lines):
    above = person(Role.SECRETARY, committee).user

    assert len(due_of(duties.overdue, secretary, on)) == lines
    assert due_of(duties.overdue, above, on) == []


def test_who_put_it_up_owes_a_decision(handed_in, secretary, leader):
    assert due_of(duties.to_decide, secretary, DUE) == ["揭榜项目等验收：降低皮带故障"]
    assert due_of(duties.to_decide, leader.user, DUE) == []


# Pages


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_from_the_draft_to_the_verdict_through_the_pages(
    branch_a, secretary, leader, colleague, set_clock
):
    set_clock(MONDAY)
    keeper, taker = client_of(secretary), client_of(leader.user)
    sent = {
        "organization": branch_a.pk, "title": "降低皮带故障", "target": "少于 2 次",
        "acceptance": "台账", "due_on": "2026-11-30",
    }  # fmt: skip
    url = keeper.post("/projects/new/", sent).url
    assert taker.get(url).status_code == 404
    keeper.post(f"{url}publish/")
    assert "我来揭榜" in taker.get(url).content.decode()
    taker.post(f"{url}claim/", {"team": [colleague.pk]})
    late = client_of(colleague.user).post(f"{url}claim/", {}, follow=True).content.decode()
    assert "这个项目已经由陈卓揭榜，请看看其他项目。" in late
    taker.post(f"{url}note/", {"text": "换了托辊"})
    wrong = taker.post(f"{url}hand-in/", {"result": ""}).content.decode()
    assert "请填写完成情况。" in wrong
    taker.post(f"{url}hand-in/", {"result": "降到 1 次"})
    assert taker.post(f"{url}decide/", {"step": "ACCEPT", "verdict": "好"}).status_code == 404
    keeper.post(f"{url}decide/", {"step": "ACCEPT", "verdict": "达标"})

    page = taker.get(url).content.decode()
    assert [word in page for word in ("验收通过", "达标", "换了托辊", "李敏")] == [True] * 4
    assert "降低皮带故障" in taker.get("/projects/?state=ACCEPTED").content.decode()


def test_a_list_costs_the_same_for_one_and_thirty(open_one, branch_a, secretary, leader, set_clock):
    set_clock(MONDAY)
    page = client_of(leader.user)
    page.get("/projects/?all=1")
    with CaptureQueriesContext(connection) as one:
        page.get("/projects/?all=1")
    for n in range(29):
        Project.objects.create(
            organization=branch_a, title=f"项目{n}", target="目标", acceptance="标准",
            due_on=DUE, state="CLAIMED", leader=leader, claimed_on=MONDAY, made_by=secretary,
            made_at=moment(MONDAY),
        )  # fmt: skip
    with CaptureQueriesContext(connection) as thirty:
        answer = page.get("/projects/?all=1")
    assert (len(answer.context["rows"]), len(thirty)) == (30, len(one))
