"""Importing rosters: all or nothing, repeatable, every bad cell with its line and column."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from branches import audit, jobs
from branches.models import Job
from members import tasks
from members.models import Member, MemberEvent, Membership, RosterImport
from members.operations import memberships, rosters
from members.queries.rosters import plan
from members.resources import RosterResource
from members.rules.status import EventKind
from tests.members.conftest import id_number, run, workbook

HEADER = ("姓名", "身份证号", "所在党支部", "党小组", "入党日期", "转正日期", "党员类别", "工号")
DAY = dt.date(2026, 10, 1)
ZHANG = id_number(1)


def row(name="张三", number=ZHANG, branch="采煤党支部", group="", joined="1998.07", full="1999.07",
        status="正式党员", employee=""):  # fmt: skip
    return (name, number, branch, group, joined, full, status, employee)


def roll():
    return [
        (home.member.name, home.branch.code, home.started_on)
        for home in Membership.objects.current().select_related("member", "branch").order_by("pk")
    ]


def found(roster):
    return [(p["row"], p["column"], p["title"], p["message"]) for p in roster.problems]


def test_a_real_spreadsheet_is_read_as_it_is_written(
    branch_a, branch_b, group_a, upload, take_over
):
    """Titles above the header, merged; dates in five ways; spaces and rare characters in names."""
    numbers = [id_number(serial) for serial in range(1, 8)]
    coal, full, spaced = "采煤党支部", "青峰能源机电党支部", " 机电党支部 "
    content = workbook(
        ("青峰能源党员花名册",),
        ("填报单位：党群部",),
        ("序号", "姓 名", "公民身份\n号码", "所在支部*", "党小组", "入党时间", "民族", "备注",
         "学历", "手机"),
        (1, "张 三", numbers[0], coal, "采煤一组", "1998.07", "汉", "x", "大学本科",
         "１３８００００００００"),
        (2, "㛃䶮", numbers[1], full, None, "1998年7月1日", "汉", None, "硕士研究生", None),
        (3, "𬱖𠅤", numbers[2], "QF02", None, 35977, "汉", None, "博士", None),
        (4, "买买提．艾力", numbers[3], spaced, None, dt.date(1998, 7, 1), "维", "", "中专", None),
        (5, "李四", numbers[4].lower(), spaced, None, "19980701", "汉", "", "高中", 13800000001.0),
        (6, "王五", "　" + numbers[5], spaced, None, "1998/7/1", "汉", None, "大专", None),
        merged="A1:J1",
    )  # fmt: skip
    roster = upload(content)
    assert (roster.state, roster.problems, roster.to_create) == ("READY", [], 6)
    assert roster.remarks == [
        "“备注”列不是花名册的内容，已忽略",
        "“民族”列不在党员档案中保存，已忽略",
        "表中没有“性别”、“出生日期”、“转正日期”、“党员类别”、“工作岗位”、“工号”列，这些内容保持不变",
    ]
    assert take_over(roster).state == "DONE"
    joined = dt.date(1998, 7, 1)
    assert [
        (m.name, m.id_number, m.sex, m.birth_date, m.education, m.admitted_on, m.status, m.phone)
        for m in Member.objects.order_by("id")
    ] == [
        ("张三", numbers[0], "M", dt.date(1980, 5, 6), "BACHELOR", joined, "FULL", "13800000000"),
        ("㛃䶮", numbers[1], "F", dt.date(1980, 5, 6), "MASTER", joined, "FULL", ""),
        ("𬱖𠅤", numbers[2], "M", dt.date(1980, 5, 6), "DOCTOR", joined, "FULL", ""),
        ("买买提·艾力", numbers[3], "F", dt.date(1980, 5, 6), "SENIOR", joined, "FULL", ""),
        ("李四", numbers[4], "M", dt.date(1980, 5, 6), "SENIOR", joined, "FULL", "13800000001"),
        ("王五", numbers[5], "F", dt.date(1980, 5, 6), "COLLEGE", joined, "FULL", ""),
    ]
    homes = Membership.objects.order_by("pk").values_list(
        "branch__code", "group__code", "started_on"
    )
    assert list(homes) == [("QF01", "QF0101", DAY)] + [("QF02", None, DAY)] * 5


@pytest.mark.parametrize(
    ("bad", "column", "title", "message"),
    [
        (row(name=""), "A", "姓名", "没有填姓名"),
        (row(name="张"), "A", "姓名", "姓名只有一个字，请填写完整姓名"),
        (row(number=""), "B", "身份证号",
         "公民身份号码和工号至少填一项，否则无法辨认是哪一位党员"),
        (row(number=ZHANG[:17] + ("1" if ZHANG[17] == "0" else "0")), "B", "身份证号",
         "公民身份号码末位校验不符，可能输错了一位，请核对"),
        (row(number=1.10105198005060e17), "B", "身份证号",
         "身份证号以数字格式保存，Excel 只保留前 15 位，后几位已丢失："
         "请把该列设为“文本”格式后重新填写"),
        (row(branch=""), "C", "所在党支部", "没有填所在党支部"),
        (row(branch="采媒党支部"), "C", "所在党支部",
         "所选组织下没有这个党支部，是不是“青峰能源采煤党支部”、“青峰能源机电党支部”？"),
        (row(branch="二郎庙"), "C", "所在党支部",
         "所选组织下没有这个党支部，请核对名称，或先在“组织”中设立"),
        (row(group="二组"), "D", "党小组",
         "采煤党支部没有这个党小组，请核对，或先在“组织”中设立"),
        (row(joined="1998.13"), "E", "入党日期", "没有 1998 年 13 月 1 日这一天，请核对"),
        (row(joined="1979.01"), "E", "入党日期",
         "入党日期 1979-01-01 不晚于出生日期 1980-05-06，请核对"),
        (row(full="1997.07"), "F", "转正日期",
         "转正日期 1997-07-01 早于入党日期 1998-07-01，请核对"),
        (row(status="预备党员"), "F", "转正日期",
         "预备党员不应有转正日期：请改党员类别，或删去转正日期"),
        (row(status="群众"), "G", "党员类别", "“群众”不是党员，不列入党员花名册"),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named_by_line_column_and_reason(
    branch_a, branch_b, upload, bad, column, title, message
):
    roster = upload(workbook(HEADER, row("李四", id_number(3)), bad))
    assert roster.state == "REFUSED"
    assert found(roster) == [(3, column, title, message)]
    assert Member.objects.count() == 0


def test_a_date_in_the_future_is_refused(branch_a, committee, at):
    today = dt.date(2026, 10, 20)
    made = plan(
        [HEADER, row(joined="2026-10-21", full="")],
        organization=committee,
        effective_on=DAY,
        today=today,
        tell=lambda done, total: None,
    )
    assert [(p.row, p.column_letter, p.message) for p in made.problems] == [
        (2, "E", "日期 2026-10-21 晚于今天，请核对")
    ]


def test_a_birth_date_must_agree_with_the_number(branch_a, upload):
    header = (*HEADER, "出生日期", "性别")
    content = workbook(
        header,
        (*row(number=id_number(1)), "1980.05", "男"),
        (*row("李四", id_number(3)), "1980-05-07", "男"),
        (*row("王五", id_number(5)), "1980-05-06", "女"),
    )
    assert found(upload(content)) == [
        (3, "I", "出生日期", "与公民身份号码中的出生日期 1980-05-06 不一致，请核对"),
        (4, "J", "性别", "与公民身份号码中的性别不一致，请核对"),
    ]


def test_the_same_person_twice_in_a_file_is_refused(branch_a, upload):
    content = workbook(
        HEADER, row(employee="7"), row(employee="8"), row("李四", id_number(3), employee="7")
    )
    assert found(upload(content)) == [
        (3, "B", "身份证号", "与第 2 行重复，同一人只能有一行"),
        (4, "H", "工号", "与第 2 行重复，同一人只能有一行"),
    ]


def test_two_branches_of_one_name_must_be_told_apart(branch_a, branch_b, upload):
    type(branch_b).objects.filter(pk=branch_b.pk).update(short_name=branch_a.short_name)
    roster = upload(workbook(HEADER, row()))
    assert found(roster) == [(2, "C", "所在党支部", "有 2 个支部叫这个名字，请改填全称或组织编码")]


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([("甲", "乙")], (0, "", "", "前 15 行里没有找到表头：表头至少应有“姓名”、“所在党支部”")),
        ([("姓名", "身份证号")], (1, "", "所在党支部", "缺少“所在党支部”这一列")),
        ([("姓名", "党支部")],
         (1, "", "公民身份号码",
          "缺少“公民身份号码”或“工号”列：至少要有一列，才能辨认是哪一位党员")),
        ([HEADER], (1, "", "", "表头下面没有数据")),
    ],
)  # fmt: skip
def test_a_sheet_that_is_no_roster_is_refused_as_a_whole(branch_a, upload, rows, problem):
    roster = upload(workbook(*rows))
    assert (roster.state, found(roster)) == ("REFUSED", [problem])


def test_a_file_that_is_no_workbook_is_refused_with_the_way_out(branch_a, upload):
    roster = upload(b"not a workbook")
    assert roster.state == "REFUSED"
    (problem,) = roster.problems
    assert problem["row"] == 0
    assert problem["message"].startswith("文件不是 Excel 工作簿（.xlsx），请用 Excel")


def test_the_same_file_twice_changes_nothing(branch_a, branch_b, upload, take_over):
    content = workbook(HEADER, row(), row("李四", id_number(3), "机电党支部", employee="9"))
    take_over(upload(content))
    before = (list(Member.objects.order_by("pk").values()), roll(), MemberEvent.objects.count())
    again = upload(content)
    assert (again.to_create, again.to_update, again.unchanged) == (0, 0, 2)
    again = take_over(again)
    assert (again.to_create, again.to_update, again.unchanged) == (0, 0, 2)
    after = (list(Member.objects.order_by("pk").values()), roll(), MemberEvent.objects.count())
    assert after == before


def test_an_update_keeps_what_the_file_leaves_blank(branch_a, enrol, upload, take_over):
    member = enrol(
        "张三", branch_a, id_number=ZHANG, phone="13800000000", work_post="电工",
        admitted_on=dt.date(1998, 7, 15), employee_number="7",
    )  # fmt: skip
    roster = upload(workbook(HEADER, row("张叁", joined="1998.07", full="", employee="")))
    assert (roster.to_create, roster.to_update) == (0, 1)
    take_over(roster)
    member.refresh_from_db()
    assert (member.name, member.name_pinyin[:6], member.phone, member.work_post) == (
        "张叁", "zhang1", "13800000000", "电工",
    )  # fmt: skip
    # A month does not blur the day that is known.
    assert (member.admitted_on, member.employee_number) == (dt.date(1998, 7, 15), "7")


def test_without_a_number_the_employee_number_finds_the_member(branch_a, enrol, upload, take_over):
    member = enrol("张三", branch_a, employee_number="7")
    roster = take_over(upload(workbook(HEADER, row(number="", employee=7.0, full=""))))
    member.refresh_from_db()
    assert (roster.to_create, roster.to_update, member.admitted_on) == (0, 1, dt.date(1998, 7, 1))


def test_an_employee_number_of_somebody_else_is_refused(branch_a, enrol, upload):
    enrol("张三", branch_a, id_number=ZHANG, employee_number="7")
    enrol("李四", branch_a, id_number=id_number(3), employee_number="8")
    content = workbook(HEADER, row(employee="8"), row("王五", id_number(5), employee="7"))
    assert found(upload(content)) == [
        (2, "H", "工号", "这个工号已登记在另一名党员名下，请核对工号"),
        (3, "H", "工号", "这个工号的党员已登记了另一个公民身份号码，请核对工号和号码"),
    ]


def test_a_new_branch_in_the_file_moves_the_member(branch_a, branch_b, enrol, upload, take_over):
    member = enrol("张三", branch_a, id_number=ZHANG, started_on=dt.date(2025, 1, 1))
    take_over(upload(workbook(HEADER, row(branch="机电党支部", full=""))))
    homes = member.memberships.order_by("started_on").values_list(
        "branch__code", "started_on", "ended_on"
    )
    assert list(homes) == [("QF01", dt.date(2025, 1, 1), DAY), ("QF02", DAY, None)]
    assert [event.kind for event in member.events.order_by("id")] == ["MOVED_IN", "MOVED"]


def test_a_move_on_the_day_a_membership_began_puts_it_right(
    branch_a, branch_b, enrol, upload, take_over
):
    enrol("张三", branch_a, id_number=ZHANG, started_on=DAY)
    take_over(upload(workbook(HEADER, row(branch="机电党支部", full=""))))
    assert roll() == [("张三", "QF02", DAY)]


def test_a_roster_older_than_the_membership_moves_nobody(branch_a, branch_b, enrol, upload):
    enrol("张三", branch_a, id_number=ZHANG, started_on=dt.date(2026, 10, 2))
    assert found(upload(workbook(HEADER, row(branch="机电党支部", full="")))) == [
        (2, "C", "所在党支部",
         "起算日期 2026-10-01 早于此人现有组织关系的起始日期 2026-10-02，"
         "不能按这份花名册调整支部或小组")
    ]  # fmt: skip


def test_a_number_on_a_roll_out_of_reach_is_refused_without_telling_whose(
    branch_a, branch_b, enrol, upload
):
    enrol("钱七", branch_b, id_number=ZHANG)
    roster = upload(workbook(HEADER, row()), organization=branch_a)
    assert [(p["row"], p["column"]) for p in roster.problems] == [(2, "B")]
    told = roster.problems[0]["message"]
    assert "钱七" not in told
    assert "机电" not in told


def test_who_has_left_does_not_come_back_by_a_file(branch_a, enrol, keeper, upload, at):
    member = enrol("张三", branch_a, id_number=ZHANG)
    memberships.leave(
        member=member, way=EventKind.EXPELLED, on=dt.date(2026, 9, 1), note="", by=keeper, at=at
    )
    assert found(upload(workbook(HEADER, row()))) == [
        (2, "B", "身份证号",
         "此人已离开名册（转出、出党、去世或停止党籍），请先在党员档案中办理转入")
    ]  # fmt: skip


def test_a_full_member_is_not_made_probationary(branch_a, enrol, upload):
    enrol("张三", branch_a, id_number=ZHANG)
    assert found(upload(workbook(HEADER, row(full="", status="预备党员")))) == [
        (2, "G", "党员类别", "此人在名册上已是正式党员，不能改为预备党员，请核对")
    ]


def test_a_branch_imports_its_own_roster_without_the_column(branch_a, upload, take_over):
    content = workbook(("姓名", "身份证号"), ("张三", ZHANG))
    take_over(upload(content, organization=branch_a))
    assert roll() == [("张三", "QF01", DAY)]


def test_one_bad_row_keeps_all_good_rows_out(branch_a, upload):
    good = [row(f"张{n}三", id_number(2 * n + 1)) for n in range(1, 20)]
    roster = upload(workbook(HEADER, *[r for r in good if r[0].isalpha()], row(branch="")))
    assert (roster.state, Member.objects.count()) == ("REFUSED", 0)
    with pytest.raises(rosters.NotReady):
        rosters.confirm(roster=roster)


def test_a_break_in_the_middle_leaves_nothing(branch_a, upload, keeper, at):
    roster = upload(workbook(HEADER, row(), row("李四", id_number(3))))
    rosters.confirm(roster=roster)
    made = plan(
        [HEADER, row(), row("李四", id_number(3))], organization=roster.organization,
        effective_on=DAY, today=dt.date(2026, 10, 20), tell=lambda done, total: None,
    )  # fmt: skip

    def write_and_break(entries):
        RosterResource(lambda done, total: None).write(entries)
        assert Member.objects.count() == 2
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rosters.take_over(roster=roster, plan=made, write=write_and_break, by=keeper, at=at)
    roster.refresh_from_db()
    counts = (Member.objects.count(), Membership.objects.count(), MemberEvent.objects.count())
    assert (roster.state, counts) == ("APPLYING", (0, 0, 0))


def test_a_roll_changed_since_the_check_is_checked_again(
    branch_a, branch_b, enrol, upload, take_over
):
    roster = upload(workbook(HEADER, row()), organization=branch_a)
    enrol("钱七", branch_b, id_number=ZHANG)
    roster = take_over(roster)
    assert (roster.state, roster.problem_count, Member.objects.count()) == ("REFUSED", 1, 1)


def test_a_task_delivered_twice_imports_once(branch_a, upload, at):
    roster = upload(workbook(HEADER, row()))
    rosters.confirm(roster=roster)
    job, _ = jobs.request(
        tasks.APPLY, arguments={"roster": roster.pk}, label="导入", by=None, at=at
    )
    tasks.apply_roster(job_id=job.pk)
    tasks.apply_roster(job_id=job.pk)
    run(tasks.apply_roster, roster, at)
    assert (Member.objects.count(), Membership.objects.count()) == (1, 1)
    assert set(Job.objects.values_list("state", flat=True)) == {"DONE"}


def test_the_check_names_who_is_new_and_what_changes_of_whom(
    branch_a, branch_b, group_a, enrol, upload
):
    enrol("旧人", branch_a, id_number=ZHANG)
    roster = upload(
        workbook(HEADER, row(branch="机电党支部"),
                 row("新人", id_number(2), group="采煤一组"))
    )  # fmt: skip

    assert roster.preview == {
        "created": [{"name": "新人", "place": "采煤党支部采煤一组"}],
        "updated": [
            {"name": "张三", "place": "机电党支部",
             "fields": ["姓名", "性别", "出生日期", "入党日期", "转正日期", "党支部"]},
        ],
    }  # fmt: skip


def test_the_check_names_the_first_hundred(branch_a, upload):
    roster = upload(workbook(HEADER, *(row("张三", id_number(n)) for n in range(1, 103))))

    assert (roster.to_create, len(roster.preview["created"])) == (102, 100)


def test_an_import_is_one_entry_of_the_audit(branch_a, upload, take_over):
    roster = take_over(upload(workbook(HEADER, row())))
    entry = audit.AuditEntry.objects.get(action="roster.imported")
    assert (entry.object_id, entry.after["created"], entry.after["updated"]) == (
        str(roster.pk), 1, 0,
    )  # fmt: skip
    assert audit.verify() == []


def test_kept_problems_hold_no_whole_number(branch_a, upload):
    wrong = ZHANG[:17] + ("1" if ZHANG[17] == "0" else "0")
    roster = upload(workbook(HEADER, row(number=wrong)))
    assert roster.problems[0]["value"] == f"110***********{wrong[-4:]}"


def test_a_check_needs_the_same_statements_for_1_and_30_rows(branch_a, committee, enrol):
    def statements(count):
        rows = [HEADER, *(row("张三", id_number(2 * n + 1)) for n in range(count))]
        with CaptureQueriesContext(connection) as made:
            plan(
                rows, organization=committee, effective_on=DAY, today=dt.date(2026, 10, 20),
                tell=lambda done, total: None,
            )  # fmt: skip
        return len(made)

    enrol("张三", branch_a, id_number=ZHANG)
    assert statements(1) == statements(30) == 3


def test_an_import_writes_2500_rows_in_batches(branch_a, upload, take_over):
    days = [dt.date(1970, 1, 1) + dt.timedelta(days=n) for n in range(2500)]
    content = workbook(HEADER, *(row(number=id_number(1, day)) for day in days))
    roster = take_over(upload(content))
    assert (roster.to_create, Member.objects.count(), Membership.objects.count()) == (
        2500, 2500, 2500,
    )  # fmt: skip
    changed = workbook(HEADER, *(row("李四", id_number(1, day)) for day in days))
    roster = take_over(upload(changed))
    assert (roster.to_update, Member.objects.filter(name="李四").count()) == (2500, 2500)
    assert RosterImport.objects.count() == 2


def test_a_number_taken_meanwhile_breaks_the_whole_write(branch_a, committee, enrol):
    made = plan(
        [HEADER, row("李四", id_number(3)), row()], organization=committee, effective_on=DAY,
        today=dt.date(2026, 10, 20), tell=lambda done, total: None,
    )  # fmt: skip
    enrol("钱七", branch_a, id_number=ZHANG)
    with pytest.raises(IntegrityError), transaction.atomic():
        RosterResource(lambda done, total: None).write(made.creates)
    assert [member.name for member in Member.objects.all()] == ["钱七"]
