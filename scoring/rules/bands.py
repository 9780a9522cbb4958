"""Grades by total: stars, steps, coefficients."""

from collections.abc import Iterable
from decimal import Decimal

from scoring.rules.scheme import Band


def band_of(total: Decimal, bands: Iterable[Band]) -> Band | None:
    """Return the highest band whose ``min`` the rounded total reaches; None below them all."""
    reached = [band for band in bands if band.min <= total]
    return max(reached, key=lambda band: band.min, default=None)
