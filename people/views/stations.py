"""Posts of a branch (设岗定责): who holds which, setting them up, claiming and confirming."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from activities.operations.refusals import Refused
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.roles import Capability
from branches.rules.text import whole_number
from branches.rules.tree import OrganizationKind
from members.queries import homes
from people.forms.stations import StationForm
from people.models import Station
from people.operations import stations as operations
from people.queries import pledges, stations
from people.queries.stations import StationSeats

READ = "本支部党员都可以看岗位；支部和上级按权限看"


@access.signed_in(READ)
def listing(request: Request) -> HttpResponse:
    """The posts of one branch: which post has whom, and who has none."""
    branches = pledges.branches(request.user, request.grants, request.today)
    asked = request.GET.get("branch", "")
    branch = next((each for each in branches if str(each.pk) == asked), None)
    if branch is None and asked:
        raise Http404
    home = homes.of_user(request.user, request.today)
    own = home.branch_id if home else None
    branch = branch or next((each for each in branches if each.pk == own), None)
    branch = branch or (branches[0] if branches else None)
    context: dict[str, Any] = {"branches": branches, "branch": branch}
    if branch is not None:
        posts = stations.posts(branch)
        keeps = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(branch.path)
        context |= {
            "posts": [_shown(post, request, is_own=branch.pk == own) for post in posts],
            "figures": {
                "posts": len(posts),
                "held": sum(len(post.held) for post in posts),
                "left": sum(post.left for post in posts),
                "waiting": sum(len(post.waiting) for post in posts),
            },
            "alone": stations.without(branch, request.today) if keeps else [],
            "closed": stations.closed(branch) if keeps else [],
            "terms": stations.terms(branch, request.today),
            "keeps": keeps,
            "new_url": f"{reverse('station-new')}?branch={branch.pk}",
        }
    return TemplateResponse(request, "people/station_list.html", context)


@access.signed_in("一个人看自己认领的岗位")
def mine(request: Request) -> HttpResponse:
    """The own posts, and those one may claim."""
    home = homes.of_user(request.user, request.today)
    context: dict[str, Any] = {"home": home}
    if home is not None:
        claims = stations.of_member(home.member)
        held = [claim for claim in claims if claim.ended_on is None]
        terms = stations.terms(home.branch, request.today)
        here = [claim for claim in held if claim.station.branch_id == home.branch_id]
        context |= {
            "held": held,
            "former": [
                claim for claim in claims if claim.ended_on and claim.confirmed_on is not None
            ],
            "open_posts": [
                post
                for post in stations.posts(home.branch)
                if post.left and post.pk not in {claim.station_id for claim in held}
            ]
            if len(here) < terms.most
            else [],
            "is_full": len(here) >= terms.most,
            "terms": terms,
        }
    return TemplateResponse(request, "people/my_stations.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def new(request: Request) -> HttpResponse:
    """Set up a post."""
    rows = Organization.objects.in_scope(request.scope).of_kind(OrganizationKind.BRANCH)
    rows = rows.standing_on(request.today).order_by("path")
    asked = request.POST.get("branch") or request.GET.get("branch", "")
    branch = get_object_or_404(rows, pk=whole_number(asked)) if asked else rows.first()
    if branch is None:
        messages.error(request, "岗位由党支部设置。您负责的范围里没有党支部。")
        return redirect("station-list")
    form = StationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.set_up(branch=branch, facts=form.facts, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "岗位已设好，党员可以认领。")
            return redirect(list_url(branch))
    return form_page(request, "设岗", form, branch, list_url(branch))


def may_claim(post: StationSeats, request: Request, *, is_own: bool) -> bool:
    claims = (*post.held, *post.waiting)
    is_there = any(claim.member.user_id == request.user.pk for claim in claims)
    return is_own and post.station.closed_on is None and post.left > 0 and not is_there


def _shown(post: StationSeats, request: Request, *, is_own: bool) -> dict[str, Any]:
    return {"post": post, "may_claim": may_claim(post, request, is_own=is_own)}


def list_url(branch: Organization) -> str:
    return f"{reverse('station-list')}?branch={branch.pk}"


def form_page(
    request: Request, title: str, form: Any, branch: Organization, back: str,
    found: Station | None = None,
) -> HttpResponse:  # fmt: skip
    context = {
        "form": form,
        "title": title,
        "branch": branch,
        "back": back,
        "trail": [("设岗定责", list_url(branch))]
        + ([(found.title, reverse("station", kwargs={"pk": found.pk}))] if found else []),
    }
    return TemplateResponse(request, "people/station_form.html", context)
