"""Writing, reading and correcting what was said in a talk. Each reading is kept."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables

from activities.operations.refusals import Refused
from branches import audit, notices
from branches.access import Grants
from branches.models import User
from members.models import Member
from people.models import Talk, TalkReading
from people.operations.talk_locks import locked
from people.queries import talk_texts
from people.queries.talk_texts import Words
from people.rules.talks import TalkState

FIELDS = ("note",)
MOST = 2000


@sensitive_variables()
def begin(row: Talk, note: str) -> None:
    """Put the talker's note on a row that its operation is about to save."""
    row.note = note.strip()


@sensitive_variables()
@transaction.atomic
def read(*, talk: Talk, by: User, grants: Grants, at: dt.datetime) -> Words:
    """Return what was said, and keep that it was read: the member sees by whom and when.

    :raises Refused: it is not this person's to read (any more), is shut, or was not held.
    """
    row = locked(talk)
    may = talk_texts.readable_by(by, grants).filter(pk=row.pk, state=TalkState.HELD)
    if not may.exists():
        raise Refused("这次谈话的内容您现在不能查看。")
    _check_open(row, by)
    words = talk_texts.words_of(row)
    TalkReading.objects.create(talk=row, reader=by, read_at=at)
    audit.record("talk.read", by=by, at=at, on=row, organization=row.branch)
    return words


@sensitive_variables()
@transaction.atomic
def correct(*, talk: Talk, note: str, is_shared: bool, by: User, at: dt.datetime) -> Talk:
    """Correct what the talker noted, within 24 hours; the member is told that it was corrected.

    :raises Refused: somebody else noted it, or it is too late.
    """
    row = locked(talk)
    if not talk_texts.may_correct(row, by, at):
        raise Refused("谈话内容只能由谈话人在登记后 24 小时内更正。")
    was_shared = row.is_shared
    row.note, row.is_shared = note.strip(), is_shared
    row.save(update_fields=["note", "is_shared"])
    audit.record(
        "talk.corrected", by=by, at=at, on=row, organization=row.branch,
        before={"is_shared": was_shared}, after={"is_shared": is_shared},
    )  # fmt: skip
    who = "支部书记也可以看" if is_shared else "只有你们两人可以看"
    _tell(row.member.user, by, f"{by.name}更正了和您谈话的记录，{who}", row, at)
    return row


@sensitive_variables()
@transaction.atomic
def answer(*, talk: Talk, text: str, by: User, at: dt.datetime) -> Talk:
    """Write down what the member himself adds, in place of what he added before.

    :raises Refused: it is not about this person, is shut, was not held, or nothing is written.
    """
    row = locked(talk)
    if row.state != TalkState.HELD or row.member.user_id != by.pk:
        raise Refused("只有谈话对象本人可以在谈话登记以后补充。")
    _check_open(row, by)
    if not text.strip():
        raise Refused("请写下要补充的内容。")
    row.answer = text.strip()
    row.save(update_fields=["answer"])
    audit.record("talk.answered", by=by, at=at, on=row, organization=row.branch)
    talker = row.talker.user if row.talker else None
    _tell(talker, by, f"{by.name}对谈话记录作了补充", row, at)
    return row


@transaction.atomic
def release(*, talk: Talk, by: User, at: dt.datetime) -> Talk:
    """Open the words again to the member, whose account was opened or reset since the talk.

    :raises Refused: somebody else held the talk, or the words are not shut.
    """
    row = locked(talk)
    if row.talker is None or row.talker.user_id != by.pk:
        raise Refused("只有谈话人可以重新开放谈话内容。")
    if not talk_texts.is_shut(row):
        raise Refused("这次谈话的内容已经对本人开放，不用再办。")
    row.released_at = at
    row.save(update_fields=["released_at"])
    audit.record("talk.released", by=by, at=at, on=row, organization=row.branch)
    _tell(row.member.user, by, f"{by.name}重新开放了和您谈话的记录，可以查看", row, at)
    return row


def tell_talkers(user: User, at: dt.datetime) -> None:
    """Tell those who held talks with the owner of an account that it was opened or reset."""
    member = Member.objects.only("name").filter(user=user).first()
    if member is None:
        return
    held = Talk.objects.held().filter(member=member, talker__user__isnull=False)
    talkers = User.objects.filter(pk__in=held.values("talker__user"), is_active=True)
    what = "的账号密码已重置" if user.reset_at == at else "的账号已开通"
    notices.tell_many(talkers, f"{member.name}{what}", url=reverse("my-talks"), at=at)


def _check_open(row: Talk, by: User) -> None:
    if row.member.user_id == by.pk and talk_texts.is_shut(row):
        talker = row.talker.name if row.talker else "谈话人"
        raise Refused(f"登记这次谈话以后，您的账号才开通或者重置过密码。请先联系{talker}重新开放。")


def _tell(user: User | None, by: User, text: str, row: Talk, at: dt.datetime) -> None:
    if user is not None and user != by:
        notices.tell([user], text, url=reverse("talk", kwargs={"pk": row.pk}), at=at)
