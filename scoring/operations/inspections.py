"""Inspections: sent out, submitted, given back, called back, talked about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from branches import audit, notices
from branches.models import Organization, Post, User
from branches.rules.periods import Period
from branches.rules.roles import Role
from scoring import wording
from scoring.models import (
    Inspection,
    InspectionComment,
    Mark,
    SchemeVersion,
)
from scoring.operations import marks as mark_operations
from scoring.queries import inspections as queries
from scoring.rules.rounds import MarkKind


class OwnBranch(Exception):
    """Nobody inspects a branch of one's own; the text names both, in Chinese."""


class NotPossible(Exception):
    """The sheet is not in a state for this step; the text says so, in Chinese."""


@transaction.atomic
def assign(
    *,
    version: SchemeVersion,
    period: Period,
    pairs: Sequence[tuple[Organization, User]],
    kind: MarkKind,
    part_codes: Collection[str] = (),
    due_on: dt.date,
    by: User,
    at: dt.datetime,
) -> int:
    """Send inspectors out to branches; return how many tasks are new.

    Who has the same task already keeps it. Each inspector gets one notice.

    :raises OwnBranch: an inspector holds a post in the branch or is on its roll.
    :raises marks.PeriodSealed: the period's results are in a round.
    """
    # Two people who assign the same at once wait for each other.
    SchemeVersion.objects.select_for_update(no_key=True).get(pk=version.pk)
    mark_operations.refuse_if_sealed(version, period)
    places = queries.own_places({user.pk for _, user in pairs}, timezone.localdate(at))
    for branch, user in pairs:
        if queries.is_own(branch, places.get(user.pk, ())):
            raise OwnBranch(f"{user.name}在{branch.short_name}任职或属于该支部，不能检查本支部。")
    has_task = set(
        Inspection.objects.filter(
            version=version,
            period_start=period.first_day,
            period_kind=period.kind,
            kind=kind,
            cancelled_at__isnull=True,
        ).values_list("organization_id", "inspector_id")
    )
    new = [pair for pair in pairs if (pair[0].pk, pair[1].pk) not in has_task]
    if not new:
        return 0
    Inspection.objects.bulk_create(
        Inspection(
            version=version,
            organization=branch,
            period_start=period.first_day,
            period_kind=period.kind,
            kind=kind,
            part_codes=list(part_codes),
            inspector=user,
            due_on=due_on,
            assigned_by=by,
            assigned_at=at,
        )
        for branch, user in new
    )
    inspectors = {user.pk: user for _, user in new}
    branches = {branch.pk: branch for branch, _ in new}
    notices.tell(
        inspectors.values(),
        f"请您做 {period.label}{wording.MARK_KINDS[kind]}，"
        f"{due_on.month} 月 {due_on.day} 日前完成。",
        url=reverse("my-inspections"),
        at=at,
    )
    audit.record(
        "inspection.assigned", by=by, at=at, on=version, organization=version.committee,
        after={
            "period": str(period),
            "inspection": str(kind),
            "inspectors": "、".join(user.name for user in inspectors.values()),
            "branches": "、".join(branch.short_name for branch in branches.values()),
            "due_on": due_on,
        },
    )  # fmt: skip
    return len(new)


@transaction.atomic
def submit(*, inspection: Inspection, by: User, at: dt.datetime) -> None:
    """Say that a sheet is complete; the branch and who assigned it are told.

    :raises NotPossible: it is submitted or cancelled already.
    """
    sheet = unfinished(inspection)
    sheet.submitted_at = at
    sheet.save(update_fields=["submitted_at"])
    audit.record(
        "inspection.submitted", by=by, at=at, on=sheet, organization=sheet.organization,
        after={"period": str(sheet.period), "inspection": sheet.kind},
    )  # fmt: skip
    told = {user.pk: user for user in _leaders(sheet.organization, at)}
    told[sheet.assigned_by_id] = sheet.assigned_by
    told.pop(by.pk, None)
    notices.tell(
        told.values(), f"{by.name}提交了{_title(sheet)}，可以查看、提意见。", url=_url(sheet), at=at
    )


@transaction.atomic
def reopen(*, inspection: Inspection, by: User, at: dt.datetime) -> None:
    """Give a submitted sheet back to its inspector, who is told.

    :raises NotPossible: it is not submitted.
    :raises marks.PeriodSealed: the period's results are in a round.
    """
    sheet = _locked(inspection)
    if not sheet.is_submitted:
        raise NotPossible("这张检查表还没有提交，不用退回。")
    mark_operations.refuse_if_sealed(sheet.version, sheet.period)
    sheet.submitted_at = None
    sheet.save(update_fields=["submitted_at"])
    audit.record(
        "inspection.reopened", by=by, at=at, on=sheet, organization=sheet.organization,
        after={"period": str(sheet.period)},
    )  # fmt: skip
    notices.tell(
        [sheet.inspector], f"{_title(sheet)}已退回，请修改后再提交。", url=_url(sheet), at=at
    )


@transaction.atomic
def cancel(*, inspection: Inspection, by: User, at: dt.datetime) -> int:
    """Call an inspector back; marks already given under it count no more. Return their number.

    :raises NotPossible: it is submitted or cancelled already.
    :raises marks.PeriodSealed: the period's results are in a round.
    """
    sheet = unfinished(inspection)
    mark_operations.refuse_if_sealed(sheet.version, sheet.period)
    taken = Mark.objects.standing().filter(inspection=sheet).update(superseded_at=at)
    sheet.cancelled_at, sheet.cancelled_by = at, by
    sheet.save(update_fields=["cancelled_at", "cancelled_by"])
    audit.record(
        "inspection.cancelled", by=by, at=at, on=sheet, organization=sheet.organization,
        after={
            "period": str(sheet.period),
            "inspection": sheet.kind,
            "inspectors": sheet.inspector.name,
        },
    )  # fmt: skip
    notices.tell(
        [sheet.inspector],
        f"{_title(sheet)}已取消，不用再做。",
        url=reverse("my-inspections"),
        at=at,
    )
    return taken


@transaction.atomic
def comment(
    *, inspection: Inspection, text: str, by: User, at: dt.datetime, from_branch: bool
) -> InspectionComment:
    """Say something about a submitted sheet; the other side is told.

    :param from_branch: whether it is the branch that speaks, not the office or the inspector.
    :raises NotPossible: the sheet is not submitted.
    """
    sheet = _locked(inspection)
    if not sheet.is_submitted:
        raise NotPossible("检查表提交以后才能提意见。")
    row = InspectionComment.objects.create(inspection=sheet, text=text, by=by, at=at)
    audit.record(
        "inspection.commented", by=by, at=at, on=sheet, organization=sheet.organization,
        after={"text": text},
    )  # fmt: skip
    told = {sheet.inspector_id: sheet.inspector, sheet.assigned_by_id: sheet.assigned_by}
    if not from_branch:
        told |= {user.pk: user for user in _leaders(sheet.organization, at)}
        told |= {one.by_id: one.by for one in sheet.comments.select_related("by")}
    told.pop(by.pk, None)
    notices.tell(told.values(), f"{by.name}对{_title(sheet)}有新的意见。", url=_url(sheet), at=at)
    return row


def _locked(inspection: Inspection) -> Inspection:
    return (
        Inspection.objects.select_for_update(of=("self",))
        .select_related("organization", "version__committee", "inspector", "assigned_by")
        .get(pk=inspection.pk)
    )


def unfinished(inspection: Inspection) -> Inspection:
    """Return a sheet, locked, that may still be filled in.

    :raises NotPossible: it is submitted or cancelled.
    """
    sheet = _locked(inspection)
    if sheet.cancelled_at is not None:
        raise NotPossible("这项检查已经取消。")
    if sheet.is_submitted:
        raise NotPossible("这张检查表已经提交；需要修改，请派出人退回。")
    return sheet


def _leaders(organization: Organization, at: dt.datetime) -> list[User]:
    """Return the branch's secretary and deputies, who answer for it."""
    posts = Post.objects.filter(
        organization=organization, role__in=[Role.SECRETARY, Role.DEPUTY_SECRETARY]
    ).held_on(timezone.localdate(at))
    return [post.user for post in posts.select_related("user")]


def _title(sheet: Inspection) -> str:
    kind = wording.MARK_KINDS[MarkKind(sheet.kind)]
    return f"{sheet.organization.short_name}{sheet.period.label}{kind}"


def _url(sheet: Inspection) -> str:
    return reverse("inspection", kwargs={"pk": sheet.pk})
