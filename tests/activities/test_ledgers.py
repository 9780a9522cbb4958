"""Ledgers and the printed record: only what was closed, and everything that was."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities import tasks
from activities.ledgers import meetings as ledgers
from activities.models import Attendance
from activities.operations import activities as operations
from activities.queries import documents
from activities.rules.kinds import ActivityKind
from branches import ledgers as catalogue
from branches import pdf
from branches.models import Document, Job
from branches.rules.periods import Period
from tests.activities.conftest import moment
from tests.branches.test_pdf import needs_poppler, text_of

D = dt.date
K = ActivityKind
QUARTER = Period.parse("2026Q4")


def test_both_ledgers_are_in_the_catalogue():
    titles = {ledger.code: ledger.title for ledger in catalogue.catalogue()}

    assert titles["three-meetings"] == "三会一课台账"
    assert titles["theme-days"] == "主题党日台账"


def test_a_branchs_three_meetings_by_kind(hold, branch_a, group_a, join):
    for name in ("陈卓", "李敏", "王强"):
        join(branch_a, name, group=group_a)
    hold(branch_a, K.ASSEMBLY, D(2026, 10, 20), "PPL", title="四季度党员大会")
    hold(branch_a, K.ASSEMBLY, D(2026, 11, 20), closed_on=D(2026, 11, 30), summary="")
    hold(branch_a, K.ASSEMBLY, D(2026, 12, 31), close=False)
    hold(group_a, K.GROUP_MEETING, D(2026, 10, 9), "PAA", title="10月党小组会")
    hold(branch_a, K.THEME_DAY, D(2026, 10, 21))  # another ledger's
    hold(branch_a, K.LECTURE, D(2026, 9, 30))  # another quarter's

    ledger = ledgers.three_meetings(branch_a, QUARTER)

    assert [(section.title, len(section.rows), section.note) for section in ledger.sections] == [
        ("党员大会", 2, "另有 1 次尚未办结，未列入。"),
        ("支委会", 0, ""),
        ("党小组会", 1, ""),
        ("党课", 0, ""),
    ]
    assert [row for section in ledger.sections for row in section.rows] == [
        (D(2026, 10, 20), "四季度党员大会", "三楼会议室", "周岚", 3, 2, 1, 0, "100.0%",
         "学习党章，讨论年度计划。", "按时"),
        (D(2026, 11, 20), "主题党日", "三楼会议室", "周岚", 3, 3, 0, 0, "100.0%",
         "学：学习内容：学习党章", "补登 11月30日"),
        (D(2026, 10, 9), "10月党小组会（采煤一组）", "三楼会议室", "周岚", 3, 1, 0, 2, "33.3%",
         "学习党章，讨论年度计划。", "按时"),
    ]  # fmt: skip
    assert {line.label: line.value for line in ledger.summary} == {
        "党员大会（次）": "2", "支委会（次）": "0", "党小组会（次）": "1", "党课（次）": "0",
        "应到（人次）": "9", "实到（人次）": "6", "请假（人次）": "1",
        "到会率": "75.0%", "按时记录": "2 / 3",
    }  # fmt: skip
    assert ledger.as_of == moment(D(2026, 11, 30))


def test_the_ledger_says_how_often_a_record_was_put_right(hold, branch_a, three, secretary):
    activity = hold(branch_a, K.THEME_DAY, D(2026, 10, 20))
    for _ in range(2):
        operations.reopen(
            activity=activity, reason="登记有误", by=secretary, at=moment(D(2026, 10, 21))
        )
        assert ledgers.theme_days(branch_a, QUARTER).row_count == 0
        operations.close(activity=activity, by=secretary, at=moment(D(2026, 10, 22)))

    [[row]] = [section.rows for section in ledgers.theme_days(branch_a, QUARTER).sections]

    assert row[10] == "按时；已更正 2 次"


def test_above_a_branch_all_branches_stand_one_after_another(
    hold, committee, branch_a, branch_b, three
):
    hold(branch_a, K.THEME_DAY, D(2026, 10, 20))

    ledger = ledgers.theme_days(committee, QUARTER)

    assert [(section.title, len(section.rows)) for section in ledger.sections] == [
        ("采煤党支部", 1),
        ("机电党支部", 0),
    ]


def test_an_empty_ledger_reads_no_clock(branch_a):
    ledger = ledgers.theme_days(branch_a, QUARTER)

    assert (ledger.row_count, ledger.as_of) == (0, moment(D(2026, 10, 1), 0))
    assert ledger == ledgers.theme_days(branch_a, QUARTER)


def test_a_long_record_is_cut_to_its_cell(hold, branch_a, three):
    hold(branch_a, K.THEME_DAY, D(2026, 10, 20), summary="长" * 300)

    [[row]] = [section.rows for section in ledgers.theme_days(branch_a, QUARTER).sections]

    assert row[9] == "长" * 119 + "…"


def test_30_rows_need_as_many_statements_as_1(hold, branch_a, three):
    def statements():
        with CaptureQueriesContext(connection) as captured:
            ledgers.three_meetings(branch_a, QUARTER)
        return len(captured)

    hold(branch_a, K.ASSEMBLY, D(2026, 10, 1))
    one = statements()
    for n in range(1, 30):
        hold(branch_a, K.ASSEMBLY, D(2026, 10, 1) + dt.timedelta(days=n))

    assert statements() == one


@pytest.fixture
def closed(hold, branch_a, three):
    activity = hold(
        branch_a, K.THEME_DAY, D(2026, 10, 20), "TLA", closed_on=D(2026, 10, 26),
        title="10月主题党日", ends_at=dt.time(17, 30), summary="第一段。\n\n第二段。",
    )  # fmt: skip
    Attendance.objects.filter(status="LEAVE").update(reason="出差")
    return activity


def test_the_printed_record(closed):
    document = documents.record_of(closed)

    assert document.title == "主题党日记录"
    assert document.facts == (
        ("党 组 织", "青峰能源采煤党支部"),
        ("主　　题", "10月主题党日"),
        ("时　　间", f"2026年10月20日 {closed.starts_at:%H:%M} 至 17:30"),
        ("地　　点", "三楼会议室"),
        ("主 持 人", "周岚"),
        ("到会情况", "应到 3 人，实到 1 人，请假 1 人，缺席 1 人，到会率 50.0%"),
        ("到会人员", "陈卓"),
        ("迟到人员", "陈卓"),
        ("请假人员", "李敏（出差）"),
        ("缺席人员", "王强"),
        ("登　　记", "2026年10月26日登记，2026年10月26日办结（补登，期限 2026年10月23日）"),
    )
    assert document.parts == (
        ("一、学：学习内容", ("学习党章",)),
        ("二、主要情况", ("第一段。", "第二段。")),
    )
    # The name of the branch stands once, and the closing day among the facts.
    assert document.signature == ()
    assert document.signatories == ("主持人（签字）", "记录人（签字）")


def test_a_record_of_one_text_has_no_heading_of_its_own(hold, branch_a, three):
    activity = hold(branch_a, K.THEME_DAY, D(2026, 10, 20), summary="讨论。", parts=())

    assert documents.record_of(activity).parts == (("", ("讨论。",)),)


@needs_poppler
def test_the_printed_record_is_signed_by_hand(closed, tmp_path):
    content = pdf.draw("ledgers/document.html", documents.record_of(closed))

    text = text_of(content, tmp_path)
    assert "主持人（签字）：" in text
    assert "记录人（签字）：" in text
    assert "日期：" in text


def test_the_printed_record_tells_its_corrections(closed, secretary):
    operations.reopen(
        activity=closed, reason="李敏实为到会", by=secretary, at=moment(D(2026, 10, 27))
    )
    operations.close(activity=closed, by=secretary, at=moment(D(2026, 10, 28)))
    closed.refresh_from_db()

    assert documents.record_of(closed).facts[-1] == (
        "更　　正", "1 次。2026年10月27日，周岚：李敏实为到会",
    )  # fmt: skip


def test_the_record_is_drawn_once_and_kept(closed, secretary, client):
    client.force_login(secretary)
    client.post(reverse("activity-print", kwargs={"pk": closed.pk}))
    job = Job.objects.get()

    tasks.draw_record(job_id=job.pk)
    tasks.draw_record(job_id=job.pk)  # delivered twice

    job.refresh_from_db()
    document = Document.objects.get()
    assert (job.state, job.error, job.document) == ("DONE", "", document)
    assert (document.filename, document.organization) == (
        "会议记录-2026-10-20-主题党日.pdf", closed.organization,
    )  # fmt: skip
    with document.file.open() as content:
        assert pdf.page_count(content.read()) >= 1


def test_an_open_record_is_not_printed(hold, branch_a, three, secretary, client):
    activity = hold(branch_a, K.THEME_DAY, D(2026, 10, 20), close=False)
    client.force_login(secretary)

    client.post(reverse("activity-print", kwargs={"pk": activity.pk}))

    assert not Job.objects.exists()
