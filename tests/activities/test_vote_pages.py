"""Pages of votes and elections: what they show, what they keep, where they lead."""

import datetime as dt
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import Election, Resolution, RuleOverride, VoterExemption
from activities.operations import activities as operations
from activities.rules.kinds import ActivityKind
from branches.rules.roles import Role
from members.models import Member
from tests.activities.conftest import moment

DAY = dt.date(2024, 10, 22)  # long past, whenever the tests run
ASSEMBLY = ActivityKind.ASSEMBLY


@pytest.fixture
def client(secretary):
    made = Client()
    made.force_login(secretary)
    return made


@pytest.fixture
def meeting(hold, branch_a, join):
    for letter in "甲乙丙丁戊己庚辛壬癸":
        join(branch_a, f"党员{letter}")
    return hold(branch_a, ASSEMBLY, DAY, "P" * 10, close=False)


def at(name, pk):
    return reverse(name, kwargs={"pk": pk})


VOTE = {
    "subject": "年度计划", "kind": "ORDINARY", "method": "SHOW_OF_HANDS", "yes": "6", "no": "2",
    "abstain": "2", "text": "同意。",
}  # fmt: skip


def test_a_vote_from_the_page_of_the_meeting_and_back(client, meeting):
    page = client.get(at("activity", meeting.pk)).content.decode()
    assert "应到 10 人（有表决权的正式党员），实到 10 人" in page
    answer = client.post(at("activity-vote", meeting.pk), VOTE, follow=True)
    page = answer.content.decode()
    for words in (
        "年度计划", "应到 10 人的一半是 5 人，实到 10 人，达到规定人数。",
        "赞成 6 票，超过应到 10 人的一半（5），通过。", "同意。",
    ):  # fmt: skip
        assert words in page


def test_what_was_typed_stays_when_numbers_cannot_be(client, meeting):
    answer = client.post(at("activity-vote", meeting.pk), VOTE | {"yes": "9"})
    page = answer.content.decode()
    assert "合计 13 票，比有表决权的实到 10 人多" in page
    assert 'value="年度计划"' in page and not Resolution.objects.exists()


def test_a_warning_is_read_before_it_passes(client, meeting):
    about = Member.objects.first()
    given = VOTE | {"kind": "PRAISE", "about": str(about.pk)}
    page = client.post(at("activity-vote", meeting.pk), given).content.decode()
    assert "还没有保存，请先核对" in page and "支委会" in page
    assert 'name="confirmed"' in page
    client.post(at("activity-vote", meeting.pk), given | {"confirmed": "on"})
    assert Resolution.objects.get().about == about


def test_a_block_names_article_and_way_out(client, hold, branch_a, join):
    for letter in "甲乙丙丁":
        join(branch_a, f"党员{letter}")
    activity = hold(branch_a, ASSEMBLY, DAY, "PAAA", close=False)
    page = client.post(
        at("activity-vote", activity.pk), VOTE | {"yes": "1", "no": "0", "abstain": "0"}
    )
    text = page.content.decode()
    assert "应到 4 人的一半是 2 人，实到 1 人，没有达到规定人数" in text
    assert "《中国共产党支部工作条例（试行）》第十一条" in text
    assert "请上级党组织的书记或考评审核员" in text


def test_changing_and_removing(client, meeting):
    client.post(at("activity-vote", meeting.pk), VOTE)
    row = Resolution.objects.get()
    page = client.get(at("resolution-edit", row.pk)).content.decode()
    assert 'value="年度计划"' in page
    client.post(at("resolution-edit", row.pk), VOTE | {"yes": "5", "no": "3"})
    row.refresh_from_db()
    assert (row.yes, row.is_passed) == (5, False)
    client.post(at("resolution-remove", row.pk))
    assert not Resolution.objects.exists()


def test_a_closed_record_leads_back_with_the_reason(client, meeting, secretary):
    client.post(at("activity-vote", meeting.pk), VOTE)
    operations.close(activity=meeting, by=secretary, at=moment(DAY))
    row = Resolution.objects.get()
    for name, pk in (
        ("activity-vote", meeting.pk), ("activity-election", meeting.pk),
        ("activity-voters", meeting.pk), ("resolution-edit", row.pk),
    ):  # fmt: skip
        page = client.get(at(name, pk), follow=True).content.decode()
        assert "请先退回更正并写明原因" in page, name
    page = client.get(at("activity", meeting.pk)).content.decode()
    assert "年度计划" in page and "登记表决" not in page


def test_a_theme_day_shows_no_votes(client, hold, branch_a, three):
    activity = hold(branch_a, ActivityKind.THEME_DAY, DAY, "PPP", close=False)
    assert "表决和选举" not in client.get(at("activity", activity.pk)).content.decode()
    page = client.get(at("activity-vote", activity.pk), follow=True).content.decode()
    assert "请登记在党员大会或支委会上" in page


def test_leaving_somebody_out_and_taking_him_back(client, hold, branch_a, three):
    activity = hold(branch_a, ASSEMBLY, DAY, "PPA", close=False)
    page = at("activity-voters", activity.pk)
    given = {
        "member": str(three[2].pk), "ground": "ABROAD", "approval_reference": "组〔2024〕3号",
        "vote_reference": "",
    }  # fmt: skip
    assert "请填写党员大会通过的情况。" in client.post(page, given).content.decode()
    text = client.post(page, given | {"vote_reference": "全票通过"}, follow=True).content.decode()
    assert "应到 2 人 = 有表决权的正式党员 3 人 − 经批准不计入应到 1 人" in text
    client.post(at("voter-exemption-remove", VoterExemption.objects.get().pk))
    assert not VoterExemption.objects.exists()


def test_setting_a_rule_aside_is_for_those_above(client, person, committee, branch_a, hold, three):
    activity = hold(branch_a, ASSEMBLY, DAY, "PAA", close=False)
    page = at("activity-override", activity.pk)
    assert "本支部不能自己突破规则" in client.get(page).content.decode()
    above = person(Role.REVIEWER, committee)
    answer = above.post(page, {"code": "M17", "reason": "抢险"}, follow=True)
    assert "经上级同意不按规则办理" in answer.content.decode()
    assert RuleOverride.objects.get().reason == "抢险"
    client.post(page, {"code": "M16", "reason": "自己来"})
    assert RuleOverride.objects.count() == 1


# Elections


def stand(people, teller, **changes):
    given = {"office": "COMMITTEE", "title": "委员选举", "seats": "3"}
    given |= {f"role_{each.pk}": "CANDIDATE" for each in people}
    return given | {f"role_{teller.pk}": "SUPERVISOR"} | changes


@pytest.fixture
def ten(meeting):
    return list(Member.objects.order_by("name_strokes", "pk"))


@pytest.fixture
def election(client, meeting, ten):
    client.post(at("activity-election", meeting.pk), stand(ten[:4], ten[9]))
    return Election.objects.get()


def votes(people, yes, **changes):
    given = {"issued": "10", "returned": "10", "void": "0"}
    for each, number in zip(people, yes, strict=True):
        given |= {f"yes_{each.pk}": number, f"no_{each.pk}": 10 - number, f"abstain_{each.pk}": 0}
    return given | changes


def test_too_few_candidates_are_warned_of_and_kept(client, meeting, ten):
    page = client.post(at("activity-election", meeting.pk), stand(ten[:3], ten[9]))
    text = page.content.decode()
    assert "候选人至少 4 名，现有 3 名，人数不够" in text
    chosen = f'name="role_{ten[0].pk}" value="CANDIDATE" checked'
    assert chosen in text and not Election.objects.exists()


@pytest.mark.parametrize("key", ["9" * 5_000, "9" * 19, "²", ""])
def test_a_person_that_cannot_be_stands_for_nothing(client, meeting, ten, key):
    posted = stand(ten[:4], ten[9], **{f"role_{key}": "CANDIDATE"})
    client.post(
        at("activity-election", meeting.pk), urlencode(posted),
        content_type="application/x-www-form-urlencoded",  # the other one limits names
    )  # fmt: skip
    assert Election.objects.get().candidates.count() == 4


def test_the_ballot_lists_by_strokes(client, election, ten):
    text = client.get(at("election-ballot", election.pk)).content.decode()
    places = [text.index(each.name) for each in ten[:4]]
    assert places == sorted(places)
    assert "应选委员 3 名，候选人 4 名，按姓氏笔画排列。" in text


def test_counting_says_who_is_elected(client, election, ten):
    page = at("election-count", election.pk)
    client.post(page, votes(ten[:4], (9, 8, 7, 5)))
    text = client.get(at("election", election.pk)).content.decode()
    assert f"当选：{ten[0].name}、{ten[1].name}、{ten[2].name}。" in text
    assert "赞成 5 票，正好是实到 10 人的一半（5），不能当选" in text
    assert "准备再次投票" not in text


def test_a_slip_in_the_count_keeps_what_was_typed(client, election, ten):
    page = at("election-count", election.pk)
    text = client.post(page, votes(ten[:4], (9, 8, 7, 5), issued="11")).content.decode()
    assert "不能代人投票" in text and 'value="11"' in text
    text = client.post(page, votes(ten[:4], (9, 8, 7, 5), other_yes_0="3")).content.decode()
    assert "请选择另选的是谁。" in text
    election.refresh_from_db()
    assert election.state == "PREPARED"


def test_a_tie_leads_to_another_ballot(client, election, ten):
    client.post(at("election-count", election.pk), votes(ten[:4], (9, 8, 6, 6)))
    text = client.get(at("election", election.pk)).content.decode()
    assert "票数相等" in text and "准备再次投票" in text and "减少名额，不再选举" not in text
    answer = client.post(at("election-revote", election.pk), follow=True)
    assert "委员选举（再次投票）" in answer.content.decode()
    again = Election.objects.get(revote_of=election)
    assert answer.redirect_chain == [(at("election", again.pk), 302)]


def test_fewer_seats_reporting_and_removal(client, election, ten):
    client.post(at("election-count", election.pk), votes(ten[:4], (9, 8, 5, 4)))
    client.post(at("election-fewer", election.pk), {"consent": "9 人同意"})
    client.post(at("election-report", election.pk), {"report-on": "2024-10-25"})
    election.refresh_from_db()
    assert (election.fewer_seats_consent, str(election.reported_on)) == ("9 人同意", "2024-10-25")
    answer = client.post(
        at("election-approve", election.pk),
        {"approval-on": "2024-10-25", "approval-reference": "1号"}, follow=True,
    )  # fmt: skip
    assert "委员和代表报上级备案即可" in answer.content.decode()
    client.post(at("election-remove", election.pk))
    assert not Election.objects.exists()


def test_a_secretary_is_approved(client, hold, branch_a, three):
    activity = hold(branch_a, ASSEMBLY, DAY, "PPP", close=False)
    client.post(
        at("activity-election", activity.pk),
        stand(three[:1], three[1], office="SECRETARY", title="书记选举", seats="1"),
    )
    found = Election.objects.get()
    client.post(
        at("election-count", found.pk),
        {
            "issued": "3", "returned": "3", "void": "0", f"yes_{three[0].pk}": "3",
            f"no_{three[0].pk}": "0", f"abstain_{three[0].pk}": "0",
        },
    )  # fmt: skip
    client.post(at("election-report", found.pk), {"report-on": "2024-10-23"})
    client.post(
        at("election-approve", found.pk),
        {"approval-on": "2024-10-30", "approval-reference": "组〔2024〕8号"},
    )
    found.refresh_from_db()
    assert (str(found.approved_on), found.approval_reference) == ("2024-10-30", "组〔2024〕8号")


def test_the_page_of_a_meeting_takes_as_many_queries_for_many(client, meeting, ten, election):
    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as context:
            client.get(at("activity", meeting.pk))
        return len(context)

    client.post(at("activity-vote", meeting.pk), VOTE)
    before = cost()
    for number in range(5):
        client.post(at("activity-vote", meeting.pk), VOTE | {"subject": f"事项{number}"})
        client.post(
            at("activity-election", meeting.pk), stand(ten[:6], ten[9], title=f"选举{number}")
        )
    assert cost() == before


# The chair


@pytest.mark.parametrize(
    ("host", "note", "is_asked"),
    [("周岚", "", False), ("王强", "", True), ("王强", "书记出差，委托主持", False)],
)
def test_another_chair_needs_a_word(client, hold, branch_a, three, host, note, is_asked):
    activity = hold(branch_a, ASSEMBLY, DAY, "PPP", close=False, host=host, host_note=note)
    text = client.get(at("activity", activity.pk)).content.decode()
    assert ("主持人请核对" in text) is is_asked


def test_the_word_is_typed_on_the_page_of_the_record(client, hold, branch_a, three):
    activity = hold(branch_a, ASSEMBLY, DAY, "PPP", close=False, host="王强")
    edit = at("activity-edit", activity.pk)
    assert "由其他人主持？" in client.get(edit).content.decode()
    client.post(
        edit,
        {
            "kind": "ASSEMBLY", "title": "党员大会", "held_on": DAY.isoformat(),
            "starts_at": "15:00", "place": "会议室", "host": "王强",
            "host_note": "书记出差，委托主持", "summary": "讨论。", "step": "save",
        },
    )  # fmt: skip
    text = client.get(at("activity", activity.pk)).content.decode()
    assert "书记出差，委托主持" in text and "主持人请核对" not in text
    other = hold(branch_a, ActivityKind.THEME_DAY, DAY, "PPP", close=False)
    assert "由其他人主持？" not in client.get(at("activity-edit", other.pk)).content.decode()
