"""The office's own marking: which branches are marked, and the sheet of one branch."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.periods import Period
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind
from scoring.forms.marks import MarkSheetForm
from scoring.models import SchemeVersion
from scoring.operations import marks as operations
from scoring.operations import runs
from scoring.queries import inspections, marks, schemes
from scoring.rules.rounds import MarkKind
from scoring.views.periods import Choice, asked_period, kinds, neighbours, period_of


@access.requires(Capability.ENTER_MARKS)
def mark_sheet_list(request: Request) -> HttpResponse:
    """Show how far the marking of a month, or of a longer period, is, branch by branch.

    Without a period asked for it is the running one of the shortest kind that is marked.
    """
    this_month = Period.containing(request.today)
    period = asked_period(request, this_month)
    if period.first_day > request.today:
        raise Http404
    around = Period.containing(min(period.last_day, request.today))
    offered = [p for _, p in inspections.assignable(request.scope, around)]
    if "period" not in request.GET and offered and this_month not in offered:
        period = min(offered, key=lambda p: len(p.months))
    branches = (
        Organization.objects.in_scope(request.scope)
        .of_kind(OrganizationKind.BRANCH)
        .standing_on(request.today)
        .order_by("path")
    )
    page = Paginator(branches, 50).get_page(request.GET.get("page"))
    context = {
        "period": period,
        "until": marks.last_working_day(period),
        "periods": neighbours(period, this_month),
        "kinds": kinds(period, offered, request),
        "page_obj": page,
        "sheets": marks.progress(list(page.object_list), period),
        "may_assign": request.grants.allows(Capability.ASSIGN_INSPECTIONS),
    }
    return TemplateResponse(request, "scoring/mark_sheet_list.html", context)


@access.requires(Capability.ENTER_MARKS)
def mark_sheet(request: Request, *, pk: int, period: str) -> HttpResponse:
    """Fill in or correct one's own marks of a branch and period, beside those of others."""
    organization = get_object_or_404(
        Organization.objects.in_scope(request.scope).of_kind(OrganizationKind.BRANCH), pk=pk
    )
    of = period_of(period)
    if of.first_day > request.today:
        raise Http404
    versions = marks.versions_for(organization, of)
    asked = request.GET.get("scheme")
    version = next((v for v in versions if asked in (None, v.code)), None)
    context = {"organization": organization, "period": of, "form": None}
    if version is None:
        return TemplateResponse(request, "scoring/mark_sheet.html", context)
    groups = marks.items_of(schemes.scheme_of(version), organization)
    standing = marks.standing(version, organization, of)
    form = MarkSheetForm(
        request.POST or None,
        items=[item for _, items in groups for item in items],
        own={
            code: mark
            for code, given in standing.items()
            if (mark := marks.own_mark(given, request.user, MarkKind.INSPECTION))
        },
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and _save(request, form, version, organization, of)
    ):
        return redirect(f"{reverse('mark-sheet-list')}?period={of}")
    context |= {
        "form": form,
        "version": version,
        "schemes": [Choice(v.title, f"?scheme={v.code}", v.code == version.code) for v in versions],
        "is_sealed": runs.in_round(version, of),
        "groups": [
            (
                part,
                [
                    {
                        "value": form[f"value-{item.code}"],
                        "note": form[f"note-{item.code}"],
                        "shown": form.shown(item),
                        "others": [
                            marks.in_words(mark)
                            for mark in standing.get(item.code, ())
                            if (mark.marked_by_id, mark.kind)
                            != (request.user.pk, MarkKind.INSPECTION)
                        ],
                        "counted": marks.counted(standing.get(item.code, [])),
                    }
                    for item in items
                ],
            )
            for part, items in groups
        ],
    }
    return TemplateResponse(request, "scoring/mark_sheet.html", context)


def _save(
    request: Request,
    form: MarkSheetForm,
    version: SchemeVersion,
    organization: Organization,
    period: Period,
) -> bool:
    try:
        changed = operations.enter_sheet(
            version=version,
            organization=organization,
            period=period,
            marks=form.marks(),
            cleared=form.cleared(),
            by=request.user,
            at=timezone.now(),
        )
    except (operations.PeriodSealed, operations.OwnBranch) as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(
        request,
        f"{organization.short_name} {period.label}已保存 {changed} 项打分。"
        if changed
        else "打分没有变化。",
    )
    return True
