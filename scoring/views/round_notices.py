"""What a round puts up (公示): for the branches and members it rates, and for comments first."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.roles import Capability
from branches.scope import Scope
from members.models import Member, Membership
from scoring.forms.rounds import CommentForm
from scoring.models import Round, Score
from scoring.operations import rounds as operations
from scoring.queries import rounds, schemes
from scoring.rules.rounds import RoundState
from scoring.views.rounds import TONES


@access.signed_in("公示给被评定的支部和党员看，只列本人所在支部能看的")
def round_notice(request: Request, *, pk: int) -> HttpResponse:
    """Show what the notice may show, as long as it lasts; the committee sees it beforehand."""
    round_, reach, is_office = _noticed(request, pk)
    return _notice(request, round_, reach, is_office=is_office)


@require_POST
@access.requires(Capability.FILE_APPEALS)
def round_comment(request: Request, *, pk: int) -> HttpResponse:
    """Keep what a branch says of the first scores."""
    round_, reach, is_office = _noticed(request, pk)
    branches = _commenting(round_, request.scope)
    if not branches:
        raise Http404
    form = CommentForm(request.POST, organizations=branches)
    if not form.is_valid():
        return _notice(request, round_, reach, is_office=is_office, comment_form=form)
    try:
        operations.comment(
            round=round_,
            organization=form.cleaned_data.get("organization", branches[0]),
            text=form.cleaned_data["text"],
            by=request.user,
            at=timezone.now(),
        )
    except operations.CannotStep as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "意见已提交，答复后在这里能看到。")
    return redirect("round-notice", pk=pk)


def _noticed(request: Request, pk: int) -> tuple[Round, Scope, bool]:
    """Return a round whose notice one may see, how far one sees, and whether as its committee.

    :raises Http404: there is none, or it is none of one's business.
    """
    scope = request.grants.scope(Capability.SEE_SCORES)
    if scope:
        found = rounds.listed(scope).filter(scope.q("committee__path"), pk=pk).first()
        if found is not None:
            return found, scope, True
    own = _own_reach(request)
    reach = Scope.over([*scope.roots, *own.roots])
    if not reach:
        raise Http404
    round_ = get_object_or_404(rounds.listed(reach), pk=pk)
    # The first scores are for branches to comment on; a member sees what is published.
    if not scope and RoundState(round_.state) is RoundState.COMMENTS:
        raise Http404
    return round_, reach, False


def _own_reach(request: Request) -> Scope:
    """Return the branch in which the person is a member."""
    member = Member.objects.filter(user=request.user).first()
    if member is None:
        return Scope()
    homes = Membership.objects.home().current().filter(member=member)
    return Scope.over(homes.values_list("branch__path", flat=True))


def _commenting(round_: Round, scope: Scope) -> list[Organization]:
    """Return the branches for which somebody may comment on a round (one query)."""
    return list(
        Organization.objects.in_scope(scope)
        .filter(pk__in=Score.objects.filter(run=round_.run_id).values("organization_id"))
        .order_by("path")
    )


def _notice(
    request: Request,
    round_: Round,
    reach: Scope,
    *,
    is_office: bool,
    comment_form: CommentForm | None = None,
) -> HttpResponse:
    state = RoundState(round_.state)
    files = request.grants.scope(Capability.FILE_APPEALS)
    is_asking = state is RoundState.COMMENTS
    in_time = _is_within(round_.public_until, request.today)
    # The round stays in this state until the office ends it; the notice ends with its last day.
    is_public = state is RoundState.PUBLIC and (is_office or in_time)
    branches = _commenting(round_, files) if files and is_asking and not is_office else []
    if branches and comment_form is None and _is_within(round_.comments_until, request.today):
        comment_form = CommentForm(organizations=branches)
    choices = _rated(round_) if is_office and round_.run.version.rates_members else []
    chosen = next((one for one in choices if str(one.pk) == request.GET.get("branch")), None)
    if choices:
        # A committee's members are too many for one list; each branch sees only its own.
        reach = Scope(((chosen or choices[0]).path,))
    own = reach
    if is_public and not round_.run.version.rates_members:
        # The whole list of branches is what is put up; points and places stay with each.
        reach = Scope((round_.committee.path,))
    rows = rounds.standings(round_, reach) if is_office or is_asking or is_public else []
    context = {
        "round": round_,
        "run": round_.run,
        "name": rounds.name_of(round_),
        "scheme": schemes.scheme_of(round_.run.version),
        "is_office": is_office,
        "is_member": not request.grants.scope(Capability.SEE_SCORES),
        "is_asking": is_asking,
        "is_public": is_public,
        "in_time": in_time,
        "rows": [
            (row, own.reaches(row.organization.path), row.member and row.member.user_id)
            for row in rows
        ],
        "list_title": _list_title(round_, is_asking=is_asking),
        "branches": choices,
        "branch": chosen or (choices[0] if choices else None),
        "comment_form": comment_form,
        "comments": round_.comments.filter(files.q("organization__path"))
        .select_related("organization")
        .order_by("id")
        if files
        else [],
        "tone": TONES.get(state, "warn"),
    }
    return TemplateResponse(request, "scoring/round_notice.html", context)


def _list_title(round_: Round, *, is_asking: bool) -> str:
    if round_.run.version.rates_members:
        return "本支部党员的档次，按姓名排列"
    return "本支部的初评结果" if is_asking else "各支部的评定结果"


def _rated(round_: Round) -> list[Organization]:
    """Return the branches whose members a round rates (one query)."""
    return list(
        Organization.objects.filter(
            pk__in=Score.objects.filter(run=round_.run_id).values("organization_id")
        ).order_by("path")
    )


def _is_within(until: dt.date | None, today: dt.date) -> bool:
    return until is not None and today <= until
