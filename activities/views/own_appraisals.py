"""One's own 民主评议: the self-appraisal to write, and the result once one was told."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from activities.forms.appraisals import OwnSelfForm
from activities.models import Appraised
from activities.operations import appraisal_entries as operations
from activities.operations.appraisal_entries import Written
from activities.operations.refusals import Refused
from activities.queries import appraisals
from activities.rules.appraisals import AppraisalGrade, AppraisalState
from activities.wording import appraisals as wording
from branches import access
from branches.access import Request
from branches.rules.roles import Capability


@access.signed_in("一个人看自己的评议意见和等次")
def listing(request: Request) -> HttpResponse:
    """One's own appraisals, year by year; nobody's ballots, nobody else's result."""
    rows = [_shown(row) for row in appraisals.own(request.user)]
    return TemplateResponse(request, "activities/appraisal_mine.html", {"rows": rows})


@access.signed_in("一个人写自己的自评；负责人由此转到支部的评议")
def write(request: Request, *, pk: int) -> HttpResponse:
    """Write one's own self-appraisal while it is the turn of it."""
    row = get_object_or_404(
        Appraised.objects.select_related("appraisal__organization", "member").defer(
            "member__id_number", "member__phone"
        ),
        pk=pk,
    )
    if row.member.user_id != request.user.pk:
        seen = request.grants.scope(Capability.SEE_ACTIVITIES)
        if seen.reaches(row.appraisal.organization.path):
            return redirect("appraisal", pk=row.appraisal_id)
        raise Http404
    if row.appraisal.state != AppraisalState.SELF:
        messages.warning(request, "自评环节已经结束。要补充，请联系支部书记。")
        return redirect("my-appraisals")
    form = OwnSelfForm(
        request.POST if request.method == "POST" else None, initial={"text": row.self_text}
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.write_self(
                appraisal=row.appraisal,
                entries={row.pk: Written(form.cleaned_data["text"])},
                on=request.today,
                by=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "自评已保存，自评环节结束前可以修改。")
            return redirect("my-appraisals")
    context = {"row": row, "form": form}
    return TemplateResponse(request, "activities/appraisal_self.html", context)


def _shown(row: Appraised) -> dict[str, object]:
    is_told = row.fed_back_on is not None
    state = AppraisalState(row.appraisal.state)
    grade = AppraisalGrade(row.grade) if row.grade and is_told else None
    return {
        "pk": row.pk,
        "year": row.appraisal.year,
        "organization": row.appraisal.organization.short_name,
        "state": wording.STATES[state],
        "self_text": row.self_text,
        "self_waived": row.self_waived,
        "may_write": state is AppraisalState.SELF,
        "is_told": is_told,
        "is_graded": row.is_graded,
        "grade": wording.GRADES[grade] if grade else "",
        "tone": wording.GRADE_TONES[grade] if grade else "",
        "opinion": row.opinion if is_told else "",
        "fed_back_on": row.fed_back_on,
    }
