"""一支部一品牌: what the branches of a committee are known for, to learn from one another."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access, photos
from branches.access import Request
from branches.rules.roles import Capability
from branches.rules.text import one_line
from branches.scope import Scope
from branches.views import kept_files
from people.forms.brands import BrandForm, CaseForm, EndForm
from people.models import Brand, BrandCase
from people.operations import brands as operations
from people.queries import brands
from people.views.taking import done, taken

PAGE = 30
CASES = 20
MOST_WORDS = 40
NAMES_SHOWN = 5


@access.signed_in("同一党委的党员互相学习支部品牌；支部和上级按权限看")
def listing(request: Request) -> HttpResponse:
    """The brands of the branches, to be searched by a word."""
    scope = _shared(request)
    words = one_line(request.GET.get("q", ""))[:MOST_WORDS]
    innovations = request.GET.get("innovation") == "1"
    found = brands.found(scope, words, innovations=innovations)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    logs = request.grants.scope(Capability.LOG_ACTIVITIES)
    lacking = list(brands.without(logs, request.today)) if logs else []
    context = {
        "page_obj": page,
        "brands": page.object_list,
        "words": words,
        "innovations": innovations,
        "is_narrowed": bool(words) or innovations,
        "may_make": bool(lacking),
        "lacking": "、".join(place.short_name for place in lacking[:NAMES_SHOWN]),
        "lacking_count": len(lacking),
        "lacking_more": len(lacking) > NAMES_SHOWN,
    }
    return TemplateResponse(request, "people/brand_list.html", context)


@access.signed_in("同一党委的党员互相学习支部品牌；支部和上级按权限看")
def brand(request: Request, *, pk: int) -> HttpResponse:
    """One brand with its cases."""
    return _page(request, _seen(request, pk))


@access.requires(Capability.LOG_ACTIVITIES)
def new(request: Request) -> HttpResponse:
    """Make the brand of a branch that has none."""
    places = list(brands.without(request.scope, request.today))
    if not places:
        messages.info(request, "您办理的党支部都有品牌了。换品牌请先停用原来的。")
        return redirect("brand-list")
    form = BrandForm(
        request.POST if request.method == "POST" else None, places=places, today=request.today
    )
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data | {"by": request.user, "at": timezone.now()}
        made = done(form, lambda: operations.make(**facts))
        if made is not None:
            messages.success(request, "已创建，接着可以写案例。")
            return redirect("brand", pk=made.pk)
    return _form(request, form, "创建品牌", reverse("brand-list"), _trail())


@access.requires(Capability.LOG_ACTIVITIES)
def edit(request: Request, *, pk: int) -> HttpResponse:
    """Change what a brand is called or means."""
    found = _kept(request, pk)
    form = BrandForm(
        request.POST if request.method == "POST" else None,
        today=request.today,
        initial={"name": found.name, "meaning": found.meaning},
    )
    facts = {"brand": found, "by": request.user, "at": timezone.now()}
    if request.method == "POST" and form.is_valid() and taken(form, operations.change, **facts):
        messages.success(request, "已修改。")
        return redirect("brand", pk=pk)
    return _form(request, form, "修改品牌", reverse("brand", kwargs={"pk": pk}), _trail(found))


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def end(request: Request, *, pk: int) -> HttpResponse:
    found = _kept(request, pk)
    form = EndForm(request.POST, today=request.today)
    facts = {"brand": found, "by": request.user, "at": timezone.now()}
    if form.is_valid() and taken(form, operations.end, **facts):
        messages.success(request, "已停用，品牌和案例保留，可以创建新的品牌。")
        return redirect("brand", pk=pk)
    return _page(request, found, form)


@access.requires(Capability.LOG_ACTIVITIES)
def case_new(request: Request, *, pk: int) -> HttpResponse:
    found = _kept(request, pk)
    if found.ended_on is not None:
        messages.warning(request, "这个品牌已经停用，不能再加案例。")
        return redirect("brand", pk=pk)
    form = _case_form(request)
    if request.method == "POST" and form.is_valid():
        told = _told(request, form)
        if done(form, lambda: operations.add_case(brand=found, **told)):
            messages.success(request, "已登记案例。")
            return redirect("brand", pk=pk)
    return _case_page(request, form, found, "写案例")


@access.requires(Capability.LOG_ACTIVITIES)
def case_edit(request: Request, *, pk: int) -> HttpResponse:
    rows = BrandCase.objects.filter(request.scope.q("brand__branch__path"))
    found = get_object_or_404(rows.select_related("brand__branch", "document"), pk=pk)
    if found.brand.ended_on is not None:
        messages.warning(request, "这个品牌已经停用，案例不能再改。")
        return redirect("brand", pk=found.brand_id)
    names = ("title", "on", "story", "is_innovation")
    form = _case_form(request, {name: getattr(found, name) for name in names})
    if request.method == "POST" and form.is_valid():
        told = _told(request, form)
        if done(form, lambda: operations.change_case(case=found, **told)):
            messages.success(request, "已修改。")
            return redirect("brand", pk=found.brand_id)
    return _case_page(request, form, found.brand, "修改案例", found)


@access.signed_in("同一党委的党员互相学习支部品牌；支部和上级按权限看")
def case_file(request: Request, *, pk: int) -> HttpResponseBase:
    """Send the photo or paper of a case."""
    rows = BrandCase.objects.filter(
        _shared(request).q("brand__branch__path"), document__isnull=False
    )
    found = get_object_or_404(rows.select_related("document"), pk=pk)
    assert found.document is not None
    is_photo = found.document.content_type == photos.CONTENT_TYPE
    is_small = is_photo and request.GET.get("size") == "small"
    return kept_files.send(found.document, is_shown=is_photo, is_small=is_small)


def _page(request: Request, found: Brand, form: EndForm | None = None) -> HttpResponse:
    logs = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(found.branch.path)
    keeps = logs and found.ended_on is None
    cases = found.cases.select_related("document").order_by("-on", "-pk")
    page = Paginator(cases, CASES).get_page(request.GET.get("page"))
    context = {
        "brand": found,
        "page_obj": page,
        "cases": [
            (case, case.document is not None and case.document.content_type == photos.CONTENT_TYPE)
            for case in page.object_list
        ],
        "keeps": keeps,
        "end_form": (form or EndForm(today=request.today)) if keeps else None,
        "is_ending": form is not None,
        "earlier": list(brands.earlier(found)),
        "trail": _trail(),
    }
    return TemplateResponse(request, "people/brand.html", context)


def _shared(request: Request) -> Scope:
    return brands.shared_with(request.user, request.grants, request.today)


def _seen(request: Request, pk: int) -> Brand:
    rows = Brand.objects.in_scope(_shared(request)).select_related("branch")
    return get_object_or_404(rows, pk=pk)


def _kept(request: Request, pk: int) -> Brand:
    rows = Brand.objects.in_scope(request.scope).select_related("branch")
    return get_object_or_404(rows, pk=pk)


def _case_form(request: Request, initial: dict[str, Any] | None = None) -> CaseForm:
    if request.method == "POST":
        return CaseForm(request.POST, request.FILES, today=request.today)
    return CaseForm(today=request.today, initial=initial)


def _told(request: Request, form: CaseForm) -> dict[str, Any]:
    return {"facts": form.facts, "file": form.file, "by": request.user, "at": timezone.now()}


def _case_page(
    request: Request, form: CaseForm, found: Brand, title: str, case: BrandCase | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "brand": found,
        "title": title,
        "case": case,
        "back": reverse("brand", kwargs={"pk": found.pk}),
        "trail": _trail(found),
    }
    return TemplateResponse(request, "people/brand_case.html", context)


def _form(
    request: Request, form: BrandForm, title: str, back: str, trail: list[tuple[str, str]]
) -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "trail": trail}
    return TemplateResponse(request, "people/brand_form.html", context)


def _trail(found: Brand | None = None) -> list[tuple[str, str]]:
    trail = [("支部品牌", reverse("brand-list"))]
    if found is not None:
        trail.append((found.name, reverse("brand", kwargs={"pk": found.pk})))
    return trail
