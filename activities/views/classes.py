"""Training classes: opening, calling up (调训), results; and what somebody was called up to."""

from __future__ import annotations

from itertools import groupby

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.forms.classes import ClassForm, ResultForm
from activities.models import Enrolment, TrainingClass
from activities.operations import classes as operations
from activities.operations.refusals import Refused
from activities.queries import classes, study, study_rules
from activities.rules import study as rules
from activities.rules.study import ClassKind, EnrolmentState, TheoryShare, Topic
from activities.views.courses import tabs
from activities.wording import study as wording
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.roles import Capability
from branches.rules.text import one_line, whole_number
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from members.models import Member

PAGE = 30
CALL_UP_PAGE = 50
SEARCH_LENGTH = 30
_STANDINGS = {
    classes.CallUpStanding.SHORTLISTED: "缺这一主题",
    classes.CallUpStanding.KNOWS: "近期学过这一主题",
    classes.CallUpStanding.SPARED: "近期已经调训过",
}


@access.requires(Capability.SEE_ACTIVITIES)
def listing(request: Request) -> HttpResponse:
    """The classes held here and above, the latest first."""
    page = Paginator(classes.listed(request.scope), PAGE).get_page(request.GET.get("page"))
    context = {
        "page_obj": page,
        "rows": page.object_list,
        "may_open": bool(_places(request)),
        "today": request.today,
        "tabs": tabs("class-list"),
    }
    return TemplateResponse(request, "activities/class_list.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def new(request: Request) -> HttpResponse:
    """Write down a class, held or to come."""
    places = _places(request)
    if not places:
        raise PermissionDenied
    form = ClassForm(request.POST or None, places=places)
    if request.method == "POST" and form.is_valid():
        made = operations.open_class(
            organization=form.keeper, facts=form.facts, by=request.user, at=timezone.now()
        )
        messages.success(request, f"“{made.title}”已登记，请选调学员。")
        return redirect("training-class", pk=made.pk)
    return _form(request, form, "登记培训班")


@access.requires(Capability.SEE_ACTIVITIES)
def edit(request: Request, *, pk: int) -> HttpResponse:
    """Change a class whose results are not written down yet."""
    row = _kept(request, pk)
    names = ("title", "kind", "topic", "started_on", "ended_on", "hours", "theory_hours", "place")
    form = ClassForm(
        request.POST or None, initial={name: getattr(row, name) for name in names}, places=None
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.change(
                training_class=row, facts=form.facts, by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "培训班已修改。")
            return redirect("training-class", pk=pk)
    return _form(request, form, f"修改“{row.title}”")


@access.requires(Capability.SEE_ACTIVITIES)
def training_class(request: Request, *, pk: int) -> HttpResponse:
    """One class: its share of theory with the arithmetic, who was called up, what came of it."""
    row = get_object_or_404(
        TrainingClass.objects.select_related("organization").filter(
            Q(organization__path__in=request.scope.lineage())
            | request.scope.q("organization__path")
        ),
        pk=pk,
    )
    keeps = _reach(request).reaches(row.organization.path)
    enrolments = classes.enrolled(row, None if keeps else request.scope)
    share = TheoryShare(
        row.theory_hours, row.hours, study_rules.theory_percent(row.organization, row.started_on)
    )
    is_over = row.ended_on <= request.today
    context = {
        "class": row,
        "share": share,
        "warns": row.kind == ClassKind.PARTY_SCHOOL and not share.is_enough,
        "rows": [
            (each, wording.ENROLMENT_TONES[EnrolmentState(each.state)]) for each in enrolments
        ],
        "keeps": keeps,
        "may_change": keeps and row.closed_at is None,
        "may_close": keeps and is_over and bool(enrolments),
        "is_over": is_over,
        "trail": [("培训班", reverse("class-list"))],
    }
    return TemplateResponse(request, "activities/class.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def call_up(request: Request, *, pk: int) -> HttpResponse:
    """Call members up, those first who lack the topic and were not called up lately.

    What is ticked on one page is sent at once; after that one goes on where one was.
    """
    row = _kept(request, pk)
    if row.closed_at is not None:
        messages.warning(request, "这个班已经登记结业，不能再调训。")
        return redirect("training-class", pk=pk)
    rule = study_rules.call_up(row.organization, request.today)
    search = one_line(request.GET.get("q", ""))[:SEARCH_LENGTH]
    everybody = classes.everybody(training_class=row, rule=rule, on=request.today)
    errors: list[str] = []
    ticked: set[int] = set()
    if request.method == "POST":
        typed = map(whole_number, request.POST.getlist("member"))
        ticked = {number for number in typed if number is not None}
        members = Member.objects.filter(
            pk__in=everybody.order_by().filter(member__in=ticked).values("member_id")
        ).select_related("user")
        if not ticked:
            errors = ["请至少勾选一人。"]
        else:
            try:
                called = operations.call_up(
                    training_class=row, members=members, by=request.user, at=timezone.now()
                )
            except Refused as refusal:
                errors = [str(refusal)]
            else:
                messages.success(
                    request, f"已调训 {called} 人，并通知本人。可以接着选，选完了返回班次。"
                )
                return redirect(request.get_full_path())
    found = classes.everybody(training_class=row, rule=rule, on=request.today, search=search)
    page = Paginator(found, CALL_UP_PAGE).get_page(request.GET.get("page"))
    shown = classes.shown(page.object_list, Topic(row.topic))
    context = {
        "class": row,
        "rule": rule,
        "since": rules.months_before(request.today, rule.topic_months),
        "search": search,
        "page_obj": page,
        "groups": _groups(shown),
        "shortlisted": found.filter(standing=classes.CallUpStanding.SHORTLISTED).count(),
        "ticked": ticked,
        "errors": errors,
        "trail": [("培训班", reverse("class-list")), (row.title, _url(row))],
    }
    return TemplateResponse(request, "activities/class_call_up.html", context)


def _groups(
    rows: list[classes.Candidate],
) -> list[tuple[str, str, list[classes.Candidate]]]:
    """Return the people of one page by what is known of them and by branch."""
    return [
        (branch, _STANDINGS[standing], list(people))
        for (standing, branch), people in groupby(rows, key=lambda row: (row.standing, row.branch))
    ]


@access.requires(Capability.SEE_ACTIVITIES)
def results(request: Request, *, pk: int) -> HttpResponse:
    """Write down who attended: days, hours, marks; this closes the class."""
    row = _kept(request, pk)
    form = ResultForm(
        classes.enrolled(row), row, request.POST if request.method == "POST" else None
    )
    errors: list[str] = []
    if request.method == "POST":
        if form.is_valid():
            try:
                operations.close(
                    training_class=row, outcomes=form.outcomes, by=request.user, at=timezone.now()
                )
            except Refused as refusal:
                errors = [str(refusal)]
            else:
                messages.success(request, "结业情况已登记，学时计入各人名下。")
                return redirect("training-class", pk=pk)
        else:
            errors = [f"有 {len(form.errors)} 人的登记需要修改，见各行。"]
    context = {
        "class": row,
        "rows": form.rows,
        "errors": errors,
        "trail": [("培训班", reverse("class-list")), (row.title, _url(row))],
    }
    return TemplateResponse(request, "activities/class_results.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
@require_POST
def release(request: Request, *, pk: int) -> HttpResponse:
    """Take somebody off the list of a class."""
    row = get_object_or_404(
        Enrolment.objects.select_related("training_class__organization", "member"), pk=pk
    )
    if not _reach(request).reaches(row.training_class.organization.path):
        raise Http404
    name = row.member.name
    try:
        operations.release(enrolment=row, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{name}已从名单中移出。")
    return redirect("training-class", pk=row.training_class_id)


@access.signed_in("本人看自己参加的培训班；支部由此核对")
def mine(request: Request, *, pk: int) -> HttpResponse:
    """One class as somebody called up to it reads it: nobody else's name is on it."""
    row = get_object_or_404(
        Enrolment.objects.select_related("training_class__organization", "member").defer(
            "member__id_number", "member__phone"
        ),
        pk=pk,
    )
    if row.member.user_id != request.user.pk:
        seen = request.grants.scope(Capability.SEE_ACTIVITIES)
        if not seen.reaches(study.last_home_of(row.member).path):
            raise Http404
        return redirect("training-class", pk=row.training_class_id)
    context = {
        "enrolment": row,
        "class": row.training_class,
        "tone": wording.ENROLMENT_TONES[EnrolmentState(row.state)],
        "trail": [("我的学习", reverse("my-study"))],
    }
    return TemplateResponse(request, "activities/my_class.html", context)


def _reach(request: Request) -> Scope:
    """Return where one keeps classes: as who offers courses, or for the own members."""
    offered = request.grants.scope(Capability.OFFER_COURSES)
    logged = request.grants.scope(Capability.LOG_ACTIVITIES)
    return Scope.over([*offered.roots, *logged.roots])


def _places(request: Request) -> list[Organization]:
    found = study.roots(_reach(request))
    return [place for place in found if place.kind != OrganizationKind.GROUP]


def _kept(request: Request, pk: int) -> TrainingClass:
    row = get_object_or_404(TrainingClass.objects.select_related("organization"), pk=pk)
    if not _reach(request).reaches(row.organization.path):
        raise Http404
    return row


def _form(request: Request, form: ClassForm, title: str) -> HttpResponse:
    context = {
        "form": form,
        "title": title,
        "back": reverse("class-list"),
        "trail": [("培训班", reverse("class-list"))],
    }
    return TemplateResponse(request, "activities/study_form.html", context)


def _url(row: TrainingClass) -> str:
    return reverse("training-class", kwargs={"pk": row.pk})
