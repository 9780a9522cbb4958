import pytest

from scoring.rules import feeds


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
