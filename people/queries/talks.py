"""Questions about talks, without what was said: what is due, who may hold it, whose it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from branches.access import Grants
from branches.models import Organization, Post, User
from branches.queries import regulations
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import COMMITTEE_ROLES, Capability, roles_with
from branches.rules.tree import OrganizationKind
from members.models import Member, Membership
from members.rules.status import ON_ROLL
from people.models import Talk, TalkReading
from people.models.talk import TalkQuerySet
from people.rules import talks as rules
from people.rules.talks import TalkForm, TalkReason, TalkState, Terms
from people.wording import talks as wording

RULE = "P5"
READINGS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One talk as lists show it; nothing of what was said."""

    pk: int
    member: str
    talker: str
    form: str
    reason: str
    state: str
    tone: str
    due_on: dt.date | None
    held_on: dt.date | None
    is_overdue: bool
    drop_reason: str


def terms(branch: Organization, day: dt.date) -> Terms:
    """Return how a branch keeps talks on a day (two queries)."""
    return rules.terms_of(regulations.parameters(branch, day, RULE))


def arranging_paths(grants: Grants) -> list[str]:
    """Return the paths of the organisations at which somebody arranges talks: those of the posts
    themselves, nothing below them.
    """
    roles = roles_with(Capability.ARRANGE_TALKS)
    return sorted({grant.path for grant in grants.held if grant.role in roles})


def arranged_at(grants: Grants) -> QuerySet[Organization]:
    """Return the branches whose talks somebody arranges: those where the post itself is held."""
    found = Organization.objects.of_kind(OrganizationKind.BRANCH)
    return found.filter(path__in=arranging_paths(grants)).order_by("path")


def branch_of(member: Member, on: dt.date) -> Organization | None:
    """Return the branch somebody on the roll belongs to on a day, or None."""
    if not member.is_on_roll:
        return None
    homes = Membership.objects.home().on(on).filter(member=member).select_related("branch")
    row = homes.first()
    return row.branch if row else None


def own_member(user: User) -> Member | None:
    """Return the member that an account belongs to, or None."""
    return Member.objects.defer("id_number", "phone").filter(user=user).first()


def people_of(branches: Iterable[Organization], on: dt.date) -> QuerySet[Member]:
    """Return the members on the roll of some branches on a day, by pinyin."""
    homes = Membership.objects.home().on(on).filter(branch__in=list(branches))
    rows = Member.objects.filter(pk__in=homes.values("member_id"), status__in=ON_ROLL)
    return rows.defer("id_number", "phone").order_by("name_pinyin", "pk")


def talkers_of(branch: Organization, on: dt.date) -> QuerySet[Member]:
    """Return who may be asked to hold a talk: the members of a branch and its committee."""
    homes = Membership.objects.home().on(on).filter(branch=branch)
    posts = Post.objects.held_on(on).filter(organization=branch, role__in=COMMITTEE_ROLES)
    rows = Member.objects.filter(
        Q(pk__in=homes.values("member_id")) | Q(user_id__in=posts.values("user_id")),
        status__in=ON_ROLL,
    )
    return rows.defer("id_number", "phone").order_by("name_pinyin", "pk")


def due_at(user: User, grants: Grants) -> TalkQuerySet:
    """Return the talks that are due at the branches whose talks somebody arranges. Never one about
    himself: its reason is not his to read, who holds it not his to say.
    """
    found = Talk.objects.due().filter(branch__path__in=arranging_paths(grants))
    rows = _listed(found).exclude(member__user=user)
    return rows.order_by(F("due_on").asc(nulls_last=True), "pk")


def to_hold(user: User) -> TalkQuerySet:
    """Return the talks that are due and that somebody is to hold himself."""
    found = _listed(Talk.objects.due().filter(talker__user=user))
    return found.order_by(F("due_on").asc(nulls_last=True), "pk")


def may_hold(user: User, grants: Grants) -> TalkQuerySet:
    """Return the due talks that somebody may hold: those he was asked to, and at a branch whose
    talks he arranges those that nobody was asked to. Never one about himself.
    """
    open_ones = Q(talker__isnull=True, branch__path__in=arranging_paths(grants))
    found = Talk.objects.due().filter(Q(talker__user=user) | open_ones)
    return _listed(found).exclude(member__user=user)


def held_by(user: User) -> TalkQuerySet:
    """Return the talks somebody held himself, the last first."""
    return _listed(Talk.objects.held().filter(talker__user=user)).order_by("-held_on", "-pk")


def about(user: User) -> TalkQuerySet:
    """Return all that is kept about somebody: what is due first, then the last one held.

    Each held one has ``readings``: who read it and when (one query for all).
    """
    readings = TalkReading.objects.select_related("reader").order_by("-read_at", "-pk")
    found = _listed(Talk.objects.filter(member__user=user))
    return found.prefetch_related(Prefetch("readings", readings)).order_by(
        F("held_on").desc(nulls_first=True), "-pk"
    )


def readings_of(talk: Talk) -> list[TalkReading]:
    """Return who read a talk lately, the last first (one query)."""
    return list(talk.readings.select_related("reader")[:READINGS_SHOWN])


def not_met(grants: Grants, on: dt.date) -> QuerySet[Membership]:
    """Return the members who had no talk at all this year, at the branches one arranges for."""
    year = Period.containing(on, PeriodKind.YEAR)
    met = Talk.objects.held_in(year).filter(
        Q(member=OuterRef("member")) | Q(talker=OuterRef("member"))
    )
    rows = Membership.objects.current().home()
    return rows.filter(
        ~Exists(met), branch__path__in=arranging_paths(grants), member__status__in=ON_ROLL
    )


def row_of(talk: Talk, on: dt.date) -> Row:
    """Return one talk as lists show it."""
    state = TalkState(talk.state)
    return Row(
        pk=talk.pk,
        member=talk.member.name,
        talker=talk.talker.name if talk.talker else "",
        form=wording.FORMS[TalkForm(talk.form)],
        reason=wording.REASONS[TalkReason(talk.reason)],
        state=wording.STATES[state],
        tone=wording.STATE_TONES[state],
        due_on=talk.due_on,
        held_on=talk.held_on,
        is_overdue=state is TalkState.DUE and talk.due_on is not None and talk.due_on < on,
        drop_reason=talk.drop_reason,
    )


def told(talk: Talk) -> str:
    """Return what the member is told of a talk that is due."""
    assert talk.due_on is not None
    form = wording.FORMS[TalkForm(talk.form)]
    who = f"由{talk.talker.name}" if talk.talker else "支部"
    return f"{who}和您{form}，{talk.due_on.month}月{talk.due_on.day}日前"


def rows_of(talks: Iterable[Talk], on: dt.date) -> list[Row]:
    """Return the lines of a list."""
    return [row_of(talk, on) for talk in talks]


def _listed(rows: TalkQuerySet) -> TalkQuerySet:
    sealed = [
        f"{name}__{field}" for name in ("member", "talker") for field in ("id_number", "phone")
    ]
    return rows.without_words().select_related("branch", "member", "talker").defer(*sealed)
