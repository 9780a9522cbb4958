"""民主评议党员: the list, one appraisal with what is missing, and its steps."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.models import Appraisal, Appraised
from activities.operations import appraisals as operations
from activities.operations.refusals import Refused
from activities.queries import appraisals
from activities.rules import appraisals as rules
from activities.rules.appraisals import (
    APPRAISAL,
    AppraisalGrade,
    AppraisalState,
    AppraisalStep,
    Lack,
    Standing,
)
from activities.wording import appraisals as wording
from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from branches.rules.text import one_line, whole_number
from branches.rules.workflow import StepNotAllowed
from branches.templatetags import formats

PAGE = 50
NAMES_SHOWN = 12
YEARS = range(1921, 2101)
YEAR_BACK_MONTHS = 6  # a year may still be begun in the first half of the next


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """The appraisals of a year in reach: how far each branch is, and who has not begun."""
    year = _year(request)
    found = appraisals.found(request.scope, year)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    waiting = appraisals.without(request.scope, year, request.today)
    logs = request.grants.scope(Capability.LOG_ACTIVITIES)
    may_start = year in _open_years(request)
    mine = [(branch, may_start and logs.reaches(branch.path)) for branch in waiting[:NAMES_SHOWN]]
    context = {
        "year": year,
        "years": [(f"{each} 年", f"?year={each}", each == year) for each in _years(request)],
        "page_obj": page,
        "rows": [(row, wording.STATES[AppraisalState(row.state)], _progress(row))
                 for row in page.object_list],
        "waiting": mine,
        "waiting_n": waiting.count(),
    }  # fmt: skip
    return TemplateResponse(request, "activities/appraisal_list.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def start(request: Request) -> HttpResponse:
    """Begin with a year in a branch."""
    asked = whole_number(request.POST.get("organization", ""))
    year = _typed_year(request.POST.get("year", ""))
    if asked is None or year is None:
        messages.error(request, "请在列表里选择党支部，再开始评议。")
        return redirect("appraisal-list")
    branches = appraisals.without(request.scope, year, request.today)
    branch = branches.filter(pk=asked).first()
    if branch is None:
        messages.warning(request, "这个支部已经开始评议，或不在您的范围内。")
        return redirect("appraisal-list")
    try:
        made = operations.start(organization=branch, year=year, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("appraisal-list")
    messages.success(request, f"已开始 {year} 年度民主评议，名单来自党员名册。")
    return redirect("appraisal", pk=made.pk)


@access.requires(Capability.SEE_ACTIVITIES)
def appraisal(request: Request, *, pk: int) -> HttpResponse:
    """One appraisal. Whoever leads a group sees the texts of its members, and no result."""
    found, rows, is_whole = one(request, pk)
    state = AppraisalState(found.state)
    logs = request.grants.scope(Capability.LOG_ACTIVITIES)
    may_log = logs.reaches(found.organization.path)
    # An administrator keeps the roll and is no part of the committees that appraise.
    sees = is_whole and request.grants.scope(Capability.SEE_SCORES).reaches(found.organization.path)
    shown = [_row(row, found, sees, reads=sees or not is_whole) for row in rows]
    context = {
        "appraisal": found,
        "is_whole": is_whole,
        "may_log": may_log,
        "stages": _stages(state),
        "state_words": wording.STATES[state],
        "write_words": _write_words(state, may_log, is_whole),
        "waiting": [row for row in shown if row["lacks"]],
        "ready": [row for row in shown if not row["lacks"]],
        "lack_words": wording.LACKING.get(state, ""),
        "waiting_note": f"{sum(bool(row['lacks']) for row in shown)} 人",
        "ready_note": f"{sum(not row['lacks'] for row in shown)} 人",
        "may_refresh": may_log and state in (AppraisalState.SELF, AppraisalState.PEER),
        "may_go_back": may_log and AppraisalStep.BACK in APPRAISAL.open_steps(state),
        "trail": [("民主评议", reverse("appraisal-list"))],
    }
    if sees:
        context |= _steps(request, found, rows, state, may_log)
    return TemplateResponse(request, "activities/appraisal.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def step(request: Request, *, pk: int) -> HttpResponse:
    """Take the next step."""
    found = _whole(request, pk)
    asked = request.POST.get("step", "")
    if asked not in {each.value for each in AppraisalStep} - {AppraisalStep.BACK.value}:
        messages.warning(request, "请在页面上选择下一步。")
        return redirect("appraisal", pk=pk)
    return _done(
        request,
        pk,
        lambda: operations.step(
            appraisal=found,
            step=AppraisalStep(asked),
            excess_reason=one_line(request.POST.get("excess_reason", ""))[:200],
            by=request.user,
            at=timezone.now(),
        ),
    )


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def back(request: Request, *, pk: int) -> HttpResponse:
    """Go back one part, with the reason."""
    found = _whole(request, pk)
    return _done(
        request,
        pk,
        lambda: operations.back(
            appraisal=found,
            reason=one_line(request.POST.get("reason", ""))[:200],
            by=request.user,
            at=timezone.now(),
        ),
    )


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def refresh(request: Request, *, pk: int) -> HttpResponse:
    """Bring the list after the roll."""
    found = _whole(request, pk)
    try:
        came, went = operations.refresh(appraisal=found, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"名单已按党员名册更新：增加 {came} 人，减少 {went} 人。")
    return redirect("appraisal", pk=pk)


def one(request: Request, pk: int) -> tuple[Appraisal, list[Appraised], bool]:
    """Return an appraisal in reach with its members in reach, and whether the branch is.

    :raises Http404: neither the branch nor one of its groups is in reach.
    """
    found = get_object_or_404(Appraisal.objects.select_related("organization", "activity"), pk=pk)
    rows = appraisals.people(found, request.scope)
    is_whole = request.scope.reaches(found.organization.path)
    if not is_whole and not rows:
        raise Http404
    return found, rows, is_whole


def _whole(request: Request, pk: int) -> Appraisal:
    return get_object_or_404(Appraisal.objects.in_scope(request.scope), pk=pk)


def _done(request: Request, pk: int, operation: Callable[[], Appraisal]) -> HttpResponse:
    try:
        moved = operation()
    except Refused as refusal:
        messages.error(request, str(refusal))
    except StepNotAllowed as refusal:
        messages.warning(request, wording.refused_step(refusal.state))
    else:
        messages.success(request, f"现在是“{wording.STATES[AppraisalState(moved.state)]}”。")
    return redirect("appraisal", pk=pk)


def _steps(
    request: Request, found: Appraisal, rows: list[Appraised], state: AppraisalState, may_log: bool
) -> dict[str, object]:
    """Return the next step with what is missing for it, and the result so far."""
    cap = appraisals.cap_of(found, rows, request.today)
    standing = appraisals.standing(found, rows, cap)
    forward = [each for each in APPRAISAL.open_steps(state) if each is not AppraisalStep.BACK]
    context: dict[str, object] = {
        "result": _result(standing, state),
        "ballot": appraisals.ballot_of(found),
        "cap_words": cap.words(standing.excellent),
        "is_over": standing.excellent > cap.most,
    }
    if not forward:
        return context
    lacks = rules.missing(forward[0], standing)
    asks_reason = any(each.lack is Lack.EXCESS for each in lacks) and not cap.blocks
    words = cap.words(standing.excellent)
    return context | {
        "next": forward[0].value,
        "next_words": wording.STEPS[forward[0]],
        "missing": [
            wording.missing_words(each, cap_words=words, blocks=cap.blocks) for each in lacks
        ],
        "asks_reason": asks_reason,
        "may_step": may_log and (not lacks or (asks_reason and len(lacks) == 1)),
    }


def _result(standing: Standing, state: AppraisalState) -> list[tuple[str, int]]:
    if state not in (AppraisalState.OPINION, AppraisalState.FEEDBACK, AppraisalState.DONE):
        return []
    given = [person.grade for person in standing.people]
    return [(wording.GRADES[grade], given.count(grade)) for grade in AppraisalGrade]


def _row(row: Appraised, found: Appraisal, sees: bool, *, reads: bool) -> dict[str, object]:
    """Return one line: what the present part lacks of this member, or what is there.

    ``sees``: the results too; ``reads``: the texts.
    """
    state = AppraisalState(found.state)
    ballot = appraisals.ballot_of(found)
    shows = sees and ballot is not None and rules.may_be_shown(ballot)
    has_votes = row.excellent is not None
    votes = ""
    if row.is_graded and has_votes and sees:
        counts = (row.excellent, row.qualified, row.basic, row.unqualified)
        votes = " ".join(
            f"{word} {n}" for word, n in zip(wording.GRADES.values(), counts, strict=True)
        )
        votes = votes if shows else "已登记"
    grade = AppraisalGrade(row.grade) if row.grade and sees else None
    has_text = bool(row.self_text or row.peer_text or (row.self_waived and sees))
    notes = [
        row.group.short_name if row.group else "",
        "" if row.is_graded else "预备党员，不评定等次",
        "没有自评，有原因" if row.self_waived and not row.self_text else "",
        votes,
        row.opinion if sees else "",
        f"{formats.day(row.fed_back_on)}反馈" if row.fed_back_on else "",
    ]
    return {
        "pk": row.pk,
        "name": row.member.name,
        "lacks": wording.LACKING[state] if _is_lacking(row, state) else "",
        "note": " · ".join(note for note in notes if note),
        "grade": wording.GRADES[grade] if grade else "",
        "is_to_mend": grade in (AppraisalGrade.BASIC, AppraisalGrade.UNQUALIFIED),
        "tone": wording.GRADE_TONES[grade] if grade else "",
        # The reason for writing none may be an illness.
        "text_of": row if has_text and reads else None,
        "waived": row.self_waived if sees else "",
    }


def _is_lacking(row: Appraised, state: AppraisalState) -> bool:
    return not appraisals.is_done(row, state)


def _write_words(state: AppraisalState, may_log: bool, is_whole: bool) -> str:
    if state is AppraisalState.DONE:
        return ""
    if is_whole and not may_log:
        return ""
    if not is_whole and state not in (AppraisalState.SELF, AppraisalState.PEER):
        return ""
    return wording.WRITE[state]


def _stages(state: AppraisalState) -> list[tuple[str, str]]:
    order = list(AppraisalState)
    here = order.index(state)
    return [
        (
            wording.STATES[each],
            "done" if place < here or state is AppraisalState.DONE
            else "now" if place == here else "",
        )
        for place, each in enumerate(order)
    ]  # fmt: skip


def _progress(row: Appraisal) -> str:
    n = row.n  # type: ignore[attr-defined]
    state = AppraisalState(row.state)
    if state is AppraisalState.SELF:
        return f"自评 {row.self_n} / {n} 人"  # type: ignore[attr-defined]
    if state is AppraisalState.PEER:
        return f"互评 {row.peer_n} / {n} 人"  # type: ignore[attr-defined]
    if state is AppraisalState.FEEDBACK:
        return f"已反馈 {row.fed_back_n} / {n} 人"  # type: ignore[attr-defined]
    return f"参加评议 {n} 人"


def _open_years(request: Request) -> list[int]:
    year = request.today.year
    return [year, year - 1] if request.today.month <= YEAR_BACK_MONTHS else [year]


def _years(request: Request) -> list[int]:
    return sorted({*appraisals.years(request.scope), *_open_years(request)}, reverse=True)


def _year(request: Request) -> int:
    asked = _typed_year(request.GET.get("year", ""))
    return request.today.year if asked is None else asked


def _typed_year(text: str) -> int | None:
    year = whole_number(text)
    return year if len(text) == 4 and year in YEARS else None
