"""Tables of people: one file a noun."""

from people.models.birthday import PoliticalBirthday
from people.models.brand import Brand, BrandCase
from people.models.help_plan import HelpNote, HelpPlan
from people.models.idea import Idea
from people.models.mutual_report import MutualReport
from people.models.pair import Contact, Pair, PastRhythm
from people.models.pledge import Pledge, PledgeProof
from people.models.project import Project, ProjectNote
from people.models.recall import Recall
from people.models.station import Station, StationClaim
from people.models.steward import (
    Steward,
    StewardAssessment,
    StewardDay,
    StewardHelp,
    StewardMonth,
)
from people.models.talent import Talent, TalentNote
from people.models.talk import Talk, TalkReading
from people.models.tolerance import Tolerance

__all__ = [
    "Brand",
    "BrandCase",
    "Contact",
    "HelpNote",
    "HelpPlan",
    "Idea",
    "MutualReport",
    "Pair",
    "PastRhythm",
    "Pledge",
    "PledgeProof",
    "PoliticalBirthday",
    "Project",
    "ProjectNote",
    "Recall",
    "Station",
    "StationClaim",
    "Steward",
    "StewardAssessment",
    "StewardDay",
    "StewardHelp",
    "StewardMonth",
    "Talent",
    "TalentNote",
    "Talk",
    "TalkReading",
    "Tolerance",
]
