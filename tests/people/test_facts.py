"""What people do for each other as schemes count it: against the pure rules, and its records."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from branches.models import Organization, User
from branches.rules.periods import Period
from members.models import Member, Membership
from people.models import Contact, Idea, Pair, PastRhythm, Pledge
from people.queries import changes, evidence, facts
from people.rules import rhythm
from people.rules.pairs import PairKind, Rhythm, Way
from tests.conftest import FOUNDED

D = dt.date
OCTOBER = Period.parse("2026-10")


@pytest.fixture
def author(db, at) -> User:
    return User.objects.create(username="author", name="登记人", created_at=at)


@pytest.fixture
def member(branch_a) -> Member:
    return make_member(branch_a, "陈卓")


def make_member(branch: Organization, name: str) -> Member:
    member = Member.objects.create(name=name, name_pinyin=name, name_strokes=name)
    Membership.objects.create(member=member, branch=branch, started_on=FOUNDED)
    return member


def pair(helper: Member, name: str, author: User, at, **values: object) -> Pair:
    given = {
        "branch": helper.memberships.get().branch, "kind": PairKind.COLLEAGUE, "helper": helper,
        "helped_name": name, "rhythm": Rhythm.MONTH, "started_on": FOUNDED, "formed_by": author,
        "formed_at": at,
    }  # fmt: skip
    return Pair.objects.create(**(given | values))


def contact(pair: Pair, on: dt.date, author: User, at, *, removed=False, way=Way.CALL) -> Contact:
    return Contact.objects.create(
        pair=pair, on=on, way=way, entered_by=author, entered_at=at,
        removed_at=at if removed else None,
    )  # fmt: skip


def pledge(member: Member | None, branch, due: dt.date, author: User, at, verdict="", **values):
    state = "REVIEWED" if verdict else "APPROVED"
    return Pledge.objects.create(
        **{
            "branch": branch, "member": member, "year": due.year, "text": "帮带新党员一名",
            "measure": "每月谈心一次", "due_on": due, "state": state, "approved_on": D(2026, 2, 1),
            "approved_by": author, "verdict": verdict,
            "reviewed_on": D(2026, 11, 5) if verdict else None, "entered_by": author,
            "entered_at": at, "changed_at": at,
        } | values
    )  # fmt: skip


def idea(member: Member, author: User, at, answered: dt.date | None, state="ADOPTED") -> Idea:
    return Idea.objects.create(
        branch=member.memberships.get().branch, member=member, text="筛板快换支架", state=state,
        raised_on=D(2026, 9, 1), answer="采纳，由机电组实施" if answered else "",
        answered_on=answered, answered_by=author if answered else None, done_on=answered,
        effect="省时" if state == "DONE" else "", entered_by=author, entered_at=at, changed_at=at,
    )  # fmt: skip


def of_branches(period, within, feeds=("pairs_in_touch", "pledges_kept")):
    return read(facts.organization_facts(period, frozenset(feeds), within))


def of_members(period, feeds=("pledges_kept", "pair_contacts", "ideas_adopted")):
    return read(facts.member_facts(period, frozenset(feeds)))


def read(sources):
    found: dict[int, dict[str, tuple[int, int | None]]] = {}
    for source in sources:
        for row in source.rows:
            found.setdefault(row[source.subject], {}).update(
                {
                    feed: (row[quantity], row[base] if base else None)
                    for feed, (quantity, base) in source.feeds.items()
                }
            )
    return found


@pytest.mark.parametrize("text", ["2026-10", "2026-02", "2026Q4", "2026H1", "2026"])
def test_pairs_in_touch_are_those_of_the_rule(branch_a, branch_b, author, at, text):
    period = Period.parse(text)
    chance = random.Random(text)
    members = [make_member(branch, f"党员{n}") for n, branch in enumerate((branch_a, branch_b))]
    start = period.first_day - dt.timedelta(days=40)
    span = (period.last_day - start).days + 30
    expected: dict[int, list[int]] = {}
    for n in range(160):
        helper = chance.choice(members)
        each = chance.choice(list(Rhythm))
        began = start + dt.timedelta(days=chance.choice([0, chance.randrange(span)]))
        ended = began + dt.timedelta(days=chance.randrange(span)) if n % 4 == 0 else None
        made = pair(
            helper, f"同事{n}", author, at, rhythm=each, started_on=began, ended_on=ended,
            outcome="完成" if ended else "",
        )  # fmt: skip
        # From nobody at all to nearly every few days.
        times = chance.choice([0, 3, span // 25, span // 4, span])
        days = {start + dt.timedelta(days=chance.randrange(span + 1)) for _ in range(times)}
        Contact.objects.bulk_create(
            Contact(pair=made, on=day, way=way, entered_by=author, entered_at=at)
            for day in days
            for way in chance.sample(list(Way), chance.choice([1, 1, 2]))
        )
        contact(made, start + dt.timedelta(days=chance.randrange(span)), author, at, removed=True)
        agreed = [(began, each)]
        for _ in range(chance.choice([0, 0, 1, 2])):
            since = agreed[-1][0] + dt.timedelta(days=chance.randrange(1, span // 2))
            PastRhythm.objects.create(
                pair=made, rhythm=agreed[-1][1], started_on=agreed[-1][0], ended_on=since
            )
            agreed.append((since, chance.choice(list(Rhythm))))
            made.rhythm, made.rhythm_from = agreed[-1][1], since
            made.save(update_fields=["rhythm", "rhythm_from"])
        said = rhythm.in_touch(agreed, ended, days, period.first_day, period.last_day)
        if said is not None:
            count = expected.setdefault(helper.memberships.get().branch_id, [0, 0])
            count[0] += said
            count[1] += 1
    root = branch_a.parent

    found = of_branches(period, root, ["pairs_in_touch"])

    assert {pk: list(row["pairs_in_touch"]) for pk, row in found.items()} == expected
    for branch in (branch_a, branch_b):
        records = evidence.organization_evidence(branch, "pairs_in_touch", period)
        assert [sum(row.counts for row in records), len(records)] == expected[branch.pk]
    assert any(0 < kept < due for kept, due in expected.values())


def test_promises_due_in_the_period_count_once_they_are_found_kept(
    branch_a, branch_b, committee, member, author, at
):
    pledge(member, branch_a, D(2026, 10, 1), author, at, "KEPT")
    pledge(member, branch_a, D(2026, 10, 31), author, at, "PARTLY")
    pledge(member, branch_a, D(2026, 10, 15), author, at)
    pledge(None, branch_a, D(2026, 10, 20), author, at, "KEPT")
    pledge(member, branch_a, D(2026, 9, 30), author, at, "KEPT")
    pledge(member, branch_a, D(2026, 11, 1), author, at, "KEPT")
    pledge(member, branch_a, D(2026, 10, 2), author, at, state="DRAFT")
    pledge(member, branch_a, D(2026, 10, 2), author, at, state="WITHDRAWN")

    assert of_members(OCTOBER) == {member.pk: {"pledges_kept": (1, 3)}}
    assert of_branches(OCTOBER, committee) == {branch_a.pk: {"pledges_kept": (2, 4)}}
    assert of_branches(OCTOBER, branch_b) == {}


def test_contacts_count_for_the_helping_side(branch_a, member, author, at):
    other = make_member(branch_a, "李敏")
    made = pair(member, "李敏", author, at, helped=other, kind=PairKind.OLD_NEW)
    for day in (D(2026, 9, 30), D(2026, 10, 1), D(2026, 10, 31), D(2026, 11, 1)):
        contact(made, day, author, at)
    contact(made, D(2026, 10, 31), author, at, way=Way.VISIT)
    contact(made, D(2026, 10, 2), author, at, removed=True)

    assert of_members(OCTOBER) == {member.pk: {"pair_contacts": (3, None)}}
    records = evidence.evidence(member=member, feed="pair_contacts", period=OCTOBER, own=True)
    assert [(row.when, row.title, row.note) for row in records] == [
        ("10月1日", "李敏", "电话 · 老带新"),
        ("10月31日", "李敏", "电话 · 老带新"),
        ("10月31日", "李敏", "上门 · 老带新"),
    ]


def test_ideas_count_in_the_period_in_which_they_were_adopted(member, author, at):
    idea(member, author, at, D(2026, 10, 1))
    idea(member, author, at, D(2026, 10, 31), "DONE")
    idea(member, author, at, D(2026, 10, 5), "DECLINED")
    idea(member, author, at, None, "RAISED")
    idea(member, author, at, D(2026, 9, 30))
    idea(member, author, at, D(2026, 11, 1))

    assert of_members(OCTOBER) == {member.pk: {"ideas_adopted": (2, None)}}
    records = evidence.evidence(member=member, feed="ideas_adopted", period=OCTOBER, own=False)
    assert [(row.when, row.note) for row in records] == [
        ("10月1日采纳", "已采纳 · 采纳，由机电组实施"),
        ("10月31日采纳", "已实施 · 采纳，由机电组实施"),
    ]


def test_the_records_behind_promises(branch_a, member, author, at):
    pledge(member, branch_a, D(2026, 10, 1), author, at, "KEPT")
    pledge(None, branch_a, D(2026, 10, 20), author, at)

    records = evidence.organization_evidence(branch_a, "pledges_kept", OCTOBER)
    assert [(row.when, row.note, row.counts) for row in records] == [
        ("已兑现", "陈卓 · 期限 10月1日 · 评诺 11月5日", True),
        ("还没有评诺", "支部 · 期限 10月20日", False),
    ]
    [mine] = evidence.evidence(member=member, feed="pledges_kept", period=OCTOBER, own=True)
    assert (mine.when, mine.note) == ("已兑现", "期限 10月1日 · 评诺 11月5日")


def test_nobody_counts_an_unknown_feed(member, branch_a):
    assert facts.member_facts(OCTOBER, frozenset({"evaluation"})) == []
    assert evidence.evidence(member=member, feed="evaluation", period=OCTOBER, own=True) == []
    assert evidence.organization_evidence(branch_a, "satisfaction", OCTOBER) == []
    counted = {
        (target, feed)
        for target in ("member", "organization", "")
        for feed in ("pledges_kept", "pair_contacts", "ideas_adopted", "pairs_in_touch")
        if facts.counts(target, feed)
    }
    assert counted == {
        ("member", "pledges_kept"), ("member", "pair_contacts"), ("member", "ideas_adopted"),
        ("organization", "pledges_kept"), ("organization", "pairs_in_touch"),
    }  # fmt: skip


def test_whose_facts_changed_since(branch_a, committee, member, author, at):
    since = at + dt.timedelta(hours=1)
    later = since + dt.timedelta(hours=1)
    feeds = frozenset({"pledges_kept", "pair_contacts", "ideas_adopted", "pairs_in_touch"})
    people = [make_member(branch_a, name) for name in ("李敏", "王强", "周岚")]
    old = pair(member, "同事", author, at)
    contact(old, D(2026, 10, 3), author, at)
    pledge(member, branch_a, D(2026, 10, 3), author, at)
    idea(member, author, at, D(2026, 10, 3))
    assert changes.members_touched(OCTOBER, since, feeds) == set()
    assert changes.branches_touched(OCTOBER, since, committee, feeds) == set()

    pledge(people[0], branch_a, D(2026, 10, 9), author, later)
    pledge(people[0], branch_a, D(2026, 11, 9), author, later)
    made = pair(people[1], "同事", author, at)
    contact(made, D(2026, 10, 9), author, later)
    idea(people[2], author, later, D(2026, 10, 9))
    idea(people[0], author, later, D(2026, 9, 9))
    idea(people[0], author, later, None, "RAISED")

    asked = [{"pledges_kept"}, {"pair_contacts"}, {"ideas_adopted"}]
    found = [changes.members_touched(OCTOBER, since, frozenset(one)) for one in asked]
    assert found == [{people[0].pk}, {people[1].pk}, {people[2].pk}]
    assert changes.branches_touched(OCTOBER, since, committee, feeds) == {branch_a.pk}


@pytest.mark.parametrize("step", ["formed", "ended", "changed", "contact", "contact taken back"])
def test_a_branch_is_touched_by_what_happens_to_its_pairs(
    branch_a, branch_b, committee, author, at, step
):
    since = at + dt.timedelta(hours=1)
    later = since + dt.timedelta(hours=1)
    helper = make_member(branch_b, "李敏")
    formed_at = later if step == "formed" else at
    ended = {"ended_on": D(2026, 10, 20), "ended_at": later, "outcome": "完成"}
    given = {"ended": ended, "changed": {"changed_at": later}}.get(step, {})
    made = pair(helper, "同事", author, formed_at, **given)
    if step == "contact":
        contact(made, D(2026, 10, 9), author, later)
    if step == "contact taken back":
        Contact.objects.filter(pk=contact(made, D(2026, 10, 9), author, at).pk).update(
            removed_at=later, removed_by=author
        )

    found = changes.branches_touched(OCTOBER, since, committee, frozenset({"pairs_in_touch"}))
    assert found == {branch_b.pk}


def test_a_list_of_thirty_takes_no_more_queries_than_one(
    branch_a, member, author, at, django_assert_num_queries
):
    made = [pair(member, f"同事{n}", author, at) for n in range(30)]
    for count in (1, 30):
        for each in made[:count]:
            contact(each, D(2026, 10, count), author, at)
            pledge(member, branch_a, D(2026, 10, count), author, at, "KEPT")
        for feed in ("pledges_kept", "pair_contacts", "ideas_adopted"):
            with django_assert_num_queries(1):
                evidence.evidence(member=member, feed=feed, period=OCTOBER, own=False)
        for feed in ("pledges_kept", "pairs_in_touch"):
            with django_assert_num_queries(1):
                evidence.organization_evidence(branch_a, feed, OCTOBER)
