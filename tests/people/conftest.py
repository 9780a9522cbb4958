"""People of a branch for all nouns: the fixtures of organised life, and a clock to set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from tests.activities.conftest import hold, join, moment, secretary

__all__ = ["hold", "join", "moment", "secretary", "set_clock"]


@pytest.fixture
def set_clock(monkeypatch) -> Callable[..., dt.datetime]:
    """Return ``set_clock(day, hour)``: from then on pages are asked for at that moment."""

    def make(day: dt.date, hour: int = 17) -> dt.datetime:
        at = moment(day, hour)
        monkeypatch.setattr("django.utils.timezone.now", lambda: at)
        return at

    return make
