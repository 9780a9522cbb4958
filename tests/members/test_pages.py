"""The pages of members by role, and what stays hidden."""

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.models import AuditEntry, Job
from branches.spreadsheets import neutralise
from members.models import Member, Membership, RosterImport
from members.workbooks import COLUMNS
from tests.members.conftest import id_number, sheet_of, workbook

NUMBER = id_number(1)
PHONE = "13812345678"
OF_A_MEMBER = (
    "member", "member-reveal", "member-edit", "member-move", "member-leave", "member-exempt",
    "member-regularise", "member-account",
)  # fmt: skip
OF_ONESELF = ("member-list", "member-new", "my-file", "roster-import-list", "roster-template")
ROLES = (
    "SECRETARY", "DEPUTY_SECRETARY", "COMMITTEE_MEMBER", "GROUP_LEADER", "REVIEWER",
    "ADMINISTRATOR", "AUDITOR", None,
)  # fmt: skip

# Roles in the order of ROLES: may they open it at their own branch?
OPEN = {
    "member-list": (200, 200, 200, 200, 200, 200, 403, 403),
    "member-new": (200, 200, 403, 403, 403, 200, 403, 403),
    "my-file": (200,) * 8,
    "roster-import-list": (403, 403, 403, 403, 403, 200, 403, 403),
    "roster-template": (403, 403, 403, 403, 403, 200, 403, 403),
    "member": (200, 200, 200, 200, 200, 200, 404, 404),
    "member-edit": (200, 200, 404, 404, 404, 200, 404, 404),
    "member-move": (200, 200, 404, 404, 404, 200, 404, 404),
    "member-leave": (200, 200, 404, 404, 404, 200, 404, 404),
    "member-exempt": (200, 200, 404, 404, 404, 200, 404, 404),
    "member-regularise": (200, 200, 404, 404, 404, 200, 404, 404),
}


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("place", range(len(ROLES)), ids=map(str, ROLES))
def test_each_role_opens_its_own_pages_and_no_others(branch_a, group_a, enrol, person, name, place):
    role = ROLES[place]
    member = enrol("张三", branch_a, group_a)
    client = person(role, group_a if role == "GROUP_LEADER" else branch_a)
    kwargs = {} if name in OF_ONESELF else {"pk": member.pk}
    assert client.get(reverse(name, kwargs=kwargs)).status_code == OPEN[name][place]


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("name", OF_A_MEMBER)
@pytest.mark.parametrize("role", ["SECRETARY", "ADMINISTRATOR"])
def test_a_member_of_another_branch_is_not_found(
    branch_a, branch_b, enrol, person, role, name, method
):
    member = enrol("张三", branch_b, id_number=NUMBER)
    client = person(role, branch_a)
    before = AuditEntry.objects.count()
    status = getattr(client, method)(reverse(name, kwargs={"pk": member.pk})).status_code
    only_post = name in ("member-reveal", "member-account")
    is_closed = name == "member-account" and role == "SECRETARY"
    assert status == (405 if only_post and method == "get" and not is_closed else 404)
    assert AuditEntry.objects.count() == before
    listed = client.get(reverse("member-list"))
    assert "张三" not in listed.content.decode()


def test_imports_of_another_branch_are_not_found(branch_a, branch_b, upload, person):
    roster = upload(workbook(("姓名",)), organization=branch_b)
    client = person("ADMINISTRATOR", branch_a)
    for name in ("roster-import", "roster-problems"):
        assert client.get(reverse(name, kwargs={"pk": roster.pk})).status_code == 404


@pytest.mark.parametrize("role", ["REVIEWER", "SECRETARY", "ADMINISTRATOR"])
def test_an_uploaded_roster_opens_to_its_owner_alone(branch_a, upload, person, committee, role):
    roster = upload(workbook(("姓名",)))
    url = reverse("document", kwargs={"pk": roster.document_id})
    assert person(role, committee).get(url).status_code == 404
    owner = Client()
    owner.force_login(roster.uploaded_by)
    assert owner.get(url).status_code == 200


@pytest.mark.parametrize("count", [1, 30])
def test_a_list_needs_the_same_queries_for_1_and_30_rows(branch_a, enrol, person, count):
    for _ in range(count):
        enrol("张三", branch_a)
    client = person("SECRETARY", branch_a)
    with CaptureQueriesContext(connection) as made:
        assert client.get(reverse("member-list")).status_code == 200
    assert len(made) == 7


@pytest.mark.parametrize("role", ["SECRETARY", "DEPUTY_SECRETARY", "REVIEWER", "ADMINISTRATOR"])
def test_numbers_are_masked_on_every_page(branch_a, enrol, person, role):
    member = enrol("张三", branch_a, id_number=NUMBER, phone=PHONE)
    client = person(role, branch_a)
    for name in ("member-list", *OF_A_MEMBER):
        kwargs = {} if name == "member-list" else {"pk": member.pk}
        page = client.get(reverse(name, kwargs=kwargs)).content.decode()
        assert (NUMBER in page, PHONE in page) == (False, False)
    page = client.get(reverse("member", kwargs={"pk": member.pk})).content.decode()
    # Whoever may not see the number does not get its end either: it could be worked out.
    may_see = role in ("SECRETARY", "ADMINISTRATOR")
    assert (f"110***********{NUMBER[-4:]}" in page, f"110{'*' * 15}" in page) == (
        may_see,
        not may_see,
    )


@pytest.mark.parametrize(
    ("role", "status"),
    [("SECRETARY", 200), ("ADMINISTRATOR", 200), ("DEPUTY_SECRETARY", 404), ("REVIEWER", 404)],
)
def test_looking_needs_the_capability_and_leaves_an_entry(branch_a, enrol, person, role, status):
    member = enrol("张三", branch_a, id_number=NUMBER, phone=PHONE)
    client = person(role, branch_a)
    url = reverse("member-reveal", kwargs={"pk": member.pk})
    response = client.post(url, {"reason": "VERIFY"})
    assert response.status_code == status
    assert (NUMBER in response.content.decode()) == (status == 200)
    seen = AuditEntry.objects.filter(action="member.unmasked", object_id=str(member.pk))
    assert seen.count() == (1 if status == 200 else 0)


def test_looking_without_a_reason_shows_nothing(branch_a, enrol, person):
    member = enrol("张三", branch_a, id_number=NUMBER)
    client = person("SECRETARY", branch_a)
    response = client.post(reverse("member-reveal", kwargs={"pk": member.pk}))
    assert NUMBER not in response.content.decode()
    assert AuditEntry.objects.filter(action="member.unmasked").count() == 0


def test_a_member_sees_the_own_file_in_full(branch_a, enrol, person):
    member = enrol("张三", branch_a, id_number=NUMBER, phone=PHONE)
    client = person()
    Member.objects.filter(pk=member.pk).update(user=client.user)
    page = client.get(reverse("my-file")).content.decode()
    assert (NUMBER in page, PHONE in page) == (True, True)
    assert client.get(reverse("member", kwargs={"pk": member.pk})).status_code == 404


def test_registering_by_the_form(branch_a, group_a, person):
    client = person("SECRETARY", branch_a)
    typed = {
        "name": "张 三", "id_number": NUMBER, "status": "PROBATIONARY",
        "admitted_on": "2025-07-01", "branch": branch_a.pk, "group": group_a.pk,
        "started_on": "2025-07-01", "phone": "138 1234 5678",
    }  # fmt: skip
    response = client.post(reverse("member-new"), typed)
    member = Member.objects.get()
    assert response.url == reverse("member", kwargs={"pk": member.pk})
    assert (member.name, member.sex, member.birth_date, member.phone) == (
        "张三", "M", dt.date(1980, 5, 6), PHONE,
    )  # fmt: skip
    again = client.post(reverse("member-new"), typed | {"name": "李四"})
    assert again.status_code == 200
    page = again.content.decode()
    assert "这个公民身份号码已经登记过" in page
    assert 'value="李四"' in page


def test_a_secretary_cannot_register_elsewhere(branch_a, branch_b, person):
    client = person("SECRETARY", branch_a)
    typed = {"name": "张三", "status": "FULL", "branch": branch_b.pk, "started_on": "2025-07-01"}
    assert client.post(reverse("member-new"), typed).status_code == 200
    assert Member.objects.count() == 0


def test_editing_keeps_masked_values_that_are_left_blank(branch_a, enrol, person):
    member = enrol("张三", branch_a, id_number=NUMBER, phone=PHONE, sex="M",
                   birth_date=dt.date(1980, 5, 6))  # fmt: skip
    client = person("DEPUTY_SECRETARY", branch_a)
    url = reverse("member-edit", kwargs={"pk": member.pk})
    typed = {"name": "张叁", "status": "FULL", "employee_number": "9", "work_post": "电工"}
    assert client.post(url, typed).status_code == 302
    member.refresh_from_db()
    assert (member.name, member.work_post, member.id_number, member.phone) == (
        "张叁", "电工", NUMBER, PHONE,
    )  # fmt: skip


def test_a_form_changes_only_its_own_fields(branch_a, branch_b, enrol, person):
    member = enrol("张三", branch_a)
    client = person("SECRETARY", branch_a)
    client.post(
        reverse("member-edit", kwargs={"pk": member.pk}),
        {"name": "张三", "status": "LEFT", "user": client.user.pk, "branch": branch_b.pk},
    )
    member.refresh_from_db()
    home = Membership.objects.get(member=member)
    assert (member.status, member.user_id, home.branch_id) == ("FULL", None, branch_a.pk)


def test_an_account_is_opened_and_its_password_shown_once(branch_a, enrol, person):
    member = enrol("张三", branch_a, employee_number="20150012")
    client = person("ADMINISTRATOR", branch_a)
    page = client.post(reverse("member-account", kwargs={"pk": member.pk}))
    assert page.context["opened"].username == "20150012"
    assert page.context["opened"].check_password(page.context["password"])
    again = client.post(reverse("member-account", kwargs={"pk": member.pk}))
    assert again.url == reverse("member", kwargs={"pk": member.pk})


def test_the_export_comes_back_unchanged(
    branch_a, branch_b, group_a, enrol, person, upload, committee
):
    enrol("㛃䶮", branch_a, group_a, id_number=NUMBER, phone=PHONE, sex="M",
          birth_date=dt.date(1980, 5, 6), education="DOCTOR", work_post="=1+1",
          admitted_on=dt.date(1998, 7, 15), regularised_on=dt.date(1999, 7, 15))  # fmt: skip
    for number, education in enumerate(("MASTER", "BACHELOR", "COLLEGE", "SENIOR", "JUNIOR")):
        enrol("𬱖𠅤", branch_b, education=education, work_post="-1",
              status="PROBATIONARY" if number else "FULL")  # fmt: skip
    client = person("ADMINISTRATOR", committee)
    content = b"".join(client.post(reverse("member-export")).streaming_content)
    roster = upload(content)
    assert (roster.problems, roster.to_create, roster.to_update, roster.unchanged) == ([], 0, 0, 6)


def test_an_export_holds_no_formula_and_numbers_only_for_those_who_may_see(branch_a, enrol, person):
    enrol("张三", branch_a, id_number=NUMBER, phone=PHONE, work_post="=1+1")
    rows = sheet_of(person("SECRETARY", branch_a).post(reverse("member-export")))
    assert rows[0] == [
        "姓名", "公民身份号码", "工号", "性别", "出生日期", "学历", "工作岗位", "党员类别",
        "入党日期", "转正日期", "所在党支部", "党小组", "手机号码",
    ]  # fmt: skip
    assert len(rows[0]) == len(COLUMNS)
    assert (rows[1][1], rows[1][6], rows[1][12]) == (NUMBER, neutralise("=1+1"), PHONE)
    rows = sheet_of(person("DEPUTY_SECRETARY", branch_a).post(reverse("member-export")))
    assert (rows[1][0], rows[1][1], rows[1][12]) == ("张三", None, None)
    actions = AuditEntry.objects.filter(action="member.exported").order_by("id")
    assert list(actions.values_list("after__rows", "after__sensitive")) == [(1, True), (1, False)]


def test_an_export_is_narrowed_like_the_list_and_needs_a_post(branch_a, branch_b, enrol, person,
                                                              committee):  # fmt: skip
    enrol("张三", branch_a)
    enrol("李四", branch_b)
    client = person("REVIEWER", committee)
    response = client.post(reverse("member-export"), {"organization": branch_b.pk})
    assert [row[0] for row in sheet_of(response)] == ["姓名", "李四"]
    assert client.get(reverse("member-export")).status_code == 405


def test_the_template_has_the_columns_of_the_import(branch_a, person):
    rows = sheet_of(person("ADMINISTRATOR", branch_a).get(reverse("roster-template")))
    assert [row[:3] for row in rows] == [["姓名", "公民身份号码", "工号"]]


def test_uploading_leaves_an_import_and_its_job(
    branch_a, person, committee, django_capture_on_commit_callbacks
):
    client = person("ADMINISTRATOR", committee)
    file = SimpleUploadedFile("花名册.xlsx", workbook(("姓名", "党支部", "工号")))
    response = client.post(
        reverse("roster-import-list"),
        {"organization": committee.pk, "effective_on": "2025-01-01", "file": file},
    )
    roster = RosterImport.objects.get()
    assert response.url == reverse("roster-import", kwargs={"pk": roster.pk})
    assert (roster.state, roster.effective_on) == ("CHECKING", dt.date(2025, 1, 1))
    job = Job.objects.get()
    assert (job.task, job.arguments) == ("members.check_roster", {"roster": roster.pk})
    assert "正在检查" in client.get(response.url).content.decode()


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [
        ("花名册.xls", 10, "只能导入 .xlsx 文件"),
        ("花名册.xlsx", 10 * 1024 * 1024 + 1, "文件超过 10 MB"),
        ("花名册.xlsx", 0, "文件是空的"),
    ],
)
def test_an_upload_that_cannot_be_read_is_refused_at_once(
    branch_a, person, committee, name, size, message
):
    client = person("ADMINISTRATOR", committee)
    file = io.BytesIO(b"x" * size)
    file.name = name
    response = client.post(
        reverse("roster-import-list"),
        {"organization": committee.pk, "effective_on": "2025-01-01", "file": file},
    )
    assert message in response.content.decode()
    assert RosterImport.objects.count() == 0


def test_the_page_of_an_import_shows_problems_and_hands_them_out(
    branch_a, upload, person, committee
):
    roster = upload(workbook(("姓名", "党支部", "工号"), ("张三", "没有的支部", "7")))
    client = person("ADMINISTRATOR", committee)
    url = reverse("roster-import", kwargs={"pk": roster.pk})
    page = client.get(url).content.decode()
    assert "所选组织下没有这个党支部" in page
    assert "确认导入" not in page
    client.post(url)
    roster.refresh_from_db()
    assert roster.state == "REFUSED"
    rows = sheet_of(client.get(reverse("roster-problems", kwargs={"pk": roster.pk})))
    assert rows[1][:4] == [2, "B", "党支部", "没有的支部"]


def test_confirming_starts_the_import_once(branch_a, upload, person, committee):
    roster = upload(workbook(("姓名", "党支部", "工号"), ("张三", "采煤党支部", "7")))
    client = person("ADMINISTRATOR", committee)
    url = reverse("roster-import", kwargs={"pk": roster.pk})
    assert "确认导入" in client.get(url).content.decode()
    client.post(url)
    client.post(url)
    roster.refresh_from_db()
    assert roster.state == "APPLYING"
    assert Job.objects.filter(task="members.apply_roster").count() == 1


def test_an_import_that_broke_off_says_so_and_can_start_again(branch_a, upload, person, committee):
    roster = upload(workbook(("姓名", "党支部", "工号"), ("张三", "采煤党支部", "7")))
    client = person("ADMINISTRATOR", committee)
    url = reverse("roster-import", kwargs={"pk": roster.pk})
    client.post(url)
    Job.objects.filter(task="members.apply_roster").update(
        state="FAILED", error="后台中断", finished_at=roster.uploaded_at
    )
    page = client.get(url).content.decode()
    assert "没有完成，什么也没有写入" in page
    assert "后台中断" in page
    client.post(url)
    assert Job.objects.filter(task="members.apply_roster", state="QUEUED").count() == 1
