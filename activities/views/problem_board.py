"""The problems in reach: libraries by severity, and the four lists."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils.http import urlencode

from activities.queries import problem_board, problems
from activities.queries.problem_board import NOBODY, SUPERVISED, Asked
from activities.rules.problems import ProblemList, ProblemState
from activities.rules.supervision import Library, Severity, Source
from activities.wording import problems as words
from activities.wording import supervision as wording
from branches import access
from branches.access import Request
from branches.queries import organizations
from branches.rules.roles import Capability

PAGE = 50
STATES = {ProblemState.OVERDUE: "已逾期", NOBODY: "没有责任人或期限", SUPERVISED: "督办未回复"}


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """The board, and one of the four lists below it."""
    places = organizations.standing_tree(request.scope, request.today)
    asked = _asked(request, {str(each.pk): each for each in places})
    place = asked.organization
    counts = problem_board.counts(request.scope, place, request.today)
    found = problem_board.found(request.scope, asked, request.today)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    first = places[0].depth if places else 0
    listed = asked.listed
    context = {
        "page_obj": page,
        "rows": problems.rows_of(page.object_list, request.today),
        "listed": listed,
        "asked": asked,
        "place": place,
        "places": [(each.pk, "　" * (each.depth - first) + each.short_name) for each in places],
        "several": len(places) > 1,
        "may_add": request.grants.allows(Capability.LOG_ACTIVITIES),
        "has_any": counts["open"] + counts["closed"] > 0,
        "is_filtered": any((asked.state, asked.library, asked.severity, asked.source)),
        "all_url": _url(Asked(listed=listed, organization=place)),
        "tabs": [
            (
                words.LISTS[each],
                _url(Asked(listed=each, organization=place)),
                each is listed,
                counts["closed"] if each is ProblemList.CLOSED else counts["open"],
            )
            for each in ProblemList
        ],
        "figs": [
            ("正在办理", counts["open"], "", _url(Asked(organization=place))),
            ("已逾期", counts["overdue"], "bad" if counts["overdue"] else "",
             _url(Asked(state=ProblemState.OVERDUE, organization=place))),
            ("没有责任人或期限", counts["nobody"], "warn" if counts["nobody"] else "",
             _url(Asked(listed=ProblemList.OWNERS, state=NOBODY, organization=place))),
            ("已销号", counts["closed"], "",
             _url(Asked(listed=ProblemList.CLOSED, organization=place))),
        ],
        "board": [
            (
                # The card says what they are: a phone has room for the short word.
                wording.LIBRARIES[library].removesuffix("问题库"),
                [
                    (cell, _url(Asked(library=library, severity=cell.severity, organization=place)))
                    for cell in cells
                ],
                sum(cell.open for cell in cells),
            )
            for library, cells in problem_board.cells(request.scope, place, request.today)
        ],
        "severities": wording.SEVERITIES.items(),
        "libraries": wording.LIBRARIES.items(),
        "sources": wording.SOURCES.items(),
        "states": STATES.items(),
    }  # fmt: skip
    return TemplateResponse(request, "activities/problem_list.html", context)


def _asked(request: Request, places: dict[str, problem_board.Organization]) -> Asked:
    """Read the query; what is not known is as if it were not asked."""
    given = request.GET
    state = given.get("state", "")
    listed = given.get("list", "")
    if state == ProblemState.CLOSED:
        listed = ProblemList.CLOSED
    return Asked(
        listed=ProblemList(listed) if listed in set(ProblemList) else ProblemList.PROBLEMS,
        state=state if state in STATES else "",
        library=_one_of(given.get("library", ""), Library),
        severity=_one_of(given.get("severity", ""), Severity),
        source=_one_of(given.get("source", ""), Source),
        organization=places.get(given.get("organization", "")),
    )


def _one_of(value: str, known: type[Library] | type[Severity] | type[Source]) -> str:
    return value if value in set(known) else ""


def _url(asked: Asked) -> str:
    """Return the query string of what is asked."""
    names = {
        "list": "" if asked.listed is ProblemList.PROBLEMS else asked.listed,
        "state": asked.state,
        "library": asked.library,
        "severity": asked.severity,
        "source": asked.source,
        "organization": str(asked.organization.pk) if asked.organization else "",
    }
    return "?" + urlencode({name: value for name, value in names.items() if value})
