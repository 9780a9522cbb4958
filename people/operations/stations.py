"""Setting up posts (设岗) and closing them; claiming, confirming and giving them up (定责)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from branches import audit, notices
from branches.models import Organization, User
from branches.queries import posts
from members.models import Member, Membership
from people.models import Station, StationClaim
from people.queries import stations
from people.rules import stations as rules


@dataclass(frozen=True, slots=True)
class StationFacts:
    """What a post is called, what it asks, and of how many."""

    title: str
    duties: str
    seats: int


@transaction.atomic
def set_up(*, branch: Organization, facts: StationFacts, by: User, at: dt.datetime) -> Station:
    """Set up a post at a branch. What was sent twice within a minute is entered once.

    :raises Refused: something is missing, or there is a post of that name.
    """
    _hold(branch)
    _check(facts)
    same = Station.objects.filter(branch=branch, closed_on=None, **_named(facts))
    if twice := repeated(same, action="station.set_up", by=by, at=at):
        return twice
    _check_name(branch, facts.title)
    station = Station.objects.create(
        branch=branch, **_named(facts), set_on=timezone.localdate(at), set_by=by
    )
    audit.record(
        "station.set_up", by=by, at=at, on=station, organization=branch, after=_said(station)
    )
    return station


@transaction.atomic
def change(*, station: Station, facts: StationFacts, by: User, at: dt.datetime) -> Station:
    """Change a post; whoever holds it is told of other duties.

    :raises Refused: it is closed, something is missing, there is a post of that name, or more
        hold it than it would have seats.
    """
    row = _locked(station)
    _check_open(row)
    _check(facts)
    if facts.title.strip() != row.title:
        _check_name(row.branch, facts.title)
    post = stations.post_of(row)
    if facts.seats < post.taken:
        raise Refused(f"已有 {post.taken} 人认领，人数不能少于 {post.taken}。请先办理卸岗。")
    before = _said(row)
    row.title, row.duties, row.seats = facts.title.strip(), facts.duties.strip(), facts.seats
    row.save(update_fields=["title", "duties", "seats"])
    after = _said(row)
    changed = [key for key in after if after[key] != before[key]]
    if changed:
        audit.record(
            "station.changed", by=by, at=at, on=row, organization=row.branch,
            before={key: before[key] for key in changed},
            after={key: after[key] for key in changed},
        )  # fmt: skip
    if "station_duties" in changed:
        told = User.objects.filter(member__in=[claim.member_id for claim in post.held])
        text = f"您的岗位“{row.title}”职责有调整，请看新的职责"
        notices.tell_many(told.exclude(pk=by.pk), text, url=reverse("my-stations"), at=at)
    return row


@transaction.atomic
def close(*, station: Station, by: User, at: dt.datetime) -> Station:
    """Close a post that nobody holds or waits for.

    :raises Refused: it is closed already, or somebody does.
    """
    row = _locked(station)
    _check_open(row)
    post = stations.post_of(row)
    if post.taken:
        names = "、".join(claim.member.name for claim in (*post.held, *post.waiting))
        raise Refused(f"还有{names}在这个岗位上或者等待确认，请先办理卸岗、退回认领，再撤岗。")
    row.closed_on = timezone.localdate(at)
    row.save(update_fields=["closed_on"])
    audit.record("station.closed", by=by, at=at, on=row, organization=row.branch, before=_said(row))
    return row


@transaction.atomic
def claim(*, station: Station, member: Member, by: User, at: dt.datetime) -> StationClaim:
    """Claim a post for oneself; the 支委会 is told. Claimed already: that claim is returned.

    :raises Refused: it is closed or full, the member is not of the branch, or has as many as may
        be (rule P2).
    """
    row = _locked(station)
    today = timezone.localdate(at)
    known = StationClaim.objects.filter(station=row, member=member, ended_on=None).first()
    if known is not None:
        return known
    made = _claim(row, member, by, at)
    text = f"{member.name}认领“{row.title}”，请确认"
    told = posts.committee(row.branch, today).exclude(pk=by.pk)
    notices.tell(told, text, url=_url(row), at=at)
    return made


@transaction.atomic
def enter(*, station: Station, member: Member, by: User, at: dt.datetime) -> StationClaim:
    """Put a member without an account on a post, with the member's consent, confirmed at once.

    :raises Refused: the member has an account, or as in ``claim``.
    """
    row = _locked(station)
    if member.user_id is not None:
        raise Refused(f"{member.name}有账号，请本人认领，再由支部确认。")
    if StationClaim.objects.filter(station=row, member=member, ended_on=None).exists():
        raise Refused(f"{member.name}已经在这个岗位上。")
    return _confirmed(_claim(row, member, by, at), by, at)


@transaction.atomic
def confirm(*, claim: StationClaim, by: User, at: dt.datetime) -> StationClaim:
    """Confirm a claim: the member holds the post from then on.

    :raises Refused: it is one's own, confirmed already or given up.
    """
    row = _claimed(claim)
    _check_not_own(row, by)
    _check_waiting(row)
    _confirmed(row, by, at)
    _tell(row.member, f"支部已确认您认领的岗位“{row.station.title}”", by, at)
    return row


@transaction.atomic
def decline(*, claim: StationClaim, reason: str, by: User, at: dt.datetime) -> StationClaim:
    """Send a claim back with the reason.

    :raises Refused: it is one's own, confirmed already or given up, or no reason is given.
    """
    row = _claimed(claim)
    _check_not_own(row, by)
    _check_waiting(row)
    if not reason.strip():
        raise Refused("请写明不能认领的原因。")
    row.ended_on, row.performance = timezone.localdate(at), reason.strip()
    row.save(update_fields=["ended_on", "performance"])
    _record("station.claim_declined", row, by, at, reason=row.performance)
    _tell(row.member, f"您认领的岗位“{row.station.title}”没有通过：{row.performance}", by, at)
    return row


@transaction.atomic
def take_back(*, claim: StationClaim, by: User, at: dt.datetime) -> StationClaim:
    """Take back a claim of one's own that is not confirmed.

    :raises Refused: it is confirmed already, or given up.
    """
    row = _claimed(claim)
    _check_waiting(row)
    row.ended_on = timezone.localdate(at)
    row.save(update_fields=["ended_on"])
    _record("station.claim_taken_back", row, by, at)
    return row


@transaction.atomic
def end(
    *, claim: StationClaim, ended_on: dt.date, performance: str, by: User, at: dt.datetime
) -> StationClaim:
    """End somebody's time at a post with how it was filled. Half-open: on ``ended_on`` it is held
    no more.

    :raises Refused: it is one's own, not held, nothing is said, or the day does not fit.
    """
    row = _claimed(claim)
    _check_not_own(row, by)
    if row.confirmed_on is None or row.ended_on is not None:
        raise Refused(f"{row.member.name}现在不在这个岗位上，请刷新页面。")
    if not performance.strip():
        raise Refused("请写明履岗情况。")
    if ended_on < row.claimed_on:
        raise Refused("卸岗日期不能早于认领日期。")
    if ended_on > timezone.localdate(at):
        raise Refused("卸岗日期不能晚于今天。")
    row.ended_on, row.performance = ended_on, performance.strip()
    row.save(update_fields=["ended_on", "performance"])
    _record("station.ended", row, by, at, on=ended_on, station_performance=row.performance)
    _tell(row.member, f"您已卸任岗位“{row.station.title}”：{row.performance}", by, at)
    return row


def _claim(row: Station, member: Member, by: User, at: dt.datetime) -> StationClaim:
    """Add a claim to a post that is held. The member is held too: of two claims at once the
    second counts the first.
    """
    _check_open(row)
    today = timezone.localdate(at)
    Member.objects.select_for_update(no_key=True).only("pk").get(pk=member.pk)
    here = Membership.objects.home().on(today).filter(branch=row.branch, member=member)
    if not (member.is_on_roll and here.exists()):
        raise Refused(f"{member.name}不在{row.branch.short_name}的名册上。")
    wrong = rules.claim_wrong(
        title=row.title, seats=row.seats, taken=stations.open_claims(station=row).count(),
        held=stations.open_claims(member=member, station__branch=row.branch).count(),
        most=stations.terms(row.branch, today).most,
    )  # fmt: skip
    if wrong:
        raise Refused(wrong)
    made = StationClaim.objects.create(station=row, member=member, claimed_on=today)
    _record("station.claimed", made, by, at)
    return made


def _confirmed(row: StationClaim, by: User, at: dt.datetime) -> StationClaim:
    row.confirmed_on, row.confirmed_by = timezone.localdate(at), by
    row.save(update_fields=["confirmed_on", "confirmed_by"])
    _record("station.confirmed", row, by, at)
    return row


def _hold(branch: Organization) -> None:
    row = Organization.objects.select_for_update(no_key=True).get(pk=branch.pk)
    if not row.is_branch:
        raise Refused("岗位由党支部设置，请选择党支部。")


def _locked(station: Station) -> Station:
    rows = Station.objects.select_for_update(of=("self",)).select_related("branch")
    return rows.get(pk=station.pk)


def _claimed(claim: StationClaim) -> StationClaim:
    """Return a claim as it stands, its post held first."""
    _locked(claim.station)
    return (
        StationClaim.objects.select_for_update(of=("self",))
        .select_related("station__branch", "member__user")
        .defer("member__id_number", "member__phone")
        .get(pk=claim.pk)
    )


def _check(facts: StationFacts) -> None:
    if not facts.title.strip() or not facts.duties.strip():
        raise Refused("请写明岗位名称和职责。")
    if facts.seats < 1:
        raise Refused("每个岗位至少 1 人。")


def _check_name(branch: Organization, title: str) -> None:
    if Station.objects.filter(branch=branch, closed_on=None, title=title.strip()).exists():
        raise Refused(f"已经有“{title.strip()}”这个岗位，请换个名称，或者修改原来的。")


def _check_open(row: Station) -> None:
    if row.closed_on is not None:
        raise Refused("这个岗位已经撤销，请选别的岗位。")


def _check_not_own(row: StationClaim, by: User) -> None:
    if row.member.user_id == by.pk:
        raise Refused("这是您本人的岗位，请由其他委员办理。")


def _check_waiting(row: StationClaim) -> None:
    if row.ended_on is not None:
        raise Refused("这次认领已经撤回或者退回，请刷新页面。")
    if row.confirmed_on is not None:
        raise Refused("这次认领支部已经确认。要换岗，请支部办理卸岗。")


def _named(facts: StationFacts) -> dict[str, Any]:
    return {
        "title": facts.title.strip(), "duties": facts.duties.strip(), "seats": facts.seats,
    }  # fmt: skip


def _said(row: Station) -> dict[str, Any]:
    return {
        "station_title": row.title, "station_duties": row.duties, "station_seats": row.seats,
    }  # fmt: skip


def _record(action: str, row: StationClaim, by: User, at: dt.datetime, **more: Any) -> None:
    after = {"person": row.member.name, "station_title": row.station.title, **more}
    audit.record(action, by=by, at=at, on=row.station, organization=row.station.branch, after=after)


def _url(row: Station) -> str:
    return reverse("station", kwargs={"pk": row.pk})


def _tell(member: Member, text: str, by: User, at: dt.datetime) -> None:
    if member.user is not None and member.user != by:
        notices.tell([member.user], text, url=reverse("my-stations"), at=at)
