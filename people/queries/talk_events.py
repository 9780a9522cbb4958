"""What happened that makes a talk due: absences in a row, events of the file, illness."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from activities.queries import absences
from activities.rules.absences import Seen
from branches.models import Organization
from branches.queries import regulations
from branches.queries.regulations import RuleBook
from branches.rules.periods import Period
from members.models import Exemption, MemberEvent, Membership
from members.rules.status import ON_ROLL, EventKind, ExemptionReason
from people.models import Talk
from people.queries.talks import RULE
from people.rules import talks as rules
from people.rules.talks import LATELY, TalkForm, TalkReason, Terms

REASONS = {
    EventKind.HONOURED: TalkReason.HONOURED,
    EventKind.DISCIPLINED: TalkReason.CRITICISED,
    EventKind.MOVED: TalkReason.JOB_CHANGED,
}


@dataclass(frozen=True, slots=True)
class Call:
    """A talk that an event asks for; ``source`` names the event."""

    branch: Organization
    member: int
    reason: TalkReason
    form: TalkForm
    due_on: dt.date
    source: str


def calls(on: dt.date) -> list[Call]:
    """Return the talks that lately's events ask for and that no talk answers yet.

    Nine queries at most, however many members there are.
    """
    found = [*_of_events(on), *_of_illness(on)]
    seen = _seen(on)
    homes = _homes({member for member, *_ in found} | set(seen), on)
    book = regulations.book(homes.values())
    terms = {branch.pk: _terms(book, branch, on) for branch in homes.values()}
    first = Period.containing(on).previous.first_day
    for member, activities in seen.items():
        if member in homes:
            least = terms[homes[member].pk].absences
            found += [
                (member, TalkReason.ABSENT, f"absence:{member}:{run[0].key}")
                for run in rules.runs(activities, first, least)
            ]
    known = set(
        Talk.objects.filter(source__in=[source for *_, source in found])
        .order_by()
        .values_list("source", flat=True)
    )
    return [
        _call(homes[member], member, reason, source, terms[homes[member].pk], on)
        for member, reason, source in found
        if member in homes and source not in known
    ]


def _call(
    branch: Organization,
    member: int,
    reason: TalkReason,
    source: str,
    terms: Terms,
    on: dt.date,
) -> Call:
    form = rules.form_of(reason)
    return Call(branch, member, reason, form, rules.due_on(on, form, terms), source)


def _of_events(on: dt.date) -> list[tuple[int, TalkReason, str]]:
    rows = MemberEvent.objects.filter(
        kind__in=list(REASONS), happened_on__gt=on - LATELY, happened_on__lte=on
    )
    return [
        (member, REASONS[EventKind(kind)], f"event:{key}")
        for key, member, kind in rows.order_by("pk").values_list("pk", "member_id", "kind")
    ]


def _of_illness(on: dt.date) -> list[tuple[int, TalkReason, str]]:
    rows = Exemption.objects.filter(
        reason=ExemptionReason.ILL, started_on__gt=on - LATELY, started_on__lte=on
    )
    return [
        (member, TalkReason.ILL, f"exemption:{key}")
        for key, member in rows.order_by("pk").values_list("pk", "member_id")
    ]


def _seen(on: dt.date) -> dict[int, list[Seen]]:
    """Return the activities of those who were absent at least twice in a row this month or the
    last, in order.
    """
    month = Period.containing(on)
    asked: set[int] = set()
    for period in (month, month.previous):
        rows = absences.running(period).rows.filter(running__gte=rules.ABSENCES)
        asked |= set(rows.values_list("member_id", flat=True))
    found: dict[int, list[Seen]] = defaultdict(list)
    rows = (
        absences.until_the_end_of(month)
        .filter(member_id__in=asked)
        .annotate(is_excused=absences.excused())
        .order_by("member_id", *absences.IN_ORDER)
    )
    columns = ("member_id", "activity_id", "held_on", "status", "is_excused")
    for member, key, held_on, status, excused in rows.values_list(*columns):
        found[member].append(Seen(key, held_on, status, excused))
    return found


def _homes(members: Iterable[int], on: dt.date) -> dict[int, Organization]:
    rows = (
        Membership.objects.home()
        .on(on)
        .filter(member__in=list(members), member__status__in=ON_ROLL)
    )
    return {row.member_id: row.branch for row in rows.select_related("branch")}


def _terms(book: RuleBook, branch: Organization, on: dt.date) -> Terms:
    return rules.terms_of(regulations.parameters(branch, on, RULE, book))
