"""One branch's result: why it is what it is, its records, and its members' tiers."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.periods import PeriodKind
from branches.rules.roles import Capability
from scoring.models import Score
from scoring.queries import (
    boards,
    corrections,
    entries,
    explanations,
    marks,
    records,
    tiers,
    trends,
)
from scoring.views import charts, round_links
from scoring.views.periods import Choice, address, period_of

LEAST_AXES = 3  # fewer make no radar


@access.requires(Capability.SEE_SCORES)
def organization_score(request: Request, *, pk: int, period: str) -> HttpResponse:
    """Show why a branch has its score and star in a period, and how it could rise."""
    organization = _branch(request, pk)
    asked = period_of(period)
    scores = boards.scores_of(organization, asked)
    score = _chosen(request, scores)
    context: dict[str, object] = {
        "organization": organization,
        "period": asked,
        "explained": None,
        "schemes": _schemes(request, scores, score),
    }
    if score is not None:
        explained = explanations.explain(score)
        history = trends.of_organization(score)
        standing = trends.against_median(score, explained.scheme)
        context |= {
            "explained": explained,
            "round_link": round_links.of_run(request, score.run, score),
            "rivals": (rivals := trends.rivals(score)),
            "rank_label": f"同类 {rivals} 个中的名次",
            "why_title": "为什么是这个星" if explained.scheme.outcome.stars else "为什么是这个等次",
            "standing": standing,
            "radar": charts.radar(standing) if len(standing) >= LEAST_AXES else None,
            "history": history[::-1],
            "trend": charts.trend(history) if len(history) > 1 else None,
        }
    return TemplateResponse(request, "scoring/organization_score.html", context)


@access.requires(Capability.SEE_SCORES)
def organization_evidence(request: Request, *, pk: int, period: str, item: str) -> HttpResponse:
    """Show the records behind one of a branch's lines: activities, marks, entries."""
    organization = _branch(request, pk)
    asked = period_of(period)
    code = request.GET.get("scheme", "")
    scores = boards.scores_of(organization, asked)
    # Several schemes may share an item's code: the one asked for first.
    for score in sorted(scores, key=lambda one: one.run.scheme_code != code):
        rule = explanations.item_of(score, item)
        line = explanations.explain(score).line(item) if rule else None
        if rule is not None and line is not None:
            break
    else:
        raise Http404
    context = {
        "organization": organization,
        "period": asked,
        "item": rule,
        "line": line,
        "run": score.run,
        "records": records.of_organization(organization, rule.fact, asked) if rule.fact else [],
        "heading": records.heading("organization", rule.fact),
        "marks": marks.history(score.run.version, organization, asked, item),
        "entries": entries.behind(score, item),
        "corrections": corrections.behind(score, item),
    }
    return TemplateResponse(request, "scoring/organization_evidence.html", context)


@access.requires(Capability.SEE_SCORES)
def branch_tiers(request: Request, *, pk: int, period: str) -> HttpResponse:
    """Show a branch's members with points and tier, by name; no ranking."""
    organization = _branch(request, pk)
    asked = period_of(period)
    runs = boards.runs_of([organization.path], "member", asked)
    code = request.GET.get("scheme", "")
    run = next((one for one in runs if one.scheme_code == code), runs[0] if runs else None)
    context = {
        "organization": organization,
        "period": asked,
        "run": run,
        "scores": tiers.scores_of_branch(run, organization) if run else [],
        "unit": "这个月" if asked.kind is PeriodKind.MONTH else "这一期",
    }
    return TemplateResponse(request, "scoring/branch_tiers.html", context)


def _branch(request: Request, pk: int) -> Organization:
    return get_object_or_404(Organization.objects.in_scope(request.scope), pk=pk)


def _chosen(request: Request, scores: list[Score]) -> Score | None:
    code = request.GET.get("scheme", "")
    return next(
        (one for one in scores if one.run.scheme_code == code), scores[0] if scores else None
    )


def _schemes(request: Request, scores: list[Score], shown: Score | None) -> list[Choice]:
    if len(scores) < 2:
        return []
    return [
        Choice(one.run.version.title, address(request, scheme=one.run.scheme_code), one is shown)
        for one in scores
    ]
