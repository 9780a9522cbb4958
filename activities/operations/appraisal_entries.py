"""What is written down in each part of a 民主评议."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from activities.models import Activity, Appraisal, Appraised
from activities.operations.appraisals import locked
from activities.operations.refusals import Refused
from activities.queries import appraisals
from activities.rules import appraisals as rules
from activities.rules.appraisals import AppraisalGrade, AppraisalState, Ballot, Votes
from activities.wording import appraisals as wording
from branches import audit
from branches.models import Post, User
from branches.rules.roles import Capability, roles_with


@dataclass(frozen=True, slots=True)
class Written:
    """A text somebody wrote; ``read`` is the digest of what the page showed before.

    ``waived``: why somebody writes no self-appraisal (ill, abroad).
    """

    text: str
    waived: str = ""
    read: str = ""


@transaction.atomic
def write_self(
    *, appraisal: Appraisal, entries: Mapping[int, Written], on: dt.date, by: User, at: dt.datetime
) -> int:
    """Write self-appraisals by ``Appraised`` key; return how many.

    What somebody has changed since the page was read is not overwritten, and what a member wrote
    with the own account only the member rewrites.

    :raises Refused: it is not the turn, the day has not come, a text has changed meanwhile, or
        the member wrote it.
    """
    row = _in(appraisal, AppraisalState.SELF)
    people = _people(row, entries, on, at)
    _check_read({pk: (people[pk], people[pk].self_text, entries[pk].read) for pk in entries})
    own = [
        person.member.name
        for pk, person in people.items()
        if person.self_by_id not in (None, by.pk)
        and person.self_by_id == person.member.user_id
        and entries[pk].text.strip() != person.self_text
    ]
    if own:
        raise Refused(f"{'、'.join(own)}的自评是本人写的，别人不能改。需要修改的，请本人登录修改。")
    for pk, entry in entries.items():
        person = people[pk]
        if entry.text.strip() != person.self_text:
            person.self_by = by if entry.text.strip() else None
        person.self_text = entry.text.strip()
        # A reason stands only where there is no text.
        person.self_waived = "" if person.self_text else entry.waived.strip()
        person.self_on = on if person.self_text or person.self_waived else None
    Appraised.objects.bulk_update(
        people.values(), ["self_text", "self_waived", "self_on", "self_by"]
    )
    audit.record(
        "appraisal.self", by=by, at=at, on=row, organization=row.organization,
        after={"rows": len(people), "on": on, "appraised": _keys(people.values())},
    )  # fmt: skip
    return len(people)


@transaction.atomic
def write_peers(
    *, appraisal: Appraisal, entries: Mapping[int, Written], on: dt.date, by: User, at: dt.datetime
) -> int:
    """Write down what the others said of each; return how many.

    :raises Refused: it is not the turn, the day has not come, a text has changed meanwhile, or
        it is about oneself.
    """
    row = _in(appraisal, AppraisalState.PEER)
    people = _people(row, entries, on, at)
    _check_read({pk: (people[pk], people[pk].peer_text, entries[pk].read) for pk in entries})
    if any(
        person.member.user_id == by.pk and entries[pk].text.strip() != person.peer_text
        for pk, person in people.items()
    ):
        raise Refused(f"对自己的互评意见不能由自己填写，{_others(row, by, at)}填写。")
    for pk, entry in entries.items():
        people[pk].peer_text = entry.text.strip()
        people[pk].peer_on = on if people[pk].peer_text else None
    Appraised.objects.bulk_update(people.values(), ["peer_text", "peer_on"])
    audit.record(
        "appraisal.peers", by=by, at=at, on=row, organization=row.organization,
        after={"rows": len(people), "on": on, "appraised": _keys(people.values())},
    )  # fmt: skip
    return len(people)


@transaction.atomic
def count(
    *,
    appraisal: Appraisal,
    activity: Activity,
    ballot: Ballot,
    tellers: tuple[str, str],
    votes: Mapping[int, Votes],
    by: User,
    at: dt.datetime,
) -> Appraisal:
    """Write down the anonymous paper ballot as two tellers counted it, at a 党员大会.

    Whoever is not among ``votes`` keeps what was counted before, and it has to fit the totals.
    Single counts do not go into the audit: they belong to the branch.

    :raises Refused: the meeting, the tellers or the totals do not fit, or it is not the turn.
    """
    row = _in(appraisal, AppraisalState.BALLOT)
    if not appraisals.meetings_for(row, timezone.localdate(at)).filter(pk=activity.pk).exists():
        raise Refused("民主测评要在本支部的党员大会或民主评议党员会议上进行，请选择那次会议。")
    first, second = (name.strip() for name in tellers)
    if not first or not second or first == second:
        raise Refused("请写明监票人和计票人两个人的姓名。")
    people = _people(row, votes, None, at)
    wrong = [person.member.name for person in people.values() if not person.is_graded]
    if wrong:
        raise Refused(f"预备党员不评定等次，不登记票数：{'、'.join(wrong)}。")
    counted = _counted(row) | {people[pk].member.name: votes[pk] for pk in votes}
    faults = rules.ballot_faults(ballot, counted)
    if faults:
        raise Refused(
            "".join((name and f"{name}：") + wording.FAULTS[fault] for fault, name in faults)
        )
    row.activity = activity
    row.issued, row.returned, row.void = ballot.issued, ballot.returned, ballot.void
    row.tellers = f"{first}、{second}"
    row.save(update_fields=["activity", "issued", "returned", "void", "tellers"])
    for pk, one in votes.items():
        person = people[pk]
        person.excellent, person.qualified = one.excellent, one.qualified
        person.basic, person.unqualified = one.basic, one.unqualified
    Appraised.objects.bulk_update(
        people.values(), ["excellent", "qualified", "basic", "unqualified"]
    )
    audit.record(
        "appraisal.counted", by=by, at=at, on=row, organization=row.organization,
        after={"issued": ballot.issued, "returned": ballot.returned, "void": ballot.void,
               "tellers": row.tellers, "appraised": _keys(people.values())},
    )  # fmt: skip
    return row


@transaction.atomic
def grade(
    *,
    appraisal: Appraisal,
    grades: Mapping[int, tuple[AppraisalGrade | None, str]],
    by: User,
    at: dt.datetime,
) -> None:
    """Write down what the branch decided of each: the grade (None: not yet) and its opinion.

    :raises Refused: somebody probationary is graded (M12), it is not the turn, or it is one's own.
    """
    row = _in(appraisal, AppraisalState.OPINION)
    people = _people(row, grades, None, at)
    wrong = [people[pk].member.name for pk in grades if grades[pk][0] and not people[pk].is_graded]
    if wrong:
        raise Refused(f"预备党员参加评议、不评定等次：{'、'.join(wrong)}。")
    touched = [
        people[pk]
        for pk, (given, opinion) in grades.items()
        if (people[pk].grade, people[pk].opinion) != (given or "", opinion.strip())
    ]
    if any(person.member.user_id == by.pk for person in touched):
        raise Refused(f"自己的等次和支部意见不能由自己登记，{_others(row, by, at)}登记。")
    for pk, (given, opinion) in grades.items():
        people[pk].grade, people[pk].opinion = given or "", opinion.strip()
    Appraised.objects.bulk_update(people.values(), ["grade", "opinion"])
    # Who got which grade belongs to the branch, as do the counts.
    audit.record(
        "appraisal.graded", by=by, at=at, on=row, organization=row.organization,
        after={
            "rows": sum(bool(given) for given, _ in grades.values()),
            "appraised": _keys(touched),
        },
    )  # fmt: skip


@transaction.atomic
def feed_back(
    *, appraisal: Appraisal, days: Mapping[int, dt.date | None], by: User, at: dt.datetime
) -> None:
    """Write down when each was told the result (M13).

    :raises Refused: a day lies before the decision or after today, or it is not the turn.
    """
    row = _in(appraisal, AppraisalState.FEEDBACK)
    people = _people(row, days, None, at)
    touched = [person for pk, person in people.items() if person.fed_back_on != days[pk]]
    assert row.decided_at is not None
    decided_on, today = timezone.localdate(row.decided_at), timezone.localdate(at)
    for pk, day in days.items():
        if day is not None and not decided_on <= day <= today:
            raise Refused(
                f"{people[pk].member.name}：反馈日期要在评定之日（{decided_on}）到今天之间。"
            )
        people[pk].fed_back_on = day
    Appraised.objects.bulk_update(people.values(), ["fed_back_on"])
    audit.record(
        "appraisal.fed_back", by=by, at=at, on=row, organization=row.organization,
        after={
            "rows": sum(day is not None for day in days.values()),
            "appraised": _keys(touched),
        },
    )  # fmt: skip


def _in(appraisal: Appraisal, state: AppraisalState) -> Appraisal:
    row = locked(appraisal)
    if row.state != state:
        raise Refused(wording.refused_step(row.state))
    return row


def _people(
    row: Appraisal, asked: Mapping[int, object], on: dt.date | None, at: dt.datetime
) -> dict[int, Appraised]:
    if on is not None and on > timezone.localdate(at):
        raise Refused("日期不能晚于今天。")
    found = {person.pk: person for person in appraisals.people(row) if person.pk in asked}
    if len(found) < len(asked):
        raise Refused("名单刚刚变动过，请刷新页面后再填。")
    return found


def _counted(row: Appraisal) -> dict[str, Votes]:
    """Return the votes written down so far, by name (one query)."""
    return {
        person.member.name: Votes(
            person.excellent, person.qualified or 0, person.basic or 0, person.unqualified or 0
        )
        for person in appraisals.people(row)
        if person.excellent is not None
    }


def _keys(people: Iterable[Appraised]) -> list[int]:
    return sorted(person.pk for person in people)


def _others(row: Appraisal, by: User, at: dt.datetime) -> str:
    """Return whom to ask to write about the one who keeps the appraisal (one query)."""
    others = (
        Post.objects.held_on(timezone.localdate(at))
        .filter(
            role__in=roles_with(Capability.LOG_ACTIVITIES), organization=row.organization_id,
            user__is_active=True,
        )
        .exclude(user=by)
    )  # fmt: skip
    if others.exists():
        return "请由其他支部委员"
    return "本支部没有其他支部委员可以办理，请上级党委书记、副书记或委员登录"


def _check_read(read: Mapping[int, tuple[Appraised, str, str]]) -> None:
    changed = [
        person.member.name
        for person, text, mark in read.values()
        if mark and rules.digest(text) != mark
    ]
    if changed:
        raise Refused(f"{'、'.join(changed)}的内容刚刚被别人改过，请核对后再保存。")
