"""Signing in, leave and making up on the page of an activity."""

from __future__ import annotations

from django.utils import timezone

from activities.models import Activity
from activities.queries import leaves, merges, sign_ins
from activities.views.panel import Panel
from branches.access import Request
from branches.rules.roles import Capability
from branches.scope import Scope


def sign_in(request: Request, activity: Activity) -> Panel | None:
    """Return how far signing in is and what waits about it (at most seven queries)."""
    may_log = _may_log(request, activity)
    window = sign_ins.window(activity)
    if activity.is_cancelled or (window is None and not (may_log and activity.may_be_edited)):
        return None
    at = timezone.now()
    signed = sign_ins.of_activity(activity) if window else []
    is_today = any(
        timezone.localdate(begin) == request.today for _, begin, _ in sign_ins.begins(activity)
    )
    is_open = activity.may_be_edited and window is not None and window.closes_at > at
    own_place = Scope.over([activity.organization.path])
    data = {
        "activity": activity,
        "window": window,
        "is_open": is_open,
        "may_log": may_log and activity.may_be_edited,
        "may_open": may_log and activity.may_be_edited and is_today,
        "signed": len(signed),
        "differing": "、".join(each.name for each in signed if each.disagrees),
        "merges": merges.unsettled(activity) if may_log and activity.may_be_edited else [],
        "leaves": leaves.waiting(own_place).filter(activity=activity).count() if may_log else 0,
    }
    return Panel("activities/_sign_in_panel.html", data, is_side=True)


def make_up(request: Request, activity: Activity) -> Panel | None:
    """Return who missed a closed activity and what they did instead (one query)."""
    if not activity.is_closed:
        return None
    missed = list(leaves.missed(activity))
    if not missed:
        return None
    done = [
        (row.member.name, row.make_up.get_method_display(), row.make_up.done_on)
        for row in missed
        if hasattr(row, "make_up")
    ]
    data = {
        "activity": activity,
        "waiting": len(missed) - len(done),
        "done": done,
        "may_log": _may_log(request, activity),
    }
    return Panel("activities/_make_up_panel.html", data, is_side=True)


def _may_log(request: Request, activity: Activity) -> bool:
    scope = request.grants.scope(Capability.LOG_ACTIVITIES)
    return scope.reaches(activity.organization.path)
