"""What is due between people; each module of a noun has its own sources."""

from __future__ import annotations

from branches import duties
from people.duties import (
    birthdays,
    care,
    ideas,
    pairs,
    pledges,
    projects,
    stations,
    stewards,
    talents,
    talks,
)


def declare() -> None:
    """Register this app's duties."""
    duties.register(stewards.line, waiting=stewards.line_waiting)
    duties.register(stewards.reports, waiting=stewards.reports_waiting)
    duties.register(stewards.assessments, waiting=stewards.assessments_waiting)
    duties.register(stewards.steps, waiting=stewards.steps_waiting)
    duties.register(talks.own, waiting=talks.own_waiting)
    duties.register(talks.arranged, waiting=talks.arranged_waiting)
    duties.register(talks.uncovered, waiting=talks.uncovered_waiting)
    duties.register(pairs.own, waiting=pairs.own_waiting)
    duties.register(pairs.apart, waiting=pairs.apart_waiting)
    duties.register(pairs.ending, waiting=pairs.ending_waiting)
    duties.register(pairs.alone, waiting=pairs.alone_waiting)
    duties.register(pledges.to_submit, waiting=pledges.to_submit_waiting)
    duties.register(pledges.to_mend, waiting=pledges.to_mend_waiting)
    duties.register(pledges.to_tell, waiting=pledges.to_tell_waiting)
    duties.register(pledges.to_decide, waiting=pledges.to_decide_waiting)
    duties.register(pledges.to_review, waiting=pledges.to_review_waiting)
    duties.register(stations.to_confirm, waiting=stations.to_confirm_waiting)
    duties.register(birthdays.due, waiting=birthdays.waiting)
    duties.register(talents.due, waiting=talents.waiting)
    duties.register(care.recalled, waiting=care.recalled_waiting)
    duties.register(care.tolerated, waiting=care.tolerated_waiting)
    duties.register(care.helped, waiting=care.helped_waiting)
    duties.register(care.reported, waiting=care.reported_waiting)
    duties.register(care.warned, waiting=care.warned_waiting)
    duties.register(ideas.answers, waiting=ideas.answers_waiting)
    duties.register(ideas.own, waiting=ideas.own_waiting)
    duties.register(ideas.overdue, waiting=ideas.overdue_waiting)
    duties.register(projects.own, waiting=projects.own_waiting)
    duties.register(projects.to_decide, waiting=projects.to_decide_waiting)
    duties.register(projects.overdue, waiting=projects.overdue_waiting)
