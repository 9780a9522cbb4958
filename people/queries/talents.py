"""Questions about the talent pool: who is in it, what waits, who may do the next step."""

from __future__ import annotations

import datetime as dt

from django.db.models import Count, Q, QuerySet

from branches.access import Grants
from branches.models import Organization, Post, User
from branches.queries import regulations
from branches.rules import tree
from branches.rules.roles import COMMITTEE_ROLES, Capability
from branches.scope import Scope
from members.models import Member, Membership
from members.rules.status import ON_ROLL
from people.models import Talent
from people.queries import care
from people.rules import talents as rules
from people.rules.talents import TalentState, Terms

RULE = "P6"
OPEN = (TalentState.RECOMMENDED, TalentState.EXAMINED, TalentState.PUBLISHED)


def terms(branch: Organization, day: dt.date) -> Terms:
    """Return how the pool is kept for a branch on a day (two queries)."""
    return rules.terms_of(regulations.parameters(branch, day, RULE))


def seen(user: User, grants: Grants) -> QuerySet[Talent]:
    """Return the talents somebody may know of: by a post, as the person, as the mentor."""
    scope = grants.scope(Capability.SEE_ACTIVITIES)
    return with_people(
        Talent.objects.filter(scope.q("branch__path") | Q(member__user=user) | Q(mentor__user=user))
    )


def reviewed(user: User, grants: Grants) -> QuerySet[Talent]:
    """Return the talents that somebody examines from strictly above, never himself."""
    return with_people(Talent.objects.filter(care.of_reviewers(grants))).exclude(member__user=user)


def with_people(rows: QuerySet[Talent]) -> QuerySet[Talent]:
    """Return talents with what their pages show of them."""
    found = rows.select_related(
        "branch", "member__user", "mentor__user", "recommended_by", "examined_by", "confirmed_by"
    )
    return found.defer("member__id_number", "member__phone", "mentor__id_number", "mentor__phone")


def sees_words(talent: Talent, user: User, grants: Grants) -> bool:
    """Return whether somebody reads what was said of a talent: the branch's committee, those who
    review from above, the person.
    """
    logs = grants.scope(Capability.LOG_ACTIVITIES).reaches(talent.branch.path)
    return logs or care.reviews(grants, talent.branch) or talent.member.user_id == user.pk


def oversees(talent: Talent, user: User, grants: Grants) -> bool:
    """Return whether somebody names the mentor and takes out of the pool: by a post, never the
    mentor as such, and nobody himself.
    """
    return talent.member.user_id != user.pk and sees_words(talent, user, grants)


def keeps(talent: Talent, user: User, grants: Grants) -> bool:
    """Return whether somebody keeps the training file, as the mentor too; nobody keeps his own."""
    is_own = talent.member.user_id == user.pk
    is_mentor = talent.mentor is not None and talent.mentor.user_id == user.pk
    return (is_mentor and not is_own) or oversees(talent, user, grants)


def may_not_confirm(user: User) -> Q:
    """Return the filter for whom somebody has recommended or examined: another confirms them."""
    return Q(recommended_by=user) | Q(examined_by=user)


def confirms(grants: Grants, branch: Organization) -> bool:
    """Return whether somebody confirms for the committee at the top of a branch's tree."""
    top = tree.lineage(branch.path)[0]
    is_there = top in grants.scope(Capability.REVIEW_PEOPLE).roots
    return is_there and care.reviews(grants, branch)


def branches(grants: Grants) -> QuerySet[Organization]:
    """Return the branches that somebody may recommend for, in tree order."""
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    rows = Organization.objects.in_scope(scope).of_kind(tree.OrganizationKind.BRANCH)
    return rows.filter(dissolved_on__isnull=True).order_by("path")


def candidates(branch: Organization, user: User) -> QuerySet[Member]:
    """Return whom a branch may recommend: its members, but who is on the way or in the pool, and
    the one who asks.
    """
    busy = Talent.objects.exclude(state__in=[TalentState.DECLINED, TalentState.LEFT])
    return care.people([branch], user).exclude(pk__in=busy.values("member_id"))


def mentors(talent: Talent) -> QuerySet[Member]:
    """Return who may be a mentor: members of the branch, and the committees from there upward."""
    homes = Membership.objects.current().home().filter(branch=talent.branch)
    posts = Post.objects.filter(
        ended_on__isnull=True,
        organization__path__in=tree.lineage(talent.branch.path),
        role__in=COMMITTEE_ROLES,
    )
    rows = Member.objects.filter(
        Q(pk__in=homes.values("member_id")) | Q(user_id__in=posts.values("user_id")),
        status__in=ON_ROLL,
    )
    rows = rows.exclude(pk=talent.member_id).defer("id_number", "phone")
    return rows.order_by("name_pinyin", "pk")


def published(user: User, grants: Grants, on: dt.date) -> QuerySet[Talent]:
    """Return the talents on publicity on a day in the trees somebody belongs to."""
    homes = (
        Membership.objects.current()
        .filter(member__user=user)
        .values_list("branch__path", flat=True)
    )
    tops = {tree.lineage(path)[0] for path in [*homes, *grants.reach().roots]}
    below = Q(pk__in=[])
    for top in tops:
        below |= Q(branch__path__startswith=top)
    rows = Talent.objects.filter(below, state=TalentState.PUBLISHED)
    rows = rows.filter(published_on__lte=on, published_until__gte=on)
    rows = rows.select_related("branch", "member").only(
        "tier", "published_on", "published_until", "branch__short_name", "member__name"
    )
    return rows.order_by("branch__path", "member__name_pinyin", "pk")


def to_examine(user: User, grants: Grants) -> QuerySet[Talent]:
    """Return who waits to be examined by somebody."""
    rows = reviewed(user, grants).filter(state=TalentState.RECOMMENDED)
    return rows.exclude(recommended_by=user).order_by("recommended_on", "pk")


def to_publish(user: User, grants: Grants) -> QuerySet[Talent]:
    """Return who was examined and waits for publicity."""
    rows = reviewed(user, grants).filter(state=TalentState.EXAMINED)
    return rows.order_by("examined_on", "pk")


def to_confirm(user: User, grants: Grants, on: dt.date) -> QuerySet[Talent]:
    """Return whose publicity is over and who waits for the committee at the top."""
    tops = [path for path in grants.scope(Capability.REVIEW_PEOPLE).roots if tree.depth(path) == 1]
    below = Scope(tuple(tops)).below_q("branch__path")
    reach = below & care.of_reviewers(grants)
    rows = with_people(Talent.objects.filter(reach, state=TalentState.PUBLISHED))
    rows = rows.filter(published_until__lt=on).exclude(member__user=user)
    return rows.exclude(may_not_confirm(user)).order_by("published_until", "pk")


def counts(rows: QuerySet[Talent]) -> dict[str, int]:
    """Return how many there are in each state (one query)."""
    return dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
