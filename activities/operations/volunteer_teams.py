"""Volunteer teams: founded and dissolved by the branch, joined and left by oneself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.models import Volunteer, VolunteerTeam
from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from branches import audit, notices
from branches.models import Organization, User
from branches.queries import posts
from branches.rules.roles import Capability
from members.models import Member
from members.queries import homes


@dataclass(frozen=True, slots=True)
class TeamFacts:
    """What a team is called, what it does, and who leads it."""

    name: str
    purpose: str
    leader: Member | None = None


@transaction.atomic
def found(
    *, branch: Organization, facts: TeamFacts, founded_on: dt.date, by: User, at: dt.datetime
) -> VolunteerTeam:
    """Found a team at a branch; its leader is in it.

    What was sent twice within a minute is entered once.

    :raises Refused: something is missing, a day to come, a leader who is not of the branch, or a
        standing team has this name.
    """
    place = Organization.objects.select_for_update(no_key=True).get(pk=branch.pk)
    today = timezone.localdate(at)
    same = VolunteerTeam.objects.filter(
        branch=place, name=facts.name.strip(), purpose=facts.purpose.strip(),
        leader=facts.leader, founded_on=founded_on, dissolved_on=None,
    )  # fmt: skip
    if twice := repeated(same, action="volunteer.team_founded", by=by, at=at):
        return twice
    _check(place, facts, today)
    if founded_on > today:
        raise Refused("成立日期不能晚于今天。")
    team = VolunteerTeam.objects.create(
        branch=place, name=facts.name.strip(), purpose=facts.purpose.strip(),
        leader=facts.leader, founded_on=founded_on, made_by=by, made_at=at,
    )  # fmt: skip
    if facts.leader is not None:
        Volunteer.objects.create(team=team, member=facts.leader, joined_on=today)
        _tell_leader(team, by, at)
    _record("volunteer.team_founded", team, by, at, after=_facts(team))
    return team


@transaction.atomic
def change(*, team: VolunteerTeam, facts: TeamFacts, by: User, at: dt.datetime) -> VolunteerTeam:
    """Change what a team is called or does, or who leads it; a new leader is in it.

    :raises Refused: it is dissolved, something is missing, a leader who is not of the branch, or
        another standing team has this name.
    """
    row = _locked(team)
    _check_standing(row)
    today = timezone.localdate(at)
    _check(row.branch, facts, today, keep=row)
    before, was_led_by = _facts(row), row.leader_id
    row.name, row.purpose, row.leader = facts.name.strip(), facts.purpose.strip(), facts.leader
    after = _facts(row)
    if before == after and was_led_by == row.leader_id:
        return row
    row.save(update_fields=["name", "purpose", "leader"])
    if facts.leader is not None and was_led_by != facts.leader.pk:
        Volunteer.objects.get_or_create(
            team=row, member=facts.leader, left_on=None, defaults={"joined_on": today}
        )
        _tell_leader(row, by, at)
    _record("volunteer.team_changed", row, by, at, before=before, after=after)
    return row


@transaction.atomic
def dissolve(*, team: VolunteerTeam, by: User, at: dt.datetime) -> VolunteerTeam:
    """End a team; its hours stay.

    :raises Refused: it is dissolved already.
    """
    row = _locked(team)
    _check_standing(row)
    today = timezone.localdate(at)
    row.dissolved_on = max(today, row.founded_on)
    row.save(update_fields=["dissolved_on"])
    row.volunteers.filter(left_on__isnull=True).update(left_on=today)
    _record("volunteer.team_dissolved", row, by, at, after={"dissolved_on": row.dissolved_on})
    return row


@transaction.atomic
def join(*, team: VolunteerTeam, by: User, at: dt.datetime) -> Volunteer:
    """Join a team of the own branch; whoever is in it already stays as he is.

    :raises Refused: it is dissolved, or of another branch.
    """
    row = _locked(team)
    _check_standing(row)
    today = timezone.localdate(at)
    home = homes.of_user(by, today)
    if home is None or home.branch_id != row.branch_id:
        raise Refused("只能加入本支部的服务队。")
    inside = row.volunteers.filter(member=home.member_id, left_on__isnull=True).first()
    if inside is not None:
        return inside
    volunteer = Volunteer.objects.create(team=row, member=home.member, joined_on=today)
    _record("volunteer.joined", row, by, at, after={"person": home.member.name})
    if row.leader is not None and row.leader.user not in (None, by):
        text = f"{home.member.name}加入{row.name}"
        notices.tell([row.leader.user], text, url=_url(row), at=at)
    return volunteer


@transaction.atomic
def leave(*, team: VolunteerTeam, by: User, at: dt.datetime) -> VolunteerTeam:
    """Leave a team; where its leader leaves, the branch is told to name another.

    :raises Refused: the person is not in it.
    """
    row = _locked(team)
    inside = (
        row.volunteers.select_related("member")
        .filter(member__user=by, left_on__isnull=True)
        .first()
    )
    if inside is None:
        raise Refused("您不在这支服务队里。")
    today = timezone.localdate(at)
    inside.left_on = today
    inside.save(update_fields=["left_on"])
    _record("volunteer.left", row, by, at, after={"person": inside.member.name})
    if row.leader_id == inside.member_id:
        row.leader = None
        row.save(update_fields=["leader"])
        keepers = posts.holders(Capability.LOG_ACTIVITIES, row.branch, today).exclude(pk=by.pk)
        text = f"{row.name}的队长{inside.member.name}退出，请另定队长"
        notices.tell_many(keepers, text, url=_url(row), at=at)
    return row


def _locked(team: VolunteerTeam) -> VolunteerTeam:
    VolunteerTeam.objects.select_for_update().get(pk=team.pk)
    # Read after the lock: a join that may be empty does not see what was waited for.
    return (
        VolunteerTeam.objects.select_related("branch", "leader__user")
        .defer("leader__id_number", "leader__phone")
        .get(pk=team.pk)
    )


def _check_standing(row: VolunteerTeam) -> None:
    if row.dissolved_on is not None:
        raise Refused("这支服务队已经解散。")


def _check(
    branch: Organization, facts: TeamFacts, today: dt.date, keep: VolunteerTeam | None = None
) -> None:
    if not facts.name.strip() or not facts.purpose.strip():
        raise Refused("请写明服务队的名称和服务内容。")
    others = VolunteerTeam.objects.filter(
        branch=branch, name=facts.name.strip(), dissolved_on__isnull=True
    )
    if keep is not None:
        others = others.exclude(pk=keep.pk)
    if others.exists():
        raise Refused(f"{branch.short_name}已经有“{facts.name.strip()}”，请换个名称。")
    leader = facts.leader
    if leader is None or (keep and keep.leader_id == leader.pk):
        return
    if not homes.people(branch, today).filter(pk=leader.pk).exists():
        raise Refused(f"{leader.name}不在{branch.short_name}的名册上，请重新选择队长。")


def _facts(row: VolunteerTeam) -> dict[str, object]:
    return {
        "name": row.name,
        "service": row.purpose,
        "team_leader": row.leader.name if row.leader else "",
    }


def _record(
    action: str,
    row: VolunteerTeam,
    by: User,
    at: dt.datetime,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    audit.record(action, by=by, at=at, on=row, organization=row.branch, before=before, after=after)


def _tell_leader(row: VolunteerTeam, by: User, at: dt.datetime) -> None:
    assert row.leader is not None
    if row.leader.user not in (None, by):
        notices.tell([row.leader.user], f"您任{row.name}队长", url=_url(row), at=at)


def _url(row: VolunteerTeam) -> str:
    return reverse("volunteer-team", kwargs={"pk": row.pk})
