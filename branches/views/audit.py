"""Reading the audit."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.response import TemplateResponse

from branches import access, audit, ledgers
from branches.access import Request
from branches.forms.audit import AuditFilterForm
from branches.queries import audit_details, audit_entries
from branches.rules.roles import Capability

PAGE = 50
LARGEST_ID = 2**63 - 1


@access.requires(Capability.READ_AUDIT)
def audit_list(request: Request) -> HttpResponse:
    """Show the latest entries, then those before a number: the table only grows."""
    form = AuditFilterForm(request.GET)
    rows = audit_entries.in_scope(request.scope)
    if form.is_valid():
        asked = form.cleaned_data
        rows = audit_entries.between(rows, asked["first"], asked["last"])
        if asked["action"]:
            rows = rows.filter(action=asked["action"])
        if asked["person"]:
            rows = rows.filter(actor_name__icontains=asked["person"])
    before = _number(request.GET.get("before", ""))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-id")[: PAGE + 1])
    shown = found[:PAGE]
    told = audit_details.details(
        shown, ledger_titles={ledger.code: ledger.title for ledger in ledgers.catalogue()}
    )
    context = {
        "form": form,
        "rows": list(zip(shown, told, strict=True)),
        "older": _older(request, shown[-1].pk) if len(found) > PAGE else "",
        "is_filtered": form.is_valid() and any(form.cleaned_data.values()),
        "is_latest": before is None,
        "anchor": audit.anchor(),
    }
    return TemplateResponse(request, "branches/audit_list.html", context)


def _number(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    return min(int(text), LARGEST_ID)


def _older(request: Request, pk: int) -> str:
    query = request.GET.copy()
    query["before"] = str(pk)
    return f"?{query.urlencode()}"
