"""What the chair does about signing in: begin it, show the code, end it."""

from __future__ import annotations

import datetime as dt

import segno
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from activities import wording
from activities.forms.sign_in import WindowForm
from activities.models import Activity, SignInWindow
from activities.operations import sign_in as operations
from activities.operations.refusals import Refused
from activities.queries import activities, rolls, sign_ins
from activities.rules import sign_in
from activities.rules.attendance import AttendanceStatus
from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from branches.rules.workflow import StepNotAllowed

OPEN, CLOSE = "open", "close"


@access.requires(Capability.LOG_ACTIVITIES)
def manage(request: Request, *, pk: int) -> HttpResponse:
    """Who has signed in, beginning and ending it."""
    activity = _one(request, pk)
    at = timezone.now()
    _, begin, end = sign_ins.sitting_at(activity, at)
    usual = {
        "closes_at": timezone.localtime(sign_in.usual_end(at, begin, end)).time(),
        "late_from": timezone.localtime(begin).time(),
    }
    step = request.POST.get("step", "")
    form = WindowForm(request.POST if step == OPEN else None, at=at, begin=begin, initial=usual)
    if request.method == "POST":
        done = _step(request, activity, step, form, at)
        if done is not None:
            return done
    window = sign_ins.window(activity)
    entries = rolls.of_activity(activity, today=request.today)
    signed = sign_ins.of_activity(activity)
    url = reverse("activity", kwargs={"pk": pk})
    context = {
        "activity": activity,
        "organization_name": activities.place_name(activity.organization),
        "window": window,
        "is_open": window is not None and is_open(window, activity, at),
        "may_open": activity.state in sign_ins.TAKING
        and timezone.localdate(begin) == request.today,
        "is_over": activity.state not in sign_ins.TAKING,
        "form": form,
        "signed": [
            {
                "name": each.name,
                "words": each.words,
                "disagrees": each.disagrees,
                "mark": wording.ATTENDANCE[AttendanceStatus(each.status)]
                if each.status
                else "不在应到名单上",
            }
            for each in signed
        ],
        "waiting": [each.name for each in entries if not each.is_marked],
        "due": len(entries),
        "trail": [("活动", reverse("activity-list")), (activity.title, url)],
        "back": url,
    }
    return TemplateResponse(request, "activities/sign_in_window.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def projector(request: Request, *, pk: int) -> HttpResponse:
    """The code for everybody in the room to see; the page renews itself."""
    activity = _one(request, pk)
    at = timezone.now()
    window = sign_ins.window(activity)
    signed, due = sign_ins.count(activity)
    context: dict[str, object] = {"activity": activity, "signed": signed, "due": due}
    if window is not None and is_open(window, activity, at):
        code = sign_in.code_at(window.secret, activity.pk, at)
        link = reverse("sign-in-scan", kwargs={"pk": pk, "code": code})
        context |= {
            "is_open": True,
            "code": f"{code[:3]} {code[3:]}",
            "qr": _qr(request.build_absolute_uri(link)),
            "seconds": sign_in.seconds_left(at),
            "closes_at": window.closes_at,
            "address": request.build_absolute_uri(reverse("sign-in")),
        }
    response = TemplateResponse(request, "activities/projector.html", context)
    response["Cache-Control"] = "no-store"
    return response


def is_open(window: SignInWindow, activity: Activity, at: dt.datetime) -> bool:
    """Return whether people may sign in at a moment."""
    return activity.state in sign_ins.TAKING and window.opened_at <= at < window.closes_at


def _step(
    request: Request, activity: Activity, step: str, form: WindowForm, at: dt.datetime
) -> HttpResponse | None:
    """Take the step asked for; None shows the page again with what is wrong."""
    try:
        if step == CLOSE:
            operations.close_window(activity=activity, by=request.user, at=at)
            messages.success(request, "签到已结束。没有签到不等于缺席，请在名册上核对。")
        elif step == OPEN and form.is_valid():
            operations.open_window(activity=activity, by=request.user, at=at, **form.cleaned_data)
            return redirect("activity-projector", pk=activity.pk)
        else:
            return None
    except Refused as refusal:
        if step == OPEN:
            form.add_error(None, str(refusal))
            return None
        messages.warning(request, str(refusal))
    except StepNotAllowed as refusal:
        messages.warning(request, wording.refused_step(refusal.state))
    return redirect("activity-sign-in", pk=activity.pk)


def _qr(url: str) -> SafeString:
    """Return the code as an inline drawing: no file, no script, sharp at any size."""
    drawing = segno.make(url, error="m", micro=False).svg_inline(
        border=2, omitsize=True, svgclass=None, lineclass=None, light="#fff"
    )
    # Only figures come out of the drawing; the address is not in it as text.
    return mark_safe(drawing)  # noqa: S308


def _one(request: Request, pk: int) -> Activity:
    return get_object_or_404(
        Activity.objects.in_scope(request.scope).select_related("organization__parent"), pk=pk
    )
