"""From above is for those who are not of the branch; what is kept of a person moves with him."""

from __future__ import annotations

import datetime as dt

import pytest

from activities.models import Problem
from activities.operations import supervisions
from activities.operations.refusals import Refused
from branches.access import Grants
from branches.models import AuditEntry, Post
from branches.rules.roles import Capability, Role
from branches.scope import Scope
from members.models import Membership
from members.queries import above
from people.models import HelpPlan, Pledge, Recall, Talent, Talk, Tolerance
from people.operations import birthdays, talents, talks
from people.queries import care, help_plans, pledges, recalls, tolerances
from people.queries import talents as talent_queries
from tests.activities.conftest import moment
from tests.conftest import FOUNDED

D = dt.date
DAY = D(2026, 11, 6)


@pytest.fixture
def member(join, branch_a, person):
    return join(branch_a, "陈卓", user=person().user)


@pytest.fixture
def move(branch_b):
    def make(member):
        Membership.objects.filter(member=member).update(ended_on=DAY)
        Membership.objects.create(member=member, branch=branch_b, started_on=DAY)

    return make


@pytest.fixture
def kept(branch_a, member, secretary, join, person):
    """Return ``kept()``: a recall, a tolerance and a help plan of the member."""
    helper = join(branch_a, "李助", user=person(Role.COMMITTEE_MEMBER, branch_a).user)

    def make():
        made = moment(DAY)
        facts = {"branch": branch_a, "member": member}
        return (
            Recall.objects.create(
                **facts, reason="因", listed_on=DAY, told_on=DAY, listed_by=secretary,
                listed_at=made,
            ),
            Tolerance.objects.create(
                **facts, matter="事", asked_on=DAY, due_on=DAY, asked_by=member.user, asked_at=made
            ),
            HelpPlan.objects.create(
                **facts, first_official="甲", second_official="乙", committee_member=helper,
                reason="因", plan="划", told_on=DAY, started_on=DAY, ends_on=D(2027, 11, 6),
                made_by=secretary, made_at=made,
            ),
        )  # fmt: skip

    return make


def _sees(user) -> tuple[bool, bool, bool]:
    grants = Grants.of(user, DAY)
    return (
        recalls.handled(user, grants).exists(),
        tolerances.listed(user, grants).exists(),
        help_plans.listed(user, grants).exists(),
    )


def test_what_is_kept_of_a_person_moves_with_him(kept, move, member, secretary, person, branch_b):
    row, _, _ = kept()
    new = person(Role.DEPUTY_SECRETARY, branch_b).user
    before = [_sees(user) for user in (secretary, new)]
    move(member)

    assert before == [(True,) * 3, (False,) * 3]
    assert [_sees(user) for user in (secretary, new)] == [(False,) * 3, (True,) * 3]
    assert care.branch_of(row) == branch_b


def test_without_a_home_the_branch_of_the_record_keeps_it(kept, member, secretary, branch_a):
    row, _, _ = kept()
    Membership.objects.filter(member=member).update(ended_on=DAY)

    assert (_sees(secretary), care.branch_of(row)) == ((True,) * 3, branch_a)


@pytest.mark.parametrize("change", ["post", "home", ""])
def test_who_helps_reads_and_writes_while_of_the_committee_there(kept, move, member, change):
    _, _, plan = kept()
    helper = plan.committee_member.user
    if change == "post":
        Post.objects.filter(user=helper).update(ended_on=DAY)
    elif change == "home":
        move(member)
    grants = Grants.of(helper, DAY)
    found = [
        help_plans.seen(helper, grants).exists(),
        help_plans.noted_by(helper, grants).exists(),
        help_plans.running(helper, grants).exists(),
        help_plans.helping(helper, grants).exists(),
        help_plans.helper_of(plan, care.branch_of(plan), DAY) is not None,
    ]

    assert found == [not change] * 5


@pytest.mark.parametrize("tie", ["post", "group", "member", "second", ""])
def test_nobody_decides_from_above_where_he_belongs(
    tie, kept, person, join, secretary, committee, branch_a, branch_b, group_a
):
    user = person(Role.REVIEWER, committee).user
    place = {"post": branch_a, "group": group_a}.get(tie)
    if place is not None:
        role = Role.COMMITTEE_MEMBER if tie == "post" else Role.GROUP_LEADER
        Post.objects.create(user=user, organization=place, role=role, started_on=FOUNDED)
    elif tie:
        own = join(branch_a if tie == "member" else branch_b, "王强", user=user)
        if tie == "second":
            Membership.objects.create(
                member=own, branch=branch_a, kind=Membership.Kind.SECOND, started_on=FOUNDED
            )
    kept()
    pledge = Pledge.objects.create(
        branch=branch_a, member=None, year=2026, text="事", measure="1 次", due_on=DAY,
        entered_by=secretary, entered_at=moment(DAY), changed_at=moment(DAY), state="SUBMITTED",
    )  # fmt: skip
    grants, may = Grants.of(user, DAY), not tie
    found = [
        *_sees(user),
        care.handled_branches(grants).filter(pk=branch_a.pk).exists(),
        care.reviews(grants, branch_a),
        talent_queries.confirms(grants, branch_a),
        pledges.may_decide(pledge, user, grants),
        pledges.to_decide(user, grants).exists(),
        above.decides(grants, Capability.SUPERVISE_PROBLEMS, branch_a),
        above.decides(grants, Capability.SUPERVISE_PROBLEMS, group_a),
    ]

    assert found == [may] * len(found)


def test_nobody_supervises_the_own_branch(person, committee, branch_a):
    user = person(Role.REVIEWER, committee).user
    Post.objects.create(user=user, organization=branch_a, role=Role.SECRETARY, started_on=FOUNDED)
    problem = Problem.objects.create(
        organization=branch_a, whose="支部班子", text="台账不全", raised_on=DAY, due_on=DAY,
        raised_by=user,
    )  # fmt: skip
    with pytest.raises(Refused, match="另一位负责人督办"):
        supervisions.issue(
            problem=problem, issuer=committee, demand="请补", due_on=DAY,
            reach=Scope((committee.path,)), by=user, at=moment(DAY),
        )  # fmt: skip


def test_whoever_recommended_does_not_decline(branch_a, member, secretary):
    row = Talent.objects.create(
        branch=branch_a, member=member, tier="GOOD", recommended_on=DAY,
        recommendation="好", recommended_by=secretary,
    )  # fmt: skip
    with pytest.raises(Refused, match="您推荐的"):
        talents.decline(talent=row, declined_because="不合适", by=secretary, at=moment(DAY))


@pytest.mark.parametrize(
    ("role", "place", "knows"),
    [
        (Role.SECRETARY, "branch_a", True),
        (Role.DEPUTY_SECRETARY, "branch_a", True),
        (Role.COMMITTEE_MEMBER, "branch_a", False),
        (Role.GROUP_LEADER, "group_a", False),
        (Role.ADMINISTRATOR, "committee", False),
        (Role.REVIEWER, "committee", False),
        (Role.SECRETARY, "committee", False),
    ],
)
def test_who_knows_of_a_birthday_talk(
    person, request, member, secretary, branch_a, group_a, set_clock, role, place, knows
):
    set_clock(DAY)
    Membership.objects.filter(member=member).update(group=group_a)
    member.admitted_on = D(2010, 11, 6)
    member.save(update_fields=["admitted_on"])
    birthdays.arrange_talk(
        branch=branch_a, member=member, year=2026, talker=None, by=secretary, at=moment(DAY)
    )
    client = person(role, request.getfixturevalue(place))

    def read() -> list[str]:
        urls = (
            f"/birthdays/?branch={branch_a.pk}&month=2026-11",
            f"/birthdays/year/?branch={branch_a.pk}&year=2026",
            f"/birthdays/{member.pk}/2026-11/",
        )
        return [client.get(url).content.decode() for url in urls]

    assert ["陈卓" in text for text in read()] == [True] * 3
    assert ["已安排" in text for text in read()] == [knows] * 3
    entry = AuditEntry.objects.get(action="birthday.talk_arranged")
    assert (entry.object_text, entry.after) == ("谈心谈话", {"year": 2026})
    talks.drop(talk=Talk.objects.get(), reason="不必", by=secretary, at=moment(DAY))
    assert [("已安排" in text, "不再需要" in text) for text in read()] == [(False, knows)] * 3
