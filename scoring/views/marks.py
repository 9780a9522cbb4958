"""Inspection marks: which branches are marked, and the sheet of one branch."""

from __future__ import annotations

from decimal import Decimal

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
from scoring.queries import marks, schemes
from scoring.views.periods import asked_month, month_of, neighbours


@access.requires(Capability.ENTER_MARKS)
def mark_sheet_list(request: Request) -> HttpResponse:
    """Show how far the month's marking is, branch by branch."""
    this_month = Period.containing(request.today)
    period = asked_month(request, this_month)
    branches = (
        Organization.objects.in_scope(request.scope)
        .of_kind(OrganizationKind.BRANCH)
        .standing_on(request.today)
        .order_by("path")
    )
    page = Paginator(branches, 50).get_page(request.GET.get("page"))
    context = {
        "period": period,
        "months": neighbours(period, this_month),
        "page_obj": page,
        "sheets": marks.progress(list(page.object_list), period),
    }
    return TemplateResponse(request, "scoring/mark_sheet_list.html", context)


@access.requires(Capability.ENTER_MARKS)
def mark_sheet(request: Request, *, pk: int, period: str) -> HttpResponse:
    """Fill in or correct a branch's marks of a month."""
    organization = get_object_or_404(
        Organization.objects.in_scope(request.scope).of_kind(OrganizationKind.BRANCH), pk=pk
    )
    month = month_of(period)
    if month.first_day > request.today:
        raise Http404
    version = _marked_version(organization, month)
    if version is None:
        return TemplateResponse(
            request,
            "scoring/mark_sheet.html",
            {"organization": organization, "period": month, "form": None},
        )
    scheme = schemes.scheme_of(version)
    standing = marks.standing(version, organization, month)
    initial: dict[str, Decimal | str] = {}
    for code, mark in standing.items():
        initial |= {f"value-{code}": mark.value, f"note-{code}": mark.note}
    form = MarkSheetForm(request.POST or None, scheme=scheme, initial=initial)
    if request.method == "POST" and form.is_valid():
        changed = operations.enter_sheet(
            version=version,
            organization=organization,
            period=month,
            marks=form.marks(),
            by=request.user,
            at=timezone.now(),
        )
        messages.success(
            request,
            f"{organization.short_name} {month.label}已保存 {changed} 项打分。"
            if changed
            else "打分没有变化。",
        )
        return redirect(f"{reverse('mark-sheet-list')}?period={month}")
    groups = [
        (
            part,
            [
                (item, form[f"value-{item.code}"], form[f"note-{item.code}"])
                for item in part.items
                if item.rule == "mark"
            ],
        )
        for part in scheme.parts
    ]
    context = {
        "organization": organization,
        "period": month,
        "form": form,
        "version": version,
        "groups": [(part, rows) for part, rows in groups if rows],
    }
    return TemplateResponse(request, "scoring/mark_sheet.html", context)


def _marked_version(organization: Organization, period: Period) -> SchemeVersion | None:
    """Return the nearest version in force whose items are marked by inspectors."""
    versions = schemes.for_organization(organization, period)
    marked = [
        version
        for version in versions
        if not version.rates_members
        and any(item.rule == "mark" for item in schemes.scheme_of(version).items)
    ]
    return max(marked, key=lambda version: version.committee.path, default=None)
