"""What stands on the page of one activity besides its facts and its roll.

Each noun has its own panel: a template of its own and what it needs. A noun that has nothing to
show or to do there gives None.
"""

from __future__ import annotations

from collections.abc import Callable

from activities.models import Activity
from activities.views import (
    panels_appraisals,
    panels_attachments,
    panels_homework,
    panels_lessons,
    panels_minutes,
    panels_preparations,
    panels_problems,
    panels_sign_in,
    panels_sittings,
    panels_votes,
)
from activities.views.panel import Panel
from branches.access import Request

Source = Callable[[Request, Activity], Panel | None]

# In the order in which they stand on the page.
SOURCES: tuple[Source, ...] = (
    panels_sign_in.sign_in,
    panels_sign_in.make_up,
    panels_preparations.tasks,
    panels_votes.decisions,
    panels_votes.chair,
    panels_sittings.table,
    panels_sittings.offer,
    panels_problems.listed,
    panels_lessons.taught,
    panels_homework.assigned,
    panels_appraisals.held,
    panels_attachments.attached,
    panels_minutes.versions,
)


def of_activity(request: Request, activity: Activity) -> list[Panel]:
    """Return the panels of an activity for whoever asks (a fixed number of queries each)."""
    return [panel for source in SOURCES if (panel := source(request, activity)) is not None]
