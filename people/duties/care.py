"""Recalls, tolerance, help plans and reports of double membership that are due.

A line names nobody: it stands on a screen that others see.
"""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from branches.access import Grants
from branches.duties import Duty
from branches.models import User
from branches.queries import regulations, working_calendar
from branches.rules.roles import Capability
from people.models import HelpPlan, MutualReport, Recall, Tolerance
from people.queries import help_plans, mutual_reports, recalls, tolerances
from people.rules import help_plans as help_rules
from people.rules import tolerances as tolerance_rules

REVIEW_FROM = dt.timedelta(days=30)
NOTE_FROM = dt.timedelta(days=7)
RECEIVE_WITHIN = dt.timedelta(days=7)


def recalled(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for the recalls whose next step may be taken (three queries)."""
    rows = list(recalls.waiting(user, grants, on))
    if not rows:
        return []
    book = regulations.book([row.branch for row in rows])
    days = [
        (day, row)
        for row in rows
        if (day := recalls.next_by(row, recalls.terms(row.branch, on, book))) is not None
    ]
    due_on, first = min(days, key=lambda each: (each[0], each[1].pk))
    return [
        Duty(
            title=f"召回的下一步：{first.get_state_display()}"
            if len(rows) == 1
            else f"{len(rows)} 件召回等下一步",
            due_on=due_on,
            why="召回：培训、考核、跟踪、结束",
            url=reverse("recall", kwargs={"pk": first.pk})
            if len(rows) == 1
            else reverse("recall-list"),
            action="去办理",
            explain=reverse("regulation", kwargs={"code": recalls.RULE}),
        )
    ]


def recalled_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Recall] | None:
    """Return the rows that ``recalled`` tells of."""
    return recalls.waiting(user, grants, on) if grants.held else None


def tolerated(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return a line each for what is to be investigated, decided, told (five queries)."""
    steps = (
        (tolerances.to_investigate(user, grants), "等核实", "去核实"),
        (tolerances.to_decide(user, grants), "等决定", "去决定"),
    )
    found = [
        _tolerance(rows, word, action, rows[0].due_on)
        for query, word, action in steps
        if (rows := list(query))
    ]
    told = list(tolerances.to_feed_back(user, grants))
    if told and told[0].decided_on is not None:
        first = told[0]
        assert first.decided_on is not None
        rule = regulations.book_of(grants).of(first.branch, first.decided_on)
        row = rule.get(tolerances.RULE)
        terms = tolerance_rules.terms_of(row.parameters if row else {})
        calendar = working_calendar.around(first.decided_on)
        due_on = tolerance_rules.feed_back_by(first.decided_on, calendar, terms)
        found.append(_tolerance(told, "已有决定，等反馈本人", "去反馈", due_on))
    return found


def tolerated_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Tolerance] | None:
    """Return the rows that ``tolerated`` tells of."""
    if not grants.held:
        return None
    found = tolerances.to_feed_back(user, grants)
    if grants.allows(Capability.REVIEW_PEOPLE):
        found = found | tolerances.to_investigate(user, grants) | tolerances.to_decide(user, grants)
    return found


def helped(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the lines for help plans: notes owed, and reviews (three queries)."""
    rows = list(help_plans.running(user, grants))
    if not rows:
        return []
    book = regulations.book([row.branch for row in rows])
    notes: list[tuple[dt.date, HelpPlan]] = []
    reviews: list[tuple[dt.date, HelpPlan]] = []
    for row in rows:
        if row.ends_on <= on + REVIEW_FROM:
            reviews.append((row.ends_on + help_rules.REVIEW_WITHIN, row))
        if row.ends_on <= on:
            continue
        last = row.last_note or row.started_on  # type: ignore[attr-defined]
        by = help_rules.note_by(last, help_plans.terms(row.branch, on, book))
        if by <= on + NOTE_FROM:
            notes.append((by, row))
    return [
        *_help(notes, "帮教情况该登记了", "去登记"),
        *_help(reviews, "帮教期满，等评议", "去评议"),
    ]


def helped_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[HelpPlan]:
    """Return the rows that ``helped`` tells of."""
    return help_plans.running(user, grants)


def reported(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for the reports that wait to be acknowledged (one query)."""
    rows = list(mutual_reports.to_receive(user, grants))
    if not rows:
        return []
    first = rows[0]
    one = len(rows) == 1
    return [
        Duty(
            title=f"{first.sender.short_name}的情况反馈等签收"
            if one
            else f"{len(rows)} 份情况反馈等签收",
            due_on=timezone.localdate(first.sent_at) + RECEIVE_WITHIN,
            why="双重管理：两个支部互相反馈党员表现",
            url=reverse("mutual-report", kwargs={"pk": first.pk})
            if one
            else reverse("mutual-report-list"),
            action="去签收",
        )
    ]


def reported_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[MutualReport] | None:
    """Return the rows that ``reported`` tells of."""
    return mutual_reports.to_receive(user, grants) if grants.held else None


def warned(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line if somebody is about to be graded 优秀 against another branch's report."""
    rows = list(mutual_reports.against_excellence(user, grants))
    if not rows:
        return []
    return [
        Duty(
            title="民主评议拟评优秀的党员中，有另一个支部建议不评优的",
            due_on=on,
            why="双重管理：另一个支部建议不评优的，不评优秀",
            url=reverse("mutual-report", kwargs={"pk": rows[0].pk})
            if len(rows) == 1
            else reverse("mutual-report-list"),
            action="去核对",
        )
    ]


def warned_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[MutualReport] | None:
    """Return the rows that ``warned`` tells of."""
    return mutual_reports.against_excellence(user, grants) if grants.held else None


def _tolerance(rows: list[Tolerance], word: str, action: str, due_on: dt.date) -> Duty:
    one = len(rows) == 1
    return Duty(
        title=f"{rows[0].branch.short_name}的容错申请{word}"
        if one
        else f"{len(rows)} 份容错申请{word}",
        due_on=due_on,
        why="容错：申请、核实、决定、反馈",
        url=reverse("tolerance", kwargs={"pk": rows[0].pk}) if one else reverse("tolerance-list"),
        action=action,
        explain=reverse("regulation", kwargs={"code": tolerances.RULE}),
    )


def _help(days: list[tuple[dt.date, HelpPlan]], word: str, action: str) -> list[Duty]:
    """One line whatever the number; to the plan itself, where the 支委 who helps finds it too."""
    if not days:
        return []
    due_on, first = min(days, key=lambda each: (each[0], each[1].pk))
    return [
        Duty(
            title=f"“2+1”{word}" if len(days) == 1 else f"“2+1”{word}（{len(days)} 人）",
            due_on=due_on,
            why="“2+1”帮教：每月记录，期满评议",
            url=reverse("help-plan", kwargs={"pk": first.pk}),
            action=action,
            explain=reverse("regulation", kwargs={"code": help_plans.RULE}),
        )
    ]
