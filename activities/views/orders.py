"""Orders of courses: 选单, 接单, 评价; and a lecturer's own page."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from activities.forms.orders import AcceptForm, CallOffForm, DeclineForm, OrderForm, RateForm
from activities.models import Course, CourseOrder, Lecturer
from activities.operations import orders as operations
from activities.operations.refusals import Refused
from activities.queries import courses, orders
from activities.rules.study import ORDER, OrderState, OrderStep
from activities.views.courses import tabs
from activities.wording import study as wording
from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from branches.rules.workflow import StepNotAllowed

PAGE = 30


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """The orders of one's branches, and those for the courses one keeps."""
    state = request.GET.get("state", "")
    state = state if state in wording.ORDER_STATES else ""
    page = Paginator(orders.listed(request.scope, state), PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [(order, wording.ORDER_TONES[OrderState(order.state)]) for order in page],
        "state": state,
        "states": [("", "全部状态"), *wording.ORDER_STATES.items()],
        "may_order": orders.branches(
            request.grants.scope(Capability.LOG_ACTIVITIES), request.today
        ).exists(),
        "tabs": tabs("order-list"),
    }
    return TemplateResponse(request, "activities/order_list.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def new(request: Request, *, pk: int) -> HttpResponse:
    """Order a course for one's branch."""
    course = get_object_or_404(Course.objects.filter(courses.readable(request.scope)), pk=pk)
    branches = list(orders.branches(request.scope, request.today))
    if not branches:
        raise Http404
    form = OrderForm(request.POST or None, branches=branches, today=request.today)
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.ask(
                course=course, branch=form.place_of, wish=form.wish, by=request.user,
                at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已选单，接单以后会通知您。")
            return redirect("order", pk=made.pk)
    context = {
        "form": form,
        "course": course,
        "branch": branches[0] if len(branches) == 1 else None,
        "trail": [
            ("课程菜单", reverse("course-list")),
            (course.title, reverse("course", kwargs={"pk": pk})),
        ],
    }
    return TemplateResponse(request, "activities/order_new.html", context)


@access.signed_in("选单的支部、开课的党委和讲师本人看同一张选单")
def order(request: Request, *, pk: int) -> HttpResponse:
    """One order with what this person may do about it."""
    own = request.grants.scope(Capability.SEE_ACTIVITIES)
    offered = request.grants.scope(Capability.OFFER_COURSES)
    row = get_object_or_404(orders.of_lecturer_or(request.user, own=own, offered=offered), pk=pk)
    teachers = list(Lecturer.objects.filter(courses=row.course, is_active=True))
    answers = offered.reaches(row.course.organization.path)
    mine = [one for one in teachers if one.user_id == request.user.pk]
    if answers and not teachers:
        teachers = list(courses.lecturers(offered).filter(is_active=True))
    logs = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(row.branch.path)
    steps = ORDER.open_steps(OrderState(row.state))
    may = {
        OrderStep.ACCEPT: answers or bool(mine),
        OrderStep.DECLINE: answers or bool(mine),
        OrderStep.CANCEL: logs,
        OrderStep.RATE: logs,
    }
    open_steps = [step for step in steps if may.get(step)]
    data = request.POST if request.method == "POST" else None
    asked = request.POST.get("step", "")
    if data is not None and asked not in open_steps:
        if asked in OrderStep.__members__ and may.get(OrderStep(asked)):
            messages.warning(request, wording.refused_step(row.state))
            return redirect("order", pk=pk)
        raise Http404
    made: dict[OrderStep, Callable[[], forms.Form]] = {
        OrderStep.ACCEPT: lambda: AcceptForm(
            data if asked == OrderStep.ACCEPT else None,
            order=row, lecturers=teachers if answers else mine, today=request.today,
        ),
        OrderStep.DECLINE: lambda: DeclineForm(data if asked == OrderStep.DECLINE else None),
        OrderStep.CANCEL: lambda: CallOffForm(data if asked == OrderStep.CANCEL else None),
        OrderStep.RATE: lambda: RateForm(data if asked == OrderStep.RATE else None),
    }  # fmt: skip
    found = {step: made[step]() for step in open_steps}
    if data is not None and (done := _take(request, row, OrderStep(asked), found)) is not None:
        return done
    context = {
        "order": row,
        "tone": wording.ORDER_TONES[OrderState(row.state)],
        "stages": _stages(row),
        "accept_form": found.get(OrderStep.ACCEPT),
        "decline_form": found.get(OrderStep.DECLINE),
        "cancel_form": found.get(OrderStep.CANCEL),
        "rate_form": found.get(OrderStep.RATE),
        "failed": asked,
        "has_lecturers": bool(teachers),
        "sees_activity": row.activity is not None and own.reaches(row.branch.path),
        "trail": [("选单", reverse("order-list"))]
        if request.grants.allows(Capability.SEE_ACTIVITIES)
        else [("我的授课", reverse("my-teaching"))],
    }
    return TemplateResponse(request, "activities/order.html", context)


@access.signed_in("讲师看自己的授课安排")
def teaching(request: Request) -> HttpResponse:
    """What one is asked to teach, and what one has taught."""
    page = Paginator(orders.for_lecturer(request.user), PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [(order, wording.ORDER_TONES[OrderState(order.state)]) for order in page],
        "is_lecturer": orders.is_lecturer(request.user),
    }
    return TemplateResponse(request, "activities/my_teaching.html", context)


def _take(
    request: Request, row: CourseOrder, step: OrderStep, found: dict[OrderStep, forms.Form]
) -> HttpResponse | None:
    """Take the step that was posted and come back; None shows the page again, with reasons."""
    form = found[step]
    if not form.is_valid():
        return None
    by, at = request.user, timezone.now()
    cleaned = form.cleaned_data
    done = {
        OrderStep.ACCEPT: "已接单，活动已经排到支部的日程里。",
        OrderStep.DECLINE: "已答复支部。",
        OrderStep.CANCEL: "已取消。",
        OrderStep.RATE: "谢谢评价。",
    }
    try:
        if isinstance(form, AcceptForm):
            operations.accept(order=row, appointment=form.appointment, by=by, at=at)
        elif step is OrderStep.DECLINE:
            operations.decline(order=row, answer=cleaned["answer"], by=by, at=at)
        elif step is OrderStep.CANCEL:
            operations.cancel(order=row, reason=cleaned["reason"], by=by, at=at)
        else:
            operations.rate(order=row, **cleaned, by=by, at=at)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    except StepNotAllowed as refusal:
        messages.warning(request, wording.refused_step(refusal.state))
    else:
        messages.success(request, done[step])
    return redirect("order", pk=row.pk)


def _stages(row: CourseOrder) -> list[tuple[str, str]]:
    ended = {OrderState.DECLINED: "未接单", OrderState.CANCELLED: "已取消"}
    state = OrderState(row.state)
    if state in ended:
        return [("选单", "done"), (ended[state], "now")]
    places = {OrderState.ASKED: 1, OrderState.ACCEPTED: 2, OrderState.HELD: 3, OrderState.RATED: 4}
    here = places[state]
    return [
        (label, "done" if place < here else "now" if place == here else "")
        for place, label in enumerate(("选单", "接单", "授课", "评价"))
    ]
