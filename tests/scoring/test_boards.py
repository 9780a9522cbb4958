"""The boards and what is beside them: periods, filters, heat maps, workbooks, the way to rise."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.models import Activity
from branches.models import Organization
from branches.rules.periods import Period
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind, OrganizationType
from branches.spreadsheets import read_rows
from scoring.models import Mark, PointEntry, Run, Score
from scoring.operations import rollups, runs, schemes
from scoring.operations.rounds import take
from scoring.queries import boards, consequences, explanations, trends
from scoring.rules.rounds import RoundState, RoundStep
from tests.conftest import set_up
from tests.scoring.decided import DECIDED, opened

MARCH = Period.parse("2026-03")
QUARTER = Period.parse("2026Q1")
YEAR = Period.parse("2026")

TWO_ITEMS = """
code = "two-items"
title = "两项"
target = "organization"
period = "month"
groups = "type"

[[part]]
code = "work"
title = "工作"
full = 100

  [[part.item]]
  code = "plan"
  title = "计划"
  rule = "mark"
  full = 60

  [[part.item]]
  code = "care"
  title = "走访"
  rule = "mark"
  full = 40

[[outcome.band]]
label = "五星"
star = 5
min = 90

[[outcome.band]]
label = "四星"
star = 4
min = 80

[[outcome.band]]
label = "一星"
star = 1
min = 0

[[consequence]]
title = "连续两期四星以下"
kind = "notice"
any = [{ of = "star", below = 4 }]
periods = 2

[[rollup]]
of = "month"
to = "quarter"
weights = [0.2, 0.3, 0.5]
"""


@pytest.fixture
def version(committee, at):
    return schemes.adopt(
        committee=committee, text=TWO_ITEMS, effective_from=Period.parse("2026-01"), by=None, at=at
    )


@pytest.fixture
def marked(version, person, at):
    """Return ``marked(branch, period, plan, care)``: what the inspector gave, None for nothing."""
    inspector = person().user

    def give(branch: Organization, period: Period, plan: int | None, care: int | None) -> None:
        for code, value in (("plan", plan), ("care", care)):
            if value is not None:
                Mark.objects.create(
                    scheme_code=version.code, item_code=code, organization=branch,
                    period_start=period.first_day, value=value, marked_by=inspector, marked_at=at,
                )  # fmt: skip

    return give


@pytest.fixture
def compute(version, at):
    def run(period: Period = MARCH) -> Run:
        return runs.compute(version=version, period=period, by=None, at=at)

    return run


@pytest.fixture
def quarter(version, marked, compute, branch_a, branch_b, at) -> Run:
    """Three months of two branches, rolled up: A 80, 90, 100; B lacks February."""
    for number, month in enumerate(QUARTER.months):
        marked(branch_a, month, 50 + 5 * number, 30 + 5 * number)
        if number != 1:
            marked(branch_b, month, 60, 10)
        compute(month)
    return rollups.roll_up(version=version, period=QUARTER, by=None, at=at)


def _rows(page) -> list[tuple[str, Decimal | None, Decimal | None]]:
    return [
        (row.organization.short_name, row.score.total, row.change)
        for row in page.context["board"].rows
    ]


def test_a_quarter_has_its_board_and_says_what_it_was_made_from(
    person, quarter, committee, branch_a
):
    reviewer = person(Role.REVIEWER, committee)

    board = reviewer.get("/board/?period=2026Q1")
    page = reviewer.get(f"/board/{branch_a.pk}/2026Q1/")

    assert _rows(board) == [
        ("采煤党支部", Decimal("93.00"), None),
        ("机电党支部", None, None),
    ]
    explained = page.context["explained"]
    assert [(str(s.period), s.weight_text, s.score.total) for s in explained.sources] == [
        ("2026-01", "0.2", Decimal("80.00")),
        ("2026-02", "0.3", Decimal("90.00")),
        ("2026-03", "0.5", Decimal("100.00")),
    ]
    assert explained.sum_words == "80.00 × 0.2 ＋ 90.00 × 0.3 ＋ 100.00 × 0.5"
    assert (explained.lifting, [part.lines for part in explained.parts]) == (None, [()])


def test_the_kinds_of_period_lead_to_each_other(person, quarter, committee):
    reviewer = person(Role.REVIEWER, committee)

    at_month = reviewer.get("/board/?period=2026-02&type=ENTERPRISE_FRONT")
    at_quarter = reviewer.get("/board/?period=2026Q1")

    assert [(c.label, c.url, c.active) for c in at_month.context["period_kinds"]] == [
        ("月", "?period=2026-02&type=ENTERPRISE_FRONT", True),
        ("季", "?period=2026Q1&type=ENTERPRISE_FRONT", False),
    ]
    assert [(c.label, c.url) for c in at_quarter.context["period_kinds"]] == [
        ("月", "?period=2026-03"),
        ("季", "?period=2026Q1"),
    ]
    assert [c.label for c in at_quarter.context["months"]] == [
        "‹ 上季度", "2026 年第一季度", "下季度 ›",
    ]  # fmt: skip


def test_a_longer_period_is_reached_before_its_first_result(
    person, version, marked, compute, branch_a, committee
):
    marked(branch_a, MARCH, 60, 40)
    compute()
    reviewer = person(Role.REVIEWER, committee)

    at_month = reviewer.get("/board/?period=2026-03")
    at_quarter = reviewer.get("/board/?period=2026Q1")

    ways = [("月", "?period=2026-03"), ("季", "?period=2026Q1")]
    for page in (at_month, at_quarter):
        assert [(c.label, c.url) for c in page.context["period_kinds"]] == ways
    words = (
        "2026 年第一季度的结果由 3 个月的得分汇总而来：最后一期在 2026 年 3 月 31 日期满，"
        "每一期都核算以后自动汇总。现在可以先看已经核算的较短期间。"
    )
    assert (at_month.context["awaited"], at_quarter.context["awaited"]) == ("", words)
    assert "这一期还没有汇总" in at_quarter.content.decode()
    for url in ("/board/heat/", "/board/tiers/", "/board/tiers/heat/"):
        assert reviewer.get(f"{url}?period=2026Q1").status_code == 200
    # What no scheme is rolled up to has no way to it, and nothing is promised of it.
    assert reviewer.get("/board/?period=2026").context["awaited"] == ""


@pytest.mark.parametrize("text", ["2026Q5", "2026H3", "26", "2026-00"])
@pytest.mark.parametrize("url", ["/board/", "/board/heat/", "/board/tiers/", "/board/xlsx/"])
def test_what_is_no_period_is_not_found(person, quarter, committee, url, text):
    assert person(Role.REVIEWER, committee).get(f"{url}?period={text}").status_code == 404


def test_change_is_against_the_period_before(person, quarter, committee):
    page = person(Role.REVIEWER, committee).get("/board/?period=2026-03")

    assert _rows(page) == [
        ("采煤党支部", Decimal("100.00"), Decimal("10.00")),
        ("机电党支部", Decimal("70.00"), None),
    ]
    assert [str(one) for one in boards.rated_periods([committee.path], "organization")] == [
        "2026-03", "2026-02", "2026-01", "2026Q1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "proposed"), [(None, False), (RoundState.DECIDING, False), (RoundState.FINAL, True)]
)
def test_a_board_looks_back_on_what_is_final_as_deciding_does(
    person, committee, marked, compute, branch_a, django_assert_num_queries, state, proposed
):
    office, leader = (person(role, committee).user for role in (Role.REVIEWER, Role.SECRETARY))
    for month in QUARTER.months:
        marked(branch_a, month, 40, 20)
        run = compute(month)
        if state and month != QUARTER.months[-1]:
            round_ = opened(run, office)
            if state is RoundState.FINAL:
                take(round=round_, step=RoundStep.DECIDE, by=leader, at=DECIDED)
    score = Score.objects.select_related("run__version").get(run=run)

    with django_assert_num_queries(2 if proposed else 1):
        found = explanations.proposals(score.run, [score])
    assert found == ({score.pk: ("连续两期四星以下",)} if proposed else {})
    at_decision = consequences.proposals(opened(run, office))
    assert [one.score.organization_id for one in at_decision] == [branch_a.pk] * proposed


@pytest.fixture
def general(committee, at) -> Organization:
    return set_up("QF9", "洗煤党总支", OrganizationKind.GENERAL_BRANCH, committee, at)


def test_a_board_is_narrowed_by_type_and_parent(
    person, marked, compute, committee, general, branch_a, at
):
    below = set_up("QF91", "洗煤一支部", OrganizationKind.BRANCH, general, at)
    Organization.objects.filter(pk=branch_a.pk).update(type=OrganizationType.ENTERPRISE_OFFICE)
    marked(below, MARCH, 60, 40)
    compute()
    reviewer = person(Role.REVIEWER, committee)

    def names(query: str) -> list[str]:
        return [row[0] for row in _rows(reviewer.get(f"/board/?period=2026-03&{query}"))]

    assert names("") == ["洗煤一支部", "采煤党支部"]
    assert names("type=ENTERPRISE_OFFICE") == ["采煤党支部"]
    assert names(f"parent={general.pk}") == ["洗煤一支部"]
    assert names(f"parent={general.pk}&type=ENTERPRISE_OFFICE") == []
    assert names("parent=x&type=y") == ["洗煤一支部", "采煤党支部"]


def test_overdue_records_are_counted_with_those_of_the_groups(
    person, marked, compute, committee, branch_a, branch_b, group_a, at
):
    compute()
    secretary = person(Role.SECRETARY, branch_a).user
    for host, state, day in (
        (branch_a, "OPEN", 10), (group_a, "PLANNED", 11), (branch_a, "CLOSED", 12),
        (branch_b, "CANCELLED", 10),
    ):  # fmt: skip
        Activity.objects.create(
            organization=host, kind="THEME_DAY", title="党日", held_on=dt.date(2026, 3, day),
            starts_at=dt.time(9), place="会议室", record_due_on=dt.date(2026, 3, 20), state=state,
            entered_by=secretary, entered_at=at, closed_at=at if state == "CLOSED" else None,
        )  # fmt: skip

    page = person(Role.REVIEWER, committee).get("/board/?period=2026-03")

    rows = page.context["board"].rows
    assert {row.organization.short_name: row.overdue for row in rows} == {
        "采煤党支部": 2,
        "机电党支部": 0,
    }


def test_why_it_is_this_star_and_how_it_could_rise(
    person, marked, compute, committee, branch_a, branch_b
):
    marked(branch_a, MARCH, 48, 30)
    marked(branch_b, MARCH, 60, 40)
    compute()

    page = person(Role.SECRETARY, branch_a).get(f"/board/{branch_a.pk}/2026-03/")

    explained = page.context["explained"]
    assert explained.grade_words == (
        "总分 78.00，达到“一星”的 0 分。",
        "距“四星”的 80 分还差 2 分。",
    )
    assert [(lift.item.code, lift.gain, how) for lift, how in explained.lifts] == [
        ("plan", Decimal("12.00"), "得满分 60 分"),
        ("care", Decimal("10.00"), "得满分 40 分"),
    ]
    assert [lift.item.code for lift in explained.lifting.enough] == ["plan"]
    assert page.context["rivals"] == 2
    assert "排第 2 名" in page.content.decode()


def test_a_veto_says_what_the_total_would_have_given(marked, compute, branch_a):
    marked(branch_a, MARCH, 60, 35)
    score = Score.objects.select_related("run__version", "organization").get(run=compute())
    score.veto, score.place = "不予评星", None

    assert explanations.explain(score).grade_words == (
        "被一票否决（不予评星），不评等次，也不参加排名。",
        "没有否决时，总分 95.00 可评“五星”。",
    )


def test_a_branch_stands_beside_the_median_of_its_type(
    marked, compute, committee, branch_a, branch_b, at
):
    third = set_up("QF03", "运输党支部", OrganizationKind.BRANCH, committee, at)
    office = set_up("QF04", "机关党支部", OrganizationKind.BRANCH, committee, at)
    Organization.objects.filter(pk=office.pk).update(type=OrganizationType.ENTERPRISE_OFFICE)
    for branch, plan in ((branch_a, 10), (branch_b, 20), (third, 60), (office, 60)):
        marked(branch, MARCH, plan, 40)
    run = compute()
    score = Score.objects.select_related("run__version").get(run=run, organization=branch_a)

    standing = trends.against_median(score, explanations.explain(score).scheme)

    assert [(one.points, one.median) for one in standing] == [(Decimal("50.00"), Decimal("60.00"))]


def test_the_trend_holds_the_periods_up_to_the_one_shown(person, quarter, committee, branch_a):
    page = person(Role.REVIEWER, committee).get(f"/board/{branch_a.pk}/2026-02/")

    assert page.context["trend"]["xAxis"]["data"] == ["2026-01", "2026-02"]
    assert [line["data"] for line in page.context["trend"]["series"]] == [
        [Decimal("80.00"), Decimal("90.00")],
        [1, 1],
    ]


def test_the_heat_map_of_branches_shows_every_item(person, marked, compute, committee, branch_a):
    marked(branch_a, MARCH, 48, None)
    compute()

    heat = person(Role.REVIEWER, committee).get("/board/heat/?period=2026-03").context["heat"]

    assert heat.parts == (("工作", 2),)
    assert [(column.title, column.full) for column in heat.columns] == [
        ("计划", "60"), ("走访", "40"),
    ]  # fmt: skip
    assert [[(cell.points, cell.level) for cell in row.cells] for row in heat.rows] == [
        [(Decimal("48.00"), 3), (None, 0)]
    ]


def test_the_heat_map_of_members_shows_means_and_no_names(
    person, adopted, committee, branch_a, join, at
):
    members = [join(branch_a, name) for name in ("甲", "乙")]
    PointEntry.objects.create(
        scheme_code="points-1261", item_code="service", member=members[0], organization=branch_a,
        quantity=3, happened_on=dt.date(2026, 3, 5), evidence="清雪",
        entered_by=person().user, entered_at=at,
    )  # fmt: skip
    runs.compute(version=adopted["member"], period=MARCH, by=None, at=at)
    given = Score.objects.filter(member__in=members)
    reviewer = person(Role.REVIEWER, committee)

    page = reviewer.get("/board/tiers/heat/?period=2026-03")

    heat = page.context["heat"]
    place = [item.code for item in heat.scheme.items].index("service")
    one = explanations.explain(given.get(member=members[0])).line("service")
    (row,) = heat.rows
    assert (row.rated, row.cells[place].points) == (2, one.points / 2)
    assert "甲" not in page.content.decode()


@pytest.mark.parametrize(
    ("url", "branches"), [("/board/heat/", ["采煤党支部"]), ("/board/xlsx/", ["采煤党支部"])]
)
def test_a_branch_sees_itself_alone(person, quarter, branch_a, url, branches, tmp_path):
    answer = person(Role.SECRETARY, branch_a).get(f"{url}?period=2026-03")

    if answer.context and "heat" in answer.context:
        seen = [row.organization.short_name for row in answer.context["heat"].rows]
    else:
        seen = [row[0] for row in _cells(answer, tmp_path)[2:]]
    assert seen == branches


def _cells(answer, folder) -> list[list[object]]:
    file = folder / "board.xlsx"
    file.write_bytes(b"".join(answer.streaming_content))
    return read_rows(file)


def test_the_workbook_is_what_is_on_the_screen(person, quarter, committee, tmp_path):
    reviewer = person(Role.REVIEWER, committee)

    answer = reviewer.get("/board/xlsx/?period=2026-03")

    assert "2026-03.xlsx" in answer["Content-Disposition"]
    assert _cells(answer, tmp_path) == [
        ["2026 年 3 月 · 两项 · 全部支部", None, None, None, None, None, None],
        ["支部", "类型", "总分", "星级", "较上期", "工作", "同类名次"],
        ["采煤党支部", "国企·一线", 100, "五星", 10, 100, 1],
        ["机电党支部", "国企·一线", 70, "一星", "—", 70, 2],
    ]


def test_names_in_a_workbook_are_no_formulas(person, marked, compute, committee, branch_a):
    Organization.objects.filter(pk=branch_a.pk).update(short_name="=1+1")
    compute()

    answer = person(Role.REVIEWER, committee).get("/board/xlsx/?period=2026-03")

    book = ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert ("<f>" in sheet, "'=1+1" in sheet) == (False, True)


def test_a_name_on_the_board_is_no_markup(person, marked, compute, committee, branch_a):
    Organization.objects.filter(pk=branch_a.pk).update(short_name="<i>甲")
    marked(branch_a, MARCH, 60, 40)
    compute()

    page = person(Role.REVIEWER, committee).get("/board/?period=2026-03").content.decode()

    assert ("<i>甲" in page, "&lt;i&gt;甲" in page) == (False, True)


@pytest.mark.parametrize("url", ["/board/xlsx/", "/board/tiers/xlsx/"])
def test_without_a_run_the_workbook_leads_back_to_the_board(person, version, committee, url):
    answer = person(Role.REVIEWER, committee).get(f"{url}?period=2026-03")

    assert (answer.status_code, answer.url) == (302, f"{url.replace('xlsx/', '')}?period=2026-03")


def test_two_schemes_of_a_period_can_both_be_seen(
    person, adopted, version, compute, committee, branch_a, at
):
    compute()
    runs.compute(version=adopted["organization"], period=MARCH, by=None, at=at)
    reviewer = person(Role.REVIEWER, committee)

    pages = [
        reviewer.get(f"/board/{path}?{query}&scheme=two-items")
        for path, query in (("", "period=2026-03"), (f"{branch_a.pk}/2026-03/", ""))
    ]

    assert [(c.label, c.active) for c in pages[0].context["schemes"]] == [
        ("星级党支部（五标）", False),
        ("两项", True),
    ]
    assert pages[0].context["run"].scheme_code == "two-items"
    assert pages[1].context["explained"].score.run.scheme_code == "two-items"
    for item in ("plan", "theme_day_held"):
        assert reviewer.get(f"/board/{branch_a.pk}/2026-03/item/{item}/").status_code == 200


def test_a_member_sees_the_quarter_by_its_months(person, adopted, branch_a, join, at):
    member = join(branch_a, "甲")
    client = person()
    member.user = client.user
    member.save(update_fields=["user"])
    text = schemes_text_with_quarters()
    version = schemes.adopt(
        committee=adopted["member"].committee, text=text,
        effective_from=Period.parse("2026-01"), by=None, at=at,
    )  # fmt: skip
    for month in QUARTER.months:
        runs.compute(version=version, period=month, by=None, at=at)
    rollups.roll_up(version=version, period=QUARTER, by=None, at=at)

    page = client.get("/my/points/2026Q1/?scheme=quarterly")

    explained = page.context["explained"]
    assert [str(source.period) for source in explained.sources] == ["2026-01", "2026-02", "2026-03"]
    assert explained.sum_words == "（10.00 ＋ 10.00 ＋ 10.00）÷ 3"
    assert [str(s.run.period) for s in page.context["scores"]] == ["2026Q1"]


def schemes_text_with_quarters() -> str:
    return """
code = "quarterly"
title = "按季积分"
target = "member"
period = "month"
groups = "all"

[[part]]
code = "daily"
title = "日常"
full = 10

  [[part.item]]
  code = "order"
  title = "纪律"
  rule = "deduct"
  full = 10
  points = 2

[[rollup]]
of = "month"
to = "quarter"
"""


MOST_QUERIES = 12


@pytest.mark.parametrize(
    "url",
    [
        "/board/?period=2026-03",
        "/board/xlsx/?period=2026-03",
        "/board/heat/?period=2026-03",
        "/board/tiers/?period=2026-03",
        "/board/tiers/heat/?period=2026-03",
    ],
)
def test_one_branch_and_thirty_take_the_same_few_queries(
    person, adopted, version, committee, join, at, url
):
    client = person(Role.REVIEWER, committee)
    counts = []
    for size in (1, 30):
        for n in range(size - len(counts)):
            branch = set_up(f"X{size}-{n}", f"支部{size}-{n}", "BRANCH", committee, at)
            join(branch, f"党员{size}-{n}")
        for month in QUARTER.months:
            for each in (*adopted.values(), version):
                runs.compute(version=each, period=month, by=None, at=at)
        client.get(f"{url}&scheme=two-items")
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"{url}&scheme=two-items").status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= MOST_QUERIES
