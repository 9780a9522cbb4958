"""How a paper is marked, and how pasted questions are read."""

from __future__ import annotations

from decimal import Decimal

import pytest

from activities.rules import quiz_text, quizzes
from activities.rules.quiz_text import LineFault, Mistake
from activities.rules.quizzes import Fault, Question, QuestionKind

ONE, TWO = Decimal(1), Decimal(2)
K = QuestionKind
F = Fault


def asked(kind=K.SINGLE, right=(1,), options=("甲", "乙", "丙"), points=TWO, text="题"):
    return Question(kind, text, tuple(options), frozenset(right), points)


@pytest.mark.parametrize(
    ("question", "chosen", "points"),
    [
        (asked(), (1,), TWO),
        (asked(), (0,), 0),
        (asked(), (), 0),
        (asked(), (0, 1), 0),
        (asked(K.MULTIPLE, (0, 2)), (0, 2), TWO),
        (asked(K.MULTIPLE, (0, 2)), (2, 0), TWO),
        (asked(K.MULTIPLE, (0, 2)), (0,), 0),  # all right or nothing
        (asked(K.MULTIPLE, (0, 2)), (0, 1, 2), 0),
        (asked(K.JUDGE, (0,), ("对", "错")), (0,), TWO),
        (asked(K.JUDGE, (0,), ("对", "错")), (1,), 0),
    ],
)
def test_all_right_or_nothing(question, chosen, points):
    assert quizzes.points_for(question, chosen) == points


def test_a_paper_is_the_sum_of_its_answers():
    questions = {7: asked(), 8: asked(K.MULTIPLE, (0, 2)), 9: asked(points=ONE)}

    assert quizzes.score(questions, {7: [1], 8: [0, 2], 9: [1]}) == 5
    assert quizzes.score(questions, {7: [1], 8: [0]}) == 2
    assert quizzes.score(questions, {}) == 0
    assert quizzes.full_marks(questions.values()) == 5


@pytest.mark.parametrize(
    ("question", "fault"),
    [
        (asked(), None),
        (asked(text=""), F.TEXT),
        (asked(options=("甲",), right=(0,)), F.FEW_OPTIONS),
        (asked(options="甲乙丙丁戊己庚辛", right=(7,)), None),
        (asked(options="甲乙丙丁戊己庚辛壬", right=(7,)), F.MANY_OPTIONS),
        (asked(options=("甲", "甲")), F.SAME_OPTIONS),
        (asked(right=()), F.NO_ANSWER),
        (asked(right=(3,)), F.NO_SUCH_OPTION),
        (asked(right=(0, 1)), F.ONE_ANSWER),
        (asked(K.MULTIPLE, (0,)), F.TWO_ANSWERS),
        (asked(K.MULTIPLE, (0, 1)), None),
        (asked(points=Decimal(0)), F.POINTS),
        (asked(points=Decimal("0.5")), None),
        (asked(points=Decimal(100)), None),
        (asked(points=Decimal("100.1")), F.POINTS),
    ],
)
def test_what_can_be_asked(question, fault):
    assert quizzes.fault_of(question) == fault


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("B", {1}), ("b", {1}), ("ABD", {0, 1, 3}), ("A、C", {0, 2}), ("a, c", {0, 2}),
        ("对", {0}), ("正确", {0}), ("√", {0}), ("错", {1}), ("错误", {1}), ("×", {1}),
        ("", None), ("Z", None), ("第二个", None),
    ],
)  # fmt: skip
def test_how_an_answer_is_written(text, places):
    assert quizzes.answer_places(text, 4) == (None if places is None else frozenset(places))


def test_shares_are_shown_from_five_papers_on():
    assert [quizzes.may_show_shares(n) for n in (0, 4, 5)] == [False, False, True]


PASTED = """1.[单选] 党员大会多久召开一次？
A. 每月
B. 每季度
答案：B
解析：《支部工作条例》第十一条
分值：2

2、党日五件事包括
A、学
B：会
C) 吃
答案：AB

支委会每月召开一次。
答案：对
"""


def test_three_kinds_are_read_from_plain_text():
    read = quiz_text.read(PASTED, ONE)

    assert read.mistakes == ()
    assert read.questions == (
        Question(
            K.SINGLE, "党员大会多久召开一次？", ("每月", "每季度"), frozenset({1}), TWO,
            "《支部工作条例》第十一条",
        ),
        Question(K.MULTIPLE, "党日五件事包括", ("学", "会", "吃"), frozenset({0, 1}), ONE),
        Question(K.JUDGE, "支委会每月召开一次。", ("对", "错"), frozenset({0}), ONE),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "mistakes"),
    [
        ("题\nA. 甲\nB. 乙", [(1, F.NO_ANSWER)]),
        ("题\nA. 甲\nB. 乙\n答案：C", [(4, F.NO_SUCH_OPTION)]),
        ("题\nA. 甲\nB. 乙\n答案：第二个", [(4, LineFault.ANSWER)]),
        ("题\nA. 甲\nC. 乙\nB. 丙\n答案：A", [(3, LineFault.ORDER)]),
        ("题\n甲\nA. 乙\nB. 丙\n答案：A", [(2, LineFault.ORDER)]),
        ("题\nA. 甲\n答案：A", [(3, F.FEW_OPTIONS)]),
        ("[多选]题\nA. 甲\nB. 乙\n答案：A", [(4, F.TWO_ANSWERS)]),
        ("[单选]题\nA. 甲\nB. 乙\n答案：AB", [(4, F.ONE_ANSWER)]),
        ("题\nA. 甲\nB. 乙\n答案：A\n分值：两分", [(5, LineFault.POINTS)]),
        ("题\nA. 甲\nB. 乙\n答案：A\n分值：NaN", [(5, LineFault.POINTS)]),
        ("题\nA. 甲\nB. 乙\n答案：A\n分值：0", [(4, F.POINTS)]),
        ("A. 甲\nB. 乙\n答案：A", [(1, F.TEXT)]),
        ("长" * 501 + "\n答案：对", [(1, LineFault.LONG)]),
        ("题\n\n题\nA. 甲\nB. 乙\n答案：A", [(1, F.NO_ANSWER)]),
        ("", []),
    ],
)
def test_every_mistake_has_its_line(text, mistakes):
    found = quiz_text.read(text, ONE).mistakes

    assert found == tuple(Mistake(*each) for each in mistakes)
