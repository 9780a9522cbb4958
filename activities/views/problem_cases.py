"""案例库: problems well put right, as examples for others."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template.response import TemplateResponse

from activities.queries import problem_cases
from activities.views import problem_page
from branches import access
from branches.access import Request
from branches.rules import tree
from branches.rules.roles import Capability

PAGE = 20


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """The case library of the whole tree, searched by words."""
    asked = request.GET.get("q", "").strip()[:60]
    root = request.scope.roots[0][: tree.STEP]
    page = Paginator(problem_cases.found(root, asked), PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": [problem_cases.case_of(each) for each in page.object_list],
        "asked": asked,
        "trail": problem_page.trail(),
    }
    return TemplateResponse(request, "activities/problem_cases.html", context)
