"""Arranging talks, holding them, dropping them. The words themselves: ``talk_words``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from branches import audit, notices
from branches.models import Organization, User
from members.models import Member
from people.models import Talk
from people.operations import talk_words
from people.operations.talk_locks import locked
from people.queries import talk_texts, talks
from people.rules import talks as rules
from people.rules.talks import TALK, TalkForm, TalkReason, TalkState, TalkStep
from people.wording import talks as wording

OLDEST = dt.timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Held:
    """A talk as the talker tells it; ``note`` is confidential and may be empty."""

    held_on: dt.date
    place: str = ""
    note: str = field(default="", repr=False)
    is_shared: bool = False


@transaction.atomic
def arrange(
    *,
    member: Member,
    reason: TalkReason,
    talker: Member | None = None,
    form: TalkForm | None = None,
    due_on: dt.date | None = None,
    source: str = "",
    branch: Organization | None = None,
    by: User | None,
    at: dt.datetime,
) -> Talk:
    """Make a talk with a member due at the branch he belongs to, and tell both.

    The capability is the caller's to check: talks are arranged at the very branch only.

    :param talker: who is to hold it; the branch names somebody later where it is None.
    :param form: a visit for 四必访, else a talk, where it is None.
    :param due_on: by rule P5 where it is None (7 days, a visit 3).
    :param source: what made it due, such as "consequence:12" or "birthday:5:2026": one talk each.
        Without one, what was sent twice within a minute is entered once.
    :param branch: where the talk is asked for; None where that is any branch.
    :param by: None where the calendar does it; then ``source`` must be given.
    :raises Refused: the member is on no roll or belongs to another branch than ``branch``, would
        talk with himself, or the day is past.
    """
    if not source and by is None:
        raise ValueError("what nobody arranges needs its source")
    if source and (known := Talk.objects.without_words().filter(source=source).first()):
        _check_here(member, known.branch, branch)
        return known
    today = timezone.localdate(at)
    home = talks.branch_of(member, today)
    if home is None:
        raise Refused(f"{member.name}现在不在党员名册上，不能安排谈话。")
    _check_here(member, home, branch)
    chosen = form or rules.form_of(reason)
    until = due_on or rules.due_on(today, chosen, talks.terms(home, today))
    _check_talker(member, talker)
    if until < today:
        raise Refused("期限不能早于今天。")
    facts = {
        "branch": home, "member": member, "talker": talker, "form": chosen, "reason": reason,
        "due_on": until,
    }  # fmt: skip
    if source:
        row, is_new = Talk.objects.without_words().get_or_create(
            source=source, defaults=facts | {"arranged_by": by, "arranged_at": at}
        )
        if not is_new:
            return row
    else:
        assert by is not None
        same = Talk.objects.without_words().due().filter(**facts)
        if twice := repeated(same, action="talk.arranged", by=by, at=at):
            return twice
        row = Talk.objects.create(**facts, arranged_by=by, arranged_at=at)
    # Neither who nor why: those who read the audit are not among those who may know.
    audit.record("talk.arranged", by=by, at=at, on=row, organization=home, after={"due_on": until})
    tell_member(row, by, at)
    _tell_talker(row, by, at)
    return row


@transaction.atomic
def assign(
    *, talk: Talk, talker: Member | None, due_on: dt.date, by: User, at: dt.datetime
) -> Talk:
    """Say who is to hold a due talk, and until when.

    :raises Refused: it is the talk with oneself, the member would talk with himself, or the day is
        past.
    :raises StepNotAllowed: it was held or dropped meanwhile.
    """
    row = locked(talk)
    TALK.after(TalkState(row.state), TalkStep.HOLD)
    if row.member.user_id == by.pk:
        raise Refused("和您本人的谈话，请支部其他同志安排。")
    _check_talker(row.member, talker)
    if due_on < timezone.localdate(at) and due_on != row.due_on:
        raise Refused("期限不能早于今天。")
    before = row.due_on
    is_other = row.talker_id != (talker.pk if talker else None)
    row.talker, row.due_on = talker, due_on
    row.save(update_fields=["talker", "due_on"])
    audit.record(
        "talk.assigned", by=by, at=at, on=row, organization=row.branch,
        before={"due_on": before}, after={"due_on": due_on},
    )  # fmt: skip
    if is_other:
        _tell_talker(row, by, at)
    return row


@transaction.atomic
def drop(*, talk: Talk, reason: str, by: User, at: dt.datetime) -> Talk:
    """Say that a due talk is not needed any more, and why.

    :raises Refused: no reason is given, or somebody drops the talk with himself.
    :raises StepNotAllowed: it was held or dropped meanwhile.
    """
    row = locked(talk)
    state = TALK.after(TalkState(row.state), TalkStep.DROP)
    if row.member.user_id == by.pk:
        raise Refused("和您本人的谈话，请支部其他同志决定要不要谈。")
    if not reason.strip():
        raise Refused("请写明不再需要的原因。")
    row.state, row.drop_reason = state, reason.strip()
    row.save(update_fields=["state", "drop_reason"])
    audit.record("talk.dropped", by=by, at=at, on=row, organization=row.branch)
    form = wording.FORMS[TalkForm(row.form)]
    _tell(row.member, by, f"原来安排和您的{form}不再进行了", reverse("my-talks"), at)
    if row.talker is not None:
        text = f"和{row.member.name}的{form}不用谈了"
        _tell(row.talker, by, text, reverse("my-talks"), at)
    return row


@sensitive_variables()
@transaction.atomic
def hold(*, talk: Talk, held: Held, by: User, at: dt.datetime) -> Talk:
    """Write down that a due talk was held, by whoever held it.

    :raises Refused: somebody else is to hold it, it is about the person himself, or the day does
        not fit.
    :raises StepNotAllowed: it was held or dropped meanwhile.
    """
    row = locked(talk)
    state = TALK.after(TalkState(row.state), TalkStep.HOLD)
    own = _own(by)
    if row.talker is not None and row.talker_id != own.pk:
        raise Refused(f"这次谈话安排由{row.talker.name}谈。换人谈，请先改谈话人。")
    if row.member_id == own.pk:
        raise Refused("不能登记和自己的谈话。")
    _check_day(held.held_on, at)
    row.state, row.talker = state, own
    _write(row, held, at)
    row.save(update_fields=["state", "talker", *_HELD_FIELDS])
    _after_holding(row, by, at)
    return row


@sensitive_variables()
@transaction.atomic
def record(*, member: Member, reason: TalkReason, held: Held, by: User, at: dt.datetime) -> Talk:
    """Write down a talk that was held without being arranged. Where one was due from the same
    person with the same member for this reason (for any, where it is the ordinary one), it is
    that one.

    What was sent twice within a minute is entered once.

    :raises Refused: the member is on no roll or the person himself, or the day does not fit.
    """
    own = _own(by)
    if member.pk == own.pk:
        raise Refused("不能登记和自己的谈话。")
    due = talks.to_hold(by).filter(member=member)
    if reason != TalkReason.REGULAR:
        due = due.filter(reason=reason)
    waiting = due.first()
    if waiting is not None:
        return hold(talk=waiting, held=held, by=by, at=at)
    today = timezone.localdate(at)
    branch = talks.branch_of(member, today)
    if branch is None:
        raise Refused(f"{member.name}现在不在党员名册上，不能登记谈话。")
    _check_day(held.held_on, at)
    same = (
        Talk.objects.without_words()
        .held()
        .filter(member=member, talker=own, held_on=held.held_on, reason=reason)
    )
    if twice := repeated(same, action="talk.held", by=by, at=at):
        return twice
    row = Talk(
        branch=branch, member=member, talker=own, form=rules.form_of(reason), reason=reason,
        state=TalkState.HELD, arranged_by=by, arranged_at=at,
    )  # fmt: skip
    _write(row, held, at)
    row.save()
    _after_holding(row, by, at)
    return row


@transaction.atomic
def withdraw(*, talk: Talk, by: User, at: dt.datetime) -> None:
    """Take back a talk that was written down by mistake, within 24 hours: the row and its words
    go. One that had been arranged stays, and so does one that somebody else has read or answered.

    :raises Refused: it was arranged, somebody else wrote it down, it is too late, it was read by
        somebody else, or the member has added to it.
    """
    row = locked(talk)
    if not talk_texts.may_correct(row, by, at) or row.due_on is not None:
        raise Refused("只有登记人能在 24 小时内撤回自己补登的谈话。")
    if talk_texts.is_known_to_others(row, by):
        raise Refused("谈话内容已有人查看或者补充，不能撤回。写错的，请在 24 小时内更正。")
    audit.record("talk.withdrawn", by=by, at=at, on=row, organization=row.branch)
    _tell(row.member, by, f"{by.name}撤回了登记错的谈话", reverse("my-talks"), at)
    row.readings.all().delete()  # the talker's own
    row.delete()


def tell_member(row: Talk, by: User | None, at: dt.datetime) -> None:
    """Tell the member that a talk is to be held; of the reason no more than what kind it is."""
    _tell(row.member, by, talks.told(row), reverse("my-talks"), at)


_HELD_FIELDS = ("held_on", "place", "is_shared", "recorded_at", *talk_words.FIELDS)


@sensitive_variables()
def _write(row: Talk, held: Held, at: dt.datetime) -> None:
    row.held_on, row.place, row.is_shared = held.held_on, held.place.strip(), held.is_shared
    row.recorded_at = at
    talk_words.begin(row, held.note)


def _after_holding(row: Talk, by: User, at: dt.datetime) -> None:
    audit.record(
        "talk.held", by=by, at=at, on=row, organization=row.branch,
        after={"held_on": row.held_on, "is_shared": row.is_shared},
    )  # fmt: skip
    who = "支部书记也可以看" if row.is_shared else "只有你们两人可以看"
    text = f"{by.name}登记了和您的{wording.FORMS[TalkForm(row.form)]}，{who}"
    _tell(row.member, by, text, reverse("talk", kwargs={"pk": row.pk}), at)


def _own(by: User) -> Member:
    own = talks.own_member(by)
    if own is None:
        raise Refused("您的账号没有关联党员，不能登记谈话。请支部管理员在党员档案里关联账号。")
    return own


def _check_here(member: Member, home: Organization, branch: Organization | None) -> None:
    if branch is not None and home.pk != branch.pk:
        raise Refused(f"{member.name}的组织关系现在不在{branch.short_name}，谈话由所在党支部安排。")


def _check_talker(member: Member, talker: Member | None) -> None:
    if talker is None:
        return
    if talker.pk == member.pk:
        raise Refused("谈话人和谈话对象不能是同一个人。")
    if not talker.is_on_roll:
        raise Refused(f"{talker.name}现在不在党员名册上，请换一位谈话人。")


def _check_day(day: dt.date, at: dt.datetime) -> None:
    today = timezone.localdate(at)
    if day > today:
        raise Refused("谈话日期不能晚于今天。")
    if day < today - OLDEST:
        raise Refused("谈话日期早于一年以前，请核对。")


def _tell_talker(row: Talk, by: User | None, at: dt.datetime) -> None:
    if row.talker is not None and row.due_on is not None:
        form = wording.FORMS[TalkForm(row.form)]
        text = f"请您和{row.member.name}{form}，{row.due_on.month}月{row.due_on.day}日前"
        url = reverse("talk-hold-due", kwargs={"pk": row.pk})
        _tell(row.talker, by, text, url, at)


def _tell(member: Member, by: User | None, text: str, url: str, at: dt.datetime) -> None:
    """Tell a member with an account, unless it is he himself who did it."""
    if member.user is not None and member.user != by:
        notices.tell([member.user], text, url=url, at=at)
