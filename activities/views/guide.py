"""办事指南: how things are done in a branch, for everybody; and where a procedure is started."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from activities.forms.procedures import StartForm
from activities.models import Procedure
from activities.operations import procedures as operations
from activities.operations.refusals import Refused
from activities.queries import procedure_choices, procedures
from activities.rules.procedures import About
from activities.rules.procedures import Procedure as Description
from activities.views import procedure_rows as rows
from activities.wording import procedures as wording
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.queries import regulations
from branches.rules.roles import Capability
from branches.rules.text import one_line, whole_number
from branches.scope import Scope
from members.models import Member
from members.queries import members


@access.signed_in("办事指南人人可以看")
def listing(request: Request) -> HttpResponse:
    """The catalogue: what there is to be done, for whom, and by which regulation."""
    context = {
        "chapters": [
            (wording.CHAPTERS[chapter], [_line(each) for each in found])
            for chapter, found in procedures.chapters()
        ],
        "may_see_runs": request.grants.allows(Capability.SEE_ACTIVITIES),
        "count": len(procedures.catalogue()),
    }
    return TemplateResponse(request, "activities/guide_list.html", context)


@access.signed_in("办事指南人人可以看")
def guide(request: Request, *, code: str) -> HttpResponse:
    """One procedure: its steps, who takes them, what they rest on, which documents come of them."""
    description = _described(code)
    rules = regulations.in_force(request.today)
    context = {
        "procedure": description,
        "about": wording.ABOUT[description.about],
        "steps": [
            {
                "heading": f"{number}. {step.title}",
                "actor": step.actor,
                "text": step.text,
                "sources": procedures.sources(step, rules),
                "papers": rows.paper_words(step),
            }
            for number, step in enumerate(description.steps, start=1)
        ],
        "may_start": bool(_branches(request.grants.scope(Capability.LOG_ACTIVITIES), request)),
        "trail": _trail(),
    }
    return TemplateResponse(request, "activities/guide.html", context)


@access.requires(Capability.LOG_ACTIVITIES)
def start(request: Request, *, code: str) -> HttpResponse:
    """Start a procedure: at a branch, about a member found by name, or about an applicant."""
    description = _described(code)
    places = members.branches_for(request.scope, request.today)
    if not places:
        messages.warning(request, "办事程序由党支部办理，请联系支部书记。")
        return redirect("guide", code=code)
    asked = one_line(request.GET.get("q", ""))
    form = StartForm(
        request.POST if request.method == "POST" else None,
        about=description.about,
        places=places,
    )
    if request.method == "POST" and form.is_valid():
        run = _started(request, description, form)
        if run is not None:
            messages.success(request, "已开始。办完一步，登记一步。")
            return redirect("procedure", pk=run.pk)
    context = {
        "procedure": description,
        "form": form,
        "is_about_member": description.about is About.MEMBER,
        "asked": asked,
        "found": _found(request, asked) if asked and description.about is About.MEMBER else [],
        "trail": [*_trail(), (description.title, reverse("guide", kwargs={"code": code}))],
    }
    return TemplateResponse(request, "activities/procedure_start.html", context)


def _started(request: Request, description: Description, form: StartForm) -> Procedure | None:
    """Start it; say on the form why it could not be started."""
    member = None
    if description.about is About.MEMBER:
        asked = request.POST.get("member", "")
        member = get_object_or_404(
            Member.objects.in_scope(request.scope).defer("id_number", "phone"),
            pk=whole_number(asked) or 0,
        )
        home = member.memberships.current().home().select_related("branch").get()
        organization = home.branch
        if not request.scope.reaches(organization.path):
            raise Http404
    else:
        organization = form.cleaned_data["organization"]
    try:
        return operations.start(
            organization=organization,
            code=description.code,
            member=member,
            person=form.cleaned_data.get("person", ""),
            by=request.user,
            at=timezone.now(),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None


def _found(request: Request, asked: str) -> list[dict[str, object]]:
    homes = procedure_choices.people_found(request.scope, asked, request.today)
    return [
        {
            "pk": row.member_id,
            "name": row.member.name,
            "place": row.branch.short_name,
            "status": row.member.get_status_display(),
        }
        for row in homes
        if request.scope.reaches(row.branch.path)
    ]


def _line(description: Description) -> dict[str, object]:
    return {
        "code": description.code,
        "title": description.title,
        "summary": description.summary,
        "about": wording.ABOUT[description.about],
        "source": description.source,
        "steps": len(description.steps),
    }


def _described(code: str) -> Description:
    try:
        return procedures.find(code)
    except KeyError:
        raise Http404 from None


def _branches(scope: Scope, request: Request) -> list[Organization]:
    return list(members.branches_for(scope, request.today)[:1])


def _trail() -> list[tuple[str, str]]:
    return [("办事指南", reverse("guide-list"))]
