"""Which rule speaks where and when, and who may make what of it."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from branches.models import AuditEntry, Regulation, RegulationAdjustment
from branches.operations import regulations as operations
from branches.operations.regulations import CannotAdjust
from branches.queries import regulations
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from tests.conftest import set_up

D = dt.date
TODAY = D(2026, 10, 20)


@pytest.fixture
def admin(person, committee):
    return person(Role.ADMINISTRATOR, committee)


@pytest.fixture
def between(committee, at):
    return set_up("QFZ", "采掘党总支", OrganizationKind.GENERAL_BRANCH, committee, at)


@pytest.fixture
def deep(between, at):
    return set_up("QFZ1", "掘进党支部", OrganizationKind.BRANCH, between, at)


@pytest.fixture
def adjust(admin, at):
    def make(place, code="M1", start=TODAY, **given):
        muted = given.pop("is_muted", False)
        rule = regulations.in_force(start)[code]
        return operations.adjust(
            committee=place, regulation=rule, values=given, is_muted=muted,
            reason="党委〔2026〕8号", effective_from=start, by=admin.user, at=at,
        )  # fmt: skip

    return make


def spoken(place, day=TODAY, code="M1"):
    rule = regulations.for_organization(place, day).get(code)
    return rule.parameters if rule else None


USUAL = {"count": 1, "every": "quarter", "warn_from_day": 60}


def test_the_nearest_committee_speaks(adjust, committee, between, branch_a, deep):
    adjust(committee, count=2)
    adjust(between, count=3)

    assert [spoken(place)["count"] for place in (committee, branch_a, between, deep)] == [
        2, 2, 3, 3,
    ]  # fmt: skip
    assert regulations.in_force(TODAY)["M1"].parameters == USUAL


@pytest.mark.parametrize(
    ("day", "count"),
    [(D(2026, 10, 19), 1), (D(2026, 10, 20), 2), (D(2026, 10, 31), 2), (D(2026, 11, 1), 3),
     (D(2027, 5, 1), 3), (D(2026, 9, 30), 1)],
)  # fmt: skip
def test_past_days_keep_what_was_in_force(adjust, committee, branch_a, day, count):
    adjust(committee, count=2)
    adjust(committee, start=D(2026, 11, 1), count=3)

    assert spoken(branch_a, day)["count"] == count


def test_a_muted_rule_is_left_out_below_and_nowhere_else(adjust, between, branch_a, deep):
    adjust(between, is_muted=True)

    assert (spoken(deep), spoken(branch_a)) == (None, USUAL)
    assert regulations.parameters(deep, TODAY, "M1") == {}
    assert regulations.parameters(branch_a, TODAY, "M1") == USUAL
    book = regulations.book([deep])
    muted = book.muted(deep, "M1", TODAY)
    assert muted is not None and muted.adjustment is not None
    assert book.muted(deep, "M2", TODAY) is None


def test_a_parameter_the_rule_has_gained_since_is_the_rules(adjust, committee, branch_a):
    adjust(committee, count=2)
    Regulation.objects.filter(code="M1").update(parameters=USUAL | {"new": 1})

    assert spoken(branch_a) == {**USUAL, "count": 2, "new": 1}


def test_the_newest_edition_speaks(branch_a):
    Regulation.objects.create(
        code="M1", title="新", source="条例", article="第一条", effective_from=D(2026, 10, 20),
        parameters={"count": 4, "every": "year"},
    )  # fmt: skip

    assert spoken(branch_a, D(2026, 10, 19)) == USUAL
    assert spoken(branch_a, TODAY) == {"count": 4, "every": "year"}


@pytest.mark.parametrize("places", [1, 30])
def test_many_organisations_need_two_statements(
    committee, admin, at, places, django_assert_num_queries
):
    rows = [
        set_up(f"P{n:02d}", f"第{n}支部", OrganizationKind.BRANCH, committee, at)
        for n in range(places)
    ]

    with django_assert_num_queries(2):
        found = regulations.for_organizations(rows, TODAY)

    assert len(found) == places


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"start": D(2026, 9, 30)}, "effective_from"),  # before this month
        ({"count": 0}, "count"),
        ({"every": "week"}, "every"),
        ({"nobody": 1}, "nobody"),
        ({"count": 1}, ""),  # as the rule says already
        ({"code": "M17", "is_muted": True}, "is_muted"),  # a rule that blocks
        ({"code": "M22", "is_muted": True}, "is_muted"),
    ],
)
def test_what_does_not_fit_is_refused(adjust, committee, given, field):
    with pytest.raises(CannotAdjust) as refusal:
        adjust(committee, **({"count": 2} if given.keys() <= {"start"} else {}), **given)

    assert refusal.value.field == field
    assert RegulationAdjustment.objects.count() == 0


def test_only_committees_adjust(adjust, branch_a):
    with pytest.raises(CannotAdjust, match="党委"):
        adjust(branch_a, count=2)


def test_the_first_of_the_month_is_early_enough(adjust, committee):
    assert adjust(committee, start=D(2026, 10, 1), count=2).effective_from == D(2026, 10, 1)


def test_a_later_adjustment_ends_the_running_one(adjust, committee):
    first = adjust(committee, count=2)
    adjust(committee, start=D(2026, 11, 1), count=3)
    first.refresh_from_db()

    assert first.effective_to == D(2026, 11, 1)
    with pytest.raises(CannotAdjust, match="11月1日"):
        adjust(committee, start=D(2026, 10, 25), count=4)


@pytest.mark.parametrize(
    ("start", "on", "until"),
    [
        (D(2026, 10, 1), TODAY, TODAY),
        (D(2026, 10, 1), D(2026, 12, 1), D(2026, 12, 1)),
        (TODAY, TODAY, None),  # it never spoke
        (D(2026, 11, 1), D(2026, 10, 25), None),
    ],
)
def test_an_adjustment_ends_or_is_withdrawn(adjust, committee, admin, at, start, on, until):
    row = adjust(committee, start=start, count=2)

    operations.end(adjustment=row, on=on, by=admin.user, at=at)

    assert [row.effective_to for row in RegulationAdjustment.objects.all()] == (
        [until] if until else []
    )
    assert AuditEntry.objects.filter(action="regulation.adjustment_ended").count() == 1


def test_nothing_ends_twice_or_in_the_past(adjust, committee, admin, at):
    row = adjust(committee, start=D(2026, 10, 1), count=2)
    with pytest.raises(CannotAdjust, match="今天"):
        operations.end(adjustment=row, on=D(2026, 10, 19), by=admin.user, at=at)
    operations.end(adjustment=row, on=TODAY, by=admin.user, at=at)
    with pytest.raises(CannotAdjust, match="已经结束"):
        operations.end(adjustment=row, on=TODAY, by=admin.user, at=at)


def test_what_is_asked_is_audited_in_words(adjust, committee):
    adjust(committee, count=2)

    entry = AuditEntry.objects.get(action="regulation.adjusted")
    assert entry.before == {"asked": "每季度 1 次，从期初第 60 天起提醒"}
    assert entry.after["asked"] == "每季度 2 次，从期初第 60 天起提醒"


@pytest.mark.parametrize("role", [None, *Role])
def test_everybody_reads_the_rules(person, branch_a, role):
    client = person(role, branch_a)
    page = client.get("/regulations/")

    assert page.status_code == 200
    assert "党员大会一般每季度召开 1 次" in page.content.decode()
    assert client.get("/regulations/M1/").status_code == 200
    for wrong in ("X9", "%00", "M1%00"):
        assert client.get(f"/regulations/{wrong}/").status_code == 404


def test_the_page_shows_no_codes_of_the_program(person, branch_a):
    page = person().get("/regulations/M1/").content.decode()

    for word in ("每季度 1 次，从期初第 60 天起提醒", "第十一条", "条例原文", "2018年10月28日"):
        assert word in page
    assert "warn_from_day" not in page


def test_who_may_not_adjust_is_not_shown_how(person, branch_a):
    client = person(Role.SECRETARY, branch_a)

    assert "/regulations/M1/adjust/" not in client.get("/regulations/M1/").content.decode()
    assert client.get("/regulations/M1/adjust/").status_code == 404


def sent(place, **changed):
    return {
        "committee": place.pk, "effective_from": timezone.localdate().isoformat(),
        "reason": "党委〔2026〕8号", "p_every": "quarter", "p_count": "2", "p_warn_from_day": "60",
        **changed,
    }  # fmt: skip


def test_a_committee_adjusts_on_the_page(admin, committee, branch_a):
    answer = admin.post("/regulations/M1/adjust/", sent(committee))

    assert answer.status_code == 302
    page = admin.get("/regulations/M1/").content.decode()
    assert "党委：每季度 2 次，从期初第 60 天起提醒" in page
    assert spoken(branch_a, timezone.localdate())["count"] == 2


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"p_count": "0"}, "请填 1 到 31 的整数"),
        ({"p_count": "两次"}, "请填 1 到 31 的整数"),
        ({"p_every": "week"}, "请从列出的选项里选"),
        ({"reason": ""}, "请写明调整依据"),
        ({"effective_from": "2020-01-01"}, "以前的月份按当时的规定"),
        ({"p_count": "1"}, "和原来的要求一样"),
        ({"committee": "0"}, "不在可选范围内"),
    ],
)
def test_what_is_wrong_is_said_and_kept(admin, committee, changed, message):
    page = admin.post("/regulations/M1/adjust/", sent(committee, **changed)).content.decode()

    assert message in page
    assert RegulationAdjustment.objects.count() == 0


@pytest.mark.parametrize(
    ("typed", "stored"), [("5、2", [5, 2]), ("5, 2", [5, 2]), ("5 2", [5, 2]), ("五", None),
                          ("5、5", None), ("0", None)],
)  # fmt: skip
def test_several_numbers_are_typed_in_a_line(admin, committee, typed, stored):
    admin.post(
        "/regulations/O9/adjust/",
        {"committee": committee.pk, "effective_from": timezone.localdate().isoformat(),
         "reason": "文件", "p_remind_months": typed},
    )  # fmt: skip

    rows = [row.parameters["remind_months"] for row in RegulationAdjustment.objects.all()]
    assert rows == ([stored] if stored else [])


@pytest.mark.parametrize(("code", "status"), [("M16", 404), ("D2", 404), ("O16", 200)])
def test_what_the_article_fixes_is_not_adjusted(admin, code, status):
    assert admin.get(f"/regulations/{code}/adjust/").status_code == status


def test_an_adjustment_ends_on_the_page(admin, committee, adjust):
    row = adjust(committee, count=2)
    RegulationAdjustment.objects.update(effective_from=D(2026, 1, 1))

    assert "结束调整" in admin.get(f"/adjustments/{row.pk}/end/").content.decode()
    on = timezone.localdate()
    assert admin.post(f"/adjustments/{row.pk}/end/", {"on": on.isoformat()}).status_code == 302
    row.refresh_from_db()
    assert row.effective_to == on


def test_an_approved_extension_of_a_term(admin, committee, branch_a):
    admin.post(f"/organizations/{branch_a.pk}/term/", {"elected_on": "2024-02-29"})
    url = f"/organizations/{branch_a.pk}/term/extend/"

    early = admin.post(url, {"extended_to": "2027-02-28", "reference": "批〔2026〕1号"})
    unnamed = admin.post(url, {"extended_to": "2027-06-01", "reference": " "})
    taken = admin.post(url, {"extended_to": "2027-06-01", "reference": "批〔2026〕1号"})

    assert "延期应晚于任期届满的 2027-02-28" in early.content.decode()
    assert "请填写" in unnamed.content.decode()
    assert taken.status_code == 302
    assert "批〔2026〕1号" in admin.get(f"/organizations/{branch_a.pk}/").content.decode()


def test_rules_are_found_by_a_word_and_lie_folded_otherwise(person, branch_a):
    client = person(Role.SECRETARY, branch_a)

    whole = client.get("/regulations/").content.decode()
    found = client.get("/regulations/?q=支委会 每月").content.decode()
    nothing = client.get("/regulations/?q=查无此条").content.decode()

    folded = '<details class="card fold" id="chapter-M"'
    assert f"{folded}>" in whole
    assert "支委会一般每月召开 1 次" in found and "党员大会一般每季度召开 1 次" not in found
    assert f"{folded} open>" in found
    assert "没有找到" in nothing


def test_what_a_committee_asks_comes_before_the_rule_itself(person, adjust, committee, branch_a):
    adjust(committee, count=2)
    client = person(Role.SECRETARY, branch_a)

    for address in ("/regulations/?q=党员大会一般", "/regulations/M1/"):
        page = client.get(address).content.decode()
        assert page.index("每季度 2 次") < page.index("制度原来的要求") < page.index("每季度 1 次")
