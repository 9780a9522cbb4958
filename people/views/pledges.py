"""The promises of a branch: published ones to read, and what the branch does about them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.operations.refusals import Refused
from branches import access, jobs
from branches.access import Request
from branches.models import Organization
from branches.rules.roles import Capability
from branches.rules.text import whole_number
from branches.rules.tree import OrganizationKind
from members.models import Member
from members.queries import homes
from people import tasks
from people.forms.pledges import PledgeForm
from people.operations import pledge_drafts
from people.queries import pledges
from people.queries.pledges import Share
from people.rules import pledges as rules
from people.rules.pledges import PledgeState
from people.wording import pledges as wording

PAGE = 30


@access.signed_in("本支部党员都可以看公开的承诺；支部和上级按权限看")
def listing(request: Request) -> HttpResponse:
    """The promises of one branch in a year."""
    branches = pledges.branches(request.user, request.grants, request.today)
    asked = request.GET.get("branch", "")
    branch = next((each for each in branches if str(each.pk) == asked), None)
    if branch is None and asked:
        raise Http404
    branch = branch or _first(request, branches)
    context: dict[str, Any] = {"branches": branches, "branch": branch}
    if branch is not None:
        year, years = _year(request, branch)
        keeps = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(branch.path)
        sees = request.grants.scope(Capability.SEE_ACTIVITIES).reaches(branch.path)
        shares = pledges.of_branch(branch, year, request.today, keeps=keeps, sees=sees)
        if keeps:  # what asks for something stands first
            shares.sort(key=lambda share: not share.is_waiting)
        page = Paginator(shares, PAGE).get_page(request.GET.get("page"))
        rows = [row for share in shares for row in share.rows]
        is_open = year in rules.years_open(request.today)
        context |= {
            "year": year,
            "years": [
                (f"{each}年", f"?branch={branch.pk}&year={each}", each == year, 0) for each in years
            ],
            "page_obj": page,
            "shares": [_shown(share, request, is_open=is_open) for share in page.object_list],
            "figures": _figures(rows),
            "missing": pledges.without(branch, year, request.today) if keeps and is_open else [],
            "terms": pledges.terms(branch, request.today),
            "keeps": keeps,
            "may_write": keeps and is_open,
            "may_print": sees and any(row.pledge.state in pledges.PUBLISHED for row in rows),
            "new_url": f"{reverse('pledge-draft')}?branch={branch.pk}&year={year}",
        }
    return TemplateResponse(request, "people/pledge_list.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def draft(request: Request) -> HttpResponse:
    """Write down a promise of the branch, or of a member without an account."""
    branch = _kept_branch(request)
    if branch is None:
        return redirect("pledge-list")
    member = _whom(request, branch)
    year = _open_year(request)
    back = _url(branch, year)
    form = PledgeForm(
        request.POST if request.method == "POST" else None, year=year, today=request.today
    )
    if request.method == "POST" and form.is_valid():
        try:
            pledge_drafts.draft(
                branch=branch, member=member, year=year, facts=form.facts, by=request.user,
                at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已保存为草稿，写齐以后一起提交。")
            return redirect(back)
    context = {
        "form": form,
        "branch": branch,
        "member": member,
        "people": pledges.without_account(branch, request.today),
        "year": year,
        "title": "登记承诺",
        "who": member.name if member else wording.BRANCH,
        "back": back,
        "trail": [("承诺践诺", back)],
    }
    return TemplateResponse(request, "people/pledge_form.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def submit(request: Request) -> HttpResponse:
    """Submit all drafts of the branch, or of a member without an account."""
    branch = _kept_branch(request)
    if branch is None:
        return redirect("pledge-list")
    member, year = _whom(request, branch), _open_year(request)
    try:
        found = pledge_drafts.submit(
            branch=branch, member=member, year=year, by=request.user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        whose = "支部审核后公开" if member else "由上级党组织审核后公开"
        messages.success(request, f"已提交 {len(found)} 条，{whose}。")
    return redirect(_url(branch, year))


@access.requires(Capability.SEE_ACTIVITIES)
@require_POST
def print_public(request: Request, *, pk: int) -> HttpResponse:
    """Ask for the published promises of a branch of a year as PDF."""
    rows = Organization.objects.in_scope(request.scope).of_kind(OrganizationKind.BRANCH)
    branch = get_object_or_404(rows, pk=pk)
    year = whole_number(request.POST.get("year", ""))
    if year not in pledges.years(branch):
        raise Http404
    job, made = jobs.request(
        tasks.draw_pledges.name,
        arguments={"branch": branch.pk, "year": year, "user": request.user.pk},
        label=f"公开承诺：{branch.short_name} {year}年",
        by=request.user,
        at=timezone.now(),
        organization=branch,
    )
    if made:
        tasks.draw_pledges.delay_on_commit(job_id=job.pk)
    return redirect("job", pk=job.pk)


def _first(request: Request, branches: list[Organization]) -> Organization | None:
    """The own branch comes first, else any."""
    home = homes.of_user(request.user, request.today)
    own = home.branch_id if home else None
    return next((each for each in branches if each.pk == own), branches[0] if branches else None)


def _year(request: Request, branch: Organization) -> tuple[int, list[int]]:
    years = sorted({*pledges.years(branch), *rules.years_open(request.today)}, reverse=True)
    asked = whole_number(request.GET.get("year", ""))
    return (asked if asked in years else request.today.year), years


def _open_year(request: Request) -> int:
    asked = whole_number(request.POST.get("year") or request.GET.get("year", ""))
    return asked if asked in rules.years_open(request.today) else request.today.year


def _kept_branch(request: Request) -> Organization | None:
    """Return the branch asked for among those whose records one keeps, or the only one.

    :raises Http404: it is not among them.
    """
    rows = Organization.objects.in_scope(request.scope).of_kind(OrganizationKind.BRANCH)
    rows = rows.standing_on(request.today).order_by("path")
    asked = request.POST.get("branch") or request.GET.get("branch", "")
    if asked:
        return get_object_or_404(rows, pk=whole_number(asked))
    found = rows.first()
    if found is None:
        messages.error(request, "承诺由党支部登记。您负责的范围里没有党支部。")
    return found


def _whom(request: Request, branch: Organization) -> Member | None:
    """Return for whom it is written down: None is the branch itself.

    :raises Http404: somebody who is not of the branch, or has an account.
    """
    asked = request.POST.get("member") or request.GET.get("member", "")
    if not asked:
        return None
    people = pledges.without_account(branch, request.today)
    return get_object_or_404(people, pk=whole_number(asked))


def _url(branch: Organization, year: int) -> str:
    return f"{reverse('pledge-list')}?branch={branch.pk}&year={year}"


def _figures(rows: list[pledges.Row]) -> dict[str, int]:
    """Count what is published, to be approved, to be reviewed, kept and to be mended."""
    states = [row.pledge.state for row in rows]
    return {
        "published": sum(state in pledges.PUBLISHED for state in states),
        "waiting": states.count(PledgeState.SUBMITTED),
        "past": sum(row.is_past for row in rows),
        "kept": sum(row.pledge.verdict == rules.Verdict.KEPT for row in rows),
        "reviewed": states.count(PledgeState.REVIEWED),
        "to_mend": sum(row.must_mend for row in rows),
    }


def _shown(share: Share, request: Request, *, is_open: bool) -> dict[str, Any]:
    drafts = [row for row in share.rows if row.pledge.state == PledgeState.DRAFT]
    return {
        "who": share.who,
        "member": share.rows[0].pledge.member_id,
        "drafts": len(drafts),
        "may_submit": bool(drafts) and is_open,
        "rows": [
            {
                "row": row,
                "pledge": row.pledge,
                "may_approve": row.pledge.state == PledgeState.SUBMITTED
                and pledges.may_decide(row.pledge, request.user, request.grants),
            }
            for row in share.rows
        ],
    }
