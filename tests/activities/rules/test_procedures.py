"""The descriptions of guided procedures, how strictly they are read, and what their days ask."""

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from activities.rules import procedure_progress as progress
from activities.rules import procedure_reading as reading
from activities.rules.procedure_checks import Decision, Filling, Finding, Meeting, findings
from activities.rules.procedure_papers import BLANK, fill
from activities.rules.procedure_progress import Known, Rule, StepState, Taken
from activities.rules.procedure_reading import BadProcedure
from activities.rules.procedures import CheckKind, Paper, PaperKind
from branches.rules.working_days import WorkingCalendar
from members.rules.admission import Sponsor
from members.rules.status import MemberStatus

ROOT = Path(__file__).resolve().parents[3]
FILES = sorted((ROOT / "activities" / "procedures").glob("*.toml"))
ALL = [reading.read(path.read_text(encoding="utf-8"), name=path.stem) for path in FILES]
ROWS = tomllib.loads((ROOT / "branches/data/regulations.toml").read_text(encoding="utf-8"))
REGULATIONS = {row["code"]: row for row in ROWS["regulation"]}
ADMISSION = next(each for each in ALL if each.code == "admission")
DAY = dt.date(2026, 3, 2)

SMALL = """
code = "small"
ordinal = 1
chapter = "LIFE"
title = "办一件事"
about = "BRANCH"
summary = "两步"
source = "条例"

[[step]]
code = "first"
title = "第一步"
actor = "书记"
article = "条例"
text = "办。"
fields = [{ name = "topic", label = "内容", kind = "TEXT" }]

[[step]]
code = "second"
title = "第二步"
actor = "书记"
regulations = ["F2"]
text = "再办。"
CHECKS
papers = [{ kind = "REPORT", title = "报告", paragraphs = ["{first.topic}，{first.date}，{date}"] }]
"""


def small(checks: str = ""):
    return reading.read(SMALL.replace("CHECKS", checks), name="small")


def known(rules=(), calendar=None, **days):
    return Known(days, dict(rules), calendar or WorkingCalendar())


def test_the_catalogue_has_fifteen_procedures_each_in_its_place():
    assert sorted(each.ordinal for each in ALL) == list(range(1, 16))


def test_admission_has_the_twenty_five_official_steps():
    assert len(ADMISSION.steps) == 25


@pytest.mark.parametrize("procedure", ALL, ids=lambda each: each.code)
def test_every_step_names_regulations_that_there_are_and_says_what_to_do(procedure):
    wrong = [
        (step.code, code)
        for step in procedure.steps
        for code in step.regulations
        if code not in REGULATIONS
    ]
    assert wrong == []
    assert [step.code for step in procedure.steps if step.text.count("。") > 3] == []


@pytest.mark.parametrize("procedure", ALL, ids=lambda each: each.code)
def test_only_an_article_that_was_seen_refuses_a_step(procedure):
    refusing = {
        check.regulation for step in procedure.steps for check in step.checks if check.blocks
    }
    assert [
        code
        for code in refusing
        if (REGULATIONS[code]["evidence"], REGULATIONS[code]["severity"]) != ("A", "BLOCK")
    ] == []


@pytest.mark.parametrize("procedure", ALL, ids=lambda each: each.code)
def test_a_number_in_a_description_is_that_of_its_regulation(procedure):
    wrong = [
        (step.code, name)
        for step in procedure.steps
        for check in step.checks
        for name, value in REGULATIONS.get(check.regulation, {"parameters": {}})[
            "parameters"
        ].items()
        if name in check.values and check.values[name] != value
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('code = "small"', 'code = "other"', "small.toml：code：应与文件名相同"),
        ('title = "办一件事"', "", "small.toml：文件 title：应为文字"),
        ("ordinal = 1", "ordinal = true", "small.toml：文件 ordinal：应为整数"),
        ("ordinal = 1", "ordinal = 1\nextra = 1", "small.toml：文件 extra：不认识这个键"),
        ('chapter = "LIFE"', 'chapter = "life"', "文件 chapter：取自"),
        ('code = "second"', 'code = "first"', "步骤 first code：编码重复"),
        (
            'code = "second"',
            'code = "second"\nafter = ["third"]',
            "步骤 second after：前面没有步骤",
        ),
        ('regulations = ["F2"]', "", "步骤 second article：要写明依据"),
        ('kind = "TEXT"', 'kind = "WORD"', "步骤 first fields topic kind：取自"),
        ('kind = "TEXT"', 'kind = "CHOICE"', "步骤 first fields topic：choices"),
        ("{date}", "{dates}", "不认识的占位 {dates}"),
        ("{first.topic}", "{first.theme}", "不认识的占位 {first.theme}"),
        ("CHECKS", "checks = [{ soon = { step = 1 } }]", "每项检查只写一个名称"),
        (
            "CHECKS",
            'checks = [{ within_months = { step = "third", months = 1 } }]',
            "前面没有步骤 third",
        ),
        (
            "CHECKS",
            'checks = [{ within_months = { step = "first.topic", months = 1 } }]',
            "first 没有日期栏目 topic",
        ),
        (
            "CHECKS",
            'checks = [{ within_months = { step = "first", months = "1" } }]',
            "within_months months：应为整数",
        ),
        (
            "CHECKS",
            'checks = [{ within_months = { step = "admitted", months = 1 } }]',
            "admitted 只用于关于党员的程序",
        ),
        (
            "CHECKS",
            'checks = [{ meeting = { kinds = ["ASSEMBLY"] }, regulation = "M16" }]',
            "M16 要列在 regulations 中",
        ),
        (
            "CHECKS",
            'checks = [{ decision = { kind = "ADMISSION" } }]',
            "decision 要和 meeting 一起写",
        ),
        (
            "CHECKS",
            'checks = [{ meeting = { kinds = ["ASSEMBLY"] }, blocks = true }]',
            "blocks 要有 regulation",
        ),
        ("[[step]]", "[step]", "不是合格的 TOML"),
    ],
)
def test_a_description_that_is_not_understood_is_refused(old, new, words):
    text = SMALL.replace("CHECKS", new if old == "CHECKS" else "")
    text = text if old == "CHECKS" else text.replace(old, new, 1 if old != "[[step]]" else 2)
    with pytest.raises(BadProcedure) as refused:
        reading.read(text, name="small")
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "months", "start", "day"),
    [
        ("within_months", 1, dt.date(2027, 1, 31), dt.date(2027, 2, 28)),
        ("within_months", 1, dt.date(2028, 1, 31), dt.date(2028, 2, 29)),
        ("within_months", 12, dt.date(2028, 2, 29), dt.date(2029, 2, 28)),
        ("min_months_since", 12, dt.date(2028, 2, 29), dt.date(2029, 2, 28)),
        ("min_months_since", 12, dt.date(2027, 2, 28), dt.date(2028, 2, 28)),
    ],
)
def test_months_run_to_the_same_day_or_the_last_of_a_shorter_month(kind, months, start, day):
    procedure = small(f'checks = [{{ {kind} = {{ step = "first", months = {months} }} }}]')
    [_, second] = progress.stand(procedure, [Taken("first", start)], known(), start)
    assert day == (second.due_on if kind == "within_months" else second.advised_on)


@pytest.mark.parametrize(
    ("rules", "due_on"),
    [
        ({"F2": Rule(False, {"months": 1})}, dt.date(2026, 4, 2)),
        ({"F2": Rule(False, {"months": 2})}, dt.date(2026, 5, 2)),  # as the committee adjusted it
        ({}, None),  # muted there
    ],
)
def test_the_committees_number_holds(rules, due_on):
    procedure = small(
        'checks = [{ within_months = { step = "first", months = 1 }, regulation = "F2" }]'
    )
    [_, second] = progress.stand(procedure, [Taken("first", DAY)], known(rules), DAY)
    assert second.due_on == due_on


@pytest.mark.parametrize(
    ("rule", "today", "state"),
    [
        (Rule(True), dt.date(2027, 3, 1), StepState.EARLY),
        (Rule(True), dt.date(2027, 3, 2), StepState.OPEN),
        (Rule(False), dt.date(2027, 3, 1), StepState.OPEN),  # warned of, not refused
    ],
)
def test_a_step_is_refused_until_its_day(rule, today, state):
    procedure = small(
        'checks = [{ min_months_since = { step = "first", months = 12 }, regulation = "F2", '
        "blocks = true }]"
    )
    [_, second] = progress.stand(procedure, [Taken("first", DAY)], known({"F2": rule}), today)
    assert second.state is state


def test_a_notice_of_five_working_days_skips_the_holiday():
    procedure = small('checks = [{ min_working_days_since = { step = "first", days = 5 } }]')
    friday = dt.date(2026, 9, 25)
    off = frozenset(dt.date(2026, 10, day) for day in range(1, 8))
    [_, second] = progress.stand(
        procedure, [Taken("first", friday)], known(calendar=WorkingCalendar(off)), friday
    )
    assert second.advised_on == dt.date(2026, 10, 9)


@pytest.mark.parametrize(
    ("days", "state", "due_on"),
    [
        ([], StepState.OPEN, dt.date(2027, 2, 28)),
        ([dt.date(2027, 2, 20)], StepState.OPEN, dt.date(2027, 8, 31)),
        ([dt.date(2027, 2, 20), dt.date(2027, 8, 20)], StepState.AGAIN, dt.date(2028, 2, 29)),
    ],
)
def test_a_review_comes_each_half_year_from_the_first_day(days, state, due_on):
    """From 31 August: 28 February, 31 August, 29 February."""
    taken = [Taken(code, dt.date(2026, 8, 31)) for code in ("apply", "talk", "activist")]
    taken += [Taken(code, dt.date(2026, 8, 31)) for code in ("activist_filed", "contacts")]
    taken += [Taken("review", day) for day in days]
    found = progress.stand(ADMISSION, taken, known(), dt.date(2026, 9, 1))
    review = next(each for each in found if each.step.code == "review")
    assert (review.state, review.due_on) == (state, due_on)


def test_reviews_end_once_the_run_has_gone_on():
    codes = [step.code for step in ADMISSION.steps[:7]] + ["review"]
    found = progress.stand(ADMISSION, [Taken(code, DAY) for code in codes], known(), DAY)
    assert next(each for each in found if each.step.code == "review").state is StepState.DONE


@pytest.mark.parametrize(
    ("on", "taken_on", "late"),
    [
        (dt.date(2026, 4, 2), None, 0),
        (dt.date(2026, 4, 3), None, 1),
        (dt.date(2026, 9, 1), dt.date(2026, 4, 4), 2),
        (dt.date(2026, 9, 1), dt.date(2026, 4, 2), 0),
    ],
)
def test_how_late_a_step_is(on, taken_on, late):
    procedure = small('checks = [{ within_months = { step = "first", months = 1 } }]')
    taken = [Taken("first", DAY)] + ([Taken("second", taken_on)] if taken_on else [])
    [_, second] = progress.stand(procedure, taken, known(), on)
    assert second.days_late(on) == late


def found_at(code, filling, *, rules=REGULATIONS, taken=(), name="张三", today=None):
    step = ADMISSION.step(code)
    speaking = {
        key: Rule(row["severity"] == "BLOCK", row["parameters"])
        for key, row in REGULATIONS.items()
        if key in rules
    }
    return findings(
        step, filling, taken, known(speaking), name=name, today=today or filling.done_on
    )


@pytest.mark.parametrize(
    ("birth_date", "refused"),
    [(dt.date(2008, 3, 2), False), (dt.date(2008, 3, 3), True), (dt.date(1990, 1, 1), False)],
)
def test_who_applies_is_eighteen_that_day(birth_date, refused):
    found = found_at("apply", Filling(DAY, {"birth_date": birth_date}))
    assert [each.blocks for each in found] == [True] * refused


FULL, PROBATIONARY = MemberStatus.FULL, MemberStatus.PROBATIONARY


@pytest.mark.parametrize(
    ("sponsors", "refused"),
    [
        ([Sponsor(1, FULL), Sponsor(2, FULL)], False),
        ([Sponsor(1, FULL)], True),
        ([Sponsor(1, FULL), Sponsor(2, PROBATIONARY)], True),
        ([Sponsor(1, FULL), Sponsor(2, FULL, is_restricted=True)], True),
    ],
)
def test_two_full_members_recommend(sponsors, refused):
    found = found_at("sponsors", Filling(DAY, people={"sponsors": sponsors}))
    assert [each.blocks for each in found] == [True] * refused


@pytest.mark.parametrize(("conclusion", "refused"), [("合格", 0), ("不合格", 1), ("", 1)])
def test_without_the_political_review_there_is_no_admission(conclusion, refused):
    found = found_at("political", Filling(DAY, {"conclusion": conclusion}))
    assert [each.blocks for each in found] == [True] * refused


@pytest.mark.parametrize(("hours", "words"), [(23, ["一般不少于 24。"]), (24, [])])
def test_too_few_hours_are_warned_of_and_not_refused(hours, words):
    found = found_at("training", Filling(DAY, {"hours": hours}))
    assert found == [Finding(each, "F11") for each in words]


ABOUT_HIM = Decision("ADMISSION", True, "", "接收张三为预备党员")


@pytest.mark.parametrize(
    ("meeting", "words"),
    [
        (None, ["这一步要在会议上办理，请对应上已经办结的会议。"]),
        (Meeting("ASSEMBLY"), ["这次会议没有登记关于张三的表决，请先在会议页面登记表决结果。"]),
        (Meeting("ASSEMBLY", (ABOUT_HIM,)), []),
        (
            Meeting("ASSEMBLY", (Decision("ADMISSION", False, "", "接收张三"),)),
            ["这次会议关于张三的表决没有通过，不能继续；需要的话终止本程序。"],
        ),
        (
            Meeting("ASSEMBLY", (Decision("REGULARISATION", True, "张三", "转正"),)),
            ["这次会议没有登记关于张三的表决，请先在会议页面登记表决结果。"],
        ),
        (
            Meeting("ASSEMBLY", (Decision("ADMISSION", True, "李四", "接收张三"),)),
            ["这次会议没有登记关于张三的表决，请先在会议页面登记表决结果。"],
        ),
    ],
)
def test_admission_is_decided_by_the_assembly(meeting, words):
    found = found_at("assembly", Filling(DAY, meeting=meeting))
    assert [each.words for each in found if each.blocks] == words


@pytest.mark.parametrize(
    ("on", "refused"), [(dt.date(2027, 3, 1), True), (dt.date(2027, 3, 2), False)]
)
def test_probation_runs_its_full_year(on, refused):
    decision = Decision("REGULARISATION", True, "张三", "转正")
    filling = Filling(on, meeting=Meeting("ASSEMBLY", (decision,)))
    found = found_at("assembly_full", filling, taken=[Taken("assembly", DAY)])
    assert [each.regulation for each in found if each.blocks] == ["F21"] * refused


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (DAY - dt.timedelta(days=1), "完成日期不能早于前一步的日期（2026年3月2日）。"),
        (DAY + dt.timedelta(days=1), "完成日期还没有到，办完以后再登记。"),
    ],
)
def test_days_keep_their_order(on, words):
    found = found_at("talk", Filling(on), taken=[Taken("apply", DAY)], today=DAY)
    assert [(each.words, each.blocks) for each in found] == [(words, True)]


def test_what_is_not_known_is_left_to_be_written_by_hand():
    paper = Paper(PaperKind.REPORT, "关于{name}", "{committee}", ("{name}{birth}\n第二行",))
    filled = fill(paper, {"name": "张三", "committee": "党委"})
    assert (filled.title, filled.to) == ("关于张三", "党委")
    assert (filled.paragraphs, filled.blanks) == ((f"张三{BLANK}", "第二行"), 1)


def test_every_kind_of_check_is_used_by_some_procedure():
    used = {check.kind for each in ALL for step in each.steps for check in step.checks}
    assert used == set(CheckKind)
