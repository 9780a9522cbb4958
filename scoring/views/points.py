"""Points of a member: one's own, and those of a branch's members for who may see them."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from activities.queries import activities
from branches import access
from branches.access import Request
from branches.rules.periods import Period
from branches.rules.roles import Capability
from members import wording as member_words
from members.models import Member
from members.rules.status import ExemptionReason
from scoring.models import Score
from scoring.queries import entries, explanations, points
from scoring.views.periods import month_of


@access.signed_in("本人的积分")
def my_points(request: Request, *, period: str = "") -> HttpResponse:
    """Show one's own points of a month, each line with its arithmetic."""
    member = Member.objects.filter(user=request.user).first()
    if member is None:
        return TemplateResponse(request, "scoring/no_member.html", {"what": "积分"})
    return _points(request, member, period, own=True)


@access.requires(Capability.SEE_SCORES)
def member_points(request: Request, *, pk: int, period: str = "") -> HttpResponse:
    member = get_object_or_404(Member.objects.in_scope(request.scope), pk=pk)
    return _points(request, member, period, own=False)


@access.signed_in("本人的积分")
def my_evidence(request: Request, *, period: str, item: str) -> HttpResponse:
    """Show the records behind one of one's own lines."""
    member = get_object_or_404(Member, user=request.user)
    return _evidence(request, member, month_of(period), item, own=True)


@access.requires(Capability.SEE_SCORES)
def member_evidence(request: Request, *, pk: int, period: str, item: str) -> HttpResponse:
    member = get_object_or_404(Member.objects.in_scope(request.scope), pk=pk)
    return _evidence(request, member, month_of(period), item, own=False)


def _points(request: Request, member: Member, period: str, *, own: bool) -> HttpResponse:
    scores = points.history(member, months=13)
    text = period or request.GET.get("period", "")
    asked = month_of(text) if text else None
    score = points.of_period(scores, asked)
    shown = score.run.period if score else asked or Period.containing(request.today)
    context = {
        "member": member,
        "own": own,
        "period": shown,
        "scores": scores,
        "explained": explanations.explain(score) if score else None,
        "exempt_label": member_words.EXEMPTIONS.get(ExemptionReason(score.exempt), "")
        if score and score.exempt
        else "",
        "half_year": points.half_year_mean(scores, shown),
        "chart": _trend(scores) if len(scores) > 1 else None,
    }
    return TemplateResponse(request, "scoring/points.html", context)


def _evidence(
    request: Request, member: Member, period: Period, item_code: str, *, own: bool
) -> HttpResponse:
    score = (
        Score.objects.current()
        .of_period(period)
        .filter(member=member)
        .select_related("run__version", "organization", "member")
        .first()
    )
    if score is None:
        raise Http404
    line = explanations.explain(score).line(item_code)
    item = explanations.item_of(score, item_code)
    if line is None or item is None:
        raise Http404
    context = {
        "member": member,
        "own": own,
        "period": period,
        "item": item,
        "line": line,
        "run": score.run,
        "attended": activities.evidence(member=member, feed=item.fact, period=period)
        if item.fact
        else [],
        "entries": entries.behind(score, item_code),
    }
    return TemplateResponse(request, "scoring/evidence.html", context)


def _trend(scores: list[Score]) -> dict[str, object]:
    oldest_first = scores[::-1]
    return {
        "xAxis": {"type": "category", "data": [str(s.run.period) for s in oldest_first]},
        "yAxis": {"type": "value", "scale": True},
        "series": [
            {
                "name": "积分",
                "type": "line",
                "showAllSymbol": True,
                "data": [None if s.total is None else float(s.total) for s in oldest_first],
            }
        ],
    }
