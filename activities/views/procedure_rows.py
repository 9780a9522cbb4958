"""What the pages of a run say: its state, its steps, why one waits, where one goes on."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone

from activities.models import ProcedureStep
from activities.queries import procedure_choices, procedure_papers, procedures
from activities.queries.procedures import Run
from activities.rules import procedures as words
from activities.rules.procedure_checks import Finding
from activities.rules.procedure_papers import in_words
from activities.rules.procedure_progress import Standing, StepState
from activities.rules.procedures import Step
from activities.wording import procedures as wording
from branches.access import Grants
from branches.rules.roles import Capability
from branches.templatetags import formats

# The pages where a step goes on: who may, and what the address names.
_MEMBER_PAGES = frozenset({"member-leave", "member-regularise"})
_ADMISSION_PAGE = "member-new"


def trail() -> list[tuple[str, str]]:
    return [("办事指南", reverse("guide-list"))]


def state_of(run: Run) -> tuple[str, str]:
    """Return word and tone of a run."""
    if run.row.ended_reason:
        return "已终止", ""
    return ("正在办理", "warn") if run.is_open else ("已办完", "ok")


def listed(run: Run) -> dict[str, Any]:
    """Return one line of the list."""
    calling = run.next or run.urgent
    due = calling.due_on if calling else None
    label, tone = state_of(run)
    late = calling.days_late(run.today) if calling else 0
    return {
        "pk": run.row.pk,
        "title": run.row.title,
        "organization": run.row.organization.short_name,
        "started": timezone.localdate(run.row.started_at),
        "finished": timezone.localdate(run.row.finished_at) if run.row.finished_at else None,
        "reason": run.row.ended_reason,
        "done": f"{run.steps_done} / {len(run.standings)} 步",
        "next": calling.step.title if calling else waiting(run),
        "due": due,
        "label": f"已超期 {late} 天" if late else label,
        "tone": "bad" if late else tone,
    }


def waiting(run: Run) -> str:
    """Return when a run goes on for which nothing can be done now."""
    early = [each for each in run.standings if each.state is StepState.EARLY]
    if not early or not run.is_open:
        return ""
    first = early[0]
    return f"{formats.day(first.possible_on)}起可以办“{first.step.title}”。"


def chosen(run: Run, standing: Standing) -> dict[str, Any]:
    """Return the step whose form is shown: what to do, what it rests on, what to mind."""
    return {
        "code": standing.step.code,
        "title": standing.step.title,
        "actor": standing.step.actor,
        "text": standing.step.text,
        "sources": procedures.sources(standing.step, run.rules),
        "papers": paper_words(standing.step),
        "remarks": _remarks(run, standing),
        "late": _late(run, standing),
        "is_again": standing.state is StepState.AGAIN,
    }


def steps(run: Run, open_one: Standing | None, *, may_take: bool) -> list[dict[str, Any]]:
    """Return every step with its state; ``open_one`` has its form on the page already."""
    return [
        _step(run, number, standing, open_one, may_take)
        for number, standing in enumerate(run.standings, start=1)
    ]


def _step(
    run: Run, number: int, standing: Standing, open_one: Standing | None, may_take: bool
) -> dict[str, Any]:
    state = standing.state
    may_be_chosen = may_take and standing.may_be_taken and standing is not open_one
    over = not run.is_open and not standing.is_done
    return {
        "number": number,
        "title": standing.step.title,
        "actor": standing.step.actor,
        "label": "没有办" if over else wording.STEP_STATES[state],
        "tone": "" if over else wording.STEP_TONES[state],
        "late": _late(run, standing),
        "notes": [] if over else _remarks(run, standing),
        "records": [_record(run, record) for record in run.records_of(standing.step.code)],
        "url": f"?step={standing.step.code}#step" if may_be_chosen else "",
        "action": "再记一次" if state is StepState.AGAIN else "办这一步",
    }


def paper_words(step: Step) -> str:
    """Return which kinds of document a step has."""
    return "、".join(dict.fromkeys(wording.PAPERS[paper.kind] for paper in step.papers))


def _late(run: Run, standing: Standing) -> str:
    late = standing.days_late(run.today) if run.is_open or standing.is_done else 0
    if not late:
        return ""
    return f"超期 {late} 天" if standing.state is StepState.DONE else f"已超期 {late} 天"


def _remarks(run: Run, standing: Standing) -> list[str]:
    """Return what a step that is not done waits for, when it becomes possible, when it is due."""
    if standing.state is StepState.DONE:
        return []
    found = []
    if standing.waits_for:
        found.append("要先办：" + "、".join(standing.waits_for))
    if standing.possible_on is not None and standing.possible_on > run.today:
        found.append(f"{formats.day(standing.possible_on)}起可以办")
    if standing.advised_on is not None and standing.advised_on > run.today:
        found.append(f"一般在{formats.day(standing.advised_on)}以后办")
    if standing.due_on is not None:
        word = "下一次在" if standing.state is StepState.AGAIN else "期限"
        found.append(f"{word} {formats.day(standing.due_on)}")
    return found


def _record(run: Run, record: ProcedureStep) -> dict[str, Any]:
    step = run.description.step(record.code)
    facts = [(field.label, in_words(field, record.facts.get(field.name))) for field in step.fields]
    meeting = record.activity
    return {
        "line": f"{formats.day(record.done_on)}办，{record.done_by.name}登记",
        "facts": "；".join(f"{label}：{value}" for label, value in facts if value),
        "note": record.note,
        "meeting": str(meeting) if meeting else "",
        "meeting_url": reverse("activity", kwargs={"pk": meeting.pk}) if meeting else "",
        "papers": [
            (
                reverse("procedure-document", kwargs={"pk": record.pk, "number": number}),
                kind,
                title,
            )
            for number, kind, title in procedure_papers.papers_of(run, record)
        ],
    }


def finding(run: Run, found: Finding) -> str:
    """Return a finding with the regulation it comes from."""
    rule = run.rules.get(found.regulation)
    return f"{found.words}依据：《{rule.source}》{rule.article}。" if rule else found.words


def last_title(run: Run) -> str:
    return run.description.step(run.records[-1].code).title if run.records else ""


def meeting_url(run: Run, step: Step) -> str:
    """Return where the meeting of a step is logged."""
    if not step.meetings:
        return ""
    url = reverse("activity-new")
    return f"{url}?kind={step.meetings[0]}&organization={run.row.organization_id}"


def link(run: Run, step: Step, grants: Grants) -> tuple[str, str] | None:
    """Return address and word of the page where a step goes on; None if it is not theirs."""
    assert step.link is not None
    page, label = step.link.page, step.link.label
    path = run.row.organization.path
    if page in _MEMBER_PAGES or page == _ADMISSION_PAGE:
        if not grants.scope(Capability.MANAGE_MEMBERS).reaches(path):
            return None
        if page == _ADMISSION_PAGE:
            return reverse(page), label
        member = run.row.member or procedure_choices.on_roll_as(run.name, run.row.organization)
        return (reverse(page, kwargs={"pk": member.pk}), label) if member else None
    if page == "organization":
        if not grants.scope(Capability.SEE_ORGANIZATIONS).reaches(path):
            return None
        return reverse(page, kwargs={"pk": run.row.organization_id}), label
    if page == "activity-new":
        kinds = next((each.meetings for each in run.description.steps if each.meetings), ())
        query = f"?kind={kinds[0]}&organization={run.row.organization_id}" if kinds else ""
        return f"{reverse(page)}{query}", label
    assert page in words.PAGES
    return reverse(page), label
