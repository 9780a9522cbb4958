"""System checks: what must hold before the site starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver

from branches.access import POLICY_MARK


def routed_views(resolver: URLResolver | None = None) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield (address name, view) for every routed view."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from routed_views(pattern)
        elif isinstance(pattern, URLPattern):
            yield pattern.name or str(pattern.pattern), pattern.callback


@register(Tags.security)
def every_view_names_its_policy(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to start with an address that nobody decided whom to open to."""
    return [
        Error(
            f"view of address {name!r} names no capability",
            hint="decorate it with access.requires, access.signed_in or access.anyone",
            id="branches.E001",
        )
        for name, view in routed_views()
        if not hasattr(view, POLICY_MARK)
    ]
