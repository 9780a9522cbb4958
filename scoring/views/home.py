"""首页：what is due for this person, what is coming, how the month stands."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from activities.queries import activities, sign_ins
from branches import access, duties
from branches.access import Request
from branches.rules.periods import Period
from branches.rules.roles import Capability
from scoring.queries import overview
from scoring.views import board_choices

SHOWN = 7
SOON = 7  # days from which the tag counts down


@access.signed_in("每个人的首页")
def home(request: Request) -> HttpResponse:
    """Show at most seven lines of what is due, most urgent first, then the rest of the month."""
    due = duties.of(request.user, request.grants, request.today)
    now = timezone.localtime().time()
    context = {
        "month": Period.containing(request.today),
        "due": _lines(due[:SHOWN], request),
        "due_count": len(due),
        "due_rest": max(0, len(due) - SHOWN),
        "overdue": sum(duty.due_on < request.today for duty in due),
        "coming": activities.coming_up(request.grants, request.today, now)
        or activities.called_to(request.user, request.today, now),
        "signing": sign_ins.open_for(request.user, timezone.now())[:1],
        "panels": overview.panels(
            request.user,
            request.grants,
            request.today,
            board_choices.looked_at(request, "organization"),
        ),
        "nothing_due": "到期的会议、记录和手续会自动列在这里，不用自己记。"
        if request.grants.held
        else "召开的活动和与您有关的事会列在这里。",
        "may_log": request.grants.allows(Capability.LOG_ACTIVITIES),
        "may_mark": request.grants.allows(Capability.ENTER_MARKS),
    }
    return TemplateResponse(request, "scoring/home.html", context)


@access.signed_in("每个人的待办")
def all_due(request: Request) -> HttpResponse:
    """Show everything that is due."""
    due = duties.of(request.user, request.grants, request.today)
    return TemplateResponse(
        request, "scoring/due_list.html", {"due": _lines(due, request), "due_count": len(due)}
    )


def _lines(due: list[duties.Duty], request: Request) -> list[dict[str, object]]:
    return [
        {"duty": duty, **_urgency((duty.due_on - request.today).days, duty, request)}
        for duty in due
    ]


def _urgency(days: int, duty: duties.Duty, request: Request) -> dict[str, str]:
    """Return the tag of a due line: how many days are left, and how loud to say it."""
    if days < 0:
        return {"tag": f"逾期 {-days} 天", "tone": "bad"}
    if days == 0:
        return {"tag": "今天到期", "tone": "bad"}
    if days <= SOON:
        return {"tag": f"还剩 {days} 天", "tone": "warn"}
    if Period.containing(request.today).contains(duty.due_on):
        return {"tag": "本月", "tone": ""}
    return {"tag": f"{duty.due_on.month} 月 {duty.due_on.day} 日前", "tone": ""}
