import tomllib
from pathlib import Path

import pytest

from scoring.rules import explaining, feeds
from scoring.rules.scheme import Item

ROOT = Path(__file__).resolve().parents[3]
REGULATIONS = {
    rule["code"]: rule
    for rule in tomllib.loads(
        (ROOT / "branches" / "data" / "regulations.toml").read_text(encoding="utf-8")
    )["regulation"]
}


@pytest.mark.parametrize(
    ("target", "name", "known"),
    [
        ("member", "attendance", True),
        ("organization", "attendance", True),
        ("member", "assembly_held", False),  # of organisations only
        ("organization", "service_hours", False),
        ("member", "attended.theme_day", True),
        ("organization", "attended.theme_day", False),
        ("member", "attended.", False),
        ("member", "score.star-branch", True),
        ("organization", "score.points-1261", True),
        ("organization", "score.", False),
        ("organization", "score.Points", False),
        ("organization", "scores", False),
        ("", "score.star-branch", False),
        ("member", "logins", False),
        ("", "attendance", False),
    ],
)
def test_only_feeds_of_the_catalogue_are_known(target, name, known):
    assert (feeds.find(target, name) is not None) == known


def test_the_catalogue_is_the_one_that_is_written_down():
    assert {target: [feed.name for feed in found] for target, found in feeds.FEEDS.items()} == {
        "organization": [
            *("assembly_held", "committee_held", "group_meeting_held", "lecture_held"),
            *("theme_day_held", "attendance", "records_on_time", "hours_met", "pledges_kept"),
            *("problems_closed", "pairs_in_touch", "dues_on_time", "satisfaction"),
            *("secretary_terms", "secretary_age", "score.<scheme-code>"),
        ],
        "member": [
            *("attendance", "absent_without_cause", "absent_running", "absent_as_secretary"),
            *("hours", "lectures_given", "duties_served"),
            *("service_hours", "pledges_kept", "pair_contacts", "ideas_adopted", "dues_on_time"),
            *("evaluation", "attended.<kind>", "score.<scheme-code>"),
        ],
    }


def test_a_feed_of_one_kind_of_activity_keeps_its_own_name():
    assert feeds.find("member", "attended.theme_day") == feeds.Feed(
        "attended.theme_day", "参加某类活动", "参加次数"
    )


def test_a_feed_of_another_scheme_keeps_its_own_name_and_gives_its_code():
    assert feeds.find("organization", "score.star-branch") == feeds.Feed(
        "score.star-branch", "其他方案得分", "该方案各期得分的平均"
    )
    assert feeds.scheme_code("score.star-branch") == "star-branch"
    assert feeds.scheme_code("star-branch") is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("assembly_held", "M1"), ("committee_held", "M2"), ("group_meeting_held", "M3"),
        ("lecture_held", "M4"), ("theme_day_held", "M6"), ("records_on_time", "M23"),
    ],
)  # fmt: skip
def test_what_is_due_is_said_in_the_words_of_the_regulation(name, code):
    rule = REGULATIONS[code]
    source = rule["source"].removeprefix("中国共产党").removesuffix("（试行）")

    assert feeds.find("organization", name).due == f"{source}{rule['article']}：{rule['title']}"


@pytest.mark.parametrize(("target", "name"), [("member", "hours"), ("organization", "hours_met")])
@pytest.mark.parametrize("code", ["H1", "H2"])
def test_the_hours_due_are_those_of_the_regulations(target, name, code):
    rule = REGULATIONS[code]
    due = feeds.find(target, name).due

    assert f"{rule['source'].removeprefix('中国共产党')}{rule['article']}：" in due
    assert f" {rule['parameters']['hours']} 学时" in due
    assert f" {rule['parameters']['hours']} 学时" in rule["title"]


def test_everything_with_a_base_says_what_makes_it_due():
    said = {(t, f.name): bool(f.due) for t, found in feeds.FEEDS.items() for f in found}
    based = {(t, f.name): f.base is not None for t, found in feeds.FEEDS.items() for f in found}

    assert said == based


def test_the_page_of_a_scheme_says_what_makes_a_share_due():
    item = Item("a", "党员大会", "share", full=10, fact="assembly_held")

    assert explaining.rule_in_words("organization", item) == (
        "满分 10 分，按完成比例计分；没有应完成的按满分计"
        "（依据：支部工作条例第十一条：党员大会一般每季度召开 1 次）"
    )


@pytest.mark.parametrize(
    ("target", "name", "unit"),
    [
        ("member", "hours", "学时"), ("member", "service_hours", "小时"),
        ("organization", "hours_met", "人"), ("member", "attendance", "次"),
        ("organization", "attendance", "人次"), ("member", "absent_running", "次"),
        ("organization", "pairs_in_touch", "对"), ("member", "duties_served", "次"),
        ("organization", "problems_closed", "项"), ("member", "ideas_adopted", "条"),
    ],
)  # fmt: skip
def test_the_word_by_which_a_feed_is_counted(target, name, unit):
    assert explaining.unit(target, Item("a", "某项", "each", points=1, fact=name)) == unit
