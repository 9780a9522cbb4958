"""Changing a draft: one section or element at a time, moved, deleted; two people at once."""

from __future__ import annotations

import dataclasses

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from scoring import wording
from scoring.forms import draft_sections as sections
from scoring.forms.draft_consequences import ConsequenceForm, VetoForm
from scoring.forms.draft_items import ItemForm
from scoring.forms.draft_section import SectionForm
from scoring.models import SchemeDraft
from scoring.operations import drafts as operations
from scoring.queries import drafts, scheme_words
from scoring.rules import editing, reading, writing
from scoring.rules.editing import Where
from scoring.rules.scheme import Item, Scheme
from scoring.views.drafts import found_draft

_FORMS: dict[str, type[SectionForm]] = {
    "head": sections.HeadForm,
    "grades": sections.GradesForm,
    "bands": sections.BandsForm,
    "rollups": sections.RollupsForm,
    "procedure": sections.ProcedureForm,
    "part": sections.PartForm,
    "veto": VetoForm,
    "item": ItemForm,
    "consequence": ConsequenceForm,
}
_STEPS = {"up": -1, "down": 1}
_GONE = "这一处已不在草稿中，可能刚被别人删去或移动。"


@access.requires(Capability.MANAGE_SCHEMES)
def draft_edit(request: Request, *, pk: int, where: str) -> HttpResponse:
    """Change one section or element; what is typed is never lost."""
    found = found_draft(request, pk)
    scheme = drafts.scheme_of(found)
    try:
        place = Where.parse(where)
        if place.kind == "item":
            editing.found(scheme, Where("part", place.part))
        element = editing.found(scheme, place)
    except (ValueError, LookupError):
        # Another's save may have taken the place away; what was typed for it is still shown.
        end = _place_for_typed(request, scheme, where)
        if end is None:
            messages.warning(request, _GONE)
            return redirect("draft", pk=pk)
        place, element = end, None
    rule = ""
    if place.kind == "item":
        own = element.rule if isinstance(element, Item) else ""
        asked = request.POST.get("rule") or request.GET.get("rule")
        rule = own if asked is None else asked
        if rule not in wording.RULES:
            return _choose_rule(request, found, scheme, place, own)
    make = _FORMS[place.kind]
    form = make(
        request.POST or None, scheme=scheme, where=place, committee=found.committee,
        edition=found.edition, rule=rule,
    )  # fmt: skip
    clash = None
    if request.method == "POST" and form.is_valid():
        clash = _clash(form, found, scheme)
        if clash is None:
            changed = form.applied()
            try:
                operations.save(
                    draft=found,
                    edition=found.edition,
                    scheme=changed,
                    by=request.user,
                    at=timezone.now(),
                )
            except reading.BadScheme as refused:
                form.blame(drafts.explained(writing.write(changed), refused), changed)
            except operations.DraftChanged as newer:
                clash = _clash(form, newer.draft, drafts.scheme_of(newer.draft))
            else:
                messages.success(request, f"已保存：{scheme_words.name_of(scheme, place)}。")
                return redirect(f"{reverse('draft', kwargs={'pk': pk})}#{_anchor(scheme, place)}")
    context = {
        "draft": found,
        "place": place,
        "name": scheme_words.name_of(scheme, place),
        "form": form,
        "rule": rule,
        "rule_title": wording.RULES.get(rule, ""),
        "rule_hint": wording.RULE_HINTS.get(rule, ""),
        "clash": clash,
        "can_move": element is not None and editing.count(scheme, place) > 1,
        "is_element": element is not None,
    }
    return TemplateResponse(request, "scoring/draft_edit.html", context)


def _place_for_typed(request: Request, scheme: Scheme, where: str) -> Where | None:
    """Return the end of the list for a form whose element is gone; None when nothing was typed."""
    try:
        place = dataclasses.replace(Where.parse(where), number=None)
        editing.count(scheme, place)
    except (ValueError, LookupError):
        return None
    return place if request.method == "POST" else None


def _choose_rule(
    request: Request, found: SchemeDraft, scheme: Scheme, place: Where, own: str
) -> HttpResponse:
    context = {
        "draft": found,
        "place": place,
        "name": scheme_words.name_of(scheme, place),
        "own": own,
        "rules": [(code, word, wording.RULE_HINTS[code]) for code, word in wording.RULES.items()],
    }
    return TemplateResponse(request, "scoring/draft_rule.html", context)


def _clash(form: SectionForm, found: SchemeDraft, scheme: Scheme) -> dict[str, object] | None:
    """Return both texts when the form was filled in before another's save; None when it was not.

    The form goes out again with the newer edition, so that saving once more is a decision; not
    where another element stands in the place by now.
    """
    if form.cleaned_data["edition"] == found.edition:
        return None
    try:
        editing.found(scheme, form.where)
        where = form.where
    except LookupError:
        where = dataclasses.replace(form.where, number=None)
    fresh = type(form)(
        scheme=scheme, where=where, committee=form.committee, edition=found.edition,
        rule=form.rule,
    )  # fmt: skip
    is_same = form.cleaned_data["was"] == fresh.get_initial_for_field(fresh.fields["was"], "was")
    rows = []
    for bound in form.visible_fields():
        now = _shown(fresh[bound.name]) if bound.name in fresh.fields else ""
        typed = _shown(bound)
        if typed != now:
            rows.append((bound.label, typed, now))
    data = form.data.copy()  # type: ignore[attr-defined]
    data["edition"] = str(found.edition)
    form.data = data
    return {
        "by": found.saved_by.name,
        "at": found.saved_at,
        "rows": rows,
        "is_same": is_same,
    }


def _shown(bound: object) -> str:
    """Return a field's value as its widget shows it."""
    value = bound.value()  # type: ignore[attr-defined]
    choices = dict(_flat(getattr(bound.field, "choices", ())))  # type: ignore[attr-defined]
    if value is True or value is False:
        return "是" if value else "否"
    values = value if isinstance(value, list) else [value]
    return "、".join(str(choices.get(str(v), v)) for v in values if v not in (None, ""))


def _flat(choices: object) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for value, label in choices:  # type: ignore[attr-defined]
        found += _flat(label) if isinstance(label, list | tuple) else [(str(value), str(label))]
    return found


def _anchor(scheme: Scheme, place: Where) -> str:
    """Return the id under which the page of the draft shows a place of it."""
    if place.kind == "item":
        return f"part-{place.part}"
    if place.is_new:
        place = dataclasses.replace(place, number=editing.count(scheme, place))
    return str(place)


@access.requires(Capability.MANAGE_SCHEMES)
@require_POST
def draft_arrange(request: Request, *, pk: int, where: str) -> HttpResponse:
    """Move an element up or down among its own, or delete it."""
    found = found_draft(request, pk)
    scheme = drafts.scheme_of(found)
    step, edition = request.POST.get("step", ""), request.POST.get("edition", "")
    try:
        place = Where.parse(where)
        element = editing.found(scheme, place)
    except (ValueError, LookupError):
        element = None
    if element is None or step not in (*_STEPS, "delete"):
        messages.warning(request, _GONE)
        return redirect("draft", pk=pk)
    name = scheme_words.name_of(scheme, place)
    if step == "delete":
        changed, then = editing.without(scheme, place), None
    else:
        changed, then = editing.moved(scheme, place, _STEPS[step])
    try:
        operations.save(
            draft=found,
            edition=int(edition) if edition.isdecimal() and len(edition) < 10 else 0,
            scheme=changed,
            by=request.user,
            at=timezone.now(),
        )
    except operations.DraftChanged as newer:
        messages.error(
            request, f"{newer.draft.saved_by.name}刚改过这份草稿，没有改动；请核对后再做一次。"
        )
    except reading.BadScheme as refused:
        text = writing.write(changed)
        reasons = [drafts.elsewhere(changed, *one) for one in drafts.explained(text, refused)]
        messages.error(request, f"{name}不能删除。{'；'.join(reasons)}")
        then = place
    else:
        messages.success(request, f"已{'删除' if then is None else '移动'}{name}。")
    if then is None:
        return redirect("draft", pk=pk)
    return redirect("draft-edit", pk=pk, where=str(then))
