"""Which scheme is in force where, and what it says."""

from __future__ import annotations

import functools
from pathlib import Path

from branches.models import Organization
from branches.rules import tree
from branches.rules.periods import Period
from scoring.models import SchemeVersion
from scoring.rules import reading
from scoring.rules.scheme import Scheme

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
    paths = [*tree.ancestor_paths(organization.path), organization.path]
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
