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
        ],
        "member": [
            *("attendance", "absent_without_cause", "hours", "lectures_given", "duties_served"),
            *("service_hours", "pledges_kept", "pair_contacts", "ideas_adopted", "dues_on_time"),
            *("evaluation", "attended.<kind>"),
        ],
    }


def test_a_feed_of_one_kind_of_activity_keeps_its_own_name():
    assert feeds.find("member", "attended.theme_day") == feeds.Feed(
        "attended.theme_day", "参加某类活动", "参加次数"
    )
