"""What speaks against taking a step on a day: what a regulation refuses, and what it warns of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from activities.rules.kinds import ActivityKind
from activities.rules.procedure_progress import (
    Known,
    Taken,
    blocks,
    earliest_after,
    number,
    spans,
    speaks,
)
from activities.rules.procedures import Check, CheckKind, Step
from activities.rules.votes import DecisionKind
from members.rules import admission
from members.rules.admission import Review, Sponsor


@dataclass(frozen=True, slots=True)
class Finding:
    """``words`` is a whole Chinese sentence; ``regulation`` the code of the rule, or ""."""

    words: str
    regulation: str = ""
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of the linked meeting: about whom, by name, and its subject."""

    kind: DecisionKind
    is_passed: bool
    about: str
    subject: str


@dataclass(frozen=True, slots=True)
class Meeting:
    kind: ActivityKind
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Filling:
    """What is to be recorded: the day, the fields, the meeting, the people chosen by field."""

    done_on: dt.date
    facts: Mapping[str, object] = field(default_factory=dict)
    meeting: Meeting | None = None
    people: Mapping[str, Sequence[Sponsor]] = field(default_factory=dict)


def findings(
    step: Step, filling: Filling, taken: Sequence[Taken], known: Known, *, name: str, today: dt.date
) -> list[Finding]:
    """Return what speaks against a step, what refuses it first.

    ``name`` is whom the run is about, "" for a branch. The order of days is always refused:
    nothing is done before what comes before it, nor in the future.
    """
    found = list(_of_day(step, filling, taken, known, today))
    for check in step.checks:
        if speaks(check, known):
            words = _words(check, filling, known, name)
            if words:
                found.append(Finding(words, check.regulation, blocks(check, known)))
    return sorted(found, key=lambda each: not each.blocks)


def _of_day(
    step: Step, filling: Filling, taken: Sequence[Taken], known: Known, today: dt.date
) -> list[Finding]:
    on = filling.done_on
    found = []
    if on > today:
        found.append(Finding("完成日期还没有到，办完以后再登记。", blocks=True))
    before = earliest_after(step, taken)
    if before is not None and on < before:
        found.append(Finding(f"完成日期不能早于前一步的日期（{_day(before)}）。", blocks=True))
    for span in spans(step, taken, known):
        if span.earliest is not None and on < span.earliest:
            verb = "不能办理这一步" if span.blocks else "一般不办理这一步"
            words = f"{_day(span.earliest)}以前{verb}。"
            found.append(Finding(words, span.check.regulation, span.blocks))
        if span.latest is not None and on > span.latest:
            words = f"应在{_day(span.latest)}以前办理，晚了 {(on - span.latest).days} 天。"
            found.append(Finding(words, span.check.regulation, span.blocks))
    return found


def _words(check: Check, filling: Filling, known: Known, name: str) -> str:
    """Return what a check on the filling finds, "" for nothing."""
    values = check.values
    value = filling.facts.get(str(values.get("field", "")))
    people = filling.people.get(str(values.get("field", "")), ())
    if check.kind is CheckKind.ADULT:
        is_adult = isinstance(value, dt.date) and admission.may_apply(value, filling.done_on)
        return "" if is_adult else "申请人在申请的那一天还不满 18 岁。"
    if check.kind is CheckKind.SPONSORS:
        return "".join(admission.sponsor_slips(people))
    if check.kind is CheckKind.REVIEW:
        if not value:
            return admission.review_slip(Review.MISSING)
        return admission.review_slip(Review.PASSED if value == values["passed"] else Review.FAILED)
    if check.kind is CheckKind.AT_LEAST:
        least = number(check, "least", known)
        return f"一般不少于 {least}。" if isinstance(value, int) and value < least else ""
    if check.kind is CheckKind.BETWEEN:
        least, most = number(check, "least", known), number(check, "most", known)
        is_out = isinstance(value, int) and not least <= value <= most
        return f"一般在 {least} 到 {most} 之间。" if is_out else ""
    if check.kind is CheckKind.COUNT:
        least, most = number(check, "least", known), number(check, "most", known)
        return "" if least <= len(people) <= most else f"一般为 {least} 至 {most} 名。"
    if check.kind is CheckKind.MEETING:
        return "" if filling.meeting else "这一步要在会议上办理，请对应上已经办结的会议。"
    if check.kind is CheckKind.DECISION and filling.meeting:
        return _decision(DecisionKind(values["kind"]), filling.meeting, name)
    return ""


def decision_of(kind: DecisionKind, meeting: Meeting, name: str) -> Decision | None:
    """Return what the meeting decided about somebody; the latest where it voted twice."""
    mine = [
        each
        for each in meeting.decisions
        if each.kind == kind and (name == each.about or (not each.about and name in each.subject))
    ]
    return mine[-1] if mine else None


def _decision(kind: DecisionKind, meeting: Meeting, name: str) -> str:
    decided = decision_of(kind, meeting, name)
    if decided is None:
        return f"这次会议没有登记关于{name}的表决，请先在会议页面登记表决结果。"
    if not decided.is_passed:
        return f"这次会议关于{name}的表决没有通过，不能继续；需要的话终止本程序。"
    return ""


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
