"""Votes and elections on the page of a meeting, and who took its chair."""

from __future__ import annotations

from activities.models import Activity
from activities.queries import elections, sequels, votes
from activities.rules.kinds import ActivityKind
from activities.rules.votes import CHAIRED
from activities.views.panel import Panel
from branches.access import Request
from branches.rules.roles import Capability


def decisions(request: Request, activity: Activity) -> Panel | None:
    """Return what a meeting decided and whom it elected, with all arithmetic.

    A fixed number of queries; none for an activity that decides nothing.
    """
    if not votes.may_decide(activity) or activity.is_cancelled:
        return None
    path = activity.organization.path
    may_log = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(path)
    may_edit = activity.may_be_edited and may_log
    meeting = votes.meeting_of(activity)
    decided = votes.decided(activity)
    sequel = sequels.of_resolutions(
        activity,
        [each.resolution for each in decided],
        may_manage=request.grants.scope(Capability.MANAGE_MEMBERS).reaches(path),
    )
    titles = {code: rule.title for code, rule in meeting.rules.items()}
    data = {
        "meeting": meeting,
        "resolutions": [(each, sequel.get(each.resolution.pk, [])) for each in decided],
        "elections": elections.of_activity(activity),
        "exemptions": votes.exemptions(activity),
        "overrides": [(each, titles.get(each.code, each.code)) for each in meeting.overrides],
        "may_edit": may_edit,
        "is_fixed": may_log and activity.is_closed,
        "may_override": activity.may_be_edited
        and request.grants.scope(Capability.OVERRIDE_RULES).is_above(path),
        "is_ready": not activity.is_planned,
    }
    has_any = data["resolutions"] or data["elections"] or data["overrides"] or data["exemptions"]
    if not may_edit and not data["may_override"] and not has_any:
        return None
    return Panel("activities/_votes_panel.html", data)


def chair(request: Request, activity: Activity) -> Panel | None:
    """Return a remark where somebody else than the regulation names took the chair (M18).

    At most three queries.
    """
    if activity.is_cancelled or ActivityKind(activity.kind) not in CHAIRED:
        return None
    rules = votes.rules_of(activity)
    check = votes.chair(activity, rules)
    if check.holds:
        return None
    may_edit = activity.may_be_edited and request.grants.scope(Capability.LOG_ACTIVITIES).reaches(
        activity.organization.path
    )
    return Panel(
        "activities/_chair_panel.html",
        {"check": check, "rule": rules["M18"], "may_edit": may_edit},
        is_side=True,
    )
