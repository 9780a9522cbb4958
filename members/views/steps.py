"""The steps of a member's life on the roll: each a form that an operation answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.models import Post
from branches.rules.roles import Capability
from members.forms.person import DetailsForm, NewMemberForm, StepForm
from members.forms.steps import (
    EndExemptionForm,
    ExemptForm,
    LeaveForm,
    MoveForm,
    RegulariseForm,
)
from members.models import Member
from members.operations import exemptions, member_accounts, memberships
from members.operations import members as operations
from members.operations.steps import CannotChange, home_of, place_name
from members.queries import members as queries
from members.rules.probation import probation_ends_on
from members.rules.status import EventKind


@access.requires(Capability.MANAGE_MEMBERS)
def new(request: access.Request) -> HttpResponse:
    """Put a person on the roll."""
    form = NewMemberForm(request.POST or None, scope=request.scope, today=request.today)
    if form.is_valid():
        try:
            made = operations.register(
                details=form.details(),
                branch=form.cleaned_data["branch"],
                group=form.cleaned_data["group"],
                started_on=form.cleaned_data["started_on"],
                by=request.user,
                at=timezone.now(),
            )
        except CannotChange as error:
            form.refuse(error)
        else:
            messages.success(request, f"已把{made.name}列入名册。")
            return redirect("member", pk=made.pk)
    return render(request, "members/new.html", {"form": form, "trail": trail("登记党员")})


@access.requires(Capability.MANAGE_MEMBERS)
def edit(request: access.Request, *, pk: int) -> HttpResponse:
    """Correct a member's data."""
    member = _found(request, pk)
    form = DetailsForm(request.POST or None, member=member)

    def step(form: Any) -> str:
        operations.change(member=member, details=form.details(), by=request.user, at=timezone.now())
        return "已保存。"

    return _answer(request, member, form, step, "修改资料", "members/edit.html")


@access.requires(Capability.MANAGE_MEMBERS)
def move(request: access.Request, *, pk: int) -> HttpResponse:
    """Move a member to another branch or group; take back one who left."""
    member = _found(request, pk)
    home = home_of(member)
    form = MoveForm(request.POST or None, home=home, scope=request.scope, today=request.today)

    def step(form: Any) -> str:
        new_home = memberships.move(
            member=member, by=request.user, at=timezone.now(), **form.cleaned_data
        )
        return f"{member.name}现在{place_name(new_home.branch, new_home.group)}。"

    posts: list[Post] = []
    if member.user_id is not None:
        posts = list(
            Post.objects.filter(user_id=member.user_id)
            .held_on(request.today)
            .select_related("organization")
        )
    offered = queries.branches_for(request.scope, request.today)
    return _answer(
        request,
        member,
        form,
        step,
        "重新转入" if home.ended_on else "调整支部、小组",
        "members/move.html",
        home=home,
        posts=posts,
        has_one_branch=offered.count() == 1,
    )


@access.requires(Capability.MANAGE_MEMBERS)
def leave(request: access.Request, *, pk: int) -> HttpResponse:
    """End a membership."""
    member = _found(request, pk)
    form = LeaveForm(request.POST or None, initial={"on": request.today})

    def step(form: Any) -> str:
        data = form.cleaned_data
        memberships.leave(
            member=member,
            way=EventKind(data["way"]),
            on=data["on"],
            note=data["note"],
            by=request.user,
            at=timezone.now(),
        )
        return f"{member.name}已不在名册上，档案仍可在“已离开”中查到。"

    home = home_of(member)
    return _answer(request, member, form, step, "转出或离开", "members/leave.html", home=home)


@access.requires(Capability.MANAGE_MEMBERS)
def exempt(request: access.Request, *, pk: int) -> HttpResponse:
    """Excuse a member from attendance and rating, or end that."""
    member = _found(request, pk)
    running = queries.file_of(member, request.today).exemption
    form: StepForm
    if running is not None:
        form = EndExemptionForm(request.POST or None, initial={"on": request.today})

        def step(form: Any) -> str:
            exemptions.end_exemption(
                exemption=running, on=form.cleaned_data["on"], by=request.user, at=timezone.now()
            )
            return f"{member.name}从{form.cleaned_data['on']:%Y年%m月%d日}起恢复考评。"

    else:
        form = ExemptForm(request.POST or None, initial={"started_on": request.today})

        def step(form: Any) -> str:
            exemptions.exempt(
                member=member, by=request.user, at=timezone.now(), **form.cleaned_data
            )
            return f"已登记{member.name}免考评。"

    title = "恢复考评" if running else "登记免考评"
    return _answer(request, member, form, step, title, "members/exempt.html", running=running)


@access.requires(Capability.MANAGE_MEMBERS)
def regularise(request: access.Request, *, pk: int) -> HttpResponse:
    """Make a probationary member a full member."""
    member = _found(request, pk)
    ends_on = probation_ends_on(member.admitted_on) if member.admitted_on else None
    form = RegulariseForm(
        request.POST or None,
        initial={"on": min(ends_on, request.today) if ends_on else request.today},
    )

    def step(form: Any) -> str:
        operations.regularise(
            member=member, on=form.cleaned_data["on"], by=request.user, at=timezone.now()
        )
        return f"{member.name}已转为正式党员。"

    page = "members/regularise.html"
    return _answer(request, member, form, step, "办理转正", page, ends_on=ends_on)


@access.requires(Capability.MANAGE_ACCOUNTS)
@require_POST
def account(request: access.Request, *, pk: int) -> HttpResponse:
    """Open a member's account and show its initial password this once."""
    member = _found(request, pk)
    try:
        user, password = member_accounts.open_account(
            member=member, by=request.user, at=timezone.now()
        )
    except CannotChange as error:
        messages.error(request, str(error))
        return redirect("member", pk=member.pk)
    context = {
        "member": member,
        "opened": user,
        "password": password,
        "trail": trail("开通账号", member),
    }
    return render(request, "members/account.html", context)


def trail(title: str, member: Member | None = None) -> list[tuple[str, str]]:
    """Return the way to a page: the list, the member's file, the page."""
    way = [("党员", reverse("member-list"))]
    if member is not None:
        way.append((member.name, reverse("member", kwargs={"pk": member.pk})))
    return [*way, (title, "")]


def _found(request: access.Request, pk: int) -> Member:
    return get_object_or_404(
        Member.objects.filed_in_scope(request.scope).select_related("user"), pk=pk
    )


def _answer(
    request: access.Request,
    member: Member,
    form: StepForm,
    step: Callable[[Any], str],
    title: str,
    template: str,
    **context: Any,
) -> HttpResponse:
    """Take the step of a valid form and go to the file, or show the form with what to mend."""
    if form.is_valid():
        try:
            message = step(form)
        except CannotChange as error:
            form.refuse(error)
        else:
            messages.success(request, message)
            return redirect("member", pk=member.pk)
    context |= {"member": member, "form": form, "trail": trail(title, member)}
    return render(request, template, context)
