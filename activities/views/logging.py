"""Logging an activity on one page, and going on with it later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from activities import wording
from activities.forms import (
    AHEAD,
    CHOICES,
    OLDEST,
    REFRESHING,
    USUAL_START,
    ActivityForm,
    RollForm,
    initial_of,
    without_marks,
)
from activities.models import Activity, Sitting
from activities.operations import activities as operations
from activities.operations.refusals import NotBegun, Refused, RollIncomplete
from activities.queries import activities, rolls, schedule, sittings
from activities.rules.attendance import ATTENDED
from activities.rules.kinds import KINDS, ActivityKind, Roll
from activities.rules.votes import CHAIRED
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.periods import Period
from branches.rules.roles import Capability
from branches.rules.workflow import StepNotAllowed

REFRESH, CLEAR, CLOSE = "refresh", "clear", "close"
# Kinds in which one of those present speaks to the others.
_WITH_LECTURER = frozenset({ActivityKind.LECTURE, ActivityKind.THEME_DAY, ActivityKind.STUDY})


@access.requires(Capability.LOG_ACTIVITIES)
def new(request: Request) -> HttpResponse:
    """Log an activity: choose its kind (one tap), then everything on one page."""
    asked = request.POST.get("kind") or request.GET.get("kind", "")
    if asked not in KINDS:
        return _choose_kind(request)
    kind = ActivityKind(asked)
    hosts = activities.hosts(kind, request.scope, request.today)
    if not hosts:
        messages.warning(request, f"您任职的组织不登记{wording.KINDS[kind]}，请选择其他类别。")
        return redirect("activity-new")
    organization = _chosen(hosts, request)
    on = _day(request, request.today)
    blank = rolls.blank(kind, organization, on)
    if request.method != "POST":
        last = activities.last_of_kind(kind, organization, request.today)
        initial, titles = initial_of(
            kind, on, last, recorder=request.user.name, now=timezone.localtime()
        )
        form = ActivityForm(
            initial=initial, part_titles=titles or KINDS[kind].parts, today=request.today
        )
        usual = last.starts_at if last else USUAL_START
        if initial["starts_at"] != usual:
            form.fields[
                "starts_at"
            ].help_text = f"平时是 {usual:%H:%M}，今天还没到，先填了整点。请改成实际时间。"
        planned = schedule.planned_in(kind, organization, Period.containing(on))
        return _page(
            request, form, RollForm(blank), kind, organization, hosts=hosts, on=on, last=last,
            planned=planned,
        )  # fmt: skip
    form = ActivityForm(request.POST, part_titles=KINDS[kind].parts, today=request.today)
    roll = RollForm(blank, _posted_marks(request))
    saved = _saved(
        request,
        form,
        roll,
        _day_problem(request, roll, kind, on),
        lambda close: operations.log(
            organization=organization,
            kind=kind,
            details=form.details,
            marks=roll.marks,
            close=close,
            held_early=form.was_held_early,
            by=request.user,
            at=timezone.now(),
        ),
    )
    return saved or _page(request, form, roll, kind, organization, hosts=hosts, on=on)


@access.requires(Capability.LOG_ACTIVITIES)
def edit(request: Request, *, pk: int) -> HttpResponse:
    """Go on with an open record."""
    activity = _open_one(request, pk)
    if isinstance(activity, HttpResponse):
        return activity
    kind = ActivityKind(activity.kind)
    on = _day(request, activity.held_on)
    entries = rolls.of_activity(activity, on, today=request.today)
    there = sittings.of_activity(activity)
    parts = list(activity.parts.all())
    if request.method != "POST":
        names = (
            "title", "held_on", "starts_at", "ends_at", "place", "host", "host_note", "recorder",
        )  # fmt: skip
        initial = {name: getattr(activity, name) for name in (*names, "summary")}
        initial |= {f"part_{place}": part.content for place, part in enumerate(parts)}
        titles = [part.title for part in parts] or KINDS[kind].parts
        form = ActivityForm(initial=initial, part_titles=titles, today=request.today)
        roll = RollForm(entries, sittings=there, sitting=_sitting(request, there))
        return _page(request, form, roll, kind, activity.organization, activity=activity, on=on)
    form = ActivityForm(
        request.POST, part_titles=[part.title for part in parts], today=request.today
    )
    roll = RollForm(entries, _posted_marks(request), sittings=there)
    saved = _saved(
        request,
        form,
        roll,
        _day_problem(request, roll, kind, on),
        lambda close: operations.change(
            activity=activity,
            details=form.details,
            marks=roll.marks,
            close=close,
            held_early=form.was_held_early,
            by=request.user,
            at=timezone.now(),
        ),
    )
    return saved or _page(
        request, form, roll, kind, activity.organization, activity=activity, on=on
    )


@access.requires(Capability.LOG_ACTIVITIES)
def roll(request: Request, *, pk: int) -> HttpResponse:
    """The roll alone, for a phone at the door."""
    activity = _open_one(request, pk)
    if isinstance(activity, HttpResponse):
        return activity
    entries = rolls.of_activity(activity, today=request.today)
    there = sittings.of_activity(activity)
    form = RollForm(
        entries,
        request.POST if request.method == "POST" else None,
        sittings=there,
        sitting=_sitting(request, there),
    )
    errors: list[str] = []
    if request.method == "POST":
        if form.is_valid():
            try:
                operations.take_roll(
                    activity=activity, marks=form.marks, by=request.user, at=timezone.now()
                )
            except Refused as refusal:
                errors = [str(refusal)]
            else:
                messages.success(request, "到会情况已保存。")
                return redirect("activity", pk=activity.pk)
        else:
            errors = form.general
    context = {
        "activity": activity,
        "roll": form,
        "errors": errors,
        "is_coming": activity.held_on > request.today,
        "sitting_choices": [
            (each.label, f"?sitting={each.pk}", form.sitting == each.pk) for each in there
        ],
        "trail": [("活动", reverse("activity-list")), (activity.title, _url(activity))],
        **_roll_context(ActivityKind(activity.kind)),
    }
    return TemplateResponse(request, "activities/roll.html", context)


def _saved(
    request: Request,
    form: ActivityForm,
    roll: RollForm,
    day_problem: str,
    operation: Callable[[bool], Activity],
) -> HttpResponse | None:
    """Save what was posted and go to the record; None shows the page again, with reasons."""
    step = request.POST.get("step", "")
    if step in (REFRESH, CLEAR):
        return None
    is_sound = form.is_valid()
    if day_problem and "held_on" not in form.errors:
        form.add_error("held_on", day_problem)
        is_sound = False
    if not roll.is_valid():
        for problem in roll.general:
            form.add_error(None, problem)
        is_sound = False
    if not is_sound:
        return None
    try:
        activity = operation(step == CLOSE)
    except RollIncomplete as refusal:
        form.add_error(None, str(refusal))
        roll.errors = {e.member_id: "请选择到会情况。" for e in roll.entries if not e.is_marked}
        return None
    except NotBegun as question:
        form.not_begun = str(question)
        return None
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    except StepNotAllowed as refusal:
        form.add_error(None, wording.refused_step(refusal.state))
        return None
    messages.success(request, f"“{activity.title}”已{'办结' if activity.is_closed else '保存'}。")
    return redirect("activity", pk=activity.pk)


def _sitting(request: Request, sittings: Sequence[Sitting]) -> int | None:
    """Return the sitting whose roll is being taken: the one asked for, or today's only one."""
    asked = request.GET.get("sitting", "")
    today = [each.pk for each in sittings if each.held_on == request.today]
    known = [each.pk for each in sittings if str(each.pk) == asked]
    return known[0] if known else today[0] if len(today) == 1 else None


def _posted_marks(request: Request) -> QueryDict:
    return without_marks(request.POST) if request.POST.get("step") == CLEAR else request.POST


def _day_problem(request: Request, roll: RollForm, kind: ActivityKind, on: dt.date) -> str:
    """Return why the marks do not go with the day, "" when they do.

    Marks that would be lost are given up only when that is said a second time for this day.
    """
    if on > request.today:
        return "活动日期还没到，不能登记到会。请核对日期。" if roll.has_marks else ""
    if not roll.lost or request.POST.get("confirmed_day") == on.isoformat():
        return ""
    lost = wording.marks_lost(KINDS[kind].roll, on, roll.lost)
    return f"{lost}请核对日期；确实如此请再点一次保存。"


def _open_one(request: Request, pk: int) -> Activity | HttpResponse:
    activity = get_object_or_404(
        Activity.objects.in_scope(request.scope).select_related("organization__parent"), pk=pk
    )
    if activity.may_be_edited:
        return activity
    messages.warning(request, wording.refused_step(activity.state))
    return redirect("activity", pk=activity.pk)


def _choose_kind(request: Request) -> HttpResponse:
    path_kinds = activities.host_kinds(request.scope, request.today)
    kinds = [
        {
            "label": wording.KINDS[kind],
            "rhythm": wording.RHYTHMS[rule.every] if rule.every else "按需",
            "note": f"{wording.ROLLS[rule.roll]} · {'、'.join(rule.parts)}",
            "url": f"{reverse('activity-new')}?kind={kind}",
        }
        for kind, rule in KINDS.items()
        if rule.held_by in path_kinds
    ]
    return TemplateResponse(request, "activities/choose_kind.html", {"kinds": kinds})


def _chosen(hosts: Sequence[Organization], request: Request) -> Organization:
    """Return the organisation named in the request, the first without a name.

    :raises Http404: the one named is not in reach.
    """
    asked = request.POST.get("organization") or request.GET.get("organization", "")
    if not asked:
        return hosts[0]
    for host in hosts:
        if str(host.pk) == asked:
            return host
    raise Http404


def _day(request: Request, default: dt.date) -> dt.date:
    text = request.POST.get("held_on") or request.GET.get("on", "")
    try:
        day = parse_date(text)
    except ValueError:
        return default
    # A mistyped year must not empty the roll on the page.
    return day if day and OLDEST <= day <= request.today + AHEAD else default


def _page(
    request: Request,
    form: ActivityForm,
    roll: RollForm,
    kind: ActivityKind,
    organization: Organization,
    *,
    on: dt.date,
    hosts: Sequence[Organization] = (),
    activity: Activity | None = None,
    last: Activity | None = None,
    planned: Sequence[Activity] = (),
) -> HttpResponse:
    back = _url(activity) if activity else reverse("activity-list")
    record_due_on = operations.record_due_on(organization, on)
    is_coming = on > request.today
    step = request.POST.get("step", "")
    is_refresh = step in (REFRESH, CLEAR)
    is_losing = roll.lost > 0 and not is_coming
    context = {
        "form": form,
        "roll": roll,
        "kind": kind,
        "kind_label": wording.KINDS[kind],
        "organization": organization,
        "organization_name": activities.place_name(organization),
        "choices_of_organization": [(host, activities.place_name(host)) for host in hosts]
        if len(hosts) > 1
        else [],
        "activity": activity,
        "last": last,
        "planned": planned,
        "is_coming": is_coming,
        "is_chaired": kind in CHAIRED,
        "may_clear": activity is None or activity.is_planned,
        "lost_words": wording.marks_lost(KINDS[kind].roll, on, roll.lost) if is_losing else "",
        "confirmed_day": on.isoformat() if is_losing and not is_refresh else "",
        "on": on,
        "back": back,
        "trail": [("活动", reverse("activity-list"))]
        + ([(activity.title, back)] if activity else [("登记活动", reverse("activity-new"))]),
        "record_due_on": record_due_on,
        "is_late": record_due_on < request.today,
        "is_missed": activity is not None and activities.is_missed(activity, request.today),
        "is_refresh": is_refresh,
        **_roll_context(kind),
    }
    return TemplateResponse(request, "activities/form.html", context)


def _roll_context(kind: ActivityKind) -> dict[str, object]:
    return {
        "choices": CHOICES,
        "refreshing": REFRESHING,
        "present": " ".join(sorted(ATTENDED)),
        "called": wording.ROLLS[KINDS[kind].roll],
        "is_committee": KINDS[kind].roll is Roll.COMMITTEE,
        "with_lecturer": kind in _WITH_LECTURER,
    }


def _url(activity: Activity) -> str:
    return reverse("activity", kwargs={"pk": activity.pk})
