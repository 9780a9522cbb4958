"""Hours of a branch and of oneself, on their pages."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from activities.queries import hours, study
from branches.rules.periods import Period
from branches.rules.roles import Role
from members.models import Exemption, Member
from tests.activities.conftest import credited

D = dt.date
TODAY = D(2026, 10, 20)
DAY = D(2026, 10, 22)
YEAR = Period.parse("2026")


def test_who_is_behind_by_the_months_that_are_over(three, join, branch_a, secretary, at):
    late = join(branch_a, "周新", since=D(2026, 9, 15))
    ill = join(branch_a, "郑病")
    Exemption.objects.create(member=ill, reason="ill", started_on=D(2026, 1, 1))
    credited(three[0], secretary, D(2026, 5, 1), "POLICY", hours=24)
    credited(three[1], secretary, D(2026, 5, 1), "POLICY", hours=Decimal("23.5"))
    credited(three[2], secretary, D(2026, 5, 1), "POLICY", hours=32)

    found = {row.name: row for row in study.standings(branch_a, YEAR, TODAY)}

    assert list(found) == ["陈卓", "李敏", "王强", "郑病", "周新"]
    assert {name: (row.so_far, row.behind, row.missing) for name, row in found.items()} == {
        "陈卓": (Decimal(24), 0, Decimal(8)),
        "李敏": (Decimal(24), Decimal("0.5"), Decimal("8.5")),
        "王强": (Decimal(24), 0, 0),
        "郑病": (Decimal(24), 0, Decimal(32)),
        "周新": (Decimal("2.67"), Decimal("2.67"), Decimal("10.67")),
    }
    assert late.name in found
    [row] = study.by_branch([branch_a], YEAR, TODAY)
    assert (row.members, row.reached, row.behind) == (4, 1, 2)


@pytest.mark.parametrize(
    ("on", "so_far"),
    [(D(2026, 1, 31), 0), (D(2026, 2, 1), "2.67"), (D(2026, 12, 31), "29.33"), (D(2027, 1, 1), 32)],
)
def test_what_is_asked_for_until_a_day(three, branch_a, on, so_far):
    assert {row.so_far for row in study.standings(branch_a, YEAR, on)} == {Decimal(so_far)}


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_of_a_branch_is_read_in_few_queries(
    signed_in, join, branch_a, secretary, count, django_assert_num_queries
):
    for n in range(count):
        credited(join(branch_a, f"党员{n}"), secretary, D(2026, 5, 1), "POLICY")

    with django_assert_num_queries(11):
        signed_in.get(reverse("study-branch", kwargs={"pk": branch_a.pk}))


def test_the_pages_of_hours(
    signed_in, keeper, person, three, branch_a, branch_b, secretary, group_a
):
    three[0].user = secretary
    three[0].save()
    credited(three[0], secretary, D(2026, 5, 1), "HISTORY")
    url = reverse("study-branch", kwargs={"pk": branch_a.pk})

    assert signed_in.get(reverse("study")).status_code == 302
    page = keeper.get(reverse("study")).content.decode()
    assert page.index("采煤党支部") < page.index("机电党支部")
    assert keeper.get(url).status_code == 200
    assert person(Role.SECRETARY, branch_b).get(url).status_code == 404
    assert person(Role.GROUP_LEADER, group_a).get(reverse("study")).status_code == 200
    own = signed_in.get(f"{reverse('my-study')}?year=2026")
    assert own.status_code == 200
    assert person().get(reverse("my-study")).status_code == 200
    member = reverse("study-member", kwargs={"pk": three[0].pk})
    assert keeper.get(member).status_code == 200
    assert person(Role.SECRETARY, branch_b).get(member).status_code == 404
    assert keeper.get(f"{reverse('study')}?year=nonsense").status_code == 200


def test_ones_own_hours_by_topic(signed_in, three, secretary):
    three[0].user = secretary
    three[0].save()
    this = dt.date.today().year
    credited(three[0], secretary, D(this, 1, 1), "HISTORY", hours=6)

    context = signed_in.get(reverse("my-study")).context

    topics = {topic: (done, share) for topic, done, share in context["topics"]}
    assert topics["党史"] == (Decimal("6.00"), Decimal(7))  # 56 ÷ 8
    assert topics["党务实务"] == (Decimal(0), Decimal(7))
    assert [row[1:] for row in context["radar"]] == list(topics.values())


@pytest.mark.parametrize("on", [TODAY, D(2026, 12, 31)])
def test_one_member_stands_where_the_branch_says_and_nobody_else_is_read(
    three, join, branch_a, branch_b, secretary, on
):
    ill = join(branch_a, "郑病")
    Exemption.objects.create(member=ill, reason="ill", started_on=D(2026, 1, 1))
    for member in three:
        credited(member, secretary, D(2026, 5, 1), "POLICY", hours=24)
    late = join(branch_b, "吴外")

    for row in study.standings(branch_a, YEAR, on):
        member = Member.objects.get(pk=row.member_id)
        assert study.of_member(member, branch_a, YEAR, on) == row
        [read] = hours.of_classes(YEAR, branch_a, member=member).rows
        assert read["member_id"] == row.member_id
    assert study.of_member(late, branch_a, YEAR, on) is None


def test_some_branches_are_read_as_each_of_them(three, join, branch_a, branch_b, secretary):
    join(branch_b, "吴外")
    credited(three[0], secretary, D(2026, 5, 1), "POLICY", hours=24)
    each = [row for place in (branch_a, branch_b) for row in study.standings(place, YEAR, TODAY)]

    assert study.standings_of([branch_a, branch_b], YEAR, TODAY) == each
    assert study.standings_of([branch_b], YEAR, TODAY) == each[-1:]
    assert study.standings_of([], YEAR, TODAY) == []


def test_who_is_behind_comes_first_and_the_rest_is_folded(signed_in, three, secretary):
    three[0].user = secretary
    three[0].save()
    this = dt.date.today().year
    credited(three[0], secretary, D(this, 1, 1), "HISTORY", hours=56)
    url = reverse("study-branch", kwargs={"pk": three[0].memberships.get().branch_id})
    over = sum(month.end <= dt.date.today() for month in Period.parse(str(this)).months)

    shown = signed_in.get(url)

    names = [[row.name for row, *_ in shown.context[part]] for part in ("late", "others")]
    behind = ["李敏", "王强"]
    assert names == ([behind, ["陈卓"]] if over else [[], ["陈卓", *behind]])
    page = shown.content.decode()
    places = [page.index(f'id="{part}"') for part in ("others", "committee", "credits", "how")]
    assert places == sorted(places)
    assert page.count('<details class="card fold"') == 4
