"""设岗定责: posts of a branch that members claim, one to three each.

Source: practices C04, C05, C22: posts are set up with their duties, members claim them, the branch
confirms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LEAST, MOST = 1, 3


@dataclass(frozen=True, slots=True)
class Terms:
    """How many posts a member holds: the parameters of rule P2."""

    least: int = LEAST
    most: int = MOST


def terms_of(parameters: Mapping[str, Any]) -> Terms:
    """Return the terms as rule P2 says them; what it leaves out stays as the practices have it."""
    least = max(0, int(parameters.get("least", LEAST)))
    return Terms(least=least, most=max(least, 1, int(parameters.get("most", MOST))))


def claim_wrong(*, title: str, seats: int, taken: int, held: int, most: int) -> str:
    """Return why a post cannot be claimed, in Chinese; "" if it can.

    :param taken: how many hold the post or wait for it to be confirmed.
    :param held: how many posts the member holds or waits for.
    """
    if taken >= seats:
        return f"“{title}”设 {seats} 人，已经认满。请选别的岗位。"
    if held >= most:
        return f"每人最多认领 {most} 个岗位，已经有 {held} 个。要换岗，请先请支部办理卸岗。"
    return ""
