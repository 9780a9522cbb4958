"""The star board, the tiers by branch, and the button that computes a month."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from activities.queries import activities
from branches import access, wording
from branches.access import Request
from branches.models import Organization
from branches.rules import tree
from branches.rules.periods import Period
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationType
from scoring import tasks
from scoring.models import Score
from scoring.queries import boards, entries, explanations, marks, schemes
from scoring.views.periods import asked_month, month_of, neighbours


@access.requires(Capability.SEE_SCORES)
def star_board(request: Request) -> HttpResponse:
    """Show one month's branches: five 标, total, stars, change, what is proposed."""
    paths = request.scope.lineage()
    this_month = Period.containing(request.today)
    rated = boards.rated_periods(paths, "organization")
    period = asked_month(request, rated[0] if rated else this_month.previous)
    kind = _type(request)
    run = boards.current_run(paths, "organization", period)
    board = boards.board(run, request.scope, type=kind) if run else None
    context = {
        "period": period,
        "months": neighbours(period, this_month),
        "types": wording.ORGANIZATION_TYPES,
        "type": kind,
        "board": board,
        "run": run,
        "committees": _computable(request, period),
    }
    return TemplateResponse(request, "scoring/star_board.html", context)


@access.requires(Capability.SEE_SCORES)
def tier_board(request: Request) -> HttpResponse:
    """Show one month's members by tier, as numbers for each branch."""
    paths = request.scope.lineage()
    this_month = Period.containing(request.today)
    rated = boards.rated_periods(paths, "member")
    period = asked_month(request, rated[0] if rated else this_month.previous)
    kind = _type(request)
    run = boards.current_run(paths, "member", period)
    context = {
        "period": period,
        "months": neighbours(period, this_month),
        "types": wording.ORGANIZATION_TYPES,
        "type": kind,
        "run": run,
        "table": boards.tier_table(run, request.scope, type=kind) if run else None,
        "committees": _computable(request, period),
    }
    return TemplateResponse(request, "scoring/tier_board.html", context)


@access.requires(Capability.SEE_SCORES)
def organization_score(request: Request, *, pk: int, period: str) -> HttpResponse:
    """Show why a branch has its score and star in a month."""
    organization = get_object_or_404(Organization.objects.in_scope(request.scope), pk=pk)
    month = month_of(period)
    score = (
        Score.objects.current()
        .of_period(month)
        .filter(organization=organization, member__isnull=True)
        .select_related("run__version", "organization")
        .order_by("run__scheme_code")
        .first()
    )
    context = {
        "organization": organization,
        "period": month,
        "explained": explanations.explain(score) if score else None,
    }
    return TemplateResponse(request, "scoring/organization_score.html", context)


@access.requires(Capability.SEE_SCORES)
def organization_evidence(request: Request, *, pk: int, period: str, item: str) -> HttpResponse:
    """Show the records behind one of a branch's lines: activities, marks, entries."""
    organization = get_object_or_404(Organization.objects.in_scope(request.scope), pk=pk)
    month = month_of(period)
    score = get_object_or_404(
        Score.objects.current()
        .of_period(month)
        .filter(organization=organization, member__isnull=True)
        .select_related("run__version", "organization")
    )
    line = explanations.explain(score).line(item)
    rule = explanations.item_of(score, item)
    if line is None or rule is None:
        raise Http404
    context = {
        "organization": organization,
        "period": month,
        "item": rule,
        "line": line,
        "run": score.run,
        "activities": activities.organization_evidence(organization, rule.fact, month)
        if rule.fact
        else [],
        "marks": marks.history(score.run.version, organization, month, item),
        "entries": entries.behind(score, item),
    }
    return TemplateResponse(request, "scoring/organization_evidence.html", context)


@access.requires(Capability.SEE_SCORES)
def branch_tiers(request: Request, *, pk: int, period: str) -> HttpResponse:
    """Show a branch's members with points and tier, by name; no ranking."""
    organization = get_object_or_404(Organization.objects.in_scope(request.scope), pk=pk)
    month = month_of(period)
    paths = tree.lineage(organization.path)
    run = boards.current_run(paths, "member", month)
    context = {
        "organization": organization,
        "period": month,
        "run": run,
        "scores": boards.scores_of_branch(run, organization) if run else [],
    }
    return TemplateResponse(request, "scoring/branch_tiers.html", context)


@require_POST
@access.requires(Capability.START_RUNS)
def start_run(request: Request) -> HttpResponse:
    """Ask for a month to be computed and go to its progress."""
    committee = get_object_or_404(
        Organization.objects.in_scope(request.scope), pk=_number(request.POST.get("committee"))
    )
    period = month_of(request.POST.get("period", ""))
    if period.first_day > request.today:
        messages.error(request, f"{period.label}还没有开始，不能核算。")
        return redirect("star-board")
    job, made = tasks.request_recompute(committee, period, by=request.user)
    if made:
        tasks.recompute.delay_on_commit(job_id=job.pk)
    else:
        messages.info(request, "这个月正在核算，下面是它的进度。")
    return redirect("job", pk=job.pk)


def _type(request: Request) -> str:
    """Return the comparison type asked for; empty for all, and for what is none."""
    asked = request.GET.get("type", "")
    return asked if asked in set(OrganizationType) else ""


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _computable(request: Request, period: Period) -> list[Organization]:
    """Return the committees whose month this person may compute; none before it begins."""
    if period.first_day > request.today:
        return []
    scope = request.grants.scope(Capability.START_RUNS)
    return [
        committee
        for committee in schemes.committees_rating(period)
        if scope.reaches(committee.path)
    ]
