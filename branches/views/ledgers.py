"""Ledgers (台账): choose, see, print."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access, jobs, ledgers, tasks
from branches.access import Request
from branches.forms.ledgers import PERIOD_WORDS, LedgerForm
from branches.ledgers import Ledger
from branches.models import Organization
from branches.queries import printing
from branches.rules.ledger_table import Align, Row, Section, TableLedger, shown
from branches.rules.periods import Period
from branches.rules.roles import Capability

ROWS_ON_SCREEN = 500
LAST_YEAR = 2100


@access.requires(Capability.PRINT_LEDGERS)
def ledger_choose(request: Request) -> HttpResponse:
    """Ask for ledger, organisation and period; go there once they fit together."""
    # Without "show" somebody only changed the ledger: its periods are offered then.
    asked = request.GET if "show" in request.GET else None
    form = LedgerForm(
        asked, catalogue=ledgers.catalogue(), scope=request.scope, today=request.today
    )
    if asked is not None and form.is_valid():
        data = form.cleaned_data
        return redirect(
            "ledger", code=data["ledger"], pk=data["organization"].pk, period=str(data["period"])
        )
    if asked is None:
        form.initial = _first_choice(request)
    form.offer_periods()
    context = {
        "form": form,
        "catalogue": [(ledger, _period_words(ledger)) for ledger in ledgers.catalogue()],
        "missing": printing.what_drawing_lacks(),
    }
    return TemplateResponse(request, "branches/ledger_choose.html", context)


@access.requires(Capability.PRINT_LEDGERS)
def ledger(request: Request, *, code: str, pk: int, period: str) -> HttpResponse:
    """Show a ledger's table on the screen; the PDF is drawn from the same data."""
    kind, organization, asked = _asked(request, code, pk, period)
    if organization.kind not in kind.kinds or asked.kind not in kind.periods:
        query = urlencode({"ledger": code, "organization": pk, "period": str(asked), "show": 1})
        return redirect(f"{reverse('ledger-choose')}?{query}")
    table = kind.build(organization, asked)
    first = next(table.parts(ROWS_ON_SCREEN))
    context = {
        "ledger": kind,
        "organization": organization,
        "period": asked,
        "table": table,
        "sections": [
            (section, _heads(table, section), [_cells(table, row) for row in section.rows])
            for section in first.sections
        ],
        "hidden_rows": table.row_count - first.row_count,
        "shown_rows": first.row_count,
        "missing": printing.what_drawing_lacks(),
        "choose_url": f"{reverse('ledger-choose')}?"
        + urlencode({"ledger": code, "organization": pk, "period": str(asked)}),
        "steps": _neighbours(request, kind, organization, asked),
    }
    return TemplateResponse(request, "branches/ledger.html", context)


@require_POST
@access.requires(Capability.PRINT_LEDGERS)
def ledger_print(request: Request, *, code: str, pk: int, period: str) -> HttpResponse:
    """Have the PDF drawn in the background and go to its progress."""
    kind, organization, asked = _asked(request, code, pk, period)
    if organization.kind not in kind.kinds or asked.kind not in kind.periods:
        raise Http404
    if printing.what_drawing_lacks():
        messages.error(request, "服务器缺少绘制 PDF 的组件，暂时不能打印，缺什么见下方说明。")
        return redirect("ledger", code=code, pk=pk, period=str(asked))
    job, made = jobs.request(
        "branches.draw_ledger",
        arguments={"code": code, "organization": organization.pk, "period": str(asked)},
        label=f"{organization.short_name} {kind.title} {asked.label}",
        by=request.user,
        at=timezone.now(),
        organization=organization,
    )
    if made:
        tasks.draw_ledger.delay_on_commit(job_id=job.pk)
    return redirect("job", pk=job.pk)


def _period_words(ledger: Ledger) -> str:
    return "、".join(word for kind, word in PERIOD_WORDS.items() if kind in ledger.periods)


def _asked(
    request: Request, code: str, pk: int, period: str
) -> tuple[Ledger, Organization, Period]:
    """Return what the address names; 404 for what does not exist or is not in the scope."""
    organization = get_object_or_404(Organization.objects.in_scope(request.scope), pk=pk)
    kind = ledgers.get(code)
    try:
        asked = Period.parse(period)
    except ValueError:
        raise Http404 from None
    if kind is None or asked.year > LAST_YEAR:
        raise Http404
    return kind, organization, asked


def _first_choice(request: Request) -> dict[str, object]:
    """Return what the form starts with: what was chosen last, else the own organisation."""
    first = (
        Organization.objects.in_scope(request.scope)
        .standing_on(request.today)
        .order_by("path")
        .values_list("pk", flat=True)
        .first()
    )
    return {
        "ledger": request.GET.get("ledger", ""),
        "organization": request.GET.get("organization") or first,
        "period": request.GET.get("period", ""),
    }


def _heads(table: TableLedger, section: Section) -> list[tuple[str, bool]]:
    """Return what each column of a section is called and whether it holds figures."""
    figures = [column.align is Align.RIGHT for column in table.columns]
    return list(zip(table.titles_of(section), figures, strict=True))


def _cells(table: TableLedger, row: Row) -> list[tuple[str, bool]]:
    """Return each cell's text and whether it is a figure."""
    return [
        (shown(cell), column.align is Align.RIGHT)
        for cell, column in zip(row, table.columns, strict=True)
    ]


def _neighbours(
    request: Request, kind: Ledger, organization: Organization, period: Period
) -> list[tuple[str, str, bool]]:
    def url(of: Period) -> str:
        return reverse(
            "ledger", kwargs={"code": kind.code, "pk": organization.pk, "period": str(of)}
        )

    found = [("‹ 上期", url(period.previous), False), (period.label, url(period), True)]
    if period.end <= request.today:
        found.append(("下期 ›", url(period.next), False))
    return found
