"""The versions of the minutes on the page of an activity."""

from __future__ import annotations

from activities.models import Activity
from activities.queries import minutes
from activities.views.panel import Panel
from branches.access import Request


def versions(request: Request, activity: Activity) -> Panel | None:
    """Return the list of versions; nothing before the first closing (one query)."""
    found = list(minutes.listed(activity))
    if not found:
        return None
    return Panel("activities/_minutes_panel.html", {"versions": found}, is_side=True)
