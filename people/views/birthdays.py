"""Political birthdays of a branch: the month, the year, and what is done for one."""

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

from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability
from members.models import Membership
from people.forms.birthdays import GreetForm, OathForm, TalkForm
from people.operations import birthdays as operations
from people.queries import birthdays, care, stewards, talks
from people.rules.birthdays import greeting
from people.views.taking import taken

PAGE = 50


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """Whose political birthday comes in a month, at one branch in reach."""
    branches = list(stewards.branches(request.scope, request.today))
    branch = _chosen(request, branches)
    month = _month(request.GET.get("month", ""), request)
    context: dict[str, object] = {"branches": branches, "branch": branch, "period": month}
    if branch is not None:
        homes = list(birthdays.of_branch(request.scope, branch, month.year, month.number))
        context |= {
            "rows": birthdays.rows_of(homes, month.year, request.user, request.grants),
            "shows_talk": care.keeps(request.grants, branch),
            "unknown": birthdays.without_date(request.scope, branch),
            "previous": f"?branch={branch.pk}&month={month.previous}",
            "next": f"?branch={branch.pk}&month={month.next}",
            "year_url": f"{reverse('birthday-year')}?branch={branch.pk}&year={month.year}",
            "may_keep": request.grants.allows(Capability.LOG_ACTIVITIES),
        }
    return TemplateResponse(request, "people/birthday_list.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def year(request: Request) -> HttpResponse:
    """The year of a branch: each birthday with greeting, talk and oath."""
    branches = list(stewards.branches(request.scope, request.today))
    branch = _chosen(request, branches)
    try:
        asked = Period.parse(request.GET.get("year", ""))
    except ValueError:
        asked = Period.containing(request.today, PeriodKind.YEAR)
    number = min(asked.year, request.today.year)
    context: dict[str, object] = {"branches": branches, "branch": branch, "year": number}
    if branch is not None:
        homes = birthdays.of_branch(request.scope, branch, number)
        page = Paginator(homes, PAGE).get_page(request.GET.get("page"))
        context |= {
            "page_obj": page,
            "rows": birthdays.rows_of(list(page.object_list), number, request.user, request.grants),
            "shows_talk": care.keeps(request.grants, branch),
            "previous": f"?branch={branch.pk}&year={number - 1}",
            "next": f"?branch={branch.pk}&year={number + 1}" if number < request.today.year else "",
            "trail": [("政治生日", f"{reverse('birthday-list')}?branch={branch.pk}")],
        }
    return TemplateResponse(request, "people/birthday_year.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def birthday(request: Request, *, pk: int, period: str) -> HttpResponse:
    """One member's political birthday of a year."""
    home, month = _found(request, pk, period)
    return _page(request, home, month)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def greet(request: Request, *, pk: int, period: str) -> HttpResponse:
    home, month = _found(request, pk, period)
    form = GreetForm(request.POST)
    if form.is_valid() and taken(form, operations.greet, **_facts(request, home, month)):
        told = "已通知本人。" if home.member.user_id else "本人没有账号，请当面送达。"
        messages.success(request, f"贺词已登记，{told}")
        return redirect("birthday", pk=pk, period=period)
    return _page(request, home, month, greet_form=form)


@access.requires(Capability.ARRANGE_TALKS)
@require_POST
def arrange_talk(request: Request, *, pk: int, period: str) -> HttpResponse:
    """Arrange the talk: at the very branch only."""
    home, month = _found(request, pk, period)
    if not care.keeps(request.grants, home.branch):
        raise Http404
    form = TalkForm(request.POST, people=_talkers(request, home))
    if form.is_valid() and taken(form, operations.arrange_talk, **_facts(request, home, month)):
        messages.success(request, "已安排谈话，已通知双方。")
        return redirect("birthday", pk=pk, period=period)
    return _page(request, home, month, talk_form=form)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def oath(request: Request, *, pk: int, period: str) -> HttpResponse:
    home, month = _found(request, pk, period)
    form = OathForm(request.POST, today=request.today)
    if form.is_valid() and taken(form, operations.record_oath, **_facts(request, home, month)):
        messages.success(request, "已登记重温入党誓词。")
        return redirect("birthday", pk=pk, period=period)
    return _page(request, home, month, oath_form=form)


def _page(
    request: Request,
    home: Membership,
    month: Period,
    *,
    greet_form: GreetForm | None = None,
    talk_form: TalkForm | None = None,
    oath_form: OathForm | None = None,
) -> HttpResponse:
    row = birthdays.row_of(home, month.year, request.user, request.grants)
    if row is None or home.member.admitted_on is None:
        raise Http404
    done = row.done
    is_open = row.on.replace(day=1) <= request.today and request.today.year == month.year
    logs = _reaches(request, home, Capability.LOG_ACTIVITIES)
    words = greeting(home.member.name, home.member.admitted_on, month.year)
    may_talk = is_open and care.keeps(request.grants, home.branch) and not row.talk
    back = f"{reverse('birthday-list')}?branch={home.branch_id}&month={month}"
    context = {
        "row": row,
        "done": done,
        "period": month,
        "is_open": is_open,
        "greet_form": (greet_form or GreetForm(initial={"greeting": words}))
        if logs and is_open and not row.is_greeted
        else None,
        "talk_form": (talk_form or TalkForm(people=_talkers(request, home))) if may_talk else None,
        "oath_form": (oath_form or OathForm(today=request.today)) if logs and is_open else None,
        "wrong_form": greet_form or talk_form or oath_form,
        "trail": [("政治生日", back)],
    }
    return TemplateResponse(request, "people/birthday.html", context)


def _facts(request: Request, home: Membership, month: Period) -> dict[str, Any]:
    return {
        "branch": home.branch, "member": home.member, "year": month.year, "by": request.user,
        "at": timezone.now(),
    }  # fmt: skip


def _talkers(request: Request, home: Membership) -> Any:
    return talks.talkers_of(home.branch, request.today).exclude(pk=home.member_id)


def _reaches(request: Request, home: Membership, capability: Capability) -> bool:
    return birthdays.members(request.grants.scope(capability)).filter(pk=home.pk).exists()


def _found(request: Request, pk: int, period: str) -> tuple[Membership, Period]:
    try:
        month = Period.parse(period)
    except ValueError:
        raise Http404 from None
    if month.kind is not PeriodKind.MONTH:
        raise Http404
    return get_object_or_404(birthdays.members(request.scope), member_id=pk), month


def _chosen(request: Request, branches: list[Organization]) -> Organization | None:
    asked = request.GET.get("branch", "")
    branch = next((each for each in branches if str(each.pk) == asked), None)
    return branch or (branches[0] if branches else None)


def _month(text: str, request: Request) -> Period:
    try:
        found = Period.parse(text)
    except ValueError:
        return Period.containing(request.today)
    return found if found.kind is PeriodKind.MONTH else Period.containing(request.today)
