"""Everything people do for each other, by the product's own operations, moves the month's lines,
and each line leads to its records.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from activities.operations import duty, problems, volunteer_hours
from activities.operations.volunteer_hours import Service
from activities.rules.supervision import Source
from branches.models import Post
from branches.rules.periods import Period
from branches.rules.roles import Role
from people.operations import contacts, ideas, pairs, pledge_drafts, pledges
from people.operations.pairs import PairFacts
from people.operations.pledge_drafts import PledgeFacts
from people.rules.pairs import PairKind, Way
from people.rules.pledges import Verdict
from scoring.models import Line
from scoring.operations import amendments, runs
from scoring.queries import changes, fingerprints
from tests.activities.conftest import FOUNDED, join, moment, secretary
from tests.scoring.grading import adopt
from tests.scoring.people_schemes import BRANCHES, MEMBERS

__all__ = ["join", "secretary"]

D = dt.date
OCTOBER = Period.parse("2026-10")
COMPUTED = moment(D(2026, 11, 1), 9)
LATE = moment(D(2026, 11, 3), 9)


@pytest.fixture
def member(branch_a, join, person):
    return join(branch_a, "陈卓", user=person().user)


@pytest.fixture
def deputy(branch_a, person):
    return person(Role.DEPUTY_SECRETARY, branch_a).user


def lines(run, subject):
    rows = Line.objects.filter(run=run, subject_id=subject.pk).select_related("item")
    return {row.item.code: (row.quantity, row.base) for row in rows}


def test_what_was_done_is_counted_and_shown(
    branch_a, committee, member, join, secretary, deputy, person
):
    of_members, of_branches = (adopt(committee, text) for text in (MEMBERS, BRANCHES))
    colleague = join(branch_a, "李敏")

    # In September the promises are made and the pair is formed; October does the rest.
    september = moment(D(2026, 9, 1))
    for n in range(3):
        pledge_drafts.draft(
            branch=branch_a, member=member, year=2026, by=member.user, at=september,
            facts=PledgeFacts(f"帮带青工{n}", "10 月底前 1 名", D(2026, 10, 20)),
        )  # fmt: skip
    promised = pledge_drafts.submit(
        branch=branch_a, member=member, year=2026, by=member.user, at=september
    )
    for pledge in promised:
        pledges.approve(pledge=pledge, by=secretary, at=september)
    pair = pairs.form(
        branch=branch_a, by=secretary, at=september,
        facts=PairFacts(PairKind.SKILL, member, helped=colleague),
    )  # fmt: skip
    problem = problems.raise_from(
        source=Source.PAIR, source_id=pair.pk, organization=branch_a, text="夜班食堂没有热饭",
        whose="后勤", due_on=D(2026, 10, 15), by=secretary, at=september,
    )  # fmt: skip
    duty.write_month(
        branch=branch_a, period=OCTOBER, chosen={D(2026, 10, 19): [member.pk]}, by=secretary,
        at=september,
    )  # fmt: skip
    contacts.log(
        pair=pair, on=D(2026, 10, 5), way=Way.MEETING, by=member.user, at=moment(D(2026, 10, 5))
    )
    idea = ideas.raise_idea(text="筛板快换支架", by=member.user, at=moment(D(2026, 10, 6)))
    ideas.adopt(
        idea=idea, answer="采纳", owner=colleague, due_on=D(2026, 12, 1), by=secretary,
        at=moment(D(2026, 10, 8)),
    )  # fmt: skip
    served = volunteer_hours.enter(
        member=member, service=Service(D(2026, 10, 7), Decimal("2.5"), "社区巡逻"),
        by=member.user, at=moment(D(2026, 10, 8)),
    )  # fmt: skip
    problems.close(
        problem=problem, closed_on=D(2026, 10, 14), outcome="已开夜班窗口", by=secretary,
        at=moment(D(2026, 10, 14)),
    )  # fmt: skip
    first, second = (
        runs.compute(version=version, period=OCTOBER, by=None, at=COMPUTED)
        for version in (of_members, of_branches)
    )
    assert lines(first, member) == {
        "duties": (1, None), "pledges": (0, 3), "contacts": (1, None), "ideas": (1, None),
    }  # fmt: skip
    assert lines(second, branch_a) == {"pairs": (1, 1), "pledges": (0, 3), "problems": (1, 1)}

    # What is settled afterwards is a late fact: it is found, and moves the lines.
    volunteer_hours.confirm(entry=served, by=deputy, at=LATE)
    pledges.review(pledge=promised[0], verdict=Verdict.KEPT, by=secretary, at=LATE)
    assert changes.touched(first, LATE) == {member.pk}
    assert changes.touched(second, LATE) == {branch_a.pk}
    for run, subject in ((first, member), (second, branch_a)):
        amendments.amend(run=run, subjects=[subject.pk], at=LATE)
        amended = fingerprints.checksum(run.pk)
        anew = runs.compute(version=run.version, period=OCTOBER, by=None, at=LATE)
        assert fingerprints.checksum(anew.pk) == amended

    assert lines(anew, branch_a) == {"pairs": (1, 1), "pledges": (1, 3), "problems": (1, 1)}
    client = person()
    client.force_login(member.user)
    shown = {
        code: client.get(reverse("my-evidence", kwargs={"period": OCTOBER, "item": code}))
        for code in ("duties", "service", "pledges", "contacts", "ideas")
    }
    told = {code: [row.title for row in page.context["records"]] for code, page in shown.items()}
    assert told == {
        "duties": ["采煤党支部值班"],
        "service": ["社区巡逻"],
        "pledges": ["帮带青工0", "帮带青工1", "帮带青工2"],
        "contacts": ["李敏"],
        "ideas": ["筛板快换支架"],
    }
    for page in shown.values():
        for row in page.context["records"]:
            assert not row.url or client.get(row.url).status_code == 200
    leader = person()
    Post.objects.create(
        user=leader.user, organization=committee, role=Role.SECRETARY, started_on=FOUNDED
    )
    for code, title in (("pairs", "陈卓 → 李敏"), ("problems", "夜班食堂没有热饭")):
        page = leader.get(
            reverse(
                "organization-evidence",
                kwargs={"pk": branch_a.pk, "period": OCTOBER, "item": code},
            )
        )
        assert [row.title for row in page.context["records"]] == [title]
        assert leader.get(page.context["records"][0].url).status_code == 200
