"""Keeping the visit log: a visit is received, answered, or sent upward as a problem.

Source: practice C10: what the duty member cannot settle goes to the branch, answered within five
working days, then upward.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from activities.models import Visit
from activities.operations import problems
from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from activities.queries import duty
from activities.rules import duty as rules
from activities.rules.duty import VisitState, VisitStep
from activities.rules.supervision import Source
from branches import audit, notices
from branches.models import Organization, User
from branches.queries import posts, working_calendar
from branches.rules.roles import Capability
from members.models import Member


@dataclass(frozen=True, slots=True)
class Received:
    """A visit as written down; with ``answer`` it is settled on the spot."""

    visitor: str
    matter: str
    received_on: dt.date
    contact: str = ""
    answer: str = ""


@transaction.atomic
def receive(
    *,
    branch: Organization,
    received: Received,
    received_by: Member,
    by: User,
    at: dt.datetime,
) -> Visit:
    """Write a visit down. Without an answer it is handed to the branch, which owes one within so
    many working days (rule L2), counted from the day after the visit.

    What was sent twice within a minute is entered once.

    :raises Refused: visitor or matter is missing, or the day has not come.
    """
    if not received.visitor.strip() or not received.matter.strip():
        raise Refused("请写明来访人和反映的事项。")
    if received.received_on > timezone.localdate(at):
        raise Refused("来访日期不能晚于今天。")
    answer = received.answer.strip()
    due_on = None
    if not answer:
        calendar = working_calendar.around(received.received_on)
        terms = duty.terms(branch, received.received_on)
        due_on = rules.answer_due(received.received_on, calendar, terms)
    facts = {
        "organization": branch,
        "visitor": received.visitor.strip(),
        "contact": received.contact.strip(),
        "matter": received.matter.strip(),
        "received_by": received_by,
        "received_on": received.received_on,
        "state": VisitState.SETTLED if answer else VisitState.BRANCH,
        "answer": answer,
        "answer_due_on": due_on,
        "answered_on": received.received_on if answer else None,
        "entered_by": by,
    }
    if twice := repeated(Visit.objects.filter(**facts), action="visit.received", by=by, at=at):
        return twice
    visit = Visit.objects.create(**facts, entered_at=at)
    # Who came is not for everybody who reads the audit.
    audit.record(
        "visit.received", by=by, at=at, on=visit, organization=branch,
        after={"happened_on": visit.received_on, "visit_state": visit.state, "due_on": due_on},
    )  # fmt: skip
    if not answer:
        _tell_branch(visit, by, at)
    return visit


@transaction.atomic
def answer(*, visit: Visit, answer: str, answered_on: dt.date, by: User, at: dt.datetime) -> Visit:
    """Write down what the visitor was answered, and when; that ends the matter.

    :raises Refused: no answer is given, or the day does not fit.
    :raises StepNotAllowed: it is answered already.
    """
    row = _locked(visit)
    after = rules.VISIT.after(VisitState(row.state), VisitStep.ANSWER)
    if not answer.strip():
        raise Refused("请写明怎样答复的。")
    if answered_on < row.received_on:
        raise Refused("答复日期不能早于来访日期。")
    if answered_on > timezone.localdate(at):
        raise Refused("答复日期不能晚于今天。")
    row.state, row.answer, row.answered_on = after, answer.strip(), answered_on
    row.save(update_fields=["state", "answer", "answered_on"])
    audit.record(
        "visit.answered", by=by, at=at, on=row, organization=row.organization,
        after={"visit_state": after, "answered_on": answered_on},
    )  # fmt: skip
    user = row.received_by.user
    if user is not None and user.pk != by.pk:
        url = reverse("visit", kwargs={"pk": row.pk})
        notices.tell([user], f"您接待的来访已答复：{row.matter}", url=url, at=at)
    return row


@transaction.atomic
def send_up(*, visit: Visit, by: User, at: dt.datetime) -> Visit:
    """Send upward what the branch cannot settle: it becomes a problem of the organisation above,
    in the very words of the log. The branch still tells the visitor once it is settled.

    :raises Refused: there is nothing above the branch.
    :raises StepNotAllowed: it is not the branch's to send any more.
    """
    row = _locked(visit)
    after = rules.VISIT.after(VisitState(row.state), VisitStep.SEND_UP)
    above = row.organization.parent
    if above is None:
        raise Refused("本支部没有上级党组织，请由支部答复。")
    row.problem = problems.raise_from(
        source=Source.DUTY,
        source_id=row.pk,
        organization=above,
        origin=row.organization,
        text=row.matter,
        whose=row.organization.short_name,
        by=by,
        at=at,
    )
    row.state = after
    row.save(update_fields=["state", "problem"])
    audit.record(
        "visit.sent_up", by=by, at=at, on=row, organization=row.organization,
        after={"visit_state": after, "parent": above.code},
    )  # fmt: skip
    on = timezone.localdate(at)
    keepers = posts.holders(Capability.LOG_ACTIVITIES, above, on).exclude(pk=by.pk)
    url = reverse("problem", kwargs={"pk": row.problem.pk})
    text = f"{row.organization.short_name}上报来访事项：{row.matter}"
    notices.tell_many(keepers, text, url=url, at=at)
    return row


def _locked(visit: Visit) -> Visit:
    Visit.objects.select_for_update().get(pk=visit.pk)
    return Visit.objects.select_related("organization__parent", "received_by__user").get(
        pk=visit.pk
    )


def _tell_branch(visit: Visit, by: User, at: dt.datetime) -> None:
    place, on = visit.organization, visit.received_on
    keepers = posts.holders(Capability.LOG_ACTIVITIES, place, on).exclude(pk=by.pk)
    url = reverse("visit", kwargs={"pk": visit.pk})
    notices.tell_many(keepers, f"来访事项交支部办理：{visit.matter}", url=url, at=at)
