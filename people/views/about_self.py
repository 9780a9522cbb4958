"""The nouns that on one's own page alone somebody is told of: closely kept ones."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from branches.access import Request
from branches.rules.periods import Period, PeriodKind
from branches.templatetags.formats import day
from members.models import Member
from people.queries import help_plans, mutual_reports, recalls, tolerances
from people.rules.recalls import RecallState
from people.rules.tolerances import ToleranceState
from people.views.section import Line, Section
from people.wording import tolerances as tolerance_words


def own_recalls(request: Request, member: Member, on: dt.date) -> Section | None:
    """Whether one was recalled, and how it stands."""
    rows = list(recalls.about(request.user))
    lines = tuple(
        Line(
            f"{day(row.listed_on)}列入召回",
            note=row.get_outcome_display(),
            label=row.get_state_display(),
            tone="" if row.state in (RecallState.ENDED, RecallState.DROPPED) else "warn",
            url=reverse("recall", kwargs={"pk": row.pk}),
        )
        for row in rows
    )
    return Section("召回", lines) if lines else None


def own_tolerances(request: Request, member: Member, on: dt.date) -> Section | None:
    """What one has asked to be borne with."""
    lines = tuple(
        Line(
            row.matter,
            note=f"{day(row.asked_on)}申请 · 办结期限 {day(row.due_on)}",
            label=row.get_state_display(),
            tone=tolerance_words.TONES[ToleranceState(row.state)],
            url=reverse("tolerance", kwargs={"pk": row.pk}),
        )
        for row in tolerances.about(request.user)
    )
    return Section("容错申请", lines) if lines else None


def own_help(request: Request, member: Member, on: dt.date) -> Section | None:
    """The plans by which one is or was helped."""
    lines = tuple(
        Line(
            f"{day(row.started_on)}至{day(row.ends_on)}",
            note=f"帮教人：{row.first_official}、{row.second_official}、{row.committee_member.name}",
            label="已结束" if row.ended_on else "帮教中",
            tone="" if row.ended_on else "warn",
            url=reverse("help-plan", kwargs={"pk": row.pk}),
        )
        for row in help_plans.about(request.user)
    )
    return Section("“2+1”帮教", lines) if lines else None


def helping(request: Request, member: Member, on: dt.date) -> Section | None:
    """The plans by which one helps as 支委."""
    lines = tuple(
        Line(
            f"帮教{row.member.name}",
            note=f"到{day(row.ends_on)}期满",
            label="帮教中",
            tone="ok",
            url=reverse("help-plan", kwargs={"pk": row.pk}),
        )
        for row in help_plans.helping(request.user, request.grants)
    )
    return Section("由我帮教", lines) if lines else None


def own_reports(request: Request, member: Member, on: dt.date) -> Section | None:
    """What one's two branches told each other."""
    lines = tuple(
        Line(
            f"{row.sender.short_name}反馈给{row.receiver.short_name}",
            note=Period(row.period_start, PeriodKind(row.period_kind)).label,
            label="已签收" if row.received_at else "待签收",
            tone="ok" if row.received_at else "warn",
            url=reverse("mutual-report", kwargs={"pk": row.pk}),
        )
        for row in mutual_reports.about(request.user)
    )
    return Section("双向反馈", lines) if lines else None
