"""Reading the audit."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.template.response import TemplateResponse

from branches import access, audit, wording
from branches.access import Request
from branches.forms.audit import AuditFilterForm
from branches.models import AuditEntry
from branches.queries import audit_entries
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
    context = {
        "form": form,
        "rows": [(entry, _details(entry)) for entry in shown],
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


def _details(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """Return (field, before, after) in words, for the fields the entry speaks of."""
    before = entry.before if isinstance(entry.before, dict) else {}
    after = entry.after if isinstance(entry.after, dict) else {}
    return [
        (
            wording.AUDIT_FIELDS.get(key, "其他"),
            _words(key, before[key]) if key in before else "",
            _words(key, after[key]) if key in after else "",
        )
        for key in dict.fromkeys([*before, *after])
    ]


def _words(key: str, value: Any) -> str:
    if value is None or value == "":
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(_words(key, part) for part in value) or "（空）"
    if isinstance(value, dict):
        return "；".join(
            f"{wording.AUDIT_FIELDS.get(name, '其他')} {_words(name, part)}"
            for name, part in value.items()
        )
    return wording.AUDIT_VALUES.get(key, {}).get(str(value), str(value))
