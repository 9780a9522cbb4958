"""The talent pool: recommended, examined, on publicity, confirmed, followed, out."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activities.operations.refusals import Refused
from branches.access import Grants
from branches.models import AuditEntry, RegulationAdjustment
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from branches.rules.workflow import StepNotAllowed
from people.duties import talents as duties
from people.models import Talent, TalentNote
from people.operations import talents as operations
from people.queries import talents
from people.rules.talents import Outcome, Tier
from tests.activities.conftest import moment
from tests.conftest import set_up

D = dt.date
FRIDAY = D(2026, 11, 6)
ONE = dt.timedelta(days=1)
LAST = D(2026, 11, 11)  # the third working day


@pytest.fixture
def member(join, branch_a, person):
    found = join(branch_a, "陈卓", user=person().user)
    found.birth_date = D(1995, 5, 1)
    found.save(update_fields=["birth_date"])
    return found


@pytest.fixture
def above(person, committee):
    """Two who review people at the committee."""
    return [person(Role.REVIEWER, committee), person(Role.SECRETARY, committee)]


@pytest.fixture
def recommend(branch_a, member, secretary):
    def make(**changes) -> Talent:
        given = {
            "branch": branch_a, "member": member, "tier": Tier.GOOD,
            "recommendation": "技术能手", "recommended_on": FRIDAY, "by": secretary,
            "at": moment(FRIDAY),
        }  # fmt: skip
        return operations.recommend(**(given | changes))

    return make


@pytest.fixture
def published(recommend, above):
    row = recommend()
    by = above[0].user
    operations.examine(
        talent=row, examined_on=FRIDAY, examination="符合条件", by=by, at=moment(FRIDAY)
    )
    return operations.publish(talent=row, by=by, at=moment(FRIDAY))


@pytest.fixture
def confirmed(published, above):
    return operations.confirm(talent=published, by=above[1].user, at=moment(LAST + ONE))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"recommendation": " "}, "推荐理由"),
        ({"recommended_on": FRIDAY + ONE}, "不能晚于今天"),
    ],
)
def test_what_is_no_recommendation(recommend, changes, said):
    with pytest.raises(Refused, match=said):
        recommend(**changes)


@pytest.mark.parametrize(
    ("tier", "born", "is_taken"),
    [
        (Tier.GOOD, D(1990, 11, 7), True),
        (Tier.GOOD, D(1990, 11, 6), False),
        (Tier.ABLE, D(1990, 11, 6), True),
        (Tier.ABLE, D(1975, 11, 6), False),
        (Tier.GOOD, None, False),
    ],
)
def test_the_age_on_the_day_of_recommendation(recommend, member, tier, born, is_taken):
    member.birth_date = born
    member.save(update_fields=["birth_date"])
    if is_taken:
        assert recommend(tier=tier).state == "RECOMMENDED"
    else:
        with pytest.raises(Refused, match=r"岁|出生日期"):
            recommend(tier=tier)


def test_a_committee_may_want_other_ages(recommend, member, committee, secretary, at):
    RegulationAdjustment.objects.create(
        committee=committee, code="P6", parameters={"good_age": 30}, reason="文件",
        made_by=secretary, made_at=at, effective_from=D(2026, 1, 1),
    )  # fmt: skip
    with pytest.raises(Refused, match="不超过 30 岁"):
        recommend()


def test_nobody_recommends_himself_or_twice(recommend, member):
    with pytest.raises(Refused, match="您本人"):
        recommend(by=member.user)
    recommend()
    with pytest.raises(Refused, match="已经推荐"):
        recommend(recommendation="又一次", at=moment(FRIDAY) + dt.timedelta(hours=1))


@pytest.mark.parametrize(
    ("day", "is_taken"), [(LAST, False), (LAST + ONE, True), (LAST + ONE * 30, True)]
)
def test_the_pool_opens_the_day_after_publicity(published, above, day, is_taken):
    assert published.published_until == LAST
    if is_taken:
        row = operations.confirm(talent=published, by=above[1].user, at=moment(day))
        assert (row.state, row.confirmed_on) == ("CONFIRMED", day)
    else:
        with pytest.raises(Refused, match="公示到11月11日结束"):
            operations.confirm(talent=published, by=above[1].user, at=moment(day))


def test_a_step_is_not_left_out(recommend, above):
    row = recommend()
    by = above[0].user
    for step in (operations.publish, operations.confirm):
        with pytest.raises(StepNotAllowed):
            step(talent=row, by=by, at=moment(FRIDAY))


def test_four_eyes(recommend, above, member, person, committee):
    by = above[0].user
    row = recommend(by=by)
    found = {"examined_on": FRIDAY, "examination": "符合", "at": moment(FRIDAY)}
    for somebody in (by, member.user):
        with pytest.raises(Refused):
            operations.examine(talent=row, by=somebody, **found)
    other = above[1].user
    operations.examine(talent=row, by=other, **found)
    operations.publish(talent=row, by=by, at=moment(FRIDAY))
    for somebody, said in ((by, "您推荐的"), (member.user, "您本人"), (other, "您考察的")):
        with pytest.raises(Refused, match=said):
            operations.confirm(talent=row, by=somebody, at=moment(LAST + ONE))
    third = person(Role.DEPUTY_SECRETARY, committee).user
    assert operations.confirm(talent=row, by=third, at=moment(LAST + ONE)).confirmed_by == third


@pytest.mark.parametrize("field", ["recommended_by", "examined_by"])
def test_the_database_keeps_four_eyes(confirmed, field):
    with pytest.raises(IntegrityError, match="talent_has_four_eyes"):
        Talent.objects.update(confirmed_by=getattr(confirmed, field))


@pytest.mark.parametrize("field", ["confirmed_by", "examined_by"])
def test_whoever_confirmed_is_known(confirmed, field):
    with pytest.raises(IntegrityError, match="talent_has_four_eyes"):
        Talent.objects.update(**{field: None})


def test_whoever_examined_is_told_that_another_confirms(published, above, set_clock):
    set_clock(LAST + ONE)
    url = f"/talents/{published.pk}/"
    pages = [client.get(url).content.decode() for client in above]

    assert [f"{url}confirm/" in page for page in pages] == [False, True]
    assert ["请由另一位负责人确认入库" in page for page in pages] == [True, False]


def test_at_each_step_it_may_come_to_nothing(recommend, published, above, member):
    with pytest.raises(Refused, match="原因"):
        operations.decline(
            talent=published, declined_because=" ", by=above[0].user, at=moment(FRIDAY)
        )
    row = operations.decline(
        talent=published, declined_because="公示有异议", by=above[0].user, at=moment(FRIDAY)
    )
    assert (row.state, row.declined_because) == ("DECLINED", "公示有异议")
    again = recommend(recommendation="再推荐", at=moment(FRIDAY) + dt.timedelta(hours=1))
    assert again.pk != row.pk
    assert "公示有异议" not in str(list(AuditEntry.objects.values("before", "after")))


def test_training_file_and_outcome(confirmed, join, branch_a, secretary):
    mentor = join(branch_a, "李敏")
    day = LAST + ONE
    facts = {"talent": confirmed, "by": secretary, "at": moment(day)}
    assert operations.name_mentor(**facts, mentor=mentor).mentor == mentor
    for _ in range(2):
        operations.note(**facts, on=day, text="参加技能竞赛")
    assert [note.text for note in TalentNote.objects.all()] == ["参加技能竞赛"]
    with pytest.raises(Refused, match="不能早于入库"):
        operations.note(**facts, on=LAST, text="以前的")
    row = operations.leave(**facts, outcome=Outcome.PROMOTED, left_on=day)
    assert (row.state, row.outcome, row.left_on) == ("LEFT", "PROMOTED", day)
    with pytest.raises(Refused, match="不在人才库"):
        operations.note(**facts, on=day, text="以后的")


def test_publicity_shows_name_branch_and_tier_alone(published, person, set_clock, branch_b, join):
    other = person()
    join(branch_b, "赵刚", user=other.user)
    seen = {}
    for day in (FRIDAY - ONE, FRIDAY, LAST, LAST + ONE):
        set_clock(day)
        seen[day] = "陈卓" in other.get("/talents/publicity/").content.decode()
    assert seen == {FRIDAY - ONE: False, FRIDAY: True, LAST: True, LAST + ONE: False}
    set_clock(FRIDAY)
    answer = other.get("/talents/publicity/").content.decode()
    assert ("采煤党支部" in answer, "三好人才" in answer) == (True, True)
    assert ("技术能手" in answer, "符合条件" in answer, "1995" in answer) == (False, False, False)
    assert other.get(f"/talents/{published.pk}/").status_code == 404


def test_publicity_ends_at_the_tree(published, set_clock, person, at):
    set_clock(FRIDAY)
    elsewhere = set_up("XX", "另一党委", OrganizationKind.COMMITTEE, None, at)
    client = person(Role.SECRETARY, elsewhere)

    assert "陈卓" not in client.get("/talents/publicity/").content.decode()


@pytest.mark.parametrize(
    ("role", "place", "sees", "reads", "examines"),
    [
        (Role.SECRETARY, "branch_a", True, True, 404),
        (Role.COMMITTEE_MEMBER, "branch_a", True, True, 404),
        (Role.GROUP_LEADER, "group_a", False, False, 404),
        (Role.REVIEWER, "committee", True, True, 302),
        (Role.ADMINISTRATOR, "committee", True, False, 404),
        (Role.AUDITOR, "committee", False, False, 404),
        (Role.SECRETARY, "branch_b", False, False, 404),
    ],
)
def test_who_sees_what(recommend, person, request, set_clock, role, place, sees, reads, examines):
    row = recommend()
    set_clock(FRIDAY)
    client = person(role, request.getfixturevalue(place))
    answer = client.get(f"/talents/{row.pk}/")
    sent = {"examined_on": "2026-11-06", "examination": "符合"}
    found = (
        answer.status_code == 200,
        "技术能手" in answer.content.decode(),
        client.post(f"/talents/{row.pk}/examine/", sent).status_code,
    )

    assert found == (sees, reads, examines)


def test_the_person_and_the_mentor_see_their_own(
    confirmed, member, set_clock, join, branch_b, person, secretary
):
    set_clock(LAST + ONE)
    mentor = join(branch_b, "李敏", user=person().user)
    operations.name_mentor(talent=confirmed, mentor=mentor, by=secretary, at=moment(LAST + ONE))
    answers = {}
    for who in (member, mentor):
        client = Client()
        client.force_login(who.user)
        answers[who.name] = "技术能手" in client.get(f"/talents/{confirmed.pk}/").content.decode()
        sent = {"on": "2026-11-12", "text": "谈了一次"}
        answers[who.name, "notes"] = client.post(f"/talents/{confirmed.pk}/note/", sent).status_code
    assert answers == {
        "陈卓": True, ("陈卓", "notes"): 404, "李敏": False, ("李敏", "notes"): 302,
    }  # fmt: skip


def test_a_mentor_neither_names_another_nor_ends_it(
    confirmed, set_clock, join, branch_a, branch_b, person, secretary
):
    set_clock(LAST + ONE)
    mentor = join(branch_b, "李敏", user=person().user)
    other = join(branch_a, "王强")
    operations.name_mentor(talent=confirmed, mentor=mentor, by=secretary, at=moment(LAST + ONE))
    sent = {
        "mentor": {"mentor": other.pk},
        "leave": {"outcome": "PROMOTED", "left_on": "2026-11-12"},
    }
    answers = {}
    for who in (mentor.user, secretary):
        client = Client()
        client.force_login(who)
        for step, given in sent.items():
            answer = client.post(f"/talents/{confirmed.pk}/{step}/", given)
            answers[who.name, step] = answer.status_code

    assert answers == {
        (mentor.user.name, "mentor"): 404, (mentor.user.name, "leave"): 404,
        (secretary.name, "mentor"): 302, (secretary.name, "leave"): 302,
    }  # fmt: skip


def test_only_the_top_confirms(published, person, committee, at, set_clock):
    """A general branch between examines; the committee at the top confirms."""
    set_clock(LAST + ONE)
    below = person(Role.SECRETARY, published.branch)
    top = person(Role.REVIEWER, committee)

    url = f"/talents/{published.pk}/confirm/"
    assert [client.post(url).status_code for client in (below, top)] == [404, 302]


def test_through_the_pages(member, secretary, above, set_clock):
    branch = Client()
    branch.force_login(secretary)
    set_clock(FRIDAY)
    sent = {
        "member": member.pk, "tier": "GOOD", "recommendation": "技术能手",
        "recommended_on": "2026-11-06",
    }  # fmt: skip
    refused = branch.post("/talents/recommend/", sent).content.decode()
    assert "请先告知本人" in refused and "技术能手" in refused
    branch.post("/talents/recommend/", sent | {"told": "on"})
    pk = Talent.objects.get().pk
    sent = {"examined_on": "2026-11-06", "examination": "符合"}
    above[0].post(f"/talents/{pk}/examine/", sent)
    above[0].post(f"/talents/{pk}/publish/")
    early = above[1].post(f"/talents/{pk}/confirm/").content.decode()
    assert "公示到11月11日结束" in early
    set_clock(LAST + ONE)
    above[1].post(f"/talents/{pk}/confirm/")
    assert Talent.objects.get().state == "CONFIRMED"


def test_a_list_costs_the_same_however_long(secretary, join, branch_a, set_clock):
    set_clock(FRIDAY)
    client = Client()
    client.force_login(secretary)

    def add(count):
        for number in range(count):
            Talent.objects.create(
                branch=branch_a, member=join(branch_a, f"党员{number}"), tier="GOOD",
                recommended_on=FRIDAY, recommendation="好", recommended_by=secretary,
            )  # fmt: skip

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/talents/")
        return len(asked)

    add(1)
    few = cost()
    add(29)

    assert cost() == few


def test_states_are_counted_where_they_are(recommend, join, branch_a, secretary):
    recommend()
    for number in range(2):
        Talent.objects.create(
            branch=branch_a, member=join(branch_a, f"党员{number}"), tier="GOOD", state="DECLINED",
            recommended_on=FRIDAY, recommendation="好", recommended_by=secretary,
        )  # fmt: skip
    with CaptureQueriesContext(connection) as asked:
        counts = talents.counts(Talent.objects.all())

    assert counts == {"RECOMMENDED": 1, "DECLINED": 2}
    assert "GROUP BY" in asked[0]["sql"]


def test_what_waits_for_those_above(recommend, above, secretary):
    row = recommend()
    by = above[0].user

    def told(user, on):
        grants = Grants.of(user, on)
        found = [duty.title for duty in duties.due(user, grants, on)]
        rows = duties.waiting(user, grants, on)
        assert (rows is not None and rows.exists()) is bool(found)
        return found

    assert told(by, FRIDAY) == ["陈卓的人才推荐等考察"]
    operations.examine(talent=row, examined_on=FRIDAY, examination="符合", by=by, at=moment(FRIDAY))
    assert told(by, FRIDAY) == ["陈卓的人才推荐等公示"]
    operations.publish(talent=row, by=by, at=moment(FRIDAY))
    other = above[1].user
    assert told(other, LAST) == []
    assert told(other, LAST + ONE) == ["陈卓的人才推荐公示已结束，等入库"]
    assert told(by, LAST + ONE) == []  # another confirms than who examined
    assert told(secretary, LAST + ONE) == []


def test_mentors_come_from_the_branch_and_the_committees_above(confirmed, join, branch_b):
    join(branch_b, "赵刚")

    assert [member.name for member in talents.mentors(confirmed)] == []
