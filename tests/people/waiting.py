"""Two steps at once, of which the second has to wait for the first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from activities.operations.refusals import Refused


def one_after_the_other(first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """Return what both steps return, the second begun while the first holds its row; what is
    refused is returned as its words.
    """
    answers: list[Any] = []

    def wait() -> None:
        try:
            answers.append(second())
        except Refused as refusal:
            answers.append(str(refusal))
        finally:
            connection.close()

    waiting = threading.Thread(target=wait)
    with transaction.atomic():
        done = first()
        waiting.start()
        while waiting.is_alive() and not _is_waited():
            pass
    waiting.join()
    return done, answers[0]


def _is_waited() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])
