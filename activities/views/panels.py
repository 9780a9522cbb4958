"""What stands on the page of one activity besides its facts and its roll.

Each noun has its own panel: a template of its own and what it needs. A noun that has nothing to
show or to do there gives None.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from activities.models import Activity
from branches.access import Request


@dataclass(frozen=True, slots=True)
class Panel:
    """A card on the page: the template finds ``data`` as ``panel.data``.

    ``is_side``: small things to do or to know go into the narrow column.
    """

    template: str
    data: dict[str, Any] = field(default_factory=dict)
    is_side: bool = False


Source = Callable[[Request, Activity], Panel | None]

# In the order in which they stand on the page.
SOURCES: tuple[Source, ...] = ()


def of_activity(request: Request, activity: Activity) -> list[Panel]:
    """Return the panels of an activity for whoever asks (a fixed number of queries each)."""
    return [panel for source in SOURCES if (panel := source(request, activity)) is not None]
