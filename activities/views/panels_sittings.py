"""The sittings on the page of an activity."""

from __future__ import annotations

from activities.models import Activity
from activities.queries import sittings
from activities.rules.kinds import KINDS, ActivityKind
from activities.views.panel import Panel
from branches.access import Request
from branches.rules.roles import Capability


def table(request: Request, activity: Activity) -> Panel | None:
    """Return the sittings and who came to each (at most two queries); undivided, nothing."""
    held = sittings.with_names(activity)
    if not held:
        return None
    rows = [
        (each.sitting.label, sittings.time_words(each.sitting), len(each.names), each.names)
        for each in held
    ]
    data = {"rows": rows, "may_edit": _may_edit(request, activity)}
    return Panel("activities/_sittings_panel.html", data)


def offer(request: Request, activity: Activity) -> Panel | None:
    """Return the way to divide an activity, for whoever may, where it can be divided."""
    if KINDS[ActivityKind(activity.kind)].decides or not _may_edit(request, activity):
        return None
    return Panel("activities/_sittings_offer.html", is_side=True)


def _may_edit(request: Request, activity: Activity) -> bool:
    scope = request.grants.scope(Capability.LOG_ACTIVITIES)
    return activity.may_be_edited and scope.reaches(activity.organization.path)
