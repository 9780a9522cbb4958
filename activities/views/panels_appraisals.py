"""The 民主评议 held at a meeting, on its page."""

from __future__ import annotations

from activities.models import Activity, Appraisal
from activities.queries.appraisals import MEETINGS
from activities.rules.appraisals import AppraisalState
from activities.rules.kinds import ActivityKind
from activities.views.panel import Panel
from activities.wording import appraisals as wording
from branches.access import Request


def held(request: Request, activity: Activity) -> Panel | None:
    """Return the appraisals of a meeting; where there is none, the way to them (one query)."""
    if activity.kind not in MEETINGS or activity.is_cancelled:
        return None
    found = [
        (row, wording.STATES[AppraisalState(row.state)])
        for row in Appraisal.objects.filter(activity=activity).order_by("year")
    ]
    if not found and activity.kind != ActivityKind.APPRAISAL:
        return None
    return Panel("activities/_appraisal_panel.html", {"rows": found}, is_side=True)
