"""What an activity taught, and its course's order, on the page of the activity."""

from __future__ import annotations

from activities.models import Activity
from activities.queries import lessons
from activities.rules.study import TAUGHT_KINDS
from activities.views.panel import Panel
from branches.access import Request
from branches.rules.roles import Capability


def taught(request: Request, activity: Activity) -> Panel | None:
    """Return what was taught; nothing where the kind teaches nothing (one query)."""
    if activity.kind not in TAUGHT_KINDS:
        return None
    lesson = lessons.of_activity(activity)
    logs = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(activity.organization.path)
    may_edit = logs and not activity.is_cancelled
    if lesson is None and not may_edit:
        return None
    order = getattr(lesson.activity, "course_order", None) if lesson else None
    return Panel(
        "activities/_lesson_panel.html",
        {
            "activity": activity,
            "lesson": lesson,
            "hours": lessons.hours_words(activity, lesson),
            "order": order,
            "may_edit": may_edit,
        },
        is_side=True,
    )
