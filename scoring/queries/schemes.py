"""Which scheme is in force where, and what it says."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import re
from collections.abc import Iterable
from pathlib import Path

from django.db.models import Q, QuerySet

from activities.queries import facts as activity_facts
from branches.models import Organization
from branches.rules import tree
from branches.rules.periods import Period
from branches.scope import Scope
from branches.wording import ORGANIZATION_TYPES
from members.queries import facts as member_facts
from people.queries import facts as people_facts
from scoring import wording
from scoring.models import Run, SchemeVersion
from scoring.rules import feeds, reading, soundness
from scoring.rules import scheme as words
from scoring.rules.scheme import Item, Scheme

_TYPES = {str(code): word for code, word in ORGANIZATION_TYPES.items()}
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


def read(text: str) -> Scheme:
    """Return the scheme of a text already known to be one; each text is read once."""
    return _read(text)


def scheme_of(version: SchemeVersion) -> Scheme:
    """Return the rules of an adopted version; its text never changes, so it is read once."""
    return _read(version.text)


def in_force(committee: Organization, period: Period) -> list[SchemeVersion]:
    """Return the committee's versions that rate this very period (one query).

    Members first, but a scheme that uses another's totals after that other.
    """
    left = list(
        SchemeVersion.objects.filter(committee=committee, period=period.kind)
        .in_force_on(period.first_day)
        .select_related("committee")
        .order_by("target", "code")
    )
    uses = {one.code: set(soundness.references(scheme_of(one))) for one in left}
    found: list[SchemeVersion] = []
    while left:
        waiting = {one.code for one in left}
        # Circles are refused at adoption; should one stand, file order is as good as any.
        ready = next((one for one in left if not uses[one.code] & waiting), left[0])
        left.remove(ready)
        found.append(ready)
    return found


def all_in_force(periods: Iterable[Period]) -> list[SchemeVersion]:
    """Return every standing committee's versions that rate these very periods (one query).

    In the order of the committees, shorter periods first, members before organisations.
    """
    rating = SchemeVersion.objects.none()
    for period in periods:
        rating |= SchemeVersion.objects.filter(period=period.kind).in_force_on(period.first_day)
    found = rating.filter(committee__dissolved_on__isnull=True).select_related("committee")
    return sorted(
        found.order_by("committee__path", "target", "code"),
        key=lambda version: (version.committee.path, words.PERIODS.index(version.period)),
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


def rating(committee_paths: Iterable[str], target: str, period: Period) -> list[SchemeVersion]:
    """Return the versions of some committees that rate branches or members as a period ends."""
    found = SchemeVersion.objects.filter(committee__path__in=committee_paths, target=target)
    return list(found.in_force_on(period.last_day).order_by("committee__path", "code"))


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
            code=version.code,
            target=version.target,
            period=version.period,
            committee__path__startswith=version.committee.path,
        )
        .exclude(committee=version.committee)
        .in_force_on(period.first_day)
    )
    return Scope.over(nested.values_list("committee__path", flat=True))


def is_counted(scheme: Scheme, item: Item) -> bool:
    """Return whether what the other apps record feeds an item by itself."""
    return item.fact is not None and (
        activity_facts.counts(scheme.target, item.fact)
        or people_facts.counts(scheme.target, item.fact)
        or member_facts.counts(scheme.target, item.fact)
    )


def can_be_fed(scheme: Scheme, item: Item) -> bool:
    """Return whether the product can know an item's fact: from records, marks or entries.

    A share, or a band of a ratio, needs the base that only counted records give.
    """
    needs_base = item.rule == "share" or (item.rule == "band" and item.of == "ratio")
    return is_counted(scheme, item) or not needs_base


def takes_entries(scheme: Scheme, item: Item) -> bool:
    """Return whether an item is fed by hand: not on an inspector's sheet, and not counted or
    not wholly (turns of duty that no roster tells).
    """
    on_sheet = item.rule == "mark" and scheme.target == "organization"
    feed = feeds.find(scheme.target, item.fact) if item.fact else None
    besides = feed is not None and bool(feed.besides)
    return (besides or not is_counted(scheme, item)) and not on_sheet


def catalogue() -> list[tuple[str, list[Scheme]]]:
    """Return every shipped scheme, grouped by what it rates and how often, short periods first."""

    def place(scheme: Scheme) -> tuple[int, int, str]:
        return (
            words.TARGETS.index(scheme.target), words.PERIODS.index(scheme.period), scheme.title,
        )  # fmt: skip

    shipped = sorted((preset(code) for code in preset_codes()), key=place)
    return [
        (f"{wording.TARGETS[target]} · {wording.PERIODS[period]}", list(group))
        for (target, period), group in itertools.groupby(
            shipped, key=lambda scheme: (scheme.target, scheme.period)
        )
    ]


def period_word(period: str) -> str:
    return wording.PERIODS[period]


def in_words(message: str) -> str:
    """Return a sentence about a scheme's text with the file's keys as the forms call them."""
    message = re.sub(r"（[^（）]*(?:\[\[|\{)[^（）]*）", "", message).replace("键“", "“")

    def word(match: re.Match[str]) -> str:
        key = match[1]
        found = wording.SCHEME_KEYS.get(key) or _TYPES.get(key)
        return f"“{found}”" if found else match[0]

    return re.sub(r"“([A-Za-z_-]+)”", word, message)


def faults(scheme: Scheme) -> list[str]:
    """Return every reason for which a scheme that can be read may not take effect."""
    unfed = [item.title for item in scheme.items if not can_be_fed(scheme, item)]
    found = [in_words(sentence) for sentence in soundness.unsound(scheme)]
    if unfed:
        found.append(f"这些项目还没有数据来源，不能核算：{'、'.join(unfed)}。")
    return found


def circle(committee: Organization, scheme: Scheme, day: dt.date) -> tuple[str, ...] | None:
    """Return the titles of schemes that would use each other's totals in a circle (one query).

    Looked at are the committee's versions in force on ``day`` or later, and ``scheme`` in
    the place of those of its own code.
    """
    others = SchemeVersion.objects.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gt=day), committee=committee
    ).order_by("code", "number")
    schemes = {version.code: scheme_of(version) for version in others} | {scheme.code: scheme}
    codes = soundness.cycle({code: soundness.references(one) for code, one in schemes.items()})
    return tuple(schemes[code].title for code in codes) if codes else None


def managed(scope: Scope) -> QuerySet[SchemeVersion]:
    """Return the versions of the committees in scope, those of one scheme newest first."""
    return (
        SchemeVersion.objects.in_scope(scope)
        .select_related("committee")
        .order_by("committee__path", "target", "code", "-number")
    )


def why_it_stands(version: SchemeVersion, today: dt.date) -> str:
    """Return why an adoption cannot be taken back, in Chinese; empty when it can."""
    if version.effective_from <= today:
        since = Period(version.effective_from).label
        return f"这一版自 {since}起已经施行，不能撤销；可以采用新的版本。"
    later = SchemeVersion.objects.filter(
        committee=version.committee_id, code=version.code, number__gt=version.number
    )
    if later.exists():
        return "后面还有更新的版本，请先撤销那一版。"
    if Run.objects.filter(version=version).exists():
        return "已按这一版核算过，不能撤销；可以采用新的版本。"
    return ""
