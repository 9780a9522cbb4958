"""The star board, the tiers by branch, their heat maps and workbooks, the button that computes."""

from __future__ import annotations

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.roles import Capability
from scoring import board_workbooks, tasks
from scoring.queries import boards, heat, tiers
from scoring.rules.heat import LEGEND
from scoring.views import round_links
from scoring.views.board_choices import Asked, asked, computable, context
from scoring.views.periods import address, period_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@access.requires(Capability.SEE_SCORES)
def star_board(request: Request) -> HttpResponse:
    """Show one period's branches: the parts, total, stars, change, what is proposed."""
    found = asked(request, "organization")
    return TemplateResponse(
        request,
        "scoring/star_board.html",
        context(request, found)
        | {
            "board": _board(request, found),
            "round_link": round_links.of_run(request, found.run) if found.run else None,
            "committees": computable(request, found.period),
            "xlsx": reverse("star-board-xlsx"),
        },
    )


@access.requires(Capability.SEE_SCORES)
def star_board_xlsx(request: Request) -> HttpResponse | FileResponse:
    """Give the board as it is on the screen: the same rows, order and columns."""
    found = asked(request, "organization")
    board = _board(request, found)
    if board is None:
        return redirect(f"{reverse('star-board')}{address(request)}")  # it says what to do first
    return _file(
        board_workbooks.stars(board, found.period, found.words), f"星级看板_{found.period}"
    )


def _board(request: Request, found: Asked) -> boards.Board | None:
    if found.run is None:
        return None
    return boards.board(found.run, request.scope, chosen=found.chosen, on=request.today)


@access.requires(Capability.SEE_SCORES)
def tier_board(request: Request) -> HttpResponse:
    """Show one period's members by tier, as numbers for each branch."""
    found = asked(request, "member")
    return TemplateResponse(
        request,
        "scoring/tier_board.html",
        context(request, found)
        | {
            "table": _tiers(request, found),
            "round_link": round_links.of_run(request, found.run) if found.run else None,
            "committees": computable(request, found.period),
            "xlsx": reverse("tier-board-xlsx"),
        },
    )


@access.requires(Capability.SEE_SCORES)
def tier_board_xlsx(request: Request) -> HttpResponse | FileResponse:
    """Give the tiers as they are on the screen."""
    found = asked(request, "member")
    table = _tiers(request, found)
    if table is None:
        return redirect(f"{reverse('tier-board')}{address(request)}")
    return _file(
        board_workbooks.tiers(table, found.period, found.words), f"党员定档_{found.period}"
    )


def _tiers(request: Request, found: Asked) -> tiers.TierTable | None:
    if found.run is None:
        return None
    return tiers.tier_table(found.run, request.scope, chosen=found.chosen)


@access.requires(Capability.SEE_SCORES)
def star_heat(request: Request) -> HttpResponse:
    """Show branches by items, each cell what the item gave."""
    return _heat(request, "organization")


@access.requires(Capability.SEE_SCORES)
def tier_heat(request: Request) -> HttpResponse:
    """Show branches by items of the members' scheme: means, no names."""
    return _heat(request, "member")


def _heat(request: Request, target: str) -> HttpResponse:
    found = asked(request, target)
    run = found.run
    shown = None
    if run is not None and not run.is_rolled_up:
        shown = heat.heat_map(run, request.scope, chosen=found.chosen)
    extra = {
        "heat": shown,
        "of_members": target == "member",
        "legend": LEGEND,
        "round_link": round_links.of_run(request, run) if run else None,
    }
    return TemplateResponse(request, "scoring/heat.html", context(request, found) | extra)


@require_POST
@access.requires(Capability.START_RUNS)
def start_run(request: Request) -> HttpResponse:
    """Ask for a period to be computed and go to its progress."""
    committee = get_object_or_404(
        Organization.objects.in_scope(request.scope), pk=_number(request.POST.get("committee"))
    )
    period = period_of(request.POST.get("period", ""))
    if period.first_day > request.today:
        messages.error(request, f"{period.label}还没有开始，不能核算。")
        return redirect("star-board")
    job, made = tasks.request_recompute(committee, period, by=request.user)
    if made:
        tasks.recompute.delay_on_commit(job_id=job.pk)
    else:
        messages.info(request, "这一期正在核算，下面是它的进度。")
    return redirect("job", pk=job.pk)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _file(file: object, name: str) -> FileResponse:
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
