"""揭榜: a project is claimed by one with a team, goes on, is handed in and decided about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from activities.operations.refusals import Refused
from branches.models import Organization, User
from branches.queries import posts
from branches.rules.roles import Capability
from members.models import Member
from members.queries import homes
from people.models import Project, ProjectNote
from people.operations.projects import check_not_own, locked, record, tell, write_note
from people.queries import projects
from people.rules.projects import MOST_TEAM, PROJECT, ProjectState, ProjectStep


@transaction.atomic
def claim(*, project: Project, team: Collection[Member], by: User, at: dt.datetime) -> Project:
    """Take a project for oneself, with a team from the roll of the own branch.

    Of two at once the first has it.

    :raises Refused: another was faster, the person or the team may not, or its day is past.
    :raises StepNotAllowed: it is not open to be claimed.
    """
    row = locked(project)
    today = timezone.localdate(at)
    if row.state == ProjectState.CLAIMED and row.leader is not None:
        if row.leader.user_id == by.pk:
            raise Refused("您已经揭榜，不用再点。")
        raise Refused(f"这个项目已经由{row.leader.name}揭榜，请看看其他项目。")
    row.state = PROJECT.after(ProjectState(row.state), ProjectStep.CLAIM)
    home = homes.of_user(by, today)
    if home is None or not projects.is_addressed(row, home):
        raise Refused("这个项目只面向发榜单位的党员。")
    if row.due_on < today:
        raise Refused("这个项目的期限已经过了，请联系发榜单位延期。")
    others = {member.pk: member for member in team if member.pk != home.member_id}
    _check_team(others, home.branch, today)
    row.leader, row.claimed_on = home.member, today
    row.save(update_fields=["state", "leader", "claimed_on"])
    row.team.set(others)
    names = "、".join(member.name for member in others.values())
    write_note(row, f"{home.member.name}揭榜" + (f"，成员：{names}" if names else ""), by, at)
    record(
        "project.claimed", row, by, at,
        after={"title": row.title, "person": home.member.name, "people": names},
    )  # fmt: skip
    text = f"您参加揭榜项目“{row.title}”，揭榜人{home.member.name}"
    tell(projects.workers(row), text, row, by, at)
    _tell_publisher(row, f"{home.member.name}揭榜“{row.title}”", by, at)
    return row


@transaction.atomic
def give_back(*, project: Project, reason: str, by: User, at: dt.datetime) -> Project:
    """Give a claimed project back; others may claim it again.

    :raises Refused: somebody else's, or no reason.
    :raises StepNotAllowed: it is not claimed, or handed in already.
    """
    row = locked(project)
    row.state = PROJECT.after(ProjectState(row.state), ProjectStep.GIVE_BACK)
    leader = _leader(row, by)
    if not reason.strip():
        raise Refused("请写明退榜的原因。")
    tell(projects.workers(row), f"揭榜项目“{row.title}”已经退榜", row, by, at)
    row.leader, row.claimed_on = None, None
    row.save(update_fields=["state", "leader", "claimed_on"])
    row.team.clear()
    write_note(row, f"{leader.name}退榜：{reason}", by, at)
    record(
        "project.given_back", row, by, at,
        after={"title": row.title, "person": leader.name, "reason": reason.strip()},
    )  # fmt: skip
    _tell_publisher(row, f"{leader.name}退榜“{row.title}”：{reason.strip()}", by, at)
    return row


@transaction.atomic
def note(*, project: Project, text: str, by: User, at: dt.datetime) -> ProjectNote:
    """Write down how a project goes on; what was sent twice in a day says it once.

    :raises Refused: nothing was said, the project is not at work, or the person is not of it.
    """
    row = locked(project)
    if row.state != ProjectState.CLAIMED:
        raise Refused("只有正在攻关的项目记进展。")
    if not projects.workers(row).filter(pk=by.pk).exists():
        raise Refused("由揭榜人和成员记进展。")
    if not text.strip():
        raise Refused("请写明进展。")
    same = row.notes.filter(on=timezone.localdate(at), text=text.strip(), entered_by=by).first()
    if same is not None:
        return same
    made = write_note(row, text, by, at)
    record("project.noted", row, by, at, after={"title": row.title})
    return made


@transaction.atomic
def hand_in(*, project: Project, result: str, by: User, at: dt.datetime) -> Project:
    """Say what was reached, and ask for it to be accepted.

    :raises Refused: somebody else's, or no words.
    :raises StepNotAllowed: it is not at work.
    """
    row = locked(project)
    row.state = PROJECT.after(ProjectState(row.state), ProjectStep.HAND_IN)
    leader = _leader(row, by)
    if not result.strip():
        raise Refused("请对照目标和验收标准写明完成情况。")
    row.result, row.handed_in_on = result.strip(), timezone.localdate(at)
    row.save(update_fields=["state", "result", "handed_in_on"])
    record("project.handed_in", row, by, at, after={"title": row.title, "person": leader.name})
    _tell_publisher(row, f"揭榜项目“{row.title}”等您验收", by, at)
    return row


@transaction.atomic
def send_back(*, project: Project, verdict: str, by: User, at: dt.datetime) -> Project:
    """Send what was handed in back to be bettered.

    :raises Refused: one's own, or no words.
    :raises StepNotAllowed: nothing was handed in.
    """
    row = _to_decide(project, ProjectStep.RETURN, verdict, by)
    row.handed_in_on = None
    row.save(update_fields=["state", "handed_in_on"])
    write_note(row, f"退回完善：{verdict}", by, at)
    record("project.returned", row, by, at, after={"title": row.title})
    tell(projects.workers(row), f"揭榜项目“{row.title}”退回完善：{verdict.strip()}", row, by, at)
    return row


@transaction.atomic
def accept(*, project: Project, verdict: str, by: User, at: dt.datetime) -> Project:
    """Accept what was handed in.

    :raises Refused: one's own, or no words.
    :raises StepNotAllowed: nothing was handed in.
    """
    row = _to_decide(project, ProjectStep.ACCEPT, verdict, by)
    return _decided(row, "project.accepted", f"揭榜项目“{row.title}”验收通过", verdict, by, at)


@transaction.atomic
def fail(*, project: Project, verdict: str, by: User, at: dt.datetime) -> Project:
    """Say that it came to nothing: what was handed in does not do, or the day is past.

    :raises Refused: one's own, no words, or there is still time.
    :raises StepNotAllowed: nobody works on it, or it is over.
    """
    row = _to_decide(project, ProjectStep.FAIL, verdict, by)
    if row.handed_in_on is None and row.due_on >= timezone.localdate(at):
        raise Refused("期限还没有到，揭榜人还可以提交；不做了的由揭榜人退榜。")
    return _decided(row, "project.failed", f"揭榜项目“{row.title}”按未完成办理", verdict, by, at)


def _to_decide(project: Project, step: ProjectStep, verdict: str, by: User) -> Project:
    row = locked(project)
    row.state = PROJECT.after(ProjectState(row.state), step)
    check_not_own(row, by)
    if not verdict.strip():
        raise Refused("请写明验收意见。")
    return row


def _decided(
    row: Project, action: str, text: str, verdict: str, by: User, at: dt.datetime
) -> Project:
    row.verdict, row.decided_on, row.decided_by = verdict.strip(), timezone.localdate(at), by
    row.save(update_fields=["state", "verdict", "decided_on", "decided_by"])
    record(action, row, by, at, after={"title": row.title, "person": str(row.leader)})
    tell(projects.workers(row), text, row, by, at)
    return row


def _leader(row: Project, by: User) -> Member:
    if row.leader is None or row.leader.user_id != by.pk:
        raise Refused("由揭榜人本人办理。")
    return row.leader


def _check_team(others: dict[int, Member], branch: Organization, today: dt.date) -> None:
    if len(others) > MOST_TEAM:
        raise Refused(f"成员最多 {MOST_TEAM} 人。")
    here = set(homes.people(branch, today).values_list("pk", flat=True))
    strange = [member.name for pk, member in others.items() if pk not in here]
    if strange:
        raise Refused(f"{'、'.join(strange)}不在本支部名册上，请重新选择成员。")


def _tell_publisher(row: Project, text: str, by: User, at: dt.datetime) -> None:
    keepers = posts.holders(
        Capability.LOG_ACTIVITIES, row.organization, timezone.localdate(at)
    ) | posts.holders(Capability.REVIEW_PEOPLE, row.organization, timezone.localdate(at))
    tell(keepers, text, row, by, at)
