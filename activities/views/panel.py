"""A card that a noun puts on the page of one activity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Panel:
    """A card on the page: the template finds ``data`` as ``panel.data``.

    ``is_side``: small things to do or to know go into the narrow column.
    """

    template: str
    data: dict[str, Any] = field(default_factory=dict)
    is_side: bool = False
