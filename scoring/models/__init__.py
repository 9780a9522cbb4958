"""Tables: schemes, recorded facts, runs with their scores and lines."""

from scoring.models.appeal import Appeal, Correction
from scoring.models.consequence import Consequence
from scoring.models.draft import SchemeDraft
from scoring.models.entry import Mark, PointEntry
from scoring.models.inspection import Inspection, InspectionComment, InspectionPhoto
from scoring.models.line import Line
from scoring.models.round import Round, RoundComment, RoundEvent
from scoring.models.run import Run, RunSource
from scoring.models.scheme_version import SchemeItem, SchemePart, SchemeVersion
from scoring.models.score import Place, Score
from scoring.models.trial import SchemeTrial

__all__ = [
    "Appeal",
    "Consequence",
    "Correction",
    "Inspection",
    "InspectionComment",
    "InspectionPhoto",
    "Line",
    "Mark",
    "Place",
    "PointEntry",
    "Round",
    "RoundComment",
    "RoundEvent",
    "Run",
    "RunSource",
    "SchemeDraft",
    "SchemeItem",
    "SchemePart",
    "SchemeTrial",
    "SchemeVersion",
    "Score",
]
