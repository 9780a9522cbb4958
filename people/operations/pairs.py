"""Keeping pairs: form, change, end. Nothing ends by itself, nothing is formed by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from branches import audit, notices
from branches.models import Organization, User
from branches.rules.tree import OrganizationKind
from branches.rules.working_days import ONE_DAY
from branches.templatetags import formats
from members.models import Member, Membership
from people.models import Pair, PastRhythm
from people.rules.households import Household
from people.rules.pairs import BETWEEN_MEMBERS, BY_NAME, PairKind, PairStyle, Rhythm
from people.wording import pairs as wording

_TERMS = ("style", "rhythm", "purpose", "ends_on", "area")


@dataclass(frozen=True, slots=True)
class PairFacts:
    """Who goes with whom, and how. ``helped`` is a member, or ``helped_name`` says who it is."""

    kind: PairKind
    helper: Member
    helped: Member | None = None
    helped_name: str = ""
    style: PairStyle = PairStyle.INTERACTIVE
    rhythm: Rhythm = Rhythm.MONTH
    purpose: str = ""
    started_on: dt.date | None = None  # None: the day it is written down
    ends_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class PairTerms:
    """What may be changed while a pair lasts."""

    style: PairStyle
    rhythm: Rhythm
    purpose: str = ""
    ends_on: dt.date | None = None
    area: str = ""


@transaction.atomic
def form(*, branch: Organization, facts: PairFacts, by: User, at: dt.datetime) -> Pair:
    """Form a pair at a branch and tell the two.

    What was sent twice within a minute is entered once.

    :raises Refused: the two do not fit the kind, one of them is not of the branch, they are a
        pair of that kind already, or the days do not fit.
    """
    _lock(branch)
    today = timezone.localdate(at)
    started_on = facts.started_on or today
    name = facts.helped.name if facts.helped else facts.helped_name.strip()
    _check_two(facts, name)
    _check_days(started_on, facts.ends_on, today)
    _check_belongs(branch, facts.helper, today)
    if facts.helped is not None:
        _check_belongs(branch, facts.helped, today)
    same = Pair.objects.filter(
        branch=branch, kind=facts.kind, helper=facts.helper, helped=facts.helped,
        helped_name=name, started_on=started_on, ended_on=None,
    )  # fmt: skip
    if twice := repeated(same, action="pair.formed", by=by, at=at):
        return twice
    open_pairs = Pair.objects.filter(helper=facts.helper, kind=facts.kind, ended_on=None)
    is_there = (
        open_pairs.filter(helped=facts.helped)
        if facts.helped
        else open_pairs.filter(helped=None, helped_name=name, area="")
    )
    if is_there.exists():
        raise Refused(
            f"{facts.helper.name}和{name}已经结成“{wording.KINDS[facts.kind]}”，不用再登记。"
        )
    pair = Pair.objects.create(
        branch=branch, kind=facts.kind, style=facts.style, helper=facts.helper,
        helped=facts.helped, helped_name=name, purpose=facts.purpose.strip(),
        rhythm=facts.rhythm, started_on=started_on, ends_on=facts.ends_on, formed_by=by,
        formed_at=at,
    )  # fmt: skip
    audit.record(
        "pair.formed", by=by, at=at, on=pair, organization=branch,
        after={
            "pair_kind": wording.KINDS[facts.kind], "pair_helper": facts.helper.name,
            "pair_helped": name, "pair_from": started_on, **_said(pair),
        },
    )  # fmt: skip
    rhythm = wording.RHYTHMS[Rhythm(pair.rhythm)]
    _tell(
        facts.helper, f"支部安排您和{name}结对（{pair.get_kind_display()}），{rhythm}联系", by, at
    )
    if facts.helped is not None:
        helper = facts.helper.name
        _tell(facts.helped, f"{helper}和您结对（{pair.get_kind_display()}），{rhythm}联系", by, at)
    return pair


@transaction.atomic
def form_households(
    *,
    branch: Organization,
    helper: Member,
    area: str,
    households: Sequence[Household],
    rhythm: Rhythm,
    by: User,
    at: dt.datetime,
) -> list[Pair]:
    """Put a member in charge of households of an area; return those that are new.

    Households the member has in that area already are left as they are.

    :raises Refused: there is none, or the member is not of the branch.
    """
    _lock(branch)
    today = timezone.localdate(at)
    area = area.strip()
    if not households:
        raise Refused("请至少写一户，一行一户。")
    _check_belongs(branch, helper, today)
    known = set(
        Pair.objects.filter(
            helper=helper, kind=PairKind.HOUSEHOLD, area=area, helped=None, ended_on=None
        ).values_list("helped_name", flat=True)
    )
    added = Pair.objects.bulk_create(
        Pair(
            branch=branch, kind=PairKind.HOUSEHOLD, style=PairStyle.LEADING, helper=helper,
            helped_name=each.name, area=area, address=each.address, rhythm=rhythm,
            started_on=today, formed_by=by, formed_at=at,
        )
        for each in households
        if each.name not in known
    )  # fmt: skip
    if not added:
        return []
    audit.record(
        "pair.households_formed", by=by, at=at, on=branch, organization=branch,
        after={"pair_helper": helper.name, "pair_area": area, "households": len(added)},
    )  # fmt: skip
    where = f"{area}的" if area else ""
    _tell(helper, f"支部请您联系{where} {len(added)} 户，{wording.RHYTHMS[rhythm]}联系", by, at)
    return added


@transaction.atomic
def change(*, pair: Pair, terms: PairTerms, by: User, at: dt.datetime) -> Pair:
    """Change how a pair goes together; who they are stands.

    Another rhythm stands from the next day on: what the old one asked for until then stays. On the
    day the pair was written down it stands from the beginning.

    :raises Refused: it has ended, the planned end does not lie after the beginning, or the member
        has a household of that name in the other area already.
    """
    row = _locked(pair)
    _check_open(row)
    if terms.ends_on is not None and terms.ends_on <= row.started_on:
        raise Refused("计划到期要晚于结对日期。")
    area = terms.area.strip() if row.kind == PairKind.HOUSEHOLD else row.area
    others = Pair.objects.filter(
        helper=row.helper_id, kind=row.kind, helped_name=row.helped_name, area=area,
        helped=None, ended_on=None,
    )  # fmt: skip
    if row.helped_id is None and others.exclude(pk=row.pk).exists():
        raise Refused(f"{area}已经有“{row.helped_name}”，请先结束其中一条。")
    before = _said(row)
    if terms.rhythm != row.rhythm:
        _set_rhythm(row, terms.rhythm, timezone.localdate(at))
    row.style, row.area = terms.style, area
    row.purpose, row.ends_on = terms.purpose.strip(), terms.ends_on
    row.changed_at = at
    row.save(update_fields=[*_TERMS, "rhythm_from", "changed_at"])
    after = _said(row)
    changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
    if changed:
        audit.record(
            "pair.changed", by=by, at=at, on=row, organization=row.branch,
            before={key: before.get(key) for key in changed},
            after={key: after.get(key) for key in changed},
        )  # fmt: skip
    return row


@transaction.atomic
def end(*, pair: Pair, ended_on: dt.date, outcome: str, by: User, at: dt.datetime) -> Pair:
    """End a pair with what came of it. Half-open: on ``ended_on`` it is in force no more.

    :raises Refused: it has ended already, nothing is said of the outcome, the day does not fit,
        or the two were in touch on that day or later.
    """
    row = _locked(pair)
    _check_open(row)
    if not outcome.strip():
        raise Refused("请写明结对成效，没有成效的写明原因。")
    if ended_on < row.started_on:
        raise Refused("结束日期不能早于结对日期。")
    today = timezone.localdate(at)
    if ended_on > today:
        raise Refused("结束日期不能晚于今天。")
    later = row.contacts.filter(removed_at=None, on__gte=ended_on).order_by("-on").first()
    if later is not None:
        how = "请明天再登记结束" if later.on == today else "请改结束日期"
        raise Refused(f"{formats.day(later.on)}有联系记录，结束日期要晚于这一天，{how}。")
    row.ended_on, row.outcome, row.ended_at = ended_on, outcome.strip(), at
    row.save(update_fields=["ended_on", "outcome", "ended_at"])
    audit.record(
        "pair.ended", by=by, at=at, on=row, organization=row.branch,
        after={"pair_ended_on": ended_on, "pair_outcome": row.outcome},
    )  # fmt: skip
    _tell(row.helper, f"您和{row.helped_name}的结对已经结束：{row.outcome}", by, at)
    if row.helped is not None:
        _tell(row.helped, f"您和{row.helper.name}的结对已经结束：{row.outcome}", by, at)
    return row


def _set_rhythm(row: Pair, rhythm: Rhythm, today: dt.date) -> None:
    tomorrow = today + ONE_DAY
    is_new = timezone.localdate(row.formed_at) == today
    # What was agreed on today, by a slip or not, never stood for a day.
    if not is_new and row.rhythm_from != tomorrow:
        PastRhythm.objects.create(
            pair=row,
            rhythm=row.rhythm,
            started_on=row.rhythm_from or row.started_on,
            ended_on=tomorrow,
        )
        row.rhythm_from = tomorrow
    row.rhythm = rhythm


def _lock(branch: Organization) -> None:
    """Hold the branch: of two who pair the same people at once the second sees the first."""
    row = Organization.objects.select_for_update(no_key=True).get(pk=branch.pk)
    if row.kind != OrganizationKind.BRANCH:
        raise Refused("结对由党支部登记，请选择党支部。")


def _locked(pair: Pair) -> Pair:
    return (
        Pair.objects.select_for_update(of=("self",))
        .select_related("branch", "helper__user", "helped__user")
        .get(pk=pair.pk)
    )


def _check_open(row: Pair) -> None:
    if row.ended_on is not None:
        raise Refused("这对结对已经结束。要继续，请重新登记结对。")


def _check_two(facts: PairFacts, name: str) -> None:
    if facts.kind in BETWEEN_MEMBERS and facts.helped is None:
        raise Refused(f"“{wording.KINDS[facts.kind]}”的帮带对象是党员，请从名单中选择。")
    if facts.kind in BY_NAME and facts.helped is not None:
        raise Refused(f"“{wording.KINDS[facts.kind]}”的帮带对象不是党员，请填写姓名或名称。")
    if not name:
        raise Refused("请选择帮带对象，或者填写姓名。")
    if facts.helped is not None and facts.helped.pk == facts.helper.pk:
        raise Refused("不能和自己结对，请换一位。")


def _check_days(started_on: dt.date, ends_on: dt.date | None, today: dt.date) -> None:
    if started_on > today:
        raise Refused("结对日期不能晚于今天。")
    if ends_on is not None and ends_on <= started_on:
        raise Refused("计划到期要晚于结对日期。")


def _check_belongs(branch: Organization, member: Member, on: dt.date) -> None:
    here = Membership.objects.on(on).filter(branch=branch, member=member)
    if not (member.is_on_roll and here.exists()):
        raise Refused(f"{member.name}不在{branch.short_name}的名册上，请换一位。")


def _said(pair: Pair) -> dict[str, Any]:
    """What can change, in words."""
    found = {
        "pair_style": wording.STYLES[PairStyle(pair.style)],
        "pair_rhythm": wording.RHYTHMS[Rhythm(pair.rhythm)],
        "pair_purpose": pair.purpose,
        "pair_until": pair.ends_on,
    }
    return found | ({"pair_area": pair.area} if pair.kind == PairKind.HOUSEHOLD else {})


def _tell(member: Member, text: str, by: User, at: dt.datetime) -> None:
    if member.user is not None and member.user != by:
        notices.tell([member.user], text, url=reverse("my-pairs"), at=at)
