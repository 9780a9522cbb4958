"""Photos and papers on the page of an activity."""

from __future__ import annotations

from activities.models import Activity, Attachment
from activities.queries import attachments
from activities.rules import attachments as rules
from activities.views.panel import Panel
from branches.access import Request
from branches.rules.roles import Capability


def attached(request: Request, activity: Activity) -> Panel | None:
    """Return what is attached (one query); nothing where there is none and none may be added."""
    found = attachments.of_activity(activity)
    may_add = attachments.may_be_added(activity, request.today) and request.grants.scope(
        Capability.LOG_ACTIVITIES
    ).reaches(activity.organization.path)
    if not found and not may_add:
        return None
    photos = [each for each in found if each.kind == Attachment.Kind.PHOTO]
    files = [each for each in found if each.kind != Attachment.Kind.PHOTO]
    data = {
        "activity": activity,
        "photos": photos,
        "files": files,
        "may_add": may_add,
        "note": rules.words(len(photos), len(files)),
    }
    return Panel("activities/_attachments_panel.html", data)
