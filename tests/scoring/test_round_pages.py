"""The pages of rounds and appeals: who sees what and when, what is filed, what is refused."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from branches import ledgers
from branches.models import Job, Notice
from branches.rules.periods import Period
from branches.rules.roles import Role
from scoring import tasks
from scoring.models import Appeal, Line, Round, Run, Score
from scoring.operations import rounds, runs
from scoring.rules.rounds import RoundState, RoundStep

MARCH = Period.parse("2026-03")
LONG_AGO = dt.timedelta(days=30)
ROAD = [RoundStep.ASK_COMMENTS, RoundStep.PUBLISH, RoundStep.END_NOTICE, RoundStep.SUBMIT]


@pytest.fixture
def march(adopted, branch_a, branch_b, join, at) -> dict[str, Run]:
    """March computed, with one member in each branch; the runs by target."""
    join(branch_a, "甲")
    join(branch_b, "乙")
    return {
        target: runs.compute(version=version, period=MARCH, by=None, at=at)
        for target, version in adopted.items()
    }


@pytest.fixture
def office(person, committee):
    return person(Role.REVIEWER, committee)


@pytest.fixture
def leader(person, committee):
    return person(Role.SECRETARY, committee)


@pytest.fixture
def secretary(person, branch_a):
    return person(Role.SECRETARY, branch_a)


@pytest.fixture
def member(person, march):
    """A signed-in member of branch A without any post."""
    client = person()
    score = Score.objects.get(run=march["member"], member__name="甲")
    score.member.user = client.user
    score.member.save(update_fields=["user"])
    client.score = score
    return client


@pytest.fixture
def road(office, march):
    """Return ``road(target, state)``: a round that has come as far as the state today."""

    def make(target: str, state: RoundState) -> Round:
        now = timezone.now()
        round_ = rounds.open_round(run=march[target], by=office.user, at=now - 3 * LONG_AGO)
        # Each clock before the last has run out by today.
        for left, step in zip((2, 1, 0, 0), ROAD, strict=True):
            if round_.state == state:
                break
            ends_here = state == (RoundState.COMMENTS, RoundState.PUBLIC)[step != ROAD[0]]
            moment = now if ends_here else now - left * LONG_AGO
            round_ = rounds.take(round=round_, step=step, by=office.user, at=moment)
        assert round_.state == state
        return round_

    return make


def _notice(round_: Round) -> str:
    return reverse("round-notice", kwargs={"pk": round_.pk})


def _appeal_url(score: Score, item: str) -> str:
    return reverse("appeal-new", kwargs={"pk": score.pk, "item": item})


def _branch_score(round_: Round, organization) -> Score:
    return Score.objects.get(run=round_.run_id, organization=organization, member=None)


def test_the_office_begins_a_round_with_one_button(office, march):
    page = office.get("/rounds/")
    assert {run.pk for run in page.context["candidates"]} == {run.pk for run in march.values()}

    answer = office.post(reverse("round-open", kwargs={"pk": march["organization"].pk}))

    round_ = Round.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/rounds/{round_.pk}/")
    assert round_.run.is_sealed
    assert [run.pk for run in office.get("/rounds/").context["candidates"]] == [march["member"].pk]


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.ADMINISTRATOR, Role.COMMITTEE_MEMBER])
def test_nobody_else_begins_a_round(person, march, committee, role):
    answer = person(role, committee).post(
        reverse("round-open", kwargs={"pk": march["organization"].pk})
    )
    assert (answer.status_code, Round.objects.count()) == (404, 0)


@pytest.mark.parametrize(
    ("state", "by_branch", "by_member", "is_listed"),
    [
        (RoundState.FIRST, 404, 404, False),
        (RoundState.COMMENTS, 200, 404, True),
        (RoundState.PUBLIC, 200, 200, True),
        (RoundState.VERIFYING, 200, 200, False),
        (RoundState.DECIDING, 200, 200, False),
    ],
)
@pytest.mark.parametrize("target", ["organization", "member"])
def test_the_notice_lasts_as_long_as_it_may(
    road, secretary, member, state, by_branch, by_member, is_listed, target
):
    round_ = road(target, state)

    answers = [client.get(_notice(round_)) for client in (secretary, member)]

    assert [answer.status_code for answer in answers] == [by_branch, by_member]
    for answer in answers:
        if answer.status_code == 200:
            assert bool(answer.context["rows"]) == is_listed


@pytest.mark.parametrize(
    ("left", "is_listed"),
    [(1, True), (0, True), (-1, False)],
)
@pytest.mark.parametrize("target", ["organization", "member"])
def test_the_notice_ends_with_its_last_day_though_the_round_waits(
    road, secretary, member, office, target, left, is_listed
):
    round_ = road(target, RoundState.PUBLIC)
    until = timezone.localdate() + dt.timedelta(days=left)
    Round.objects.filter(pk=round_.pk).update(
        public_from=until - dt.timedelta(days=9), public_until=until
    )

    pages = [client.get(_notice(round_)) for client in (secretary, member, office)]

    assert [bool(page.context["rows"]) for page in pages] == [is_listed, is_listed, True]
    ended = ["公示已结束" in page.content.decode() for page in pages]
    assert ended == [not is_listed, not is_listed, False]


def test_a_member_sees_tiers_of_the_own_branch_without_points(road, member):
    page = member.get(_notice(road("member", RoundState.PUBLIC)))

    assert [row.member.name for row, *_ in page.context["rows"]] == ["甲"]
    text = page.content.decode()
    assert "乙" not in [row.member.name for row, *_ in page.context["rows"]]
    assert str(member.score.total) not in text


def test_a_public_notice_lists_every_branch_and_no_points(road, secretary):
    round_ = road("organization", RoundState.PUBLIC)

    page = secretary.get(_notice(round_))

    names = [row.organization.short_name for row, *_ in page.context["rows"]]
    assert sorted(names) == ["机电党支部", "采煤党支部"]
    for score in Score.objects.filter(run=round_.run):
        assert str(score.total) not in page.content.decode()


def test_a_branch_comments_in_time_and_is_answered(road, secretary, office, branch_a):
    round_ = road("organization", RoundState.COMMENTS)

    secretary.post(reverse("round-comment", kwargs={"pk": round_.pk}), {"text": "主题党日开过两次"})
    comment = round_.comments.get()
    assert (comment.organization, comment.text) == (branch_a, "主题党日开过两次")
    page = office.get(f"/rounds/{round_.pk}/")
    [(_, form)] = page.context["comments"]
    office.post(
        reverse("comment-reply", kwargs={"pk": comment.pk}),
        {f"{form.prefix}-text": "已核对，维持"},
    )

    comment.refresh_from_db()
    assert comment.reply == "已核对，维持"
    assert "已核对，维持" in secretary.get(_notice(round_)).content.decode()


def test_steps_backward_ask_for_the_reason(road, office):
    round_ = road("organization", RoundState.PUBLIC)
    url = reverse("round-step", kwargs={"pk": round_.pk, "step": "WITHDRAW"})

    page = office.post(url, {"note": " "})
    round_.refresh_from_db()
    assert (page.status_code, round_.state) == (200, RoundState.PUBLIC)
    assert "请写明原因，它会留在定评经过里。" in page.content.decode()
    office.post(url, {"note": "漏了一个支部"})

    round_.refresh_from_db()
    assert round_.state == RoundState.WITHDRAWN


def test_a_step_before_its_time_says_what_it_waits_for(road, office):
    round_ = road("organization", RoundState.PUBLIC)
    url = reverse("round-step", kwargs={"pk": round_.pk, "step": "END_NOTICE"})

    page = office.post(url, follow=True)

    round_.refresh_from_db()
    assert round_.state == RoundState.PUBLIC
    assert "次日起才能结束公示" in page.content.decode()


@pytest.mark.parametrize("step", ["PUBLISH", "DECIDE"])
def test_a_step_that_is_not_open_changes_nothing(road, office, step):
    round_ = road("organization", RoundState.VERIFYING)

    page = office.post(reverse("round-step", kwargs={"pk": round_.pk, "step": step}), follow=True)

    round_.refresh_from_db()
    assert round_.state == RoundState.VERIFYING
    assert "现在不能" in page.content.decode()
    assert office.post(f"/rounds/{round_.pk}/steps/NOTHING/").status_code == 404


def test_the_committees_secretary_decides_what_the_office_submitted(road, office, leader):
    round_ = road("organization", RoundState.DECIDING)
    url = reverse("round-step", kwargs={"pk": round_.pk, "step": "DECIDE"})

    office.post(url)
    round_.refresh_from_db()
    assert round_.state == RoundState.DECIDING
    leader.post(url)

    round_.refresh_from_db()
    assert (round_.state, round_.decided_by) == (RoundState.FINAL, leader.user)


def test_a_member_appeals_to_a_line_and_reads_the_answer(road, member, office):
    round_ = road("member", RoundState.PUBLIC)
    url = _appeal_url(member.score, "daily")

    page = member.get(url)
    assert "满分 56 分，没有扣分" in page.content.decode()
    assert member.post(url, {"text": " "}).context["form"].errors["text"]
    answer = member.post(url, {"text": "这个月我在外地出差"})

    appeal = Appeal.objects.get()
    assert answer.url == f"/appeals/{appeal.pk}/"
    assert Notice.objects.filter(recipient=office.user, url=answer.url).exists()
    office.post(
        reverse("appeal-answer", kwargs={"pk": appeal.pk}),
        {"answer-verdict": "reject", "answer-answer": "没有请假记录"},
    )
    assert "没有请假记录" in member.get(answer.url).content.decode()
    assert [one.pk for one, _ in member.get("/my/appeals/").context["rows"]] == [appeal.pk]
    assert round_.run_id == Round.objects.get().run_id


def _carry_out() -> Job:
    """Do what a worker does with the one correction that waits."""
    job = Job.objects.get(task="scoring.correct")
    tasks.correct(job_id=job.pk)
    return job


def test_an_upheld_appeal_shows_before_and_after(road, secretary, office, branch_a):
    round_ = road("organization", RoundState.PUBLIC)
    score = _branch_score(round_, branch_a)
    line = Line.objects.filter(
        run=round_.run_id, subject_id=branch_a.pk, item__code="theme_day_held"
    ).get()
    secretary.post(_appeal_url(score, "theme_day_held"), {"text": "党日记录漏记"})
    appeal = Appeal.objects.get()

    page = office.post(
        reverse("appeal-answer", kwargs={"pk": appeal.pk}),
        {
            "answer-verdict": "uphold",
            "answer-quantity": "1",
            "answer-base": "1",
            "answer-answer": "查有照片和签到",
        },
        follow=True,
    )

    assert (page.context["waiting"].fact_words, page.context["change"]) == (
        ("0 ÷ 1", "1 ÷ 1"), None,
    )  # fmt: skip
    assert "正在按更正重新核算，请稍候" in page.content.decode()
    waiting = office.get(f"/rounds/{round_.pk}/").content.decode()
    assert "正在按更正重新核算，请稍候" in waiting
    assert f'href="/jobs/{_carry_out().pk}/"' in waiting

    page = office.get(f"/appeals/{appeal.pk}/")
    change = page.context["change"]
    assert page.context["waiting"] is None
    assert change.correction.quantity == Decimal(1)
    assert change.correction.before_quantity == line.quantity
    assert change.before == score
    assert change.after.total > score.total
    shown = office.get(f"/rounds/{round_.pk}/")
    assert f"{change.before.total} → {change.after.total}" in shown.content.decode()
    # The score's page was open all the while: its link leads to the corrected score.
    assert secretary.get(_appeal_url(score, "theme_day_held")).context["score"] == change.after


@pytest.mark.parametrize(
    ("data", "wrong"),
    [
        ({}, ["verdict", "answer"]),
        ({"verdict": "uphold", "answer": "查明"}, ["quantity", "base"]),
        ({"verdict": "uphold", "quantity": "-1", "base": "1", "answer": "查明"}, ["quantity"]),
        ({"verdict": "uphold", "quantity": "x", "base": "1", "answer": "查明"}, ["quantity"]),
        ({"verdict": "reject"}, ["answer"]),
    ],
)
def test_a_bad_answer_is_refused_and_kept(road, secretary, office, branch_a, data, wrong):
    round_ = road("organization", RoundState.PUBLIC)
    url = _appeal_url(_branch_score(round_, branch_a), "theme_day_held")
    secretary.post(url, {"text": "理由"})
    appeal = Appeal.objects.get()

    page = office.post(
        reverse("appeal-answer", kwargs={"pk": appeal.pk}),
        {f"answer-{key}": value for key, value in data.items()},
    )

    appeal.refresh_from_db()
    assert (list(page.context["answer_form"].errors), appeal.state) == (wrong, "FILED")


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (RoundState.FIRST, "还没有公示"),
        (RoundState.COMMENTS, "还没有公示"),
        (RoundState.VERIFYING, "公示期已满，不再接受申诉"),
    ],
)
def test_out_of_its_time_there_is_no_form_but_the_reason(road, secretary, branch_a, state, words):
    round_ = road("organization", state)
    url = _appeal_url(_branch_score(round_, branch_a), "theme_day_held")

    page = secretary.post(url, {"text": "理由"})

    assert (page.context["form"], Appeal.objects.count()) == (None, 0)
    assert words in page.content.decode()


def test_an_appeal_is_for_its_filer_its_branch_and_its_committee(
    road, member, secretary, office, person, branch_a, branch_b
):
    road("member", RoundState.PUBLIC)
    member.post(_appeal_url(member.score, "daily"), {"text": "理由"})
    url = f"/appeals/{Appeal.objects.get().pk}/"
    others = [person(), person(Role.SECRETARY, branch_b), person(Role.GROUP_LEADER, branch_a)]

    assert [client.get(url).status_code for client in (member, secretary, office)] == [200] * 3
    assert [client.get(url).status_code for client in others] == [404] * 3


def test_the_branch_adds_its_opinion_once(road, member, secretary):
    road("member", RoundState.PUBLIC)
    member.post(_appeal_url(member.score, "daily"), {"text": "理由"})
    appeal = Appeal.objects.get()
    assert [one.pk for one in secretary.get("/rounds/").context["wanted"]] == [appeal.pk]
    url = reverse("appeal-opinion", kwargs={"pk": appeal.pk})

    secretary.post(url, {"opinion-text": "情况属实"})
    page = secretary.post(url, {"opinion-text": "再说一次"}, follow=True)

    appeal.refresh_from_db()
    assert appeal.opinion == "情况属实"
    assert "支部已经提过意见" in page.content.decode()


def test_the_filer_alone_withdraws(road, member, secretary):
    road("member", RoundState.PUBLIC)
    member.post(_appeal_url(member.score, "daily"), {"text": "理由"})
    appeal = Appeal.objects.get()
    url = reverse("appeal-withdraw", kwargs={"pk": appeal.pk})

    assert secretary.post(url).status_code == 404
    member.post(url)

    appeal.refresh_from_db()
    assert appeal.state == "WITHDRAWN"


@pytest.mark.parametrize(
    ("state", "offered"), [(RoundState.COMMENTS, False), (RoundState.PUBLIC, True)]
)
def test_the_appeal_stands_beside_each_line_while_it_can_be_filed(
    road, secretary, office, branch_a, state, offered
):
    round_ = road("organization", state)
    score_page = f"/board/{branch_a.pk}/{MARCH}/"
    url = _appeal_url(_branch_score(round_, branch_a), "theme_day_held")

    assert (url in secretary.get(score_page).content.decode()) == offered
    assert url not in office.get(score_page).content.decode()
    assert f"/rounds/{round_.pk}/notice/" in secretary.get(score_page).content.decode()
    assert f'href="/rounds/{round_.pk}/"' in office.get(f"/board/?period={MARCH}").content.decode()


@pytest.mark.parametrize(
    ("answer", "before", "label", "is_offered_again"),
    [
        (None, [], "已申诉", False),
        ("uphold", [], "正在更正", True),
        ("uphold", ["correct"], "已更正", True),
        ("reject", [], "申诉已答复", True),
        ("withdraw", [], "申诉", False),
    ],
)
def test_an_appealed_line_leads_to_its_appeal(
    road, secretary, office, branch_a, answer, before, label, is_offered_again
):
    round_ = road("organization", RoundState.PUBLIC)
    item, other = "theme_day_held", "assembly_held"
    secretary.post(_appeal_url(_branch_score(round_, branch_a), item), {"text": "漏记"})
    appeal = Appeal.objects.get()
    page = f"/appeals/{appeal.pk}/"
    if answer == "withdraw":
        secretary.post(f"{page}withdraw/")
    elif answer:
        fact = {"answer-quantity": "1", "answer-base": "1"} if answer == "uphold" else {}
        office.post(f"{page}answer/", {"answer-verdict": answer, "answer-answer": "查明", **fact})
    if before:
        _carry_out()
    score = _branch_score(Round.objects.get(), branch_a)

    shown = secretary.get(f"/board/{branch_a.pk}/{MARCH}/")

    link = shown.context["round_link"]
    to_file = _appeal_url(score, item)
    assert (link.appeal_to(item).label, link.appeal_to(item).url) == (
        label, to_file if answer == "withdraw" else page,
    )  # fmt: skip
    text = shown.content.decode()
    assert f'href="{link.appeal_to(item).url}" aria-label="{label}：主题党日"' in text
    assert link.appeal_to(other).url == _appeal_url(score, other)
    assert secretary.get(page).context["again"] == (to_file if is_offered_again else "")
    assert office.get(page).context["again"] == ""
    if answer != "withdraw":  # and it stays so once the notice is over
        Round.objects.update(state=RoundState.VERIFYING)
        later = secretary.get(f"/board/{branch_a.pk}/{MARCH}/").context["round_link"]
        assert (later.appeal_to(item).url, later.appeal_to(other)) == (page, None)
        assert secretary.get(page).context["again"] == ""


def test_a_member_finds_the_appeal_on_the_own_points(road, member):
    road("member", RoundState.PUBLIC)

    text = member.get(f"/my/points/{MARCH}/").content.decode()

    assert _appeal_url(member.score, "daily") in text


def test_the_ledger_holds_what_was_decided_and_only_that(
    road, secretary, office, leader, committee, branch_a, branch_b
):
    kind = ledgers.get("rating-round")
    round_ = road("organization", RoundState.PUBLIC)
    secretary.post(
        _appeal_url(_branch_score(round_, branch_a), "theme_day_held"), {"text": "党日漏记"}
    )
    appeal = Appeal.objects.get()
    office.post(
        reverse("appeal-answer", kwargs={"pk": appeal.pk}),
        {
            "answer-verdict": "uphold",
            "answer-quantity": "1",
            "answer-base": "1",
            "answer-answer": "查有照片",
        },
    )
    waits = kind.build(committee, MARCH)
    until = f"{round_.public_until.month} 月 {round_.public_until.day} 日"
    assert waits.row_count == 0
    assert waits.empty == (
        f"“星级党支部（五标）”公示中，至 {round_.public_until.year} 年 {until}（含当天）。"
        "审定以后结果、申诉和更正列入台账。"
    )
    assert (
        waits.empty
        in secretary.get(f"/ledgers/rating-round/{branch_a.pk}/{MARCH}/").content.decode()
    )
    assert waits.as_of == timezone.make_aware(dt.datetime(2026, 3, 1))
    assert "还没有开始定评" in kind.build(committee, MARCH.previous).empty
    _carry_out()
    later = timezone.now() + LONG_AGO
    round_ = Round.objects.get()
    for step in (RoundStep.END_NOTICE, RoundStep.SUBMIT):
        round_ = rounds.take(round=round_, step=step, by=office.user, at=later)
    round_ = rounds.take(round=round_, step=RoundStep.DECIDE, by=leader.user, at=later)

    table = kind.build(committee, MARCH)
    sections = {section.title: section.rows for section in table.sections}
    assert len(sections["评定结果"]) == 2
    assert [table.titles_of(section) for section in table.sections] == [
        ("党支部", "类型", "总分和名次", "评定结果"),
        ("申诉人", "申诉项目", "理由和支部意见", "答复"),
        ("党支部", "更正项目", "事实更正前后", "结果更正前后"),
        ("党支部", "结果运用", "依据", "决定和办理情况"),
    ]
    shown = secretary.get(f"/ledgers/rating-round/{branch_a.pk}/{MARCH}/").content.decode()
    assert "<th>理由和支部意见</th>" in shown
    [answered] = sections["申诉和答复"]
    assert answered[:3] == ("采煤党支部", "主题党日", "党日漏记")
    assert answered[3].startswith("成立：查有照片（")
    [corrected] = sections["更正"]
    assert corrected[2] == "0 ÷ 1 → 1 ÷ 1"
    assert table.basis == (f"星级党支部（五标）结果校验码 {round_.run.checksum}",)
    assert table.checksum == kind.build(committee, MARCH).checksum
    own = {section.title: section.rows for section in kind.build(branch_b, MARCH).sections}
    assert [row[0] for row in own["评定结果"]] == ["机电党支部"]
    assert own["申诉和答复"] == own["更正"] == ()
    assert secretary.get(f"/ledgers/rating-round/{branch_a.pk}/{MARCH}/").status_code == 200


def test_one_appeal_and_many_take_the_same_queries(road, office, secretary, member, branch_a):
    round_ = road("organization", RoundState.PUBLIC)
    score = _branch_score(round_, branch_a)
    items = ["theme_day_held", "assembly_held", "committee_held", "lecture_held"]
    counts = {}
    for item in items:
        secretary.post(_appeal_url(score, item), {"text": "理由"})
        for client, url in (
            (office, "/rounds/"),
            (office, f"/rounds/{round_.pk}/"),
            (secretary, "/rounds/"),
            (secretary, "/my/appeals/"),
        ):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url).status_code == 200
            counts.setdefault((client.user.pk, url), set()).add(len(captured))
    assert all(len(found) == 1 for found in counts.values()), counts
