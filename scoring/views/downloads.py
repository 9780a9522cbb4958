"""Answers that are files."""

from __future__ import annotations

from django.http import HttpResponse


def toml(text: str, name: str) -> HttpResponse:
    """Return a scheme's text, byte for byte, as ``name``.toml; ``name`` is ASCII."""
    answer = HttpResponse(text.encode("utf-8"), content_type="application/toml; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.toml"'
    return answer
