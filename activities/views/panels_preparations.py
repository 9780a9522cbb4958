"""What has to be prepared, on the page of an activity."""

from __future__ import annotations

from typing import Any

from activities.models import Activity, ActivityTask
from activities.queries import preparations
from activities.views.panel import Panel
from activities.wording import plans as words
from branches.access import Request
from branches.rules.roles import Capability


def tasks(request: Request, activity: Activity) -> Panel | None:
    """Return who prepares what until when (one query); nothing where there is nothing to do."""
    found = preparations.of_activity(activity)
    may_log = activity.may_be_edited and request.grants.scope(Capability.LOG_ACTIVITIES).reaches(
        activity.organization.path
    )
    if not found and not (may_log and activity.is_planned):
        return None
    open_tasks = sum(task.done_on is None for task in found)
    data = {
        "tasks": [shown(task, request) for task in found],
        "activity": activity,
        "may_log": may_log,
        "note": f"{len(found)} 项，未完成 {open_tasks} 项" if found else "",
    }
    return Panel("activities/_preparations_panel.html", data)


def shown(task: ActivityTask, request: Request) -> dict[str, Any]:
    """Return what a page says of a task."""
    is_late = task.done_on is None and task.due_on < request.today
    tone = "ok" if task.done_on else "bad" if is_late else ""
    if task.done_on:
        state = "已完成"
    elif is_late:
        state = "已逾期"
    else:
        state = "今天到期" if task.due_on == request.today else "待完成"
    if not task.done_on and task.due_on == request.today:
        tone = "warn"
    people = [task.assignee.name] if task.assignee else []
    people += [f"替补 {task.stand_in.name}"] if task.stand_in else []
    return {
        "task": task,
        "lead": words.lead_words(task.days_before),
        "state": state,
        "tone": tone,
        "who": " · ".join([*([task.role] if task.role else []), *people]) or "还没有确定",
    }
