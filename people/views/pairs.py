"""The pairs of a branch: the map, the households by area, new pairs, the branches side by side."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from activities.operations.refusals import Refused
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.roles import Capability
from people.forms.pairs import HouseholdsForm, PairForm, ProposalsForm
from people.operations import pairs as operations
from people.operations.pairs import PairFacts
from people.queries import pair_maps, pairs
from people.queries.pair_maps import Map
from people.rules import pair_chart
from people.rules.pair_chart import Link
from people.rules.pairs import PairKind, PairState, PairStyle, Proposal, Rhythm
from people.wording import pairs as wording

PAGE = 50
_STATES = (PairState.DUE, PairState.APART, pair_maps.OVER, PairState.ENDED)


@access.requires(Capability.SEE_ACTIVITIES)
def pair_map(request: Request) -> HttpResponse:
    """Who has whom at one branch or group in reach."""
    places, place = _place(request)
    if place is None and len(places) > 1:
        return redirect("pair-branches")
    context: dict[str, Any] = {"places": places, "place": place}
    if place is not None:
        kind, state = _filter(request)
        found = pair_maps.map_of(place, request.today, kind=kind, state=state)
        is_ended = state == PairState.ENDED
        page = None
        if is_ended:
            page = Paginator(pair_maps.ended(place, request.today), PAGE).get_page(
                request.GET.get("page")
            )
        context |= {
            "map": found,
            "span": f"{found.terms.least}—{found.terms.most}",
            "page_obj": page,
            "rows": page.object_list if page else found.shown,
            "is_ended": is_ended,
            "kind": kind,
            "state": state,
            "kinds": wording.KINDS.items(),
            "tabs": _tabs(place, kind, state, found),
            "chart": None if is_ended else _chart(found),
            "sections": _sections(place, "pair-map"),
            "areas_url": _url("pair-areas", place),
            **_doing(request, place),
        }
    return TemplateResponse(request, "people/pair_map.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def areas(request: Request) -> HttpResponse:
    """The households of one branch or group by area and member."""
    places, place = _place(request)
    if place is None and len(places) > 1:
        return redirect("pair-branches")
    context: dict[str, Any] = {"places": places, "place": place}
    if place is not None:
        found = pair_maps.areas_of(place, request.today)
        context |= {
            "areas": found,
            "needed_words": str(found.needed),
            "sections": _sections(place, "pair-areas"),
            **_doing(request, place),
        }
    return TemplateResponse(request, "people/pair_areas.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def branches(request: Request) -> HttpResponse:
    """The branches in reach side by side."""
    lines = pair_maps.branch_lines(request.scope, request.today)
    page = Paginator(lines, PAGE).get_page(request.GET.get("page"))
    total = sum(line.pairs for line in lines)
    able = total - sum(line.apart for line in lines)
    fine = sum(line.fine for line in lines)
    context = {
        "page_obj": page,
        "lines": page.object_list,
        "branches": sum(line.pairs > 0 for line in lines),
        "total": total,
        "share": fine / able if able else None,
        "alone": sum(line.alone for line in lines if line.pairs),
    }
    return TemplateResponse(request, "people/pair_branches.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def new(request: Request) -> HttpResponse:
    """Form a pair."""
    places, place = _place(request, first=True)
    if place is None:
        return _nowhere(request)
    form = PairForm(
        request.POST if request.method == "POST" else None,
        members=pairs.choices(place, request.today),
        today=request.today,
        initial={"kind": request.GET.get("kind", ""), "helped": request.GET.get("helped", "")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.form(
                branch=_branch(place), facts=form.facts, by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            rhythm = made.get_rhythm_display()
            messages.success(request, f"已登记，已通知本人。请{made.helper.name}{rhythm}联系。")
            return redirect(_url("pair-map", place))
    return _form_page(request, "people/pair_new.html", form, places, place)


@access.requires(Capability.LOG_ACTIVITIES)
def households(request: Request) -> HttpResponse:
    """Put a member in charge of many households at once."""
    places, place = _place(request, first=True)
    if place is None:
        return _nowhere(request)
    form = HouseholdsForm(
        request.POST if request.method == "POST" else None,
        members=pairs.choices(place, request.today),
        initial={"helper": request.GET.get("helper", "")},
    )
    if request.method == "POST" and form.is_valid():
        cleaned = form.cleaned_data
        try:
            added = operations.form_households(
                branch=_branch(place), helper=cleaned["helper"], area=cleaned["area"],
                households=cleaned["households"], rhythm=Rhythm(cleaned["rhythm"]),
                by=request.user, at=timezone.now(),
            )  # fmt: skip
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            known = len(cleaned["households"]) - len(added)
            more = f"，{known} 户原来已经登记，没有重复" if known else ""
            messages.success(request, f"已登记 {len(added)} 户{more}。")
            return redirect(_url("pair-areas", place))
    terms = pairs.terms(place, request.today)
    return _form_page(request, "people/pair_households.html", form, places, place, terms=terms)


@access.requires(Capability.LOG_ACTIVITIES)
def proposals(request: Request) -> HttpResponse:
    """Who could go with whom: what is ticked is formed, nothing else."""
    places, place = _place(request, first=True)
    if place is None:
        return _nowhere(request)
    found, people = pair_maps.proposals(place, request.today)
    by_code = {_code(each): each for each in found}
    posted = request.POST if request.method == "POST" else None
    form = ProposalsForm(posted, today=request.today)
    ticked = set(posted.getlist("pair")) if posted is not None else set()
    if posted is not None and form.is_valid():
        if not ticked & set(by_code):
            form.add_error(None, "请在要结对的前面打勾。")
        else:
            made = 0
            for code in sorted(ticked & set(by_code), key=list(by_code).index):
                made += _formed(request, place, by_code[code], people, form.cleaned_data)
            messages.success(request, f"已登记 {made} 对，已通知本人。")
            return redirect(_url("pair-map", place))
    rows = [
        {
            "code": code,
            "kind": wording.KINDS[each.kind],
            "helper": people[each.helper],
            "helped": people[each.helped],
            "is_ticked": code in ticked,
        }
        for code, each in by_code.items()
    ]
    return _form_page(request, "people/pair_proposals.html", form, places, place, rows=rows)


def _formed(
    request: Request, place: Organization, each: Proposal, people: Any, cleaned: dict[str, Any]
) -> int:
    """Form one proposed pair; say so if it cannot be."""
    facts = PairFacts(
        kind=each.kind,
        helper=people[each.helper],
        helped=people[each.helped],
        style=PairStyle(cleaned["style"]),
        rhythm=Rhythm(cleaned["rhythm"]),
        ends_on=cleaned["ends_on"],
    )
    try:
        operations.form(branch=_branch(place), facts=facts, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return 0
    return 1


def _place(
    request: Request, *, first: bool = False
) -> tuple[list[Organization], Organization | None]:
    """Return the places in reach and the one asked for: the only one, or with ``first`` any.

    :raises Http404: another one is asked for.
    """
    places = list(pairs.places(request.scope, request.today).select_related("parent"))
    asked = request.POST.get("branch") or request.GET.get("branch", "")
    if asked:
        found = next((each for each in places if str(each.pk) == asked), None)
        if found is None:
            raise Http404
        return places, found
    return places, places[0] if len(places) == 1 or (first and places) else None


def _branch(place: Organization) -> Organization:
    """Return the branch of a place: of a group the one above."""
    if place.is_branch or place.parent is None:
        return place
    return place.parent


def _filter(request: Request) -> tuple[str, str]:
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    return kind if kind in set(PairKind) else "", state if state in _STATES else ""


def _url(name: str, place: Organization, **more: str) -> str:
    asked = {"branch": str(place.pk)} | {key: value for key, value in more.items() if value}
    return f"{reverse(name)}?{urlencode(asked)}"


def _sections(place: Organization, name: str) -> list[tuple[str, str, bool, int]]:
    return [
        ("结对图", _url("pair-map", place), name == "pair-map", 0),
        ("联户责任区", _url("pair-areas", place), name == "pair-areas", 0),
    ]


def _tabs(place: Organization, kind: str, state: str, found: Map) -> list[tuple[Any, ...]]:
    words = (
        ("", "在结对", found.persons),
        (PairState.DUE, "该联系了", found.due),
        (PairState.APART, "需要重新结对", found.apart),
        (pair_maps.OVER, "计划到期", found.ending),
        (PairState.ENDED, "已结束", 0),
    )
    return [
        (word, _url("pair-map", place, kind=kind, state=code), code == state, count)
        for code, word, count in words
    ]


def _doing(request: Request, place: Organization) -> dict[str, Any]:
    """What one may do here, and where."""
    logs = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(place.path)
    return {
        "may_log": logs,
        "new_url": _url("pair-new", place),
        "households_url": _url("pair-households", place),
        "proposals_url": _url("pair-proposals", place),
    }


def _chart(found: Map) -> pair_chart.Drawing | None:
    """Draw the pairs shown, but for households: they stand by the dozen in the areas."""
    rows = [row for row in found.shown if row.pair.kind != PairKind.HOUSEHOLD]
    if not rows:
        return None
    links = [
        Link(
            helper=str(row.pair.helper_id),
            helper_name=row.pair.helper.name,
            helped=f"m{row.pair.helped_id}" if row.pair.helped_id else row.pair.helped_name,
            helped_name=row.pair.helped_name,
            tone="" if row.state == PairState.FINE else row.tone,
        )
        for row in rows
    ]
    return pair_chart.draw(links, frozenset(str(load.member.pk) for load in found.over))


def _code(proposal: Proposal) -> str:
    return f"{proposal.kind}-{proposal.helper}-{proposal.helped}"


def _nowhere(request: Request) -> HttpResponse:
    return TemplateResponse(request, "people/pair_nowhere.html", {})


def _form_page(
    request: Request,
    template: str,
    form: Any,
    places: list[Organization],
    place: Organization,
    **more: Any,
) -> HttpResponse:
    context = {
        "form": form,
        "places": places,
        "place": place,
        "back": _url("pair-map", place),
        "trail": [("结对", _url("pair-map", place))],
        **more,
    }
    return TemplateResponse(request, template, context)
