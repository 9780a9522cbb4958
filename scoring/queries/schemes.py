"""Which scheme is in force where, and what it says."""

from __future__ import annotations

import functools
from pathlib import Path

from activities.queries import facts as activity_facts
from branches.models import Organization
from branches.rules import tree
from branches.rules.periods import Period
from branches.scope import Scope
from scoring.models import SchemeVersion
from scoring.rules import reading
from scoring.rules.scheme import Item, Scheme

PRESETS = Path(__file__).resolve().parent.parent / "presets"


def preset_codes() -> list[str]:
    return sorted(path.stem for path in PRESETS.glob("*.toml"))


def preset_text(code: str) -> str:
    """Return the text of a shipped scheme.

    :raises FileNotFoundError: there is none of that code.
    """
    return (PRESETS / f"{code}.toml").read_text(encoding="utf-8")


@functools.lru_cache(maxsize=256)
def _read(text: str) -> Scheme:
    return reading.read(text)


def scheme_of(version: SchemeVersion) -> Scheme:
    """Return the rules of an adopted version; its text never changes, so it is read once."""
    return _read(version.text)


def in_force(committee: Organization, period: Period) -> list[SchemeVersion]:
    """Return the committee's versions that rate this very period, members first (one query)."""
    return list(
        SchemeVersion.objects.filter(committee=committee, period=period.kind)
        .in_force_on(period.first_day)
        .select_related("committee")
        .order_by("target", "code")
    )


def for_organization(organization: Organization, period: Period) -> list[SchemeVersion]:
    """Return the versions that rate an organisation in a period: its committees' (one query)."""
    paths = tree.lineage(organization.path)
    return list(
        SchemeVersion.objects.filter(committee__path__in=paths, period=period.kind)
        .in_force_on(period.first_day)
        .select_related("committee")
        .order_by("target", "code")
    )


def committees_rating(period: Period) -> list[Organization]:
    """Return the committees with a scheme in force in a period (one query)."""
    versions = SchemeVersion.objects.filter(period=period.kind).in_force_on(period.first_day)
    return list(
        Organization.objects.filter(
            pk__in=versions.values("committee_id"), dissolved_on__isnull=True
        ).order_by("path")
    )


def preset(code: str) -> Scheme:
    """Return a shipped scheme."""
    return _read(preset_text(code))


def rated_below(version: SchemeVersion, period: Period) -> Scope:
    """Return the committees below a version's own that rate the same by themselves (one query)."""
    nested = (
        SchemeVersion.objects.filter(
            target=version.target,
            period=version.period,
            committee__path__startswith=version.committee.path,
        )
        .exclude(committee=version.committee)
        .in_force_on(period.first_day)
    )
    return Scope.over(nested.values_list("committee__path", flat=True))


def is_counted(scheme: Scheme, item: Item) -> bool:
    """Return whether records of activities feed an item by themselves."""
    return item.fact is not None and activity_facts.counts(scheme.target, item.fact)


def can_be_fed(scheme: Scheme, item: Item) -> bool:
    """Return whether the product can know an item's fact: from records, marks or entries.

    A share, or a band of a ratio, needs the base that only counted records give.
    """
    needs_base = item.rule == "share" or (item.rule == "band" and item.of == "ratio")
    return is_counted(scheme, item) or not needs_base


def takes_entries(scheme: Scheme, item: Item) -> bool:
    """Return whether an item is fed by hand: not counted, and not on an inspector's sheet."""
    on_sheet = item.rule == "mark" and scheme.target == "organization"
    return not is_counted(scheme, item) and not on_sheet
