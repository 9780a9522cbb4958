"""The page of one problem: how it stands, what is proposed, what was done, what may be done."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from activities.forms.problems import CloseForm, ReopenForm
from activities.models import Problem, ProblemStep, Supervision
from activities.operations import problem_course as course
from activities.queries import problem_sources, problems, supervisions
from activities.rules import supervision as rules
from activities.rules.supervision import ProblemAct, Proposal, Severity, Source, Standing
from activities.wording import supervision as wording
from branches.access import Request
from branches.rules.roles import Capability
from members.queries import above

TONES = {
    ProblemAct.ESCALATED: "warn",
    ProblemAct.SUPERVISED: "warn",
    ProblemAct.CLOSED: "ok",
    ProblemAct.REOPENED: "bad",
}

Button = tuple[str, str]


def one(request: Request, pk: int) -> Problem:
    """Return a problem that is handled in ``request.scope``, to do something about it.

    :raises Http404: it is handled elsewhere.
    """
    rows = problems.with_people(Problem.objects.in_scope(request.scope))
    return get_object_or_404(rows.select_related(*_CONCERNED), pk=pk)


def seen(request: Request, pk: int) -> Problem:
    """Return a problem that is handled in ``request.scope`` or was raised there.

    :raises Http404: neither.
    """
    rows = problems.with_people(Problem.objects.seen_in(request.scope))
    return get_object_or_404(rows.select_related(*_CONCERNED), pk=pk)


_CONCERNED = (
    "organization__parent", "origin", "activity", "owner__user", "raised_by", "asker__user",
)  # fmt: skip


def page(
    request: Request,
    found: Problem,
    *,
    close_form: CloseForm | None = None,
    reopen_form: ReopenForm | None = None,
) -> HttpResponse:
    """Answer with the page of a problem (a fixed number of queries)."""
    logs = request.grants.scope(Capability.LOG_ACTIVITIES)
    may_log = logs.reaches(found.organization.path)
    is_open = found.closed_on is None
    steps = list(ProblemStep.objects.filter(problem=found).select_related("made_by"))
    asked = supervisions.of_problem(found)
    [row] = problems.rows_of([found], request.today)
    reach = request.grants.scope(Capability.SUPERVISE_PROBLEMS)
    may_supervise = (
        is_open
        and above.decides(request.grants, Capability.SUPERVISE_PROBLEMS, found.organization)
        and supervisions.issuer_for(found, reach) is not None
    )
    proposed = rules.proposals(_standing(found, steps, asked), request.today)
    context = {
        "problem": found,
        "row": row,
        "handling": wording.HANDLING[Severity(found.severity)],
        "source_url": problem_sources.link(
            Source(found.source), found.source_id, request.user, request.grants
        ),
        "proposals": [wording.PROPOSALS[each] for each in proposed] if may_log else [],
        "events": [
            (
                step.made_on,
                step.get_step_display(),
                _said(step),
                "",
                TONES.get(ProblemAct(step.step), ""),
            )
            for step in reversed(steps)
        ],
        "supervisions": [(each, wording.number(each.year, each.number)) for each in asked],
        "may_edit": may_log and is_open,
        "buttons": _buttons(found, proposed) if may_log else [],
        "supervise_url": _url("problem-supervise", found) if may_supervise else "",
        "may_remove": may_log and is_open and bool(found.activity and found.activity.may_be_edited),
        "others_close": course.OTHERS_CLOSE if course.is_owned_by(found, request.user) else "",
        "close_form": close_form or CloseForm(today=request.today),
        "is_closing": close_form is not None,
        "reopen_form": (reopen_form or ReopenForm()) if may_log and not is_open else None,
        "trail": trail(),
    }
    return TemplateResponse(request, "activities/problem.html", context)


def trail(found: Problem | None = None) -> list[tuple[str, str]]:
    """Return the way to a page of the list, or of one problem."""
    way = [("问题整改", reverse("problem-list"))]
    return [*way, (str(found)[:12], _url("problem", found))] if found else way


def _standing(
    found: Problem, steps: Sequence[ProblemStep], asked: Sequence[Supervision]
) -> Standing:
    return Standing(
        severity=Severity(found.severity),
        is_closed=found.closed_on is not None,
        has_owner=found.owner_id is not None,
        has_measures=bool(found.measures),
        is_begun=rules.is_begun(ProblemAct(step.step) for step in steps),
        is_supervised=bool(asked),
        has_above=found.organization.parent_id is not None,
        due_on=found.due_on,
        satisfaction=found.satisfaction,
        look_back_due_on=found.look_back_due_on,
        is_looked_back=found.looked_back_on is not None,
    )


def _buttons(found: Problem, proposed: Sequence[Proposal]) -> list[Button]:
    """Return what may be done about a problem besides closing it, most wanted first."""
    if found.closed_on is None:
        steps = [("登记进展", _url("problem-report", found))]
        if found.organization.parent_id is not None:
            steps.append(("提交上一级", _url("problem-escalate", found)))
        return [*steps, ("调整程度", _url("problem-severity", found))]
    steps = []
    if not found.satisfaction and not _has_account(found):
        steps.append(("登记回访", _url("problem-asked", found)))
    if found.looked_back_on is None:
        steps.append(("登记回头看", _url("problem-look-back", found)))
    word = "修改案例" if found.case_title else "列入案例库"
    return [*steps, (word, _url("problem-case", found))]


def _has_account(found: Problem) -> bool:
    user = found.asker.user if found.asker else None
    return user is not None and user.is_active


def _said(step: ProblemStep) -> str:
    return f"{step.text}　{step.made_by.name}" if step.text else step.made_by.name


def _url(name: str, found: Problem) -> str:
    return reverse(name, kwargs={"pk": found.pk})
