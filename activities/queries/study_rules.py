"""What the rules on study say for an organisation on a day, adjusted by the nearest committee."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from branches.models import Organization
from branches.queries import regulations

CENTRALISED, NEW_SECRETARY, CONVERSION, CLASS, CALL_UP = "H2", "H3", "H5", "H6", "H7"


@dataclass(frozen=True, slots=True)
class CallUpRule:
    """Months in which a topic is to have come up once, and months without a second call-up."""

    topic_months: int
    called_months: int


def conversion(organization: Organization, on: dt.date) -> dict[str, Any]:
    """Return how many class hours an hour, half a day and a day are (H5)."""
    return regulations.parameters(organization, on, CONVERSION)


def theory_percent(organization: Organization, on: dt.date) -> int:
    """Return the least share of theory and party spirit at the party school, in percent."""
    return int(regulations.parameters(organization, on, CLASS).get("theory_percent", 0))


def call_up(organization: Organization, on: dt.date) -> CallUpRule:
    found = regulations.parameters(organization, on, CALL_UP)
    return CallUpRule(found.get("topic_months", 24), found.get("called_months", 12))
