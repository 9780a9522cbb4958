"""A member's right to vote: suspended by a decision, and given back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from branches import access
from branches.rules.roles import Capability
from members.forms.person import StepForm
from members.forms.restrictions import RestoreForm, RestrictForm
from members.models import Member
from members.operations import restrictions
from members.operations.steps import CannotChange, home_of
from members.queries import restrictions as queries
from members.views.steps import trail


@access.requires(Capability.MANAGE_MEMBERS)
def restrict(request: access.Request, *, pk: int) -> HttpResponse:
    """Suspend a member's right to vote, or give it back; only for whoever sees sensitive data."""
    member = get_object_or_404(Member.objects.filed_in_scope(request.scope), pk=pk)
    path = home_of(member).branch.path
    if not request.grants.scope(Capability.SEE_SENSITIVE).reaches(path):
        raise Http404
    known = queries.of_member(member)
    current = queries.running(known, request.today)
    form: StepForm
    if current is not None:
        form = RestoreForm(request.POST or None, initial={"on": request.today})
    else:
        form = RestrictForm(request.POST or None, initial={"started_on": request.today})
    if form.is_valid():
        try:
            if isinstance(form, RestrictForm):
                restrictions.restrict(
                    member=member,
                    ground=form.chosen_ground,
                    reference=form.cleaned_data["reference"],
                    started_on=form.cleaned_data["started_on"],
                    ended_on=form.cleaned_data["ended_on"],
                    by=request.user,
                    at=timezone.now(),
                )
                done = f"已登记，{member.name}在此期间不计入表决和选举的应到。"
            else:
                assert current is not None
                restrictions.end_restriction(
                    restriction=current,
                    on=form.cleaned_data["on"],
                    by=request.user,
                    at=timezone.now(),
                )
                done = f"已登记，{member.name}恢复表决权。"
        except CannotChange as error:
            form.refuse(error)
        else:
            messages.success(request, done)
            return redirect("member", pk=pk)
    title = "恢复表决权" if current else "暂停表决权"
    context = {
        "member": member, "form": form, "current": current, "title": title,
        "earlier": [row for row in known if row != current], "trail": trail(title, member),
    }  # fmt: skip
    return render(request, "members/restrict.html", context)
