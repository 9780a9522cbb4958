"""What an entry of the audit says, in words: every key and every code in Chinese."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from branches import wording
from branches.models import AuditEntry, Organization
from branches.rules.periods import Period
from branches.rules.text import with_written_days

Detail = tuple[str, str, str]  # (field, before, after), "" where one of them says nothing

_PLACES = frozenset({"branch", "group", "organization"})
_PERIODS = frozenset({"period", "from"})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?", re.ASCII)
_POSITIONS = {key: position for position, key in enumerate(wording.AUDIT_FIELDS)}
_EMPTY = "（空）"
_UNKNOWN = "其他"


def details(
    entries: Iterable[AuditEntry], *, ledger_titles: Mapping[str, str]
) -> list[list[Detail]]:
    """Return for each entry what it says, without what only machines read (one query)."""
    found = list(entries)
    codes = {
        value
        for entry in found
        for side in (_side(entry.before), _side(entry.after))
        for key, value in side.items()
        if key in _PLACES and isinstance(value, str)
    }
    places = dict(Organization.objects.filter(code__in=codes).values_list("code", "short_name"))
    return [list(_Reader(entry, places, ledger_titles).details()) for entry in found]


class _Reader:
    def __init__(
        self, entry: AuditEntry, places: Mapping[str, str], ledger_titles: Mapping[str, str]
    ) -> None:
        self._action = entry.action
        self._sides = _side(entry.before), _side(entry.after)
        self._places = places
        self._ledger_titles = ledger_titles

    def details(self) -> Iterator[Detail]:
        before, after = self._sides
        if self._action == "mark.entered":
            yield from self._marking(before, after)
            return
        persons = [key for key in {**before, **after} if key.isdigit()]
        if persons:
            yield (
                wording.AUDIT_FIELDS["marks"],
                self._counted(before[key] for key in persons if key in before),
                self._counted(after[key] for key in persons if key in after),
            )
        for key in sorted({**before, **after}, key=_order):
            if key not in persons and self._is_shown(key, before.get(key), after.get(key)):
                yield (
                    self._field(key),
                    self._words(key, before[key]) if key in before else "",
                    self._words(key, after[key]) if key in after else "",
                )

    def _marking(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Detail]:
        """The items of a scheme are known above only: their number is told."""
        if "period" in after:
            yield self._field("period"), "", self._words("period", after["period"])
        count = sum(key != "period" for key in after)
        yield "打分", "", f"{count} 项" + (f"，其中改分 {len(before)} 项" if before else "")

    def _is_shown(self, key: str, *values: Any) -> bool:
        if key in wording.AUDIT_UNSHOWN:
            return False
        if key in wording.AUDIT_CODED:
            known = wording.AUDIT_VALUES.get(key, {})
            return any(value in known for value in values if isinstance(value, str))
        return key != "marks" or any(values)

    def _field(self, key: str) -> str:
        special = wording.AUDIT_FIELDS_OF.get(self._action, {})
        return special.get(key) or wording.AUDIT_FIELDS.get(key, _UNKNOWN)

    def _counted(self, statuses: Iterable[Any]) -> str:
        """Return 到 3 人、请假 1 人."""
        words = wording.AUDIT_VALUES["marks"]
        counts = Counter(words.get(str(status), str(status)) for status in statuses)
        return "、".join(f"{word} {count} 人" for word, count in counts.items())

    def _words(self, key: str, value: Any) -> str:
        if value is None or value in ("", [], {}):
            return _EMPTY
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, list):
            return "、".join(self._words(key, part) for part in value)
        if isinstance(value, dict):
            if key == "marks":
                return self._counted(value.values())
            return "；".join(
                f"{self._field(name)} {self._words(name, value[name])}"
                for name in sorted(value, key=_order)
            )
        return self._text(key, str(value))

    def _text(self, key: str, text: str) -> str:
        if key in _PLACES:
            return self._places.get(text, text)
        if key in _PERIODS:
            return _period(text)
        if key == "code" and self._action == "ledger.printed":
            return self._ledger_titles.get(text, text)
        if (time := _TIME.fullmatch(text)) and key.endswith("_at"):
            return time[1]
        return wording.AUDIT_VALUES.get(key, {}).get(text) or with_written_days(text)


def _order(key: str) -> int:
    """The database keeps no order of keys; unknown ones come last."""
    return _POSITIONS.get(key, len(_POSITIONS))


def _side(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _period(text: str) -> str:
    """Return 2026 年 10 月 for 2026-10, and for the first day of that month."""
    try:
        return Period.parse(text[:7] if _DAY.fullmatch(text) else text).label
    except ValueError:
        return text
