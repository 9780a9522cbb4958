"""The tree, an organisation's page, and what changes it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from branches import access, wording
from branches.access import Request
from branches.forms.organizations import (
    DissolveForm,
    ExtensionForm,
    MoveForm,
    NewOrganizationForm,
    OrganizationForm,
    TermForm,
)
from branches.models import Organization
from branches.operations import organizations as operations
from branches.queries import organizations
from branches.queries.organizations import TreeNode
from branches.rules import terms
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind, OrganizationType

PAGE = 50


@access.requires(Capability.SEE_ORGANIZATIONS)
def organization_tree(request: Request) -> HttpResponse:
    """Show what stands in the scope as a tree, or what a search or 已撤销 finds as a list."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:80]
    dissolved = request.GET.get("state") == "dissolved"
    context: dict[str, Any] = {
        "text": text,
        "dissolved": dissolved,
        "may_create": request.grants.allows(Capability.MANAGE_ORGANIZATIONS),
        "states": [
            ("现有组织", reverse("organization-tree"), not dissolved),
            ("已撤销", f"{reverse('organization-tree')}?state=dissolved", dissolved),
        ],
    }
    if text or dissolved:
        rows = Organization.objects.in_scope(request.scope).select_related("parent")
        rows = (
            rows.filter(dissolved_on__isnull=False)
            if dissolved
            else rows.standing_on(request.today)
        )
        if text:
            rows = rows.filter(
                Q(name__icontains=text) | Q(short_name__icontains=text) | Q(code__icontains=text)
            )
        found = rows.order_by("-dissolved_on", "path") if dissolved else rows.order_by("path")
        context["page"] = Paginator(found, PAGE).get_page(request.GET.get("page"))
    else:
        forest = organizations.forest(request.scope, request.today)
        context["nodes"] = [_node(node, 0) for node in forest]
        context["branches"] = sum(n.branches + n.organization.is_branch for n in forest)
        context["groups"] = sum(n.groups + n.organization.is_group for n in forest)
    return TemplateResponse(request, "branches/organization_tree.html", context)


@access.requires(Capability.SEE_ORGANIZATIONS)
def organization(request: Request, *, pk: int) -> HttpResponse:
    """Show one organisation: who holds which post, its term, what hangs below."""
    row = _found(request, pk)
    today = request.today
    history = organizations.terms_of(row)
    above = organizations.ancestors(row)
    managed = request.grants.scope(Capability.MANAGE_ORGANIZATIONS).reaches(row.path)
    children = organizations.children_with_secretary(row, today)
    context = {
        "organization": row,
        "above": above,
        "trail": [
            *(
                (org.short_name, reverse("organization", kwargs={"pk": org.pk}))
                for org in above
                if request.scope.reaches(org.path)
            ),
            (row.short_name, ""),
        ],
        "posts": organizations.posts_at(row, today),
        "term": history[0] if history else None,
        "past_terms": history[1:],
        "clock": organizations.term_clock(history[0], today) if history else None,
        "has_terms": _term_years(row) is not None,
        "below_title": "党小组" if row.is_branch else "下级组织",
        "new_url": f"{reverse('organization-new')}?parent={row.pk}",
        "page": Paginator(children, PAGE).get_page(request.GET.get("page")),
        "may_manage": managed and row.dissolved_on is None,
        "sees_members": request.grants.scope(Capability.SEE_MEMBERS).reaches(row.path),
        "sees_activities": request.grants.scope(Capability.SEE_ACTIVITIES).reaches(row.path),
        "prints": request.grants.scope(Capability.PRINT_LEDGERS).reaches(row.path)
        and not row.is_group,
    }
    return TemplateResponse(request, "branches/organization.html", context)


@access.requires(Capability.MANAGE_ORGANIZATIONS)
def organization_new(request: Request) -> HttpResponse:
    """Set up an organisation below one of the scope; ``?parent=`` chooses it beforehand."""
    above = _asked_parent(request)
    initial = {"parent": above, "kind": _likely_kind(above), "type": above.type} if above else {}
    form = NewOrganizationForm(
        request.POST or None, scope=request.scope, today=request.today, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        try:
            row = operations.create(**form.cleaned_data, by=request.user, at=timezone.now())
        except operations.CannotPlace as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已设立{row.name}。")
            return redirect("organization", pk=row.pk)
    return TemplateResponse(
        request, "branches/organization_new.html", {"form": form, "above": above}
    )


@access.requires(Capability.MANAGE_ORGANIZATIONS)
def organization_edit(request: Request, *, pk: int) -> HttpResponse:
    row = _standing(request, pk)
    form = OrganizationForm(
        request.POST or None,
        today=request.today,
        initial={
            "name": row.name,
            "short_name": row.short_name,
            "type": row.type,
            "founded_on": row.founded_on,
        },
    )
    if request.method == "POST" and form.is_valid():
        operations.change(organization=row, **form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, "已保存。")
        return redirect("organization", pk=row.pk)
    return TemplateResponse(
        request, "branches/organization_edit.html", {"form": form, "organization": row}
    )


@access.requires(Capability.MANAGE_ORGANIZATIONS)
def organization_move(request: Request, *, pk: int) -> HttpResponse:
    row = _standing(request, pk)
    form = MoveForm(
        request.POST or None, organization=row, scope=request.scope, today=request.today
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.move(
                organization=row,
                parent=form.cleaned_data["parent"],
                by=request.user,
                at=timezone.now(),
            )
        except operations.CannotPlace as refusal:
            form.add_error("parent", str(refusal))
        else:
            messages.success(request, f"已调整到{form.cleaned_data['parent'].name}。")
            return redirect("organization", pk=row.pk)
    context = {
        "form": form,
        "organization": row,
        "below": Organization.objects.subtree_of(row).count() - 1,
        "has_places": form.fields["parent"].queryset.exists(),  # type: ignore[attr-defined]
    }
    return TemplateResponse(request, "branches/organization_move.html", context)


@access.requires(Capability.MANAGE_ORGANIZATIONS)
def organization_dissolve(request: Request, *, pk: int) -> HttpResponse:
    row = _standing(request, pk)
    form = DissolveForm(request.POST or None, today=request.today, initial={"on": request.today})
    if request.method == "POST" and form.is_valid():
        try:
            operations.dissolve(
                organization=row, on=form.cleaned_data["on"], by=request.user, at=timezone.now()
            )
        except operations.CannotPlace as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{row.name}已撤销，历史记录仍可查询。")
            return redirect("organization-tree")
    below = Organization.objects.subtree_of(row).filter(dissolved_on__isnull=True)
    context = {
        "form": form,
        "organization": row,
        "below": below.exclude(pk=row.pk).count(),
        "posts": organizations.posts_at(row, request.today),
    }
    return TemplateResponse(request, "branches/organization_dissolve.html", context)


@access.requires(Capability.MANAGE_ORGANIZATIONS)
def organization_term(request: Request, *, pk: int) -> HttpResponse:
    """Record an election of the organisation's committee."""
    row = _standing(request, pk)
    form = TermForm(request.POST or None, today=request.today)
    if request.method == "POST" and form.is_valid():
        try:
            term = operations.record_term(
                organization=row,
                elected_on=form.cleaned_data["elected_on"],
                by=request.user,
                at=timezone.now(),
            )
        except operations.CannotPlace as refusal:
            form.add_error("elected_on", str(refusal))
        else:
            messages.success(request, f"已登记{term}，任期到{term.ends_on:%Y-%m-%d}。")
            return redirect("organization", pk=row.pk)
    context = {
        "form": form,
        "organization": row,
        "years": _term_years(row),
        "terms": organizations.terms_of(row),
    }
    return TemplateResponse(request, "branches/organization_term.html", context)


@access.requires(Capability.MANAGE_ORGANIZATIONS)
def organization_extend(request: Request, *, pk: int) -> HttpResponse:
    """Record an approved extension of the running term (任期意见 二)."""
    row = _standing(request, pk)
    history = organizations.terms_of(row)
    form = ExtensionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            term = operations.extend_term(
                organization=row, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except operations.CannotPlace as refusal:
            form.add_error("extended_to", str(refusal))
        else:
            messages.success(request, f"已登记{term}延期至 {term.extended_to:%Y-%m-%d}。")
            return redirect("organization", pk=row.pk)
    return TemplateResponse(
        request,
        "branches/organization_extend.html",
        {"form": form, "organization": row, "term": history[0] if history else None},
    )


def _found(request: Request, pk: int) -> Organization:
    rows = Organization.objects.in_scope(request.scope).select_related("parent")
    return get_object_or_404(rows, pk=pk)


def _standing(request: Request, pk: int) -> Organization:
    rows = Organization.objects.in_scope(request.scope).select_related("parent")
    return get_object_or_404(rows, pk=pk, dissolved_on__isnull=True)


def _term_years(row: Organization) -> int | None:
    return terms.term_years(OrganizationKind(row.kind), OrganizationType(row.type))


def _asked_parent(request: Request) -> Organization | None:
    text = request.GET.get("parent", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    rows = Organization.objects.in_scope(request.scope).standing_on(request.today)
    return rows.exclude(kind=OrganizationKind.GROUP).filter(pk=int(text)).first()


def _likely_kind(above: Organization) -> str:
    return OrganizationKind.GROUP if above.is_branch else OrganizationKind.BRANCH


def _node(node: TreeNode, depth: int) -> dict[str, Any]:
    row = node.organization
    counts = []
    if node.branches:
        counts.append(f"{node.branches} 个支部")
    if node.groups:
        counts.append(f"{node.groups} 个小组")
    return {
        "label": row.short_name,
        "url": reverse("organization", kwargs={"pk": row.pk}),
        "note": wording.ORGANIZATION_KINDS[OrganizationKind(row.kind)],
        "count": " · ".join(counts),
        "children": [_node(child, depth + 1) for child in node.children],
        "open": depth == 0 or (depth == 1 and not row.is_branch),
    }
