"""The decisions of a meeting with their arithmetic, and what may be decided there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from activities.models import Activity, Attendance, Resolution, RuleOverride, VoterExemption
from activities.queries import electorates
from activities.queries.electorates import Electorate
from activities.rules import votes
from activities.rules.attendance import AttendanceStatus
from activities.rules.kinds import KINDS, ActivityKind
from activities.rules.progress import State
from activities.rules.votes import Check, DecisionKind, Method, Tally
from activities.wording import votes as wording
from branches.models import Organization, Post, Regulation, User
from branches.queries import regulations
from branches.rules.roles import COMMITTEE_ROLES, Role
from members.models import Member, Membership

COMMITTEE_RULE = "O8"
# The rules that can refuse a vote or an election at a kind of meeting, as far as they block.
_ASKED = {
    ActivityKind.ASSEMBLY: ("M17", "F15", "M19", "E3", "E5"),
    ActivityKind.COMMITTEE: ("M2Q", "M16", "E3", "E5"),
    ActivityKind.APPRAISAL: ("M17", "M16", "E3", "E5"),
}


@dataclass(frozen=True, slots=True)
class Decided:
    """One resolution as a page or the minutes show it: ``arithmetic`` are whole sentences."""

    resolution: Resolution
    arithmetic: tuple[str, ...]
    count: str

    @property
    def verdict(self) -> str:
        return "通过" if self.resolution.is_passed else "未通过"


@dataclass(frozen=True, slots=True)
class Meeting:
    """All that a vote or an election at one meeting is judged by."""

    activity: Activity
    kind: ActivityKind
    rules: Mapping[str, Regulation]
    electorate: Electorate
    overrides: tuple[RuleOverride, ...]
    has_committee: bool

    @property
    def set_aside(self) -> frozenset[str]:
        return frozenset(each.code for each in self.overrides)


def rules_of(activity: Activity) -> dict[str, Regulation]:
    """Return the rules that speak at a meeting, by code, as adjusted above (two queries)."""
    return regulations.for_organization(activity.organization, activity.held_on)


def meeting_of(activity: Activity) -> Meeting:
    """Return what votes and elections at a meeting are judged by (a fixed number of queries)."""
    rules = rules_of(activity)
    small = rules.get(COMMITTEE_RULE)
    least = small.parameters["committee_from"] if small else 0
    return Meeting(
        activity=activity,
        kind=ActivityKind(activity.kind),
        rules=rules,
        electorate=electorates.of_activity(activity, rules),
        overrides=tuple(
            RuleOverride.objects.filter(activity=activity)
            .select_related("made_by")
            .order_by("made_at")
        ),
        has_committee=electorates.full_members(activity.organization, activity.held_on) >= least,
    )


def may_decide(activity: Activity) -> bool:
    """Return whether votes and elections belong to this kind of meeting."""
    return KINDS[ActivityKind(activity.kind)].decides


def checks(
    meeting: Meeting, kind: DecisionKind, *, due: int, present: int, has_prior: bool
) -> list[Check]:
    """Return what the regulations ask before a decision of this kind is put to the vote."""
    asked = [votes.fit(meeting.kind, kind)]
    asked += votes.quorum(meeting.kind, kind, due=due, present=present)
    if meeting.kind is ActivityKind.ASSEMBLY:
        asked.append(
            votes.prior_item(has_committee=meeting.has_committee, kind=kind, has_prior=has_prior)
        )
    return asked


def tally_of(resolution: Resolution) -> Tally:
    return Tally(
        yes=resolution.yes, no=resolution.no, abstain=resolution.abstain,
        written_yes=resolution.written_yes, issued=resolution.issued,
        returned=resolution.returned, void=resolution.void,
    )  # fmt: skip


def decided(activity: Activity) -> list[Decided]:
    """Return the resolutions of a meeting in their order (one query)."""
    rows = (
        Resolution.objects.filter(activity=activity)
        .select_related("about", "prior__activity")
        .defer("about__id_number", "about__phone")
        .order_by("ordinal")
    )
    meeting = ActivityKind(activity.kind)
    return [_decided(meeting, row) for row in rows]


def _decided(meeting: ActivityKind, row: Resolution) -> Decided:
    asked = votes.quorum(meeting, DecisionKind(row.kind), due=row.due, present=row.present)
    asked.append(votes.majority(meeting, due=row.due, tally=tally_of(row)))
    count = f"赞成 {row.yes} 票，反对 {row.no} 票，弃权 {row.abstain} 票"
    if row.method == Method.BALLOT:
        count = f"发出 {row.issued} 张，收回 {row.returned} 张，无效票 {row.void} 张；{count}"
    if row.written_yes:
        count += f"；另有会前书面赞成 {row.written_yes} 票"
    words = dict.fromkeys(f"{each.words}。" for each in asked)
    return Decided(row, tuple(words), f"{wording.METHODS[Method(row.method)]}：{count}。")


def prior_items(activity: Activity) -> QuerySet[Resolution]:
    """Return what the branch's 支委会 passed up to this day, the latest first (M19).

    Only of meetings that took place: the record is closed, or open with its roll taken.
    """
    waiting = Attendance.objects.filter(
        activity=OuterRef("activity"), status=AttendanceStatus.UNMARKED
    )
    return (
        Resolution.objects.filter(
            Q(activity__state=State.CLOSED) | Q(activity__state=State.OPEN) & ~Exists(waiting),
            is_passed=True,
            activity__organization_id=activity.organization_id,
            activity__kind=ActivityKind.COMMITTEE,
            activity__held_on__lte=activity.held_on,
        )
        .select_related("activity")
        .order_by("-activity__held_on", "ordinal")
    )


def asked_of(activity: Activity, rules: Mapping[str, Regulation]) -> list[Regulation]:
    """Return the rules in force that can refuse a vote or an election at a meeting."""
    codes = _ASKED.get(ActivityKind(activity.kind), ())
    return [rules[code] for code in codes if code in rules]


def people(activity: Activity) -> list[Member]:
    """Return whom a decision may be about: members on that day, by strokes (one query)."""
    return list(
        Member.objects.filter(
            pk__in=Membership.objects.home()
            .on(activity.held_on)
            .filter(branch=activity.organization)
            .values("member_id")
        )
        .defer("id_number", "phone")
        .order_by("name_strokes", "pk")
    )


def exemptions(activity: Activity) -> list[VoterExemption]:
    """Return who is left out of 应到 at a meeting, with both references (one query)."""
    return list(
        VoterExemption.objects.filter(activity=activity)
        .select_related("member")
        .defer("member__id_number", "member__phone")
        .order_by("member__name_strokes", "member_id")
    )


def overrides(activity: Activity) -> list[RuleOverride]:
    """Return the rules set aside for a meeting, with reason and person (one query)."""
    return list(
        RuleOverride.objects.filter(activity=activity).select_related("made_by").order_by("made_at")
    )


def chair(activity: Activity, rules: Mapping[str, Regulation]) -> Check:
    """Return whether the chair is one who may take it (M18; one query, or none).

    Holds where the rule is not in force or nobody is named.
    """
    kind = ActivityKind(activity.kind)
    if "M18" not in rules or kind not in votes.CHAIRED or not activity.host:
        return Check("M18", True, "")
    roles = {Role.GROUP_LEADER} if kind is ActivityKind.GROUP_MEETING else COMMITTEE_ROLES
    names = (
        Post.objects.filter(organization_id=activity.organization_id, role__in=roles)
        .held_on(activity.held_on)
        .values_list("user__name", flat=True)
    )
    return votes.chair(kind, host=activity.host, entitled=names, has_note=bool(activity.host_note))


def is_own_branch(user: User, branch: Organization, days: Collection[dt.date]) -> bool:
    """Return whether somebody holds a post at a branch, or belongs to it, on any of ``days``."""
    posts = Post.objects.filter(user=user, organization__path__startswith=branch.path)
    homes = Membership.objects.home().filter(branch=branch, member__user=user)
    return any(posts.held_on(day).exists() or homes.on(day).exists() for day in days)


def written(activity: Activity) -> list[tuple[str, str]]:
    """Return what the minutes say of votes: heading and text, nothing where nothing was decided.

    A fixed number of queries; none for a meeting that decides nothing.
    """
    if not may_decide(activity):
        return []
    lines = []
    for number, each in enumerate(decided(activity), start=1):
        row = each.resolution
        about = f"（{row.about.name}）" if row.about else ""
        prior = f"此前经 {row.prior.activity.held_on:%Y-%m-%d} 支委会研究。" if row.prior else ""
        lines.append(
            f"{number}. {row.subject}{about}。{each.count}"
            f"{''.join(each.arithmetic)}{prior}{row.text}"
        )
    left_out = "；".join(
        f"{each.member.name}，{wording.GROUNDS[votes.ExemptionGround(each.ground)]}，"
        f"上级同意：{each.approval_reference}，大会通过：{each.vote_reference}"
        for each in exemptions(activity)
    )
    rules = rules_of(activity)
    aside = "；".join(
        f"{rules[each.code].title if each.code in rules else each.code}：{each.made_by.name}"
        f"同意不按此办理，理由：{each.reason}"
        for each in overrides(activity)
    )
    found = [("表决事项和结果", "\n".join(lines))]
    if left_out:
        found.append(("不计入应到", left_out))
    if aside:
        found.append(("经上级同意不按规则办理", aside))
    return [(heading, text) for heading, text in found if text]
