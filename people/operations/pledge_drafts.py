"""Making promises: drafting, changing, last year's as a template, submitting all together."""

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
from branches.rules.terms import years_later
from members.models import Member, Membership
from people.models import Pledge
from people.queries import pledges
from people.rules import pledges as rules
from people.rules.pledges import PLEDGE, PledgeState, PledgeStep
from people.wording import pledges as wording

_FACTS = ("text", "measure", "due_on")


@dataclass(frozen=True, slots=True)
class PledgeFacts:
    """What is promised, how to tell that it was kept, and until when."""

    text: str
    measure: str
    due_on: dt.date


@transaction.atomic
def draft(
    *,
    branch: Organization,
    member: Member | None,
    year: int,
    facts: PledgeFacts,
    by: User,
    at: dt.datetime,
) -> Pledge:
    """Draft a promise of a member, or of the branch itself where ``member`` is None.

    What was sent twice within a minute is entered once.

    :raises Refused: another year, a day outside it or past, nothing to measure it by, the member
        is not of the branch or has as many as may be (rule P1).
    """
    _hold(branch, member)
    today = timezone.localdate(at)
    _check_belongs(branch, member, today)
    _check_year(year, today)
    _check(facts, year, today)
    same = Pledge.objects.filter(
        branch=branch, member=member, year=year, text=facts.text.strip(),
        measure=facts.measure.strip(), due_on=facts.due_on,
    )  # fmt: skip
    if twice := repeated(same, action="pledge.drafted", by=by, at=at):
        return twice
    terms = pledges.terms(branch, today)
    if pledges.not_withdrawn(branch, member, year).count() >= terms.most:
        raise Refused(
            f"{year} 年已经有 {terms.most} 条，每年最多 {terms.most} 条。要换，请先删去一条草稿。"
        )
    return _add(branch, member, year, facts, by, at)


@transaction.atomic
def change(*, pledge: Pledge, facts: PledgeFacts, by: User, at: dt.datetime) -> Pledge:
    """Change a promise that is not submitted, or was sent back.

    :raises Refused: it is submitted already, or as in ``draft``.
    """
    row = locked(pledge)
    _check_draft(row)
    _check(facts, row.year, timezone.localdate(at))
    before = _said(row)
    row.text, row.measure, row.due_on = facts.text.strip(), facts.measure.strip(), facts.due_on
    row.changed_at = at
    row.save(update_fields=[*_FACTS, "changed_at"])
    after = _said(row)
    changed = [key for key in after if after[key] != before[key]]
    if changed:
        audit.record(
            "pledge.changed", by=by, at=at, on=row, organization=row.branch,
            before={key: before[key] for key in changed},
            after={key: after[key] for key in changed},
        )  # fmt: skip
    return row


@transaction.atomic
def drop(*, pledge: Pledge, by: User, at: dt.datetime) -> None:
    """Take a draft off the list.

    :raises Refused: it is submitted already.
    """
    row = locked(pledge)
    _check_draft(row)
    row.state = PLEDGE.after(PledgeState(row.state), PledgeStep.WITHDRAW)
    row.changed_at = at
    row.save(update_fields=["state", "changed_at"])
    audit.record("pledge.dropped", by=by, at=at, on=row, organization=row.branch, before=_said(row))


@transaction.atomic
def copy(
    *, branch: Organization, member: Member | None, year: int, by: User, at: dt.datetime
) -> list[Pledge]:
    """Draft the published promises of the year before anew, each a year later.

    :raises Refused: another year, there are some for this one, or there were none.
    """
    _hold(branch, member)
    today = timezone.localdate(at)
    _check_belongs(branch, member, today)
    _check_year(year, today)
    if pledges.not_withdrawn(branch, member, year).exists():
        raise Refused(f"{year} 年的承诺已经开始写了，请在下面接着写。")
    terms = pledges.terms(branch, today)
    last = Pledge.objects.published().filter(member=member, year=year - 1)
    if member is None:
        last = last.filter(branch=branch)
    found = list(last.order_by("due_on", "pk")[: terms.most])
    if not found:
        raise Refused(f"{year - 1} 年没有公开过的承诺，请直接写。")
    end = dt.date(year, 12, 31)
    return [
        _add(
            branch, member, year,
            PledgeFacts(
                row.text, row.measure, _fitting(years_later(row.due_on, 1), today, end)
            ),
            by, at,
        )
        for row in found
    ]  # fmt: skip


@transaction.atomic
def submit(
    *, branch: Organization, member: Member | None, year: int, by: User, at: dt.datetime
) -> list[Pledge]:
    """Submit all drafts of a year together; the 支委会 is told, of the branch's own nobody.

    :raises Refused: fewer or more than rule P1 says (with those submitted before), none to be
        submitted, or one whose last day is past.
    """
    _hold(branch, member)
    today = timezone.localdate(at)
    _check_belongs(branch, member, today)
    rows = list(
        pledges.not_withdrawn(branch, member, year).select_for_update().order_by("due_on", "pk")
    )
    drafts = [row for row in rows if row.state == PledgeState.DRAFT]
    if not drafts:
        raise Refused("没有要提交的草稿，请先写承诺。")
    wrong = rules.number_wrong(len(rows), pledges.terms(branch, today))
    if wrong:
        raise Refused(wrong)
    for row in drafts:
        _check(PledgeFacts(row.text, row.measure, row.due_on), year, today)
        row.state = PLEDGE.after(PledgeState(row.state), PledgeStep.SUBMIT)
        row.branch, row.returned_because, row.changed_at = branch, "", at
        row.save(update_fields=["state", "branch", "returned_because", "changed_at"])
        audit.record("pledge.submitted", by=by, at=at, on=row, organization=branch)
    if member is not None:
        told = posts.committee(branch, today).exclude(pk=by.pk)
        if member.user_id is not None:
            told = told.exclude(pk=member.user_id)
        text = f"{member.name}提交了 {year} 年承诺 {len(drafts)} 条，请审核"
        notices.tell(
            told, text, url=f"{reverse('pledge-list')}?branch={branch.pk}&year={year}", at=at
        )
    return drafts


def locked(pledge: Pledge) -> Pledge:
    """Return the row as it stands, held until the end of the transaction."""
    Pledge.objects.select_for_update().only("pk").get(pk=pledge.pk)
    # Read after the lock: what is joined may have changed while it was waited for.
    return pledges.with_people(Pledge.objects.all()).get(pk=pledge.pk)


def _add(
    branch: Organization, member: Member | None, year: int, facts: PledgeFacts, by: User,
    at: dt.datetime,
) -> Pledge:  # fmt: skip
    row = Pledge.objects.create(
        branch=branch, member=member, year=year, text=facts.text.strip(),
        measure=facts.measure.strip(), due_on=facts.due_on, entered_by=by, entered_at=at,
        changed_at=at,
    )  # fmt: skip
    who = member.name if member else wording.BRANCH
    audit.record(
        "pledge.drafted", by=by, at=at, on=row, organization=branch,
        after={"pledge_by": who, "year": year, **_said(row)},
    )  # fmt: skip
    return row


def _fitting(day: dt.date, today: dt.date, end: dt.date) -> dt.date:
    """A last day that is past already becomes the end of the year."""
    return day if day >= today else end


def _hold(branch: Organization, member: Member | None) -> None:
    """Hold whoever promises: of two requests at once the second counts what the first wrote."""
    if member is not None:
        Member.objects.select_for_update(no_key=True).only("pk").get(pk=member.pk)
    else:
        Organization.objects.select_for_update(no_key=True).get(pk=branch.pk)


def _check_draft(row: Pledge) -> None:
    if row.state != PledgeState.DRAFT:
        raise Refused("这条承诺已经提交，不能再改。要改，请支部先退回。")


def _check_belongs(branch: Organization, member: Member | None, on: dt.date) -> None:
    if not branch.is_branch:
        raise Refused("承诺由党支部公开，请选择党支部。")
    if member is None:
        return
    here = Membership.objects.home().on(on).filter(branch=branch, member=member)
    if not (member.is_on_roll and here.exists()):
        raise Refused(f"{member.name}不在{branch.short_name}的名册上。")


def _check_year(year: int, today: dt.date) -> None:
    if year not in rules.years_open(today):
        raise Refused(f"现在不能写 {year} 年的承诺。当年的承诺当年写，下一年的 12 月起可以写。")


def _check(facts: PledgeFacts, year: int, today: dt.date) -> None:
    if not facts.text.strip() or not facts.measure.strip():
        raise Refused("请写明承诺事项，和怎样算兑现。")
    if facts.due_on.year != year:
        raise Refused(f"兑现期限要在 {year} 年以内。")
    if facts.due_on < today:
        raise Refused(f"“{facts.text.strip()[:20]}”的兑现期限已经过了，请改晚一些。")
    if not rules.is_measurable(facts.measure):
        raise Refused(
            f"“{facts.text.strip()[:20]}”怎样算兑现，要写上数量或者时间，"
            "如“每月谈心 1 次”“6 月底前完成”。"
        )


def _said(row: Pledge) -> dict[str, Any]:
    return {
        "pledge_text": row.text, "pledge_measure": row.measure, "pledge_due": row.due_on,
    }  # fmt: skip
