"""Hours of service: reported by the member, confirmed or refused by somebody else of the branch.

What was confirmed in error is voided: it counts no longer, and stays with the reason.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.models import VolunteerHours, VolunteerTeam
from activities.operations.locks import shared
from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from activities.queries import volunteering
from activities.queries.learning import plain
from activities.rules import volunteering as rules
from branches import audit, notices
from branches.models import User
from branches.queries import posts
from branches.rules.roles import Capability
from members.models import Member, Membership


@dataclass(frozen=True, slots=True)
class Service:
    """What was done: on which day, for how many hours, with which team."""

    served_on: dt.date
    hours: Decimal
    what: str
    team: VolunteerTeam | None = None


class Recorded(Refused):
    """A record of the branch tells service of that day already: whoever says that this was
    another may go on.
    """


@transaction.atomic
def enter(
    *, member: Member, service: Service, is_another: bool = False, by: User, at: dt.datetime
) -> VolunteerHours:
    """Report service of a member; it counts once somebody else has confirmed it.

    What was sent twice within a minute is entered once.

    :param is_another: this is not the service that a record of that day tells.
    :raises Recorded: a record tells service of that day, and ``is_another`` was not said.
    :raises Refused: no words, a day too long ago or to come, more than a day's hours, a team one
        is not in, or a member on no roll.
    """
    locked = Member.objects.select_for_update(no_key=True).defer("id_number", "phone")
    person = locked.get(pk=member.pk)
    today = timezone.localdate(at)
    membership = Membership.objects.home().on(today).filter(member=person)
    home = membership.select_related("branch").first()
    if home is None:
        raise Refused(f"{person.name}不在党支部的名册上，请先核对名册。")
    facts = {
        "branch": home.branch, "member": person, "team": service.team,
        "served_on": service.served_on, "hours": service.hours, "what": service.what.strip(),
    }  # fmt: skip
    same = VolunteerHours.objects.filter(is_confirmed=None, **facts)
    if twice := repeated(same, action="service.entered", by=by, at=at):
        return twice
    if not service.what.strip():
        raise Refused("请写明服务内容。")
    slip = rules.why_not(
        service.served_on, service.hours, today=today,
        others=volunteering.reported(person, service.served_on),
        terms=volunteering.terms(home.branch, today),
    )  # fmt: skip
    if slip:
        raise Refused(slip)
    if service.team is not None and service.team not in volunteering.teams_of(person, today):
        raise Refused("不在这支服务队里，请先加入或者重新选择。")
    if not is_another:
        _check_recorded(
            person, service.served_on,
            "不用再报。不是同一次服务的，请勾选下面的确认后再提交。",
        )  # fmt: skip
    row = VolunteerHours.objects.create(entered_by=by, entered_at=at, **facts)
    _record("service.entered", row, by, at)
    keepers = posts.holders(Capability.LOG_ACTIVITIES, home.branch, today).exclude(pk=by.pk)
    if person.user_id:
        keepers = keepers.exclude(pk=person.user_id)
    text = f"{person.name}报志愿服务 {plain(row.hours)} 小时，请确认"
    notices.tell_many(keepers, text, url=reverse("service-list"), at=at)
    return row


@transaction.atomic
def withdraw(*, entry: VolunteerHours, by: User, at: dt.datetime) -> None:
    """Take back what one has reported, as long as nobody has answered.

    :raises Refused: somebody else's, or answered already.
    """
    row = _locked(entry)
    if by.pk not in (row.member.user_id, row.entered_by_id):
        raise Refused("谁填报的由谁撤回。")
    _check_open(row)
    _record("service.withdrawn", row, by, at)
    row.delete()


@transaction.atomic
def confirm(
    *, entry: VolunteerHours, is_another: bool = False, by: User, at: dt.datetime
) -> VolunteerHours:
    """Say that the service was done: from now on it counts.

    :param is_another: this is not the service that a record of that day tells; whoever confirms
        says so himself, whatever the member said.
    :raises Recorded: a record tells service of that day, and ``is_another`` was not said.
    :raises Refused: one's own, entered by oneself, or answered already.
    """
    row = _answered(entry, True, by, at)
    # A record being closed right now is waited for: else neither would see the other.
    for activity in volunteering.services_of(row.member, row.served_on):
        shared(activity)
    if not is_another:
        _check_recorded(row.member, row.served_on, "请核对。确实不是同一次的，请勾选后再确认。")
    row.save(update_fields=["is_confirmed", "answered_by", "answered_at"])
    _record("service.confirmed", row, by, at)
    _tell(row, f"您报的志愿服务 {plain(row.hours)} 小时已确认", by, at)
    return row


@transaction.atomic
def refuse(*, entry: VolunteerHours, reason: str, by: User, at: dt.datetime) -> VolunteerHours:
    """Say that the service does not count, and why.

    :raises Refused: one's own, entered by oneself, answered already, or no reason.
    """
    row = _answered(entry, False, by, at)
    if not reason.strip():
        raise Refused("请写明不确认的原因。")
    row.refusal = reason.strip()
    row.save(update_fields=["is_confirmed", "answered_by", "answered_at", "refusal"])
    _record("service.refused", row, by, at)
    _tell(row, f"您报的志愿服务 {plain(row.hours)} 小时未确认：{row.refusal}", by, at)
    return row


@transaction.atomic
def void(*, entry: VolunteerHours, reason: str, by: User, at: dt.datetime) -> VolunteerHours:
    """Take back that confirmed service counts, and say why; it stands as refused from ``at`` on.

    :raises Refused: one's own, entered by oneself, not confirmed, or no reason.
    """
    row = _locked(entry)
    if not row.is_confirmed:
        raise Refused("只有已经确认的时长才能作废，请刷新页面。")
    _check_other(row, by, "作废")
    if not reason.strip():
        raise Refused("请写明作废的原因。")
    row.is_confirmed, row.refusal, row.answered_by, row.answered_at = False, reason.strip(), by, at
    row.save(update_fields=["is_confirmed", "answered_by", "answered_at", "refusal"])
    _record("service.voided", row, by, at)
    _tell(row, f"您的志愿服务 {plain(row.hours)} 小时作废，不再计入：{row.refusal}", by, at)
    return row


def _locked(entry: VolunteerHours) -> VolunteerHours:
    row = (
        VolunteerHours.objects.select_for_update(of=("self",))
        .select_related("branch", "member__user")
        .defer("member__id_number", "member__phone")
        .filter(pk=entry.pk)
        .first()
    )
    if row is None:
        raise Refused("这条填报已经撤回，请刷新页面。")
    return row


def _answered(entry: VolunteerHours, answer: bool, by: User, at: dt.datetime) -> VolunteerHours:
    row = _locked(entry)
    _check_open(row)
    _check_other(row, by, "确认")
    row.is_confirmed, row.answered_by, row.answered_at = answer, by, at
    return row


def _check_other(row: VolunteerHours, by: User, word: str) -> None:
    if row.member.user_id == by.pk:
        raise Refused(f"这是您本人的服务，请由其他同志{word}。")
    if row.entered_by_id == by.pk:
        raise Refused(f"这是您代为填报的，请由其他同志{word}。")


def _check_open(row: VolunteerHours) -> None:
    if row.is_confirmed is not None:
        word = "已经确认" if row.is_confirmed else "没有确认"
        raise Refused(f"这条填报{word}，不能再改，请刷新页面。")


def _check_recorded(person: Member, day: dt.date, advice: str) -> None:
    told = volunteering.recorded(person, day)
    if told:
        titles = "、".join(row.activity.title for row in told)
        raise Recorded(f"支部这一天已经记了志愿服务“{titles}”，时长自动计算，{advice}")


def _record(action: str, row: VolunteerHours, by: User, at: dt.datetime) -> None:
    audit.record(
        action, by=by, at=at, on=row, organization=row.branch,
        after={
            "person": row.member.name, "service_on": row.served_on, "service_hours": row.hours
        },
    )  # fmt: skip


def _tell(row: VolunteerHours, text: str, by: User, at: dt.datetime) -> None:
    if row.member.user is not None and row.member.user != by:
        notices.tell([row.member.user], text, url=reverse("my-service"), at=at)
