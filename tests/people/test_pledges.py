"""Promises: drafted, submitted together, approved, shown, told of, reviewed, mended."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from activities.models import Problem
from activities.operations.attachments import take
from activities.operations.refusals import Refused
from activities.rules.supervision import Source
from branches.access import Grants
from branches.models import AuditEntry, Job, Notice
from branches.queries.regulations import for_organization
from branches.rules.periods import Period
from branches.rules.roles import Role
from branches.rules.workflow import StepNotAllowed
from people import tasks
from people.duties import pledges as duties
from people.models import Pledge, PledgeProof
from people.operations import pledge_drafts, pledge_proofs, pledges
from people.operations.pledge_drafts import PledgeFacts
from people.queries import pledge_papers
from people.queries import pledges as queries
from people.rules.pledges import Terms, Verdict, terms_of
from tests.activities.conftest import moment
from tests.activities.test_attachments import picture
from tests.people.waiting import one_after_the_other

D = dt.date
ON = D(2026, 1, 20)
AT = moment(ON)
YEAR_END = D(2026, 12, 31)


def facts(text="帮带新党员", measure="每月谈心 1 次", due_on=YEAR_END) -> PledgeFacts:
    return PledgeFacts(text, measure, due_on)


@pytest.fixture
def chen(join, branch_a, person):
    """A member with an account."""
    return join(branch_a, "陈卓", user=person().user)


@pytest.fixture
def chief(join, branch_a, secretary):
    """The secretary, a member of the branch as well."""
    return join(branch_a, "周岚", user=secretary)


@pytest.fixture
def above(person, committee):
    return person(Role.SECRETARY, committee).user


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def drafted(branch, member, by, *, many=3, at=AT, year=2026, due_on=YEAR_END) -> list[Pledge]:
    return [
        pledge_drafts.draft(
            branch=branch, member=member, year=year, facts=facts(f"承诺{n}", due_on=due_on),
            by=by, at=at,
        )
        for n in range(1, many + 1)
    ]  # fmt: skip


def submitted(branch, member, by, **given) -> list[Pledge]:
    drafted(branch, member, by, **given)
    return pledge_drafts.submit(
        branch=branch, member=member, year=given.get("year", 2026), by=by,
        at=given.get("at", AT),
    )  # fmt: skip


def published(branch, member, by, approver, **given) -> list[Pledge]:
    rows = submitted(branch, member, by, **given)
    return [pledges.approve(pledge=row, by=approver, at=given.get("at", AT)) for row in rows]


def state(pledge) -> str:
    pledge.refresh_from_db()
    return pledge.state


def told(user) -> list[str]:
    return list(Notice.objects.filter(recipient=user).order_by("pk").values_list("text", flat=True))


# Drafting and submitting


@pytest.mark.parametrize(
    ("year", "given", "said"),
    [
        (2025, {"due_on": D(2025, 12, 31)}, "不能写 2025 年"),
        (2027, {"due_on": D(2027, 12, 31)}, "不能写 2027 年"),
        (2026, {"due_on": D(2027, 1, 1)}, "要在 2026 年以内"),
        (2026, {"due_on": D(2026, 1, 19)}, "已经过了"),
        (2026, {"measure": "做好服务"}, "要写上数量或者时间"),
        (2026, {"text": " "}, "请写明承诺事项"),
    ],
)
def test_what_cannot_be_drafted_says_why(branch_a, chen, year, given, said):
    with pytest.raises(Refused, match=said):
        pledge_drafts.draft(
            branch=branch_a, member=chen, year=year, facts=facts(**given), by=chen.user, at=AT
        )


def test_a_draft_due_today_is_fine_and_entered_once(branch_a, chen):
    first, second = (
        pledge_drafts.draft(
            branch=branch_a, member=chen, year=2026, facts=facts(due_on=ON), by=chen.user, at=AT
        )
        for _ in range(2)
    )

    assert first == second
    assert Pledge.objects.count() == 1


def test_a_fifth_draft_is_refused(branch_a, chen):
    drafted(branch_a, chen, chen.user, many=4)

    with pytest.raises(Refused, match="2026 年已经有 4 条"):
        drafted(branch_a, chen, chen.user, many=5)


@pytest.mark.parametrize(("many", "said"), [(0, "没有要提交的草稿"), (2, "还差 1 条")])
def test_too_few_are_not_submitted(branch_a, chen, many, said):
    drafted(branch_a, chen, chen.user, many=many)

    with pytest.raises(Refused, match=said):
        pledge_drafts.submit(branch=branch_a, member=chen, year=2026, by=chen.user, at=AT)
    assert set(Pledge.objects.values_list("state", flat=True)) <= {"DRAFT"}


def test_all_are_submitted_together_and_the_committee_is_told(branch_a, chen, secretary):
    rows = submitted(branch_a, chen, chen.user)

    assert [state(row) for row in rows] == ["SUBMITTED"] * 3
    assert told(secretary) == ["陈卓提交了 2026 年承诺 3 条，请审核"]
    with pytest.raises(Refused, match="已经提交"):
        pledge_drafts.change(pledge=rows[0], facts=facts(), by=chen.user, at=AT)
    with pytest.raises(Refused, match="已经提交"):
        pledge_drafts.drop(pledge=rows[0], by=chen.user, at=AT)


def test_one_that_was_sent_back_is_submitted_with_the_others_counted(branch_a, chen, secretary):
    rows = submitted(branch_a, chen, chen.user)
    pledges.approve(pledge=rows[0], by=secretary, at=AT)
    pledges.send_back(pledge=rows[1], reason="写得太空", by=secretary, at=AT)
    pledge_drafts.change(pledge=rows[1], facts=facts("改好的"), by=chen.user, at=AT)

    [again] = pledge_drafts.submit(branch=branch_a, member=chen, year=2026, by=chen.user, at=AT)

    assert (again.text, again.state, again.returned_because) == ("改好的", "SUBMITTED", "")
    assert told(chen.user) == ["承诺“承诺1”已审核公开", "承诺“承诺2”被退回：写得太空"]


def test_last_years_are_a_template_a_year_later(branch_a, chen, secretary):
    at = moment(D(2025, 3, 1))
    published(branch_a, chen, chen.user, secretary, at=at, year=2025, due_on=D(2025, 6, 30))

    made = pledge_drafts.copy(branch=branch_a, member=chen, year=2026, by=chen.user, at=AT)

    assert [(row.text, row.due_on, row.state) for row in made] == [
        (f"承诺{n}", D(2026, 6, 30), "DRAFT") for n in (1, 2, 3)
    ]
    with pytest.raises(Refused, match="已经开始写了"):
        pledge_drafts.copy(branch=branch_a, member=chen, year=2026, by=chen.user, at=AT)


def test_a_copied_day_that_is_past_becomes_the_end_of_the_year(branch_a, chen, secretary):
    at = moment(D(2025, 1, 5))
    published(branch_a, chen, chen.user, secretary, at=at, year=2025, due_on=D(2025, 1, 19))

    made = pledge_drafts.copy(branch=branch_a, member=chen, year=2026, by=chen.user, at=AT)

    assert {row.due_on for row in made} == {YEAR_END}


# Deciding: never about oneself


def test_nobody_decides_about_the_own_promise(branch_a, chief, secretary):
    [row, *_] = submitted(branch_a, chief, secretary)

    for step in (
        lambda: pledges.approve(pledge=row, by=secretary, at=AT),
        lambda: pledges.send_back(pledge=row, reason="不", by=secretary, at=AT),
        lambda: pledges.review(pledge=row, verdict=Verdict.KEPT, by=secretary, at=AT),
        lambda: pledges.withdraw(pledge=row, reason="不", by=secretary, at=AT),
        lambda: pledges.reopen(pledge=row, reason="不", by=secretary, at=AT),
    ):
        with pytest.raises(Refused, match="您本人的承诺"):
            step()
    assert state(row) == "SUBMITTED"


@pytest.mark.parametrize(
    ("role", "place", "expected"),
    [
        (Role.SECRETARY, "branch_a", False),
        (Role.DEPUTY_SECRETARY, "branch_a", False),
        (Role.SECRETARY, "committee", True),
        (Role.REVIEWER, "committee", True),
        (Role.COMMITTEE_MEMBER, "committee", False),
        (Role.REVIEWER, "branch_b", False),
    ],
)
def test_the_branchs_own_promises_are_decided_strictly_above(
    request, person, branch_a, secretary, role, place, expected
):
    [row, *_] = submitted(branch_a, None, secretary)
    user = person(role, request.getfixturevalue(place)).user

    assert queries.may_decide(row, user, Grants.of(user, ON)) is expected
    answer = client_of(user).post(reverse("pledge-approve", kwargs={"pk": row.pk}))
    assert answer.status_code == (302 if expected else 404)
    assert state(row) == ("APPROVED" if expected else "SUBMITTED")


def test_who_entered_the_branchs_own_does_not_approve_them(branch_a, above):
    [row, *_] = submitted(branch_a, None, above)

    assert not queries.may_decide(row, above, Grants.of(above, ON))
    with pytest.raises(Refused, match="是您登记的"):
        pledges.approve(pledge=row, by=above, at=AT)


@pytest.mark.parametrize(
    ("role", "place", "expected"),
    [
        (Role.DEPUTY_SECRETARY, "branch_a", True),
        (Role.COMMITTEE_MEMBER, "branch_a", True),
        (Role.GROUP_LEADER, "group_a", False),
        (Role.REVIEWER, "branch_a", False),
        (Role.SECRETARY, "branch_b", False),
        (None, "branch_a", False),
    ],
)
def test_members_promises_are_decided_by_the_branch(
    request, person, branch_a, chen, role, place, expected
):
    [row, *_] = submitted(branch_a, chen, chen.user)
    user = person(role, request.getfixturevalue(place)).user

    client_of(user).post(reverse("pledge-approve", kwargs={"pk": row.pk}))

    assert state(row) == ("APPROVED" if expected else "SUBMITTED")


def test_a_step_out_of_order_does_not_exist(branch_a, chen, secretary):
    [row, *_] = published(branch_a, chen, chen.user, secretary)

    with pytest.raises(StepNotAllowed):
        pledges.approve(pledge=row, by=secretary, at=AT)
    answer = client_of(secretary).post(
        reverse("pledge-approve", kwargs={"pk": row.pk}), follow=True
    )
    assert "这条承诺现在是“已公开”，不能公开。" in answer.content.decode()


# Every step moves the moment that scoring looks for


def test_every_step_moves_changed_at(branch_a, chen, secretary):
    [row, *_] = submitted(branch_a, chen, chen.user)
    file = take("x.jpg", picture())
    steps = [
        lambda at: pledges.approve(pledge=row, by=secretary, at=at),
        lambda at: pledge_proofs.add(
            pledge=row, on=ON, text="谈心", file=file, by=chen.user, at=at
        ),
        lambda at: pledge_proofs.remove(proof=PledgeProof.objects.get(), by=chen.user, at=at),
        lambda at: pledges.tell(pledge=row, told="12 次", by=chen.user, at=at),
        lambda at: pledges.review(
            pledge=row, verdict=Verdict.KEPT, asked=20, satisfied=9, by=secretary, at=at
        ),
        lambda at: pledges.raise_problem(
            pledge=row, measures="补谈", due_on=D(2026, 3, 1), by=secretary, at=at
        ),
        lambda at: pledges.reopen(pledge=row, reason="漏统计", by=secretary, at=at),
        lambda at: pledges.withdraw(pledge=row, reason="调离", by=secretary, at=at),
    ]
    for number, step in enumerate(steps, 1):
        at = AT + dt.timedelta(hours=number)
        step(at)
        row.refresh_from_db()
        assert row.changed_at == at, number


# Proofs


@pytest.mark.parametrize(
    ("on", "text", "said"),
    [
        (D(2026, 1, 21), "谈心", "不能晚于今天"),
        (D(2025, 12, 31), "谈心", "要在 2026 年以内"),
        (ON, " ", "请写一句做了什么"),
    ],
)
def test_a_proof_that_does_not_fit_says_why(branch_a, chen, secretary, on, text, said):
    [row, *_] = published(branch_a, chen, chen.user, secretary)

    with pytest.raises(Refused, match=said):
        pledge_proofs.add(pledge=row, on=on, text=text, by=chen.user, at=AT)


def test_a_proof_needs_a_published_promise(branch_a, chen):
    [row, *_] = submitted(branch_a, chen, chen.user)

    with pytest.raises(Refused, match="公开以后、评诺以前"):
        pledge_proofs.add(pledge=row, on=ON, text="谈心", by=chen.user, at=AT)


def test_the_member_notes_in_one_form_and_the_photo_is_for_readers_alone(
    branch_a, branch_b, chen, secretary, join, person, set_clock
):
    [row, *_] = published(branch_a, chen, chen.user, secretary)
    set_clock(ON)
    photo = SimpleUploadedFile("现场.png", picture("PNG"))

    answer = client_of(chen.user).post(
        reverse("pledge-proof-add", kwargs={"pk": row.pk}),
        {"text": "谈心一次", "on": "2026-01-20", "upload": photo, "next": "mine"},
    )

    assert answer.status_code == 302
    kept = PledgeProof.objects.get()
    assert (kept.text, kept.document.filename) == ("谈心一次", "现场.jpg")
    url = reverse("proof", kwargs={"pk": kept.pk})
    mate, stranger = person().user, person().user
    join(branch_a, "李敏", user=mate)
    join(branch_b, "王强", user=stranger)
    seen = {
        name: client_of(user).get(f"{url}?size=small").status_code
        for name, user in {
            "own": chen.user, "mate": mate, "secretary": secretary, "stranger": stranger,
        }.items()
    }  # fmt: skip
    assert seen == {"own": 200, "mate": 200, "secretary": 200, "stranger": 404}
    assert client_of(mate).post(reverse("proof-remove", kwargs={"pk": kept.pk})).status_code == 404
    client_of(chen.user).post(reverse("proof-remove", kwargs={"pk": kept.pk}))
    assert client_of(chen.user).get(url).status_code == 404


def test_a_file_that_cannot_be_kept_leaves_what_was_typed(branch_a, chen, secretary, set_clock):
    [row, *_] = published(branch_a, chen, chen.user, secretary)
    set_clock(ON)

    answer = client_of(chen.user).post(
        reverse("pledge-proof-add", kwargs={"pk": row.pk}),
        {"text": "谈心一次", "on": "2026-01-20", "upload": SimpleUploadedFile("x.exe", b"MZ")},
    )

    page = answer.content.decode()
    assert "x.exe：不是照片、PDF、Word、Excel 或 PPT 文件" in page
    assert 'value="谈心一次"' in page
    assert not PledgeProof.objects.exists()


# Reviewing


def test_a_review_waits_for_the_member_or_the_last_day(branch_a, chen, secretary):
    due = D(2026, 6, 30)
    [row, *_] = published(branch_a, chen, chen.user, secretary, due_on=due)

    with pytest.raises(Refused, match="还没有述诺"):
        pledges.review(pledge=row, verdict=Verdict.NOT_KEPT, by=secretary, at=moment(due))
    pledges.review(pledge=row, verdict=Verdict.NOT_KEPT, by=secretary, at=moment(D(2026, 7, 1)))

    assert (state(row), row.verdict) == ("REVIEWED", "NOT_KEPT")


@pytest.mark.parametrize(
    ("asked", "satisfied", "said"),
    [
        (20, None, "要一起填"),
        (None, 5, "要一起填"),
        (20, 21, "不能多于"),
        (0, 0, "没有人参评"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(branch_a, chen, secretary, asked, satisfied, said):
    [row, *_] = published(branch_a, chen, chen.user, secretary)
    pledges.tell(pledge=row, told="12 次", by=chen.user, at=AT)

    with pytest.raises(Refused, match=said):
        pledges.review(
            pledge=row, verdict=Verdict.KEPT, asked=asked, satisfied=satisfied, by=secretary, at=AT
        )


@pytest.mark.parametrize(("satisfied", "may"), [(9, True), (10, False)])
def test_too_little_satisfaction_becomes_a_problem_with_a_deadline(
    branch_a, chen, secretary, set_clock, satisfied, may
):
    [row, *_] = published(branch_a, chen, chen.user, secretary)
    pledges.tell(pledge=row, told="12 次", by=chen.user, at=AT)
    pledges.review(
        pledge=row, verdict=Verdict.PARTLY, asked=20, satisfied=satisfied, by=secretary, at=AT
    )
    set_clock(ON)
    client = client_of(secretary)
    page = client.get(reverse("pledge", kwargs={"pk": row.pk})).content.decode()
    assert ("需要整改" in page, "列入问题清单" in page) == (may, may)

    client.post(
        reverse("pledge-mend", kwargs={"pk": row.pk}),
        {"mend-measures": "补谈 3 次", "mend-due_on": "2026-03-01"},
    )

    found = Problem.objects.values_list(
        "source", "organization", "whose", "text", "owner", "due_on", "measures"
    )
    words = "2026 年承诺“承诺1”评诺：满意 9 人 ÷ 参评 20 人 = 45%，低于 50%"
    expected = (Source.EVALUATION, branch_a.pk, "陈卓", words, chen.pk, D(2026, 3, 1), "补谈 3 次")
    assert list(found) == ([expected] if may else [])


def test_a_problem_is_raised_once(branch_a, chen, secretary):
    [row, *_] = published(branch_a, chen, chen.user, secretary)
    pledges.tell(pledge=row, told="12 次", by=chen.user, at=AT)
    pledges.review(pledge=row, verdict=Verdict.PARTLY, asked=2, satisfied=0, by=secretary, at=AT)

    first, second = (
        pledges.raise_problem(pledge=row, measures=words, due_on=D(2026, 3, 1), by=secretary, at=AT)
        for words in ("补谈", "再补谈")
    )

    assert first == second


@pytest.mark.django_db(transaction=True)
def test_of_two_who_raise_it_at_once_the_second_finds_the_problem(
    branch_a, chen, secretary, person
):
    other = person(Role.COMMITTEE_MEMBER, branch_a).user
    [row, *_] = published(branch_a, chen, chen.user, secretary)
    pledges.tell(pledge=row, told="12 次", by=chen.user, at=AT)
    pledges.review(pledge=row, verdict=Verdict.PARTLY, asked=2, satisfied=0, by=secretary, at=AT)

    def by(user):
        return lambda: pledges.raise_problem(
            pledge=row, measures="补谈", due_on=D(2026, 3, 1), by=user, at=AT
        )

    first, second = one_after_the_other(by(secretary), by(other))

    assert first == second
    assert list(Problem.objects.all()) == [first]


def test_a_review_is_taken_back_with_its_reason(branch_a, chen, secretary):
    [row, *_] = published(branch_a, chen, chen.user, secretary)
    pledges.tell(pledge=row, told="12 次", by=chen.user, at=AT)
    pledges.review(pledge=row, verdict=Verdict.KEPT, asked=20, satisfied=19, by=secretary, at=AT)

    pledges.reopen(pledge=row, reason="票数登记错了", by=secretary, at=AT)

    row.refresh_from_db()
    assert (row.state, row.verdict, row.asked, row.reviewed_on) == ("APPROVED", "", None, None)
    entry = AuditEntry.objects.get(action="pledge.reopened")
    assert entry.before == {
        "pledge_verdict": "已兑现", "pledge_asked": 20, "pledge_satisfied": 19,
    }  # fmt: skip
    assert entry.after == {"reason": "票数登记错了"}


def test_what_is_withdrawn_counts_no_more(branch_a, chen, secretary):
    rows = published(branch_a, chen, chen.user, secretary)
    pledges.withdraw(pledge=rows[0], reason="任务取消", by=secretary, at=AT)

    due = Pledge.objects.due_in(Period.parse("2026-12"))

    assert {row.pk for row in due} == {row.pk for row in rows[1:]}


@pytest.mark.parametrize(("on", "may"), [(D(2026, 6, 30), True), (D(2026, 7, 1), False)])
def test_what_is_past_its_day_is_reviewed_and_not_withdrawn(
    branch_a, chen, secretary, set_clock, on, may
):
    [row, *_] = published(branch_a, chen, chen.user, secretary, due_on=D(2026, 6, 30))
    set_clock(on)
    client = client_of(secretary)
    shown = client.get(reverse("pledge", kwargs={"pk": row.pk})).content.decode()

    answer = client.post(
        reverse("pledge-withdraw", kwargs={"pk": row.pk}), {"withdraw-reason": "任务取消"}
    )

    refusal = "兑现期限已经过了，不能再撤回，请评诺。"
    assert ("确认撤回" in shown, state(row)) == (may, "WITHDRAWN" if may else "APPROVED")
    assert (refusal in answer.content.decode()) is not may


# Who reads what


def test_drafts_are_for_the_promiser_and_what_is_published_for_the_branch(
    branch_a, branch_b, group_a, chen, secretary, join, person, above
):
    [draft] = drafted(branch_a, chen, chen.user, many=1)
    others = join(branch_a, "李敏", user=person().user)
    [waiting, *_] = submitted(branch_a, others, others.user)
    mate = join(branch_a, "王强", user=person().user)
    [public, *_] = published(branch_a, mate, mate.user, secretary)
    leader = person(Role.GROUP_LEADER, group_a).user
    join(branch_a, "组长", user=leader)
    stranger = join(branch_b, "生人", user=person().user)
    readers = {
        "own": chen.user, "secretary": secretary, "above": above, "mate": mate.user,
        "leader": leader, "stranger": stranger.user,
    }  # fmt: skip

    seen = {
        name: tuple(
            client_of(user).get(reverse("pledge", kwargs={"pk": row.pk})).status_code == 200
            for row in (draft, waiting, public)
        )
        for name, user in readers.items()
    }

    assert seen == {
        "own": (True, False, True), "secretary": (False, True, True),
        "above": (False, True, True), "mate": (False, False, True),
        "leader": (False, False, True), "stranger": (False, False, False),
    }  # fmt: skip


def test_the_branch_writes_for_members_without_an_account_alone(
    branch_a, chen, secretary, join, set_clock
):
    set_clock(ON)
    old = join(branch_a, "老党员")
    client = client_of(secretary)
    answers = {
        member.name: client.post(
            reverse("pledge-draft"),
            {
                "branch": branch_a.pk, "year": 2026, "member": member.pk, "text": "讲党课",
                "measure": "2 次", "due_on": "2026-12-31",
            },
        ).status_code
        for member in (old, chen)
    }  # fmt: skip

    assert answers == {"老党员": 302, "陈卓": 404}
    assert list(Pledge.objects.values_list("member__name", "entered_by")) == [
        ("老党员", secretary.pk)
    ]


# Pages


@pytest.mark.parametrize("many", [1, 30])
def test_the_list_needs_a_fixed_number_of_queries(
    branch_a, secretary, above, join, django_assert_max_num_queries, set_clock, many
):
    for number in range(many):
        member = join(branch_a, f"党员{number:02}")
        published(branch_a, member, secretary, above, many=3)
    set_clock(ON)
    client = client_of(secretary)
    client.get(reverse("pledge-list"))

    with django_assert_max_num_queries(16):
        answer = client.get(reverse("pledge-list"))

    assert answer.content.decode().count("怎样算兑现：") == 3 * many


@pytest.mark.parametrize("many", [1, 4])
def test_the_own_page_needs_a_fixed_number_of_queries(
    branch_a, chen, secretary, django_assert_max_num_queries, set_clock, many
):
    rows = drafted(branch_a, chen, chen.user, many=many)
    Pledge.objects.update(state="APPROVED", approved_on=ON, approved_by=secretary)
    for row in rows:
        pledge_proofs.add(pledge=row, on=ON, text="谈心", by=chen.user, at=AT)
    set_clock(ON)
    client = client_of(chen.user)
    client.get(reverse("my-pledges"))

    with django_assert_max_num_queries(16):
        answer = client.get(reverse("my-pledges"))

    assert answer.content.decode().count("已登记践诺 1 次") == many


@pytest.mark.parametrize("name", ["my-pledges", "pledge-list", "my-stations", "station-list"])
def test_pages_of_somebody_without_a_branch_say_what_to_do(person, name):
    answer = person().get(reverse(name))

    assert answer.status_code == 200
    assert "请联系支部书记" in answer.content.decode()


def test_the_whole_way_through_the_pages(branch_a, chen, secretary, set_clock):
    set_clock(ON)
    own, branch = client_of(chen.user), client_of(secretary)
    for number in range(3):
        own.post(
            reverse("my-pledge-new"),
            {"year": 2026, "text": f"第{number}条", "measure": "每月 1 次", "due_on": "2026-12-31"},
        )
    own.post(reverse("my-pledges-submit"), {"year": 2026})
    for row in Pledge.objects.all():
        branch.post(reverse("pledge-approve", kwargs={"pk": row.pk}), {"next": "list"})
    row = Pledge.objects.order_by("pk")[0]
    own.post(reverse("pledge-tell", kwargs={"pk": row.pk}), {"told-told": "谈了 12 次"})
    branch.post(
        reverse("pledge-review", kwargs={"pk": row.pk}),
        {"review-verdict": "KEPT", "review-asked": "20", "review-satisfied": "19"},
    )

    row.refresh_from_db()
    assert (row.state, row.verdict, row.told) == ("REVIEWED", "KEPT", "谈了 12 次")
    page = own.get(reverse("pledge", kwargs={"pk": row.pk})).content.decode()
    assert "满意 19 人 ÷ 参评 20 人 = 95%，不低于 50%" in page


def test_the_public_promises_are_printed(branch_a, chen, secretary, set_clock):
    submitted(branch_a, None, secretary)
    published(branch_a, chen, chen.user, secretary)
    document = pledge_papers.document(branch_a, 2026, AT)

    assert document.parts == (
        ("陈卓", tuple(
            f"{n}. 承诺{n}。兑现标准：每月谈心 1 次。期限：2026年12月31日。" for n in (1, 2, 3)
        )),
    )  # fmt: skip
    set_clock(ON)
    answer = client_of(secretary).post(
        reverse("pledge-print", kwargs={"pk": branch_a.pk}), {"year": 2026}
    )
    job = Job.objects.get()
    assert answer.headers["Location"] == reverse("job", kwargs={"pk": job.pk})
    tasks.draw_pledges(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("DONE", "")


# What is due


def duties_of(user, on, *sources) -> list[tuple[str, dt.date]]:
    grants = Grants.of(user, on)
    return [(duty.title, duty.due_on) for source in sources for duty in source(user, grants, on)]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (D(2026, 1, 1), [("写 2026 年承诺", D(2026, 2, 28))]),
        (D(2026, 2, 28), [("写 2026 年承诺", D(2026, 2, 28))]),
        (D(2026, 3, 1), []),
    ],
)
def test_a_member_is_asked_for_promises_until_the_end_of_february(chen, on, expected):
    assert duties_of(chen.user, on, duties.to_submit) == expected


def test_who_has_submitted_is_not_asked(branch_a, chen):
    submitted(branch_a, chen, chen.user)

    assert duties_of(chen.user, ON, duties.to_submit) == []


def test_the_committee_is_asked_to_approve_and_nobody_for_the_own(
    branch_a, chen, chief, secretary, above
):
    submitted(branch_a, chief, secretary)
    assert duties_of(secretary, ON, duties.to_decide) == []

    submitted(branch_a, chen, chen.user)
    submitted(branch_a, None, secretary, many=4)

    assert duties_of(secretary, ON, duties.to_decide) == [("3 条承诺待审核", D(2026, 1, 27))]
    assert duties_of(above, ON, duties.to_decide) == [("4 条承诺待审核", D(2026, 1, 27))]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (D(2026, 6, 15), []),
        (D(2026, 6, 16), [("3 条承诺快到期，请兑现并述诺", D(2026, 6, 30))]),
        (D(2026, 7, 1), [("3 条承诺快到期，请兑现并述诺", D(2026, 6, 30))]),
    ],
)
def test_a_member_is_reminded_two_weeks_ahead(branch_a, chen, secretary, on, expected):
    published(branch_a, chen, chen.user, secretary, due_on=D(2026, 6, 30))

    assert duties_of(chen.user, on, duties.to_tell) == expected


@pytest.mark.parametrize(
    ("due_on", "is_told", "on", "expected"),
    [
        (D(2026, 6, 30), False, D(2026, 6, 30), []),
        (D(2026, 6, 30), False, D(2026, 7, 1), [("3 条承诺待评诺", D(2026, 7, 30))]),
        (YEAR_END, True, D(2026, 11, 30), []),
        (YEAR_END, True, D(2026, 12, 1), [("3 条承诺待评诺", D(2027, 1, 30))]),
        (YEAR_END, False, D(2026, 12, 1), []),
    ],
)
def test_the_committee_is_asked_to_review(branch_a, chen, secretary, due_on, is_told, on, expected):
    for row in published(branch_a, chen, chen.user, secretary, due_on=due_on):
        if is_told:
            pledges.tell(pledge=row, told="做了", by=chen.user, at=AT)

    assert duties_of(secretary, on, duties.to_review) == expected


def test_what_was_sent_back_is_told(branch_a, chen, secretary):
    [row, *_] = submitted(branch_a, chen, chen.user)
    pledges.send_back(pledge=row, reason="太空", by=secretary, at=AT)

    assert duties_of(chen.user, ON, duties.to_mend) == [
        ("承诺被退回，请修改：承诺1", D(2026, 1, 27))
    ]


def test_the_rule_in_force_is_what_the_arithmetic_takes(branch_a):
    assert terms_of(for_organization(branch_a, ON)["P1"].parameters) == Terms()


def test_members_of_a_former_branch_keep_their_promises_there(branch_a, branch_b, chen, secretary):
    rows = published(branch_a, chen, chen.user, secretary)

    assert {row.branch for row in rows} == {branch_a}
    with pytest.raises(Refused, match="不在机电党支部的名册上"):
        pledge_drafts.submit(branch=branch_b, member=chen, year=2026, by=chen.user, at=AT)


def test_whoever_entered_for_another_does_not_decide(branch_a, join, person, secretary):
    member = join(branch_a, "无号")
    deputy = person(Role.DEPUTY_SECRETARY, branch_a).user
    rows = drafted(branch_a, member, secretary)
    pledge_drafts.submit(branch=branch_a, member=member, year=2026, by=secretary, at=AT)

    for step in (
        lambda: pledges.approve(pledge=rows[0], by=secretary, at=AT),
        lambda: pledges.send_back(pledge=rows[0], reason="改", by=secretary, at=AT),
        lambda: pledges.review(pledge=rows[0], verdict=Verdict.KEPT, by=secretary, at=AT),
    ):
        with pytest.raises(Refused, match="您替无号登记的，请由支部其他委员或者上级党组织办理"):
            step()
    asked = {
        user: queries.to_decide(user, Grants.of(user, ON)).count() for user in (secretary, deputy)
    }
    assert asked == {secretary: 0, deputy: 3}
    assert pledges.approve(pledge=rows[0], by=deputy, at=AT).state == "APPROVED"
