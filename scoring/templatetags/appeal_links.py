"""The way from a line of a score to its appeal, or to filing one."""

from __future__ import annotations

from django import template

from scoring.views.round_links import AppealLink, RoundLink

register = template.Library()


@register.simple_tag
def appeal_link(round_link: RoundLink | None, code: str) -> AppealLink | None:
    """Return where the line of an item or a veto leads; None where nobody appeals or did."""
    return round_link.appeal_to(code) if round_link else None
