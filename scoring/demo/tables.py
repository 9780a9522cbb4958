"""The whole demonstration as tables, in the order in which they are written."""

from __future__ import annotations

from collections.abc import Iterator

from branches.rules import terms
from scoring.demo import meetings as meeting_rows
from scoring.demo import people as people_rows
from scoring.demo import points
from scoring.demo.company import Company
from scoring.demo.meetings import Meetings
from scoring.demo.people import People, Secrets
from scoring.demo.rows import Table, line
from scoring.rules.scheme import Scheme

UNITS = (
    "id", "code", "name", "short_name", "kind", "type", "parent_id", "path", "founded_on",
    "dissolved_on",
)  # fmt: skip


def foundation(company: Company, secrets: Secrets) -> Iterator[Table]:
    """Yield the tables that everything else refers to."""
    people = People(company)
    yield Table("branches.Organization", UNITS, _units(company))
    yield Table("branches.User", people_rows.USERS, people_rows.users(people, secrets))
    yield Table("branches.Post", people_rows.POSTS, people_rows.posts(people))
    yield Table("branches.Term", people_rows.TERMS, people_rows.terms_of_office(company))
    yield Table("members.Member", people_rows.MEMBERS, people_rows.members(people, secrets))
    yield Table("members.Membership", people_rows.MEMBERSHIPS, people_rows.memberships(people))
    yield Table("members.Exemption", people_rows.EXEMPTIONS, people_rows.exemptions(company))
    yield Table("members.MemberEvent", people_rows.EVENTS, people_rows.events(people))
    yield Table("branches.Notice", people_rows.NOTICES, people_rows.notices(people))


def months(company: Company, stars: Scheme) -> Iterator[Table]:
    """Yield what happened month by month; ``stars`` names the items that inspectors mark."""
    held = Meetings(People(company))
    for month in company.periods:
        yield Table("activities.Activity", meeting_rows.ACTIVITIES, held.activities(month))
        if company.is_detailed:
            yield Table("activities.AgendaPart", meeting_rows.PARTS, held.parts(month))
        yield Table("activities.Attendance", meeting_rows.ATTENDANCES, held.attendances(month))
        yield Table("scoring.PointEntry", points.ENTRIES, points.entries(company, month))
        if month in company.finished:
            yield Table("scoring.Mark", points.MARKS, points.marks(company, month, stars))


def _units(company: Company) -> Iterator[str]:
    since = terms.years_later(company.start, -26)
    for unit in company.units():
        yield line(
            unit.id, unit.code, unit.name, unit.short_name, unit.kind, unit.type,
            unit.parent_id, unit.path, since, None,
        )  # fmt: skip
