"""The records behind the feeds of ``queries.facts``: promises, pairs, contacts, ideas."""

from __future__ import annotations

from django.db.models import QuerySet
from django.urls import reverse

from activities.queries.work_evidence import day
from branches.models import Organization
from branches.rules.periods import Period
from members.models import Member
from members.queries.evidence import Record
from people.models import Contact, Idea, Pair, Pledge
from people.queries import touch
from people.rules.ideas import ADOPTED
from people.rules.pairs import Rhythm
from people.rules.pledges import Verdict
from people.wording import pairs as pair_words


def evidence(*, member: Member, feed: str, period: Period, own: bool) -> list[Record]:
    """Return the records behind a member's feed, in order of time (one query); none for unknown.

    :param own: the member looks, and needs no name.
    """
    if feed == "pledges_kept":
        return _pledges(Pledge.objects.due_in(period).filter(member=member), period, own=own)
    if feed == "pair_contacts":
        return _contacts(member, period)
    if feed == "ideas_adopted":
        return _ideas(member, period)
    return []


def organization_evidence(organization: Organization, feed: str, period: Period) -> list[Record]:
    """Return the records behind a branch's feed (one query); none for unknown feeds."""
    if feed == "pledges_kept":
        pledges = Pledge.objects.due_in(period).filter(branch=organization)
        return _pledges(pledges, period, own=False)
    if feed == "pairs_in_touch":
        return _pairs(organization, period)
    return []


def _pledges(pledges: QuerySet[Pledge], period: Period, *, own: bool) -> list[Record]:
    found = []
    for row in pledges.select_related("member").order_by("due_on", "pk"):
        who = [] if own else [row.member.name if row.member else "支部"]
        reviewed = [f"评诺 {day(row.reviewed_on, period)}"] if row.reviewed_on else []
        found.append(
            Record(
                when=row.get_verdict_display() or "还没有评诺",
                title=row.text,
                note=" · ".join([*who, f"期限 {day(row.due_on, period)}", *reviewed]),
                url=reverse("pledge", kwargs={"pk": row.pk}),
                counts=row.verdict == Verdict.KEPT,
            )
        )
    return found


def _contacts(member: Member, period: Period) -> list[Record]:
    rows = Contact.objects.between(period.first_day, period.last_day).filter(
        pair__helper=member, removed_at__isnull=True
    )
    # What was noted of a contact stays with the pair.
    return [
        Record(
            when=day(row.on, period),
            title=row.pair.helped_name,
            note=f"{row.get_way_display()} · {row.pair.get_kind_display()}",
            url=reverse("pair", kwargs={"pk": row.pair_id}),
        )
        for row in rows.select_related("pair").order_by("on", "pk")
    ]


def _ideas(member: Member, period: Period) -> list[Record]:
    rows = Idea.objects.filter(
        member=member,
        state__in=ADOPTED,
        answered_on__gte=period.first_day,
        answered_on__lt=period.end,
    )
    return [
        Record(
            when=f"{day(row.answered_on, period)}采纳",
            title=row.text,
            note=f"{row.get_state_display()} · {row.answer}",
            url=reverse("idea", kwargs={"pk": row.pk}),
        )
        for row in rows.order_by("answered_on", "pk")
        if row.answered_on
    ]


def _pairs(organization: Organization, period: Period) -> list[Record]:
    rows = (
        touch.of_period(period, organization)
        .filter(branch=organization, windows__gt=0)
        .select_related("helper")
        .order_by("helper__name_pinyin", "pk")
    )
    return [
        Record(
            when="保持联系" if row.touched == row.windows else "有中断",
            title=f"{row.helper.name} → {row.helped_name}",
            note=(f"{_rhythm(row, period)} · {row.windows} 个周期中有 {row.touched} 个有联系"),
            url=reverse("pair", kwargs={"pk": row.pk}),
            counts=row.touched == row.windows,
        )
        for row in rows
    ]


def _rhythm(row: Pair, period: Period) -> str:
    if row.rhythm_from is not None and row.rhythm_from > period.first_day:
        return "联系频次后来改过"
    return f"{pair_words.RHYTHMS[Rhythm(row.rhythm)]}联系"
