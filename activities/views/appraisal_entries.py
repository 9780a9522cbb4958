"""Writing down what belongs to the present part of a 民主评议, those who lack it first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from activities.forms.appraisals import BallotForm, FeedbackForm, GradesForm, PeersForm, SelfForm
from activities.models import Appraisal, Appraised
from activities.operations import appraisal_entries as operations
from activities.operations.refusals import Refused
from activities.queries import appraisals
from activities.rules import appraisals as rules
from activities.rules.appraisals import AppraisalState
from activities.views.appraisals import one
from activities.wording import appraisals as wording
from branches import access
from branches.access import Request
from branches.rules.roles import Capability

Save = Callable[[dt.datetime], object]
PartForm = SelfForm | PeersForm | BallotForm | GradesForm | FeedbackForm
Row = tuple[Any, ...]
_IN_GROUPS = (AppraisalState.SELF, AppraisalState.PEER)  # M10


@access.requires(Capability.LOG_ACTIVITIES)
def write(request: Request, *, pk: int) -> HttpResponse:
    """The page of the present part; a group's leader writes for the group's members only."""
    found, rows, is_whole = one(request, pk)
    state = AppraisalState(found.state)
    if state is AppraisalState.DONE or (not is_whole and state not in _IN_GROUPS):
        messages.warning(request, wording.refused_step(state))
        return redirect("appraisal", pk=pk)
    form, save = _PARTS[state](request, found, rows)
    if request.method == "POST" and form.is_valid():
        try:
            save(timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已保存。")
            return redirect("appraisal", pk=pk)
    ballot = appraisals.ballot_of(found)
    context = {
        "appraisal": found,
        "state": state.value,
        "form": form,
        "parts": _parts(form, state),
        "written": form.locked if isinstance(form, SelfForm) else [],
        "title": wording.WRITE[state],
        "is_hidden": ballot is not None and not rules.may_be_shown(ballot),
        "trail": [
            ("民主评议", reverse("appraisal-list")),
            (str(found), reverse("appraisal", kwargs={"pk": pk})),
        ],
    }
    return TemplateResponse(request, "activities/appraisal_write.html", context)


def _self(request: Request, found: Appraisal, rows: list[Appraised]) -> tuple[PartForm, Save]:
    form = SelfForm(_data(request), people=rows, today=request.today)
    return form, lambda at: operations.write_self(
        appraisal=found, entries=form.entries, on=form.cleaned_data["on"], by=request.user, at=at
    )


def _peers(request: Request, found: Appraisal, rows: list[Appraised]) -> tuple[PartForm, Save]:
    form = PeersForm(_data(request), people=rows, today=request.today)
    return form, lambda at: operations.write_peers(
        appraisal=found, entries=form.entries, on=form.cleaned_data["on"], by=request.user, at=at
    )


def _ballot(request: Request, found: Appraisal, rows: list[Appraised]) -> tuple[PartForm, Save]:
    ballot = appraisals.ballot_of(found)
    first, _, second = found.tellers.partition("、")
    form = BallotForm(
        _data(request),
        people=rows,
        meetings=appraisals.meetings_for(found, request.today),
        with_counts=ballot is not None and rules.may_be_shown(ballot),
        initial={
            "activity": found.activity_id,
            "issued": found.issued,
            "returned": found.returned,
            "void": found.void if ballot else 0,
            "teller_1": first,
            "teller_2": second,
        },
    )
    return form, lambda at: operations.count(
        appraisal=found,
        activity=form.cleaned_data["activity"],
        ballot=form.ballot,
        tellers=(form.cleaned_data["teller_1"], form.cleaned_data["teller_2"]),
        votes=form.votes,
        by=request.user,
        at=at,
    )


def _grades(request: Request, found: Appraisal, rows: list[Appraised]) -> tuple[PartForm, Save]:
    form = GradesForm(_data(request), people=rows)
    return form, lambda at: operations.grade(
        appraisal=found, grades=form.grades, by=request.user, at=at
    )


def _feedback(request: Request, found: Appraisal, rows: list[Appraised]) -> tuple[PartForm, Save]:
    form = FeedbackForm(_data(request), people=rows)
    return form, lambda at: operations.feed_back(
        appraisal=found, days=form.days, by=request.user, at=at
    )


def _parts(form: PartForm, state: AppraisalState) -> list[tuple[str, str, list[Row], bool]]:
    """Return who still lacks something, then whoever is done, folded: words, how many, rows,
    and whether one sees them at once.
    """
    rows = [(row, appraisals.is_done(row[0], state)) for row in form.rows]
    waiting = [row for row, is_done in rows if not is_done]
    done = [row for row, is_done in rows if is_done]
    is_wrong = bool(form.errors)
    return [
        (words, f"{len(found)} 人", found, is_open)
        for words, found, is_open in (
            (wording.LACKING[state], waiting, True),
            ("已经填写的，可以修改", done, is_wrong),
        )
        if found
    ]


def _data(request: Request) -> object:
    return request.POST if request.method == "POST" else None


_PARTS = {
    AppraisalState.SELF: _self,
    AppraisalState.PEER: _peers,
    AppraisalState.BALLOT: _ballot,
    AppraisalState.OPINION: _grades,
    AppraisalState.FEEDBACK: _feedback,
}
