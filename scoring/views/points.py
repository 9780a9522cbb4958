"""Points of a member: one's own, and those of a branch's members for who may see them."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from branches import access
from branches.access import Request
from branches.rules.periods import Period
from branches.rules.roles import Capability
from members import wording as member_words
from members.models import Member
from members.rules.status import ExemptionReason
from scoring.queries import corrections, entries, explanations, points, records
from scoring.queries.points import Series
from scoring.views import charts, round_links
from scoring.views.periods import Choice, address, period_of
from scoring.wording import PERIODS


@access.signed_in("本人的积分")
def my_points(request: Request, *, period: str = "") -> HttpResponse:
    """Show one's own points of a period, each line with its arithmetic."""
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
    return _evidence(request, member, period_of(period), item, own=True)


@access.requires(Capability.SEE_SCORES)
def member_evidence(request: Request, *, pk: int, period: str, item: str) -> HttpResponse:
    member = get_object_or_404(Member.objects.in_scope(request.scope), pk=pk)
    return _evidence(request, member, period_of(period), item, own=False)


def _points(request: Request, member: Member, period: str, *, own: bool) -> HttpResponse:
    text = period or request.GET.get("period", "")
    asked = period_of(text) if text else None
    found = points.series(member)
    code = request.GET.get("scheme", "")
    one = points.chosen(found, scheme=code, kind=asked.kind if asked else None)
    scores = points.history(member, one) if one else []
    score = points.of_period(scores, asked)
    shown = score.run.period if score else asked or Period.containing(request.today)
    context = {
        "member": member,
        "own": own,
        "period": shown,
        "scores": scores,
        "series": _choices(member, found, one, own=own),
        "scheme": one.scheme_code if one else "",
        "explained": explanations.explain(score) if score else None,
        "round_link": round_links.of_run(request, score.run, score) if score else None,
        "exempt_label": member_words.EXEMPTIONS.get(ExemptionReason(score.exempt), "")
        if score and score.exempt
        else "",
        "half_year": points.half_year_mean(scores, shown),
        "chart": charts.totals(scores[::-1], "积分") if len(scores) > 1 else None,
    }
    return TemplateResponse(request, "scoring/points.html", context)


def _choices(
    member: Member, found: list[Series], shown: Series | None, *, own: bool
) -> list[Choice]:
    """Return links between what a member has results of; none for a single one."""
    if len(found) < 2:
        return []
    codes = {one.scheme_code for one in found}
    base = reverse("my-points") if own else reverse("member-points", kwargs={"pk": member.pk})
    return [
        Choice(
            f"{one.title} · {PERIODS[one.kind]}" if len(codes) > 1 else PERIODS[one.kind],
            f"{base}{one.newest}/{address(None, scheme=one.scheme_code)}",
            one is shown,
        )
        for one in found
    ]


def _evidence(
    request: Request, member: Member, period: Period, item_code: str, *, own: bool
) -> HttpResponse:
    code = request.GET.get("scheme", "")
    scores = points.of_member(member, period)
    # Several schemes may share an item's code: the one asked for first.
    for score in sorted(scores, key=lambda one: one.run.scheme_code != code):
        item = explanations.item_of(score, item_code)
        line = explanations.explain(score).line(item_code) if item else None
        if item is not None and line is not None:
            break
    else:
        raise Http404
    counted = timezone.localdate(score.run.facts_until)
    context = {
        "member": member,
        "own": own,
        "period": period,
        "item": item,
        "line": line,
        "run": score.run,
        "records": records.of_member(member, item.fact, period, on=counted, own=own)
        if item.fact
        else [],
        "heading": records.heading("member", item.fact),
        "entries": entries.behind(score, item_code),
        "corrections": corrections.behind(score, item_code),
    }
    return TemplateResponse(request, "scoring/evidence.html", context)
