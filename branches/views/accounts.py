"""Accounts and posts, for those who keep them."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from branches import access, wording
from branches.access import Request
from branches.forms.accounts import AccountForm, AppointForm, EndPostForm
from branches.models import Post, User
from branches.operations import accounts as operations
from branches.queries import accounts
from branches.rules.roles import Capability, Role

PAGE = 50
OUT_OF_REACH = "此人还在您管理范围以外任职，请由上级管理员办理。"


@access.requires(Capability.MANAGE_ACCOUNTS)
def account_list(request: Request) -> HttpResponse:
    """Show the accounts of the scope with the posts they hold today."""
    asked = {key: request.GET.get(key, "").strip() for key in ("q", "role", "state")}
    rows = accounts.listed(
        request.scope,
        on=request.today,
        text=asked["q"].replace("\0", "")[:60],
        role=asked["role"] if asked["role"] in set(Role) else "",
        state=asked["state"],
    )
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "asked": asked,
        "is_filtered": any(asked.values()),
        "roles": wording.ROLES,
    }
    return TemplateResponse(request, "accounts/list.html", context)


@access.requires(Capability.MANAGE_ACCOUNTS)
@never_cache
def account_new(request: Request) -> HttpResponse:
    """Open an account with its first post and show the initial password once."""
    form = AccountForm(request.POST or None, scope=request.scope, today=request.today)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user, password = operations.open_with_post(
                username=data["username"],
                name=data["name"],
                organization=data["organization"],
                role=data["role"],
                duty=data["duty"],
                started_on=data["started_on"],
                by=request.user,
                at=timezone.now(),
            )
        except operations.UsernameTaken:
            form.add_error("username", "这个账号已有人使用，请换一个，如在后面加工号。")
        except operations.CannotAppoint as refusal:
            form.add_error("role", str(refusal))
        else:
            return _initial_password(request, user, password, opened=True)
    return TemplateResponse(request, "accounts/new.html", {"form": form})


@access.requires(Capability.MANAGE_ACCOUNTS)
def account(request: Request, *, pk: int) -> HttpResponse:
    user = _found(request, pk)
    return _file(request, user, AppointForm(scope=request.scope, today=request.today))


@require_POST
@access.requires(Capability.MANAGE_ACCOUNTS)
def account_appoint(request: Request, *, pk: int) -> HttpResponse:
    user = _found(request, pk)
    form = AppointForm(request.POST, scope=request.scope, today=request.today)
    if form.is_valid():
        data = form.cleaned_data
        try:
            operations.appoint(
                user=user,
                organization=data["organization"],
                role=data["role"],
                duty=data["duty"],
                started_on=data["started_on"],
                by=request.user,
                at=timezone.now(),
            )
        except operations.CannotAppoint as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"已任命{user.name}。")
            return redirect("account", pk=user.pk)
    return _file(request, user, form)


@require_POST
@access.requires(Capability.MANAGE_ACCOUNTS)
@never_cache
def account_reset(request: Request, *, pk: int) -> HttpResponse:
    """Give a new initial password and show it once; it is kept nowhere."""
    user = _found(request, pk)
    if not accounts.may_manage(user, request.scope, request.today):
        messages.error(request, OUT_OF_REACH)
        return redirect("account", pk=user.pk)
    try:
        password = operations.reset_password(user=user, by=request.user, at=timezone.now())
    except operations.CannotManage as refusal:
        messages.error(request, str(refusal))
        return redirect("account", pk=user.pk)
    return _initial_password(request, user, password, opened=False)


@require_POST
@access.requires(Capability.MANAGE_ACCOUNTS)
def account_active(request: Request, *, pk: int) -> HttpResponse:
    """Close or reopen an account, as the button pressed says."""
    user = _found(request, pk)
    active = request.POST.get("active") == "1"
    if not accounts.may_manage(user, request.scope, request.today):
        messages.error(request, OUT_OF_REACH)
        return redirect("account", pk=user.pk)
    try:
        operations.set_active(user=user, active=active, by=request.user, at=timezone.now())
    except operations.CannotManage as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, "账号已恢复。" if active else "账号已停用，已登录的设备立即失效。"
        )
    return redirect("account", pk=user.pk)


@require_POST
@access.requires(Capability.MANAGE_ACCOUNTS)
def post_end(request: Request, *, pk: int) -> HttpResponse:
    post = get_object_or_404(
        Post.objects.in_scope(request.scope).select_related("organization", "user"), pk=pk
    )
    form = EndPostForm(request.POST)
    if not form.is_valid():
        messages.error(request, "免职日期填写不对，请重新选择。")
    else:
        try:
            operations.end_post(
                post=post, on=form.cleaned_data["on"], by=request.user, at=timezone.now()
            )
        except operations.CannotManage as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request, f"已免去{post.user.name}的{post.organization.short_name}{post.title}职务。"
            )
    return redirect("account", pk=post.user_id)


def _found(request: Request, pk: int) -> User:
    return get_object_or_404(accounts.in_scope(request.scope), pk=pk)


def _file(request: Request, user: User, form: AppointForm) -> HttpResponse:
    context = {
        "person": user,
        "posts": [
            (post, request.scope.reaches(post.organization.path), post.ended_on is None)
            for post in accounts.posts_of(user)
        ],
        "form": form,
        "is_self": user.pk == request.user.pk,
        "may_manage": accounts.may_manage(user, request.scope, request.today),
        "out_of_reach": OUT_OF_REACH,
    }
    return TemplateResponse(request, "accounts/account.html", context)


def _initial_password(request: Request, user: User, password: str, *, opened: bool) -> HttpResponse:
    return TemplateResponse(
        request,
        "accounts/initial_password.html",
        {"person": user, "password": password, "opened": opened},
    )
