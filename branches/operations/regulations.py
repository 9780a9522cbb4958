"""A committee adjusts the rules for those below it: from a day on, with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from branches import audit
from branches.models import Organization, Regulation, RegulationAdjustment, User
from branches.rules import parameters
from branches.rules.tree import OrganizationKind

ADJUSTS = frozenset({OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH})


class CannotAdjust(Exception):
    """The adjustment does not fit; the text says why and how to mend it, in Chinese.

    ``field`` names the detail it is about, "" the step as a whole.
    """

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


@transaction.atomic
def adjust(
    *,
    committee: Organization,
    regulation: Regulation,
    values: Mapping[str, Any],
    is_muted: bool,
    reason: str,
    effective_from: dt.date,
    by: User,
    at: dt.datetime,
) -> RegulationAdjustment:
    """Set the parameters of a rule, or mute its reminder, for all below a committee.

    ``values`` are the adjustable parameters by name. The adjustment that runs on that day ends
    with it. Months that are over keep what was in force then.

    :raises CannotAdjust: the day lies before this month, another adjustment begins on or after
        it, a value is out of its bounds, a blocking rule would be muted, or nothing would change.
    """
    if committee.kind not in ADJUSTS:
        raise CannotAdjust("只有党委和党总支可以调整制度要求。", field="committee")
    month = timezone.localdate(at).replace(day=1)
    if effective_from < month:
        raise CannotAdjust(
            f"最早从 {_day(month)} 起。以前的月份按当时的规定，不能改。", field="effective_from"
        )
    if is_muted and regulation.severity != "WARN":
        raise CannotAdjust("这条要求不能停止提醒。", field="is_muted")
    if not reason.strip():
        raise CannotAdjust("请写明调整依据。", field="reason")
    # One adjustment of a committee at a time.
    Organization.objects.select_for_update(no_key=True).get(pk=committee.pk)
    # Only what differs: everything else goes on following the rule and its later editions.
    stored = {
        name: value
        for name, value in _checked(regulation, values).items()
        if value != regulation.parameters.get(name)
    }
    if not stored and not is_muted:
        raise CannotAdjust("和原来的要求一样，不用调整。")
    rows = RegulationAdjustment.objects.filter(committee=committee, code=regulation.code)
    later = rows.filter(effective_from__gte=effective_from).order_by("effective_from").first()
    if later is not None:
        raise CannotAdjust(
            f"已经有一项从 {_day(later.effective_from)} 起的调整。"
            "请先撤销它，或者把起始日期改到那以后。",
            field="effective_from",
        )
    running = Q(effective_to__isnull=True) | Q(effective_to__gt=effective_from)
    rows.filter(running).update(effective_to=effective_from)
    row = RegulationAdjustment.objects.create(
        committee=committee,
        code=regulation.code,
        parameters=stored,
        is_muted=is_muted,
        reason=reason.strip(),
        effective_from=effective_from,
        made_by=by,
        made_at=at,
    )
    audit.record(
        "regulation.adjusted", by=by, at=at, on=row, organization=committee,
        before={"asked": words(regulation, regulation.parameters, is_muted=False)},
        after={
            "requirement": regulation.title,
            "asked": words(
                regulation, {**regulation.parameters, **stored}, is_muted=is_muted
            ),
            "started_on": effective_from,
            "reason": row.reason,
        },
    )  # fmt: skip
    return row


@transaction.atomic
def end(*, adjustment: RegulationAdjustment, on: dt.date, by: User, at: dt.datetime) -> None:
    """Let the rule itself speak again from ``on``; what has not begun yet is withdrawn.

    :raises CannotAdjust: it has ended already, or the day lies before today.
    """
    row = RegulationAdjustment.objects.select_for_update().get(pk=adjustment.pk)
    today = timezone.localdate(at)
    if row.effective_to is not None and row.effective_to <= today:
        raise CannotAdjust("这项调整已经结束。")
    if on < today:
        raise CannotAdjust("不能早于今天。以前的日子按当时的规定。", field="on")
    if row.effective_to is not None and on >= row.effective_to:
        raise CannotAdjust(
            f"这项调整到 {_day(row.effective_to)} 为止，请选更早的日期。", field="on"
        )
    organization = row.committee
    audit.record(
        "regulation.adjustment_ended", by=by, at=at, on=row, organization=organization,
        after={"ended_on": max(on, row.effective_from), "reason": row.reason},
    )  # fmt: skip
    if on <= row.effective_from:
        row.delete()  # it never spoke; the audit keeps it
    else:
        row.effective_to = on
        row.save(update_fields=["effective_to"])


def words(regulation: Regulation, values: Mapping[str, Any], *, is_muted: bool) -> str:
    """Return what is asked, as a sentence."""
    if is_muted:
        return "不提醒"
    return parameters.sentence(regulation.code, values) or regulation.title


def _checked(regulation: Regulation, values: Mapping[str, Any]) -> dict[str, Any]:
    known = {
        name: meaning
        for name, meaning, _ in parameters.adjustable(regulation.code, regulation.parameters)
    }
    for name, value in values.items():
        if name not in known or not known[name].accepts(value):
            label = known[name].label if name in known else name
            raise CannotAdjust(f"“{label}”填得不对，请检查。", field=name)
    return dict(values)


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
