"""Homework on the page of a lesson."""

from __future__ import annotations

from activities.models import Activity
from activities.queries import homework as queries
from activities.rules.homework import KINDS
from activities.views.panel import Panel
from branches.access import Request
from branches.rules.roles import Capability


def assigned(request: Request, activity: Activity) -> Panel | None:
    """Return the homework of a lesson; nothing for other kinds (one query)."""
    if activity.kind not in KINDS or activity.is_cancelled:
        return None
    rows = queries.of_activity(activity)
    logs = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(activity.organization.path)
    if not rows and not logs:
        return None
    return Panel(
        "activities/_homework_panel.html",
        {"rows": rows, "activity": activity, "may_log": logs, "today": request.today},
        is_side=True,
    )
