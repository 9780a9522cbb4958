"""一支部一品牌: a brand is made, changed and ended, cases show it at work."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from activities.operations.attachments import Taken
from activities.operations.refusals import Refused
from activities.operations.repeats import repeated
from branches import audit, documents, photos
from branches.models import Document, Organization, User
from people.models import Brand, BrandCase


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """A case: when it was, what was done and what came of it."""

    on: dt.date
    title: str
    story: str
    is_innovation: bool = False


@transaction.atomic
def make(
    *, branch: Organization, name: str, meaning: str, started_on: dt.date, by: User, at: dt.datetime
) -> Brand:
    """Make a brand; a branch has one at a time.

    What was sent twice within a minute is entered once.

    :raises Refused: something is missing, a day to come, or the branch has one.
    """
    place = Organization.objects.select_for_update(no_key=True).get(pk=branch.pk)
    name, meaning = name.strip(), meaning.strip()
    facts = {"branch": place, "name": name, "meaning": meaning, "started_on": started_on}
    same = Brand.objects.filter(ended_on=None, **facts)
    if twice := repeated(same, action="brand.made", by=by, at=at):
        return twice
    _check_words(name, meaning)
    if started_on > timezone.localdate(at):
        raise Refused("创建日期不能晚于今天。")
    standing = Brand.objects.filter(branch=place, ended_on__isnull=True).first()
    if standing is not None:
        raise Refused(
            f"{place.short_name}已经有品牌“{standing.name}”。一个支部一个品牌，换品牌请先停用原来的。"
        )
    row = Brand.objects.create(made_by=by, made_at=at, **facts)
    _record("brand.made", row, by, at, after={"name": name})
    return row


@transaction.atomic
def change(*, brand: Brand, name: str, meaning: str, by: User, at: dt.datetime) -> Brand:
    """Change what a brand is called or means.

    :raises Refused: it has ended, or something is missing.
    """
    row = _locked(brand)
    name, meaning = name.strip(), meaning.strip()
    _check_words(name, meaning)
    if (row.name, row.meaning) == (name, meaning):
        return row
    before, row.name, row.meaning = row.name, name, meaning
    row.save(update_fields=["name", "meaning"])
    _record("brand.changed", row, by, at, before={"name": before}, after={"name": name})
    return row


@transaction.atomic
def end(*, brand: Brand, ended_on: dt.date, by: User, at: dt.datetime) -> Brand:
    """End a brand; it stays to be read with its cases.

    :raises Refused: it has ended, or a day that does not fit.
    """
    row = _locked(brand)
    if ended_on < row.started_on:
        raise Refused("停用日期不能早于创建日期。")
    if ended_on > timezone.localdate(at):
        raise Refused("停用日期不能晚于今天。")
    row.ended_on = ended_on
    row.save(update_fields=["ended_on"])
    _record("brand.ended", row, by, at, after={"name": row.name, "ended_on": ended_on})
    return row


@transaction.atomic
def add_case(
    *, brand: Brand, facts: CaseFacts, file: Taken | None = None, by: User, at: dt.datetime
) -> BrandCase:
    """Tell a case of a brand, with a photo or paper.

    What was sent twice within a minute is entered once.

    :raises Refused: the brand has ended, something is missing, or a day to come or before it.
    """
    row = _locked(brand)
    _check_case(row, facts, at)
    given = _given(facts)
    same = BrandCase.objects.filter(brand=row, **given)
    if twice := repeated(same, action="brand.case_added", by=by, at=at):
        return twice
    case = BrandCase.objects.create(brand=row, made_by=by, made_at=at, **given)
    if file is not None:
        _attach(case, file, by, at)
    _record_case("brand.case_added", case, by, at)
    return case


@transaction.atomic
def change_case(
    *, case: BrandCase, facts: CaseFacts, file: Taken | None = None, by: User, at: dt.datetime
) -> BrandCase:
    """Change a case; a new photo or paper takes the place of the old.

    :raises Refused: the brand has ended, something is missing, or a day to come or before it.
    """
    brand = _locked(case.brand)
    _check_case(brand, facts, at)
    row = (
        BrandCase.objects.select_for_update(of=("self",))
        .select_related("brand__branch")
        .get(pk=case.pk)
    )
    given = _given(facts)
    if file is None and all(getattr(row, name) == value for name, value in given.items()):
        return row
    for name, value in given.items():
        setattr(row, name, value)
    row.save(update_fields=list(given))
    if file is not None:
        _attach(row, file, by, at)
    _record_case("brand.case_changed", row, by, at)
    return row


def _locked(brand: Brand) -> Brand:
    row = Brand.objects.select_for_update(of=("self",)).select_related("branch").get(pk=brand.pk)
    if row.ended_on is not None:
        raise Refused("这个品牌已经停用，不能再改。")
    return row


def _check_words(name: str, meaning: str) -> None:
    if not name or not meaning:
        raise Refused("请写明品牌的名称和内涵。")


def _check_case(brand: Brand, facts: CaseFacts, at: dt.datetime) -> None:
    if not facts.title.strip() or not facts.story.strip():
        raise Refused("请写明案例的名称、做法和成效。")
    if facts.on > timezone.localdate(at):
        raise Refused("案例的日期不能晚于今天。")
    if facts.on < brand.started_on:
        raise Refused("案例的日期不能早于品牌的创建日期。")


def _given(facts: CaseFacts) -> dict[str, object]:
    return {
        "on": facts.on,
        "title": facts.title.strip(),
        "story": facts.story.strip(),
        "is_innovation": facts.is_innovation,
    }


def _attach(case: BrandCase, file: Taken, by: User, at: dt.datetime) -> Document:
    # Without an organisation: served with the case alone.
    document = documents.keep(
        file.content, title=f"{case.title}附件", filename=file.filename,
        content_type=file.content_type, owner=by, organization=None, at=at,
    )  # fmt: skip
    if file.content_type == photos.CONTENT_TYPE:
        documents.keep_small(document, photos.small(file.content))
    case.document = document
    case.save(update_fields=["document"])
    return document


def _record(
    action: str,
    row: Brand,
    by: User,
    at: dt.datetime,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    audit.record(action, by=by, at=at, on=row, organization=row.branch, before=before, after=after)


def _record_case(action: str, case: BrandCase, by: User, at: dt.datetime) -> None:
    filename = case.document.filename if case.document else ""
    audit.record(
        action, by=by, at=at, on=case, organization=case.brand.branch,
        after={"title": case.title, "filename": filename},
    )  # fmt: skip
