"""Choosing a 小政委: the team recommends, the committee decides, the branch appoints."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.models import Activity
from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from activities.rules.kinds import ActivityKind
from branches import audit, notices
from branches.models import Organization, User
from branches.queries import posts
from branches.rules.tree import OrganizationKind
from members.models import Member
from people.models import Steward
from people.queries import stewards
from people.rules.stewards import STEWARD, StewardState, StewardStep


@dataclass(frozen=True, slots=True)
class Criteria:
    """What speaks for somebody, a sentence for each of the 三高."""

    standing: str
    skill: str
    trust: str


@transaction.atomic
def recommend(
    *,
    organization: Organization,
    member: Member,
    criteria: Criteria,
    recommendation: str,
    recommended_on: dt.date,
    by: User,
    at: dt.datetime,
) -> Steward:
    """Write down whom the team recommends.

    What was sent twice within a minute is entered once.

    :raises Refused: something is missing, the person is not of the group or is the one who
        writes, or somebody is being chosen there already.
    """
    place = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    today = timezone.localdate(at)
    said = {name: text.strip() for name, text in asdict(criteria).items()}
    facts = {
        "organization": place, "member": member, "recommended_on": recommended_on,
        "criteria": said,
        "recommendation": recommendation.strip(), "recommended_by": by,
    }  # fmt: skip
    same = Steward.objects.filter(state=StewardState.RECOMMENDED, **facts)
    if twice := repeated(same, action="steward.recommended", by=by, at=at):
        return twice
    _check_place(place, today)
    if not all(said.values()) or not facts["recommendation"]:
        raise Refused("请写明“三高”各方面的情况和班组推荐意见。")
    if recommended_on > today:
        raise Refused("推荐日期不能晚于今天。")
    if member.user_id == by.pk:
        raise Refused("不能推荐自己，请由组内其他人登记推荐。")
    if not stewards.people(place, today).filter(pk=member.pk).exists():
        raise Refused(f"{member.name}不在{place.short_name}的名册上，请重新选择。")
    here = Steward.objects.filter(organization=place)
    if here.filter(state__in=stewards.CHOOSING).exists():
        raise Refused(f"{place.short_name}已有人选正在办理，请先办完。")
    if here.filter(state=StewardState.APPOINTED, member=member).exists():
        raise Refused(f"{member.name}已经是{place.short_name}的小政委，不用再推荐。")
    row = Steward.objects.create(**facts)
    _record("steward.recommended", row, by, at, on=recommended_on)
    _tell_committee(row, f"{place.short_name}推荐{member.name}任小政委，请支委会研究", by, at)
    _tell_person(row, f"{place.short_name}推荐您任小政委", by, at)
    return row


@transaction.atomic
def decide(
    *,
    steward: Steward,
    decided_on: dt.date,
    decision: str,
    meeting: Activity | None = None,
    by: User,
    at: dt.datetime,
) -> Steward:
    """Write down that the 支委会 agrees; with its closed record, the day is that record's.

    :raises Refused: about oneself or whom one recommended, no words, a day that does not fit, or
        no such record.
    :raises StepNotAllowed: it does not wait for the 支委会.
    """
    row = _locked(steward)
    row.state = STEWARD.after(StewardState(row.state), StewardStep.DECIDE)
    _check_not_self(row, by)
    if row.recommended_by_id == by.pk:
        raise Refused("推荐是您登记的，支委会意见请由其他委员登记。")
    if not decision.strip():
        raise Refused("请写明支委会意见。")
    if meeting is not None:
        branch = stewards.branch_of(row.organization)
        is_closed = meeting.is_closed and meeting.kind == ActivityKind.COMMITTEE
        if not is_closed or meeting.organization_id != branch.pk:
            raise Refused("请选择本支部已经办结的支委会记录。")
        decided_on = meeting.held_on
    if decided_on < row.recommended_on:
        raise Refused("支委会研究的日期不能早于班组推荐的日期。")
    if decided_on > timezone.localdate(at):
        raise Refused("研究日期不能晚于今天。")
    row.decided_on, row.decision, row.decided_at_meeting = decided_on, decision.strip(), meeting
    row.decided_by = by
    row.save(update_fields=["state", "decided_on", "decision", "decided_at_meeting", "decided_by"])
    _record("steward.decided", row, by, at, on=decided_on)
    may = stewards.appointers(
        stewards.branch_of(row.organization), row.member, timezone.localdate(at)
    )
    told = [user for user in may if user != by]
    words = f"支委会同意{row.member.name}任{row.organization.short_name}小政委，请任命"
    notices.tell(told, words, url=_url(row), at=at)
    return row


@transaction.atomic
def decline(*, steward: Steward, reason: str, by: User, at: dt.datetime) -> Steward:
    """Write down that it comes to nothing, with the reason.

    :raises Refused: about oneself, or no reason.
    :raises StepNotAllowed: it is over already.
    """
    row = _locked(steward)
    row.state = STEWARD.after(StewardState(row.state), StewardStep.DECLINE)
    _check_not_self(row, by)
    if not reason.strip():
        raise Refused("请写明没有通过的原因。")
    row.end_reason = reason.strip()
    row.save(update_fields=["state", "end_reason"])
    _record("steward.declined", row, by, at, on=timezone.localdate(at))
    _tell_person(row, f"{row.organization.short_name}小政委人选没有通过", by, at)
    return row


@transaction.atomic
def appoint(
    *, steward: Steward, appointed_on: dt.date, end_reason: str = "", by: User, at: dt.datetime
) -> Steward:
    """Appoint; whoever was appointed before ends that day, for a reason.

    :raises Refused: somebody who may not appoint, a day that does not fit, or no reason.
    :raises StepNotAllowed: the 支委会 has not agreed, or it is over already.
    """
    place = Organization.objects.select_for_update(no_key=True).get(pk=steward.organization_id)
    row = _locked(steward)
    row.state = STEWARD.after(StewardState(row.state), StewardStep.APPOINT)
    _check_appoints(row, by, timezone.localdate(at))
    assert row.decided_on is not None
    if appointed_on < row.decided_on:
        raise Refused("任命日期不能早于支委会研究的日期。")
    if appointed_on > timezone.localdate(at):
        raise Refused("任命日期不能晚于今天。")
    before = Steward.objects.filter(organization=place, state=StewardState.APPOINTED).first()
    if before is not None:
        _end(_locked(before), appointed_on, end_reason, by, at)
    row.appointed_on, row.appointed_by = appointed_on, by
    row.save(update_fields=["state", "appointed_on", "appointed_by"])
    _record("steward.appointed", row, by, at, on=appointed_on)
    _tell_person(row, f"您已任{place.short_name}小政委，从“日跟班”开始", by, at)
    return row


@transaction.atomic
def end(*, steward: Steward, ended_on: dt.date, reason: str, by: User, at: dt.datetime) -> Steward:
    """End somebody's time; the group's leader is the 小政委 again.

    :raises Refused: somebody who may not, a day that does not fit, or no reason.
    :raises StepNotAllowed: the person is not in office.
    """
    row = _locked(steward)
    _check_appoints(row, by, timezone.localdate(at))
    return _end(row, ended_on, reason, by, at)


def _end(row: Steward, ended_on: dt.date, reason: str, by: User, at: dt.datetime) -> Steward:
    row.state = STEWARD.after(StewardState(row.state), StewardStep.END)
    assert row.appointed_on is not None
    if not reason.strip():
        raise Refused(f"请写明{row.member.name}卸任的原因。")
    if ended_on < row.appointed_on:
        raise Refused(f"卸任日期不能早于{row.member.name}的任命日期。")
    if ended_on > timezone.localdate(at):
        raise Refused("卸任日期不能晚于今天。")
    row.ended_on, row.end_reason = ended_on, reason.strip()
    row.save(update_fields=["state", "ended_on", "end_reason"])
    _record("steward.ended", row, by, at, on=ended_on)
    _tell_person(row, f"您不再任{row.organization.short_name}小政委", by, at)
    return row


def _locked(steward: Steward) -> Steward:
    return (
        Steward.objects.select_for_update(of=("self",))
        .select_related("organization__parent", "member__user")
        .defer("member__id_number", "member__phone")
        .get(pk=steward.pk)
    )


def _check_place(place: Organization, today: dt.date) -> None:
    if place.is_group:
        return
    groups = place.children.filter(kind=OrganizationKind.GROUP)
    has_groups = groups.filter(dissolved_on__isnull=True).exists()
    if not place.is_branch or has_groups:
        raise Refused("小政委按党小组推选，请选择党小组。")


def _check_not_self(row: Steward, by: User) -> None:
    if row.member.user_id == by.pk:
        raise Refused("这是您本人，请由其他委员办理。")


def _check_appoints(row: Steward, by: User, today: dt.date) -> None:
    may = stewards.appointers(stewards.branch_of(row.organization), row.member, today)
    if not may:
        raise Refused("本支部没有可以任命的书记或副书记，请先在“账号与任职”里登记任职。")
    if by not in may:
        names = "、".join(user.name for user in may)
        raise Refused(f"由支部书记任命和免去，请{names}办理。")


def _record(action: str, row: Steward, by: User, at: dt.datetime, *, on: dt.date) -> None:
    """The audit names the person and the day; what was said of him stays with the record."""
    after: dict[str, Any] = {"person": row.member.name, "on": on}
    audit.record(action, by=by, at=at, on=row, organization=row.organization, after=after)


def _url(row: Steward) -> str:
    return reverse("steward", kwargs={"pk": row.pk})


def _tell_committee(row: Steward, text: str, by: User, at: dt.datetime) -> None:
    branch = stewards.branch_of(row.organization)
    users = posts.committee(branch, timezone.localdate(at)).exclude(pk=by.pk)
    others = users.exclude(pk=row.member.user_id) if row.member.user_id else users
    notices.tell(others, text, url=_url(row), at=at)


def _tell_person(row: Steward, text: str, by: User, at: dt.datetime) -> None:
    user = row.member.user
    if user is not None and user != by:
        notices.tell([user], text, url=reverse("my-steward"), at=at)
