"""What every request carries: its number, today's date, and the posts of its user."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme

from branches import audit
from branches.access import Grants
from branches.rules.workflow import StepNotAllowed


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

    def process_exception(self, request: Any, exception: Exception) -> HttpResponseBase | None:
        """Answer a step that came too late (somebody else was quicker) with a message.

        A view that knows better words says them itself; this is for what no view expected.
        """
        if not isinstance(exception, StepNotAllowed) or request.method != "POST":
            return None
        messages.warning(request, "情况已有变化，这一步现在不能办理。请核对页面上的最新状态。")
        back = request.headers.get("Referer", "")
        if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
            back = reverse("home")
        return redirect(back)
