"""A member's own promises of a year: writing, submitting, what was done for each."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.operations.refusals import Refused
from branches import access
from branches.access import Request
from branches.rules.text import whole_number
from members.models import Membership
from members.queries import homes
from people.forms.pledges import PledgeForm, ProofForm
from people.models import Pledge
from people.operations import pledge_drafts
from people.queries import pledges
from people.rules import pledges as rules
from people.rules.pledges import PledgeState


@access.signed_in("一个人写自己的承诺，登记兑现情况")
def mine(request: Request) -> HttpResponse:
    """The own promises of a year with what may be done on each."""
    home = homes.of_user(request.user, request.today)
    if home is None:
        return TemplateResponse(request, "people/my_pledges.html", {"home": None})
    year = _year(request, home)
    rows = pledges.rows_of(list(pledges.of_member(home.member, year)), request.today)
    standing = [row for row in rows if row.pledge.state != PledgeState.WITHDRAWN]
    drafts = [row for row in standing if row.pledge.state == PledgeState.DRAFT]
    terms = pledges.terms(home.branch, request.today)
    is_open = year in rules.years_open(request.today)
    submit_by = rules.submit_by(year, terms)
    context: dict[str, Any] = {
        "home": home,
        "year": year,
        "years": [
            (f"{each}年", f"?year={each}", each == year, 0) for each in _years(request, home)
        ],
        "rows": [_shown(row, request) for row in rows],
        "terms": terms,
        "drafts": drafts,
        "lacking": max(0, terms.least - len(standing)),
        "may_write": is_open and len(standing) < terms.most,
        "may_submit": is_open and bool(drafts),
        "may_copy": is_open
        and not standing
        and Pledge.objects.published().filter(member=home.member, year=year - 1).exists(),
        "submit_by": submit_by if submit_by >= request.today else None,
        "new_url": f"{reverse('my-pledge-new')}?year={year}",
    }
    return TemplateResponse(request, "people/my_pledges.html", context)


@access.signed_in("一个人写自己的承诺")
def new(request: Request) -> HttpResponse:
    """Write one promise."""
    home = _home(request)
    if home is None:
        return redirect("my-pledges")
    year = _year(request, home)
    form = PledgeForm(
        request.POST if request.method == "POST" else None, year=year, today=request.today
    )
    back = f"{reverse('my-pledges')}?year={year}"
    if request.method == "POST" and form.is_valid():
        try:
            pledge_drafts.draft(
                branch=home.branch, member=home.member, year=year, facts=form.facts,
                by=request.user, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已保存为草稿，写齐以后一起提交。")
            return redirect(back)
    context = {
        "form": form,
        "year": year,
        "title": "写一条承诺",
        "who": home.member.name,
        "back": back,
        "trail": [("我的承诺", back)],
    }
    return TemplateResponse(request, "people/pledge_form.html", context)


@access.signed_in("一个人写自己的承诺")
@require_POST
def copy(request: Request) -> HttpResponse:
    """Begin with last year's."""
    home = _home(request)
    if home is None:
        return redirect("my-pledges")
    year = _year(request, home)
    try:
        found = pledge_drafts.copy(
            branch=home.branch, member=home.member, year=year, by=request.user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已照去年的起草 {len(found)} 条，请逐条核对、修改后提交。")
    return redirect(f"{reverse('my-pledges')}?year={year}")


@access.signed_in("一个人提交自己的承诺")
@require_POST
def submit(request: Request) -> HttpResponse:
    """Submit all drafts of a year."""
    home = _home(request)
    if home is None:
        return redirect("my-pledges")
    year = _year(request, home)
    try:
        found = pledge_drafts.submit(
            branch=home.branch, member=home.member, year=year, by=request.user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已提交 {len(found)} 条，支部审核后公开。")
    return redirect(f"{reverse('my-pledges')}?year={year}")


def _home(request: Request) -> Membership | None:
    home = homes.of_user(request.user, request.today)
    if home is None:
        messages.error(request, "您的账号没有关联党员名册，不能写承诺。请联系支部书记。")
    return home


def _years(request: Request, home: Membership) -> list[int]:
    """The years with promises of one's own, and those for which they may be made."""
    kept = Pledge.objects.filter(member=home.member).values_list("year", flat=True).distinct()
    return sorted({*kept.order_by(), *rules.years_open(request.today)}, reverse=True)


def _year(request: Request, home: Membership) -> int:
    asked = whole_number(request.POST.get("year") or request.GET.get("year", ""))
    if asked is None:
        return request.today.year
    if asked not in _years(request, home):
        raise Http404
    return asked


def _shown(row: pledges.Row, request: Request) -> dict[str, Any]:
    state = row.pledge.state
    return {
        "row": row,
        "pledge": row.pledge,
        "is_draft": state == PledgeState.DRAFT,
        "is_open": state == PledgeState.APPROVED,
        "proofs": list(row.pledge.proofs.all()),
        "proof_form": ProofForm(today=request.today, auto_id=f"id_{row.pk}_%s")
        if state == PledgeState.APPROVED
        else None,
    }
