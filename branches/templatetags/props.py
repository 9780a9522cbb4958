"""How components read their props, and how the small ones are drawn."""

import functools
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.template.exceptions import TemplateSyntaxError
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

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


def drawn(template_name: str, **props: str | int | bool) -> SafeString:
    """Return a component that its props alone decide, rendered once for each set of them.

    A board has thousands of bars and marks and few different ones; rendering each anew was
    nine tenths of the page when measured. With DEBUG its file is read every time.
    """
    if settings.DEBUG:
        return render_to_string(template_name, props)
    return _drawn(template_name, **props)


@functools.lru_cache(maxsize=8192, typed=True)  # SafeString is not str
def _drawn(template_name: str, **props: str | int | bool) -> SafeString:
    return render_to_string(template_name, props)
