"""Tables: schemes, recorded facts, runs with their scores and lines."""

from scoring.models.entry import Mark, PointEntry
from scoring.models.run import Line, Run, Score
from scoring.models.scheme_version import SchemeItem, SchemePart, SchemeVersion

__all__ = [
    "Line",
    "Mark",
    "PointEntry",
    "Run",
    "SchemeItem",
    "SchemePart",
    "SchemeVersion",
    "Score",
]
