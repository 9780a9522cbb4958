"""How components read their props."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.template.exceptions import TemplateSyntaxError

Props = dict[str, Any]

TONES = ("", "ok", "warn", "bad", "red")


def one_of(value: str, allowed: Sequence[str], prop: str) -> str:
    if value not in allowed:
        choices = ", ".join(repr(a) for a in allowed)
        raise TemplateSyntaxError(f"{prop}={value!r} is not one of {choices}")
    return value


def tone_of(value: str) -> str:
    return one_of(value, TONES, "tone")


def named(items: Iterable[Any], names: Sequence[str]) -> list[Any]:
    """Plain tuples become dicts under `names`; everything else already has names."""
    return [
        dict(zip(names, item, strict=False))
        if isinstance(item, (tuple, list)) and not hasattr(item, "_fields")
        else item
        for item in items
    ]
