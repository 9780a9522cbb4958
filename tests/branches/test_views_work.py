"""Notices, jobs, documents, the calendar, ledgers and health, as pages."""

import datetime as dt
from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from branches import documents, jobs, ledgers, notices, tasks
from branches.ledgers import Ledger
from branches.models import AuditEntry, CalendarDay, Document, Job, Notice, Post
from branches.rules.ledger_table import Align, Column, Section, SummaryLine, TableLedger
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from tests.conftest import FOUNDED

pytestmark = pytest.mark.django_db


@pytest.fixture
def secretary(person, branch_a):
    return person(Role.SECRETARY, branch_a)


@pytest.fixture
def sibling(person, branch_b):
    return person(Role.SECRETARY, branch_b)


# Notices


@pytest.mark.parametrize(
    ("leads", "goes"),
    [("/calendar/", "/calendar/"), ("", "/notices/"), ("https://evil.example/", "/notices/")],
)
def test_opening_a_notice_marks_it_read_and_goes_on(leads, goes, secretary, at):
    notices.tell([secretary.user], "通知", url=leads, at=at)
    notice = Notice.objects.get()

    response = secretary.post(reverse("notice-open", kwargs={"pk": notice.pk}))

    notice.refresh_from_db()
    assert (response.url, notice.read_at is None) == (goes, False)


def test_a_notice_of_somebody_else_is_not_found(secretary, sibling, at):
    notices.tell([sibling.user], "通知", url="/", at=at)
    notice = Notice.objects.get()

    answer = secretary.post(reverse("notice-open", kwargs={"pk": notice.pk}))
    assert answer.status_code == 404
    assert sibling.post(reverse("notice-open", kwargs={"pk": notice.pk})).status_code == 302


def test_marking_all_read_leaves_other_peoples_alone(secretary, sibling, at):
    notices.tell([secretary.user, sibling.user], "通知", url="/", at=at)

    secretary.post(reverse("notice-read-all"))

    unread = Notice.objects.filter(read_at__isnull=True).values_list("recipient", flat=True)
    assert list(unread) == [sibling.user.pk]


# Jobs


@pytest.fixture
def job(secretary, branch_a):
    job, _ = jobs.request(
        "x", arguments={}, label="示例任务", by=secretary.user, at=timezone.now(),
        organization=branch_a,
    )  # fmt: skip
    return job


@pytest.mark.parametrize("name", ["job", "job-progress"])
def test_a_job_is_seen_by_who_asked_and_by_who_sees_its_organisation(
    name, job, secretary, sibling, person, committee, branch_a
):
    url = reverse(name, kwargs={"pk": job.pk})
    others = [person(role, branch_a) for role in (Role.DEPUTY_SECRETARY, Role.GROUP_LEADER, None)]

    assert [client.get(url).status_code for client in (secretary, *others, sibling)] == [
        200, 200, 404, 404, 404,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("state", "polls", "words"),
    [
        ({"state": "QUEUED"}, True, "等待后台处理"),
        ({"state": "RUNNING", "done": 1, "total": 4, "message": "正在核算"}, True, "25%"),
        ({"state": "DONE", "message": "好了", "result_url": "/x/"}, False, 'href="/x/"'),
        ({"state": "FAILED", "error": "第 3 行不对。"}, False, "第 3 行不对。"),
    ],
)
def test_the_page_asks_again_until_the_job_is_finished(state, polls, words, job, secretary):
    Job.objects.filter(pk=job.pk).update(**state)

    page = secretary.get(reverse("job", kwargs={"pk": job.pk})).content.decode()
    part = secretary.get(reverse("job-progress", kwargs={"pk": job.pk})).content.decode()

    assert ('http-equiv="refresh"' in page, "hx-get" in part) == (polls, polls)
    assert words in page
    assert words in part
    assert "<html" not in part


@pytest.mark.parametrize(("seconds", "warns"), [(50, False), (70, True)])
def test_a_long_wait_in_the_queue_is_explained(seconds, warns, job, secretary):
    asked = timezone.now() - dt.timedelta(seconds=seconds)
    Job.objects.filter(pk=job.pk).update(requested_at=asked)

    page = secretary.get(reverse("job", kwargs={"pk": job.pk}))
    assert ("后台服务可能没有运行" in page.content.decode()) is warns


# Documents


@pytest.fixture
def document(secretary, branch_a, at) -> Document:
    return documents.keep(
        b"%PDF-1.7", title="台账", filename="采煤党支部 三会一课台账.pdf",
        content_type="application/pdf", owner=secretary.user, organization=branch_a, at=at,
    )  # fmt: skip


def test_a_document_is_a_download_that_nothing_can_run_in(document, secretary):
    response = secretary.get(reverse("document", kwargs={"pk": document.pk}))

    assert b"".join(response.streaming_content) == b"%PDF-1.7"
    assert {
        name: response[name]
        for name in ("Content-Type", "X-Content-Type-Options", "Content-Security-Policy",
                     "Content-Disposition")
    } == {
        "Content-Type": "application/pdf",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Content-Disposition": "attachment; filename*=utf-8''"
        "%E9%87%87%E7%85%A4%E5%85%9A%E6%94%AF%E9%83%A8%20"
        "%E4%B8%89%E4%BC%9A%E4%B8%80%E8%AF%BE%E5%8F%B0%E8%B4%A6.pdf",
    }  # fmt: skip
    assert AuditEntry.objects.filter(action="document.downloaded").count() == 1


def test_who_may_take_a_document(document, secretary, sibling, person, committee, branch_a):
    url = reverse("document", kwargs={"pk": document.pk})
    clients = [
        secretary, person(Role.COMMITTEE_MEMBER, branch_a), person(Role.REVIEWER, committee),
        sibling, person(Role.GROUP_LEADER, branch_a), person(Role.AUDITOR, committee), person(),
    ]  # fmt: skip

    assert [client.get(url).status_code for client in clients] == [200] * 3 + [404] * 4


def test_an_upload_is_its_owners_alone_and_only_while_he_may_import(document, person, committee):
    owner = person(Role.ADMINISTRATOR, committee)
    Document.objects.update(organization=None, owner=owner.user)
    url = reverse("document", kwargs={"pk": document.pk})

    assert owner.get(url).status_code == 200
    assert person(Role.ADMINISTRATOR, committee).get(url).status_code == 404
    Post.objects.filter(user=owner.user).update(ended_on=FOUNDED)
    assert owner.get(url).status_code == 404


def test_who_asked_for_a_ledger_reads_it_no_longer_once_the_post_has_ended(document, secretary):
    url = reverse("document", kwargs={"pk": document.pk})
    assert secretary.get(url).status_code == 200

    Post.objects.filter(user=secretary.user).update(ended_on=FOUNDED)

    assert secretary.get(url).status_code == 404


def test_a_document_whose_file_is_gone_is_not_found(document, secretary):
    document.file.delete(save=False)
    Document.objects.update(file="documents/gone")

    assert secretary.get(reverse("document", kwargs={"pk": document.pk})).status_code == 404


# Calendar


def test_an_administrator_sets_and_clears_a_day(person, committee):
    client = person(Role.ADMINISTRATOR, committee)

    done = client.post("/calendar/", {"day": "2026-11-28", "is_working": "1", "note": "保供"})
    assert done.url == "/calendar/?period=2026-11"
    assert CalendarDay.objects.get().is_working is True

    client.post("/calendar/2026-11-28/clear/")
    assert not CalendarDay.objects.exists()
    assert client.post("/calendar/2026-11-28/clear/").status_code == 404
    assert client.post("/calendar/nonsense/clear/").status_code == 404


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("2026-10", "2026-10"), ("2026", "2026"), ("2028-02", "2028-02"), ("2026-12", "2026-12"),
     ("9999-12", None), ("2026Q1", None), ("x", None), ("0001-01", None)],
)  # fmt: skip
def test_the_calendar_shows_the_period_asked_or_the_present_month(asked, shown, person, committee):
    page = person(Role.ADMINISTRATOR, committee).get(f"/calendar/?period={asked}")

    assert page.status_code == 200
    assert str(page.context["period"]) == (shown or f"{timezone.localdate():%Y-%m}")


def test_october_2026_has_eighteen_working_days(person, committee):
    page = person(Role.ADMINISTRATOR, committee).get("/calendar/?period=2026-10")

    assert (page.context["worked"], page.context["off"]) == (18, 13)


# Ledgers


@pytest.fixture
def ledger(at):
    """A ledger of our own, known for the length of a test."""

    def build(organization, period):
        rows = tuple((n, f"<b>{organization.short_name}</b>", n * 2) for n in range(1, 4))
        return TableLedger(
            code="sample", title="样例台账", organization=organization.name, period=period.label,
            as_of=at,
            columns=(Column("序号", 10), Column("名称", 40), Column("数", 10, Align.RIGHT)),
            sections=(Section("甲", rows),), summary=(SummaryLine("条数", "3"),),
        )  # fmt: skip

    ledgers.register(
        Ledger(
            code="sample",
            title="样例台账",
            description="测试",
            build=build,
            kinds=frozenset({OrganizationKind.BRANCH}),
            periods=frozenset({PeriodKind.MONTH}),
        )
    )
    yield "sample"
    ledgers._catalogue.pop("sample")


def ledger_url(organization, *, name="ledger", code="sample", period="2026-10") -> str:
    return reverse(name, kwargs={"code": code, "pk": organization.pk, "period": period})


def test_choosing_leads_to_the_ledger(ledger, secretary, branch_a):
    page = secretary.get(
        "/ledgers/",
        {"ledger": ledger, "organization": branch_a.pk, "period": "2026-10", "show": "1"},
    )

    assert page.url == ledger_url(branch_a)


def test_choosing_a_ledger_offers_its_periods_from_the_last_finished_one(
    ledger, secretary, branch_a
):
    form = secretary.get(
        "/ledgers/", {"ledger": ledger, "organization": branch_a.pk, "period": "2026Q3"}
    ).context["form"]

    last_month = Period.containing(timezone.localdate()).previous
    assert [label for label, _ in form.fields["period"].choices] == ["按月"]
    assert form["period"].value() == str(last_month)
    assert form["organization"].value() == str(branch_a.pk)


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"period": "2026Q3"}, "period", "“样例台账”按月填报，请选择相应的期间。"),
        ({"period": "1066-10"}, "period", None),
        ({"ledger": "none"}, "ledger", None),
        ({"organization": ""}, "organization", "请选择组织。"),
        ({"organization": "committee"}, "organization",
         "“样例台账”只有党支部才有，请换一个组织。"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_said(
    change, field, message, ledger, person, committee, branch_a
):
    asked = {
        "ledger": ledger, "organization": branch_a.pk, "period": "2026-10", "show": "1"
    } | change  # fmt: skip
    if asked["organization"] == "committee":
        asked["organization"] = committee.pk

    form = person(Role.REVIEWER, committee).get("/ledgers/", asked).context["form"]

    assert list(form.errors) == [field]
    assert message is None or form.errors[field] == [message]


def test_a_ledger_shows_its_rows_escaped(ledger, secretary, branch_a):
    page = secretary.get(ledger_url(branch_a)).content.decode()

    assert page.count("&lt;b&gt;采煤党支部&lt;/b&gt;") == 3
    assert "<b>采煤党支部</b>" not in page


def test_a_pdf_is_offered_only_of_a_ledger_with_rows(ledger, secretary, branch_a):
    assert "生成 PDF" in secretary.get(ledger_url(branch_a)).content.decode()

    full = ledgers.get(ledger)
    ledgers._catalogue[ledger] = replace(
        full, build=lambda *asked: replace(full.build(*asked), sections=())
    )
    assert "生成 PDF" not in secretary.get(ledger_url(branch_a)).content.decode()


@pytest.mark.parametrize(
    ("code", "period"), [("none", "2026-10"), ("sample", "2026-13"), ("sample", "9999")]
)
def test_an_address_of_nothing_is_not_found(code, period, ledger, secretary, branch_a):
    assert secretary.get(ledger_url(branch_a, code=code, period=period)).status_code == 404


def test_a_ledger_of_a_sibling_is_neither_shown_nor_printed(ledger, secretary, branch_b):
    assert secretary.get(ledger_url(branch_b)).status_code == 404
    assert secretary.post(ledger_url(branch_b, name="ledger-print")).status_code == 404
    assert Job.objects.count() == 0


def test_a_period_that_does_not_fit_leads_back_to_the_choice(ledger, secretary, branch_a):
    page = secretary.get(ledger_url(branch_a, period="2026Q3"))

    assert page.url == f"/ledgers/?ledger=sample&organization={branch_a.pk}&period=2026Q3&show=1"


@pytest.mark.django_db(transaction=True)
def test_printing_makes_a_document_of_the_organisation(ledger, secretary, branch_a):
    answer = secretary.post(ledger_url(branch_a, name="ledger-print"))
    job = Job.objects.get()
    assert answer.url == reverse("job", kwargs={"pk": job.pk})

    tasks.draw_ledger(job_id=job.pk)
    tasks.draw_ledger(job_id=job.pk)  # delivered twice

    job.refresh_from_db()
    document = Document.objects.get()
    assert (job.state, job.error, job.document, job.message) == (
        "DONE", "", document, "共 1 页，3 条",
    )  # fmt: skip
    assert (document.organization, document.owner, document.filename) == (
        branch_a, secretary.user, "青峰能源采煤党支部 样例台账（2026 年 10 月）.pdf",
    )  # fmt: skip
    assert document.file.open().read(5) == b"%PDF-"
    assert AuditEntry.objects.filter(action="ledger.printed").count() == 1


# Health


def test_health_is_for_anyone():
    client = Client()

    assert client.get("/health/live").json() == {"live": True}
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"database": True, "queue": True})
