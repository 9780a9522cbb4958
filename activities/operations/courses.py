"""The menu of a committee: courses, those who give them, the places one visits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import transaction

from activities.models import Course, EducationBase, Lecturer
from activities.operations.repeats import repeated
from branches import audit
from branches.models import Organization, User


@dataclass(frozen=True, slots=True)
class CourseFacts:
    title: str
    topic: str
    study_list: str
    hours: Decimal
    module: str = ""
    summary: str = ""
    is_offered: bool = True


@dataclass(frozen=True, slots=True)
class LecturerFacts:
    """``user`` is the account with which the lecturer answers orders himself."""

    name: str
    user: User | None = None
    work_place: str = ""
    strengths: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class BaseFacts:
    name: str
    address: str = ""
    contact: str = ""
    about: str = ""
    is_active: bool = True


@transaction.atomic
def offer(
    *,
    organization: Organization,
    facts: CourseFacts,
    lecturers: Iterable[Lecturer],
    by: User,
    at: dt.datetime,
) -> Course:
    """Put a course on the menu (下单). What was sent twice within a minute is entered once."""
    given = set(lecturers)
    same = Course.objects.filter(organization=organization, made_by=by, **asdict(facts))
    twice = repeated(same, action="course.offered", by=by, at=at)
    if twice is not None and set(twice.lecturers.all()) == given:
        return twice
    course = Course.objects.create(
        organization=organization, made_by=by, made_at=at, **asdict(facts)
    )
    course.lecturers.set(given)
    audit.record(
        "course.offered", by=by, at=at, on=course, organization=organization,
        after={"title": facts.title, "hours": facts.hours},
    )  # fmt: skip
    return course


@transaction.atomic
def change(
    *,
    course: Course,
    facts: CourseFacts,
    lecturers: Iterable[Lecturer],
    by: User,
    at: dt.datetime,
) -> Course:
    """Rewrite a course; lessons that were given keep their own hours."""
    row = Course.objects.select_for_update(of=("self",)).select_related("organization").get(
        pk=course.pk
    )  # fmt: skip
    before = {"title": row.title, "hours": row.hours, "is_offered": row.is_offered}
    for name, value in asdict(facts).items():
        setattr(row, name, value)
    row.save()
    row.lecturers.set(lecturers)
    audit.record(
        "course.changed", by=by, at=at, on=row, organization=row.organization, before=before,
        after={"title": row.title, "hours": row.hours, "is_offered": row.is_offered},
    )  # fmt: skip
    return row


@transaction.atomic
def keep_lecturer(
    *,
    organization: Organization,
    facts: LecturerFacts,
    lecturer: Lecturer | None = None,
    by: User,
    at: dt.datetime,
) -> Lecturer:
    """Enter a lecturer in the register, or rewrite the one given."""
    row = lecturer or Lecturer(organization=organization)
    row.name, row.user, row.work_place = facts.name, facts.user, facts.work_place
    row.strengths, row.is_active = facts.strengths, facts.is_active
    row.member = getattr(facts.user, "member", None)
    row.save()
    audit.record(
        "lecturer.kept", by=by, at=at, on=row, organization=organization,
        after={
            "name": row.name, "username": facts.user.username if facts.user else "",
            "is_active": row.is_active,
        },
    )  # fmt: skip
    return row


@transaction.atomic
def keep_base(
    *,
    organization: Organization,
    facts: BaseFacts,
    base: EducationBase | None = None,
    by: User,
    at: dt.datetime,
) -> EducationBase:
    """Enter a place of education in the register, or rewrite the one given.

    What was sent twice within a minute is entered once.
    """
    if base is None:
        same = EducationBase.objects.filter(organization=organization, **asdict(facts))
        if twice := repeated(same, action="base.kept", by=by, at=at):
            return twice
    row = base or EducationBase(organization=organization)
    for name, value in asdict(facts).items():
        setattr(row, name, value)
    row.save()
    audit.record(
        "base.kept", by=by, at=at, on=row, organization=organization,
        after={"name": row.name, "is_active": row.is_active},
    )  # fmt: skip
    return row
