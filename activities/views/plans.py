"""Plans: the list, one plan and its lines, handing it down, printing it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.forms.plans import GoalsForm, ItemForm, PlanForm
from activities.models import Plan, PlanItem
from activities.operations import adoptions
from activities.operations import plans as operations
from activities.operations.refusals import Refused
from activities.queries import activities, schedule
from activities.queries import plans as queries
from branches import access
from branches.access import Request
from branches.rules.periods import Period
from branches.rules.roles import Capability

PAGE = 50


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """The plans in reach, the latest first, with how far they are."""
    page = Paginator(queries.listed(request.scope), PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    context = {
        "page_obj": page,
        "rows": [
            {
                "plan": plan,
                "period": queries.period_of(plan).label,
                "place": activities.place_name(plan.organization),
                "is_adopted": plan.adopted_at is not None,
            }
            for plan in rows
        ],
        "several": len({plan.organization_id for plan in rows}) > 1,
        "may_log": request.grants.allows(Capability.LOG_ACTIVITIES),
    }
    return TemplateResponse(request, "activities/plan_list.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def new(request: Request) -> HttpResponse:
    """Make a plan, and go on to what is proposed for it."""
    hosts = schedule.hosts(request.scope, request.today)
    form = PlanForm(request.POST or None, hosts=hosts, today=request.today)
    if request.method == "POST" and form.is_valid():
        try:
            plan = operations.make(
                organization=form.cleaned_data["organization"],
                period=Period.parse(form.cleaned_data["period"]),
                goals=form.cleaned_data["goals"].strip(),
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "计划已建立。请从下面的建议里选，不要的去掉。")
            return redirect("plan-proposals", pk=plan.pk)
    context = {
        "form": form,
        "has_hosts": bool(hosts),
        "trail": [("计划", reverse("plan-list"))],
    }
    return TemplateResponse(request, "activities/plan_new.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def plan(request: Request, *, pk: int) -> HttpResponse:
    """One plan: its main points, its lines and how far they are."""
    row = _one(request, pk)
    lines = queries.lines(row)
    progress = queries.progress(lines)
    may_log = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(row.organization.path)
    context = {
        "plan": row,
        "period": queries.period_of(row),
        "place_name": activities.place_name(row.organization),
        "lines": lines,
        "progress": progress,
        "waiting": progress.items - progress.planned,
        "may_log": may_log,
        "trail": [("计划", reverse("plan-list"))],
    }
    return TemplateResponse(request, "activities/plan.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def goals(request: Request, *, pk: int) -> HttpResponse:
    """Write the main points."""
    row = _one(request, pk)
    form = GoalsForm(request.POST or None, initial={"goals": row.goals})
    if request.method == "POST" and form.is_valid():
        operations.change_goals(
            plan=row, goals=form.cleaned_data["goals"].strip(), by=request.user, at=timezone.now()
        )
        messages.success(request, "工作要点已保存。")
        return redirect("plan", pk=pk)
    context = {"form": form, "plan": row, "title": "工作要点", "trail": _trail(row)}
    return TemplateResponse(request, "activities/plan_edit.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def add(request: Request, *, pk: int) -> HttpResponse:
    """Add a line by hand."""
    row = _one(request, pk)
    period = queries.period_of(row)
    first = max(period.first_day, min(request.today, period.last_day))
    form = ItemForm(
        request.POST or None, period=period, host=row.organization, initial={"planned_on": first}
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.add_items(plan=row, items=[form.item], by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已增加一项。")
            return redirect("plan", pk=pk)
    context = {"form": form, "plan": row, "title": "增加计划事项", "trail": _trail(row)}
    return TemplateResponse(request, "activities/plan_edit.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def item(request: Request, *, pk: int) -> HttpResponse:
    """Rewrite one line, or remove it."""
    line = _item(request, pk)
    row = line.plan
    if line.activity_id is not None:
        messages.info(request, "这一项已经安排成活动，请在这里改期或取消。")
        return redirect("activity", pk=line.activity_id)
    names = ("kind", "title", "planned_on", "place", "responsible")
    form = ItemForm(
        request.POST or None,
        period=queries.period_of(row),
        host=row.organization,
        initial={name: getattr(line, name) for name in names},
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_item(item=line, to=form.item, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已保存。")
            return redirect("plan", pk=row.pk)
    context = {
        "form": form, "plan": row, "item": line, "title": "修改计划事项", "trail": _trail(row),
    }  # fmt: skip
    return TemplateResponse(request, "activities/plan_edit.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def remove(request: Request, *, pk: int) -> HttpResponse:
    """Remove a line that no activity has come of."""
    line = _item(request, pk)
    try:
        operations.remove_item(item=line, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已删除“{line.title}”。")
    return redirect("plan", pk=line.plan_id)


@access.requires(Capability.LOG_ACTIVITIES)
def proposals(request: Request, *, pk: int) -> HttpResponse:
    """Tick what is proposed: by rules and fixed days, or after the last plan of this sort."""
    row = _one(request, pk)
    is_copy = request.GET.get("from") == "last"
    old = None
    if is_copy:
        old, found = queries.from_last(row)
    else:
        found = queries.proposals(row, request.today)
    if request.method == "POST":
        ticked = set(request.POST.getlist("take"))
        items = [
            operations.Item(each.kind, each.title, each.planned_on, each.place, each.responsible)
            for each in found
            if each.key in ticked
        ]
        if not items:
            messages.warning(request, "一项都没有选。请在要的事项前打钩。")
            return redirect(request.get_full_path())
        try:
            added = operations.add_items(plan=row, items=items, by=request.user, at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(request.get_full_path())
        messages.success(request, f"已加入 {added} 项。日期、地点可以逐项修改，改好后下发。")
        return redirect("plan", pk=pk)
    here = reverse("plan-proposals", kwargs={"pk": pk})
    context = {
        "plan": row,
        "period": queries.period_of(row),
        "found": found,
        "old": old,
        "is_copy": is_copy,
        "tabs": [
            ("按制度和固定活动", here, not is_copy),
            ("从上一期复制", f"{here}?from=last", is_copy),
        ],
        "trail": _trail(row),
    }
    return TemplateResponse(request, "activities/plan_proposals.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def adopt(request: Request, *, pk: int) -> HttpResponse:
    """Hand the plan down."""
    row = _one(request, pk)
    try:
        done = adoptions.adopt(plan=row, on=request.today, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("plan", pk=pk)
    said = [f"新安排活动 {done.made} 次"] if done.made else []
    said += [f"对应已有的活动 {done.linked} 次"] if done.linked else []
    messages.success(request, f"计划已下发。{'，'.join(said) or '没有新的事项要安排'}。")
    if done.past:
        messages.warning(
            request, f"有 {done.past} 项日期已过，没有安排。开展过的请登记活动，没开展的请改日期。"
        )
    for refusal_text in done.refused:
        messages.warning(request, refusal_text)
    return redirect("plan", pk=pk)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def discard(request: Request, *, pk: int) -> HttpResponse:
    """Delete a plan that was never handed down."""
    row = _one(request, pk)
    try:
        operations.discard(plan=row, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("plan", pk=pk)
    messages.success(request, "计划已删除。")
    return redirect("plan-list")


@access.requires(Capability.SEE_ACTIVITIES)
def print_plan(request: Request, *, pk: int) -> HttpResponse:
    """The plan as a sheet of paper."""
    row = _one(request, pk)
    lines = queries.lines(row)
    context = {
        "plan": row,
        "period": queries.period_of(row),
        "lines": lines,
        "progress": queries.progress(lines),
        "back": reverse("plan", kwargs={"pk": pk}),
    }
    return TemplateResponse(request, "activities/plan_print.html", context)


def _one(request: Request, pk: int) -> Plan:
    rows = Plan.objects.in_scope(request.scope)
    return get_object_or_404(rows.select_related("organization__parent", "made_by"), pk=pk)


def _item(request: Request, pk: int) -> PlanItem:
    rows = PlanItem.objects.filter(request.scope.q("plan__organization__path"))
    return get_object_or_404(rows.select_related("plan__organization__parent"), pk=pk)


def _trail(row: Plan) -> list[tuple[str, str]]:
    label = f"{queries.period_of(row).label}计划"
    return [("计划", reverse("plan-list")), (label, reverse("plan", kwargs={"pk": row.pk}))]
