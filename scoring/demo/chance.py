"""Chance that can be repeated: a number drawn from a seed and a place, in any order."""

from __future__ import annotations

_MASK = (1 << 64) - 1


def mixed(*numbers: int) -> int:
    """Return 64 well-stirred bits of the numbers (SplitMix64)."""
    state = 0
    for number in numbers:
        state = (state + number + 1) * 0x9E3779B97F4A7C15 & _MASK
        state = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & _MASK
        state = (state ^ state >> 27) * 0x94D049BB133111EB & _MASK
        state ^= state >> 31
    return state


def share(*numbers: int) -> float:
    """Return a fraction in [0, 1)."""
    return mixed(*numbers) / (1 << 64)
