"""Questions about promises: one's own, those of a branch, what waits for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from branches.access import Grants
from branches.models import Organization, User
from branches.queries import regulations
from branches.queries.regulations import RuleBook
from branches.rules.roles import COMMITTEE_ROLES, Capability
from branches.rules.tree import OrganizationKind
from members.models import Member, Membership
from members.queries import above, rolls
from members.rules.status import ON_ROLL
from people.models import Pledge, PledgeProof
from people.rules import pledges as rules
from people.rules.pledges import PledgeState, Satisfaction, Terms, Verdict
from people.wording import pledges as wording

RULE = "P1"
PUBLISHED = (PledgeState.APPROVED, PledgeState.REVIEWED)
# What counts as promised for a year; drafts are nobody's promise yet.
STANDING = (PledgeState.SUBMITTED, *PUBLISHED)


@dataclass(frozen=True, slots=True)
class Row:
    """One promise as lists show it."""

    pledge: Pledge
    satisfaction: Satisfaction | None
    on: dt.date

    @property
    def pk(self) -> int:
        return self.pledge.pk

    @property
    def who(self) -> str:
        return self.pledge.member.name if self.pledge.member else wording.BRANCH

    @property
    def label(self) -> str:
        if self.pledge.verdict:
            return wording.VERDICTS[Verdict(self.pledge.verdict)]
        if self.is_returned:
            return "已退回"
        if self.is_past:
            return "已到期，待评诺"
        return wording.STATES[PledgeState(self.pledge.state)]

    @property
    def tone(self) -> str:
        if self.pledge.verdict:
            return wording.VERDICT_TONES[Verdict(self.pledge.verdict)]
        if self.is_returned or self.is_past:
            return "warn"
        return wording.STATE_TONES[PledgeState(self.pledge.state)]

    @property
    def is_returned(self) -> bool:
        return self.pledge.state == PledgeState.DRAFT and bool(self.pledge.returned_because)

    @property
    def is_past(self) -> bool:
        return self.pledge.state == PledgeState.APPROVED and self.pledge.due_on < self.on

    @property
    def must_mend(self) -> bool:
        """Whether the satisfaction calls for measures."""
        return self.satisfaction is not None and self.satisfaction.is_low


@dataclass(frozen=True, slots=True)
class Share:
    """The promises of one person of a branch, or of the branch itself, in a year."""

    who: str
    rows: tuple[Row, ...]

    @property
    def is_waiting(self) -> bool:
        """Whether one of them waits to be approved."""
        return any(row.pledge.state == PledgeState.SUBMITTED for row in self.rows)


def terms(organization: Organization, day: dt.date, book: RuleBook | None = None) -> Terms:
    """Return how promises are made at a branch on a day (two queries, none with a rule book)."""
    return rules.terms_of(regulations.parameters(organization, day, RULE, book))


def branches(user: User, grants: Grants, on: dt.date) -> list[Organization]:
    """Return the branches whose published promises somebody may read, in tree order: those in
    reach, and the own ones.
    """
    own = Membership.objects.on(on).filter(member__user=user)
    scope = grants.scope(Capability.SEE_ACTIVITIES)
    rows = Organization.objects.of_kind(OrganizationKind.BRANCH).standing_on(on)
    return list(rows.filter(scope.q("path") | Q(pk__in=own.values("branch"))).order_by("path"))


def readable(user: User, grants: Grants, on: dt.date) -> QuerySet[Pledge]:
    """Return the promises somebody may open: the own ones; what is past the draft in reach, and
    at whatever stage where one keeps the records; what is published in the own branch.
    """
    homes = Membership.objects.on(on).filter(member__user=user)
    seen, kept = grants.scope(Capability.SEE_ACTIVITIES), grants.scope(Capability.LOG_ACTIVITIES)
    return with_people(
        Pledge.objects.filter(
            Q(member__user=user)
            | (seen.q("branch__path") & ~Q(state=PledgeState.DRAFT))
            | (kept.q("branch__path") & entered_for_others())
            | Q(branch__in=homes.values("branch"), state__in=PUBLISHED)
        )
    )


def entered_for_others() -> Q:
    """Keep what the branch writes down itself: its own promises, and those of members without
    an account.
    """
    return Q(member__isnull=True) | Q(member__user__isnull=True)


def with_people(rows: QuerySet[Pledge]) -> QuerySet[Pledge]:
    """Return promises with what their pages show of them."""
    found = rows.select_related("branch", "member__user", "approved_by", "reviewed_by", "problem")
    return found.defer("member__id_number", "member__phone")


def of_member(member: Member, year: int) -> QuerySet[Pledge]:
    """Return somebody's promises of a year in the order of their last days."""
    rows = with_people(Pledge.objects.filter(member=member, year=year)).prefetch_related(_proofs())
    return rows.order_by("due_on", "pk")


def not_withdrawn(branch: Organization, member: Member | None, year: int) -> QuerySet[Pledge]:
    """Return the promises of a year that count: all but those withdrawn."""
    rows = Pledge.objects.filter(member=member, year=year).exclude(state=PledgeState.WITHDRAWN)
    return rows if member is not None else rows.filter(branch=branch)


def rows_of(pledges: Sequence[Pledge], on: dt.date, book: RuleBook | None = None) -> list[Row]:
    """Return promises as lists show them (two queries, none with a rule book)."""
    if not pledges:
        return []
    known = book or regulations.book({row.branch for row in pledges})
    return [
        Row(row, rules.satisfaction(row.asked, row.satisfied, terms(row.branch, on, known)), on)
        for row in pledges
    ]


def of_branch(
    branch: Organization, year: int, on: dt.date, *, keeps: bool, sees: bool
) -> list[Share]:
    """Return the promises of a branch of a year, the branch's own first, then by pinyin.

    Three queries at most. ``sees``: also those that wait to be approved; ``keeps``: also the
    drafts the branch writes down itself.
    """
    reach = Q(state__in=STANDING if sees else PUBLISHED)
    if keeps:
        reach |= Q(state=PledgeState.DRAFT) & entered_for_others()
    found = with_people(Pledge.objects.filter(reach, branch=branch, year=year))
    ordered = list(found.order_by("member__name_pinyin", "member_id", "due_on", "pk"))
    ordered.sort(key=lambda row: row.member_id is not None)  # the branch's own first
    shares: dict[int | None, list[Row]] = {}
    for row in rows_of(ordered, on):
        shares.setdefault(row.pledge.member_id, []).append(row)
    return [Share(rows[0].who, tuple(rows)) for rows in shares.values()]


def without(branch: Organization, year: int, on: dt.date) -> list[Member]:
    """Return the members of a branch who have not submitted anything for a year (one query)."""
    promised = Pledge.objects.filter(
        member=OuterRef("pk"), branch=branch, year=year, state__in=STANDING
    )
    rows = rolls.members_of(branch, on).filter(~Exists(promised)).select_related("user")
    return list(rows.defer("id_number", "phone").order_by("name_pinyin", "pk"))


def years(branch: Organization) -> list[int]:
    """Return the years for which a branch has promises past the draft (one query)."""
    rows = Pledge.objects.filter(branch=branch, state__in=STANDING)
    return list(rows.order_by("-year").values_list("year", flat=True).distinct())


def without_account(branch: Organization, on: dt.date) -> QuerySet[Member]:
    """Return the members of a branch for whom the branch writes down, by pinyin."""
    rows = rolls.members_of(branch, on).filter(user__isnull=True)
    return rows.defer("id_number", "phone").order_by("name_pinyin", "pk")


def proofs_of(pledge: Pledge) -> list[PledgeProof]:
    """Return what shows that a promise is being kept, in order of time (one query)."""
    rows = PledgeProof.objects.standing().filter(pledge=pledge)
    rows = rows.select_related("document", "entered_by")
    return list(rows.order_by("on", "pk"))


def may_keep(pledge: Pledge, user: User, grants: Grants) -> bool:
    """Return whether somebody takes the branch's steps on a promise: not on the own one."""
    reaches = grants.scope(Capability.LOG_ACTIVITIES).reaches(pledge.branch.path)
    return reaches and not is_own(pledge, user)


def may_decide(pledge: Pledge, user: User, grants: Grants) -> bool:
    """Return whether somebody approves, returns, withdraws and reviews a promise: a member's the
    branch, but for the own one; the branch's own whoever is strictly above it and not of it.
    Never whoever entered it for another.
    """
    if pledge.entered_by_id == user.pk:
        return False
    if pledge.member_id is not None:
        return may_keep(pledge, user, grants)
    return above.decides(grants, Capability.REVIEW_PEOPLE, pledge.branch)


def may_act_for(pledge: Pledge, user: User, grants: Grants) -> bool:
    """Return whether somebody speaks for whoever promised: the member, or the branch for itself
    and for members without an account.
    """
    if is_own(pledge, user):
        return True
    is_others = pledge.member is not None and pledge.member.user_id is not None
    return not is_others and may_keep(pledge, user, grants)


def is_own(pledge: Pledge, user: User) -> bool:
    return pledge.member is not None and pledge.member.user_id == user.pk


def to_decide(user: User, grants: Grants) -> QuerySet[Pledge]:
    """Return the promises that wait to be approved by somebody, the longest waiting first: those
    of members of the very branches where one is of the 支委会, and those of branches below.
    """
    rows = _open_to(user, grants).filter(state=PledgeState.SUBMITTED)
    return rows.order_by("changed_at", "pk")


def to_review(user: User, grants: Grants, on: dt.date) -> QuerySet[Pledge]:
    """Return the promises to be reviewed by somebody: their last day has passed, or they are told
    of in the last month of their year.
    """
    due = Q(due_on__lt=on)
    if on.month == rules.LAST_MONTH:
        due |= Q(year=on.year) & ~Q(told="")
    rows = _open_to(user, grants).filter(due, state=PledgeState.APPROVED)
    return rows.order_by("due_on", "pk")


def to_tell(user: User, on: dt.date) -> QuerySet[Pledge]:
    """Return the own published promises whose last day is near or past and that are not told of;
    in the last month of a year all of it.
    """
    soon = Q(due_on__lte=on + rules.TOLD_AHEAD)
    if on.month == rules.LAST_MONTH:
        soon |= Q(year=on.year)
    rows = Pledge.objects.filter(
        soon, member__user=user, state=PledgeState.APPROVED, told=""
    ).select_related("branch")
    return rows.order_by("due_on", "pk")


def returned(user: User) -> QuerySet[Pledge]:
    """Return the own promises that were sent back."""
    rows = Pledge.objects.filter(member__user=user, state=PledgeState.DRAFT)
    return rows.exclude(returned_because="").select_related("branch").order_by("changed_at", "pk")


def without_promises(user: User, on: dt.date) -> QuerySet[Membership]:
    """Return the own home, if its member has submitted nothing for the year."""
    promised = Pledge.objects.filter(member=OuterRef("member"), year=on.year, state__in=STANDING)
    rows = Membership.objects.home().on(on).filter(member__user=user, member__status__in=ON_ROLL)
    return rows.filter(~Exists(promised)).select_related("branch")


def _open_to(user: User, grants: Grants) -> QuerySet[Pledge]:
    paths = [grant.path for grant in grants.held if grant.role in COMMITTEE_ROLES]
    reach = above.below(grants, Capability.REVIEW_PEOPLE, "branch")
    of_members = Q(member__isnull=False, branch__path__in=paths) & ~Q(member__user=user)
    of_branches = Q(member__isnull=True) & reach
    rows = Pledge.objects.filter(of_members | of_branches).exclude(entered_by=user)
    return rows.select_related("branch", "member").defer("member__id_number", "member__phone")


def _proofs() -> Prefetch:
    rows = PledgeProof.objects.standing().select_related("document")
    return Prefetch("proofs", rows.order_by("on", "pk"))
