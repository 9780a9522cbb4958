"""Signing in oneself: by a scanned code, or by typing it."""

from __future__ import annotations

import datetime as dt
import secrets

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from activities.forms.sign_in import CodeForm
from activities.models import Activity, SignIn
from activities.operations import sign_in as operations
from activities.operations.refusals import Refused
from activities.queries import activities, roll_facts, sign_ins
from activities.rules import sign_in as rules
from branches import access
from branches.access import Request
from members.models import Member

# When a code was scanned and by whom, kept by the device while its reader reads on or signs in to
# the account. One that belongs to nobody yet counts for the first account that shows it.
SCANNED = "scanned"
_NOBODY = "-"
_SALT = "activities.sign-in"


@access.signed_in("一个人给自己签到")
def typed(request: Request) -> HttpResponse:
    """Type the code shown at the meeting; what takes sign-ins now is listed below."""
    at = timezone.now()
    member = sign_ins.member_of(request.user)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and member is not None and form.is_valid():
        try:
            row = operations.sign_in_by_code(
                member=member, code=form.cleaned_data["code"], by=request.user, at=at
            )
        except Refused as refusal:
            form.add_error("code", str(refusal))
        else:
            _say(request, row)
            return redirect("sign-in")
    windows = list(sign_ins.open_for(request.user, at))
    own = sign_ins.own(request.user, [window.activity_id for window in windows])
    rows = [
        {
            "title": window.activity.title,
            "place": f"{activities.place_name(window.activity.organization)}"
            f" · {window.activity.place} · {timezone.localtime(window.closes_at):%H:%M} 截止",
            "said": roll_facts.said(own[window.activity_id]) if window.activity_id in own else "",
        }
        for window in windows
    ]
    context = {"form": form, "member": member, "rows": rows}
    return TemplateResponse(request, "activities/sign_in.html", context)


@access.anyone("扫码的人可能还没有登录：先记住扫码的时间，登录后接着签到")
def scan(request: HttpRequest, *, pk: int, code: str) -> HttpResponseBase:
    """What the QR code leads to; whoever is not signed in to an account does so first."""
    if request.user.is_authenticated:
        return _scanned(request, pk=pk, code=code)
    response = redirect_to_login(request.get_full_path())
    _remember(response, pk, code, timezone.now(), by=None)
    return response


@access.signed_in("一个人给自己签到；不在名单上的人只有在会场才看到该找谁")
def _scanned(request: Request, *, pk: int, code: str) -> HttpResponse:
    at = timezone.now()
    activity = get_object_or_404(Activity.objects.select_related("organization__parent"), pk=pk)
    member = sign_ins.member_of(request.user)
    read_at, is_own = _read_at(request, pk, code, at)
    if member is None or not sign_ins.is_called(activity, member):
        return _stranger(request, activity, code, at, read_at)
    refusal = ""
    if request.method == "POST":
        try:
            row = operations.sign_in_by_scan(
                activity=activity, member=member, code=code, by=request.user, at=at,
                read_at=read_at,
            )  # fmt: skip
        except Refused as reason:
            refusal = str(reason)
        else:
            _say(request, row)
            done = redirect("sign-in")
            done.delete_cookie(SCANNED)
            return done
    signed = sign_ins.own(request.user, [pk]).get(pk)
    context = _context(activity, member) | {
        "refusal": refusal,
        "said": roll_facts.said(signed) if signed else "",
    }
    response = TemplateResponse(request, "activities/scan.html", context)
    if not is_own:
        # Reading is slow and tapping later: the moment of the scan is what counts.
        _remember(response, pk, code, read_at or at, by=request.user.pk)
    return response


def _stranger(
    request: Request, activity: Activity, code: str, at: dt.datetime, read_at: dt.datetime | None
) -> HttpResponse:
    """Tell whom to ask, to people who are there: the code proves it, all others find nothing."""
    try:
        operations.check_code(activity=activity, code=code, by=request.user, at=at, read_at=read_at)
    except Refused:
        raise Http404 from None
    context = _context(activity, None) | {"is_stranger": True}
    return TemplateResponse(request, "activities/scan.html", context, status=403)


def _context(activity: Activity, member: Member | None) -> dict[str, object]:
    return {
        "activity": activity,
        "member": member,
        "organization_name": activities.place_name(activity.organization),
        "back": reverse("sign-in"),
    }


def _say(request: Request, row: SignIn) -> None:
    messages.success(request, f"已签到：{row.activity.title}，{roll_facts.said(row)}。")


def _remember(
    response: HttpResponse, pk: int, code: str, at: dt.datetime, *, by: int | None
) -> None:
    """Let the device keep when ``by`` read a code; the code itself is checked on signing in."""
    who = _NOBODY + secrets.token_hex(16) if by is None else str(by)
    response.set_signed_cookie(
        SCANNED,
        f"{pk} {code[:20]} {who} {at.isoformat()}",
        salt=_SALT,
        max_age=rules.ANONYMOUS_SCAN_LASTS if by is None else rules.SCAN_LASTS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def _read_at(
    request: Request, pk: int, code: str, at: dt.datetime
) -> tuple[dt.datetime | None, bool]:
    """Return when this device read this very code, and whether that is bound to the account.

    None when it did not, too long ago, or for another account.
    """
    kept = request.get_signed_cookie(SCANNED, "", salt=_SALT, max_age=rules.SCAN_LASTS)
    activity, _, rest = (kept or "").partition(" ")
    rest, _, moment = rest.rpartition(" ")
    known, _, who = rest.rpartition(" ")
    if activity != str(pk) or known != code:
        return None, False
    read_at = parse_datetime(moment)
    if who == str(request.user.pk):
        return read_at, True
    is_fresh = read_at is not None and at - read_at <= rules.ANONYMOUS_SCAN_LASTS
    if is_fresh and who.startswith(_NOBODY) and _is_first(pk, who, request.user.pk):
        return read_at, False
    return None, False


def _is_first(pk: int, scan: str, user: int) -> bool:
    """Return whether a scan of nobody's is this account's: one each, at an activity one only."""
    mine, owner = f"scan-{pk}-{user}", f"scan-{scan}"
    if not cache.add(mine, scan, operations.LONGEST.total_seconds()) and cache.get(mine) != scan:
        return False
    lasts = rules.ANONYMOUS_SCAN_LASTS.total_seconds()
    return cache.add(owner, user, lasts) or cache.get(owner) == user
