"""Pairs: formed, changed, ended; the contact log; the map; what is due."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.operations.refusals import Refused
from branches.access import Grants
from branches.models import AuditEntry, Notice
from branches.queries.regulations import for_organization
from branches.rules.roles import Role
from branches.scope import Scope
from members.models import Exemption, Member, Membership
from members.name_keys import pinyin_key, stroke_key
from people.duties import pairs as duties
from people.models import Contact, Pair
from people.operations import contacts, pairs
from people.operations.pairs import PairFacts, PairTerms
from people.queries import pair_maps
from people.queries import pairs as queries
from people.rules.households import Household
from people.rules.pairs import (
    PairKind,
    PairState,
    PairStyle,
    Proposal,
    Rhythm,
    Terms,
    Way,
    terms_of,
)
from tests.people.rules.test_pairs import LAST_DAYS

D = dt.date
FOUNDED = D(2000, 7, 1)
ON = D(2026, 10, 20)
ONE = dt.timedelta(days=1)
STARTED = D(2026, 10, 1)


def moment(day: D, hour: int = 15) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), ZoneInfo("Asia/Shanghai"))


AT = moment(ON)


@pytest.fixture
def join(db):
    """Return ``join(branch, name)``: a member of the branch since its founding."""

    def make(branch, name, *, group=None, user=None, until=None, **facts):
        member = Member.objects.create(
            name=name, name_pinyin=pinyin_key(name), name_strokes=stroke_key(name), user=user,
            **facts,
        )  # fmt: skip
        Membership.objects.create(
            member=member, branch=branch, group=group, started_on=FOUNDED, ended_on=until
        )
        return member

    return make


@pytest.fixture
def secretary(person, branch_a):
    return person(Role.SECRETARY, branch_a)


@pytest.fixture
def two(branch_a, join, person):
    """陈卓 helps, 李敏 is helped; each with the own client as ``.client``."""
    found = []
    for name in ("陈卓", "李敏"):
        client = person()
        member = join(branch_a, name, user=client.user)
        member.client = client
        found.append(member)
    return found


@pytest.fixture
def link(branch_a, secretary):
    """Return ``link(helper, helped or name)``: a pair in force, as a row."""

    def make(helper, helped, *, kind="OLD_NEW", branch=None, started_on=STARTED, **more):
        is_member = isinstance(helped, Member)
        return Pair.objects.create(
            branch=branch or branch_a, kind=kind, helper=helper,
            helped=helped if is_member else None,
            helped_name=helped.name if is_member else helped, started_on=started_on,
            formed_by=secretary.user, formed_at=moment(started_on), **more,
        )  # fmt: skip

    return make


def facts(helper, helped=None, **changes) -> PairFacts:
    return PairFacts(**({"kind": PairKind.OLD_NEW, "helper": helper, "helped": helped} | changes))


def form(branch, secretary, given, at=AT):
    return pairs.form(branch=branch, facts=given, by=secretary.user, at=at)


# Forming, changing, ending


def test_a_pair_is_formed_and_the_two_are_told(branch_a, secretary, two):
    pair = form(branch_a, secretary, facts(*two, purpose="半年内独立顶岗", ends_on=D(2027, 4, 20)))

    assert (pair.helped_name, pair.started_on, pair.rhythm) == ("李敏", ON, "MONTH")
    assert sorted(Notice.objects.values_list("recipient__member__name", "text")) == [
        ("李敏", "陈卓和您结对（老带新），每月联系"),
        ("陈卓", "支部安排您和李敏结对（老带新），每月联系"),
    ]
    assert AuditEntry.objects.filter(action="pair.formed").get().object_text == "陈卓→李敏"


def test_what_is_sent_twice_is_entered_once(branch_a, secretary, two):
    first = form(branch_a, secretary, facts(*two))

    assert form(branch_a, secretary, facts(*two)).pk == first.pk
    with pytest.raises(Refused, match="已经结成“老带新”"):
        form(branch_a, secretary, facts(*two), at=moment(ON, 17))
    assert Pair.objects.count() == 1


def test_who_cannot_be_paired(branch_a, branch_b, secretary, two, join):
    helper, helped = two
    stranger, gone = join(branch_b, "外人"), join(branch_a, "转出", until=ON)
    for given, said in (
        (facts(helper), "是党员，请从名单中选择"),
        (facts(helper, helper), "不能和自己结对"),
        (facts(helper, helped, kind=PairKind.COLLEAGUE), "不是党员，请填写"),
        (facts(helper, kind=PairKind.SKILL), "请选择帮带对象，或者填写姓名"),
        (facts(helper, stranger), "外人不在采煤党支部的名册上"),
        (facts(gone, helped), "转出不在采煤党支部的名册上"),
        (facts(helper, helped, started_on=D(2026, 10, 21)), "不能晚于今天"),
        (facts(helper, helped, ends_on=ON), "计划到期要晚于结对日期"),
    ):
        with pytest.raises(Refused, match=said):
            form(branch_a, secretary, given)
    assert not Pair.objects.exists()


def test_who_takes_part_there_may_be_paired_too(branch_a, branch_b, secretary, two, join):
    resident = join(branch_b, "在职党员")
    Membership.objects.create(
        member=resident, branch=branch_a, kind="SECOND", started_on=D(2026, 1, 1)
    )
    pair = form(branch_a, secretary, facts(resident, kind=PairKind.COLLEAGUE, helped_name="邻居"))

    assert queries.row_of(queries.with_standing(Pair.objects.all(), ON).get(), ON).state == "FINE"
    assert pair.helped_name == "邻居"


def test_how_they_go_together_may_change(branch_a, secretary, two, link):
    pair = link(*two)
    terms = PairTerms(PairStyle.LEADING, Rhythm.WEEK, "过三级", D(2027, 1, 1))
    pairs.change(pair=pair, terms=terms, by=secretary.user, at=AT)
    pairs.change(pair=pair, terms=terms, by=secretary.user, at=AT)

    pair.refresh_from_db()
    assert (pair.style, pair.rhythm, pair.purpose) == ("LEADING", "WEEK", "过三级")
    entry = AuditEntry.objects.get(action="pair.changed")
    assert entry.after == {
        "pair_style": "带动式", "pair_rhythm": "每周", "pair_purpose": "过三级",
        "pair_until": "2027-01-01",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("ended_on", "outcome", "said"),
    [
        (D(2026, 9, 30), "出师", "早于结对日期"),
        (D(2026, 10, 21), "出师", "晚于今天"),
        (ON, " ", "请写明结对成效"),
        (D(2026, 10, 9), "出师", "2026年10月10日有联系记录，结束日期要晚于这一天"),
        (D(2026, 10, 10), "出师", "2026年10月10日有联系记录，结束日期要晚于这一天"),
        (D(2026, 10, 11), "出师", ""),
        (ON, "出师", ""),
    ],
)
def test_the_end_of_a_pair(branch_a, secretary, two, link, ended_on, outcome, said):
    pair = link(*two)
    touch(pair, D(2026, 10, 10))
    given = {"pair": pair, "ended_on": ended_on, "outcome": outcome, "by": secretary.user}
    if said:
        with pytest.raises(Refused, match=said):
            pairs.end(**given, at=AT)
    else:
        pairs.end(**given, at=AT)
        with pytest.raises(Refused, match="已经结束"):
            pairs.end(**given, at=AT)
        assert Notice.objects.count() == 2
    assert Pair.objects.on(ended_on).exists() is (bool(said) and ended_on >= pair.started_on)


def test_a_pair_in_touch_today_ends_tomorrow(secretary, two, link):
    pair = link(*two)
    touch(pair, ON)
    with pytest.raises(Refused, match="请明天再登记结束"):
        pairs.end(pair=pair, ended_on=ON, outcome="出师", by=secretary.user, at=AT)


@pytest.mark.parametrize(
    ("formed", "changes", "past", "since"),
    [
        (STARTED, ["QUARTER"], [("MONTH", STARTED, ON + ONE)], ON + ONE),
        (STARTED, ["QUARTER", "WEEK"], [("MONTH", STARTED, ON + ONE)], ON + ONE),
        (STARTED, ["MONTH"], [], None),
        (ON, ["QUARTER"], [], None),  # a slip of the day it was written down
    ],
)
def test_another_rhythm_stands_from_the_next_day(
    secretary, two, link, formed, changes, past, since
):
    pair = link(*two)
    Pair.objects.filter(pk=pair.pk).update(formed_at=moment(formed))
    for rhythm in changes:
        terms = PairTerms(style=PairStyle.LEADING, rhythm=Rhythm(rhythm))
        pair = pairs.change(pair=pair, terms=terms, by=secretary.user, at=AT)

    pair.refresh_from_db()
    assert (pair.rhythm, pair.rhythm_from) == (changes[-1], since)
    rows = pair.past_rhythms.values_list("rhythm", "started_on", "ended_on")
    assert list(rows) == past


def test_after_its_end_a_pair_may_be_formed_again(branch_a, secretary, two, link):
    link(*two, ended_on=D(2026, 10, 5), outcome="出师")

    assert form(branch_a, secretary, facts(*two)).ended_on is None


def test_households_are_written_down_at_once(branch_a, secretary, two):
    def write(*names, at=AT):
        return pairs.form_households(
            branch=branch_a, helper=two[0], area="东街", rhythm=Rhythm.MONTH,
            households=[Household(name, "东街 3 号") for name in names],
            by=secretary.user, at=at,
        )  # fmt: skip

    assert len(write("甲店", "乙店")) == 2
    assert write("甲店", "乙店") == []
    assert [row.helped_name for row in write("乙店", "丙店")] == ["丙店"]
    assert Pair.objects.filter(area="东街", address="东街 3 号").count() == 3
    assert AuditEntry.objects.filter(action="pair.households_formed").count() == 2
    with pytest.raises(Refused, match="至少写一户"):
        write()


# Contacts


def touch(pair, on, way="MEETING", **more):
    return Contact.objects.create(
        pair=pair, on=on, way=way, entered_by=pair.formed_by, entered_at=moment(on), **more
    )


def log(pair, user, on=ON, way=Way.MEETING, at=AT, note=""):
    return contacts.log(pair=pair, on=on, way=way, note=note, by=user, at=at)


def test_one_contact_a_day_and_way(two, link):
    pair, user = link(*two), two[0].user
    first = log(pair, user)

    assert log(pair, user).pk == first.pk
    assert log(pair, user, note="看岗位").note == "看岗位"
    assert log(pair, user, note="又一次").note == "看岗位"
    log(pair, user, way=Way.CALL)
    log(pair, user, on=D(2026, 10, 19))
    assert Contact.objects.count() == 3
    assert AuditEntry.objects.filter(action="contact.logged").count() == 3


def test_what_a_note_says_is_not_in_the_audit(two, link):
    contact = log(link(*two), two[0].user, note="看岗位")
    contacts.note(contact=contact, text="问了孩子上学", by=two[0].user, at=moment(ON, 16))

    said = str([(row.before, row.after, row.object_text) for row in AuditEntry.objects.all()])
    assert "看岗位" not in said
    assert "上学" not in said


def test_a_contact_is_taken_back_the_same_day_by_whoever_wrote_it(two, link):
    pair = link(*two)
    contact = log(pair, two[0].user)
    for by, at, said in (
        (two[1].user, moment(ON, 16), "谁登记的由谁"),
        (two[0].user, moment(D(2026, 10, 21), 0), "登记的当天"),
    ):
        with pytest.raises(Refused, match=said):
            contacts.remove(contact=contact, by=by, at=at)
    contacts.remove(contact=contact, by=two[0].user, at=moment(ON, 23))

    contact.refresh_from_db()
    assert contact.removed_by == two[0].user
    assert queries.own(two[0].user, ON)[0].last_on is None
    with pytest.raises(Refused, match="已经撤销"):
        contacts.note(contact=contact, text="看", by=two[0].user, at=moment(ON, 23))
    assert log(pair, two[0].user).pk != contact.pk  # the tap works again


def test_a_contact_of_a_day_out_of_reach_is_refused(two, link):
    for on, said in ((D(2026, 9, 18), "31 天"), (D(2026, 9, 30), "早于结对日期")):
        with pytest.raises(Refused, match=said):
            log(link(*two, kind="SKILL" if on.day == 18 else "OLD_NEW"), two[0].user, on=on)


# How a pair stands


@pytest.mark.parametrize(("last", "rhythm", "day"), LAST_DAYS)
def test_the_database_counts_the_days_as_the_rule_does(two, link, last, rhythm, day):
    pair = link(*two, rhythm=rhythm, started_on=D(2023, 1, 1))
    touch(pair, last)

    found = queries.with_standing(Pair.objects.all(), day).get()
    assert found.due_by == day
    assert queries.row_of(found, day).state == PairState.FINE
    assert queries.row_of(found, day + dt.timedelta(days=1)).state == PairState.DUE


def test_without_a_contact_the_beginning_counts(two, link):
    link(*two, rhythm="WEEK", started_on=D(2026, 10, 13))

    assert queries.own(two[0].user, ON)[0].due_by == ON


@pytest.mark.parametrize("who", [0, 1])
@pytest.mark.parametrize("how", ["moved", "left"])
def test_who_has_left_needs_another_pair(branch_b, two, link, secretary, who, how):
    link(*two)
    if how == "left":
        Member.objects.filter(pk=two[who].pk).update(status="LEFT")
    Membership.objects.filter(member=two[who]).update(ended_on=ON)
    if how == "moved":
        Membership.objects.create(member=two[who], branch=branch_b, started_on=ON)

    row = queries.row_of(queries.with_standing(Pair.objects.all(), ON).get(), ON)
    assert row.state == PairState.APART
    assert row.pair.ended_on is None
    assert told(duties.apart, secretary.user) == ["1 对结对需要重新安排"]
    assert told(duties.own, two[0].user, D(2027, 1, 1)) == []


# The map


def test_the_map_says_who_has_whom_and_who_has_nobody(branch_a, two, link, join):
    alone, busy = join(branch_a, "王强"), join(branch_a, "赵忙")
    fine, late = link(*two), link(two[0], "群众甲", kind="COLLEAGUE", started_on=D(2026, 8, 1))
    for n in range(4):
        link(busy, f"群众{n}", kind="COLLEAGUE")
    for n in range(5):
        link(two[0], f"户{n}", kind="HOUSEHOLD")

    found = pair_maps.map_of(branch_a, ON)

    states = {row.pk: row.state for row in found.rows}
    assert (states[fine.pk], states[late.pk]) == (PairState.FINE, PairState.DUE)
    assert [
        (load.member.name, load.people, load.households, load.is_over) for load in found.loads
    ] == [
        ("陈卓", 2, 5, False),
        ("赵忙", 4, 0, True),
    ]
    assert [member.name for member in found.alone] == [alone.name]
    assert (found.fine, found.due, found.apart) == (10, 1, 0)
    shown = pair_maps.map_of(branch_a, ON, kind="COLLEAGUE", state="DUE").shown
    assert [row.pk for row in shown] == [late.pk]
    assert {row.pair.kind for row in found.shown} == {"OLD_NEW", "COLLEAGUE"}
    assert len(pair_maps.map_of(branch_a, ON, kind="HOUSEHOLD").shown) == found.households == 5


def test_households_by_area_and_who_has_too_few(branch_a, two, link, join):
    ill = join(branch_a, "病休")
    Exemption.objects.create(member=ill, reason="ill", started_on=FOUNDED)
    assert pair_maps.areas_of(branch_a, ON).short == ()
    for n in range(10):
        pair = link(two[0], f"户{n}", kind="HOUSEHOLD", area="东街" if n < 6 else "西街")
        touch(pair, D(2026, 10, 1 + n), "VISIT" if n % 2 else "CALL")
    link(two[1], "户", kind="HOUSEHOLD", area="东街")

    found = pair_maps.areas_of(branch_a, ON)

    assert [
        (patch.area, patch.helper.name, len(patch.households), patch.visited_on)
        for patch in found.patches
    ] == [
        ("东街", "陈卓", 6, D(2026, 10, 6)),
        ("东街", "李敏", 1, None),
        ("西街", "陈卓", 4, D(2026, 10, 10)),
    ]
    assert [(member.name, count) for member, count in found.short] == [("李敏", 1)]


def test_branches_side_by_side(committee, branch_a, branch_b, two, link, join):
    join(branch_b, "乙一")
    link(*two)
    link(two[0], "群众", kind="COLLEAGUE", started_on=D(2026, 8, 1))
    gone = join(branch_a, "转出", until=ON)
    link(gone, "群众", kind="COLLEAGUE")
    join(branch_a, "王强")

    lines = pair_maps.branch_lines(Scope((committee.path,)), ON)

    assert [
        (line.branch, line.pairs, line.fine, line.due, line.apart, line.members, line.alone)
        for line in lines
    ] == [(branch_a, 3, 1, 1, 1, 3, 1), (branch_b, 0, 0, 0, 0, 1, 1)]
    assert [line.share for line in lines] == [0.5, None]


def test_proposals_come_from_the_roll_and_leave_out_who_is_helped(branch_a, two, link, join):
    old = join(branch_a, "周老", regularised_on=D(2000, 1, 1), admitted_on=D(1999, 1, 1))
    new = join(branch_a, "朱新", regularised_on=D(2025, 1, 1), admitted_on=D(2024, 1, 1))
    known = join(branch_a, "祝新", status="PROBATIONARY")
    link(old, known)

    found, _ = pair_maps.proposals(branch_a, ON)

    assert found == [Proposal(PairKind.OLD_NEW, old.pk, new.pk)]


def test_the_rule_says_how_many(branch_a):
    rule = for_organization(branch_a, ON)["P3"]

    assert terms_of(rule.parameters) == Terms(1, 3, 10)


# What is due


def told(source, user, on=ON):
    return [duty.title for duty in source(user, Grants.of(user, on), on)]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (D(2026, 10, 29), []),
        (D(2026, 10, 30), ["该联系李敏了"]),
        (D(2026, 11, 9), ["该联系李敏了"]),
    ],
)
def test_the_helper_is_told_from_the_last_day_on(two, link, on, expected):
    touch(link(*two, started_on=D(2026, 9, 1)), D(2026, 9, 30))

    assert told(duties.own, two[0].user, on) == expected
    assert told(duties.own, two[1].user, on) == []


def test_many_are_one_line(two, link):
    for n in range(4):
        link(two[0], f"群众{n}", kind="COLLEAGUE", started_on=D(2026, 9, n + 1))

    (duty,) = duties.own(two[0].user, Grants.of(two[0].user, ON), ON)
    assert (duty.title, duty.due_on) == ("4 名结对的同志该联系了", D(2026, 10, 1))
    assert duty.why == "结对帮带 · 群众0、群众1、群众2等"


def test_a_branch_that_keeps_pairs_is_told_who_has_nobody(secretary, branch_a, two, link, join):
    join(branch_a, "王强")
    assert told(duties.alone, secretary.user) == []
    link(*two)
    assert told(duties.alone, secretary.user) == ["1 名党员还没有结对"]


@pytest.mark.parametrize(
    ("ends_on", "expected"),
    [
        (D(2026, 10, 21), []),
        (ON, ["陈卓和李敏的结对到期"]),
        (D(2026, 10, 2), ["陈卓和李敏的结对到期"]),
    ],
)
def test_the_branch_is_told_when_the_planned_end_has_come(
    secretary, person, committee, two, link, ends_on, expected
):
    link(*two, ends_on=ends_on)

    assert told(duties.ending, secretary.user) == expected
    assert told(duties.ending, person(Role.SECRETARY, committee).user) == []


def test_a_group_leader_is_told_of_the_group_alone(person, branch_a, group_a, two, link, join):
    leader = person(Role.GROUP_LEADER, group_a)
    mate, other = join(branch_a, "组员", group=group_a), join(branch_a, "别组")
    link(mate, other, ends_on=ON)
    link(*two, ends_on=ON)
    join(branch_a, "组里无人", group=group_a)

    (ending,) = duties.ending(leader.user, Grants.of(leader.user, ON), ON)
    (alone,) = duties.alone(leader.user, Grants.of(leader.user, ON), ON)
    assert (ending.title, alone.title) == ("组员和别组的结对到期", "1 名党员还没有结对")
    assert leader.get(ending.url).status_code == 200
    assert leader.get(alone.url).status_code == 200


# Pages


def text(answer) -> str:
    return answer.content.decode()


def test_a_tap_writes_a_contact_down_and_another_takes_it_back(two, link):
    pair, client = link(*two), two[0].client
    url = reverse("pair-contact", kwargs={"pk": pair.pk})
    back = f"/my/pairs/#pair-{pair.pk}"

    answer = client.post(url, {"way": "WORK", "next": back})
    assert (answer.status_code, answer["Location"]) == (302, back)
    contact = Contact.objects.get()
    assert (contact.way, contact.on, contact.entered_by) == ("WORK", dt.date.today(), two[0].user)
    page = text(client.get(reverse("my-pairs")))
    assert "补一句" in page
    client.post(reverse("contact-note", kwargs={"pk": contact.pk}), {"note": "教点检"})
    assert "教点检" in text(client.get(reverse("pair", kwargs={"pk": pair.pk})))
    client.post(reverse("contact-remove", kwargs={"pk": contact.pk}))
    assert "补一句" not in text(client.get(reverse("my-pairs")))


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "javascript:1"])
def test_a_tap_leads_nowhere_else(two, link, target):
    pair = link(*two)
    answer = two[0].client.post(
        reverse("pair-contact", kwargs={"pk": pair.pk}), {"way": "CALL", "next": target}
    )

    assert answer["Location"] == reverse("pair", kwargs={"pk": pair.pk})


def test_who_may_write_a_contact_down(person, committee, branch_a, branch_b, group_a, two, link):
    pair = link(*two)
    Membership.objects.filter(member=two[1]).update(group=group_a)
    url = reverse("pair-contact", kwargs={"pk": pair.pk})
    for client, status in (
        (two[0].client, 302),
        (two[1].client, 404),
        (person(), 404),
        (person(Role.COMMITTEE_MEMBER, branch_a), 302),
        (person(Role.GROUP_LEADER, group_a), 302),
        (person(Role.SECRETARY, branch_b), 404),
        (person(Role.REVIEWER, committee), 404),
    ):
        assert client.post(url, {"way": "CALL"}).status_code == status


def test_a_note_is_read_by_the_two_and_the_branch(person, committee, branch_a, two, link):
    pair = link(*two)
    touch(pair, D(2026, 10, 10), note="看了岗位")
    url = reverse("pair", kwargs={"pk": pair.pk})
    for client, sees in (
        (two[0].client, True),
        (two[1].client, True),
        (person(Role.COMMITTEE_MEMBER, branch_a), True),
        (person(Role.SECRETARY, committee), False),
    ):
        page = text(client.get(url))
        assert ("看了岗位" in page) is sees
        assert "2026年10月10日" in page


def test_a_day_too_long_ago_keeps_what_was_typed(two, link):
    pair = link(*two, started_on=D(2020, 1, 1))
    page = text(
        two[0].client.post(
            reverse("pair-contact-add", kwargs={"pk": pair.pk}),
            {"on": "2020-02-01", "way": "VISIT", "note": "看望"},
        )
    )
    assert "只能补记 31 天以内的联系。" in page
    assert 'value="看望"' in page


def test_a_pair_is_formed_on_its_page(secretary, branch_a, two):
    url = reverse("pair-new")
    given = {
        "branch": branch_a.pk, "kind": "OLD_NEW", "helper": two[0].pk, "helped": "",
        "helped_name": "", "style": "LEADING", "rhythm": "WEEK", "purpose": "独立顶岗",
        "started_on": dt.date.today().isoformat(), "ends_on": "",
    }  # fmt: skip
    page = text(secretary.post(url, given))
    assert "“老带新”是党员和党员结对，请选择帮带对象。" in page
    assert 'value="独立顶岗"' in page

    answer = secretary.post(url, given | {"helped": two[1].pk})
    assert answer.status_code == 302
    assert "李敏" in text(secretary.get(answer["Location"]))


def test_households_and_proposals_are_written_down_on_their_pages(secretary, branch_a, two, join):
    answer = secretary.post(
        reverse("pair-households"),
        {"branch": branch_a.pk, "helper": two[0].pk, "area": "东街", "rhythm": "MONTH",
         "households": "甲店、东街1号\n乙店"},
    )  # fmt: skip
    assert "甲店" in text(secretary.get(answer["Location"]))
    old = join(branch_a, "周老", regularised_on=D(2000, 1, 1), admitted_on=D(1999, 1, 1))
    new = join(branch_a, "朱新", status="PROBATIONARY")
    given = {"branch": branch_a.pk, "style": "LEADING", "rhythm": "MONTH", "ends_on": ""}
    assert "请在要结对的前面打勾" in text(secretary.post(reverse("pair-proposals"), given))

    secretary.post(
        reverse("pair-proposals"), given | {"pair": [f"OLD_NEW-{old.pk}-{new.pk}", "OLD_NEW-1-1"]}
    )
    assert list(Pair.objects.filter(kind="OLD_NEW").values_list("helper", "helped")) == [
        (old.pk, new.pk)
    ]


def test_the_end_is_refused_on_the_page_with_what_was_typed(secretary, two, link):
    pair = link(*two)
    url = reverse("pair-end", kwargs={"pk": pair.pk})
    page = text(secretary.post(url, {"outcome": "", "ended_on": "2026-10-02"}))
    assert "请填写结对成效。" in page

    assert secretary.post(url, {"outcome": "出师", "ended_on": "2026-10-02"}).status_code == 302
    shown = secretary.get(reverse("pair-map"), {"branch": pair.branch_id, "state": "ENDED"})
    assert "出师" in text(shown)


def test_a_group_leader_pairs_people_of_the_group(person, branch_a, group_a, two, join):
    leader = person(Role.GROUP_LEADER, group_a)
    mate = join(branch_a, "组员", group=group_a)
    given = {
        "kind": "COLLEAGUE", "helper": two[0].pk, "helped": "", "helped_name": "小王",
        "style": "LEADING", "rhythm": "MONTH", "purpose": "", "ends_on": "",
        "started_on": dt.date.today().isoformat(),
    }  # fmt: skip
    assert "不在本支部名册上" in text(leader.post(reverse("pair-new"), given))

    leader.post(reverse("pair-new"), given | {"helper": mate.pk})
    assert Pair.objects.get().branch == branch_a
    assert "小王" in text(leader.get(reverse("pair-map")))


def test_empty_pages_say_what_to_do(secretary, two):
    for name, said in (
        ("pair-map", "看结对建议"),
        ("pair-areas", "批量登记联户"),
        ("pair-proposals", "没有可以建议的结对"),
    ):
        assert said in text(secretary.get(reverse(name)))
    assert "没有您的结对" in text(two[0].client.get(reverse("my-pairs")))


def statements(client, url) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries_:
        assert client.get(url).status_code == 200
    return len(queries_)


def test_statements_do_not_depend_on_rows(person, committee, secretary, branch_a, two, link, join):
    above = person(Role.SECRETARY, committee)
    pages = [
        (secretary, reverse("pair-map")),
        (secretary, reverse("pair-areas")),
        (secretary, reverse("pair-proposals")),
        (above, reverse("pair-branches")),
        (two[0].client, reverse("my-pairs")),
        (secretary, "/"),
        (two[0].client, "/"),
    ]

    def add(n):
        touch(link(two[0], f"户{n}", kind="HOUSEHOLD", area=f"片{n % 3}", ends_on=ON), ON, "VISIT")
        link(join(branch_a, f"甲{n}"), join(branch_a, f"乙{n}"), ends_on=ON)
        join(branch_a, f"丙{n}")
        link(two[0], f"群众{n}", kind="COLLEAGUE")

    add(0)
    [statements(client, url) for client, url in pages]  # what is read once a process
    few = [statements(client, url) for client, url in pages]
    for n in range(1, 30):
        add(n)
    assert [statements(client, url) for client, url in pages] == few
