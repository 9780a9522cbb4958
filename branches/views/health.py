"""Answers for machines that watch this one."""

from __future__ import annotations

import logging

from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from branches import access

logger = logging.getLogger(__name__)


@access.anyone("存活探针")
@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    """Say that the process answers."""
    return JsonResponse({"live": True})


@access.anyone("就绪探针")
@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Say whether pages can be served: 503 without the database.

    Without the queue's Redis pages still work and jobs wait, so that is told but no reason
    to take the machine out of service.
    """
    database = _database()
    return JsonResponse({"database": database, "queue": _queue()}, status=200 if database else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        logger.warning("the database does not answer", exc_info=True)
        return False
    return True


def _queue() -> bool:
    try:
        cache.get("health")
    except Exception:  # whatever the client library raises
        logger.warning("Redis does not answer", exc_info=True)
        return False
    return True
