"""The problem list and the check-list of an 组织生活会 on its page."""

from __future__ import annotations

from django.urls import reverse

from activities.models import Activity
from activities.queries import problems
from activities.rules import problems as rules
from activities.rules.kinds import ActivityKind
from activities.rules.problems import PHASES, Check
from activities.views.panel import Panel
from activities.wording import problems as wording
from branches.access import Request
from branches.queries import regulations
from branches.rules.roles import Capability

RULE = "M8"


def listed(request: Request, activity: Activity) -> Panel | None:
    """Return the problems a meeting raised, for an 组织生活会 with its check-list and what last
    year's meeting raised (a fixed number of queries).
    """
    is_life = activity.kind == ActivityKind.ORGANIZATION_LIFE
    if activity.is_cancelled:
        return None
    raised = list(problems.of_activity(activity))
    if not raised and not is_life:
        return None
    logs = request.grants.scope(Capability.LOG_ACTIVITIES)
    may_add = activity.may_be_edited and logs.reaches(activity.organization.path)
    data: dict[str, object] = {
        "rows": problems.rows_of(raised, request.today),
        "new_url": f"{reverse('problem-new')}?activity={activity.pk}" if may_add else "",
        "is_life": is_life,
    }
    if is_life:
        data |= _prepared(request, activity, raised)
    return Panel("activities/_problems_panel.html", data)


def _prepared(
    request: Request, activity: Activity, raised: list[problems.Problem]
) -> dict[str, object]:
    rule = regulations.for_organization(activity.organization, activity.held_on).get(RULE)
    days = rule.parameters.get("study_days", rules.STUDY_DAYS) if rule else rules.STUDY_DAYS
    earlier = list(problems.before(activity))
    studies = problems.studies_before(activity, days)
    checks = rules.checks(problems.meeting_of(activity, raised, earlier, len(studies)))
    phases: dict[str, list[tuple[str, bool, str]]] = {}
    for check in checks:
        phases.setdefault(wording.PHASES[PHASES[check.code]], []).append(
            _shown(check, days, len(raised))
        )
    return {
        "phases": phases.items(),
        "missing": sum(not check.is_done for check in checks),
        "rule": rule,
        "studies": studies[:5],
        "earlier": problems.rows_of(earlier, request.today),
    }


def _shown(check: Check, days: int, count: int) -> tuple[str, bool, str]:
    words = wording.check_words(check, days=days, problems=count)
    return wording.CHECKS[check.code], check.is_done, words
