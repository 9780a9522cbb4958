"""Quizzes: set, published, taken once, marked at once; no list of scores."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from activities.duties import homework as duties
from activities.models import Quiz, QuizPaper, QuizQuestion
from activities.operations import quizzes as operations
from activities.operations.quizzes import QuizFacts
from activities.operations.refusals import Refused
from activities.queries import quizzes as queries
from activities.rules.quizzes import Question, QuestionKind
from branches.access import Grants
from branches.rules.roles import Role
from tests.activities.conftest import moment

D = dt.date
FIRST, LAST = D(2026, 11, 2), D(2026, 11, 10)
AT = moment(FIRST)
ONE = dt.timedelta(days=1)
_K = QuestionKind
ONE_POINT, TWO_POINTS = Decimal(1), Decimal(2)
QUESTIONS = (
    Question(_K.SINGLE, "党员大会多久一次？", ("每月", "每季度"), frozenset({1}), TWO_POINTS),
    Question(
        _K.MULTIPLE, "三会一课包括", ("党员大会", "党课", "座谈"), frozenset({0, 1}), TWO_POINTS
    ),
    Question(_K.JUDGE, "党费按季交纳", ("对", "错"), frozenset({1}), ONE_POINT, "按月"),
)


@pytest.fixture
def set_up(committee, person):
    """Return ``set_up()``: a quiz of the committee with three questions, published."""
    maker = person(Role.REVIEWER, committee).user

    def make(publish=True, organization=committee, first=FIRST, last=LAST, pass_mark=3) -> Quiz:
        facts = QuizFacts("基础知识", Decimal(pass_mark), first, last)
        quiz = operations.make(organization=organization, facts=facts, by=maker, at=AT)
        operations.add_questions(quiz=quiz, questions=QUESTIONS, by=maker, at=AT)
        if publish:
            operations.publish(quiz=quiz, by=maker, at=AT)
        return Quiz.objects.select_related("organization").get(pk=quiz.pk)

    make.maker = maker  # type: ignore[attr-defined]
    return make


@pytest.fixture
def student(branch_a, join, person):
    client = person()
    client.member = join(branch_a, "陈卓", user=client.user)
    return client


def hand_in(quiz, client, chosen=((1,), (0, 1), (1,)), at=AT):
    keys = quiz.questions.values_list("pk", flat=True)
    return operations.hand_in(
        quiz=quiz, member=client.member, answers=dict(zip(keys, chosen, strict=True)),
        by=client.user, at=at,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("chosen", "score"),
    [
        (((1,), (0, 1), (1,)), 5),
        (((0,), (0, 1), (1,)), 3),
        (((1,), (0,), (1,)), 3),
        (((1,), (0, 1, 2), (0,)), 2),
        (((), (), ()), 0),
    ],
)
def test_a_paper_is_marked_at_once(set_up, student, chosen, score):
    assert hand_in(set_up(), student, chosen).score == score


def test_once_only(set_up, student):
    quiz = set_up()
    hand_in(quiz, student)
    with pytest.raises(Refused, match="只能答一次"):
        hand_in(quiz, student)
    assert QuizPaper.objects.count() == 1


@pytest.mark.parametrize(
    ("on", "is_open"), [(FIRST - ONE, False), (FIRST, True), (LAST, True), (LAST + ONE, False)]
)
def test_only_between_its_days(set_up, student, on, is_open):
    quiz = set_up()
    if is_open:
        hand_in(quiz, student, at=moment(on))
    else:
        with pytest.raises(Refused, match="不在答题时间"):
            hand_in(quiz, student, at=moment(on))
    assert QuizPaper.objects.exists() is is_open


def test_a_draft_is_not_taken(set_up, student):
    with pytest.raises(Refused, match="不在答题时间"):
        hand_in(set_up(publish=False), student)


def test_what_cannot_be_published(set_up):
    def publish(quiz, on=FIRST):
        operations.publish(quiz=quiz, by=set_up.maker, at=moment(on))

    with pytest.raises(Refused, match="合格分 6 高于满分 5"):
        publish(set_up(publish=False, pass_mark=6))
    with pytest.raises(Refused, match="截止日期已经过了"):
        publish(set_up(publish=False), LAST + ONE)
    empty = set_up(publish=False)
    empty.questions.all().delete()
    with pytest.raises(Refused, match="还没有题目"):
        publish(empty)
    publish(set_up(publish=False, pass_mark=5), LAST)


@pytest.mark.parametrize(("days", "extended"), [(0, True), (1, False)])
def test_a_quiz_that_is_over_is_not_extended(set_up, days, extended):
    quiz = set_up()
    later = QuizFacts(quiz.title, quiz.pass_mark, FIRST, LAST + ONE * 9)
    at = moment(LAST + ONE * days)

    if extended:
        assert operations.change(quiz=quiz, facts=later, by=set_up.maker, at=at).closes_on
    else:
        with pytest.raises(Refused, match="已经结束，不能再延长"):
            operations.change(quiz=quiz, facts=later, by=set_up.maker, at=at)


def test_what_is_published_stands_until_taken_back(set_up, student):
    quiz = set_up()
    maker = set_up.maker
    with pytest.raises(Refused, match="不能再改题"):
        operations.add_questions(quiz=quiz, questions=QUESTIONS, by=maker, at=AT)
    with pytest.raises(Refused, match="只能改截止日期"):
        operations.change(
            quiz=quiz, facts=QuizFacts("别的", Decimal(3), FIRST, LAST), by=maker, at=AT
        )
    later = QuizFacts(quiz.title, quiz.pass_mark, FIRST, LAST + ONE)
    assert operations.change(quiz=quiz, facts=later, by=maker, at=AT).closes_on == LAST + ONE
    operations.withdraw(quiz=quiz, by=maker, at=AT)
    operations.publish(quiz=quiz, by=maker, at=AT)
    hand_in(quiz, student)
    with pytest.raises(Refused, match="已经有人交卷"):
        operations.withdraw(quiz=quiz, by=maker, at=AT)


def test_shares_are_shown_from_five_papers_on(set_up, branch_a, join, person):
    quiz = set_up()
    for number in range(5):
        few = queries.figures(quiz, queries.questions_of(quiz), LAST + ONE)
        assert (few.pass_share, set(few.right.values())) == (None, {None})
        client = person()
        client.member = join(branch_a, f"党员{number}", user=client.user)
        right = ((1,), (0, 1), (1,)) if number else ((0,), (0,), (1,))
        hand_in(quiz, client, right)
    shown = queries.figures(quiz, queries.questions_of(quiz), LAST + ONE)

    assert (shown.papers, shown.pass_share) == (5, Decimal("0.8"))
    assert list(shown.right.values()) == [Decimal("0.8"), Decimal("0.8"), Decimal(1)]


def test_nothing_is_shown_while_a_paper_may_still_come(set_up, student):
    today = dt.date.today()
    quiz = set_up(first=today - ONE, last=today)
    hand_in(quiz, student, at=moment(today))
    client = Client()
    client.force_login(set_up.maker)
    url = f"/quizzes/{quiz.pk}/"
    page = client.get(url).content.decode()

    assert queries.figures(quiz, queries.questions_of(quiz), today) is None
    assert "在测验结束后显示" in page
    assert ("已交卷" in page, "答对率</" in page, "　答对率" in page) == (False, False, False)
    Quiz.objects.update(closes_on=today - ONE)
    over = client.get(url).content.decode()
    shown = [words in over for words in ("在测验结束后显示", "已交卷", "交卷不足 5 份")]
    assert shown == [False, True, True]


def test_only_members_below_take_it(set_up, branch_a, branch_b, student, join, person):
    today = dt.date.today()
    quiz = set_up(organization=branch_a, first=today - ONE, last=today + ONE)
    stranger = person()
    join(branch_b, "外人", user=stranger.user)

    assert student.get(f"/my/quizzes/{quiz.pk}/").status_code == 200
    assert stranger.get(f"/my/quizzes/{quiz.pk}/").status_code == 404
    assert stranger.post(f"/my/quizzes/{quiz.pk}/", {}).status_code == 404


def test_taken_on_its_page(set_up, student):
    today = dt.date.today()
    quiz = set_up(first=today - ONE, last=today + ONE)
    one, two, three = quiz.questions.values_list("pk", flat=True)
    url = f"/my/quizzes/{quiz.pk}/"
    page = student.post(url, {f"q{one}": "1"}).content.decode()
    assert "还有 2 题没有作答" in page
    assert "按月" not in page
    student.post(url, {f"q{one}": "1", f"q{two}": ["0", "1"], f"q{three}": "0"})

    page = student.get(url).content.decode()
    assert "解析：按月" in page
    assert "正确答案：A、B" in page
    assert QuizPaper.objects.get().score == 4
    student.post(url, {f"q{one}": "0", f"q{two}": ["0"], f"q{three}": "0"})
    assert QuizPaper.objects.get().score == 4


def test_over_or_to_come_it_says_so(set_up, student):
    today = dt.date.today()
    coming = set_up(first=today + ONE, last=today + ONE)
    page = student.get(f"/my/quizzes/{coming.pk}/").content.decode()
    assert "还没有到答题时间" in page
    assert "三会一课" not in page
    Quiz.objects.update(opens_on=today - ONE, closes_on=today - ONE)
    assert "答题时间已经过了" in student.get(f"/my/quizzes/{coming.pk}/").content.decode()


@pytest.mark.parametrize(
    ("on", "lines"), [(FIRST - ONE, 0), (FIRST, 1), (LAST, 1), (LAST + ONE, 0)]
)
def test_the_duty_line_while_it_is_open(set_up, student, on, lines):
    quiz = set_up()
    assert len(duties.quizzes_to_take(student.user, Grants(), on)) == lines
    hand_in(quiz, student)
    assert duties.quizzes_to_take(student.user, Grants(), on) == []


def test_set_over_the_pages(branch_a, person):
    client = person(Role.SECRETARY, branch_a)
    given = {
        "organization": branch_a.pk, "title": "测验", "pass_mark": "2",
        "opens_on": "2026-11-02", "closes_on": "2026-11-01",
    }  # fmt: skip
    said = client.post("/quizzes/new/", given).content.decode()
    assert "截止日期不能早于开始日期。" in said
    client.post("/quizzes/new/", given | {"closes_on": "2099-11-01"})
    quiz = Quiz.objects.get()
    url = f"/quizzes/{quiz.pk}/"
    one = {"kind": "SINGLE", "text": "题", "options": "甲\n乙", "answer": "C", "points": "1"}
    assert "答案里有题目没有的选项" in client.post(f"{url}questions/new/", one).content.decode()
    client.post(f"{url}questions/new/", one | {"answer": "B"})
    pasted = "题一\nA. 甲\nB. 乙\n答案：丙\n\n题二\n答案：对"
    said = client.post(f"{url}questions/paste/", {"text": pasted, "points": "1"}).content.decode()
    assert "第 4 行：答案写成" in said
    assert "题二" in said  # what was typed is kept
    assert quiz.questions.count() == 1
    client.post(f"{url}questions/paste/", {"text": pasted.replace("丙", "A"), "points": "1"})
    assert quiz.questions.count() == 3
    row = quiz.questions.first()
    assert client.get(f"/quizzes/questions/{row.pk}/").status_code == 200
    client.post(f"/quizzes/questions/{row.pk}/", one | {"answer": "A"})
    assert QuizQuestion.objects.get(pk=row.pk).right == [0]
    client.post(f"/quizzes/questions/{row.pk}/remove/")
    client.post(f"{url}publish/")
    quiz.refresh_from_db()
    assert (quiz.questions.count(), quiz.published_at is not None) == (2, True)
    assert "在测验结束后显示" in client.get(url).content.decode()
    client.post(f"{url}discard/")
    assert Quiz.objects.exists()


def test_who_sets_for_whom(set_up, branch_a, branch_b, committee, person):
    quiz = set_up()
    below = person(Role.SECRETARY, branch_a)

    assert below.get(f"/quizzes/{quiz.pk}/").status_code == 200
    assert "党员大会多久" not in below.get(f"/quizzes/{quiz.pk}/").content.decode()
    assert below.get(f"/quizzes/{quiz.pk}/edit/").status_code == 404
    assert below.post(f"/quizzes/{quiz.pk}/publish/", {"back": "1"}).status_code == 404
    own = set_up(organization=branch_b)
    assert below.get(f"/quizzes/{own.pk}/").status_code == 404
    draft = set_up(publish=False)
    assert below.get(f"/quizzes/{draft.pk}/").status_code == 404
    above = person(Role.REVIEWER, committee).get(f"/quizzes/{quiz.pk}/").content.decode()
    assert "党员大会多久" in above


def test_names_are_told_as_taken_or_not_and_no_score(
    set_up, student, branch_a, branch_b, join, person
):
    quiz = set_up()
    join(branch_a, "李敏")
    join(branch_b, "外人")
    hand_in(quiz, student)
    page = person(Role.SECRETARY, branch_a).get(f"/quizzes/{quiz.pk}/takers/").content.decode()

    assert page.index("李敏") < page.index("陈卓")  # not yet, then taken
    assert "外人" not in page
    scope = Grants.of(set_up.maker, dt.date.today()).scope("SEE_ACTIVITIES")  # type: ignore[arg-type]
    counts = [(row.name, row.members, row.taken) for row in queries.takers(quiz, scope, FIRST)]
    assert counts == [(branch_a.short_name, 2, 1), (branch_b.short_name, 1, 0)]


def test_the_number_of_statements_does_not_grow(set_up, branch_a, join, person, committee):
    client = person(Role.REVIEWER, committee)
    quiz = set_up()
    urls = ("/quizzes/", f"/quizzes/{quiz.pk}/", f"/quizzes/{quiz.pk}/takers/?branch={branch_a.pk}")

    def count() -> list[int]:
        found = []
        for url in urls:
            with CaptureQueriesContext(connection) as statements:
                assert client.get(url).status_code == 200
            found.append(len(statements))
        return found

    one = person()
    one.member = join(branch_a, "甲", user=one.user)
    hand_in(quiz, one)
    count()
    few = count()
    for number in range(29):
        other = person()
        other.member = join(branch_a, f"党员{number}", user=other.user)
        hand_in(quiz, other)
        set_up()
    assert count() == few
