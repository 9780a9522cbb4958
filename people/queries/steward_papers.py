"""Which printed papers of a 小政委 are about whoever ordered them."""

from __future__ import annotations

from django.db.models import Q

from branches.models import Job, User
from branches.queries import jobs
from people.models import StewardMonth

DRAWING = "people.draw_steward_month"


def declare() -> None:
    """Let people open their own 月汇报 as PDF, with or without a post."""
    jobs.register_own(_own_months)


def _own_months(user: User) -> Q:
    """Only what was drawn from a report of one's own: the person may have ordered more before,
    by a post that has ended.
    """
    own = list(StewardMonth.objects.filter(member__user=user).values_list("pk", flat=True))
    if not own:
        return Q(pk__in=[])
    drawn = Job.objects.filter(task=DRAWING, requested_by=user, arguments__report__in=own)
    return Q(pk__in=drawn.filter(document__isnull=False).values("document"))
