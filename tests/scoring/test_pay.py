"""The pay table: coefficients and shares of a final round, on the screen and as a workbook."""

import datetime as dt
import io

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.models import AuditEntry, Document, Job, Organization, Post
from branches.rules.periods import Period
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from scoring import tasks
from scoring.models import Consequence, Round, Score
from scoring.operations import consequences, runs
from scoring.queries import pay
from scoring.rules.rounds import ConsequenceStep as T
from tests.conftest import set_up
from tests.scoring.decided import DECIDED, ROAD, TALKS, decided, opened
from tests.scoring.grading import adopt


@pytest.fixture
def round_(committee, branch_a, branch_b, at, office, chief) -> Round:
    """A has 95 and the best band; B has 25: three consequences; the third is barred by a veto."""
    third = set_up("QF03", "运输党支部", OrganizationKind.BRANCH, committee, at)
    return decided(
        adopt(committee, ROAD), "2026-08", {branch_a: 95, branch_b: 25, third: 99},
        by=office.user, leader=chief.user, veto=third,
    )  # fmt: skip


def settle(round_: Round, step: T, *titles: str, by) -> None:
    for title in titles:
        consequences.decide(
            consequence=round_.consequences.get(title=title), step=step, reason="会议研究",
            due_on=None, by=by.user, at=DECIDED,
        )  # fmt: skip


def table(round_: Round) -> list[tuple[object, ...]]:
    return [
        (
            row.organization.short_name,
            str(row.total),
            row.star,
            row.grade,
            None if row.coefficient is None else f"{row.coefficient:f}",
            f"{row.withheld:f}",
            row.remarks,
        )
        for row in pay.rows(round_, pay.scores(round_))
    ]


A, B, C = "采煤党支部", "机电党支部", "运输党支部"


def test_the_bands_coefficient_stands_until_a_consequence_is_accepted(round_):
    assert table(round_) == [
        (A, "95.00", 5, "好", "1.2", "0", ""),
        (B, "25.00", 1, "差", None, "0", ""),
        (C, "99.00", None, "不予评定", None, "0", ""),
    ]


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (["扣减绩效"], ("0.700", "0.6000", "扣减绩效（系数 0.7，扣减 60%）")),
        (["再扣减"], ("0.400", "0.5000", "再扣减（系数 0.4，扣减 50%）")),
        (  # the lowest coefficient; 60% and 50% are the whole at most
            ["扣减绩效", "再扣减"],
            ("0.400", "1", "扣减绩效（系数 0.7，扣减 60%）；再扣减（系数 0.4，扣减 50%）"),
        ),
        (["通报"], (None, "0", "通报")),
    ],
)
def test_accepted_consequences_count(round_, chief, accepted, expected):
    settle(round_, T.ACCEPT, *accepted, by=chief)

    assert table(round_)[1] == (B, "25.00", 1, "差", *expected)


def test_declined_ones_count_for_nothing(round_, chief):
    settle(round_, T.DECLINE, "扣减绩效", "再扣减", "通报", by=chief)

    assert table(round_)[1] == (B, "25.00", 1, "差", None, "0", "")


def test_done_ones_still_count(round_, chief):
    settle(round_, T.ACCEPT, "扣减绩效", by=chief)
    consequences.finish(
        consequence=round_.consequences.get(title="扣减绩效"), outcome="已扣", by=chief.user,
        at=DECIDED,
    )  # fmt: skip

    assert table(round_)[1][4:] == ("0.700", "0.6000", "扣减绩效（系数 0.7，扣减 60%，已办结）")


def test_what_waits_for_a_decision_is_told(round_, office, chief):
    """通报 touches no pay."""
    assert pay.undecided(round_) == 2
    page = office.get(reverse("pay-table", kwargs={"pk": round_.pk})).content.decode()
    assert "2 项涉及系数或扣减的结果运用还没有决定" in page

    settle(round_, T.ACCEPT, "扣减绩效", "再扣减", by=chief)
    assert pay.undecided(round_) == 0


def test_the_page_says_that_no_pay_is_computed(round_, office):
    page = office.get(reverse("pay-table", kwargs={"pk": round_.pk})).content.decode()

    assert ("软件不计算、不发放任何薪酬" in page, "本结果占绩效 30%" in page) == (True, True)


def test_members_stand_under_their_branch(committee, branch_a, branch_b, join, office, chief):
    later, first = join(branch_b, "安娜"), join(branch_a, "张三")
    round_ = decided(
        adopt(committee, TALKS), "2026-08", {later: 90, first: 50},
        by=office.user, leader=chief.user,
    )  # fmt: skip

    assert [(row.subject, row.place) for row in pay.rows(round_, pay.scores(round_))] == [
        ("张三", "青峰能源采煤党支部"), ("安娜", "青峰能源机电党支部"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "place", "expected"),
    [
        (Role.REVIEWER, "committee", (200, 1, 200, 200)),
        (Role.SECRETARY, "committee", (200, 1, 200, 200)),
        (Role.ADMINISTRATOR, "committee", (403, None, 404, 404)),
        (Role.SECRETARY, "branch_a", (200, 0, 404, 404)),
        (Role.REVIEWER, "branch_a", (200, 0, 404, 404)),
        (Role.AUDITOR, "committee", (403, None, 404, 404)),
        (None, None, (403, None, 404, 404)),
    ],
)
def test_whose_committee_it_is_may_see_it(round_, person, request, role, place, expected):
    client = person(role, place and request.getfixturevalue(place))

    found = client.get(reverse("pay-list"))

    rows = len(found.context["rows"]) if found.status_code == 200 else None
    assert (
        found.status_code,
        rows,
        client.get(reverse("pay-table", kwargs={"pk": round_.pk})).status_code,
        client.post(reverse("pay-table-xlsx", kwargs={"pk": round_.pk})).status_code,
    ) == expected


def test_only_final_rounds_have_a_table(round_, office):
    september = Period.parse("2026-09")
    run = runs.compute(version=round_.run.version, period=september, by=None, at=DECIDED)
    waiting = opened(run, office.user)

    found = {
        str(one.run.period): office.get(reverse("pay-table", kwargs={"pk": one.pk})).status_code
        for one in (round_, waiting)
    }
    assert found == {"2026-08": 200, "2026-09": 404}


def test_the_workbook(round_, office, chief):
    Organization.objects.filter(short_name=A).update(name="=HYPERLINK(1)党支部")
    settle(round_, T.ACCEPT, "扣减绩效", "再扣减", by=chief)

    answer = office.post(reverse("pay-table-xlsx", kwargs={"pk": round_.pk}))

    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = [tuple(cell.value for cell in row) for row in sheet.iter_rows()]
    assert rows[0][0] == (
        "青峰能源党委 · 2026 年 8 月月度考评，2026-10-19 审定 · 本表只列评定结果、系数和扣减比例，"
        "软件不计算、不发放任何薪酬；绩效由薪酬部门按本单位办法核定。"
    )
    remarks = "扣减绩效（系数 0.7，扣减 60%）；再扣减（系数 0.4，扣减 50%）"
    assert rows[1:] == [
        (
            "序号", "党组织", "类型", "总分", "星级", "等次", "系数", "扣减比例",
            "本结果占绩效比例", "备注",
        ),
        (1, "'=HYPERLINK(1)党支部", "国企·一线", 95, 5, "好", 1.2, 0, 0.3, None),
        (2, "青峰能源机电党支部", "国企·一线", 25, 1, "差", 0.4, 1, 0.3, remarks),
        (3, "青峰能源运输党支部", "国企·一线", 99, None, "不予评定", None, 0, 0.3, None),
    ]  # fmt: skip
    assert [cell.data_type for cell in sheet[3]] == [
        "n", "s", "s", "n", "n", "s", "n", "n", "n", "n",
    ]  # fmt: skip
    assert (sheet["D3"].number_format, sheet["H4"].number_format) == ("0.00", "0.00%")
    assert sheet.freeze_panes == "C3"
    assert "%E7%BB%A9%E6%95%88" in answer["Content-Disposition"]
    entry = AuditEntry.objects.get(action="pay.exported")
    assert entry.after == {"period": "2026-08", "rows": 3}


def test_a_large_workbook_is_a_jobs_work_for_whoever_asked(
    round_, office, chief, person, committee, monkeypatch
):
    at_once = office.post(reverse("pay-table-xlsx", kwargs={"pk": round_.pk}))
    monkeypatch.setattr("scoring.views.pay.AT_ONCE", 2)

    answer = office.post(reverse("pay-table-xlsx", kwargs={"pk": round_.pk}))
    again = office.post(reverse("pay-table-xlsx", kwargs={"pk": round_.pk}))

    job = Job.objects.get()
    assert answer.url == again.url == f"/jobs/{job.pk}/"
    tasks.write_pay_table(job_id=job.pk)
    tasks.write_pay_table(job_id=job.pk)  # delivered twice
    job.refresh_from_db()
    document = Document.objects.get()
    assert (job.state, job.message, job.result_url) == (
        "DONE", "共 3 行，点“查看结果”下载", f"/pay/{round_.pk}/xlsx/{document.pk}/",
    )  # fmt: skip
    given = office.get(job.result_url)
    sheets = [
        [tuple(cell.value for cell in row) for row in openpyxl.load_workbook(file).active.rows]
        for file in (io.BytesIO(b"".join(one.streaming_content)) for one in (given, at_once))
    ]
    assert sheets[0] == sheets[1]
    assert "%E7%BB%A9%E6%95%88" in given["Content-Disposition"]
    assert AuditEntry.objects.filter(action="pay.exported").count() == 2
    administrator = person(Role.ADMINISTRATOR, committee)
    for client in (chief, administrator):
        assert client.get(job.result_url).status_code == 404
        assert client.get(f"/documents/{document.pk}/").status_code == 404
    Post.objects.filter(user=office.user).update(ended_on=dt.date(2020, 1, 2))
    assert office.get(job.result_url).status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_takes_as_many_queries_for_many(committee, branch_a, at, office, chief, count):
    more = [
        set_up(f"QX{n:02d}", f"{n}支部", OrganizationKind.BRANCH, committee, at)
        for n in range(count)
    ]
    round_ = decided(
        adopt(committee, ROAD), "2026-08", dict.fromkeys([branch_a, *more], 35),
        by=office.user, leader=chief.user,
    )  # fmt: skip
    Consequence.objects.update(state="ACCEPTED", decided_by=chief.user, decided_at=DECIDED)
    address = reverse("pay-table", kwargs={"pk": round_.pk})
    office.get(address)

    with CaptureQueriesContext(connection) as asked:
        page = office.get(address)

    assert Score.objects.filter(run=round_.run).count() == count + 1
    assert (len(page.context["rows"]), len(asked)) == (count + 1, PAGE)


# Session, account, posts, the round, scores counted, scores, consequences, undecided, notices.
PAGE = 9
