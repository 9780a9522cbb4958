"""What the regulations ask of organisations, checked against the records.

``of_organizations`` judges any number of organisations in a fixed number of queries; ``records``
tells for one of them what was counted.
"""

from activities.queries.checks.facts import Facts, load, people_of, sizes_within
from activities.queries.checks.finding import Finding, State, explained
from activities.queries.checks.judging import CODES, ORGANIZATION_CODES, PEOPLE_CODES, judge
from activities.queries.checks.records import Record, records

__all__ = [
    "CODES",
    "ORGANIZATION_CODES",
    "PEOPLE_CODES",
    "Facts",
    "Finding",
    "Record",
    "State",
    "explained",
    "judge",
    "load",
    "people_of",
    "records",
    "sizes_within",
]
