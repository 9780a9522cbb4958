"""The talent pool: recommend, examine, publish, confirm, then mentor, file and outcome.

Four eyes: nobody recommends, examines, publishes or confirms himself; whoever recommended neither
examines nor confirms nor declines, and whoever examined does not confirm.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from branches import audit, notices
from branches.models import Organization, User
from branches.queries import posts, working_calendar
from branches.rules.roles import Capability
from members.models import Member
from people.models import Talent, TalentNote
from people.operations.checks import check_day, check_other
from people.queries import talents
from people.rules import talents as rules
from people.rules.talents import TALENT, Outcome, TalentState, TalentStep, Tier
from people.wording import talents as wording


@transaction.atomic
def recommend(
    *,
    branch: Organization,
    member: Member,
    tier: Tier,
    recommendation: str,
    recommended_on: dt.date,
    by: User,
    at: dt.datetime,
) -> Talent:
    """Recommend somebody of the branch for a tier; the person is told.

    What was sent twice within a minute is entered once.

    :raises Refused: the person is too old, recommends himself, is on the way already, has no
        known birth date, or the day is to come.
    """
    Member.objects.select_for_update(no_key=True).get(pk=member.pk)
    facts = {
        "branch": branch, "member": member, "tier": tier, "recommended_on": recommended_on,
        "recommendation": recommendation.strip(), "recommended_by": by,
    }  # fmt: skip
    if twice := repeated(Talent.objects.filter(**facts), action="talent.recommended", by=by, at=at):
        return twice
    check_other(member, by)
    if not facts["recommendation"]:
        raise Refused("请写明推荐理由。")
    if recommended_on > timezone.localdate(at):
        raise Refused("推荐日期不能晚于今天。")
    if not talents.candidates(branch, by).filter(pk=member.pk).exists():
        raise Refused(f"{member.name}不在本支部名册上，或者已经推荐、在库，不用再推荐。")
    _check_age(member, tier, recommended_on, branch)
    row = Talent.objects.create(**facts)
    _record("talent.recommended", row, by, at, {"happened_on": recommended_on})
    _tell_person(row, f"支部推荐您进入{wording.TIERS[tier]}库，等上级考察", by, at)
    _tell_above(row, f"{branch.short_name}推荐{member.name}为{wording.TIERS[tier]}，请考察", by, at)
    return row


@transaction.atomic
def examine(
    *, talent: Talent, examined_on: dt.date, examination: str, by: User, at: dt.datetime
) -> Talent:
    """Write down what the level above found.

    :raises Refused: about oneself, by who recommended, no words, or a day that does not fit.
    :raises StepNotAllowed: the person does not wait for it.
    """
    row = _locked(talent)
    row.state = TALENT.after(TalentState(row.state), TalentStep.EXAMINE)
    check_other(row.member, by)
    _check_not_recommender(row, by)
    if not examination.strip():
        raise Refused("请写明考察意见。")
    check_day(examined_on, at, first=row.recommended_on, why="考察日期不能早于推荐日期。")
    row.examined_on, row.examination, row.examined_by = examined_on, examination.strip(), by
    row.save(update_fields=["state", "examined_on", "examination", "examined_by"])
    _record("talent.examined", row, by, at, {"happened_on": examined_on})
    return row


@transaction.atomic
def publish(*, talent: Talent, by: User, at: dt.datetime) -> Talent:
    """Begin publicity today; it lasts the working days of rule P6, today not counted.

    :raises Refused: about oneself.
    :raises StepNotAllowed: the person was not examined, or it is published already.
    """
    row = _locked(talent)
    row.state = TALENT.after(TalentState(row.state), TalentStep.PUBLISH)
    check_other(row.member, by)
    today = timezone.localdate(at)
    terms = talents.terms(row.branch, today)
    row.published_on = today
    row.published_until = rules.publicity_until(today, working_calendar.around(today), terms)
    row.save(update_fields=["state", "published_on", "published_until"])
    _record("talent.published", row, by, at, {"until": row.published_until})
    last = row.published_until
    _tell_person(row, f"您的人才人选开始公示，到{last.month}月{last.day}日", by, at)
    return row


@transaction.atomic
def confirm(*, talent: Talent, by: User, at: dt.datetime) -> Talent:
    """Take somebody into the pool once publicity is over. The caller checks that it is the
    committee at the top.

    :raises Refused: about oneself, by who recommended or examined, or publicity is not over.
    :raises StepNotAllowed: the person is not on publicity.
    """
    row = _locked(talent)
    row.state = TALENT.after(TalentState(row.state), TalentStep.CONFIRM)
    check_other(row.member, by)
    _check_not_recommender(row, by)
    if row.examined_by_id == by.pk:
        raise Refused("人选是您考察的，请由另一位负责人确认入库。")
    today = timezone.localdate(at)
    assert row.published_until is not None
    if not rules.may_be_confirmed(row.published_until, today):
        last = row.published_until
        raise Refused(f"公示到{last.month}月{last.day}日结束，第二天起才能入库。")
    row.confirmed_on, row.confirmed_by = today, by
    row.save(update_fields=["state", "confirmed_on", "confirmed_by"])
    _record("talent.confirmed", row, by, at, {"happened_on": today})
    _tell_person(row, f"您已进入{row.get_tier_display()}库", by, at)
    return row


@transaction.atomic
def decline(*, talent: Talent, declined_because: str, by: User, at: dt.datetime) -> Talent:
    """Say that somebody is not taken, with the reason, at whatever step.

    :raises Refused: about oneself, by who recommended, or no reason.
    :raises StepNotAllowed: it is decided already.
    """
    row = _locked(talent)
    row.state = TALENT.after(TalentState(row.state), TalentStep.DECLINE)
    check_other(row.member, by)
    _check_not_recommender(row, by)
    if not declined_because.strip():
        raise Refused("请写明未入库的原因。")
    row.declined_because = declined_because.strip()
    row.save(update_fields=["state", "declined_because"])
    _record("talent.declined", row, by, at, {"happened_on": timezone.localdate(at)})
    _tell_person(row, "您的人才人选这次没有入库，可以查看原因", by, at)
    return row


@transaction.atomic
def name_mentor(*, talent: Talent, mentor: Member, by: User, at: dt.datetime) -> Talent:
    """Say who is in touch with somebody in the pool one-to-one; both are told.

    :raises Refused: the person is not in the pool, or would be his own mentor.
    """
    row = _locked(talent)
    _check_in_pool(row)
    check_other(row.member, by)
    if mentor.pk == row.member_id:
        raise Refused("联系人不能是本人。")
    row.mentor = mentor
    row.save(update_fields=["mentor"])
    _record("talent.mentor_named", row, by, at, {"mentor": mentor.name})
    _tell_person(row, f"{mentor.name}是您的联系人（导师）", by, at)
    if mentor.user is not None and mentor.user_id != by.pk:
        url = reverse("talent", kwargs={"pk": row.pk})
        notices.tell([mentor.user], f"您是{row.member.name}的联系人（导师）", url=url, at=at)
    return row


@transaction.atomic
def note(*, talent: Talent, on: dt.date, text: str, by: User, at: dt.datetime) -> TalentNote:
    """Add a line to the training file.

    What was sent twice within a minute is entered once.

    :raises Refused: the person is not in the pool, no words, or a day that does not fit.
    """
    row = _locked(talent)
    _check_in_pool(row)
    check_other(row.member, by)
    if not text.strip():
        raise Refused("请写明培养情况。")
    assert row.confirmed_on is not None
    check_day(on, at, first=row.confirmed_on, why="日期不能早于入库日期。")
    facts = {"talent": row, "on": on, "text": text.strip(), "entered_by": by}
    if twice := repeated(TalentNote.objects.filter(**facts), action="talent.noted", by=by, at=at):
        return twice
    made = TalentNote.objects.create(**facts, entered_at=at)
    audit.record(
        "talent.noted", by=by, at=at, on=made, organization=row.branch,
        after={"person": row.member.name, "on": on},
    )  # fmt: skip
    return made


@transaction.atomic
def leave(
    *, talent: Talent, outcome: Outcome, left_on: dt.date, by: User, at: dt.datetime
) -> Talent:
    """Take somebody out of the pool, with what became of him.

    :raises Refused: about oneself, or a day that does not fit.
    :raises StepNotAllowed: the person is not in the pool.
    """
    row = _locked(talent)
    row.state = TALENT.after(TalentState(row.state), TalentStep.LEAVE)
    check_other(row.member, by)
    assert row.confirmed_on is not None
    check_day(left_on, at, first=row.confirmed_on, why="出库日期不能早于入库日期。")
    row.outcome, row.left_on = outcome, left_on
    row.save(update_fields=["state", "outcome", "left_on"])
    _record("talent.left", row, by, at, {"happened_on": left_on})
    _tell_person(row, f"您已从人才库出库：{wording.OUTCOMES[Outcome(outcome)]}", by, at)
    return row


def _locked(talent: Talent) -> Talent:
    return (
        Talent.objects.select_for_update(of=("self",))
        .select_related("branch__parent", "member__user")
        .get(pk=talent.pk)
    )


def _check_not_recommender(row: Talent, by: User) -> None:
    if row.recommended_by_id == by.pk:
        raise Refused("人选是您推荐的，请由其他人办理。")


def _check_in_pool(row: Talent) -> None:
    if row.state != TalentState.CONFIRMED:
        raise Refused(f"{row.member.name}不在人才库里，不能登记培养情况。")


def _check_age(member: Member, tier: Tier, on: dt.date, branch: Organization) -> None:
    if member.birth_date is None:
        raise Refused(f"{member.name}的档案里没有出生日期，请先补上再推荐。")
    terms = talents.terms(branch, on)
    if not rules.is_young_enough(tier, member.birth_date, on, terms):
        years = rules.age(member.birth_date, on)
        most = terms.oldest(tier)
        raise Refused(
            f"{wording.TIERS[tier]}不超过 {most} 岁，{member.name}推荐当天 {years} 岁，"
            "请改选层次或者人选。"
        )


def _record(action: str, row: Talent, by: User, at: dt.datetime, after: dict[str, Any]) -> None:
    """The audit names the person and the step; what was said of him stays with the record."""
    audit.record(
        action, by=by, at=at, on=row, organization=row.branch,
        after={"person": row.member.name, **after},
    )  # fmt: skip


def _tell_person(row: Talent, text: str, by: User, at: dt.datetime) -> None:
    user = row.member.user
    if user is not None and user != by:
        notices.tell([user], text, url=reverse("talent", kwargs={"pk": row.pk}), at=at)


def _tell_above(row: Talent, text: str, by: User, at: dt.datetime) -> None:
    above = row.branch.parent
    if above is None:
        return
    users = posts.holders(Capability.REVIEW_PEOPLE, above, timezone.localdate(at))
    url = reverse("talent", kwargs={"pk": row.pk})
    notices.tell_many(users.exclude(pk=by.pk), text, url=url, at=at)
