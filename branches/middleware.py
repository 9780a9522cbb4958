"""What every request carries: its number, today's date, and the posts of its user."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from branches import audit
from branches.access import Grants


class RequestContextMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.today = timezone.localdate()
        request.grants = SimpleLazyObject(
            lambda: (
                Grants.of(request.user, request.today)
                if request.user.is_authenticated
                else Grants()
            )
        )
        token = audit.request_id.set(secrets.token_hex(8))
        try:
            response = self.get_response(request)
        finally:
            audit.request_id.reset(token)
        if not response.has_header("Cache-Control") and request.user.is_authenticated:
            # Shared office machines: the back button must not show the last user's page.
            response["Cache-Control"] = "private, no-store"
        return response
