"""The menu of courses (下单), and the registers of lecturers and places to visit."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from activities.forms.courses import BaseForm, CourseForm, LecturerForm, MenuFilterForm
from activities.models import Course, EducationBase, Lecturer
from activities.operations import courses as operations
from activities.queries import courses, orders
from activities.queries.courses import MenuFilters
from activities.rules import study
from activities.wording import study as wording
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind

PAGE = 30


@access.requires(Capability.SEE_ACTIVITIES)
def menu(request: Request) -> HttpResponse:
    """The courses one may order, list by list, narrowed and paged."""
    form = MenuFilterForm(request.GET)
    offers = request.grants.allows(Capability.OFFER_COURSES)
    filters = MenuFilters(
        form.value("q"), form.value("topic"), form.value("study_list"), with_withdrawn=offers
    )
    found = courses.menu(request.scope, filters)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "filters": filters,
        "page_obj": page,
        "rows": [(course, _rating(course)) for course in page],
        "is_narrowed": bool(filters.search or filters.topic or filters.study_list),
        "may_offer": offers,
        "may_order": _may_order(request),
        "teaches": orders.is_lecturer(request.user),
        "tabs": tabs("course-list"),
    }
    return TemplateResponse(request, "activities/course_list.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def course(request: Request, *, pk: int) -> HttpResponse:
    """One course: what it is about, who gives it, what branches said of it."""
    found = get_object_or_404(
        courses.with_ratings(Course.objects.filter(courses.readable(request.scope)))
        .select_related("organization")
        .prefetch_related("lecturers"),
        pk=pk,
    )
    offered = request.grants.scope(Capability.OFFER_COURSES)
    context = {
        "course": found,
        "rating": _rating(found),
        "comments": courses.comments(found),
        "may_edit": offered.reaches(found.organization.path),
        "may_order": found.is_offered and _may_order(request),
        "trail": [("课程菜单", reverse("course-list"))],
    }
    return TemplateResponse(request, "activities/course.html", context)


@access.requires(Capability.OFFER_COURSES)
def new(request: Request) -> HttpResponse:
    """Put a course on the menu."""
    form = CourseForm(request.POST or None, places=_places(request), lecturers=_lecturers(request))
    if request.method == "POST" and form.is_valid():
        made = operations.offer(
            organization=form.keeper, facts=form.facts, lecturers=form.cleaned_data["lecturers"],
            by=request.user, at=timezone.now(),
        )  # fmt: skip
        messages.success(request, f"《{made.title}》已上菜单，下级支部可以选。")
        return redirect("course", pk=made.pk)
    return _form(request, form, "登记课程（下单）", "course-list")


@access.requires(Capability.OFFER_COURSES)
def edit(request: Request, *, pk: int) -> HttpResponse:
    """Change a course, or take it off the menu."""
    row = get_object_or_404(Course, request.scope.q("organization__path"), pk=pk)
    names = ("title", "topic", "study_list", "hours", "module", "summary", "is_offered")
    initial = {name: getattr(row, name) for name in names} | {"lecturers": row.lecturers.all()}
    form = CourseForm(
        request.POST or None, initial=initial, places=None, lecturers=_lecturers(request)
    )
    if request.method == "POST" and form.is_valid():
        operations.change(
            course=row, facts=form.facts, lecturers=form.cleaned_data["lecturers"],
            by=request.user, at=timezone.now(),
        )  # fmt: skip
        messages.success(request, "课程已修改。")
        return redirect("course", pk=pk)
    return _form(request, form, f"修改《{row.title}》", "course-list")


@access.requires(Capability.SEE_ACTIVITIES)
def lecturers(request: Request) -> HttpResponse:
    """The register of lecturers."""
    page = Paginator(courses.lecturers(request.scope), PAGE).get_page(request.GET.get("page"))
    offered = request.grants.scope(Capability.OFFER_COURSES)
    context = {
        "page_obj": page,
        "rows": [(one, _rating(one), offered.reaches(one.organization.path)) for one in page],
        "may_offer": bool(offered),
        "tabs": tabs("lecturer-list"),
    }
    return TemplateResponse(request, "activities/lecturer_list.html", context)


@access.requires(Capability.OFFER_COURSES)
def lecturer_new(request: Request) -> HttpResponse:
    form = LecturerForm(request.POST or None, places=_places(request), scope=request.scope)
    if request.method == "POST" and form.is_valid():
        operations.keep_lecturer(
            organization=form.keeper, facts=form.facts, by=request.user, at=timezone.now()
        )
        messages.success(request, f"讲师{form.facts.name}已登记。")
        return redirect("lecturer-list")
    return _form(request, form, "登记讲师", "lecturer-list")


@access.requires(Capability.OFFER_COURSES)
def lecturer_edit(request: Request, *, pk: int) -> HttpResponse:
    row = get_object_or_404(
        Lecturer.objects.select_related("organization", "user"),
        request.scope.q("organization__path"),
        pk=pk,
    )
    names = ("name", "work_place", "strengths", "is_active")
    initial = {name: getattr(row, name) for name in names}
    initial["username"] = row.user.username if row.user else ""
    form = LecturerForm(request.POST or None, initial=initial, places=None, scope=request.scope)
    if request.method == "POST" and form.is_valid():
        operations.keep_lecturer(
            organization=row.organization, facts=form.facts, lecturer=row, by=request.user,
            at=timezone.now(),
        )  # fmt: skip
        messages.success(request, "讲师信息已修改。")
        return redirect("lecturer-list")
    return _form(request, form, f"修改讲师：{row.name}", "lecturer-list")


@access.requires(Capability.SEE_ACTIVITIES)
def bases(request: Request) -> HttpResponse:
    """The register of places of education."""
    page = Paginator(courses.bases(request.scope), PAGE).get_page(request.GET.get("page"))
    offered = request.grants.scope(Capability.OFFER_COURSES)
    context = {
        "page_obj": page,
        "rows": [(one, offered.reaches(one.organization.path)) for one in page],
        "may_offer": bool(offered),
        "tabs": tabs("base-list"),
    }
    return TemplateResponse(request, "activities/base_list.html", context)


@access.requires(Capability.OFFER_COURSES)
def base_new(request: Request) -> HttpResponse:
    form = BaseForm(request.POST or None, places=_places(request))
    if request.method == "POST" and form.is_valid():
        operations.keep_base(
            organization=form.keeper, facts=form.facts, by=request.user, at=timezone.now()
        )
        messages.success(request, f"{form.facts.name}已登记。")
        return redirect("base-list")
    return _form(request, form, "登记教育基地", "base-list")


@access.requires(Capability.OFFER_COURSES)
def base_edit(request: Request, *, pk: int) -> HttpResponse:
    row = get_object_or_404(
        EducationBase.objects.select_related("organization"),
        request.scope.q("organization__path"),
        pk=pk,
    )
    names = ("name", "address", "contact", "about", "is_active")
    initial = {name: getattr(row, name) for name in names}
    form = BaseForm(request.POST or None, initial=initial, places=None)
    if request.method == "POST" and form.is_valid():
        operations.keep_base(
            organization=row.organization, facts=form.facts, base=row, by=request.user,
            at=timezone.now(),
        )  # fmt: skip
        messages.success(request, "教育基地已修改。")
        return redirect("base-list")
    return _form(request, form, f"修改{row.name}", "base-list")


def tabs(here: str) -> list[tuple[str, str, bool]]:
    """Return the ways between the pages of study."""
    pages = (
        ("学时", "study"),
        ("课程菜单", "course-list"),
        ("选单", "order-list"),
        ("培训班", "class-list"),
        ("讲师", "lecturer-list"),
        ("教育基地", "base-list"),
    )
    return [(label, reverse(name), name == here) for label, name in pages]


def _rating(one: Any) -> str:
    """Return the mean of a course or lecturer read with its ratings, or that there are too few."""
    count = one.ratings_n
    mean = study.mean_rating(count, one.ratings_sum)
    return wording.few_ratings(count) if mean is None else f"{mean} 分（{count} 次）"


def _places(request: Request) -> list[Organization]:
    """Return where one keeps a menu: the organisations where one's reach begins."""
    found = Organization.objects.filter(path__in=request.scope.roots).exclude(
        kind=OrganizationKind.GROUP
    )
    if not (places := list(found.order_by("path"))):
        raise PermissionDenied
    return places


def _lecturers(request: Request) -> list[Lecturer]:
    return list(courses.lecturers(request.scope).filter(is_active=True))


def _form(
    request: Request, form: CourseForm | LecturerForm | BaseForm, title: str, back: str
) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "back": reverse(back),
        "trail": [
            (next(label for label, url, _ in tabs("") if url == reverse(back)), reverse(back))
        ],
    }
    return TemplateResponse(request, "activities/study_form.html", context)


def _may_order(request: Request) -> bool:
    own = request.grants.scope(Capability.LOG_ACTIVITIES)
    return orders.branches(own, request.today).exists()
