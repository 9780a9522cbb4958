"""What this app counts for schemes: promises kept, pairs in touch, contacts, ideas adopted."""

from __future__ import annotations

from django.db.models import Count, F, Q

from branches.facts import FactSource
from branches.models import Organization
from branches.rules.periods import Period
from people.models import Contact, Idea, Pledge
from people.queries import touch
from people.rules.ideas import ADOPTED
from people.rules.pledges import Verdict

_FEEDS = {
    "member": frozenset({"pledges_kept", "pair_contacts", "ideas_adopted"}),
    "organization": frozenset({"pledges_kept", "pairs_in_touch"}),
}
_PLEDGED = {
    "kept": Count("pk", filter=Q(verdict=Verdict.KEPT)),
    "due": Count("pk"),
}


def counts(target: str, feed: str) -> bool:
    """Return whether this app counts a feed of schemes for ``member`` or ``organization``."""
    return feed in _FEEDS.get(target, ())


def member_facts(period: Period, feeds: frozenset[str]) -> list[FactSource]:
    """Return what members promised, did for others, and proposed in ``period``.

    Feeds: ``pledges_kept`` (published promises due in the period found kept ÷ all of them),
    ``pair_contacts`` (contacts as the helping side of a pair, those taken back left out),
    ``ideas_adopted`` (ideas of the member's adopted in the period).
    """
    sources = []
    if "pledges_kept" in feeds:
        # Wherever they were made: who moves takes them along.
        pledges = Pledge.objects.due_in(period).filter(member__isnull=False)
        rows = pledges.order_by().values("member_id")
        sources.append(
            FactSource(rows.annotate(**_PLEDGED), "member_id", {"pledges_kept": ("kept", "due")})
        )
    if "pair_contacts" in feeds:
        contacts = (
            Contact.objects.between(period.first_day, period.last_day)
            .filter(removed_at__isnull=True)
            .order_by()
            .values(helper=F("pair__helper_id"))
            .annotate(n=Count("pk"))
        )
        sources.append(FactSource(contacts, "helper", {"pair_contacts": ("n", None)}))
    if "ideas_adopted" in feeds:
        ideas = (
            Idea.objects.filter(
                state__in=ADOPTED, answered_on__gte=period.first_day, answered_on__lt=period.end
            )
            .order_by()
            .values("member_id")
            .annotate(n=Count("pk"))
        )
        sources.append(FactSource(ideas, "member_id", {"ideas_adopted": ("n", None)}))
    return sources


def organization_facts(
    period: Period, feeds: frozenset[str], within: Organization
) -> list[FactSource]:
    """Return what branches below ``within`` and their members kept up in ``period``.

    Feeds: ``pledges_kept`` (as of members; the branch's own promises and those of its members),
    ``pairs_in_touch`` (pairs in force on the last day that were in touch in every window of
    their rhythm ÷ those with at least one window: ``people.rules.rhythm``).
    """
    sources = []
    if "pledges_kept" in feeds:
        pledges = Pledge.objects.due_in(period).filter(branch__path__startswith=within.path)
        rows = pledges.order_by().values("branch_id").annotate(**_PLEDGED)
        sources.append(FactSource(rows, "branch_id", {"pledges_kept": ("kept", "due")}))
    if "pairs_in_touch" in feeds:
        pairs = (
            touch.of_period(period, within)
            .filter(windows__gt=0)
            .order_by()
            .values("branch_id")
            .annotate(in_touch=Count("pk", filter=Q(touched=F("windows"))), watched=Count("pk"))
        )
        sources.append(FactSource(pairs, "branch_id", {"pairs_in_touch": ("in_touch", "watched")}))
    return sources
