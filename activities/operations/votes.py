"""Putting the decisions of a meeting on record: with their arithmetic, or not at all."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Max

from activities.models import Activity, Election, Resolution
from activities.operations import meetings, objections
from activities.operations.refusals import Refused
from activities.operations.repeats import WITHIN
from activities.queries import electorates
from activities.queries import votes as queries
from activities.rules import votes
from activities.rules.kinds import ActivityKind
from activities.rules.votes import ABOUT_SOMEBODY, NAMES_A_MEMBER, DecisionKind, Method, Tally
from branches import audit
from branches.models import User
from members.models import Member
from members.rules.probation import probation_ends_on


@dataclass(frozen=True, slots=True)
class Motion:
    """What was put to the vote, and what was counted."""

    subject: str
    tally: Tally
    kind: DecisionKind = DecisionKind.ORDINARY
    method: Method = Method.SHOW_OF_HANDS
    about: Member | None = None
    prior: Resolution | None = None
    text: str = field(default="")


@transaction.atomic
def record_resolution(
    *, activity: Activity, motion: Motion, confirmed: bool = False, by: User, at: dt.datetime
) -> Resolution:
    """Record a decision, carried or not; 应到 and 实到 are computed now and kept.

    What was sent twice within a minute is recorded once.

    :param confirmed: rules that only warn have been read and the step is meant.
    :raises objections.Blocked: a blocking rule does not hold (quorum, kind of meeting).
    :raises objections.Unconfirmed: one that warns does not, and it is not confirmed.
    :raises Refused: the roll is not complete, or the numbers cannot be right.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = meetings.lock(activity)
    facts = _judged(row, motion, confirmed)
    twice = Resolution.objects.filter(
        activity=row, recorded_by=by, recorded_at__gt=at - WITHIN, recorded_at__lt=at + WITHIN,
        **facts,
    ).first()  # fmt: skip
    if twice is not None:
        return twice
    last = Resolution.objects.filter(activity=row).aggregate(last=Max("ordinal"))["last"]
    resolution = Resolution.objects.create(
        activity=row, ordinal=(last or 0) + 1, recorded_by=by, recorded_at=at, **facts
    )
    audit.record(
        "vote.recorded", by=by, at=at, on=row, organization=row.organization,
        after=_kept(resolution),
    )  # fmt: skip
    return resolution


@transaction.atomic
def change_resolution(
    *, resolution: Resolution, motion: Motion, confirmed: bool = False, by: User, at: dt.datetime
) -> Resolution:
    """Rewrite a decision of an open record; 应到 and 实到 are computed again.

    :raises Refused: as ``record_resolution``, or it has been removed meanwhile.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = meetings.lock(resolution.activity)
    stored = Resolution.objects.filter(pk=resolution.pk, activity=row).first()
    if stored is None:
        raise Refused("这项表决刚刚已被删除，请返回会议页面核对。")
    before = _kept(stored)
    for name, value in _judged(row, motion, confirmed, own=stored).items():
        setattr(stored, name, value)
    stored.recorded_by, stored.recorded_at = by, at
    stored.save()
    after = _kept(stored)
    changed = {name: after[name] for name in after if after[name] != before[name]}
    audit.record(
        "vote.changed", by=by, at=at, on=row, organization=row.organization,
        before={name: before[name] for name in changed} | {"subject": before["subject"]},
        after=changed | {"subject": after["subject"]},
    )  # fmt: skip
    return stored


@transaction.atomic
def remove_resolution(*, resolution: Resolution, by: User, at: dt.datetime) -> None:
    """Take a decision off an open record; the audit keeps it.

    :raises Refused: a later meeting has decided after it (M19).
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = meetings.lock(resolution.activity)
    stored = Resolution.objects.filter(pk=resolution.pk, activity=row).first()
    if stored is None:
        return
    following = stored.followed_by.select_related("activity").first()
    if following is not None:
        raise Refused(
            f"{following.activity.held_on}的“{following.activity.title}”已把它作为支委会先行讨论的事项，"
            "不能删除。"
        )
    before = _kept(stored)
    stored.delete()
    audit.record("vote.removed", by=by, at=at, on=row, organization=row.organization, before=before)


def check_current(row: Activity) -> None:
    """Check that votes and elections were counted with the roll as it stands (two queries or more).

    :raises Refused: the roll has changed since; each must be saved anew.
    """
    if not queries.may_decide(row):
        return
    counted = [
        *Resolution.objects.filter(activity=row).values_list(
            "subject", "recorded_at", "due", "present"
        ),
        *Election.objects.filter(activity=row, due__isnull=False).values_list(
            "title", "counted_at", "due", "present"
        ),
    ]
    if not counted:
        return
    now = electorates.of_activity(row, queries.rules_of(row))
    everybody = now.due + now.left_out
    since = [each.recorded_at for each in queries.exemptions(row)]
    for name, moment, due, present in counted:
        assert moment is not None  # counted
        # Somebody left out by a vote of the meeting was still due at that very vote.
        expected = everybody - sum(each <= moment for each in since)
        if (due, present) != (expected, now.present):
            raise Refused(
                f"“{name}”登记以后，到会情况又改过：现在有表决权的应到 {expected} 人、"
                f"实到 {now.present} 人，登记的是应到 {due} 人、实到 {present} 人。"
                "请在会议页面打开这一项，核对票数重新保存，再办结。"
            )


def _judged(
    row: Activity, motion: Motion, confirmed: bool, own: Resolution | None = None
) -> dict[str, Any]:
    """Return the columns of a decision once nothing speaks against it."""
    meetings.check_roll(row)
    meeting = queries.meeting_of(row)
    due, present = meeting.electorate.due, meeting.electorate.present
    if motion.kind in NAMES_A_MEMBER and motion.about is None:
        raise Refused("请选择这项表决涉及的党员。")
    prior = motion.prior
    if prior is not None and not queries.prior_items(row).filter(pk=prior.pk).exists():
        raise Refused(
            "先行事项应当是本支部在这次会议当天或以前的支委会上已经通过的事项，请重新选择。"
        )
    asked = queries.checks(
        meeting, motion.kind, due=due, present=present, has_prior=motion.prior is not None
    )
    admitted_on = motion.about.admitted_on if motion.about else None
    if motion.kind is DecisionKind.REGULARISATION and admitted_on is not None:
        asked.append(votes.probation(row.held_on, probation_ends_on(admitted_on)))
    objections.check(asked, rules=meeting.rules, set_aside=meeting.set_aside, confirmed=confirmed)
    slips = votes.slips(motion.kind, motion.method, due=due, present=present, tally=motion.tally)
    if slips:
        raise Refused("".join(slips))
    _check_once(row, motion, own)
    tally = motion.tally
    is_ballot = motion.method is Method.BALLOT
    return {
        "kind": motion.kind,
        "subject": motion.subject,
        "about": motion.about if motion.kind in ABOUT_SOMEBODY else None,
        "prior": motion.prior if meeting.kind is ActivityKind.ASSEMBLY else None,
        "method": motion.method,
        "due": due,
        "present": present,
        "yes": tally.yes,
        "no": tally.no,
        "abstain": tally.abstain,
        "written_yes": tally.written_yes,
        "issued": tally.issued if is_ballot else None,
        "returned": tally.returned if is_ballot else None,
        "void": tally.void if is_ballot else 0,
        "is_passed": votes.majority(meeting.kind, due=due, tally=tally).holds,
        "text": motion.text,
    }


def _check_once(row: Activity, motion: Motion, own: Resolution | None) -> None:
    """One vote for each person and matter: a list is not voted on as a whole."""
    if motion.kind not in ABOUT_SOMEBODY or motion.about is None:
        return
    same = Resolution.objects.filter(activity=row, kind=motion.kind, about=motion.about)
    if own is not None:
        same = same.exclude(pk=own.pk)
    if same.exists():
        raise Refused(f"{motion.about.name}的这项表决已经登记。要改，请打开原来的一项修改。")


def _kept(row: Resolution) -> dict[str, Any]:
    return {
        "subject": row.subject,
        "decision_kind": row.kind,
        "person": row.about.name if row.about else "",
        "vote_method": row.method,
        "due": row.due,
        "present": row.present,
        "yes": row.yes,
        "no": row.no,
        "abstain": row.abstain,
        "written_yes": row.written_yes,
        "issued": row.issued,
        "returned": row.returned,
        "void": row.void,
        "is_passed": row.is_passed,
        "text": row.text,
    }
