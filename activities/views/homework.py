"""Homework: set after a lesson, handed in by oneself, remarked on."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.forms.homework import HomeworkAnswerForm, HomeworkForm, RemarkForm
from activities.models import Activity, Homework, HomeworkAnswer
from activities.operations import homework as operations
from activities.operations.refusals import Refused
from activities.queries import homework as queries
from activities.queries import quizzes
from activities.rules import homework as rules
from activities.rules.homework import HomeworkState
from branches import access
from branches.access import Request
from branches.rules.roles import Capability

PAGE = 50


@access.requires(Capability.LOG_ACTIVITIES)
def new(request: Request, *, pk: int) -> HttpResponse:
    """Set homework to everybody on the roll."""
    activity = get_object_or_404(
        Activity.objects.in_scope(request.scope).select_related("organization__parent"), pk=pk
    )
    if activity.kind not in rules.KINDS or activity.is_cancelled:
        messages.warning(request, "只有集中学习、党课、先锋沙龙和宣讲可以布置作业，取消的除外。")
        return redirect("activity", pk=pk)
    form = HomeworkForm(request.POST or None, held_on=activity.held_on)
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.assign(
                activity=activity, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已布置，名单上有账号的党员会收到通知。")
            return redirect("homework", pk=made.pk)
    context = {"activity": activity, "form": form, "trail": _trail(activity)}
    return TemplateResponse(request, "activities/homework_new.html", context)


@access.signed_in("主讲人看交来的作业；支部按权限看")
def homework(request: Request, *, pk: int) -> HttpResponse:
    """What was handed in, who has not yet, and what is said of each."""
    return _page(request, _read(request, pk))


@access.signed_in("主讲人点评作业；支部按权限点评")
@require_POST
def remark(request: Request, *, pk: int) -> HttpResponse:
    """Say something about an answer."""
    read = queries.read_by(request.user, request.grants)
    answer = get_object_or_404(
        HomeworkAnswer.objects.filter(homework__in=read.values("pk")).select_related("homework"),
        pk=pk,
    )
    form = RemarkForm(request.POST)
    if form.is_valid():
        try:
            operations.remark(
                answer=answer, **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已点评，本人会收到通知。")
            return redirect("homework", pk=answer.homework_id)
    return _page(request, _read(request, answer.homework_id), answer.pk, form)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def remove(request: Request, *, pk: int) -> HttpResponse:
    """Take homework back that nobody has handed in."""
    found = get_object_or_404(Homework.objects.in_scope(request.scope), pk=pk)
    try:
        operations.remove(homework=found, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("homework", pk=pk)
    messages.success(request, "作业已删除。")
    return redirect("activity", pk=found.activity_id)


@access.signed_in("一个人看自己的作业和测验")
def mine(request: Request) -> HttpResponse:
    """One's own homework and the quizzes one may take."""
    page = Paginator(queries.of_member(request.user), PAGE).get_page(request.GET.get("page"))
    rows = queries.own_list(page.object_list, request.user, request.today)  # type: ignore[arg-type]
    waiting = (HomeworkState.DUE, HomeworkState.OVERDUE)
    context = {
        "page_obj": page,
        "waiting": [row for row in rows if row.state in waiting],
        "others": [row for row in rows if row.state not in waiting],
        "quizzes": quizzes.to_take(request.user, request.today),
        "papers": quizzes.papers_of(request.user)[:PAGE],
    }
    return TemplateResponse(request, "activities/my_homework.html", context)


@access.signed_in("名单上的人交自己的作业")
def hand_in(request: Request, *, pk: int) -> HttpResponse:
    """Hand one's own homework in, or read what was said of it."""
    found = get_object_or_404(queries.of_member(request.user), pk=pk)
    member = getattr(request.user, "member", None)
    if member is None:
        raise Http404
    answer = HomeworkAnswer.objects.filter(homework=found, member=member).first()
    own = queries.own_of(found, answer, request.today)
    form = HomeworkAnswerForm(
        request.POST if request.method == "POST" else None,
        initial={"text": answer.text if answer else ""},
    )
    if request.method == "POST" and form.is_valid():
        try:
            operations.hand_in(
                homework=found, member=member, **form.cleaned_data, at=timezone.now()
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "作业已提交。点评以前还可以修改。")
            return redirect("my-homework")
    context = {
        "own": own,
        "homework": found,
        "form": form,
        "is_remarked": own.state is HomeworkState.REMARKED,
        "trail": [("我的作业和测验", reverse("my-homework"))],
    }
    return TemplateResponse(request, "activities/my_homework_answer.html", context)


def _page(
    request: Request, found: Homework, answered: int = 0, form: RemarkForm | None = None
) -> HttpResponse:
    logs = request.grants.scope(Capability.LOG_ACTIVITIES).reaches(found.activity.organization.path)
    answers = queries.answers_of(found)
    context = {
        "homework": found,
        "activity": found.activity,
        "rows": [
            {
                "answer": each,
                "own": queries.own_of(found, each, request.today),
                "form": form
                if form is not None and each.pk == answered
                else RemarkForm(initial={"remark": each.remark}, auto_id=f"id_{each.pk}_%s"),
                "is_open": each.pk == answered,
                "is_mine": each.member.user_id == request.user.pk,
            }
            for each in answers
        ],
        "missing": queries.missing(found),
        "may_remove": logs and not answers,
        "trail": _trail(found.activity) if _sees(request, found.activity) else [],
    }
    return TemplateResponse(request, "activities/homework.html", context)


def _read(request: Request, pk: int) -> Homework:
    return get_object_or_404(queries.read_by(request.user, request.grants), pk=pk)


def _sees(request: Request, activity: Activity) -> bool:
    scope = request.grants.scope(Capability.SEE_ACTIVITIES)
    return scope.reaches(activity.organization.path)


def _trail(activity: Activity) -> list[tuple[str, str]]:
    url = reverse("activity", kwargs={"pk": activity.pk})
    return [("活动", reverse("activity-list")), (activity.title, url)]
