"""Tables: schemes, recorded facts, runs with their scores and lines."""

from scoring.models.entry import Mark, PointEntry
from scoring.models.line import Line
from scoring.models.run import Run, RunSource
from scoring.models.scheme_version import SchemeItem, SchemePart, SchemeVersion
from scoring.models.score import Place, Score

__all__ = [
    "Line",
    "Mark",
    "Place",
    "PointEntry",
    "Run",
    "RunSource",
    "SchemeItem",
    "SchemePart",
    "SchemeVersion",
    "Score",
]
