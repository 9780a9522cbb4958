"""民主评议 of a branch: from the list to the last feedback, and who may read what."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activities.duties import appraisals as duties
from activities.models import Activity, Appraisal, Appraised, Problem
from activities.operations import appraisal_entries as entries
from activities.operations import appraisals
from activities.operations.appraisal_entries import Written
from activities.operations.refusals import Refused
from activities.queries import appraisals as queries
from activities.rules.appraisals import (
    AppraisalGrade,
    AppraisalState,
    AppraisalStep,
    Ballot,
    Votes,
    digest,
)
from activities.rules.kinds import ActivityKind
from branches.access import Grants
from branches.models import AuditEntry, Organization, Regulation
from branches.rules.roles import Role
from branches.rules.workflow import StepNotAllowed
from members.rules.status import MemberStatus
from tests.activities.conftest import moment

DAY = dt.date(2024, 12, 10)
AT = moment(DAY)
S, T, G = AppraisalState, AppraisalStep, AppraisalGrade


@pytest.fixture
def members(branch_a, join, three):
    """Three full members and one on probation."""
    new = join(branch_a, "周新")
    new.status = MemberStatus.PROBATIONARY
    new.save(update_fields=["status"])
    return [*three, new]


@pytest.fixture
def begun(branch_a, members, secretary) -> Appraisal:
    return appraisals.start(organization=branch_a, year=2024, by=secretary, at=AT)


@pytest.fixture
def meeting(hold, branch_a, members) -> Activity:
    return hold(branch_a, ActivityKind.APPRAISAL, DAY, "PPPP")


class Walk:
    """Takes an appraisal through its parts."""

    def __init__(self, appraisal, meeting, by):
        self.appraisal, self.meeting, self.by = appraisal, meeting, by

    @property
    def rows(self):
        return list(
            Appraised.objects.filter(appraisal=self.appraisal).order_by("member__name_pinyin")
        )

    def step(self, step, **more):
        return appraisals.step(appraisal=self.appraisal, step=step, by=self.by, at=AT, **more)

    def selves(self):
        texts = {row.pk: Written("自评") for row in self.rows}
        entries.write_self(appraisal=self.appraisal, entries=texts, on=DAY, by=self.by, at=AT)

    def peers(self):
        texts = {row.pk: Written("互评") for row in self.rows}
        entries.write_peers(appraisal=self.appraisal, entries=texts, on=DAY, by=self.by, at=AT)

    def count(self, ballot=None, votes=None, **changes):
        graded = [row for row in self.rows if row.is_graded]
        given = {
            "activity": self.meeting,
            "ballot": ballot or Ballot(10, 10),
            "tellers": ("陈卓", "李敏"),
            "votes": votes
            if isinstance(votes, dict)
            else {row.pk: votes or Votes(7, 3, 0, 0) for row in graded},
        } | changes
        entries.count(appraisal=self.appraisal, by=self.by, at=AT, **given)

    def grade(self, *grades):
        given = {
            row.pk: (grade, "表现好") for row, grade in zip(self.rows, (*grades, None), strict=True)
        }
        entries.grade(appraisal=self.appraisal, grades=given, by=self.by, at=AT)

    def to_opinion(self):
        """From 互评, written, to 评定."""
        self.step(T.TO_BALLOT)
        self.count()
        self.step(T.TO_OPINION)

    def to(self, state):
        """Go on until ``state``, everything written on the way."""
        for part, do, step in [
            (S.SELF, self.selves, T.TO_PEERS),
            (S.PEER, self.peers, T.TO_BALLOT),
            (S.BALLOT, self.count, T.TO_OPINION),
            (S.OPINION, lambda: self.grade(G.EXCELLENT, G.QUALIFIED, G.BASIC), T.TO_FEEDBACK),
        ]:
            if part is state:
                break
            do()
            self.step(step)
        self.appraisal.refresh_from_db()
        return self


@pytest.fixture
def walk(begun, meeting, secretary) -> Walk:
    return Walk(begun, meeting, secretary)


# Beginning


def test_everybody_on_the_roll_is_listed_and_the_probationary_get_no_grade(begun, members):
    rows = [(row.member, row.is_graded) for row in queries.people(begun)]

    assert dict(rows) == dict(zip(members, (True, True, True, False), strict=True))
    assert AuditEntry.objects.get(action="appraisal.started").after == {
        "year": 2024, "members": 4,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("year", "words"), [(2025, "只能开始"), (2022, "只能开始"), (2024, "已经开始")]
)
def test_how_it_is_not_begun(begun, branch_a, secretary, year, words):
    with pytest.raises(Refused, match=words):
        appraisals.start(organization=branch_a, year=year, by=secretary, at=AT)


def test_only_branches_appraise(committee, secretary):
    with pytest.raises(Refused, match="由党支部组织"):
        appraisals.start(organization=committee, year=2024, by=secretary, at=AT)


def test_the_list_follows_the_roll_until_the_ballot(begun, branch_a, join, members, secretary):
    members[3].status = MemberStatus.FULL
    members[3].save(update_fields=["status"])
    join(branch_a, "新来")
    members[0].memberships.update(ended_on=DAY)

    assert appraisals.refresh(appraisal=begun, by=secretary, at=AT) == (1, 1)
    rows = {row.member.name: row.is_graded for row in queries.people(begun)}
    assert rows == {"李敏": True, "王强": True, "周新": True, "新来": True}


def test_the_list_stands_once_the_ballot_has_begun(walk, secretary):
    walk.to(S.BALLOT)
    with pytest.raises(Refused, match="已经开始测评"):
        appraisals.refresh(appraisal=walk.appraisal, by=secretary, at=AT)


# The order


def test_the_whole_way(walk):
    walk.to(S.FEEDBACK)
    entries.feed_back(
        appraisal=walk.appraisal, days={row.pk: DAY for row in walk.rows}, by=walk.by, at=AT
    )
    done = walk.step(T.FINISH)

    assert (done.state, done.finished_at, done.decided_at) == (S.DONE, AT, AT)
    assert done.activity == walk.meeting


@pytest.mark.parametrize(
    ("state", "step", "words"),
    [
        (S.SELF, T.TO_PEERS, "还有 4 人没有自评"),
        (S.PEER, T.TO_BALLOT, "还有 4 人没有互评意见"),
        (S.BALLOT, T.TO_OPINION, "还没有选定在哪次党员大会"),
        (S.OPINION, T.TO_FEEDBACK, "还有 3 人没有定等次"),
        (S.FEEDBACK, T.FINISH, "还有 4 人没有登记反馈日期"),
    ],
)
def test_a_step_waits_for_what_comes_before_it(walk, state, step, words):
    walk.to(state)
    with pytest.raises(Refused, match=words):
        walk.step(step)


def test_a_part_out_of_its_turn(walk):
    with pytest.raises(StepNotAllowed):
        walk.step(T.TO_BALLOT)
    for write in (walk.peers, walk.count, lambda: walk.grade(None, None, None)):
        with pytest.raises(Refused, match="要按自评、互评、测评、评定、反馈的次序进行"):
            write()


def test_a_reason_stands_in_for_a_self_appraisal(walk):
    rows = walk.rows
    texts = {row.pk: Written("自评") for row in rows[1:]}
    entries.write_self(
        appraisal=walk.appraisal,
        entries=texts | {rows[0].pk: Written(" ", "住院治疗")},
        on=DAY, by=walk.by, at=AT,
    )  # fmt: skip

    assert walk.step(T.TO_PEERS).state == S.PEER


def test_back_needs_a_reason_and_keeps_what_was_written(walk):
    walk.to(S.BALLOT)
    with pytest.raises(Refused, match="请写明退回的原因"):
        appraisals.back(appraisal=walk.appraisal, reason=" ", by=walk.by, at=AT)

    row = appraisals.back(appraisal=walk.appraisal, reason="漏了一人的意见", by=walk.by, at=AT)

    assert row.state == S.PEER
    assert all(each.peer_text for each in walk.rows)


def test_no_way_back_once_somebody_was_told(walk):
    walk.to(S.FEEDBACK)
    entries.feed_back(appraisal=walk.appraisal, days={walk.rows[0].pk: DAY}, by=walk.by, at=AT)
    with pytest.raises(Refused, match="已经向 1 人反馈了结果"):
        appraisals.back(appraisal=walk.appraisal, reason="改", by=walk.by, at=AT)


# Texts


def test_what_was_changed_meanwhile_is_not_overwritten(walk):
    row = walk.rows[0]
    read = digest(row.self_text)
    entries.write_self(
        appraisal=walk.appraisal, entries={row.pk: Written("本人写的")}, on=DAY, by=walk.by, at=AT
    )

    with pytest.raises(Refused, match="陈卓的内容刚刚被别人改过"):
        entries.write_self(
            appraisal=walk.appraisal, entries={row.pk: Written("代写", read=read)}, on=DAY,
            by=walk.by, at=AT,
        )  # fmt: skip
    assert walk.rows[0].self_text == "本人写的"


def test_nobody_writes_on_a_day_to_come(walk):
    with pytest.raises(Refused, match="日期不能晚于今天"):
        entries.write_self(
            appraisal=walk.appraisal, entries={walk.rows[0].pk: Written("写")},
            on=DAY + dt.timedelta(days=1), by=walk.by, at=AT,
        )  # fmt: skip


def write_self(walk, text, by, row=None):
    entries.write_self(
        appraisal=walk.appraisal, entries={(row or walk.rows[0]).pk: Written(text)}, on=DAY,
        by=by, at=AT,
    )  # fmt: skip


@pytest.mark.parametrize("text", ["代写", ""])
def test_what_the_member_wrote_nobody_else_rewrites(walk, account, members, text):
    own = account(members[0]).user
    write_self(walk, "代写的初稿", walk.by)  # a keeper's draft may be rewritten
    write_self(walk, "本人写的", own)

    with pytest.raises(Refused, match="陈卓的自评是本人写的，别人不能改"):
        write_self(walk, text, walk.by)
    assert walk.rows[0].self_text == "本人写的"

    write_self(walk, "本人再改", own)
    assert (walk.rows[0].self_text, walk.rows[0].self_by) == ("本人再改", own)


@pytest.mark.parametrize(
    ("has_other", "whom"),
    [
        (True, "请由其他支部委员"),
        (False, "本支部没有其他支部委员可以办理，请上级党委书记、副书记或委员登录"),
    ],
)
def test_nobody_writes_the_own_peer_opinion_or_grade(
    walk, members, person, branch_a, committee, has_other, whom
):
    members[0].user = walk.by
    members[0].save(update_fields=["user"])
    if has_other:
        person(Role.COMMITTEE_MEMBER, branch_a)
    above = person(Role.SECRETARY, committee).user
    keeper = walk.by
    walk.to(S.PEER)
    with pytest.raises(Refused, match=f"不能由自己填写，{whom}填写"):
        walk.peers()
    walk.by = above
    walk.peers()
    walk.to_opinion()
    walk.by = keeper
    with pytest.raises(Refused, match=f"不能由自己登记，{whom}登记"):
        walk.grade(G.EXCELLENT, G.QUALIFIED, G.BASIC)
    assert {row.grade for row in walk.rows} == {""}
    walk.by = above
    walk.grade(G.QUALIFIED, G.QUALIFIED, G.BASIC)
    # What another wrote of him does not keep him from writing of the rest.
    walk.by = keeper
    walk.grade(G.QUALIFIED, G.EXCELLENT, G.BASIC)

    assert [row.grade for row in walk.rows] == ["QUALIFIED", "EXCELLENT", "BASIC", ""]


def test_the_audit_keeps_whose_rows_were_touched(walk):
    walk.to(S.OPINION)
    walk.grade(G.EXCELLENT, G.QUALIFIED, None)
    walk.grade(G.EXCELLENT, G.BASIC, None)

    pks = sorted(row.pk for row in walk.rows)
    told = AuditEntry.objects.filter(action__startswith="appraisal.").order_by("id")
    kept = [
        (entry.action.partition(".")[2], entry.after["appraised"])
        for entry in told
        if "appraised" in entry.after
    ]
    changed = walk.rows[1].pk
    assert kept == [
        ("self", pks), ("peers", pks), ("counted", sorted(row.pk for row in walk.rows[:3])),
        ("graded", pks), ("graded", [changed]),
    ]  # fmt: skip


# The ballot


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ballot": Ballot(3, 4)}, "收回票数多于发出票数"),
        ({"votes": Votes(8, 3, 0, 0)}, "陈卓：各等次票数相加多于有效票"),
        ({"tellers": ("陈卓", "陈卓")}, "监票人和计票人两个人"),
        ({"tellers": ("陈卓", " ")}, "监票人和计票人两个人"),
    ],
)
def test_a_count_that_does_not_fit(walk, changes, words):
    walk.to(S.BALLOT)
    with pytest.raises(Refused, match=words):
        walk.count(**changes)


def test_the_probationary_get_no_votes(walk):
    walk.to(S.BALLOT)
    with pytest.raises(Refused, match="预备党员不评定等次"):
        entries.count(
            appraisal=walk.appraisal, activity=walk.meeting, ballot=Ballot(9, 9),
            tellers=("陈卓", "李敏"), votes={row.pk: Votes(1, 0, 0, 0) for row in walk.rows},
            by=walk.by, at=AT,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "branch", "day", "fits"),
    [
        (ActivityKind.ASSEMBLY, "branch_a", DAY, True),
        (ActivityKind.APPRAISAL, "branch_a", DAY, True),
        (ActivityKind.THEME_DAY, "branch_a", DAY, False),
        (ActivityKind.ASSEMBLY, "branch_b", DAY, False),
        (ActivityKind.ASSEMBLY, "branch_a", dt.date(2023, 12, 31), False),
        (ActivityKind.ASSEMBLY, "branch_a", dt.date(2024, 1, 1), True),
    ],
)
def test_where_members_are_appraised(request, walk, hold, join, branch_b, kind, branch, day, fits):
    join(branch_b, "外人")
    walk.to(S.BALLOT)
    meeting = hold(request.getfixturevalue(branch), kind, day, close=False)

    if fits:
        walk.count(activity=meeting)
    else:
        with pytest.raises(Refused, match="党员大会或民主评议党员会议"):
            walk.count(activity=meeting)


def test_the_audit_does_not_tell_single_counts(walk):
    walk.to(S.BALLOT)
    walk.count()

    assert AuditEntry.objects.get(action="appraisal.counted").after == {
        "issued": 10, "returned": 10, "void": 0, "tellers": "陈卓、李敏",
        "appraised": sorted(row.pk for row in walk.rows if row.is_graded),
    }  # fmt: skip


# Grades


def test_the_audit_does_not_tell_who_got_which_grade(walk):
    walk.to(S.OPINION)
    walk.grade(G.EXCELLENT, G.QUALIFIED, None)

    after = AuditEntry.objects.get(action="appraisal.graded").after
    assert after["rows"] == 2
    assert [name for name in ("陈卓", "李敏", "优秀", "合格") if name in str(after)] == []


def test_the_probationary_are_not_graded(walk):
    walk.to(S.OPINION)
    with pytest.raises(Refused, match="不评定等次：周新"):
        entries.grade(
            appraisal=walk.appraisal, grades={walk.rows[3].pk: (G.QUALIFIED, "")},
            by=walk.by, at=AT,
        )  # fmt: skip


def test_more_excellent_than_a_third_needs_a_reason(walk):
    """Four take part: ⌊4/3⌋ = 1. The rule says 一般, and its source is not the article itself."""
    walk.to(S.OPINION)
    walk.grade(G.EXCELLENT, G.EXCELLENT, G.QUALIFIED)
    with pytest.raises(Refused, match="4 ÷ 3 取整 1 人，现定优秀 2 人。请减少优秀人数，或写明"):
        walk.step(T.TO_FEEDBACK)

    row = walk.step(T.TO_FEEDBACK, excess_reason="抗洪表现突出")

    assert (row.state, row.excess_reason) == (S.FEEDBACK, "抗洪表现突出")


def test_whom_the_third_is_taken_of_is_a_parameter(walk):
    Regulation.objects.filter(code="M11").update(parameters={"divisor": 2, "base": "full"})
    walk.to(S.OPINION)
    walk.grade(G.EXCELLENT, G.EXCELLENT, G.QUALIFIED)

    with pytest.raises(Refused, match="3 ÷ 2 取整 1 人"):
        walk.step(T.TO_FEEDBACK)


@pytest.mark.parametrize(
    ("offset", "fits"), [(-1, False), (0, True), (1, False)], ids=["before", "same day", "to come"]
)
def test_when_somebody_was_told(walk, offset, fits):
    walk.to(S.FEEDBACK)
    days = {walk.rows[0].pk: DAY + dt.timedelta(days=offset)}
    if fits:
        entries.feed_back(appraisal=walk.appraisal, days=days, by=walk.by, at=AT)
        return
    with pytest.raises(Refused, match="反馈日期要在评定之日"):
        entries.feed_back(appraisal=walk.appraisal, days=days, by=walk.by, at=AT)


# Pages


@pytest.fixture
def page(client, secretary):
    client.force_login(secretary)
    return client


@pytest.fixture
def account(person, members):
    """A member's account: ``account(member)``."""

    def make(member):
        client = person()
        member.user = client.user
        member.save(update_fields=["user"])
        return client

    return make


def test_begun_on_the_page(page, branch_a, members):
    year = timezone.localdate().year
    assert "开始评议" in page.get(reverse("appraisal-list")).content.decode()

    answer = page.post(
        reverse("appraisal-start"), {"organization": str(branch_a.pk), "year": str(year)}
    )

    made = Appraisal.objects.get()
    assert answer["Location"] == reverse("appraisal", kwargs={"pk": made.pk})
    assert (made.year, made.members.count()) == (year, 4)


@pytest.mark.parametrize("data", [{}, {"organization": "x", "year": "2024"},
                                  {"organization": "1", "year": "99999"},
                                  {"organization": "1", "year": "9999"},
                                  {"organization": "1", "year": "0000"},
                                  {"organization": "9" * 5000, "year": "2024"}])  # fmt: skip
def test_a_beginning_without_sense_goes_back_to_the_list(page, data):
    assert page.post(reverse("appraisal-start"), data)["Location"] == reverse("appraisal-list")


@pytest.mark.parametrize(
    ("asked", "year"),
    [
        ("1920", None),
        ("1921", 1921),
        ("2100", 2100),
        ("2101", None),
        ("9999", None),
        ("0000", None),
    ],
)
def test_a_year_without_sense_shows_the_present_one(page, asked, year):
    shown = page.get(reverse("appraisal-list"), {"year": asked})
    assert shown.context["year"] == (year or timezone.localdate().year)


def test_signs_that_cannot_be_kept_are_dropped(page, walk):
    ways = {"pk": walk.appraisal.pk}
    walk.to(S.PEER)
    page.post(reverse("appraisal-back", kwargs=ways), {"reason": "漏了\x00一人"})
    assert AuditEntry.objects.latest("id").after["reason"] == "漏了一人"

    walk.step(T.TO_PEERS)
    walk.peers()
    walk.to_opinion()
    walk.grade(G.EXCELLENT, G.EXCELLENT, G.QUALIFIED)
    page.post(
        reverse("appraisal-step", kwargs=ways),
        {"step": "TO_FEEDBACK", "excess_reason": "抗\x00洪"},
    )
    walk.appraisal.refresh_from_db()
    assert walk.appraisal.excess_reason == "抗洪"


def write_url(walk):
    return reverse("appraisal-write", kwargs={"pk": walk.appraisal.pk})


def typed(walk, shown, **changes):
    """What the page would post back unchanged, with changes."""
    form = shown.context["form"]
    values = {name: form[name].value() for name in form.fields}
    data = {name: "" if value is None else value for name, value in values.items()}
    return {name: str(value) for name, value in (data | changes).items()}


def test_the_whole_way_on_pages(page, walk):
    url, one = write_url(walk), reverse("appraisal", kwargs={"pk": walk.appraisal.pk})
    rows = walk.rows
    step = reverse("appraisal-step", kwargs={"pk": walk.appraisal.pk})

    def go(name, **fields):
        answer = page.post(url, typed(walk, page.get(url), **fields))
        assert answer.status_code == 302, answer.context["form"].errors
        assert page.get(one).context["missing"] == []
        page.post(step, {"step": name})

    go("TO_PEERS", **{f"text_{row.pk}": "自评" for row in rows})
    go("TO_BALLOT", **{f"text_{row.pk}": "互评" for row in rows})
    counts = {f"{name}_{row.pk}": "1" for row in rows[:3]
              for name in ("excellent", "qualified", "basic", "unqualified")}  # fmt: skip
    go("TO_OPINION", activity=walk.meeting.pk, issued=9, returned=9, void=0, teller_1="陈卓",
       teller_2="李敏", **counts)  # fmt: skip
    go("TO_FEEDBACK", **{f"grade_{row.pk}": "QUALIFIED" for row in rows[:3]})
    go("FINISH", others=timezone.localdate().isoformat())

    walk.appraisal.refresh_from_db()
    assert walk.appraisal.state == S.DONE
    assert "已完成" in page.get(one).content.decode()


def test_only_what_was_changed_is_saved(page, walk):
    url = write_url(walk)
    shown = page.get(url)
    first, second, *_ = walk.rows
    entries.write_self(
        appraisal=walk.appraisal, entries={second.pk: Written("本人刚写的")}, on=DAY, by=walk.by,
        at=AT,
    )  # fmt: skip

    page.post(url, typed(walk, shown, **{f"text_{first.pk}": "代录"}))

    assert [row.self_text for row in walk.rows][:2] == ["代录", "本人刚写的"]


def test_what_does_not_fit_is_said_and_kept(page, walk):
    walk.to(S.BALLOT)
    url = write_url(walk)

    shown = page.post(
        url,
        typed(walk, page.get(url), activity=walk.meeting.pk, issued=5, returned=6, void=0,
              teller_1="陈卓", teller_2="李敏", **{f"qualified_{walk.rows[0].pk}": 1}),
    ).content.decode()  # fmt: skip

    assert "请填写陈卓：优秀，没有的填 0。" in shown
    assert "请填写李敏：优秀，没有的填 0。" not in shown
    assert 'value="6"' in shown


def test_ballots_are_written_down_in_several_goes(page, walk):
    walk.to(S.BALLOT)
    url, (first, second, *_) = write_url(walk), walk.rows

    def go(row, excellent, **totals):
        totals = {"issued": 9, "returned": 9, "void": 0} | totals
        counts = {f"{name}_{row.pk}": 0 for name in ("qualified", "basic", "unqualified")}
        return page.post(
            url,
            typed(walk, page.get(url), activity=walk.meeting.pk, teller_1="陈卓", teller_2="李敏",
                  **totals, **counts, **{f"excellent_{row.pk}": excellent}),
        )  # fmt: skip

    assert go(first, 9).status_code == 302
    assert [row.excellent for row in walk.rows[:3]] == [9, None, None]
    # What was counted before has to fit the new totals as well.
    less = go(second, 5, returned=8)
    assert less.context["form"].non_field_errors() == ["陈卓：各等次票数相加多于有效票，请核对。"]
    assert go(second, 5).status_code == 302
    assert [row.excellent for row in walk.rows[:3]] == [9, 5, None]


def test_counts_that_are_not_shown_stay_and_fit_the_totals(walk):
    walk.to(S.BALLOT)
    first, second, *_ = walk.rows
    walk.count(ballot=Ballot(4, 4), votes={first.pk: Votes(4, 0, 0, 0)})

    with pytest.raises(Refused, match="陈卓：各等次票数相加多于有效票"):
        walk.count(ballot=Ballot(4, 3), votes={second.pk: Votes(1, 0, 0, 0)})
    walk.count(ballot=Ballot(4, 4), votes={second.pk: Votes(1, 0, 0, 0)})

    assert [row.excellent for row in walk.rows[:3]] == [4, 1, None]


def test_what_a_member_wrote_is_there_to_read_not_to_type(page, walk, account, members):
    client = account(members[0])
    first, second, *_ = walk.rows
    stale = page.get(write_url(walk))
    client.post(reverse("my-appraisal-write", kwargs={"pk": first.pk}), {"text": "本人自评原文"})
    walk_text = {second.pk: Written("代录的")}
    entries.write_self(appraisal=walk.appraisal, entries=walk_text, on=DAY, by=walk.by, at=AT)

    shown = page.get(write_url(walk))

    assert f'name="text_{first.pk}"' not in shown.content.decode()
    assert "本人自评原文" in shown.content.decode()
    assert [[row[0].pk for row in rows] for _, _, rows, _ in shown.context["parts"]] == [
        [row.pk for row in walk.rows[2:]], [second.pk],
    ]  # fmt: skip
    # Typed before the member wrote: kept on the page, and not saved.
    late = page.post(write_url(walk), typed(walk, stale, **{f"text_{first.pk}": "代写的"}))
    assert "陈卓的内容刚刚被别人改过" in late.content.decode()
    assert "代写的" in late.content.decode()
    assert walk.rows[0].self_text == "本人自评原文"


@pytest.mark.parametrize(
    ("state", "lacking"),
    [
        (S.SELF, ["李敏", "王强", "周新"]),
        (S.PEER, ["李敏", "王强", "周新"]),
        (S.BALLOT, ["李敏", "王强"]),
        (S.OPINION, ["李敏", "王强"]),
        (S.FEEDBACK, ["李敏", "王强", "周新"]),
        (S.DONE, []),
    ],
)
def test_one_line_a_member_with_what_is_missing(page, walk, state, lacking):
    walk.to(state)
    if state is S.DONE:
        days = {row.pk: DAY for row in walk.rows}
        entries.feed_back(appraisal=walk.appraisal, days=days, by=walk.by, at=AT)
        walk.step(T.FINISH)
    first = walk.rows[0]
    given = {
        S.SELF: {"self_text": "自评"}, S.PEER: {"peer_text": "互评"}, S.BALLOT: {"excellent": 1},
        S.OPINION: {"grade": G.QUALIFIED}, S.FEEDBACK: {"fed_back_on": DAY},
    }.get(state, {})  # fmt: skip
    if given:
        Appraised.objects.filter(pk=first.pk).update(**given)

    shown = page.get(reverse("appraisal", kwargs={"pk": walk.appraisal.pk}))

    names = [[row["name"] for row in shown.context[part]] for part in ("waiting", "ready")]
    assert names == [
        lacking,
        [row.member.name for row in walk.rows if row.member.name not in lacking],
    ]


@pytest.mark.parametrize(("ballots", "shown"), [(4, False), (5, True)])
def test_few_ballots_are_kept_and_not_shown(page, walk, ballots, shown):
    walk.to(S.BALLOT)
    walk.count(ballot=Ballot(ballots, ballots), votes=Votes(1, 2, 1, 0))

    read = page.get(reverse("appraisal", kwargs={"pk": walk.appraisal.pk})).content.decode()
    form = page.get(write_url(walk)).context["form"]

    assert ("优秀 1 合格 2 基本合格 1 不合格 0" in read) is shown
    assert (form[f"excellent_{walk.rows[0].pk}"].value() == 1) is shown


def test_too_many_excellent_ask_for_the_reason_on_the_page(page, walk):
    walk.to(S.OPINION)
    walk.grade(G.EXCELLENT, G.EXCELLENT, G.QUALIFIED)
    url = reverse("appraisal", kwargs={"pk": walk.appraisal.pk})
    assert 'name="excess_reason"' in page.get(url).content.decode()

    page.post(
        reverse("appraisal-step", kwargs={"pk": walk.appraisal.pk}),
        {"step": "TO_FEEDBACK", "excess_reason": "抗洪"},
    )

    walk.appraisal.refresh_from_db()
    assert walk.appraisal.excess_reason == "抗洪"


def test_a_member_writes_the_own_part(account, walk, members):
    client = account(members[0])
    row = walk.rows[0]
    url = reverse("my-appraisal-write", kwargs={"pk": row.pk})
    assert "写自评" in client.get(reverse("my-appraisals")).content.decode()

    assert "请填写自评。" in client.post(url, {"text": " "}).content.decode()
    client.post(url, {"text": "我的自评"})

    assert walk.rows[0].self_text == "我的自评"
    other = reverse("my-appraisal-write", kwargs={"pk": walk.rows[1].pk})
    assert client.get(other).status_code == 404
    assert client.post(other, {"text": "冒写"}).status_code == 404


def test_not_after_the_part_is_over(account, walk, members):
    walk.to(S.PEER)
    url = reverse("my-appraisal-write", kwargs={"pk": walk.rows[0].pk})

    assert account(members[0]).post(url, {"text": "迟了"})["Location"] == reverse("my-appraisals")
    assert walk.rows[0].self_text == "自评"


def test_a_member_sees_the_result_after_being_told_and_no_counts(account, walk, members):
    client = account(members[0])
    walk.to(S.FEEDBACK)
    before = client.get(reverse("my-appraisals")).content.decode()
    entries.feed_back(appraisal=walk.appraisal, days={walk.rows[0].pk: DAY}, by=walk.by, at=AT)
    after = client.get(reverse("my-appraisals")).content.decode()

    assert "表现好" not in before and "优秀" not in before
    assert "表现好" in after and "优秀" in after
    assert "优秀 7" not in after
    assert client.get(reverse("appraisal", kwargs={"pk": walk.appraisal.pk})).status_code == 404


@pytest.mark.parametrize(
    ("role", "place", "reads", "writes"),
    [
        (Role.SECRETARY, "branch_a", True, True),
        (Role.COMMITTEE_MEMBER, "branch_a", True, True),
        (Role.SECRETARY, "branch_b", False, False),
        (Role.REVIEWER, "committee", True, False),
        (Role.GROUP_LEADER, "group_a", False, False),  # nobody of the group is appraised
        (None, None, False, False),
    ],
)
def test_who_reads_and_who_writes(
    request, person, walk, branch_b, group_a, role, place, reads, writes
):
    client = person(role, request.getfixturevalue(place) if place else None)
    ways = {"pk": walk.appraisal.pk}

    def status(name):
        return client.get(reverse(name, kwargs=ways)).status_code

    assert status("appraisal") == (200 if reads else 404)
    assert status("appraisal-write") == (200 if writes else 404)
    for name in ("appraisal-step", "appraisal-back", "appraisal-refresh"):
        posted = client.post(reverse(name, kwargs=ways)).status_code
        assert posted == (302 if writes else 404), name


def test_a_groups_leader_writes_for_the_group_and_sees_no_result(
    person, branch_a, group_a, join, members, secretary, hold
):
    inside = join(branch_a, "组员", group=group_a)
    begun = appraisals.start(organization=branch_a, year=2024, by=secretary, at=AT)
    leader = person(Role.GROUP_LEADER, group_a)
    url = reverse("appraisal-write", kwargs={"pk": begun.pk})
    shown = leader.get(url)
    row = begun.members.get(member=inside)
    assert [each.member for each in shown.context["form"].people] == [inside]
    walk = Walk(begun, hold(branch_a, ActivityKind.ASSEMBLY, DAY, "PPPPP"), secretary)

    leader.post(url, typed(walk, shown, **{f"text_{row.pk}": "小组里的自评"}))
    row.refresh_from_db()
    assert row.self_text == "小组里的自评"

    walk.selves()
    walk.step(T.TO_PEERS)
    walk.peers()
    walk.step(T.TO_BALLOT)
    assert leader.get(url).status_code == 302
    read = leader.get(reverse("appraisal", kwargs={"pk": begun.pk})).content.decode()
    assert "组员" in read and "陈卓" not in read and "测评票" not in read


def test_30_members_need_as_many_statements_as_1(page, begun, branch_a, join, secretary):
    url = reverse("appraisal", kwargs={"pk": begun.pk})

    def statements():
        with CaptureQueriesContext(connection) as captured:
            page.get(url)
        return len(captured)

    few = statements()
    for n in range(26):
        join(branch_a, f"党员{n}")
    appraisals.refresh(appraisal=begun, by=secretary, at=AT)

    assert statements() == few


def test_the_meeting_leads_to_its_appraisal(page, walk):
    walk.to(S.BALLOT)
    walk.count()

    shown = page.get(reverse("activity", kwargs={"pk": walk.meeting.pk})).content.decode()

    assert reverse("appraisal", kwargs={"pk": walk.appraisal.pk}) in shown


# Duties


def told(user, on):
    grants = Grants.of(user, on)
    sources = (duties.to_begin, duties.to_finish, duties.to_write)
    return [(line.title, line.due_on) for each in sources for line in each(user, grants, on)]


END = dt.date(2024, 12, 31)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (dt.date(2024, 9, 30), []),
        (dt.date(2024, 10, 1), [("2024 年度民主评议党员", END)]),
        (END, [("2024 年度民主评议党员", END)]),
    ],
)
def test_told_from_the_last_quarter_on(branch_a, members, secretary, on, expected):
    assert told(secretary, on) == expected


def test_once_begun_what_is_open_is_told(begun, secretary):
    assert told(secretary, DAY) == [("2024 年度民主评议：个人自评", END)]


def test_the_member_is_told_to_write(begun, account, members):
    client = account(members[0])
    assert told(client.user, DAY) == [("2024 年度民主评议：写个人自评", END)]
    row = begun.members.get(member=members[0])
    client.post(reverse("my-appraisal-write", kwargs={"pk": row.pk}), {"text": "写好了"})

    assert told(client.user, DAY) == []


def test_done_is_told_no_more(walk, secretary):
    walk.to(S.FEEDBACK)
    entries.feed_back(
        appraisal=walk.appraisal, days={row.pk: DAY for row in walk.rows}, by=walk.by, at=AT
    )
    walk.step(T.FINISH)

    assert told(secretary, DAY) == []


def test_a_committee_is_told_in_one_line(committee, branch_a, branch_b, person):
    above = person(Role.SECRETARY, committee).user

    assert told(above, DAY) == [("2024 年度民主评议党员（2 个支部未开始）", END)]
    assert Organization.objects.count() == 3


@pytest.mark.parametrize(
    ("role", "sees"), [(Role.REVIEWER, True), (Role.SECRETARY, True), (Role.ADMINISTRATOR, False)]
)
def test_who_above_sees_the_result(person, committee, walk, role, sees):
    walk.to(S.FEEDBACK)

    shown = (
        person(role, committee)
        .get(reverse("appraisal", kwargs={"pk": walk.appraisal.pk}))
        .content.decode()
    )

    assert "陈卓" in shown
    assert ("表现好" in shown) is sees
    assert ("互评（" in shown) is sees
    assert ("监票人、计票人" in shown) is sees


def test_a_problem_raised_from_it_tells_neither_who_nor_the_grade(
    begun, meeting, secretary, branch_a, person
):
    row = Appraised.objects.filter(appraisal=begun, is_graded=True).first()
    Appraised.objects.filter(pk=row.pk).update(grade=G.BASIC, opinion="作用发挥不够")
    url = f"/problems/raise/?source=EVALUATION&id={row.pk}"
    keeper = Client()
    keeper.force_login(secretary)
    form = keeper.get(url).context["form"]
    assert (form.initial["whose"], form.initial["text"]) == (
        branch_a.short_name, "按民主评议结果落实整改（详见来源记录）",
    )  # fmt: skip

    keeper.post(url, {**form.initial, "severity": "ORDINARY"})

    made = Problem.objects.get()
    assert set(AuditEntry.objects.get(action="problem.added").after) == {
        "measures", "owner", "due_on",
    }  # fmt: skip
    link = f'href="/appraisals/{begun.pk}/#appraised-{row.pk}"'
    pages = [keeper, person(Role.ADMINISTRATOR, branch_a)]
    shown = [each.get(f"/problems/{made.pk}/").content.decode() for each in pages]
    assert [link in text for text in shown] == [True, False]


def test_who_falls_short_leads_to_the_problem_list_for_those_who_keep_it(
    walk, secretary, person, committee
):
    walk.to(S.FEEDBACK)
    basic = next(row for row in walk.rows if row.grade == G.BASIC)
    keeper = Client()
    keeper.force_login(secretary)
    page = reverse("appraisal", kwargs={"pk": walk.appraisal.pk})

    shown = [each.get(page).content.decode() for each in (keeper, person(Role.REVIEWER, committee))]

    links = [re.findall(r"source=EVALUATION&amp;id=(\d+)", text) for text in shown]
    assert links == [[str(basic.pk)], []]
