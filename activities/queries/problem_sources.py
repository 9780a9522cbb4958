"""What a problem can be raised from without retyping. Apps above add their records here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from activities.models import Appraised
from activities.rules.supervision import Source
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
# Returns "" for a record that the person may not open.
Link = Callable[[User, Grants, int], str]

_finders: dict[Source, Find] = {}
_links: dict[Source, Link] = {}


def register(source: Source, find: Find, link: Link | None = None) -> None:
    """Add the records of a source; ``find`` takes its key and answers for who may use it.

    With ``link`` the page of a problem leads those who may open the record to it. Whoever reads
    the problem list reads every draft raised from it: a draft of a record that fewer may read
    keeps to neutral words.
    """
    _finders[source] = find
    if link is not None:
        _links[source] = link


def draft(source: Source, source_id: int, user: User, grants: Grants) -> Draft | None:
    """Return what a record says of a problem, or None if there is none for this person."""
    find = _finders.get(source)
    return find(user, grants, source_id) if find else None


def link(source: Source, source_id: int | None, user: User, grants: Grants) -> str:
    """Return where the record of a problem is read, "" for who may not open it (one query)."""
    found = _links.get(source)
    return found(user, grants, source_id) if found and source_id is not None else ""


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
    """The member, the grade and the opinion stay with the appraisal."""
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    row = (
        Appraised.objects.filter(scope.q("appraisal__organization__path"), pk=pk)
        .select_related("appraisal__organization")
        .first()
    )
    if row is None or not row.grade:
        return None
    place = row.appraisal.organization
    return Draft(
        organization=place,
        whose=place.short_name,
        text="按民主评议结果落实整改（详见来源记录）",
        label=f"{row.appraisal.year} 年度民主评议党员",
        url=_appraisal_url(row),
    )


def _link_of_appraisal(user: User, grants: Grants, pk: int) -> str:
    scope = grants.scope(Capability.SEE_SCORES)
    row = Appraised.objects.filter(scope.q("appraisal__organization__path"), pk=pk).first()
    return _appraisal_url(row) if row else ""


def _appraisal_url(row: Appraised) -> str:
    return f"{reverse('appraisal', kwargs={'pk': row.appraisal_id})}#appraised-{row.pk}"


register(Source.EVALUATION, _of_appraisal, _link_of_appraisal)
