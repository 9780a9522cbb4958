"""A 小政委 at work: the day's line in one tap, the week's help."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from activities.operations.refusals import Refused
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.periods import Period
from branches.rules.text import whole_number
from branches.rules.working_days import ONE_DAY
from branches.templatetags import formats
from members.models import Member
from people.forms.stewards import DayForm, HelpForm
from people.models import StewardHelp
from people.operations import steward_work as operations
from people.queries import steward_work, stewards
from people.rules import stewards as rules

HOME = ("日跟班", "steward-today")


@access.signed_in("小政委记自己的日跟班")
def today(request: Request) -> HttpResponse:
    """The day's line, filled in with the last one; the day before can be mended as well."""
    places = list(stewards.places_of(request.user, request.today))
    if not places:
        return _nobody(request)
    place = chosen(request, places)
    member = own_member(request)
    yesterday = request.today - ONE_DAY
    asked = request.POST.get("on") or request.GET.get("on", "")
    on = yesterday if asked == yesterday.isoformat() else request.today
    line = steward_work.line_of(place, member, on)
    last = None if line else steward_work.last_line(place, member, on)
    text = line.text if line else last.text if last else ""
    form = DayForm(request.POST if request.method == "POST" else None, initial={"text": text})
    if request.method == "POST" and form.is_valid():
        try:
            operations.write_day(
                organization=place, member=member, on=on, text=form.cleaned_data["text"],
                by=request.user, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{on.month}月{on.day}日的跟班情况已记下。")
            return redirect(f"{reverse(HOME[1])}?group={place.pk}")
    month = Period.containing(request.today)
    days = steward_work.days(place, member, month, request.today)
    before = steward_work.report(place, member, month.previous)
    context = {
        "form": form,
        "place": place,
        "place_key": str(place.pk),  # as text: links are put together in the template
        "places": places,
        "on": on,
        "is_today": on == request.today,
        "yesterday": yesterday,
        "line": line,
        "last": last,
        "period": month,
        "days": days,
        "lines": [day for day in reversed(days) if day.line is not None],
        "helps": steward_work.helps(place, member, month),
        "report": steward_work.report(place, member, month),
        "previous": month.previous,
        "advice": steward_work.advice(before),
    }
    return TemplateResponse(request, "people/steward_today.html", context)


@access.signed_in("小政委记自己的周帮扶")
def help_new(request: Request) -> HttpResponse:
    """Write down whom one helped, with what, and what came of it."""
    places = list(stewards.places_of(request.user, request.today))
    if not places:
        return _nobody(request)
    place = chosen(request, places)
    member = own_member(request)
    form = HelpForm(
        request.POST if request.method == "POST" else None,
        people=stewards.people(place, request.today).exclude(pk=member.pk),
        weeks=_weeks(request.today),
    )
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            operations.write_help(
                organization=place, member=member, week_of=form.week_of,
                helped=cleaned["helped"], helped_name=cleaned["helped_name"],
                what=cleaned["what"], outcome=cleaned["outcome"],
                by=request.user, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "周帮扶已登记。")
            return redirect(f"{reverse(HOME[1])}?group={place.pk}")
    context = {
        "form": form,
        "place": place,
        "places": places,
        "back": f"{reverse(HOME[1])}?group={place.pk}",
        "trail": [(HOME[0], reverse(HOME[1]))],
    }
    return TemplateResponse(request, "people/steward_help.html", context)


@access.signed_in("小政委改自己登记的周帮扶")
def help_edit(request: Request, *, pk: int) -> HttpResponse:
    """Change a help, or add what came of it; raise a problem from it."""
    found = get_object_or_404(
        StewardHelp.objects.filter(member__user=request.user).select_related(
            "organization__parent", "member"
        ),
        pk=pk,
    )
    form = HelpForm(
        request.POST if request.method == "POST" else None,
        fixed=True,
        initial={"what": found.what, "outcome": found.outcome},
    )
    back = f"{reverse(HOME[1])}?group={found.organization_id}"
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_help(
                help=found, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已保存。")
            return redirect(back)
    context = {
        "form": form,
        "help": found,
        "place": found.organization,
        "back": back,
        "trail": [(HOME[0], reverse(HOME[1]))],
    }
    return TemplateResponse(request, "people/steward_help.html", context)


def own_member(request: Request) -> Member:
    """Return the member that the account of a 小政委 belongs to."""
    return Member.objects.defer("id_number", "phone").get(user=request.user)


def chosen(request: Request, places: list[Organization]) -> Organization:
    """Return the group asked for, of those one is the 小政委 of; else the first."""
    asked = whole_number(request.POST.get("group") or request.GET.get("group", ""))
    return next((place for place in places if place.pk == asked), places[0])


def _nobody(request: Request) -> HttpResponse:
    """Say to whoever is no 小政委 who it is in the own group."""
    member = getattr(request.user, "member", None)
    home = stewards.homes([member], request.today).get(member.pk) if member else None
    place = home and (home.group or home.branch)
    seat = stewards.of(place, request.today) if place else None
    return TemplateResponse(request, "people/steward_nobody.html", {"seat": seat, "place": place})


def _weeks(today: dt.date) -> list[tuple[dt.date, str]]:
    this = rules.monday_of(today)
    last = this - ONE_DAY * 7
    return [
        (this, f"本周（{formats.day(this)}起）"),
        (last, f"上周（{formats.day(last)}起）"),
    ]
