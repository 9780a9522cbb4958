"""The checks of organisations: what each finds, for whom it is due, and how it explains itself."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from activities.duties import checks as duties
from activities.models import Attendance
from activities.queries import checks
from activities.rules.kinds import ActivityKind
from branches import duties as registry
from branches import wording
from branches.access import Grants
from branches.models import Organization, Post, Regulation, RegulationAdjustment, Term, User
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from members.models import Exemption, Member
from tests.activities.conftest import FOUNDED
from tests.conftest import set_up

D = dt.date
K = ActivityKind
ON = D(2026, 10, 20)


def findings(place, on=ON, code=None):
    facts = checks.load(Scope((place.path,)), on, with_people=True)
    row = next(each for each in facts.organizations if each.pk == place.pk)
    found = checks.judge(facts, row, [code] if code else checks.CODES)
    return {each.code: (each.state.value, each.said) for each in found}


def finding(place, code, on=ON):
    return findings(place, on, code).get(code)


def enrol(branch, number, **given):
    """Put many on the roll at once."""
    made = Member.objects.bulk_create(
        Member(name=f"党员{n:03d}", name_pinyin=f"{n:03d}", name_strokes="1", **given)
        for n in range(number)
    )
    branch.memberships.bulk_create(
        branch.memberships.model(member=each, branch=branch, started_on=FOUNDED) for each in made
    )
    return made


def appoint(place, role, name, at, since=FOUNDED, until=None, member=None):
    user = User.objects.create(username=f"u{User.objects.count()}", name=name, created_at=at,
                               password="!")  # fmt: skip
    if member:
        Member.objects.filter(pk=member.pk).update(user=user)
    return Post.objects.create(
        user=user, organization=place, role=role, started_on=since, ended_on=until
    )


def test_the_words_name_exactly_the_rules_that_are_checked():
    assert set(wording.CHECKED_DAILY) == set(checks.CODES)


@pytest.mark.parametrize(
    ("full", "probationary", "expected"),
    [
        (50, 0, ("OK", "党员 50 人")),
        (49, 1, ("OK", "党员 50 人")),
        (50, 1, ("DUE", "党员 51 人，比 50 人多 1 人")),
    ],
)
def test_o2_more_than_fifty(branch_a, full, probationary, expected):
    enrol(branch_a, full)
    enrol(branch_a, probationary, status="PROBATIONARY")

    assert finding(branch_a, "O2") == expected


@pytest.mark.parametrize(
    ("members", "posts", "o7", "o8"),
    [
        (6, 1, None, ("OK", "正式党员 6 人，只设书记，不核对支委会次数")),
        (7, 1, ("DUE", "委员 1 人，少于 3 人"), None),
        (7, 3, ("OK", "支部委员会 3 人"), None),
        (7, 6, ("DUE", "委员 6 人，一般不超过 5 人"), None),
        (7, 0, ("DUE", "没有登记支部委员会"), None),
    ],
)
def test_o7_o8_a_committee_from_seven_full_members(branch_a, at, members, posts, o7, o8):
    enrol(branch_a, members)
    for n in range(posts):
        role = Role.COMMITTEE_MEMBER if n else Role.SECRETARY
        appoint(branch_a, role, f"委员{n}", at)

    assert (finding(branch_a, "O7"), finding(branch_a, "O8")) == (o7, o8)


@pytest.mark.parametrize(
    ("ends", "extended", "o9", "o10"),
    [
        (D(2027, 4, 21), None, "OK", "OK"),  # six months and a day
        (D(2027, 4, 20), None, "DUE", "OK"),
        (ON, None, "DUE", "OK"),  # the last day is in time
        (D(2026, 10, 19), None, "OVERDUE", "OVERDUE"),
        (D(2026, 10, 19), D(2027, 10, 19), "OK", "OK"),  # a year
        (D(2026, 10, 19), D(2027, 10, 20), "OK", "DUE"),  # longer
        (D(2025, 10, 19), D(2026, 10, 19), "OVERDUE", "OVERDUE"),  # run out too
    ],
)
def test_o9_o10_terms_and_their_extensions(branch_a, ends, extended, o9, o10):
    Term.objects.create(
        organization=branch_a, ordinal=1, elected_on=D(2023, 1, 1), ends_on=ends,
        extended_to=extended, extension_reference="批复" if extended else "",
    )  # fmt: skip

    assert (finding(branch_a, "O9")[0], finding(branch_a, "O10")[0]) == (o9, o10)


def test_o9_without_a_term_it_is_asked_for(branch_a, group_a):
    assert finding(branch_a, "O9") == ("DUE", "还没有登记届次，系统无法提醒换届")
    assert finding(branch_a, "O10") is None
    assert finding(group_a, "O9") is None


@pytest.mark.parametrize(
    ("members", "o12", "o12b"),
    [(49, "OK", "OK"), (50, "OK", "DUE"), (99, "OK", "DUE"), (100, "DUE", None)],
)
def test_o12_a_hundred_members_ask_for_a_committee(branch_a, members, o12, o12b):
    enrol(branch_a, members)

    found = {code: finding(branch_a, code) for code in ("O12", "O12B")}
    assert {code: each and each[0] for code, each in found.items()} == {"O12": o12, "O12B": o12b}


def test_o12_is_about_state_owned_enterprises(branch_a):
    enrol(branch_a, 100)
    Organization.objects.filter(pk=branch_a.pk).update(type="GOVERNMENT")

    assert finding(branch_a, "O12") is None


@pytest.mark.parametrize(
    ("regularised", "state"),
    [(D(2025, 10, 20), "OK"), (D(2025, 10, 21), "DUE"), (None, None)],
)
def test_o14_a_year_a_member_before_secretary(branch_a, join, at, regularised, state):
    member = join(branch_a, "周岚")
    Member.objects.filter(pk=member.pk).update(regularised_on=regularised)
    appoint(branch_a, Role.SECRETARY, "周岚", at, since=ON, member=member)

    found = finding(branch_a, "O14")
    assert (found and found[0]) == state


@pytest.mark.parametrize(("left", "state"), [(D(2026, 9, 20), "DUE"), (D(2026, 9, 19), "OVERDUE")])
def test_o15_a_vacancy_is_filled_within_thirty_days(branch_a, at, left, state):
    appoint(branch_a, Role.SECRETARY, "前任", at, until=left)
    appoint(branch_a, Role.SECRETARY, "更早", at, until=D(2020, 1, 1))

    assert finding(branch_a, "O15") == (
        state, f"书记空缺，自{left.year}年{left.month}月{left.day}日起",
    )  # fmt: skip
    appoint(branch_a, Role.SECRETARY, "新任", at, since=ON)
    assert finding(branch_a, "O15") == ("OK", "书记 新任")


def test_o16_everybody_has_a_group_and_every_group_a_leader(branch_a, group_a, join, at):
    second = set_up("QF0102", "采煤二组", OrganizationKind.GROUP, branch_a, at)
    join(branch_a, "有组", group=group_a)
    join(branch_a, "没组")
    appoint(second, Role.GROUP_LEADER, "组长", at)

    assert finding(branch_a, "O16") == ("DUE", "1 名党员没有编入党小组；采煤一组没有组长")
    branch_a.memberships.filter(group=None).update(group=second)
    appoint(group_a, Role.GROUP_LEADER, "组长二", at)
    assert finding(branch_a, "O16") == ("OK", "2 个党小组，党员都已编组，组长都已明确")


def test_o16_says_nothing_of_an_undivided_branch(branch_a, join):
    join(branch_a, "党员")

    assert finding(branch_a, "O16") is None


@pytest.mark.parametrize(
    ("days", "on", "expected"),
    [
        ([], D(2026, 2, 28), ("OK", "本季度已召开 0 次，一季度内完成即可")),  # day 59
        ([], D(2026, 3, 1), ("DUE", "本季度已召开 0 次")),
        ([D(2026, 3, 31)], D(2026, 3, 31), ("OK", "本季度已召开 1 次")),
        ([D(2026, 3, 31)], D(2026, 4, 1), ("OK", "本季度已召开 0 次，二季度内完成即可")),
        ([D(2026, 4, 1)], D(2026, 4, 1), ("OVERDUE", "一季度已召开 0 次")),  # a day late
        ([], D(2026, 7, 1), ("OVERDUE", "二季度已召开 0 次，一季度也未召开")),
        ([], D(2026, 7, 2), ("OVERDUE", "二季度已召开 0 次")),  # 93 days on
    ],
)
def test_m1_an_assembly_a_quarter(branch_a, join, hold, days, on, expected):
    Organization.objects.filter(pk=branch_a.pk).update(founded_on=D(2026, 1, 1))
    join(branch_a, "党员")
    for day in days:
        hold(branch_a, K.ASSEMBLY, day)

    assert finding(branch_a, "M1", on) == expected


def test_m2_a_small_branch_is_not_asked(branch_a):
    enrol(branch_a, 6)
    assert finding(branch_a, "M2") is None

    enrol(branch_a, 1)
    assert finding(branch_a, "M2")[0] == "OVERDUE"


def test_m3_is_asked_of_groups(branch_a, group_a):
    assert finding(branch_a, "M3") is None
    assert finding(group_a, "M3") == ("OVERDUE", "9月已召开 0 次，8月也未召开")


@pytest.mark.parametrize(
    ("start", "count", "expected"),
    [
        (D(2026, 4, 1), 2, ("DUE", "本季度已召开 1 次")),
        (D(2026, 7, 1), 2, ("OK", "本季度已召开 1 次")),  # not yet
    ],
)
def test_an_adjusted_rule_is_the_one_that_is_checked(
    committee, branch_a, join, hold, secretary, at, start, count, expected
):
    Organization.objects.filter(pk=branch_a.pk).update(founded_on=D(2026, 4, 1))
    join(branch_a, "党员")
    hold(branch_a, K.ASSEMBLY, D(2026, 5, 12))
    RegulationAdjustment.objects.create(
        committee=committee, code="M1", reason="文件", made_by=secretary, made_at=at,
        effective_from=start, parameters={"count": count},
    )  # fmt: skip

    assert finding(branch_a, "M1", D(2026, 6, 30)) == expected


def test_a_past_window_is_judged_by_what_was_in_force_then(
    committee, branch_a, join, hold, secretary, at
):
    Organization.objects.filter(pk=branch_a.pk).update(founded_on=D(2026, 4, 1))
    join(branch_a, "党员")
    hold(branch_a, K.ASSEMBLY, D(2026, 5, 12))
    RegulationAdjustment.objects.create(
        committee=committee, code="M1", reason="文件", made_by=secretary, made_at=at,
        effective_from=D(2026, 7, 1), parameters={"count": 2},
    )  # fmt: skip

    assert finding(branch_a, "M1", D(2026, 7, 2))[0] == "OK"  # one was enough in spring


def test_a_muted_rule_is_told_as_muted_and_due_to_nobody(committee, branch_a, secretary, at):
    RegulationAdjustment.objects.create(
        committee=committee, code="O9", reason="文件", made_by=secretary, made_at=at,
        effective_from=D(2026, 10, 1), is_muted=True,
    )  # fmt: skip

    assert finding(branch_a, "O9")[0] == "MUTED"
    titles = [line.title for line in duties.due(secretary, Grants.of(secretary, ON), ON)]
    assert [title for title in titles if "换届" in title] == []


@pytest.fixture
def monthly(branch_a, join, hold):
    """Return ``monthly("PAL…")``: 陈 and 王 at the theme day of each month from January on.

    陈 always comes; the letters are 王's.
    """

    def make(letters):
        people = [join(branch_a, "陈卓"), join(branch_a, "王强")]
        for month, letter in enumerate(letters, 1):
            hold(branch_a, K.THEME_DAY, D(2026, month, 10), f"P{letter}")
        return people

    return make


@pytest.mark.parametrize(
    ("letters", "on", "expected"),
    [
        ("PA", D(2026, 3, 5), ("OK", "没有党员连续缺席")),
        ("PAA", D(2026, 3, 31), ("OK", "没有党员连续缺席")),  # March is not over
        ("PAA", D(2026, 4, 1), ("DUE", "王强连续 2 个月没有参加组织生活，请谈心了解")),
        ("PAALA", D(2026, 6, 1), ("DUE", "王强连续 3 个月没有参加组织生活，请谈心了解")),
        ("AAAAAA", D(2026, 7, 1), ("DUE", "王强连续 6 个月没有参加组织生活，请研究处理")),
        ("AAAAAAP", D(2026, 7, 20), ("OK", "没有党员连续缺席")),
    ],
)
def test_m21_months_in_a_row(monthly, branch_a, letters, on, expected):
    people = monthly(letters)

    assert finding(branch_a, "M21", on) == expected
    assert Member.objects.get(pk=people[1].pk).status == "FULL"  # never automatic


def test_m20_whoever_is_exempt_is_not_missed(monthly, branch_a):
    _, ill = monthly("AAAAAA")
    Exemption.objects.create(member=ill, reason="ill", started_on=D(2026, 1, 1))

    assert finding(branch_a, "M21", D(2026, 7, 1))[0] == "OK"
    assert finding(branch_a, "M22", D(2026, 6, 30))[0] == "OK"


def test_m22_three_absences_within_three_months(branch_a, join, hold):
    join(branch_a, "陈卓")
    join(branch_a, "王强")
    for day, marks in ((5, "PA"), (12, "PA"), (19, "PP"), (26, "PA")):
        hold(branch_a, K.STUDY, D(2026, 6, day), marks)

    assert finding(branch_a, "M22", D(2026, 6, 30)) == ("DUE", "王强近 3 个月多次缺席，请谈心提醒")
    assert finding(branch_a, "M22", D(2026, 9, 1))[0] == "OK"


@pytest.mark.parametrize(
    ("letters", "on", "state"),
    [
        ("PPPA", D(2026, 4, 20), "OK"),  # the quarter is young
        ("PPPA", D(2026, 6, 1), "DUE"),
        ("PPPAAP", D(2026, 6, 30), "OK"),
        ("AAAA", D(2026, 4, 20), "OVERDUE"),
        ("AAAP", D(2026, 4, 20), "OK"),
    ],
)
def test_m7_leaders_come_to_their_own_branch(monthly, committee, branch_a, at, letters, on, state):
    _, leader = monthly(letters)
    appoint(committee, Role.COMMITTEE_MEMBER, "王强", at, member=leader)

    assert finding(branch_a, "M7", on)[0] == state


def test_m7_concerns_nobody_in_a_branch_without_leaders(monthly, branch_a):
    monthly("A")

    assert finding(branch_a, "M7") is None


def test_what_is_due_and_to_whom(person, committee, branch_a, secretary, join):
    join(branch_a, "周岚")
    Term.objects.create(
        organization=branch_a, ordinal=1, elected_on=D(2023, 10, 1), ends_on=D(2026, 10, 1)
    )
    admin = person(Role.ADMINISTRATOR, committee).user

    def lines(user):
        return [(each.title, each.due_on, each.url) for each in
                duties.due(user, Grants.of(user, ON), ON)]  # fmt: skip

    assert lines(secretary) == [
        ("采煤党支部：届满未换届", D(2026, 10, 1), f"/checks/{branch_a.pk}/O10/")
    ]
    assert lines(admin) == [
        ("党委：换届准备", D(2026, 12, 31), f"/checks/{committee.pk}/O9/"),
        ("采煤党支部：届满未换届", D(2026, 10, 1), f"/checks/{branch_a.pk}/O10/"),
    ]
    assert lines(person(Role.REVIEWER, committee).user) == []
    assert lines(person().user) == []


def test_thirty_branches_share_a_line_and_need_as_many_statements_as_one(
    person, committee, branch_a, at
):
    user = person(Role.ADMINISTRATOR, committee).user
    grants = Grants.of(user, ON)
    with CaptureQueriesContext(connection) as one:
        duties.due(user, grants, ON)
    for n in range(29):
        set_up(f"QF9{n:02d}", f"第{n}支部", OrganizationKind.BRANCH, committee, at)

    grants = Grants.of(user, ON)
    with CaptureQueriesContext(connection) as thirty:
        many = duties.due(user, grants, ON)

    assert len(thirty) == len(one) == 6
    assert [line.title for line in many] == [
        "换届准备（31 个党组织）", "书记空缺（30 个党组织）",
    ]  # fmt: skip
    assert many[1].url == "/checks/?rule=O15"


@pytest.mark.parametrize("url", ["/checks/", "/checks/?rule=M1"])
def test_the_list_needs_as_many_statements_for_thirty_branches(
    person, committee, branch_a, branch_b, at, url
):
    client = person(Role.SECRETARY, committee)
    client.get(url)
    with CaptureQueriesContext(connection) as two:
        client.get(url)
    for n in range(28):
        set_up(f"QF9{n:02d}", f"第{n}支部", OrganizationKind.BRANCH, committee, at)

    with CaptureQueriesContext(connection) as thirty:
        page = client.get(url)

    assert len(thirty) == len(two)
    assert "第27支部" in page.content.decode()


def test_a_secretary_is_led_to_the_own_branch(person, branch_a, branch_b):
    client = person(Role.SECRETARY, branch_a)

    assert client.get("/checks/").url == f"/checks/{branch_a.pk}/"
    assert client.get(f"/checks/{branch_b.pk}/").status_code == 404
    page = client.get(f"/checks/{branch_a.pk}/").content.decode()
    assert "党员大会一般每季度召开 1 次" in page


def test_a_group_leader_sees_the_group(person, branch_a, group_a):
    client = person(Role.GROUP_LEADER, group_a)

    assert client.get("/checks/").url == f"/checks/{group_a.pk}/"
    assert "党小组会一般每月召开 1 次" in client.get(f"/checks/{group_a.pk}/").content.decode()


def test_the_page_of_a_rule_says_why(person, branch_a, join, hold):
    join(branch_a, "周岚")
    client = person(Role.SECRETARY, branch_a)
    held = hold(branch_a, K.ASSEMBLY, D(2025, 5, 12))
    page = client.get(f"/checks/{branch_a.pk}/M1/").content.decode()

    for word in ("《支部工作条例》第十一条", "每季度 1 次", "0 &lt; 1，还差 1 次", "登记活动"):
        assert word in page
    assert held.title not in page  # of another quarter


@pytest.mark.parametrize(
    ("role", "at_committee", "button"),
    [
        (Role.ADMINISTRATOR, True, "登记换届"),
        (Role.SECRETARY, False, "按步骤办理换届"),
        (Role.REVIEWER, True, "请管理员登记换届"),
    ],
)
def test_the_way_out_is_one_that_this_person_can_take(
    person, committee, branch_a, role, at_committee, button
):
    Term.objects.create(
        organization=branch_a, ordinal=1, elected_on=D(2020, 1, 1), ends_on=D(2023, 1, 1)
    )
    client = person(role, committee if at_committee else branch_a)

    assert button in client.get(f"/checks/{branch_a.pk}/O10/").content.decode()


@pytest.mark.parametrize(("letters", "case"), [("AAAAA", False), ("AAAAAA", True)])
def test_six_months_lead_to_the_procedure_and_fewer_do_not(monthly, branch_a, letters, case):
    monthly(letters)
    facts = checks.load(Scope((branch_a.path,)), D(2026, 7, 1), with_people=True)

    [found] = checks.judge(facts, branch_a, ["M21"])

    assert found.asks_for_a_case is case


@pytest.mark.parametrize("code", checks.CODES)
@pytest.mark.parametrize("role", [Role.SECRETARY, Role.REVIEWER, Role.ADMINISTRATOR])
def test_every_rule_has_its_page(person, committee, branch_a, group_a, join, hold, role, code):
    join(branch_a, "周岚")
    client = person(role, committee)

    for place in (committee, branch_a, group_a):
        assert client.get(f"/checks/{place.pk}/{code}/").status_code == 200


def test_rules_of_steps_lead_to_their_article(person, branch_a):
    client = person(Role.SECRETARY, branch_a)

    assert client.get(f"/checks/{branch_a.pk}/M17/").url == "/regulations/M17/"
    assert client.get(f"/checks/{branch_a.pk}/X1/").status_code == 404


def test_the_records_behind_an_absence_are_named(person, branch_a, join, hold):
    today = dt.date.today()
    join(branch_a, "陈卓")
    join(branch_a, "王强")
    first = (today.replace(day=1) - dt.timedelta(days=40)).replace(day=10)
    second = (today.replace(day=1) - dt.timedelta(days=1)).replace(day=10)
    for day in (first, second):
        hold(branch_a, K.STUDY, day, "PA", title=f"学习{day.month}月")
    assert Attendance.objects.filter(status="ABSENT").count() == 2

    page = person(Role.SECRETARY, branch_a).get(f"/checks/{branch_a.pk}/M21/").content.decode()

    assert f"王强 · 学习{first.month}月" in page
    assert "陈卓 · " not in page


def test_home_shows_seven_lines_the_most_urgent_first_with_the_reason(
    person, branch_a, group_a, at
):
    client = person(Role.SECRETARY, branch_a)
    enrol(branch_a, 8)
    today = dt.date.today()
    everything = registry.of(client.user, Grants.of(client.user, today), today)
    assert len(everything) > 7
    assert [each.due_on for each in everything] == sorted(each.due_on for each in everything)

    page = client.get("/").content.decode()

    assert page.count('<div class="due">') == 7
    assert all(each.title in page for each in everything[:7])
    assert f"还有 {len(everything) - 7} 件" in page
    assert "依据</a>" in page


def test_no_single_branch_fills_the_lines_with_one_rule(person, branch_a, group_a, at):
    client = person(Role.SECRETARY, branch_a)
    for n in range(9):
        set_up(f"G{n}", f"第{n}组", OrganizationKind.GROUP, branch_a, at)
    today = dt.date.today()

    titles = [each.title for each in registry.of(client.user, Grants.of(client.user, today), today)]

    assert len([title for title in titles if "党小组会" in title]) <= 2  # this month's and the last


def test_without_the_rules_nothing_is_found(branch_a):
    Regulation.objects.all().delete()

    assert findings(branch_a) == {}
