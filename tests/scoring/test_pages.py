"""The pages of rating: who sees what, what is written, how many queries it takes."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.models import Job
from branches.rules.periods import Period
from branches.rules.roles import Role
from scoring.models import Mark, PointEntry, Score
from scoring.operations import runs
from scoring.queries import entries
from tests.conftest import set_up
from tests.scoring.grading import POINTS, STARS, adopt, computed, enter

MARCH = Period.parse("2026-03")


@pytest.fixture
def march(adopted, branch_a, branch_b, join, at):
    """March computed, with one member in each branch."""
    join(branch_a, "甲")
    join(branch_b, "乙")
    for version in adopted.values():
        runs.compute(version=version, period=MARCH, by=None, at=at)


@pytest.mark.parametrize(
    ("role", "place", "seen"),
    [
        (Role.REVIEWER, "committee", ["采煤党支部", "机电党支部"]),
        (Role.SECRETARY, "branch_a", ["采煤党支部"]),
        (Role.SECRETARY, "branch_b", ["机电党支部"]),
    ],
)
def test_the_board_holds_the_branches_in_reach_and_no_more(
    request, person, march, role, place, seen
):
    page = person(role, request.getfixturevalue(place)).get("/board/?period=2026-03")

    assert [row.organization.short_name for row in page.context["board"].rows] == seen


@pytest.mark.parametrize("role", [None, Role.AUDITOR, Role.GROUP_LEADER])
def test_without_the_capability_there_is_no_board(person, march, committee, role):
    assert person(role, committee).get("/board/").status_code == 403


def test_a_month_that_was_not_computed_says_what_to_do(person, march, committee):
    page = person(Role.REVIEWER, committee).get("/board/?period=2026-02")

    assert "这一期还没有核算" in page.content.decode()


@pytest.mark.parametrize("text", ["2026-13", "2026Q5", "abc", "9", "2026-3"])
def test_a_month_that_is_none_is_not_found(person, march, committee, text):
    assert person(Role.REVIEWER, committee).get(f"/board/?period={text}").status_code == 404


def test_the_reviewer_starts_a_run_and_is_led_to_its_progress(person, march, committee):
    answer = person(Role.REVIEWER, committee).post(
        "/board/compute/", {"committee": committee.pk, "period": "2026-03"}
    )

    job = Job.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("job", kwargs={"pk": job.pk}))
    assert job.arguments == {"committee": committee.pk, "period": "2026-03"}


@pytest.mark.parametrize("committee_id", ["", "x", "0", "99999999999999999999"])
def test_a_run_of_no_committee_is_not_found(person, march, committee, committee_id):
    answer = person(Role.REVIEWER, committee).post(
        "/board/compute/", {"committee": committee_id, "period": "2026-03"}
    )
    assert answer.status_code == 404


def test_a_secretary_starts_no_run(person, march, branch_a, committee):
    answer = person(Role.SECRETARY, branch_a).post(
        "/board/compute/", {"committee": committee.pk, "period": "2026-03"}
    )
    assert (answer.status_code, Job.objects.count()) == (403, 0)


def test_a_member_sees_the_own_points_line_by_line(person, march, branch_a):
    score = Score.objects.get(member__name="甲")
    client = person()
    score.member.user = client.user
    score.member.save(update_fields=["user"])

    page = client.get("/my/points/")

    explained = page.context["explained"]
    assert [(line.code, line.points) for line in explained.parts[0].telling] == [
        ("daily", Decimal("56.00")),
        ("attendance", Decimal("12.00")),
    ]
    assert "满分 56 分，没有扣分" in page.content.decode()


def test_an_account_without_a_file_is_told_what_to_do(person):
    assert "没有关联党员档案" in person().get("/my/points/").content.decode()


@pytest.mark.parametrize(
    ("place", "status"), [("branch_a", 200), ("branch_b", 404), ("committee", 200)]
)
def test_points_of_a_member_are_for_the_own_branch_and_those_above(
    request, person, march, place, status
):
    member = Score.objects.get(member__name="甲").member
    client = person(Role.SECRETARY, request.getfixturevalue(place))

    answers = [
        client.get(f"/members/{member.pk}/points/").status_code,
        client.get(f"/members/{member.pk}/points/2026-03/").status_code,
        client.get(f"/members/{member.pk}/points/2026-03/daily/").status_code,
    ]

    assert answers == [status] * 3


def test_a_sheet_of_marks_is_saved_once_and_corrected_visibly(person, adopted, committee, branch_a):
    client = person(Role.REVIEWER, committee)
    url = f"/marks/{branch_a.pk}/2026-03/"
    form = client.get(url).context["form"]
    code = form.marked[0].code

    for value in ("3", "3", "2"):
        assert client.post(url, {f"value-{code}": value}).status_code == 302

    marks = [(mark.value, mark.superseded_at is None) for mark in Mark.objects.order_by("id")]
    assert marks == [(Decimal("3.00"), False), (Decimal("2.00"), True)]


def test_a_mark_beyond_the_full_mark_is_refused_and_kept_on_the_page(
    person, adopted, committee, branch_a
):
    client = person(Role.REVIEWER, committee)
    url = f"/marks/{branch_a.pk}/2026-03/"
    item = client.get(url).context["form"].marked[0]

    page = client.post(url, {f"value-{item.code}": "1000"})

    assert page.context["form"].errors[f"value-{item.code}"] == [
        f"“{item.title}”满分是 {item.full} 分，请填 0 至 {item.full} 之间的数。"
    ]
    assert 'value="1000"' in page.content.decode()
    assert Mark.objects.count() == 0


def _entry(**changes: str) -> dict[str, str]:
    return {
        "item": "points-1261/duties",
        "quantity": "2",
        "happened_on": "2026-03-05",
        "evidence": "社区清雪 2.5 小时",
    } | changes


def test_a_fact_about_a_member_is_entered_and_voided(person, adopted, branch_a, join):
    member = join(branch_a, "甲")
    client = person(Role.SECRETARY, branch_a)

    assert client.post("/points/new/", _entry(member=str(member.pk))).status_code == 302
    entry = PointEntry.objects.get()
    assert (entry.member, entry.organization, entry.quantity) == (
        member,
        branch_a,
        Decimal("2.00"),
    )
    client.post(f"/points/{entry.pk}/void/", {"reason": "记错人了"})

    entry.refresh_from_db()
    assert (entry.voided_at is not None, entry.void_reason) == (True, "记错人了")


def test_what_is_counted_is_entered_only_for_what_the_product_cannot_know(
    person, adopted, branch_a, join
):
    join(branch_a, "甲")

    page = person(Role.SECRETARY, branch_a).get("/points/new/")

    offered = {
        code: words
        for code, words in page.context["form"].fields["item"].choices
        if code.startswith("points-1261/")
    }
    assert sorted(offered) == ["points-1261/duties", "points-1261/ideas"]
    assert offered["points-1261/duties"].endswith("；只登记值班表以外的值班，其余自动计入）")


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("quantity", "0", "数量应大于 0，如 1 或 2.5。"),
        ("quantity", "abc", "数量应填数字，如 1 或 2.5。"),
        ("happened_on", "2999-01-01", "发生日期不能晚于今天。"),
        ("happened_on", "2025-12-31", "方案自2026 年 1 月起施行，请填其后的日期。"),
        ("evidence", " ", "请填写这一项。"),
        ("item", "attendance", "所选内容不在可选范围内，请重新选择。"),
    ],
)
def test_a_bad_entry_is_refused_with_the_reason(
    person, adopted, branch_a, join, field, value, message
):
    member = join(branch_a, "甲")
    data = _entry(member=str(member.pk)) | {field: value}

    page = person(Role.SECRETARY, branch_a).post("/points/new/", data)

    assert page.context["form"].errors[field] == [message]
    assert PointEntry.objects.count() == 0


def test_a_member_of_another_branch_cannot_be_chosen(person, adopted, branch_a, branch_b, join):
    stranger = join(branch_b, "乙")

    page = person(Role.SECRETARY, branch_a).post("/points/new/", _entry(member=str(stranger.pk)))

    assert (list(page.context["form"].errors), PointEntry.objects.count()) == (["member"], 0)


def test_a_secretary_enters_nothing_about_the_own_branch(person, adopted, branch_a):
    page = person(Role.SECRETARY, branch_a).get("/points/new/?target=organization")

    assert page.context["of_members"] is True


@pytest.mark.parametrize("of_member", [False, True])
def test_the_records_are_those_of_the_scheme_the_score_is_of(
    person, office, committee, branch_a, join, of_member
):
    text, item, first = (POINTS, "duty", "points") if of_member else (STARS, "slips", "stars")
    code = f'code = "{first}"'
    member = join(branch_a, "甲") if of_member else None
    versions = [adopt(committee, text.replace(code, f'code = "{one}"')) for one in (first, "zz")]
    for version, quantity in zip(versions, (1, 2), strict=True):
        enter(version.code, "files", 90, branch_a, office.user)
        enter(version.code, item, quantity, branch_a, office.user, member)
        computed(version)
    page = f"/members/{member.pk}/points/2026-08/" if member else f"/board/{branch_a.pk}/2026-08/"
    records = f"{page}{item}/" if member else f"{page}item/{item}/"

    def shown(query: str) -> tuple[str, list[Decimal]]:
        context = office.get(records + query).context
        return context["run"].scheme_code, [entry.quantity for entry in context["entries"]]

    assert [shown(query) for query in ("", f"?scheme={first}", "?scheme=zz", "?scheme=none")] == [
        (first, [Decimal(1)]),
        (first, [Decimal(1)]),
        ("zz", [Decimal(2)]),
        (first, [Decimal(1)]),
    ]
    for one in (first, "zz"):
        there = office.get(f"{page}?scheme={one}").content.decode()
        back = office.get(f"{records}?scheme={one}").content.decode()
        assert f'href="{records}?scheme={one}"' in there
        assert f'href="{page}?scheme={one}"' in back


def test_an_entry_is_called_what_its_own_scheme_calls_the_item(office, committee, branch_a):
    renamed = (("stars", "zz"), ("疏漏", "差错"), ("安全事故", "责任事故"))
    other = STARS
    for old, new in renamed:
        other = other.replace(old, new)
    for text in (STARS, other):
        adopt(committee, text)
    pairs = [
        ("stars", "slips"), ("zz", "slips"), ("stars", "accident"), ("zz", "accident"),
        ("gone", "slips"),
    ]  # fmt: skip
    for scheme, item in pairs:
        enter(scheme, item, 1, branch_a, office.user)

    rows = entries.titled(list(PointEntry.objects.order_by("id")))

    assert [row.title for row in rows] == [
        "疏漏", "差错", "一票否决：安全事故", "一票否决：责任事故", "slips",
    ]  # fmt: skip
    alone = PointEntry.objects.filter(scheme_code="gone")
    assert [row.title for row in entries.titled(list(alone))] == ["slips"]


@pytest.mark.parametrize(
    "url", ["/board/?period=2026-03", "/board/tiers/?period=2026-03", "/marks/", "/points/", "/"]
)
def test_one_branch_and_thirty_take_the_same_queries(
    person, adopted, committee, branch_a, join, at, url, django_assert_num_queries
):
    client = person(Role.REVIEWER, committee)
    counts = []
    for size in (1, 30):
        for n in range(size - len(counts)):
            branch = set_up(f"X{size}-{n}", f"支部{size}-{n}", "BRANCH", committee, at)
            member = join(branch, f"党员{size}-{n}")
            PointEntry.objects.create(
                scheme_code="points-1261",
                item_code="service",
                member=member,
                organization=branch,
                happened_on=dt.date.today(),
                evidence="事实",
                entered_by=client.user,
                entered_at=at,
            )
        for version in adopted.values():
            runs.compute(version=version, period=MARCH, by=None, at=at)
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]
