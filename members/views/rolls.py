"""Lists of members and their export."""

from __future__ import annotations

from collections import Counter

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.models import Organization
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind
from members import workbooks
from members.forms.lists import RollFilter
from members.models import Membership
from members.operations import members as operations
from members.operations.rosters import XLSX
from members.queries import members as queries

PAGE = 50


@access.requires(Capability.SEE_MEMBERS)
def roll(request: access.Request) -> HttpResponse:
    """The members of one's scope, narrowed and sorted."""
    places = queries.places(request.scope, request.today)
    chosen = RollFilter(request.GET, places=places)
    rows = queries.on_list(
        request.scope,
        organization=chosen.place,
        status=chosen.value("status"),
        search=chosen.value("q"),
        order=chosen.value("order") or "pinyin",
    )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "members/roll.html",
        {
            "filter": chosen,
            "page": page,
            "is_narrowed": any(chosen.value(name) for name in ("q", "organization", "status")),
            "may_manage": request.grants.allows(Capability.MANAGE_MEMBERS),
            "may_import": request.grants.allows(Capability.IMPORT_MEMBERS),
        },
    )


@access.requires(Capability.SEE_MEMBERS)
@require_POST
def export(request: access.Request) -> FileResponse:
    """The roster of one's scope as a workbook that the import takes back unchanged.

    ID numbers and phones are in it only where the person may see them; each export leaves
    its row in the audit, so it is a POST.
    """
    places = queries.places(request.scope, request.today)
    chosen = RollFilter(request.POST, places=places)
    rows = queries.on_list(
        request.scope,
        organization=chosen.place,
        search=chosen.value("q"),
        order=chosen.value("order") or "pinyin",
    ).defer(None)
    names = Counter(place.name for place in places if place.kind == OrganizationKind.BRANCH)
    sight = request.grants.scope(Capability.SEE_SENSITIVE)

    def branch_name(branch: Organization) -> str:
        return branch.name if names[branch.name] == 1 else branch.code

    def is_open(row: Membership) -> bool:
        return sight.reaches(row.branch.path)

    file, count = workbooks.roster(
        rows.iterator(chunk_size=2000), branch_name=branch_name, is_open=is_open
    )
    operations.note_export(
        organization=chosen.place or (places[0] if places else None),
        rows=count,
        sensitive=bool(sight),
        by=request.user,
        at=timezone.now(),
    )
    return FileResponse(
        file,
        as_attachment=True,
        filename=f"党员花名册_{request.today:%Y%m%d}.xlsx",
        content_type=XLSX,
    )
