"""The 月汇报 of a 小政委: to complete and hand in, to read, to assess, to print."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.operations.refusals import Refused
from branches import access, jobs
from branches.access import Request
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability
from people import tasks
from people.forms.stewards import AssessForm, MonthForm
from people.models import StewardMonth
from people.operations import steward_work as operations
from people.queries import steward_months, steward_work, stewards
from people.rules.stewards import Side, StewardGrade
from people.views.steward_work import HOME, chosen, own_member
from people.wording import stewards as wording


@access.signed_in("小政委提交自己的月汇报")
def write(request: Request, *, period: str) -> HttpResponse:
    """Look through what the records say of a month, complete it, hand it in."""
    month = _month(request, period)
    day = min(request.today, month.last_day)
    places = list(stewards.places_of(request.user, day))
    if not places:
        raise Http404
    place = chosen(request, places)
    member = own_member(request)
    kept = steward_work.report(place, member, month)
    if kept is not None:
        return redirect("steward-month", pk=kept.pk)
    form = MonthForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            report = operations.hand_in(
                organization=place, member=member, month=month,
                remark=form.cleaned_data["remark"], by=request.user, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "月汇报已提交，等班组和支部评价。")
            return redirect("steward-month", pk=report.pk)
    content = steward_months.content(place, member, month, request.today)
    first = operations.report_from(place, month)
    before = steward_work.report(place, member, month.previous)
    context = {
        "form": form,
        "place": place,
        "period": month,
        "facts": steward_months.facts_of(content),
        "parts": steward_months.parts_of(content),
        "first": first,
        "is_early": request.today < first,
        "previous": month.previous,
        "advice": steward_work.advice(before),
        "back": f"{reverse(HOME[1])}?group={place.pk}",
        "trail": [(HOME[0], reverse(HOME[1]))],
    }
    return TemplateResponse(request, "people/steward_month_write.html", context)


@access.signed_in("本人、本组党员和所在支部看月汇报")
def report(request: Request, *, pk: int) -> HttpResponse:
    """A report as it was handed in, with what the team and the branch say of it."""
    return _page(request, _one(request, pk))


@access.signed_in("班组和支部评价月汇报")
@require_POST
def assess(request: Request, *, pk: int, side: str) -> HttpResponse:
    """Write down what the team or the branch says of a report."""
    found = _one(request, pk)
    if side not in (Side.TEAM, Side.BRANCH) or Side(side) not in _sides(request, found):
        raise Http404
    form = AssessForm(request.POST, prefix=side)
    if form.is_valid():
        try:
            operations.assess(
                report=found, side=Side(side), grade=StewardGrade(form.cleaned_data["grade"]),
                advice=form.cleaned_data["advice"], by=request.user, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{wording.SIDES[Side(side)]}已登记，已告诉本人。")
            return redirect("steward-month", pk=pk)
    return _page(request, found, {Side(side): form})


@access.signed_in("本人和所在支部打印月汇报")
@require_POST
def print_report(request: Request, *, pk: int) -> HttpResponse:
    """Ask for a report as PDF."""
    found = _one(request, pk)
    if not _sees_all(request, found):
        raise Http404
    job, made = jobs.request(
        tasks.draw_steward_month.name,
        arguments={"report": found.pk, "user": request.user.pk},
        label=f"小政委月汇报：{found.member.name} {Period(found.month).label}",
        by=request.user,
        at=timezone.now(),
        organization=found.organization,
    )
    if made:
        tasks.draw_steward_month.delay_on_commit(job_id=job.pk)
    return redirect("job", pk=job.pk)


def _page(
    request: Request, found: StewardMonth, posted: dict[Side, AssessForm] | None = None
) -> HttpResponse:
    sees_all = _sees_all(request, found)
    standing = steward_work.standing(found)
    forms = posted or {}
    sides = _sides(request, found)
    context = {
        "report": found,
        "period": Period(found.month),
        "facts": steward_months.facts_of(found.content),
        "parts": steward_months.parts_of(found.content, with_people=sees_all),
        "sees_all": sees_all,
        "is_own": found.member.user_id == request.user.pk,
        "sides": [
            {
                "side": side,
                "label": wording.SIDES[side],
                "now": standing.get(side),
                "tone": wording.GRADE_TONES[StewardGrade(standing[side].grade)]
                if side in standing
                else "",
                "form": (forms.get(side) or AssessForm(prefix=side)) if side in sides else None,
                "is_open": side in forms or side not in standing,
            }
            for side in Side
        ],
        "earlier": [row for row in found.said if row not in standing.values()],  # type: ignore[attr-defined]
        "failed": next(iter(forms.values()), None),
        "trail": [(HOME[0], reverse(HOME[1]))]
        if found.member.user_id == request.user.pk or not sees_all
        else [
            ("小政委", reverse("steward-list")),
            (
                found.organization.short_name,
                reverse("steward-group", kwargs={"pk": found.organization_id}),
            ),
        ],
    }
    return TemplateResponse(request, "people/steward_month.html", context)


def _one(request: Request, pk: int) -> StewardMonth:
    scope = request.grants.scope(Capability.SEE_ACTIVITIES)
    return get_object_or_404(steward_work.visible(scope, request.user, request.today), pk=pk)


def _sees_all(request: Request, found: StewardMonth) -> bool:
    """Whom he helped with what is for himself and those who keep or see the branch's records."""
    scope = request.grants.scope(Capability.SEE_ACTIVITIES)
    return found.member.user_id == request.user.pk or scope.reaches(found.organization.path)


def _sides(request: Request, found: StewardMonth) -> set[Side]:
    """Return for which sides whoever asks may speak; never of the own report."""
    if found.member.user_id == request.user.pk:
        return set()
    sides = set()
    if steward_work.may_speak_for_team(found, request.user, request.today):
        sides.add(Side.TEAM)
    logs = request.grants.scope(Capability.LOG_ACTIVITIES)
    if logs.reaches(stewards.branch_of(found.organization).path):
        sides.add(Side.BRANCH)
    return sides


def _month(request: Request, period: str) -> Period:
    try:
        month = Period.parse(period)
    except ValueError:
        raise Http404 from None
    if month.kind is not PeriodKind.MONTH or month.first_day > request.today:
        raise Http404
    return month
