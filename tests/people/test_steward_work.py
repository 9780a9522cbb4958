"""A 小政委 at work: the day's line, the week's help, the month's report and its assessment."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.models import Problem
from activities.operations.refusals import Refused
from activities.rules.kinds import ActivityKind
from branches import documents
from branches.access import Grants
from branches.models import AuditEntry, Job, Notice, Post, RegulationAdjustment
from branches.rules.periods import Period
from branches.rules.roles import Role
from people.duties import stewards as duties
from people.models import Contact, Idea, Pair, StewardAssessment, StewardDay, StewardHelp
from people.operations import steward_work as operations
from people.queries import steward_months, steward_papers, steward_work
from people.rules.stewards import Side, StewardGrade
from tests.activities.conftest import moment

D = dt.date
ONE = dt.timedelta(days=1)
DAY = D(2026, 10, 20)  # a Tuesday
MONDAY = D(2026, 10, 19)
LAST = D(2026, 10, 30)  # the last working day of the month
OCTOBER, NOVEMBER = Period(D(2026, 10, 1)), Period(D(2026, 11, 1))


@pytest.fixture
def leader(person, group_a):
    return person(Role.GROUP_LEADER, group_a)


@pytest.fixture
def steward(leader, join, branch_a, group_a):
    """The group's leader, 小政委 by default."""
    return join(branch_a, "陈卓", group=group_a, user=leader.user)


@pytest.fixture
def mate(join, branch_a, group_a, person):
    client = person()
    member = join(branch_a, "李敏", group=group_a, user=client.user)
    member.client = client
    return member


@pytest.fixture
def write(group_a, steward):
    def make(on=DAY, text="夜班检修，人员到齐", today=None, **changes) -> StewardDay:
        given = {"by": steward.user, "at": moment(today or on)} | changes
        return operations.write_day(organization=group_a, member=steward, on=on, text=text, **given)

    return make


@pytest.fixture
def help_(group_a, steward):
    def make(later=0, today=DAY, **changes) -> StewardHelp:
        given = {
            "organization": group_a, "member": steward, "week_of": MONDAY, "helped": None,
            "helped_name": "王师傅", "what": "教新设备操作", "outcome": "", "by": steward.user,
            "at": moment(today) + dt.timedelta(seconds=later),
        }  # fmt: skip
        return operations.write_help(**(given | changes))

    return make


@pytest.fixture
def hand_in(group_a, steward):
    def make(month=OCTOBER, on=LAST, remark="", **changes):
        given = {"by": steward.user, "at": moment(on)} | changes
        return operations.hand_in(
            organization=group_a, member=steward, month=month, remark=remark, **given
        )

    return make


@pytest.fixture
def assess(secretary):
    def make(report, grade=StewardGrade.GOOD, side=Side.BRANCH, advice="", later=0, **changes):
        given = {"by": secretary, "at": moment(LAST) + dt.timedelta(seconds=later)} | changes
        return operations.assess(report=report, side=side, grade=grade, advice=advice, **given)

    return make


# 日跟班


@pytest.mark.parametrize(
    ("on", "may"), [(DAY, True), (DAY - ONE, True), (DAY - ONE * 2, False), (DAY + ONE, False)]
)
def test_a_line_is_written_the_same_day_and_the_next(write, on, may):
    if may:
        assert write(on, today=DAY).on == on
    else:
        with pytest.raises(Refused, match="只能记今天和昨天"):
            write(on, today=DAY)


def test_written_again_the_line_is_changed_and_audited_without_its_words(write):
    write(text="一切正常")
    write(text="二号机停机检修")
    write(text="二号机停机检修")  # nothing new

    assert [row.text for row in StewardDay.objects.all()] == ["二号机停机检修"]
    audited = AuditEntry.objects.filter(action="steward.day_written")
    assert [row.after for row in audited] == [{"on": "2026-10-20"}] * 2


def test_only_the_steward_writes(write, mate, secretary):
    with pytest.raises(Refused, match="您不是采煤一组的小政委"):
        write(by=mate.user)
    with pytest.raises(Refused, match="您不是采煤一组的小政委"):
        write(by=secretary)
    with pytest.raises(Refused, match="请写一句"):
        write(text=" ")


def test_the_last_line_is_copied_forward_on_the_page(write, leader, steward, set_clock):
    set_clock(DAY)
    write(D(2026, 10, 16), "夜班检修，人员到齐")

    page = leader.get("/my/steward/today/").content.decode()
    assert 'value="夜班检修，人员到齐"' in page
    assert "已沿用上次（2026年10月16日）" in page

    leader.post("/my/steward/today/", {"text": "夜班检修，人员到齐", "on": DAY.isoformat()})
    leader.post("/my/steward/today/", {"text": "白班", "on": (DAY - ONE).isoformat()})
    assert {row.on: row.text for row in StewardDay.objects.all()} == {
        D(2026, 10, 16): "夜班检修，人员到齐", DAY - ONE: "白班", DAY: "夜班检修，人员到齐",
    }  # fmt: skip


def test_the_strip_shows_working_days_and_the_days_done(write, group_a, steward):
    write(D(2026, 10, 16))
    write(D(2026, 10, 17))  # a Saturday

    days = steward_work.days(group_a, steward, OCTOBER, D(2026, 10, 18))

    assert [(day.on.day, day.is_working, day.line is not None) for day in days[-5:]] == [
        (14, True, False), (15, True, False), (16, True, True), (17, False, True),
        (18, False, False),
    ]  # fmt: skip


def test_others_are_told_who_it_is(mate, steward, set_clock):
    set_clock(DAY)
    page = mate.client.get("/my/steward/today/").content.decode()
    assert "采煤一组的小政委是陈卓" in page


# 周帮扶


@pytest.mark.parametrize(
    ("week", "may"), [(0, True), (-7, True), (-14, False), (7, False), (1, False)]
)
def test_help_is_written_for_this_week_and_the_last(help_, week, may):
    monday = MONDAY + ONE * week
    if may:
        assert help_(week_of=monday).week_of == monday
    else:
        with pytest.raises(Refused, match="只能记本周和上周"):
            help_(week_of=monday)


@pytest.mark.parametrize(("later", "rows"), [(0, 1), (59, 1), (60, 2)])
def test_help_sent_twice_is_one(help_, later, rows):
    help_()
    help_(later=later)
    assert StewardHelp.objects.count() == rows


def test_a_member_who_was_helped_is_told_and_sees_it(help_, mate):
    help_(helped=mate, helped_name="")

    assert [(row.recipient, row.url) for row in Notice.objects.all()] == [
        (mate.user, "/my/steward/")
    ]
    assert "教新设备操作" in mate.client.get("/my/steward/").content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"helped_name": " "}, "帮扶对象"), ({"what": " "}, "请写明帮扶了什么")],
)
def test_what_is_no_help(help_, changes, said):
    with pytest.raises(Refused, match=said):
        help_(**changes)


def test_whom_one_does_not_help(help_, steward, join, branch_a, mate):
    with pytest.raises(Refused, match="不能是自己"):
        help_(helped=steward)
    with pytest.raises(Refused, match="不在采煤一组的名册上"):
        help_(helped=join(branch_a, "外组"))
    with pytest.raises(Refused, match="您不是"):
        help_(by=mate.user)


def test_what_came_of_it_is_added_until_the_month_is_handed_in(help_, hand_in, steward, mate):
    row = help_()
    changed = operations.change_help(
        help=row, what="教新设备操作", outcome="能独立操作", by=steward.user, at=moment(DAY)
    )
    assert changed.outcome == "能独立操作"
    with pytest.raises(Refused, match="本人能修改"):
        operations.change_help(help=row, what="x", outcome="", by=mate.user, at=moment(DAY))

    hand_in()
    with pytest.raises(Refused, match="2026 年 10 月的月汇报已经提交"):
        operations.change_help(help=row, what="x", outcome="", by=steward.user, at=moment(LAST))


def test_help_through_the_page_with_a_way_to_raise_a_problem(leader, steward, mate, set_clock):
    set_clock(DAY)
    url = "/my/steward/helps/new/"
    form = {"helped": "", "helped_name": "", "week": MONDAY.isoformat(), "what": "帮岗"}
    assert "请选择本组党员，或者填写姓名。" in leader.post(url, form).content.decode()
    leader.post(url, form | {"helped": mate.pk})
    row = StewardHelp.objects.get()

    assert (row.helped, row.helped_name, row.week_of) == (mate, "李敏", MONDAY)
    page = leader.get(f"/my/steward/helps/{row.pk}/").content.decode()
    raised = f"/problems/raise/?source=STEWARD&amp;id={row.pk}"
    assert f'href="{raised}"' in page
    assert "帮岗" in leader.get(raised.replace("&amp;", "&")).content.decode()
    assert mate.client.get(raised.replace("&amp;", "&")).status_code == 404
    assert mate.client.get(f"/my/steward/helps/{row.pk}/").status_code == 404


# 月汇报


MARCH, APRIL = Period.parse("2026-03"), Period.parse("2026-04")


def test_help_of_a_week_across_two_months_is_of_the_later(group_a, steward, help_, hand_in):
    week = D(2026, 3, 30)
    hand_in(MARCH, on=D(2026, 3, 31))
    row = help_(week_of=week, today=D(2026, 4, 2))

    found = [list(steward_work.helps(group_a, steward, month)) for month in (MARCH, APRIL)]
    assert found == [[], [row]]
    counted = [
        steward_work.figures([group_a], month, month.last_day)[0].helps for month in (MARCH, APRIL)
    ]
    assert counted == [0, 1]


def test_a_report_handed_in_early_leaves_the_rest_of_the_month_open(
    group_a, steward, write, help_, hand_in
):
    early = D(2026, 10, 27)  # a Tuesday
    hand_in(on=early)

    with pytest.raises(Refused, match="提交以前的记录不能再改"):
        write(early, today=early)
    asked = [list(steward_work.without_line(steward.user, early + ONE * n)) for n in (0, 1)]
    assert asked == [[], [group_a]]
    assert write(early + ONE).on == early + ONE
    with pytest.raises(Refused, match="提交以前的记录不能再改"):
        help_(week_of=D(2026, 10, 19), today=early)
    assert help_(week_of=D(2026, 10, 26), today=early).week_of == D(2026, 10, 26)


@pytest.fixture
def month(write, help_, mate, hold, group_a, branch_a, secretary, steward):
    """A month's work in the group, and some of it elsewhere or at another time."""
    write(D(2026, 10, 15))
    write(DAY)
    write(D(2026, 9, 30))
    help_(outcome="能独立操作")
    hold(group_a, ActivityKind.GROUP_MEETING, D(2026, 10, 14), "PL", title="十月党小组会")
    hold(group_a, ActivityKind.GROUP_MEETING, D(2026, 9, 14), "PP")
    at = moment(DAY)
    common = {"entered_by": secretary, "entered_at": at}
    idea = {"branch": branch_a, "member": mate, "text": "改流程", "changed_at": at} | common
    answer = {"answer": "好", "answered_on": DAY, "answered_by": secretary}
    Idea.objects.create(**idea, raised_on=D(2026, 10, 8))
    Idea.objects.create(**idea, raised_on=D(2026, 9, 8), state="ADOPTED", **answer)
    Idea.objects.create(**idea, raised_on=D(2026, 9, 9))
    pair = Pair.objects.create(
        branch=branch_a, kind="SKILL", helper=steward, helped=mate, helped_name=mate.name,
        started_on=D(2026, 1, 1), formed_by=secretary, formed_at=at,
    )  # fmt: skip
    for on, removed_at in ((DAY, None), (DAY - ONE, None), (D(2026, 9, 1), None), (DAY + ONE, at)):
        Contact.objects.create(pair=pair, on=on, removed_at=removed_at, **common)
    problem = {
        "organization": branch_a,
        "whose": "班组",
        "text": "照明不足",
        "raised_by": secretary,
    }
    Problem.objects.create(**problem, origin=group_a, raised_on=DAY)
    Problem.objects.create(
        **problem, origin=group_a, raised_on=D(2026, 9, 1), closed_on=DAY, outcome="已修"
    )
    Problem.objects.create(**problem, raised_on=DAY)


def test_the_report_is_made_from_the_months_records(month, hand_in):
    report = hand_in(remark="下月抓好冬季防滑")

    assert steward_months.facts_of(report.content) == (
        ("日跟班", "2 天（工作日 18 天）"),
        ("周帮扶", "1 人次"),
        ("党小组会", "1 次，到会率 100.0%"),
        ("金点子", "提出 1 条，采纳 1 条"),
        ("结对联系", "1 对，联系 2 次"),
        ("问题", "提出 1 个，销号 1 个"),
    )
    assert steward_months.parts_of(report.content) == (
        ("日跟班情况", (
            "2026年10月15日：夜班检修，人员到齐", "2026年10月20日：夜班检修，人员到齐",
        )),
        ("周帮扶情况", (
            "2026年10月19日这一周，帮扶王师傅：教新设备操作；效果：能独立操作",
        )),
        ("组织生活情况", ("2026年10月14日《十月党小组会》：应到 1 人，实到 1 人",)),
    )  # fmt: skip


def test_what_is_handed_in_stands(month, hand_in, write):
    report = hand_in()
    StewardDay.objects.all().delete()

    report.refresh_from_db()
    assert steward_months.facts_of(report.content)[0] == ("日跟班", "2 天（工作日 18 天）")
    with pytest.raises(Refused, match="已经提交"):
        write(LAST)
    with pytest.raises(Refused, match="已经提交"):
        hand_in(on=D(2026, 11, 2))


@pytest.mark.parametrize(
    ("on", "may"), [(D(2026, 10, 22), False), (D(2026, 10, 23), True), (D(2026, 11, 9), True)]
)
def test_a_month_is_reported_on_at_its_end_or_late(hand_in, on, may):
    if may:
        assert hand_in(on=on).month == OCTOBER.first_day
    else:
        with pytest.raises(Refused, match="从 10 月 23 日起提交"):
            hand_in(on=on)


def test_the_document_is_laid_out_with_what_was_said(month, hand_in, assess):
    report = hand_in(remark="下月抓好冬季防滑")
    assess(report, StewardGrade.FAIR, advice="周帮扶要每周都有")

    [kept] = steward_work.reports_of(report.member)
    document = steward_months.document(kept)

    assert document.title == "小政委月汇报"
    assert document.facts[:4] == (
        ("班　　组", "青峰能源采煤一组"), ("小 政 委", "陈卓"), ("月　　份", "2026 年 10 月"),
        ("提交日期", "2026年10月30日"),
    )  # fmt: skip
    assert document.facts[-1] == ("支部评价", "一般。改进要求：周帮扶要每周都有")
    assert [heading for heading, _ in document.parts] == [
        "一、日跟班情况", "二、周帮扶情况", "三、组织生活情况", "四、补充说明",
    ]  # fmt: skip


def test_committee_and_team_are_told_and_not_the_steward_himself(hand_in, secretary, mate):
    hand_in()
    assert {row.recipient for row in Notice.objects.all()} == {secretary, mate.user}


# Assessment


@pytest.mark.parametrize("grade", [StewardGrade.FAIR, StewardGrade.POOR])
def test_less_than_good_needs_advice(hand_in, assess, grade):
    report = hand_in()
    with pytest.raises(Refused, match="请写明改进要求"):
        assess(report, grade)
    assert assess(report, grade, advice="要抓实").advice == "要抓实"


def test_a_later_one_corrects_the_earlier_and_both_stay(hand_in, assess, steward):
    report = hand_in()
    assess(report)
    assess(report)  # sent twice
    later = assess(report, StewardGrade.POOR, advice="要抓实", later=90)

    [kept] = steward_work.reports_of(steward)
    assert steward_work.standing(kept) == {Side.BRANCH: later}
    assert StewardAssessment.objects.count() == 2
    assert [row.advice for row in steward_work.advice(kept)] == ["要抓实"]


def test_the_team_speaks_by_another_where_the_leader_is_assessed(
    hand_in, assess, mate, secretary, leader
):
    report = hand_in()
    with pytest.raises(Refused, match="由组内其他党员登记"):
        assess(report, side=Side.TEAM)  # the secretary is not of the group
    with pytest.raises(Refused, match="不能评价自己"):
        assess(report, side=Side.TEAM, by=leader.user)

    assert assess(report, side=Side.TEAM, by=mate.user).side == "TEAM"


def test_the_leader_speaks_for_the_team_where_another_is_the_steward(
    hand_in, mate, join, branch_a, group_a, person, steward, leader, at
):
    report = hand_in()
    report.member = mate  # as if chosen
    report.save(update_fields=["member"])
    third = join(branch_a, "王强", group=group_a, user=person().user)

    assert [
        steward_work.may_speak_for_team(report, user, LAST)
        for user in (leader.user, third.user, mate.user)
    ] == [True, False, False]


def test_pages_of_a_report_show_each_what_is_for_him(
    month, hand_in, mate, leader, secretary, client, person, branch_b, set_clock
):
    set_clock(LAST)
    report = hand_in()
    url = f"/stewards/months/{report.pk}/"

    own = leader.get(url).content.decode()
    assert "王师傅" in own and "登记支部评价" not in own
    of_team = mate.client.get(url).content.decode()
    assert "王师傅" not in of_team and "登记班组评价" in of_team
    assert mate.client.post(f"{url}print/").status_code == 404
    assert mate.client.post(f"{url}assess/BRANCH/", {}).status_code == 404
    client.force_login(secretary)
    of_branch = client.get(url).content.decode()
    assert "王师傅" in of_branch and "登记支部评价" in of_branch
    assert person(Role.SECRETARY, branch_b).get(url).status_code == 404

    refused = client.post(f"{url}assess/BRANCH/", {"BRANCH-grade": "POOR", "BRANCH-advice": " "})
    assert "请写明改进要求" in refused.content.decode()
    client.post(f"{url}assess/BRANCH/", {"BRANCH-grade": "POOR", "BRANCH-advice": "每周都要帮扶"})
    set_clock(D(2026, 11, 2))
    for page in ("/my/steward/today/", "/my/steward/months/2026-11/"):
        assert "每周都要帮扶" in leader.get(page).content.decode()


@pytest.mark.parametrize("has_post", [True, False])
def test_whoever_ordered_the_own_report_opens_it(
    month, hand_in, leader, steward, mate, group_a, secretary, has_post
):
    report = hand_in()
    kept = {
        name: documents.keep(
            b"%PDF-", title=name, filename=f"{name}.pdf", content_type="application/pdf",
            owner=owner, organization=group_a, at=moment(LAST),
        )
        for name, owner in (("own", leader.user), ("others", leader.user), ("mates", mate.user))
    }  # fmt: skip
    for name, ordered in (("own", report.pk), ("others", report.pk + 1), ("mates", report.pk)):
        Job.objects.create(
            task=steward_papers.DRAWING, arguments={"report": ordered}, input_hash=name,
            requested_by=kept[name].owner, requested_at=moment(LAST), document=kept[name],
            state="DONE",
        )  # fmt: skip
    if not has_post:
        Post.objects.filter(user=leader.user).update(ended_on=MONDAY)

    for client, seen in (
        (leader, {"own", "others"} if has_post else {"own"}),
        (mate.client, set()),
    ):
        found = {
            name
            for name, row in kept.items()
            if client.get(f"/documents/{row.pk}/").status_code == 200
        }
        assert found == seen


# What is due


def told(found):
    return [(duty.title, duty.due_on) for duty in found]


LINE = "记一句今天的跟班情况"


@pytest.mark.parametrize(
    ("on", "hour", "is_told"),
    [(DAY, 14, False), (DAY, 15, True), (D(2026, 10, 24), 16, False)],
)
def test_the_line_is_asked_for_in_the_afternoon_of_working_days(leader, steward, on, hour, is_told):
    found = duties.line_at(leader.user, on, hour)
    assert told(found) == ([(LINE, on)] if is_told else [])


def test_a_committee_may_ask_for_it_earlier(leader, steward, committee, secretary, at):
    RegulationAdjustment.objects.create(
        committee=committee, code="P4", parameters={"line_from_hour": 9}, reason="早班",
        effective_from=D(2026, 1, 1), made_by=secretary, made_at=at,
    )  # fmt: skip
    assert told(duties.line_at(leader.user, DAY, 9)) == [(LINE, DAY)]


def test_once_written_it_is_asked_for_no_more(leader, write, mate):
    write()
    assert duties.line_at(leader.user, DAY, 16) == []
    assert duties.line_at(mate.user, DAY, 16) == []


def _reports(user, on):
    return told(duties.reports(user, Grants.of(user, on), on))


def test_a_report_is_due_by_the_last_working_day_and_then_overdue(leader, write, hand_in):
    write()
    october = [("提交10月的小政委月汇报", LAST)]

    assert _reports(leader.user, D(2026, 10, 22)) == []
    assert _reports(leader.user, D(2026, 10, 23)) == october
    assert _reports(leader.user, D(2026, 11, 5)) == october
    hand_in()
    assert _reports(leader.user, D(2026, 11, 5)) == []


def test_nobody_is_asked_for_a_month_before_the_work_began(leader, steward):
    assert _reports(leader.user, D(2026, 11, 5)) == []


def test_a_report_waits_for_the_committee_until_it_is_assessed(
    hand_in, assess, secretary, leader, person, committee, branch_b
):
    report = hand_in()
    above = person(Role.SECRETARY, committee).user
    beside = person(Role.SECRETARY, branch_b).user

    def waits(user):
        return told(duties.assessments(user, Grants.of(user, LAST), LAST))

    assert waits(secretary) == [("陈卓10月的月汇报等支部评价", D(2026, 11, 6))]
    assert waits(leader.user) == waits(above) == waits(beside) == []
    assess(report)
    assert waits(secretary) == []


@pytest.mark.parametrize("path", ["/", "/my/steward/today/", "/stewards/"])
def test_the_pages_need_no_more_queries_for_thirty_lines(leader, steward, group_a, set_clock, path):
    set_clock(LAST)

    def fill(days):
        for n in range(days):
            StewardDay.objects.get_or_create(
                organization=group_a, member=steward, on=D(2026, 10, 1) + ONE * n,
                defaults={"text": "正常", "entered_by": leader.user, "entered_at": moment(DAY)},
            )  # fmt: skip
            StewardHelp.objects.create(
                organization=group_a, member=steward, week_of=MONDAY, helped_name=f"人{n}",
                what="帮岗", entered_by=leader.user, entered_at=moment(DAY),
            )  # fmt: skip

    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert leader.get(path).status_code == 200
        return len(captured)

    fill(1)
    few = queries()
    fill(29)
    assert queries() == few
