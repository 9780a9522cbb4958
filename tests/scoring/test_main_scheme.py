"""Which scheme a board opens with, and that two committees beside each other keep theirs apart."""

import datetime as dt

import pytest

from branches.models import Organization, Post
from branches.rules.periods import Period
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from scoring.models import SchemeVersion
from scoring.operations import runs, schemes
from scoring.queries import boards
from tests.conftest import set_up
from tests.scoring.grading import moment

AUGUST = Period.parse("2026-08")
BEFORE = Period.parse("2026-07")

BARE = """
code = "{code}"
title = "{code}"
target = "organization"
period = "month"
groups = "all"

[[part]]
code = "work"
title = "工作"
full = 100

  [[part.item]]
  code = "plan"
  title = "计划"
  rule = "mark"
  full = 100
"""
STARRED = BARE + '\n[[outcome.band]]\nlabel = "好"\nstar = 5\nmin = 0\n'


def _adopt(committee: Organization, text: str, code: str, day: int) -> SchemeVersion:
    return schemes.adopt(
        committee=committee, text=text.format(code=code), effective_from=Period.parse("2026-01"),
        by=None, at=moment(1, day),
    )  # fmt: skip


def _computed(*versions: SchemeVersion) -> None:
    for version in versions:
        for month in (BEFORE, AUGUST):
            runs.compute(version=version, period=month, by=None, at=moment(9, 21))


def _shown(client, url: str = f"/board/?period={AUGUST}") -> tuple[str, str]:
    run = client.get(url).context["run"]
    return run.scheme_code, run.committee.short_name


@pytest.mark.parametrize(
    ("adopted", "order"),
    [
        ([("a", BARE, 5), ("b", STARRED, 6)], ["b", "a"]),  # stars before mere points
        ([("a", STARRED, 6), ("b", STARRED, 5)], ["b", "a"]),  # then what was adopted first
        ([("a", BARE, 6), ("b", BARE, 5), ("c", STARRED, 7)], ["c", "b", "a"]),
        ([("b", STARRED, 5), ("a", STARRED, 5)], ["a", "b"]),  # in one breath: by code
    ],
)
def test_the_main_scheme_comes_first(person, committee, branch_a, branch_b, adopted, order):
    _computed(*(_adopt(committee, text, code, day) for code, text, day in adopted))
    reviewer = person(Role.REVIEWER, committee)
    branch = person(Role.SECRETARY, branch_a)

    found = boards.runs_of([committee.path], "organization", AUGUST)

    assert [run.scheme_code for run in found] == order
    assert _shown(reviewer)[0] == order[0]
    assert reviewer.get("/").context["panels"].committee.board.run.scheme_code == order[0]
    assert branch.get("/").context["panels"].branch.score.run.scheme_code == order[0]
    page = branch.get(f"/board/{branch_a.pk}/{AUGUST}/")
    assert page.context["explained"].score.run.scheme_code == order[0]


def test_a_later_version_of_the_main_scheme_stays_the_main_one(committee, branch_a):
    _adopt(committee, STARRED, "b", 5)
    other = _adopt(committee, STARRED, "a", 6)
    second = schemes.adopt(
        committee=committee, text=STARRED.format(code="b").replace("计划", "新计划"),
        effective_from=AUGUST, by=None, at=moment(7, 30),
    )  # fmt: skip
    for version in (second, other):
        runs.compute(version=version, period=AUGUST, by=None, at=moment(9, 22))

    found = boards.runs_of([committee.path], "organization", AUGUST)

    assert [run.version for run in found] == [second, other]


def test_what_a_visitor_chose_last_is_shown_again(person, committee, branch_b):
    _computed(_adopt(committee, STARRED, "a", 5), _adopt(committee, BARE, "b", 6))
    reviewer, other = person(Role.REVIEWER, committee), person(Role.REVIEWER, committee)

    assert _shown(reviewer, f"/board/?period={AUGUST}&scheme=b")[0] == "b"

    assert _shown(reviewer, f"/board/?period={BEFORE}")[0] == "b"
    assert reviewer.get("/").context["panels"].committee.board.run.scheme_code == "b"
    assert _shown(reviewer, f"/board/?period={AUGUST}&scheme=nothing")[0] == "b"
    assert _shown(other)[0] == "a"
    assert _shown(reviewer, f"/board/?period={AUGUST}&scheme=a")[0] == "a"
    assert _shown(reviewer)[0] == "a"


@pytest.fixture
def siblings(committee, at) -> tuple[Organization, Organization]:
    """Two committees below one, each with a branch, that adopted the same scheme."""
    found = []
    for n, name in enumerate(("东矿", "西矿")):
        one = set_up(f"QZ{n}", name, OrganizationKind.COMMITTEE, committee, at)
        set_up(f"QZ{n}1", f"{name}支部", OrganizationKind.BRANCH, one, at)
        found.append(one)
    _computed(*(_adopt(one, STARRED, "stars", 5 + n) for n, one in enumerate(found)))
    return found[0], found[1]


def test_sibling_committees_with_one_scheme_each_have_their_board(person, siblings):
    east, west = siblings
    client = person(Role.REVIEWER, east)
    Post.objects.create(
        user=client.user, organization=west, role=Role.REVIEWER, started_on=dt.date(2020, 1, 1)
    )

    page = client.get(f"/board/?period={AUGUST}")

    choices = page.context["schemes"]
    assert [one.label for one in choices] == ["stars · 东矿", "stars · 西矿"]
    rows = [
        [
            row.organization.short_name
            for row in client.get(f"/board/{one.url}").context["board"].rows
        ]
        for one in choices
    ]
    assert rows == [["东矿支部"], ["西矿支部"]]
    assert f'name="committee" value="{east.pk}"' in page.content.decode()
    assert _shown(client) == ("stars", "西矿")  # looked at last


def test_of_committees_above_each_other_the_nearest_rates(committee, at):
    mine = set_up("QZ0", "东矿", OrganizationKind.COMMITTEE, committee, at)
    versions = [_adopt(one, STARRED, "stars", 5) for one in (committee, mine)]
    _computed(*versions)

    found = {
        name: [run.committee for run in boards.runs_of(places, "organization", AUGUST)]
        for name, places in {
            "below": [mine.path], "above": [committee.path], "both": [committee.path, mine.path],
        }.items()
    }  # fmt: skip

    assert found == {"below": [mine], "above": [committee], "both": [committee, mine]}
