"""What a problem can be raised from without retyping. Apps above add their records here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from activities.models import Appraised
from activities.rules.appraisals import AppraisalGrade
from activities.rules.supervision import Source
from activities.wording import appraisals as appraisal_wording
from branches.access import Grants
from branches.models import Organization, User
from branches.rules.roles import Capability
from members.models import Member, Membership


@dataclass(frozen=True, slots=True)
class Draft:
    """A problem as a record has it already; what it leaves empty is asked.

    ``label`` names the record for the reader, ``url`` leads to it; ``due_on`` is a deadline set
    already, in place of the severity's clock.
    """

    organization: Organization
    whose: str = ""
    text: str = ""
    asker: Member | None = None
    asker_name: str = ""
    label: str = ""
    url: str = ""
    due_on: dt.date | None = None


# Returns None for a record that the person may not raise a problem from.
Find = Callable[[User, Grants, int], "Draft | None"]

_finders: dict[Source, Find] = {}


def register(source: Source, find: Find) -> None:
    """Add the records of a source; ``find`` takes its key and answers for who may use it."""
    _finders[source] = find


def draft(source: Source, source_id: int, user: User, grants: Grants) -> Draft | None:
    """Return what a record says of a problem, or None if there is none for this person."""
    find = _finders.get(source)
    return find(user, grants, source_id) if find else None


def own(user: User, grants: Grants) -> Draft | None:
    """Return where a member raises a problem directly: with the own group, or branch."""
    member = Member.objects.filter(user=user).defer("id_number", "phone").first()
    if member is None:
        return None
    home = (
        Membership.objects.home()
        .filter(member=member, ended_on__isnull=True)
        .select_related("branch", "group")
        .first()
    )
    if home is None:
        return None
    place = home.group or home.branch
    return Draft(organization=place, whose=place.short_name, asker=member)


def _of_appraisal(user: User, grants: Grants, pk: int) -> Draft | None:
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    row = (
        Appraised.objects.filter(scope.q("appraisal__organization__path"), pk=pk)
        .select_related("appraisal__organization", "member")
        .defer("member__id_number", "member__phone")
        .first()
    )
    if row is None or not row.grade:
        return None
    year = row.appraisal.year
    grade = appraisal_wording.GRADES[AppraisalGrade(row.grade)]
    return Draft(
        organization=row.appraisal.organization,
        whose=row.member.name,
        text=f"{year} 年度民主评议党员评定为“{grade}”。{row.opinion}".strip(),
        label=f"{year} 年度民主评议党员",
    )


register(Source.EVALUATION, _of_appraisal)
