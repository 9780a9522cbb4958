"""The office's own marking: of months, and of the longer periods that schemes are for."""

import datetime as dt
from decimal import Decimal

import pytest

from branches.access import Grants
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Role
from scoring import duties
from scoring.models import Mark, Score
from scoring.operations import runs
from tests.scoring.grading import STARS, adopt

# (period in a scheme, an address, the period's first day, what the page calls it)
KINDS = [
    ("month", "2026-03", dt.date(2026, 3, 1), "2026 年 3 月"),
    ("quarter", "2026Q1", dt.date(2026, 1, 1), "2026 年第一季度"),
    ("half-year", "2026H1", dt.date(2026, 1, 1), "2026 年上半年"),
    ("year", "2026", dt.date(2026, 1, 1), "2026 年"),
]
CODES = {kind: f"stars-{kind}" for kind, *_ in KINDS}


def scheme(kind: str) -> str:
    return STARS.replace('code = "stars"', f'code = "{CODES[kind]}"').replace(
        'period = "month"', f'period = "{kind}"'
    )


@pytest.fixture
def office(person, committee):
    return person(Role.REVIEWER, committee)


@pytest.mark.parametrize(("kind", "period", "first_day", "label"), KINDS)
def test_a_sheet_is_of_the_schemes_own_period(
    office, committee, branch_a, at, kind, period, first_day, label
):
    version = adopt(committee, scheme(kind))
    url = f"/marks/{branch_a.pk}/{period}/"

    page = office.get(url)
    answer = office.post(url, {"value-files": "80"})

    assert f"{label}逐项打分" in page.content.decode()
    assert (answer.status_code, answer.url) == (302, f"/marks/?period={period}")
    mark = Mark.objects.get()
    assert (mark.scheme_code, mark.period_start, mark.value) == (CODES[kind], first_day, 80)
    listed = office.get(answer.url)
    sheets = {sheet.organization: (sheet.marked, sheet.due) for sheet in listed.context["sheets"]}
    assert sheets[branch_a] == (1, 1)
    runs.compute(version=version, period=Period.parse(period), by=None, at=at)
    assert Score.objects.get(organization=branch_a).total == Decimal("80.00")


@pytest.mark.parametrize("period", ["2026-02", "2026Q1", "2026H1", "2025"])
def test_a_period_in_which_nothing_is_marked_shows_the_way(office, committee, branch_a, period):
    adopt(committee, scheme("month").replace('rule = "mark"', 'rule = "deduct"\n  points = 1'))

    page = office.get(f"/marks/{branch_a.pk}/{period}/").content.decode()

    assert "这一期没有需要打分的方案" in page
    assert 'href="/marks/"' in page


@pytest.mark.parametrize("period", ["2026-13", "2026Q5", "2100", "2100Q1", "2100-01"])
def test_a_period_that_is_none_or_not_begun_is_not_found(office, branch_a, period):
    found = [office.get(f"/marks/{branch_a.pk}/{period}/"), office.get(f"/marks/?period={period}")]
    assert [answer.status_code for answer in found] == [404, 404]


def test_the_list_begins_with_the_shortest_kind_that_is_marked_and_leads_to_the_others(
    office, committee, branch_a
):
    assert office.get("/marks/").context["period"].kind is PeriodKind.MONTH
    adopt(committee, scheme("year"))
    assert office.get("/marks/").context["period"].kind is PeriodKind.YEAR
    adopt(committee, scheme("quarter"))

    page = office.get("/marks/")

    assert page.context["period"].kind is PeriodKind.QUARTER
    assert [(one.label, one.active) for one in page.context["kinds"]] == [
        ("季", True),
        ("年", False),
    ]
    of_year = office.get("/marks/?period=2026").context
    assert [one.url for one in of_year["kinds"]] == [of_year["kinds"][0].url, "?period=2026"]
    assert [one.label for one in of_year["periods"]][:2] == ["‹ 上年", "2026 年"]


@pytest.mark.parametrize(
    ("on", "titles"),
    [
        (dt.date(2026, 2, 10), ["2026 年 2 月逐项打分"]),
        (dt.date(2026, 3, 10), ["2026 年 3 月逐项打分", "2026 年第一季度逐项打分"]),
        (
            dt.date(2026, 6, 30),
            ["2026 年 6 月逐项打分", "2026 年第二季度逐项打分", "2026 年上半年逐项打分"],
        ),
        (
            dt.date(2026, 12, 1),
            [
                "2026 年 12 月逐项打分",
                "2026 年第四季度逐项打分",
                "2026 年下半年逐项打分",
                "2026 年逐项打分",
            ],
        ),
    ],
)
def test_a_longer_period_is_due_in_its_last_month(office, committee, branch_a, on, titles):
    for kind, *_ in KINDS:
        adopt(committee, scheme(kind))

    found = duties.sheets_to_mark(office.user, Grants.of(office.user, on), on)

    assert [duty.title for duty in found] == titles
    assert len({duty.due_on for duty in found}) == 1
    assert (
        found[-1].url
        == f"/marks/?period={Period.containing(on, list(PeriodKind)[len(titles) - 1])}"
    )


def test_a_sheet_that_is_complete_is_no_longer_due(office, committee, branch_a):
    adopt(committee, scheme("quarter"))
    on = dt.date(2026, 3, 10)
    grants = Grants.of(office.user, on)
    assert len(duties.sheets_to_mark(office.user, grants, on)) == 1

    office.post(f"/marks/{branch_a.pk}/2026Q1/", {"value-files": "80"})

    assert duties.sheets_to_mark(office.user, grants, on) == []
