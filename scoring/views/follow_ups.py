"""What is done about a consequence elsewhere: arranging the talk, lifting it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from branches.rules.workflow import StepNotAllowed
from people.queries import talks
from people.rules.talks import TalkState
from scoring.forms.consequences import LiftForm
from scoring.models import Consequence
from scoring.operations import follow_ups as operations
from scoring.operations.consequences import CannotDecide
from scoring.queries import consequences, follow_ups


@require_POST
@access.requires(Capability.ARRANGE_TALKS)
def consequence_talk(request: Request, *, pk: int) -> HttpResponse:
    """Make the talk due; at the very branch only."""
    here = Consequence.objects.filter(organization__path__in=talks.arranging_paths(request.grants))
    row = get_object_or_404(consequences.with_all(here), pk=pk)
    try:
        talk = operations.arrange_talk(consequence=row, by=request.user, at=timezone.now())
    except CannotDecide as refusal:
        messages.error(request, str(refusal))
        return redirect("consequence", pk=pk)
    if talk.state != TalkState.DUE:
        messages.info(request, "这一项的谈话已经办过了，办完后请登记办结。")
        return redirect("consequence", pk=pk)
    assert talk.due_on is not None
    messages.success(
        request,
        f"已安排，{talk.due_on.month}月{talk.due_on.day}日前谈。已经告诉本人要谈话，请确定谈话人。",
    )
    return redirect("talk-due", pk=talk.pk)


@require_POST
@access.requires(consequences.DECIDES)
def consequence_lift(request: Request, *, pk: int) -> HttpResponse:
    """Lift a consequence for the sake of a tolerance granted to the member."""
    rows = Consequence.objects.filter(request.scope.q("round__committee__path"))
    row = get_object_or_404(consequences.with_all(rows), pk=pk)
    granted = follow_ups.liftable(row, request.user, request.grants)
    form = LiftForm(request.POST, tolerances=granted)
    if not form.is_valid():
        if not granted:
            raise Http404
        said = [str(text) for faults in form.errors.values() for text in faults]
        messages.error(request, "".join(said))
        return redirect("consequence", pk=pk)
    try:
        operations.lift(consequence=row, **form.cleaned_data, by=request.user, at=timezone.now())
    except CannotDecide as refusal:
        messages.error(request, str(refusal))
    except StepNotAllowed:
        messages.info(request, "这一项现在不在办理中，下面是它的现状。")
    else:
        messages.success(request, "已决定免除，已通知有关支部和本人。")
    return redirect("consequence", pk=pk)
