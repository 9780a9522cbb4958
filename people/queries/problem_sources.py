"""Problems raised from a pair or from the week's help of a 小政委, in the words written there."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from activities.queries import problem_sources
from activities.queries.problem_sources import Draft
from activities.rules.supervision import Source
from branches.access import Grants
from branches.models import Organization, User
from branches.rules.roles import Capability
from members.models import Membership
from people.models import Pair, StewardHelp
from people.queries import pairs


def declare() -> None:
    """Let problems be raised from pairs and from the weekly help."""
    problem_sources.register(Source.PAIR, _of_pair)
    problem_sources.register(Source.STEWARD, _of_help)


def _of_pair(user: User, grants: Grants, pk: int) -> Draft | None:
    """The last contact's words, with the group of whoever helps; the one helped is asked later."""
    found = pairs.entered_by(user, grants).filter(pk=pk)
    pair = found.select_related("branch", "helper", "helped").first()
    if pair is None:
        return None
    last = pairs.contacts_of(pair).exclude(note="").first()
    sees = pairs.sees_details(pair, user, grants)
    place = _group(pair) or pair.branch
    return Draft(
        organization=place,
        whose=place.short_name,
        text=last.note if last and sees else "",
        asker=pair.helped,
        asker_name=pair.helped_name if sees and pair.helped is None else "",
        label=f"和{pair.helped_name}的结对联系",
        url=reverse("pair", kwargs={"pk": pk}),
    )


def _group(pair: Pair) -> Organization | None:
    """Return the group of whoever helps, in the pair's branch."""
    homes = Membership.objects.home().filter(
        member=pair.helper, branch=pair.branch, group__isnull=False, ended_on__isnull=True
    )
    home = homes.select_related("group").first()
    return home.group if home else None


def _of_help(user: User, grants: Grants, pk: int) -> Draft | None:
    kept = grants.scope(Capability.LOG_ACTIVITIES).q("organization__path")
    row = (
        StewardHelp.objects.filter(Q(member__user=user) | kept, pk=pk)
        .select_related("organization", "helped")
        .first()
    )
    if row is None:
        return None
    return Draft(
        organization=row.organization,
        whose=row.organization.short_name,
        text=row.what,
        asker=row.helped,
        asker_name="" if row.helped else row.helped_name,
        label=f"{row.week_of.month} 月 {row.week_of.day} 日起一周的周帮扶",
    )
