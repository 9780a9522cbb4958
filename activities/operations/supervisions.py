"""督办通知单: somebody above asks for a problem to be settled, and is answered."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from activities.models import Problem, Supervision
from activities.operations import problem_course as course
from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from activities.rules.supervision import ProblemAct
from activities.wording import supervision as wording
from branches import audit, notices
from branches.models import Organization, User
from branches.scope import Scope
from members.queries import above


@transaction.atomic
def issue(
    *,
    problem: Problem,
    issuer: Organization,
    demand: str,
    due_on: dt.date,
    reach: Scope,
    by: User,
    at: dt.datetime,
) -> Supervision:
    """Ask whoever handles an open problem to settle it and to answer by a day.

    Numbered within issuer and year without gaps. What is sent twice within a minute is issued
    once.

    :param reach: where ``by`` supervises; it has to come from strictly above the handler.
    :raises Refused: the problem is closed, ``by`` or ``issuer`` is not above, ``by`` belongs to
        the handler, no demand is made, or the day has passed.
    """
    row = course.held(problem)
    course.check_open(row)
    path = row.organization.path
    is_theirs = reach.reaches(issuer.path) and path != issuer.path and path.startswith(issuer.path)
    if not reach.is_above(path) or not is_theirs:
        raise Refused("督办通知单由办理单位的上级发出。")
    issued_on = timezone.localdate(at)
    if above.is_own(by.pk, row.organization, issued_on):
        raise Refused("您在办理单位任职或是它的党员，请由上级的另一位负责人督办。")
    if not demand.strip():
        raise Refused("请写明督办要求。")
    if due_on < issued_on:
        raise Refused("回复期限不能早于今天。")
    facts = {
        "problem": row, "issuer": issuer, "demand": demand.strip(), "issued_on": issued_on,
        "due_on": due_on, "issued_by": by,
    }  # fmt: skip
    same = Supervision.objects.filter(**facts)
    if twice := repeated(same, action="problem.supervised", by=by, at=at):
        return twice
    # Of two issued at once the second waits here, and counts the first.
    Organization.objects.select_for_update(no_key=True).get(pk=issuer.pk)
    rows = Supervision.objects.filter(issuer=issuer, year=issued_on.year)
    number = (rows.aggregate(last=Max("number"))["last"] or 0) + 1
    made = Supervision.objects.create(**facts, year=issued_on.year, number=number, issued_at=at)
    words = wording.number(made.year, made.number)
    audit.record(
        "problem.supervised", by=by, at=at, on=made, organization=issuer,
        after={"reference": words, "demand": made.demand, "due_on": due_on},
    )  # fmt: skip
    text = f"{issuer.short_name}{words}：{made.demand}"
    course.write(row, ProblemAct.SUPERVISED, text, by=by, at=at)
    told = f"{words}，请按期办理并回复：{row.text}"
    course.tell_keepers([row.organization], told, row=row, by=by, at=at)
    owner = row.owner.user if row.owner else None
    if owner is not None and owner != by:
        notices.tell([owner], told, url=reverse("my-problems"), at=at)
    return made


@transaction.atomic
def answer(
    *, supervision: Supervision, answer: str, on: dt.date, by: User, at: dt.datetime
) -> Supervision:
    """Answer a supervision: what was done about the problem, and when that was said.

    :raises Refused: it is answered already, nothing is said, the day does not fit, or whoever
        issued it would answer himself.
    """
    problem = course.held(supervision.problem)
    row = (
        Supervision.objects.select_for_update(of=("self",))
        .select_related("issuer", "issued_by")
        .get(pk=supervision.pk)
    )
    if row.answered_on is not None:
        raise Refused("这份督办通知单已经回复过了。")
    if row.issued_by_id == by.pk:
        raise Refused("发出督办的人不能自己回复，请由办理单位回复。")
    if not answer.strip():
        raise Refused("请写明办理情况。")
    course.day_of("回复日期", on, not_before=row.issued_on, at=at)
    row.answer, row.answered_on, row.answered_by = answer.strip(), on, by
    row.save(update_fields=["answer", "answered_on", "answered_by"])
    words = wording.number(row.year, row.number)
    course.write(problem, ProblemAct.ANSWERED, f"{words}：{row.answer}", on=on, by=by, at=at)
    audit.record(
        "problem.answered", by=by, at=at, on=row, organization=problem.organization,
        after={"reference": words, "answer": row.answer, "answered_on": on},
    )  # fmt: skip
    url = reverse("supervision", kwargs={"pk": row.pk})
    notices.tell([row.issued_by], f"{words}已回复：{problem.text}", url=url, at=at)
    return row
