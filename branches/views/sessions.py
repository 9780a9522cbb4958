"""Signing in and out, and one's own account."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from branches import access, demo_accounts
from branches.access import Request
from branches.forms.sessions import PasswordForm, SignInForm
from branches.models import AuditEntry, User
from branches.operations import accounts as operations
from branches.queries import accounts

# The same words whoever fails and why: they must not tell which accounts exist.
REFUSED = "账号或密码不对，或者账号已停用。请检查大小写后重试；忘了密码请联系管理员重置。"


@access.anyone("登录页")
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Let somebody in; repeated failures are counted and answered by axes."""
    if request.user.is_authenticated:
        return redirect("home")
    shown = _demo_accounts()
    form = SignInForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        user = _authenticated(request, form, shown)
        if user is not None:
            login(request, user)
            return redirect(_next(request))
    return TemplateResponse(
        request,
        "accounts/login.html",
        {
            "form": form,
            "next": request.POST.get("next") or request.GET.get("next") or "",
            "demo_accounts": shown,
            "demo_password": demo_accounts.PASSWORD if shown else "",
        },
    )


@require_POST
@access.anyone("退出登录")
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("login")


def _first_page(view: Any) -> Any:
    """Mark the one page that people with an initial password may open."""
    view.needs_own_password = False
    return view


@access.signed_in("修改本人密码")
@_first_page
@never_cache
@sensitive_post_parameters()
def password_change(request: Request) -> HttpResponse:
    """Change one's own password; asked for before anything else at the first sign-in."""
    form = PasswordForm(request.POST if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        user = request.user
        operations.change_password(user=user, password=form.cleaned_data["new"], at=timezone.now())
        update_session_auth_hash(request, user)
        messages.success(request, "密码已修改，其他设备上的登录已退出。")
        return redirect("home")
    template = (
        "accounts/password_first.html"
        if request.user.must_change_password
        else "accounts/password.html"
    )
    return TemplateResponse(request, template, {"form": form})


@access.signed_in("本人账号")
def account_mine(request: Request) -> HttpResponse:
    return TemplateResponse(
        request, "accounts/mine.html", {"posts": accounts.posts_of(request.user)}
    )


def _authenticated(
    request: HttpRequest, form: SignInForm, shown: list[demo_accounts.DemoAccount]
) -> User | None:
    demo = next((a for a in shown if a.username == request.POST.get("demo")), None)
    if demo is not None:
        # Filled, not bound: a demo account needs no typing, so nothing is left to correct.
        found = authenticate(request, username=demo.username, password=demo_accounts.PASSWORD)
        return found if isinstance(found, User) else None
    if not form.is_valid():
        return None
    found = authenticate(
        request,
        username=form.cleaned_data["username"],
        password=form.cleaned_data["password"],
    )
    if not isinstance(found, User):
        form.add_error(None, REFUSED)
        return None
    return found


def _next(request: HttpRequest) -> str:
    """Return where to go after signing in: on this site only."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return wanted
    return resolve_url("home")


def _demo_accounts() -> list[demo_accounts.DemoAccount]:
    """Return the accounts to name: only in a demo, and only those the demo made."""
    if not settings.DEMO or not AuditEntry.objects.filter(action="demo.seeded").exists():
        return []
    names = [account.username for account in demo_accounts.ACCOUNTS]
    made = set(
        User.objects.filter(username__in=names, is_active=True).values_list("username", flat=True)
    )
    return [account for account in demo_accounts.ACCOUNTS if account.username in made]
