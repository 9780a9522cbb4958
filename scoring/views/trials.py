"""Trial runs of schemes: over past periods, and on a spreadsheet."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from branches.scope import Scope
from branches.spreadsheets import neutralise
from scoring import tasks
from scoring.forms.trials import SheetForm, TrialForm
from scoring.models import SchemeTrial
from scoring.operations import trials as operations
from scoring.queries import schemes, trial_pages, trials
from scoring.queries.trial_pages import Mover
from scoring.rules import comparing, rating, trial_files
from scoring.rules.comparing import MOVE_WORDS, MOVES
from scoring.rules.problems import BadFile, Problem
from scoring.rules.rating import Result

PAGE = 25
ALL = "all"
MOST_RESULTS = 200
MOST_PROBLEMS = 100

View = Callable[..., HttpResponse]


def _for_those_who_try(view: View) -> Callable[..., Any]:
    """Open a view to who keeps schemes or starts runs, with the scope of both."""

    @access.signed_in("管理方案或核算的人")
    @functools.wraps(view)
    def wrapped(request: Request, **kwargs: Any) -> HttpResponse:
        request.scope = Scope.over(
            root
            for capability in (Capability.MANAGE_SCHEMES, Capability.START_RUNS)
            for root in request.grants.scope(capability).roots
        )
        if not request.scope:
            if kwargs:
                raise Http404
            raise PermissionDenied
        return view(request, **kwargs)

    return wrapped


@_for_those_who_try
def trial_list(request: Request) -> HttpResponse:
    """Show the trials that were asked for, newest first."""
    page = Paginator(trial_pages.listed(request.scope), PAGE).get_page(request.GET.get("page"))
    for row in page:
        row.periods = trials.periods_of(row)  # type: ignore[attr-defined]
    return TemplateResponse(request, "scoring/trial_list.html", {"page": page})


@_for_those_who_try
def trial_new(request: Request) -> HttpResponse:
    """Ask for a scheme to be tried on past periods, and go to its page."""
    form = TrialForm(
        request.POST or None,
        scope=request.scope,
        today=request.today,
        initial={"scheme": request.GET.get("scheme", "")},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with transaction.atomic():
            trial = operations.ask(
                committee=data["committee"],
                text=form.text,
                first=data["first"],
                last=data["last"],
                draft=form.draft,
                by=request.user,
                at=timezone.now(),
            )
            job = tasks.request_trial(trial, by=request.user)
            tasks.try_scheme.delay_on_commit(job_id=job.pk)
        return redirect("trial", pk=trial.pk)
    return TemplateResponse(request, "scoring/trial_new.html", {"form": form})


@_for_those_who_try
def trial(request: Request, *, pk: int) -> HttpResponse:
    """Show a trial: its progress, then who moves, and why, period by period."""
    row = get_object_or_404(
        SchemeTrial.objects.in_scope(request.scope)
        .select_related("committee", "asked_by", "job")
        .defer("findings"),
        pk=pk,
    )
    periods = trials.periods_of(row)
    summary = trial_pages.summary(row)
    context: dict[str, Any] = {
        "trial": row,
        "trail": [("模拟运行", reverse("trial-list")), (row.title, "")],
        "first": periods[0],
        "last": periods[-1],
        "is_waiting": not summary and row.job is not None and not row.job.is_finished,
    }
    if summary:
        context |= _shown(request, row, periods, summary)
    return TemplateResponse(request, "scoring/trial.html", context)


def _shown(
    request: Request, row: SchemeTrial, periods: list[Any], summary: list[dict[str, Any]]
) -> dict[str, Any]:
    asked = request.GET.get("period", str(periods[-1]))
    place = next((n for n, period in enumerate(periods) if str(period) == asked), None)
    if place is None:
        raise Http404
    found = trial_pages.finding(row, place)
    rules = schemes.read(row.text)
    of_members = rules.target == "member"
    up, down, same = MOVE_WORDS.get(found["scale"], ("", "", ""))
    words = {
        "up": up,
        "down": down,
        "kept": same,
        "same": f"{same}，{comparing.otherwise(found['scale'])}",
        "entered": "进入评定",
        "left": "不再评定",
    }
    sees = request.grants.scope(Capability.SEE_SCORES)
    movers = trial_pages.movers(found, sees, of_members=of_members)
    move, tabs = _moves(request, movers, words, f"?period={asked}")
    return {
        "scheme": rules,
        "of_members": of_members,
        "unit": "党员" if of_members else "支部",
        "mean_of": f"折合到总分，参加评定的{'党员' if of_members else '支部'}平均",
        "period": periods[place],
        "found": found,
        "headline": trial_pages.headline(found, of_members=of_members),
        "words": words,
        "tabs": [
            (period.label, f"?period={period}", n == place) for n, period in enumerate(periods)
        ],
        "rows": [
            (period, line, f"?period={period}")
            for period, line in zip(periods, summary, strict=True)
        ],
        "grades": trial_pages.grades(found),
        "chart": trial_pages.chart(found, of_members=of_members),
        "unrecorded": trial_pages.unrecorded(found, rules),
        "unfed": trial_pages.unfed(rules),
        "moves": tabs,
        "page": Paginator([mover for mover in movers if move in (ALL, mover.move)], PAGE).get_page(
            request.GET.get("page")
        ),
        "hidden": len(found["movers"]) - len(movers),
        "branches": trial_pages.branch_moves(found, request.scope) if of_members else [],
    }


def _moves(
    request: Request, movers: list[Mover], words: dict[str, str], here: str
) -> tuple[str, list[tuple[str, str, bool, int]]]:
    """Return which movers to show, at first those of the first kind there are, and the tabs."""
    counts = {one: sum(mover.move == one for mover in movers) for one in MOVES}
    present = [one for one in MOVES if counts[one]]
    asked = request.GET.get("move", "")
    move = asked if asked in (ALL, *present) else next(iter(present), ALL)
    tabs = [(words[one], f"{here}&move={one}", one == move, counts[one]) for one in present]
    if len(present) > 1:
        tabs.append(("全部", f"{here}&move={ALL}", move == ALL, len(movers)))
    return move, tabs


@_for_those_who_try
def trial_sheet(request: Request) -> HttpResponse:
    """Try a scheme on a spreadsheet, exactly as ``manage.py trial`` does; nothing is kept."""
    form = SheetForm(request.POST or None, request.FILES or None, scope=request.scope)
    context: dict[str, Any] = {"form": form, "problems": []}
    if request.method == "POST" and form.is_valid():
        texts = {name: form.cleaned_data[name] for name in ("facts", "previous")}
        results, problems = _rated(form, texts)
        if not problems and request.POST.get("as") == "csv":
            written = trial_files.result_text(form.rules, results, cell=neutralise)
            return HttpResponse(
                written.encode(),
                content_type="text/csv; charset=utf-8",
                headers={"Content-Disposition": 'attachment; filename="result.csv"'},
            )
        # What a file held goes into the boxes: it can be mended there, or downloaded from.
        typed = request.POST.copy()
        for name, text in texts.items():
            typed[name] = text
        form.data = typed
        header, *rows = trial_files.result_rows(form.rules, results)
        context |= {
            "problems": problems[:MOST_PROBLEMS],
            "more_problems": max(len(problems) - MOST_PROBLEMS, 0),
            "header": header,
            "results": rows[:MOST_RESULTS],
            "count": len(rows),
            "scheme": form.rules,
        }
    return TemplateResponse(request, "scoring/trial_sheet.html", context)


def _rated(
    form: SheetForm, texts: dict[str, str]
) -> tuple[list[Result], list[tuple[str, Problem]]]:
    """Return the results, or every mistake of either file with the file's name."""
    problems: list[tuple[str, Problem]] = []
    subjects, history = [], []
    try:
        subjects = trial_files.parse_facts(texts["facts"], form.rules)
    except BadFile as error:
        problems += [("事实表", problem) for problem in error.problems]
    if texts["previous"]:
        try:
            history = trial_files.parse_previous(texts["previous"], form.rules)
        except BadFile as error:
            problems += [("以往结果表", problem) for problem in error.problems]
    return ([] if problems else rating.rate(form.rules, subjects, history)), problems
