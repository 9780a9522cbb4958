"""Training classes: whom to call up, who attended."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activities.models import (
    Attendance,
    Enrolment,
    Lesson,
    TrainingClass,
)
from activities.operations import classes
from activities.operations.classes import ClassFacts, Outcome
from activities.operations.refusals import Refused
from activities.queries import classes as class_queries
from activities.queries.study_rules import CallUpRule
from activities.rules.kinds import ActivityKind
from activities.rules.study import Topic
from branches.models import Notice
from branches.rules.periods import Period
from branches.rules.roles import Role
from branches.scope import EVERYWHERE
from tests.activities.conftest import credited

D = dt.date
DAY = D(2026, 10, 22)
YEAR = Period.parse("2026")


RULE = CallUpRule(topic_months=24, called_months=12)
TODAY = D(2026, 10, 20)


@pytest.mark.parametrize(
    ("learned", "called", "is_candidate"),
    [
        (None, None, True),
        (D(2024, 10, 20), None, False),  # two years ago to the day
        (D(2024, 10, 19), None, True),
        (TODAY, None, False),
        (None, D(2025, 10, 20), False),  # a year ago to the day
        (None, D(2025, 10, 19), True),
        (None, TODAY, False),
        (D(2024, 10, 19), D(2025, 10, 19), True),
    ],
)
def test_whom_to_call_up(three, secretary, open_class, learned, called, is_candidate):
    member = three[0]
    if learned:
        credited(member, secretary, learned, "SPIRIT")
    credited(member, secretary, D(2026, 10, 1), "POLICY")  # another topic
    if called:
        Enrolment.objects.create(
            training_class=open_class(topic="WORK"), member=member, called_on=called
        )

    found = class_queries.candidates(scope=EVERYWHERE, topic=Topic.SPIRIT, rule=RULE, on=TODAY)

    names = [row.member.name for row in found]
    assert names == (["陈卓"] if is_candidate else []) + ["李敏", "王强"]


def test_a_topic_is_known_from_lessons_classes_and_credits(
    three, join, branch_a, secretary, open_class, hold
):
    missed = join(branch_a, "赵缺")
    activity = hold(branch_a, ActivityKind.THEME_DAY, D(2026, 9, 1), "PAAA", close=False)
    Lesson.objects.create(activity=activity, topic="SPIRIT")
    Attendance.objects.filter(activity=activity).update(is_counted=True)
    Enrolment.objects.create(
        training_class=open_class(ended_on=D(2025, 10, 10), started_on=D(2025, 10, 9)),
        member=three[1], called_on=D(2025, 1, 1), state="ATTENDED", hours=8,
    )  # fmt: skip
    credited(three[2], secretary, D(2026, 1, 1), "SPIRIT")

    found = class_queries.candidates(scope=EVERYWHERE, topic=Topic.SPIRIT, rule=RULE, on=TODAY)

    assert [row.member for row in found] == [missed]


@pytest.mark.parametrize("count", [1, 30])
def test_candidates_are_found_in_two_queries(join, branch_a, count, django_assert_num_queries):
    for n in range(count):
        join(branch_a, f"党员{n}")
    rows = class_queries.candidates(scope=EVERYWHERE, topic=Topic.SPIRIT, rule=RULE, on=TODAY)

    with django_assert_num_queries(2):
        assert len(class_queries.shown(rows, Topic.SPIRIT)) == count


def listed(page):
    return [
        (standing, branch, [each.name for each in people])
        for branch, standing, people in page.context["groups"]
    ]


def test_the_shortlist_comes_first_then_the_others(
    three, join, branch_b, secretary, open_class, keeper
):
    today = dt.date.today()
    away = join(branch_b, "吴外")
    row = open_class(started_on=today, ended_on=today + dt.timedelta(days=1))
    credited(three[0], secretary, today, "SPIRIT")
    other = open_class(topic="WORK")
    Enrolment.objects.create(training_class=other, member=three[1], called_on=today)
    url = reverse("class-call-up", kwargs={"pk": row.pk})

    page = keeper.get(url)

    assert listed(page) == [
        ("缺这一主题", "采煤党支部", ["王强"]),
        ("缺这一主题", "机电党支部", ["吴外"]),
        ("近期学过这一主题", "采煤党支部", ["陈卓"]),
        ("近期已经调训过", "采煤党支部", ["李敏"]),
    ]
    assert page.context["shortlisted"] == 2
    # Whoever is on the list is offered no more; others may be called up where one means it.
    assert keeper.post(url, {"member": [three[0].pk, away.pk]}).status_code == 302
    assert listed(keeper.get(url)) == [
        ("缺这一主题", "采煤党支部", ["王强"]), ("近期已经调训过", "采煤党支部", ["李敏"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("王", ["王强"]),
        ("wq", ["王强"]),
        ("机电", ["吴外"]),
        ("  机电 ", ["吴外"]),
        ("没有此人", []),
        ("", ["陈卓", "李敏", "王强", "吴外"]),
        ("%", []),
    ],
)
def test_people_are_found_by_name_and_branch(
    three, join, branch_b, open_class, keeper, search, names
):
    join(branch_b, "吴外")
    url = reverse("class-call-up", kwargs={"pk": open_class().pk})

    page = keeper.get(url, {"q": search})

    assert [name for *_, people in listed(page) for name in people] == names


def test_one_page_at_a_time_is_called_up(join, branch_a, open_class, keeper):
    everybody = [join(branch_a, f"党员{n:02}") for n in range(51)]
    row = open_class()
    url = reverse("class-call-up", kwargs={"pk": row.pk})
    first = keeper.get(url)
    assert [len(people) for *_, people in listed(first)] == [50]
    assert [len(people) for *_, people in listed(keeper.get(url, {"page": 2}))] == [1]

    # After one page one goes on where one was, search and page kept.
    answer = keeper.post(f"{url}?q={quote('党员')}&page=2", {"member": [everybody[0].pk]})

    assert answer["Location"] == f"{url}?q={quote('党员')}&page=2"
    assert row.enrolments.count() == 1
    wrong = keeper.post(f"{url}?q={quote('党员')}", {}).content.decode()
    assert "请至少勾选一人。" in wrong and 'value="党员"' in wrong


def test_the_page_of_a_call_up_needs_as_many_statements_for_30_as_for_1(
    join, branch_a, open_class, keeper
):
    url = reverse("class-call-up", kwargs={"pk": open_class().pk})

    def statements():
        with CaptureQueriesContext(connection) as taken:
            keeper.get(url)
        return len(taken)

    join(branch_a, "党员")
    few = statements()
    for n in range(29):
        join(branch_a, f"党员{n}")

    assert statements() == few


def test_nobody_of_elsewhere_is_called_up(
    three, join, branch_b, open_class, signed_in, branch_a, keeper
):
    away = join(branch_b, "吴外")
    row = open_class(organization=branch_a)
    url = reverse("class-call-up", kwargs={"pk": row.pk})

    signed_in.post(url, {"member": [away.pk, three[0].pk]})

    assert [each.member for each in row.enrolments.all()] == [three[0]]


def test_calling_up_and_closing_a_class(three, secretary, open_class, keeper, at):
    three[0].user = secretary
    three[0].save()
    row = open_class()

    assert classes.call_up(training_class=row, members=three[:2], by=keeper.user, at=at) == 2
    assert classes.call_up(training_class=row, members=three, by=keeper.user, at=at) == 1
    assert [notice.recipient for notice in Notice.objects.all()] == [secretary]
    one, two, three_ = Enrolment.objects.order_by("pk")
    given = {
        one.pk: Outcome("ATTENDED", Decimal(2), Decimal(16), Decimal("92.5")),
        two.pk: Outcome("EXCUSED", note="出差"),
    }
    with pytest.raises(Refused, match="王强还没有登记"):
        classes.close(training_class=row, outcomes=given, by=keeper.user, at=at)
    with pytest.raises(Refused, match="超过了全班"):
        classes.close(
            training_class=row, by=keeper.user, at=at,
            outcomes=given | {three_.pk: Outcome("ATTENDED", hours=Decimal("16.5"))},
        )  # fmt: skip
    assert TrainingClass.objects.get().closed_at is None

    final = given | {three_.pk: Outcome("MISSED")}
    classes.close(training_class=row, outcomes=final, by=keeper.user, at=at)

    assert list(Enrolment.objects.order_by("pk").values_list("state", "hours", "score")) == [
        ("ATTENDED", Decimal(16), Decimal("92.5")), ("EXCUSED", None, None), ("MISSED", None, None),
    ]  # fmt: skip
    for refused in (
        lambda: classes.call_up(training_class=row, members=three, by=keeper.user, at=at),
        lambda: classes.release(enrolment=one, by=keeper.user, at=at),
    ):
        with pytest.raises(Refused, match="已经登记结业"):
            refused()


def test_nobody_writes_the_own_result(three, secretary, open_class, keeper, person, committee, at):
    three[0].user = keeper.user
    three[0].save()
    row = open_class()
    classes.call_up(training_class=row, members=three[:2], by=keeper.user, at=at)
    mine, other = Enrolment.objects.order_by("pk")
    given = {
        mine.pk: Outcome("ATTENDED", Decimal(2), Decimal(16)),
        other.pk: Outcome("MISSED"),
    }
    with pytest.raises(Refused, match="不能登记自己的参训情况。请由其他有权登记的同志或上级党委"):
        classes.close(training_class=row, outcomes=given, by=keeper.user, at=at)
    assert set(Enrolment.objects.values_list("state", flat=True)) == {"CALLED"}

    classes.close(
        training_class=row, outcomes=given, by=person(Role.REVIEWER, committee).user, at=at
    )
    # What another wrote of him does not keep him from correcting the rest.
    given[other.pk] = Outcome("EXCUSED")
    classes.close(training_class=row, outcomes=given, by=keeper.user, at=at)

    assert set(Enrolment.objects.values_list("state", "hours")) == {
        ("ATTENDED", Decimal(16)), ("EXCUSED", None),
    }  # fmt: skip


def test_nobody_takes_himself_off_the_list(three, open_class, keeper, person, committee, at):
    three[0].user = keeper.user
    three[0].save()
    classes.call_up(training_class=open_class(), members=three[:1], by=keeper.user, at=at)
    mine = Enrolment.objects.get()

    with pytest.raises(Refused, match="不能把自己移出名单，请由其他有权登记的同志或上级党委"):
        classes.release(enrolment=mine, by=keeper.user, at=at)
    assert Enrolment.objects.count() == 1

    classes.release(enrolment=mine, by=person(Role.REVIEWER, committee).user, at=at)
    assert Enrolment.objects.count() == 0


@pytest.mark.parametrize(
    ("days", "hours", "theory", "refused"),
    [
        (1, "12", "12", ""),
        (1, "12.5", "0", "最多 12 学时"),
        (2, "24", "24", ""),
        (2, "24.5", "0", "最多 24 学时"),
        (2, "8", "8.5", "不能超过总学时"),
    ],
)
def test_a_day_has_twelve_hours_at_most(open_class, keeper, at, days, hours, theory, refused):
    given = {
        "started_on": D(2026, 10, 12), "ended_on": D(2026, 10, 11) + dt.timedelta(days=days),
        "hours": Decimal(hours), "theory_hours": Decimal(theory),
    }  # fmt: skip
    if not refused:
        assert open_class(**given).hours == Decimal(hours)
        return
    with pytest.raises(Refused, match=refused):
        open_class(**given)
    row = open_class()
    with pytest.raises(Refused, match=refused):
        classes.change(
            training_class=row, facts=ClassFacts("班", "PARTY_SCHOOL", "SPIRIT", **given),
            by=keeper.user, at=at,
        )  # fmt: skip


def test_a_class_is_not_closed_before_it_ends(open_class, three, keeper, at):
    row = open_class(ended_on=D(2026, 10, 21))
    with pytest.raises(Refused, match="还没有结束"):
        classes.close(training_class=row, outcomes={}, by=keeper.user, at=at)
    with pytest.raises(Refused, match="还没有学员"):
        classes.close(training_class=open_class(ended_on=TODAY), outcomes={}, by=keeper.user, at=at)


def test_the_pages_of_a_class(open_class, three, keeper, signed_in, person, branch_a, branch_b):
    row = open_class(theory_hours=Decimal(11), ended_on=D(2024, 10, 13), started_on=D(2024, 10, 12))
    page = keeper.get(reverse("training-class", kwargs={"pk": row.pk})).content.decode()
    assert "11 ÷ 16 = 68.8%" in page
    assert "理论和党性学时偏少" in page

    url = reverse("class-call-up", kwargs={"pk": row.pk})
    assert "请至少勾选一人。" in keeper.post(url, {}).content.decode()
    assert keeper.post(url, {"member": [three[0].pk, three[1].pk]}).status_code == 302
    assert signed_in.get(url).status_code == 404  # the committee's class
    assert signed_in.get(reverse("training-class", kwargs={"pk": row.pk})).status_code == 200

    url = reverse("class-results", kwargs={"pk": row.pk})
    one, two = Enrolment.objects.order_by("pk")
    posted = {
        f"state_{one.pk}": "ATTENDED", f"hours_{one.pk}": "十六", f"state_{two.pk}": "MISSED",
        f"note_{one.pk}": "班长",
    }  # fmt: skip
    wrong = keeper.post(url, posted).content.decode()
    assert "学时应填数字，如 2 或 1.5。" in wrong
    assert 'value="班长"' in wrong
    assert keeper.post(url, posted | {f"hours_{one.pk}": "16"}).status_code == 302
    assert signed_in.get(reverse("my-class", kwargs={"pk": one.pk})).status_code == 302
    stranger = person(Role.SECRETARY, branch_b)
    assert stranger.get(reverse("my-class", kwargs={"pk": one.pk})).status_code == 404
    # Of a class above the own branch one sees only the own people.
    seen = stranger.get(reverse("training-class", kwargs={"pk": row.pk}))
    assert seen.context["rows"] == []


def test_a_branch_keeps_its_own_classes(signed_in, branch_a, three):
    answer = signed_in.post(
        reverse("class-new"),
        {"title": "支部集训", "kind": "CENTRALISED", "topic": "WORK", "started_on": "2024-01-02",
         "ended_on": "2024-01-01", "hours": "8", "theory_hours": "9"},
    )  # fmt: skip
    page = answer.content.decode()
    assert "结业日期不能早于开班日期。" in page
    assert "理论和党性学时不能超过总学时。" in page
    one_day = {
        "title": "支部集训", "kind": "CENTRALISED", "topic": "WORK", "started_on": "2024-01-02",
        "ended_on": "2024-01-02", "hours": "12.5", "theory_hours": "4",
    }  # fmt: skip
    page = signed_in.post(reverse("class-new"), one_day).content.decode()
    assert "学时太多：从开班到结业共 1 天，每天最多 12 学时，最多填 12。" in page
    answer = signed_in.post(
        reverse("class-new"),
        {"title": "支部集训", "kind": "CENTRALISED", "topic": "WORK", "started_on": "2024-01-02",
         "ended_on": "2024-01-02", "hours": "8", "theory_hours": "4"},
    )  # fmt: skip
    assert answer.status_code == 302
    assert TrainingClass.objects.get().organization == branch_a
