"""What a device sends that took a roll without a connection."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from dataclasses import dataclass

from django.utils import timezone
from django.utils.dateparse import parse_datetime

MOST = 5000  # people on one roll
# A device keeps a roll for weeks at most, and its clock is a little wrong at most.
OLDEST = dt.timedelta(days=60)
AHEAD = dt.timedelta(days=1)


class BadRoll(Exception):
    """What was sent cannot be read."""


class ClockWrong(BadRoll):
    """The device says a time at which nobody can have taken this roll."""


@dataclass(frozen=True, slots=True)
class SentRoll:
    """``base`` is what the device began with, ``marks`` what it says now, by member."""

    key: uuid.UUID
    base: dict[int, str]
    marks: dict[int, str]
    taken_at: dt.datetime


def read(body: bytes, *, at: dt.datetime) -> SentRoll:
    """Return the roll in a JSON body sent at ``at``.

    :raises ClockWrong: it was taken more than 60 days before ``at`` or a day after.
    :raises BadRoll: it is none.
    """
    try:
        sent = json.loads(body)
        taken_at = parse_datetime(sent["taken_at"])
        if taken_at is None or timezone.is_naive(taken_at):
            raise BadRoll
        if not at - OLDEST <= taken_at <= at + AHEAD:
            raise ClockWrong
        return SentRoll(
            uuid.UUID(sent["key"]), _marks(sent["base"]), _marks(sent["marks"]), taken_at
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise BadRoll from None


def _marks(given: dict[str, str]) -> dict[int, str]:
    if len(given) > MOST or not all(isinstance(mark, str) for mark in given.values()):
        raise ValueError
    if not all(key.isascii() and key.isdigit() and len(key) < 18 for key in given):
        raise ValueError
    return {int(key): mark for key, mark in given.items()}
