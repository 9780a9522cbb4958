"""What is due in organised life; each module of a noun has its own sources."""

from __future__ import annotations

from activities.duties import (
    appraisals,
    checks,
    duty,
    elections,
    homework,
    leaves,
    preparations,
    problems,
    procedures,
    rhythm,
    study,
)
from branches import duties


def declare() -> None:
    """Register this app's duties."""
    duties.register(rhythm.due)
    duties.register(leaves.due)
    duties.register(checks.due)
    duties.register(preparations.due)
    duties.register(problems.due)
    duties.register(procedures.due)
    duties.register(elections.due)
    duties.register(appraisals.due)
    duties.register(study.orders_to_answer)
    duties.register(study.orders_to_rate)
    duties.register(study.classes_to_close)
    duties.register(study.hours_behind)
    duties.register(study.committees_untrained)
    duties.register(duty.due)
    duties.register(homework.due)
