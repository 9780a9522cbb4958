"""Pages of votes and elections: what they show, what they keep, where they lead."""

import datetime as dt
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import Election, Procedure, Resolution, RuleOverride, VoterExemption
from activities.operations import activities as operations
from activities.rules.kinds import ActivityKind
from branches.models import Post
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


def test_more_papers_back_are_asked_about_before_they_annul(client, election, ten):
    page = at("election-count", election.pk)
    sent = votes(ten[:4], (9, 8, 7, 5), returned="11")
    text = client.post(page, sent).content.decode()
    assert "收回多于发出" in text
    assert 'name="annul"' in text
    assert 'value="11"' in text
    election.refresh_from_db()
    assert election.state == "PREPARED"
    client.post(page, sent | {"annul": "on"})
    election.refresh_from_db()
    assert election.state == "ANNULLED"


RECOUNT, REMOVE = "更正计票", "确认删除"


def buttons(page, election) -> list[str]:
    text = page.get(at("election", election.pk)).content.decode()
    return [word for word in (RECOUNT, REMOVE) if word in text]


def test_what_would_be_refused_is_not_offered(client, election, ten, meeting, secretary):
    client.post(at("election-count", election.pk), votes(ten[:4], (9, 8, 6, 6)))
    assert buttons(client, election) == [RECOUNT, REMOVE]
    client.post(at("election-revote", election.pk))
    assert buttons(client, election) == []
    page = client.get(at("election", election.pk)).content.decode()
    assert "要改，请先删除再次投票" in page
    answer = client.get(at("election-count", election.pk), follow=True)
    assert "要改，请先删除再次投票" in answer.content.decode()


def test_a_closed_record_says_why_nothing_is_counted_again(
    client, person, election, ten, meeting, secretary, committee
):
    client.post(at("election-count", election.pk), votes(ten[:4], (9, 8, 7, 5)))
    operations.close(activity=meeting, by=secretary, at=moment(DAY))
    assert buttons(client, election) == []
    said = "请先退回更正并写明原因"
    assert said in client.get(at("election", election.pk)).content.decode()
    assert "表决和计票不能再改" in client.get(at("activity", meeting.pk)).content.decode()
    reader = person(Role.REVIEWER, committee)
    assert said not in reader.get(at("election", election.pk)).content.decode()


def test_a_decision_that_another_rests_on_has_no_button_to_remove_it(
    client, hold, branch_a, secretary, three
):
    earlier = hold(branch_a, ASSEMBLY, DAY, "PPP", close=False)
    vote = VOTE | {"yes": "3", "no": "0", "abstain": "0"}
    client.post(at("activity-vote", earlier.pk), vote)
    row = Resolution.objects.get()
    edit = at("resolution-edit", row.pk)
    assert "删除这项表决" in client.get(edit).content.decode()
    later = hold(branch_a, ASSEMBLY, DAY, "PPP", close=False, title="后一次大会")
    client.post(at("activity-vote", later.pk), vote | {"subject": "再议"})
    Resolution.objects.filter(activity=later).update(prior=row)
    text = client.get(edit).content.decode()
    assert "删除这项表决" not in text
    assert at("activity", later.pk) in text


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


# What comes after


@pytest.fixture
def office(client, hold, branch_a, three):
    """A secretary elected by a small branch and reported; approved by ``approve``."""
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
    return found


def approve(client, election):
    client.post(
        at("election-approve", election.pk),
        {"approval-on": "2024-10-30", "approval-reference": "组〔2024〕8号"},
    )


def test_after_the_approval_the_post_is_given_by_those_who_may(
    client, person, office, committee, branch_a, three
):
    administrator = person(Role.ADMINISTRATOR, committee)
    chosen = person().user
    page = at("election", office.pk)
    assert "当选后" not in administrator.get(page).content.decode()
    approve(client, office)
    assert at("member", three[0].pk) in administrator.get(page).content.decode()  # no account yet

    Member.objects.filter(pk=three[0].pk).update(user=chosen)
    assert at("account", chosen.pk) in administrator.get(page).content.decode()
    text = client.get(page).content.decode()
    assert at("account", chosen.pk) not in text
    assert "还没有登记任职" in text
    assert "请管理员在“账号与任职”中登记" in text

    Post.objects.create(
        user=chosen, organization=branch_a, role=Role.SECRETARY, started_on=dt.date(2024, 11, 1)
    )
    text = administrator.get(page).content.decode()
    assert "已任职" in text
    assert at("account", chosen.pk) not in text


def test_an_approved_count_is_neither_corrected_nor_removed_from_its_page(client, office):
    assert buttons(client, office) == [RECOUNT, REMOVE]
    approve(client, office)
    assert buttons(client, office) == []
    assert "上级已批复（组〔2024〕8号）" in client.get(at("election", office.pk)).content.decode()
    client.get(at("election-count", office.pk))
    answer = client.get(at("election-count", office.pk), follow=True)
    assert answer.redirect_chain == [(at("election", office.pk), 302)]


@pytest.mark.parametrize(
    ("code", "finished", "is_linked"),
    [("election", False, True), ("by_election", False, True), ("election", True, False),
     ("lecture", False, False)],
)  # fmt: skip
def test_an_election_leads_to_its_procedure(
    client, office, branch_a, secretary, code, finished, is_linked
):
    run = Procedure.objects.create(
        organization=branch_a, code=code, title="换届", started_by=secretary,
        started_at=moment(DAY), finished_at=moment(DAY) if finished else None,
    )  # fmt: skip
    text = client.get(at("election", office.pk)).content.decode()
    assert (at("procedure", run.pk) in text) is is_linked
    assert (reverse("guide", kwargs={"code": "election"}) in text) is not is_linked


@pytest.fixture
def regularised(client, hold, branch_a, join):
    """A vote on making somebody a full member, carried or not."""

    def make(yes: int):
        people = [join(branch_a, f"党员{letter}") for letter in "甲乙丙"]
        new = join(branch_a, "新同志", status="PROBATIONARY")
        new.admitted_on = dt.date(2023, 10, 20)
        new.save()
        activity = hold(branch_a, ASSEMBLY, DAY, "P" * (len(people) + 1), close=False)
        client.post(
            at("activity-vote", activity.pk),
            VOTE
            | {
                "kind": "REGULARISATION", "about": str(new.pk), "yes": str(yes), "no": str(3 - yes),
                "abstain": "0", "confirmed": "on",
            },
        )  # fmt: skip
        return activity, new

    return make


@pytest.mark.parametrize(("yes", "is_linked"), [(3, True), (1, False)])
def test_a_carried_vote_leads_to_the_members_step(
    client, person, committee, regularised, yes, is_linked
):
    activity, new = regularised(yes)
    assert Resolution.objects.get().is_passed is is_linked
    step = at("member-regularise", new.pk)

    assert (step in client.get(at("activity", activity.pk)).content.decode()) is is_linked
    reader = person(Role.REVIEWER, committee)
    assert step not in reader.get(at("activity", activity.pk)).content.decode()


def test_a_carried_vote_leads_to_the_procedure_about_that_person(
    client, branch_a, secretary, regularised, join
):
    activity, new = regularised(3)

    def run(**about):
        return Procedure.objects.create(
            organization=branch_a, title="办理", started_by=secretary, started_at=moment(DAY),
            **about,
        )  # fmt: skip

    mine, other = (
        run(code="regularisation", member=new),
        run(code="transfer", member=join(branch_a, "别人")),
    )
    text = client.get(at("activity", activity.pk)).content.decode()
    assert at("procedure", mine.pk) in text
    assert at("procedure", other.pk) not in text


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
