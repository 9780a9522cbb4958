"""How far the yearly talks reach (M14): who talked with a 支委 and with a 党员, and who did not."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from branches.models import Organization, Post
from branches.rules.periods import Period
from branches.rules.roles import COMMITTEE_ROLES
from members.models import Membership
from members.rules.status import ON_ROLL
from people.models import Talk
from people.rules import talks as rules
from people.rules.talks import Covered, Met


@dataclass(frozen=True, slots=True)
class Line:
    """One member of a branch; dates alone."""

    member: int
    name: str
    is_committee: bool
    covered: Covered


@dataclass(frozen=True, slots=True)
class Coverage:
    """A branch in a year: its members by pinyin, those of the committee first."""

    branch: Organization
    lines: tuple[Line, ...]

    @property
    def done(self) -> int:
        """How many had both talks."""
        return sum(line.covered.is_complete for line in self.lines)

    @property
    def without_committee(self) -> int:
        return sum(line.covered.lacks_committee for line in self.lines)

    @property
    def without_member(self) -> int:
        return sum(line.covered.lacks_member for line in self.lines)

    @property
    def percent(self) -> int | None:
        """Of a hundred, rounded down, so that 100 means all; None without members."""
        return self.done * 100 // len(self.lines) if self.lines else None


def of_branches(branches: Sequence[Organization], year: Period, on: dt.date) -> dict[int, Coverage]:
    """Return the coverage of some branches by their keys (three queries).

    Whoever is on the roll on ``on`` counts. Whether somebody sat on the committee is asked of the
    day of each talk; whether he needs a talk with a 支委, of ``on``.
    """
    keys = [branch.pk for branch in branches]
    homes = (
        Membership.objects.home()
        .on(on)
        .filter(branch__in=keys, member__status__in=ON_ROLL)
        .order_by("member__name_pinyin", "member_id")
        .values_list("branch_id", "member_id", "member__name")
    )
    people: dict[int, dict[int, str]] = defaultdict(dict)
    for branch, member, name in homes:
        people[branch][member] = name
    posts = _posts(keys, year, on)
    talks = defaultdict(list)
    held = Talk.objects.held_in(year).filter(branch__in=keys).order_by()
    for branch, talker, member, held_on in held.values_list(
        "branch_id", "talker_id", "member_id", "held_on"
    ):
        assert held_on is not None  # the database holds it of every held talk
        leads = posts[branch]
        talks[branch].append(
            Met(
                talker,
                member,
                held_on,
                talker_leads=_led(leads, talker, held_on),
                member_leads=_led(leads, member, held_on),
            )
        )
    return {
        branch.pk: _coverage(branch, people[branch.pk], posts[branch.pk], talks[branch.pk], on)
        for branch in branches
    }


_Posts = dict[int, list[tuple[dt.date, dt.date | None]]]


def _posts(keys: Sequence[int], year: Period, on: dt.date) -> dict[int, _Posts]:
    """Return, by branch and member, when each sat on the committee."""
    until = max(year.end, on + dt.timedelta(days=1))
    rows = Post.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=year.first_day),
        organization__in=keys, role__in=COMMITTEE_ROLES, started_on__lt=until,
        user__member__isnull=False,
    ).order_by()  # fmt: skip
    found: dict[int, _Posts] = defaultdict(lambda: defaultdict(list))
    columns = ("organization_id", "user__member", "started_on", "ended_on")
    for branch, member, started_on, ended_on in rows.values_list(*columns):
        found[branch][member].append((started_on, ended_on))
    return found


def _led(posts: _Posts, member: int, day: dt.date) -> bool:
    return any(
        started <= day and (ended is None or day < ended)
        for started, ended in posts.get(member, ())
    )


def _coverage(
    branch: Organization, people: dict[int, str], posts: _Posts, talks: list[Met], on: dt.date
) -> Coverage:
    committee = {member for member in list(posts) if _led(posts, member, on)}
    found = rules.coverage(set(people), committee, talks)
    lines = [
        Line(member, name, member in committee, found[member]) for member, name in people.items()
    ]
    return Coverage(branch, tuple(sorted(lines, key=lambda line: not line.is_committee)))
