"""The sheet an inspector fills in, often on a phone, part by part."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from branches import access
from branches.access import Request
from scoring import wording
from scoring.forms.marks import InspectionSheetForm
from scoring.models import Inspection, InspectionPhoto, Mark
from scoring.operations import inspection_sheets as operations
from scoring.operations import inspections, runs
from scoring.operations.marks import PeriodSealed
from scoring.queries import inspections as queries
from scoring.queries import marks
from scoring.rules import explaining
from scoring.rules.rounds import REVIEWS, MarkKind
from scoring.rules.scheme import Item, Part


@access.signed_in("只限检查人本人")
def inspection_sheet(request: Request, *, pk: int) -> HttpResponse:
    """Fill in a sheet; whatever is right is saved, and what is wrong stays on the page."""
    sheet = get_object_or_404(queries.of_inspector(request.user), pk=pk)
    if sheet.is_submitted:
        return redirect("inspection", pk=pk)
    groups = queries.items_of(sheet)
    standing = marks.standing(sheet.version, sheet.organization, sheet.period)
    is_review = MarkKind(sheet.kind) in REVIEWS
    means = {code: marks.mean(given) for code, given in standing.items()}
    own = {
        code: mark
        for code, given in standing.items()
        if (mark := marks.own_mark(given, request.user, sheet.kind))
    }
    form = InspectionSheetForm(
        request.POST or None,
        request.FILES or None,
        items=[item for _, items in groups for item in items],
        own=own,
        means=means if is_review else None,
    )
    if request.method == "POST":
        where = _save(request, sheet, form, own)
        if where is not None:
            return redirect(where)
    photos = queries.photos_on(sheet)
    context = {
        "sheet": sheet,
        "kind": wording.MARK_KINDS[MarkKind(sheet.kind)],
        "is_review": is_review,
        "is_sealed": runs.in_round(sheet.version, sheet.period),
        "form": form,
        "parts": [
            _folded(form, part, items, own)
            | {"rows": [_row(form, i, standing, photos, is_review=is_review) for i in items]}
            for part, items in groups
        ],
        "done": len(own.keys() & {item.code for item in form.marked}),
        "due": len(form.marked),
    }
    return TemplateResponse(request, "scoring/inspection_sheet.html", context)


def _save(
    request: Request, sheet: Inspection, form: InspectionSheetForm, own: dict[str, Mark]
) -> str | None:
    """Save what is right; return where to go, None to stay with what is wrong."""
    is_right = form.is_valid()
    at = timezone.now()
    try:
        saved = operations.save(
            inspection=sheet,
            marks=form.marks(),
            cleared=form.cleared(),
            photos=form.photos(),
            dropped=form.dropped(),
            by=request.user,
            at=at,
        )
    except (inspections.NotPossible, inspections.OwnBranch, PeriodSealed) as refused:
        form.add_error(None, str(refused))
        return None
    if not is_right:
        messages.warning(request, f"{_in_words(saved)}有错的项目还没有保存，请改正。")
        return None
    here = reverse("inspection-sheet", kwargs={"pk": sheet.pk})
    if "submit" not in request.POST:
        messages.success(request, _in_words(saved))
        return f"{here}#{request.POST.get('save', '')}"
    given = (own.keys() | form.marks().keys()) - set(form.cleared())
    empty = [item.title for item in form.marked if item.code not in given]
    if len(empty) == len(form.marked):
        form.add_error(None, "一项都没有打分，不能提交。查不了的，请联系派出人取消。")
        return None
    if empty and not form.cleaned_data["confirm"]:
        form.add_error(
            "confirm",
            f"已保存。还有 {len(empty)} 项没有打分：{'、'.join(empty)}。请补上，或勾选确认。",
        )
        return None
    try:
        inspections.submit(inspection=sheet, by=request.user, at=at)
    except inspections.NotPossible as refusal:  # submitted twice at once
        messages.info(request, str(refusal))
    else:
        messages.success(request, "检查表已提交，已通知支部和派出人。")
    return reverse("inspection", kwargs={"pk": sheet.pk})


def _in_words(saved: operations.Saved) -> str:
    said = [f"{saved.marks} 项打分"] if saved.marks else []
    said += [f"{saved.photos} 张照片"] if saved.photos else []
    return f"已保存 {'、'.join(said)}。" if said else "没有新的改动。"


def _folded(
    form: InspectionSheetForm, part: Part, items: list[Item], own: dict[str, Mark]
) -> dict[str, object]:
    """Return a part's heading, and whether it is still worked on: a finished one is folded.

    One with a mistake, or with something typed that is not saved, stays open.
    """
    done = sum(item.code in own for item in items)
    names = {f"{field}-{item.code}" for item in items for field in ("value", "note", "photo")}
    touched = form.errors.keys() | set(form.changed_data) if form.is_bound else set()
    return {
        "title": part.title,
        "code": part.code,
        "note": f"已打完 {done} 项" if done == len(items) else f"已打 {done} / {len(items)} 项",
        "is_open": done < len(items) or bool(names & touched),
    }


def _row(
    form: InspectionSheetForm,
    item: Item,
    standing: dict[str, list[Mark]],
    photos: dict[str, list[InspectionPhoto]],
    *,
    is_review: bool,
) -> dict[str, object]:
    full = item.full or Decimal(0)
    given = standing.get(item.code, [])
    return {
        "item": item,
        "value": form[f"value-{item.code}"],
        "note": form[f"note-{item.code}"],
        "shown": form.shown(item),
        "is_review": is_review,
        "photo": form[f"photo-{item.code}"],
        "quick": [
            (f"满分 {explaining.plain(full)}", explaining.plain(full)),
            (f"一半 {explaining.plain(full / 2)}", explaining.plain(full / 2)),
            ("0", "0"),
        ],
        "photos": photos.get(item.code, ()),
        # A review is told what it stands in for; inspectors mark without seeing each other.
        "mean": marks.mean(given) if is_review else None,
        "others": [marks.in_words(mark) for mark in given] if is_review else [],
    }
