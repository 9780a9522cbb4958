"""Inspections as the office and the branch see them: the list, sending out, reading, talking."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from branches.rules.periods import Period
from branches.rules.roles import Capability
from branches.views import kept_files
from scoring import wording
from scoring.forms.inspections import AssignForm, CommentForm
from scoring.models import Inspection
from scoring.operations import inspections as operations
from scoring.operations import runs
from scoring.operations.marks import PeriodSealed
from scoring.queries import follow_ups, marks
from scoring.queries import inspections as queries
from scoring.rules.rounds import MarkKind
from scoring.views.periods import Choice, asked_month, neighbours

WHO_READS = "检查人本人、派出检查的部门；提交后还有能看该支部得分的人"


@access.requires(Capability.SEE_SCORES)
def inspection_list(request: Request) -> HttpResponse:
    """Show the inspections one oversees, or those submitted about one's branch."""
    page = Paginator(queries.listed(request.user, request.grants), 50).get_page(
        request.GET.get("page")
    )
    context = {
        "page_obj": page,
        "rows": [_row(one) for one in queries.progress(list(page.object_list))],
        "today": request.today,
        "may_assign": request.grants.allows(Capability.ASSIGN_INSPECTIONS),
    }
    return TemplateResponse(request, "scoring/inspection_list.html", context)


@access.signed_in("本人的检查任务")
def my_inspections(request: Request) -> HttpResponse:
    """Show what one has been sent to inspect."""
    page = Paginator(queries.of_inspector(request.user), 50).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [_row(one) for one in queries.progress(list(page.object_list))],
        "today": request.today,
    }
    return TemplateResponse(request, "scoring/inspection_mine.html", context)


@access.requires(Capability.ASSIGN_INSPECTIONS)
def inspection_new(request: Request) -> HttpResponse:
    """Send inspectors out: scheme and month from the address, the rest from the form."""
    this_month = Period.containing(request.today)
    month = asked_month(request, this_month)
    if month.first_day > request.today:
        raise Http404
    offered = queries.assignable(request.scope, month)
    asked = request.GET.get("version", "")
    chosen = next((one for one in offered if asked in ("", str(one[0].pk))), None)
    context = {"period": month, "months": neighbours(month, this_month), "form": None}
    if chosen is None:
        return TemplateResponse(request, "scoring/inspection_new.html", context)
    version, period = chosen
    form = AssignForm(
        request.POST or None,
        branches=queries.branches_of(version, period, request.scope, request.today),
        candidates=queries.candidates(request.scope, request.today),
        parts=marks.parts_of(version),
        due_on=max(marks.last_working_day(period), request.today),
        today=request.today,
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            new = operations.assign(
                version=version,
                period=period,
                pairs=form.pairs,
                kind=MarkKind(data["kind"]),
                part_codes=data["parts"],
                due_on=data["due_on"],
                by=request.user,
                at=timezone.now(),
            )
        except (operations.OwnBranch, PeriodSealed) as refused:
            form.add_error(None, str(refused))
        else:
            old = len(form.pairs) - new
            messages.success(
                request,
                f"已派出 {new} 项检查，已通知检查人。"
                + (f"另有 {old} 项以前派过，没有重复派。" if old else "")
                + (f"本支部的人不查本支部：{'、'.join(form.skipped)}。" if form.skipped else ""),
            )
            return redirect("inspection-list")
    context |= {
        "form": form,
        "version": version,
        "of": period,
        "versions": [
            Choice(f"{v.title} {p.label}", f"?period={month}&version={v.pk}", v.pk == version.pk)
            for v, p in offered
        ],
    }
    return TemplateResponse(request, "scoring/inspection_new.html", context)


@access.signed_in(WHO_READS)
def inspection(request: Request, *, pk: int) -> HttpResponse:
    """Show a sheet: marks, remarks, photos, and what is said about it."""
    sheet = get_object_or_404(queries.readable(request.user, request.grants), pk=pk)
    form = CommentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.comment(
                inspection=sheet,
                text=form.cleaned_data["text"],
                by=request.user,
                at=timezone.now(),
                from_branch=sheet.inspector_id != request.user.pk and not _oversees(request, sheet),
            )
        except operations.NotPossible as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, "意见已发出，已通知对方。")
        return redirect("inspection", pk=pk)
    given, photos = queries.marks_on(sheet), queries.photos_on(sheet)
    groups = queries.items_of(sheet)
    failed = follow_ups.below_full([i for _, items in groups for i in items], given)
    raised = follow_ups.raised_from(failed.values())
    may_raise = sheet.submitted_at is not None and follow_ups.may_raise(
        sheet, request.user, request.grants
    )
    context = {
        "sheet": sheet,
        "kind": wording.MARK_KINDS[MarkKind(sheet.kind)],
        "groups": [
            (
                part,
                [
                    {
                        "item": i,
                        "mark": given.get(i.code),
                        "photos": photos.get(i.code, ()),
                        "problem": raised.get(failed[i.code].pk) if i.code in failed else None,
                        "may_raise": may_raise
                        and i.code in failed
                        and failed[i.code].inspection_id == sheet.pk,
                    }
                    for i in items
                ],
            )
            for part, items in groups
        ],
        "due": sum(len(items) for _, items in groups),
        "done": sum(i.code in given for _, items in groups for i in items),
        "comments": sheet.comments.select_related("by").order_by("id"),
        "form": form,
        "may_fill": sheet.inspector_id == request.user.pk and _is_unfinished(sheet),
        "oversees": _oversees(request, sheet),
        "is_sealed": runs.in_round(sheet.version, sheet.period),
    }
    return TemplateResponse(request, "scoring/inspection.html", context)


@require_POST
@access.requires(Capability.ASSIGN_INSPECTIONS)
def inspection_cancel(request: Request, *, pk: int) -> HttpResponse:
    """Call an inspector back."""
    sheet = get_object_or_404(Inspection.objects.in_scope(request.scope), pk=pk)
    try:
        taken = operations.cancel(inspection=sheet, by=request.user, at=timezone.now())
    except (operations.NotPossible, PeriodSealed) as refused:
        messages.error(request, str(refused))
        return redirect("inspection", pk=pk)
    messages.success(request, "检查已取消。" + (f"已打的 {taken} 项分不再计入。" if taken else ""))
    return redirect("inspection-list")


@require_POST
@access.requires(Capability.ASSIGN_INSPECTIONS)
def inspection_reopen(request: Request, *, pk: int) -> HttpResponse:
    """Give a submitted sheet back to its inspector."""
    sheet = get_object_or_404(Inspection.objects.in_scope(request.scope), pk=pk)
    try:
        operations.reopen(inspection=sheet, by=request.user, at=timezone.now())
        messages.success(request, "已退回检查人修改。")
    except (operations.NotPossible, PeriodSealed) as refused:
        messages.error(request, str(refused))
    return redirect("inspection", pk=pk)


@access.signed_in(WHO_READS)
def inspection_photo(request: Request, *, pk: int) -> HttpResponseBase:
    """Send a photo that the browser must neither guess at nor run."""
    rows = queries.photos_for(request.user, request.grants)
    document = get_object_or_404(rows.select_related("document"), pk=pk).document
    return kept_files.send(document, is_shown=True)


def _row(progress: queries.Progress) -> dict[str, object]:
    sheet = progress.inspection
    name = "inspection-sheet" if _is_unfinished(sheet) else "inspection"
    return {
        "sheet": sheet,
        "kind": wording.MARK_KINDS[MarkKind(sheet.kind)],
        "done": progress.done,
        "due": progress.due,
        "own_url": reverse(name, kwargs={"pk": sheet.pk}),
    }


def _is_unfinished(sheet: Inspection) -> bool:
    return not sheet.is_submitted and sheet.cancelled_at is None


def _oversees(request: Request, sheet: Inspection) -> bool:
    scope = request.grants.scope(Capability.ASSIGN_INSPECTIONS)
    return scope.reaches(sheet.organization.path)
