"""What is due in organised life; each module of a noun has its own sources."""

from __future__ import annotations

from activities.duties import rhythm
from branches import duties


def declare() -> None:
    """Register this app's duties."""
    duties.register(rhythm.due)
