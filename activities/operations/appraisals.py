"""Taking a branch through its 民主评议: start, the steps in their order, the end."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from activities.models import Appraisal, Appraised
from activities.operations.refusals import Refused
from activities.queries import appraisals
from activities.rules.appraisals import APPRAISAL, AppraisalState, AppraisalStep, missing
from activities.wording import appraisals as wording
from branches import audit
from branches.models import Organization, User
from members.rules.status import MemberStatus

# Until here the list follows the roll of the branch.
_OPEN_LIST = (AppraisalState.SELF, AppraisalState.PEER)


@transaction.atomic
def start(*, organization: Organization, year: int, by: User, at: dt.datetime) -> Appraisal:
    """Begin with a year: everybody on the roll of the branch is listed.

    Probationary members take part and get no grade (M12).

    :raises Refused: it is no branch, it has begun already, or the year has not come.
    """
    today = timezone.localdate(at)
    branch = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    if not branch.is_branch:
        raise Refused("民主评议党员由党支部组织，请选择党支部。")
    if not today.year - 1 <= year <= today.year:
        raise Refused("只能开始本年度或上年度的民主评议。")
    if Appraisal.objects.filter(organization=branch, year=year).exists():
        raise Refused(f"{branch.short_name} {year} 年的民主评议已经开始，请在列表里打开它。")
    appraisal = Appraisal.objects.create(
        organization=branch, year=year, started_by=by, started_at=at
    )
    added, _ = _follow_roll(appraisal, today)
    audit.record(
        "appraisal.started", by=by, at=at, on=appraisal, organization=branch,
        after={"year": year, "members": added},
    )  # fmt: skip
    return appraisal


@transaction.atomic
def refresh(*, appraisal: Appraisal, by: User, at: dt.datetime) -> tuple[int, int]:
    """Bring the list after the roll of today; return how many came and how many went.

    Whoever has left goes, with what was written; whoever became a full member is graded.

    :raises Refused: the ballot has begun.
    """
    row = locked(appraisal)
    if row.state not in _OPEN_LIST:
        raise Refused("已经开始测评，名单不再变动。")
    came, went = _follow_roll(row, timezone.localdate(at))
    audit.record(
        "appraisal.refreshed", by=by, at=at, on=row, organization=row.organization,
        after={"created": came, "removed": went},
    )  # fmt: skip
    return came, went


@transaction.atomic
def step(
    *,
    appraisal: Appraisal,
    step: AppraisalStep,
    excess_reason: str = "",
    by: User,
    at: dt.datetime,
) -> Appraisal:
    """Go on to the next part, when what comes before it is whole (M9).

    ``excess_reason``: why more are excellent than the rule generally allows.

    :raises Refused: something is missing; the text says what.
    :raises StepNotAllowed: it is not the turn of this step.
    """
    row = locked(appraisal)
    before = row.state
    row.state = APPRAISAL.after(AppraisalState(before), step)
    if step is AppraisalStep.BACK:
        raise Refused("退回要写明原因。")
    people = appraisals.people(row)
    cap = appraisals.cap_of(row, people, timezone.localdate(at))
    standing = appraisals.standing(row, people, cap, excess_reason=excess_reason)
    found = missing(step, standing)
    if found:
        words = cap.words(standing.excellent)
        raise Refused(
            "".join(
                wording.missing_words(each, cap_words=words, blocks=cap.blocks) for each in found
            )
        )
    if step is AppraisalStep.TO_FEEDBACK:
        row.decided_at = at
        row.excess_reason = excess_reason.strip() if standing.excellent > cap.most else ""
    if step is AppraisalStep.FINISH:
        row.finished_at = at
    row.save(update_fields=["state", "decided_at", "finished_at", "excess_reason"])
    audit.record(
        "appraisal.moved", by=by, at=at, on=row, organization=row.organization,
        before={"stage": _word(before)},
        after={"stage": _word(row.state), "reason": row.excess_reason},
    )  # fmt: skip
    return row


@transaction.atomic
def back(*, appraisal: Appraisal, reason: str, by: User, at: dt.datetime) -> Appraisal:
    """Go back one part to mend a slip; what was written stays.

    :raises Refused: no reason is given, or somebody has been told the result already.
    :raises StepNotAllowed: it has just begun, or is done.
    """
    row = locked(appraisal)
    before = row.state
    row.state = APPRAISAL.after(AppraisalState(before), AppraisalStep.BACK)
    if not reason.strip():
        raise Refused("请写明退回的原因。")
    if before == AppraisalState.FEEDBACK:
        told = row.members.filter(fed_back_on__isnull=False).count()
        if told:
            raise Refused(f"已经向 {told} 人反馈了结果，不能再退回重新评定。")
        row.decided_at, row.excess_reason = None, ""
    row.save(update_fields=["state", "decided_at", "excess_reason"])
    audit.record(
        "appraisal.moved", by=by, at=at, on=row, organization=row.organization,
        before={"stage": _word(before)},
        after={"stage": _word(row.state), "reason": reason.strip()},
    )  # fmt: skip
    return row


def locked(appraisal: Appraisal) -> Appraisal:
    """Return the row, locked; every change of an appraisal begins here."""
    return (
        Appraisal.objects.select_for_update(of=("self",))
        .select_related("organization")
        .get(pk=appraisal.pk)
    )


def _word(state: str) -> str:
    return wording.STATES[AppraisalState(state)]


def _follow_roll(appraisal: Appraisal, today: dt.date) -> tuple[int, int]:
    called = {row.member_id: row for row in appraisals.called(appraisal.organization, today)}
    gone = appraisal.members.exclude(member_id__in=called)
    went = gone.count()
    gone.delete()
    there = set(appraisal.members.values_list("member_id", flat=True))
    Appraised.objects.bulk_create(
        [
            Appraised(
                appraisal=appraisal,
                member_id=member_id,
                group_id=row.group_id,
                is_graded=row.member.status == MemberStatus.FULL,
            )
            for member_id, row in called.items()
        ],
        update_conflicts=True,
        unique_fields=["appraisal", "member"],
        update_fields=["group", "is_graded"],
    )
    return len(called.keys() - there), went
