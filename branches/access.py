"""Who may open what. Closed unless opened: each routed view names its policy.

``@requires(Capability.X)`` hands the view ``request.scope``, the subtrees where the
person holds that capability; views find objects through it, so what is not yours is not
found (404). ``@signed_in("…")`` opens a page about oneself, ``@anyone("…")`` a page for
people without an account; both say why.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from branches.models import Post, User
from branches.rules.roles import Capability, Role, roles_with
from branches.scope import Scope

POLICY_MARK = "_access_policy"
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Grant:
    role: Role
    path: str
    organization_name: str
    title: str


@dataclass(frozen=True, slots=True)
class Grants:
    """All posts one person holds on one day; read with a single query.

    They live as long as one request, and remember for it what ``once`` was asked. ``user_id``
    and ``on`` say whose they are and of which day.
    """

    held: tuple[Grant, ...] = ()
    user_id: int | None = field(default=None, compare=False)
    on: dt.date | None = field(default=None, compare=False)
    _known: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, user: User, on: dt.date) -> Grants:
        posts = (
            Post.objects.filter(user=user, organization__dissolved_on__isnull=True)
            .held_on(on)
            .select_related("organization")
            .order_by("organization__path", "role")
        )
        return cls(
            tuple(
                Grant(
                    Role(post.role),
                    post.organization.path,
                    post.organization.short_name,
                    post.title,
                )
                for post in posts
            ),
            user_id=user.pk,
            on=on,
        )

    def scope(self, capability: Capability) -> Scope:
        roles = roles_with(capability)
        return Scope.over(grant.path for grant in self.held if grant.role in roles)

    def allows(self, capability: Capability) -> bool:
        return bool(self.scope(capability))

    def reach(self) -> Scope:
        """Return everything at or below any of the posts, whatever they allow."""
        return Scope.over(grant.path for grant in self.held)

    def once(self, what: str, read: Callable[[], _Read]) -> _Read:
        """Return what ``read`` finds, read at the first asking and remembered by its name."""
        if what not in self._known:
            self._known[what] = read()
        return cast(_Read, self._known[what])


class Request(HttpRequest):
    """A request behind the gate, for type checkers."""

    user: User
    grants: Grants
    scope: Scope
    today: dt.date


View = Callable[..., HttpResponseBase]


def requires(capability: Capability) -> Callable[[View], View]:
    """Let a view run only with ``capability``; hand it ``request.scope``.

    Without the capability a page of one's own is forbidden (403), while an address that
    names an object is not found (404): it must not tell whether the object exists.
    """

    def decorate(view: View) -> View:
        @login_required
        @functools.wraps(view)
        def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            asked = cast(Request, request)
            if asked.user.must_change_password:
                return redirect("password-change")
            asked.scope = asked.grants.scope(capability)
            if not asked.scope:
                if kwargs:
                    raise Http404
                raise PermissionDenied
            return view(asked, **kwargs)

        setattr(wrapped, POLICY_MARK, capability)
        return cast(View, wrapped)

    return decorate


def signed_in(reason: str) -> Callable[[View], View]:
    """Let everybody with an account in; the view starts its queries from ``request.user``."""

    def decorate(view: View) -> View:
        @login_required
        @functools.wraps(view)
        def wrapped(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
            asked = cast(Request, request)
            if asked.user.must_change_password and getattr(view, "needs_own_password", True):
                return redirect("password-change")
            return view(asked, **kwargs)

        setattr(wrapped, POLICY_MARK, reason)
        return cast(View, wrapped)

    return decorate


def anyone(reason: str) -> Callable[[View], View]:
    """Open a view to people without an account."""

    def decorate(view: View) -> View:
        setattr(view, POLICY_MARK, reason)
        return view

    return decorate
