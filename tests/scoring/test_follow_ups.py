"""What is done about a result elsewhere: the talk, the problem put right, the tolerance."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from activities.models import Problem
from branches.models import AuditEntry, Notice
from branches.rules.periods import Period
from branches.rules.roles import Role
from branches.rules.workflow import StepNotAllowed
from members.models import Membership
from people.models import Talk, Tolerance
from scoring import consequence_ledgers
from scoring.models import Inspection, Mark
from scoring.operations import consequences as operations
from scoring.operations import follow_ups, inspections
from scoring.operations.consequences import CannotDecide
from scoring.queries import consequences
from scoring.rules.rounds import ConsequenceState as S
from tests.scoring.decided import ACCEPTED, ROAD, TALKS, TODAY, accept, decided
from tests.scoring.grading import adopt, moment

FAR = dt.date(2099, 12, 31)


@pytest.fixture
def secretary(person, branch_a):
    return person(Role.SECRETARY, branch_a)


@pytest.fixture
def doing(talk, chief):
    """The talk with a member of branch A, accepted."""
    return accept(talk, chief.user, FAR)


@pytest.fixture
def asked(committee, branch_a, branch_b, office, chief, join, person):
    """Return ``asked(kind)``: what is asked of a member of branch A (or of the branch), accepted
    until ``due_on``.
    """

    def make(kind, due_on=FAR, *, of_branch=False):
        if of_branch:
            text, points = ROAD.replace('"notice"', f'"{kind}"'), {branch_a: 55, branch_b: 80}
        else:
            text = TALKS.replace('kind = "talk"', f'kind = "{kind}"')
            points = {join(branch_a, "张三", user=person().user): 50}
        version = adopt(committee, text)
        round_ = decided(version, "2026-08", points, by=office.user, leader=chief.user)
        return accept(round_.consequences.get(), chief.user, due_on)

    return make


@pytest.fixture
def rectify(asked):
    """What branch A has to put right, accepted."""
    return asked("rectify", of_branch=True)


@pytest.fixture
def granted(doing, branch_a, chief, office) -> Tolerance:
    return tolerance(doing, branch_a, chief, office)


def tolerance(row, branch, chief, office, state="GRANTED") -> Tolerance:
    return Tolerance.objects.create(
        branch=branch, member=row.member, matter="试用新支护未达标", state=state,
        asked_on=TODAY, due_on=TODAY, finding="属实", investigated_on=TODAY,
        investigated_by=office.user, decision="探索中的失误", decided_on=TODAY,
        decided_by=chief.user, asked_by=office.user, asked_at=moment(10, 19),
    )  # fmt: skip


def page_of(client, row):
    return client.get(reverse("consequence", kwargs={"pk": row.pk}))


def test_a_talk_is_arranged_once_with_one_press(doing, secretary):
    assert "安排谈话" in page_of(secretary, doing).content.decode()
    url = reverse("consequence-talk", kwargs={"pk": doing.pk})

    answers = [secretary.post(url), secretary.post(url)]

    [made] = Talk.objects.all()
    assert [answer.url for answer in answers] == [reverse("talk-due", kwargs={"pk": made.pk})] * 2
    assert (made.source, made.member, made.reason, made.due_on) == (
        f"consequence:{doing.pk}", doing.member, "RESULT", FAR,
    )  # fmt: skip
    page = page_of(secretary, doing)
    assert "已安排，2099年12月31日前谈" in page.content.decode()
    assert not page.context["follow"].may_arrange


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.REVIEWER])
def test_those_above_neither_arrange_nor_see_the_talk(doing, secretary, person, committee, role):
    client = person(role, committee)
    url = reverse("consequence-talk", kwargs={"pk": doing.pk})
    assert client.post(url).status_code in (403, 404)
    secretary.post(url)

    page = page_of(client, doing)

    assert page.status_code == 200
    assert page.context["follow_rows"] == []


def test_the_secretary_of_another_branch_arranges_nothing(doing, person, branch_b):
    url = reverse("consequence-talk", kwargs={"pk": doing.pk})
    assert person(Role.SECRETARY, branch_b).post(url).status_code == 404
    assert not Talk.objects.exists()


def test_nobody_arranges_the_talk_with_himself(doing, secretary):
    with pytest.raises(CannotDecide, match="请由支部其他同志安排"):
        follow_ups.arrange_talk(consequence=doing, by=doing.member.user, at=ACCEPTED)


@pytest.mark.parametrize("kind", ["notice", "rectify", "honour"])
def test_only_talks_make_a_talk(asked, secretary, kind):
    doing = asked(kind)
    with pytest.raises(CannotDecide, match="不是谈话"):
        follow_ups.arrange_talk(consequence=doing, by=secretary.user, at=ACCEPTED)
    assert not page_of(secretary, doing).context["follow"].may_arrange


@pytest.mark.parametrize(("kind", "reason"), [("admonish", "REMINDER"), ("warn", "REMINDER")])
def test_an_admonition_is_a_reminding_talk(asked, secretary, kind, reason):
    doing = asked(kind, TODAY)
    later = ACCEPTED + dt.timedelta(days=1)

    made = follow_ups.arrange_talk(consequence=doing, by=secretary.user, at=later)

    # The consequence's own deadline has passed: the talk has that of every talk.
    assert (made.reason, made.due_on) == (reason, TODAY + dt.timedelta(days=8))


def test_what_is_not_being_carried_out_makes_no_talk(talk, secretary):
    with pytest.raises(CannotDecide, match="现在不在办理中"):
        follow_ups.arrange_talk(consequence=talk, by=secretary.user, at=ACCEPTED)


def test_what_must_be_put_right_becomes_a_problem_without_retyping(rectify, secretary, branch_a):
    page = page_of(secretary, rectify)
    assert page.context["follow"].may_raise
    url = f"{reverse('problem-raise')}?source=RATING&id={rectify.pk}"
    assert url.replace("&", "&amp;") in page.content.decode()

    form = secretary.get(url).context["form"]
    answer = secretary.post(url, {**form.initial, "severity": "ORDINARY"})

    assert answer.status_code == 302
    [made] = Problem.objects.all()
    assert (made.source, made.source_id, made.organization, made.whose, made.text, made.due_on) == (
        "RATING", rectify.pk, branch_a, "支部班子", f"通报：{rectify.why}",
        FAR,
    )  # fmt: skip
    page = page_of(secretary, rectify)
    assert page.context["follow_rows"] == [
        ("问题整改", "整改中，期限 2099年12月31日", "warn",
         reverse("problem", kwargs={"pk": made.pk})),
    ]  # fmt: skip
    Problem.objects.update(raised_on=TODAY, closed_on=TODAY, outcome="台账已补齐")
    page = page_of(secretary, rectify)
    assert page.context["follow_rows"][0][1:3] == ("2026年10月19日销号", "ok")
    assert page.context["finish_form"].initial == {
        "outcome": "2026 年 10 月 19 日整改销号：台账已补齐"
    }


def test_a_members_result_stays_with_the_record(asked, secretary, person, committee, branch_a):
    doing = asked("rectify")
    url = f"{reverse('problem-raise')}?source=RATING&id={doing.pk}"
    form = secretary.get(url).context["form"]
    secretary.post(url, {**form.initial, "severity": "ORDINARY"})

    made = Problem.objects.get()
    assert (made.whose, made.text) == (
        branch_a.short_name, "按考评结果落实整改（详见来源记录）",
    )  # fmt: skip
    audited = AuditEntry.objects.get(action="problem.added").after
    assert set(audited) == {"measures", "owner", "due_on"}
    page = reverse("problem", kwargs={"pk": made.pk})
    link = reverse("consequence", kwargs={"pk": doing.pk})
    for client, is_linked in (
        (secretary, True), (person(Role.ADMINISTRATOR, committee), False),
    ):  # fmt: skip
        text = client.get(page).content.decode()
        assert ("张三" in text, f'href="{link}"' in text) == (False, is_linked)


def test_an_old_deadline_leaves_it_to_the_clock_of_problems(asked, secretary):
    rectify = asked("weak-list", TODAY, of_branch=True)
    url = f"{reverse('problem-raise')}?source=RATING&id={rectify.pk}"
    form = secretary.get(url).context["form"]

    secretary.post(url, {**form.initial, "severity": "ORDINARY"})

    assert Problem.objects.get().due_on > TODAY


@pytest.mark.parametrize(
    ("role", "where", "status"),
    [
        (Role.SECRETARY, "branch_a", 200), (Role.REVIEWER, "committee", 200),
        (Role.SECRETARY, "branch_b", 404), (None, "branch_a", 404),
        (Role.AUDITOR, "committee", 404),
    ],
)  # fmt: skip
def test_who_raises_a_problem_from_a_result(rectify, person, request, role, where, status):
    client = person(role, request.getfixturevalue(where))
    url = f"{reverse('problem-raise')}?source=RATING&id={rectify.pk}"
    assert client.get(url).status_code == status


def test_only_what_was_accepted_and_asks_for_it_becomes_a_problem(notice, chief, secretary):
    url = f"{reverse('problem-raise')}?source=RATING&id={notice.pk}"
    assert secretary.get(url).status_code == 404
    accept(notice, chief.user)  # 通报 asks for no plan
    assert secretary.get(url).status_code == 404


def test_a_tolerance_lifts_what_was_accepted(doing, granted, chief, person, committee):
    page = page_of(chief, doing)
    assert "因容错免除" in page.content.decode()
    Notice.objects.all().delete()

    chief.post(
        reverse("consequence-lift", kwargs={"pk": doing.pk}),
        {"tolerance": granted.pk, "reason": "10月19日党委会研究，予以免除"},
    )

    doing.refresh_from_db()
    assert (doing.state, doing.tolerance, doing.outcome, doing.done_by) == (
        S.LIFTED, granted, "10月19日党委会研究，予以免除", chief.user,
    )  # fmt: skip
    [entry] = AuditEntry.objects.filter(action="consequence.lifted")
    assert (entry.before, entry.after["decision"]) == ({"decision": "ACCEPTED"}, "LIFTED")
    assert "容错" not in str(entry.after)
    assert doing.member.user_id in Notice.objects.values_list("recipient_id", flat=True)
    page = page_of(chief, doing)
    assert [event[1] for event in page.context["events"]][-1] == "决定免除"
    assert page.context["lift_form"] is None


@pytest.mark.parametrize(
    ("role", "where"),
    [(Role.SECRETARY, "branch_a"), (Role.REVIEWER, "committee"), (Role.SECRETARY, "branch_b")],
)
def test_only_those_who_decide_lift(doing, granted, person, request, role, where):
    client = person(role, request.getfixturevalue(where))
    answer = client.post(
        reverse("consequence-lift", kwargs={"pk": doing.pk}),
        {"tolerance": granted.pk, "reason": "理由"},
    )
    assert answer.status_code in (403, 404)
    doing.refresh_from_db()
    assert doing.state == S.ACCEPTED
    page = page_of(client, doing)
    assert page.status_code == 404 or "容错" not in page.content.decode()


def test_without_a_reason_nothing_is_lifted(doing, granted, chief):
    url = reverse("consequence-lift", kwargs={"pk": doing.pk})
    answer = chief.post(url, {"tolerance": granted.pk, "reason": ""}, follow=True)
    assert "请写明免除的理由" in answer.content.decode()
    with pytest.raises(CannotDecide, match="请写明免除的理由"):
        follow_ups.lift(
            consequence=doing, tolerance=granted, reason=" ", by=chief.user, at=ACCEPTED
        )


@pytest.mark.parametrize("wrong", ["not granted", "another member's"])
def test_only_a_granted_tolerance_of_the_member_lifts(doing, branch_a, chief, office, join, wrong):
    other = tolerance(doing, branch_a, chief, office, "REFUSED")
    if wrong == "another member's":
        Tolerance.objects.update(state="GRANTED", member=join(branch_a, "李四"))
    with pytest.raises(CannotDecide, match="已经批准的容错申请"):
        follow_ups.lift(
            consequence=doing, tolerance=other, reason="理由", by=chief.user, at=ACCEPTED
        )
    assert page_of(chief, doing).context["lift_form"] is None


def test_what_is_done_or_only_proposed_is_not_lifted(talk, branch_a, chief, office):
    granted = tolerance(talk, branch_a, chief, office)
    with pytest.raises(StepNotAllowed):
        follow_ups.lift(
            consequence=talk, tolerance=granted, reason="理由", by=chief.user, at=ACCEPTED
        )


def test_nobody_lifts_his_own(doing, granted):
    with pytest.raises(CannotDecide, match="不能由本人免除"):
        follow_ups.lift(
            consequence=doing, tolerance=granted, reason="理由", by=doing.member.user, at=ACCEPTED
        )


@pytest.fixture
def sheet(adopted, branch_a, office, person) -> Inspection:
    """A submitted sheet: one item full, one below, one not looked at."""
    inspector = person().user
    row = Inspection.objects.create(
        version=adopted["organization"], organization=branch_a,
        period_start=dt.date(2026, 3, 1), period_kind="month", inspector=inspector,
        due_on=TODAY, assigned_by=office.user, assigned_at=moment(10, 1),
        submitted_at=moment(10, 2),
    )  # fmt: skip
    items = [item for _, found in inspections.queries.items_of(row) for item in found]
    for item, value, note in ((items[0], items[0].full, ""), (items[1], Decimal("1.5"), "无记录")):
        Mark.objects.create(
            scheme_code="star-branch", item_code=item.code, organization=branch_a,
            period_start=Period.parse("2026-03").first_day, inspection=row, value=value,
            note=note, marked_by=inspector, marked_at=moment(10, 2),
        )  # fmt: skip
    return row


def test_a_failed_item_becomes_a_problem_without_retyping(sheet, secretary, branch_a):
    url = reverse("inspection", kwargs={"pk": sheet.pk})
    rows = [row for _, found in secretary.get(url).context["groups"] for row in found]
    assert [bool(row["may_raise"]) for row in rows[:3]] == [False, True, False]
    failed = rows[1]
    page = f"{reverse('problem-raise')}?source=INSPECTION&id={failed['mark'].pk}"

    form = secretary.get(page).context["form"]
    secretary.post(page, {**form.initial, "severity": "ORDINARY"})

    [made] = Problem.objects.all()
    assert (made.source, made.source_id, made.organization, made.text) == (
        "INSPECTION", failed["mark"].pk, branch_a, f"{failed['item'].title}：无记录",
    )  # fmt: skip
    assert "已列入问题整改：整改中" in secretary.get(url).content.decode()


@pytest.mark.parametrize(
    ("role", "where", "status"),
    [
        (Role.SECRETARY, "branch_a", 200), (Role.REVIEWER, "committee", 200),
        (Role.SECRETARY, "branch_b", 404), (None, "branch_a", 404),
    ],
)  # fmt: skip
def test_who_raises_a_problem_from_a_sheet(sheet, person, request, role, where, status):
    client = person(role, request.getfixturevalue(where))
    failed = Mark.objects.get(note="无记录")
    url = f"{reverse('problem-raise')}?source=INSPECTION&id={failed.pk}"
    assert client.get(url).status_code == status


@pytest.mark.parametrize("wrong", ["full marks", "not submitted", "superseded"])
def test_what_is_in_order_or_open_raises_nothing(sheet, secretary, wrong):
    mark = Mark.objects.get(note="无记录")
    if wrong == "full marks":
        mark = Mark.objects.exclude(pk=mark.pk).get()
    elif wrong == "not submitted":
        Inspection.objects.update(submitted_at=None)
    else:
        Mark.objects.update(superseded_at=moment(10, 3))
    url = f"{reverse('problem-raise')}?source=INSPECTION&id={mark.pk}"
    assert secretary.get(url).status_code == 404


def test_what_was_lifted_changes_no_pay():
    assert S.LIFTED not in consequences.STANDING


def test_a_member_who_moved_is_talked_with_where_he_is(doing, secretary, branch_b):
    Membership.objects.filter(member=doing.member).update(branch=branch_b)

    assert not page_of(secretary, doing).context["follow"].may_arrange
    with pytest.raises(CannotDecide, match="组织关系现在不在"):
        follow_ups.arrange_talk(consequence=doing, by=secretary.user, at=ACCEPTED)


def test_a_talk_of_another_branch_shows_itself_to_nobody_else(doing, secretary, branch_b):
    made = follow_ups.arrange_talk(consequence=doing, by=secretary.user, at=ACCEPTED)
    assert len(page_of(secretary, doing).context["follow_rows"]) == 1
    Talk.objects.filter(pk=made.pk).update(branch=branch_b)

    page = page_of(secretary, doing)
    assert (page.context["follow_rows"], page.context["follow"].may_arrange) == ([], False)


def test_of_a_talk_no_more_goes_upward_than_that_it_was_done(
    doing, secretary, join, branch_a, committee
):
    talker = join(branch_a, "周岚", user=secretary.user)
    made = follow_ups.arrange_talk(consequence=doing, by=secretary.user, at=ACCEPTED)
    Talk.objects.filter(pk=made.pk).update(
        state="HELD", talker=talker, held_on=TODAY, recorded_at=ACCEPTED
    )

    form = page_of(secretary, doing).context["finish_form"]
    assert form.initial == {"outcome": "已办理"}
    operations.finish(consequence=doing, outcome="谈了家里的事", by=secretary.user, at=ACCEPTED)

    entry = AuditEntry.objects.get(action="consequence.finished")
    assert entry.after == {"decision": "DONE"}
    [section] = consequence_ledgers.of_results(committee, Period.parse("2026-08")).sections
    assert [row[-1] for row in section.rows] == ["已办理"]
