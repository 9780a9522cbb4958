"""The menu of courses, the register of lecturers and that of places to visit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from activities.models import Course, CourseOrder, EducationBase, Lecturer
from activities.rules.study import LEAST_RATINGS, OrderState, StudyList
from branches.models import Organization, User
from branches.scope import Scope
from members.models import Membership

_LISTS = Case(
    *(When(study_list=each, then=Value(place)) for place, each in enumerate(StudyList)),
    output_field=IntegerField(),
)


@dataclass(frozen=True, slots=True)
class MenuFilters:
    """What the menu is narrowed to; "" leaves it as it is."""

    search: str = ""
    topic: str = ""
    study_list: str = ""
    with_withdrawn: bool = False


def readable(scope: Scope) -> Q:
    """Return the filter for what committees above or within ``scope`` keep."""
    return Q(organization__path__in=scope.lineage()) | scope.q("organization__path")


def menu(scope: Scope, filters: MenuFilters = MenuFilters()) -> QuerySet[Course]:
    """Return the courses one may order, list by list, the best rated first.

    Each with ``ratings_n`` and ``ratings_sum``. Fewer than three ratings say nothing, so such a
    course stands behind those that have them.
    """
    courses = Course.objects.filter(readable(scope)).select_related("organization")
    if not filters.with_withdrawn:
        courses = courses.filter(is_offered=True)
    if filters.topic:
        courses = courses.filter(topic=filters.topic)
    if filters.study_list:
        courses = courses.filter(study_list=filters.study_list)
    if filters.search:
        text = filters.search
        taught_by = Lecturer.objects.filter(name__contains=text).values("courses")
        courses = courses.filter(
            Q(title__icontains=text) | Q(module__icontains=text) | Q(pk__in=taught_by)
        )
    return (
        with_ratings(courses)
        .annotate(
            mean=Case(
                When(
                    ratings_n__gte=LEAST_RATINGS,
                    then=F("ratings_sum") * Value(Decimal(1)) / F("ratings_n"),
                )
            ),
            place=_LISTS,
        )
        .prefetch_related("lecturers")
        .order_by("place", F("mean").desc(nulls_last=True), "topic", "title", "pk")
    )


def with_ratings(courses: QuerySet[Course]) -> QuerySet[Course]:
    """Add ``ratings_n`` and ``ratings_sum``, what branches said of the course."""
    return courses.annotate(
        ratings_n=Count("orders__course_rating"),
        ratings_sum=Coalesce(Sum("orders__course_rating"), 0),
    )


def lecturers(scope: Scope) -> QuerySet[Lecturer]:
    """Return the register, those in office first, each with ``ratings_n`` and ``ratings_sum``."""
    return (
        Lecturer.objects.filter(readable(scope))
        .select_related("organization", "user")
        .annotate(
            ratings_n=Count("orders__lecturer_rating"),
            ratings_sum=Coalesce(Sum("orders__lecturer_rating"), 0),
        )
        .order_by("-is_active", "name", "pk")
    )


def bases(scope: Scope) -> QuerySet[EducationBase]:
    """Return the places to visit, the usable first, each with ``visits_n`` (records)."""
    return (
        EducationBase.objects.filter(readable(scope))
        .select_related("organization")
        .annotate(visits_n=Count("visits"))
        .order_by("-is_active", "name", "pk")
    )


def comments(course: Course, limit: int = 20) -> list[CourseOrder]:
    """Return the latest ratings of a course with their words (one query)."""
    return list(
        CourseOrder.objects.filter(course=course, state=OrderState.RATED)
        .select_related("branch", "lecturer")
        .order_by("-rated_at")[:limit]
    )


def for_activity(organization: Organization) -> QuerySet[Course]:
    """Return the courses that a record of an organisation may name."""
    return Course.objects.filter(readable(Scope((organization.path,)))).order_by("title", "pk")


def bases_for(organization: Organization) -> QuerySet[EducationBase]:
    """Return the places that a record of an organisation may name."""
    found = EducationBase.objects.filter(readable(Scope((organization.path,))), is_active=True)
    return found.order_by("name", "pk")


def account(username: str, scope: Scope) -> User | None:
    """Return an account in reach by its name: of a member of ``scope``, or of a post there."""
    members = Membership.objects.current().in_scope(scope).values("member__user")
    return (
        User.objects.filter(Q(pk__in=members) | Q(scope.q("posts__organization__path")))
        .filter(username=username, is_active=True)
        .distinct()
        .first()
    )
