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
    problem_handling,
    problems,
    procedures,
    rhythm,
    study,
    volunteering,
)
from branches import duties


def declare() -> None:
    """Register this app's duties."""
    duties.register(rhythm.due)
    duties.register(leaves.due, waiting=leaves.waiting)
    duties.register(checks.due)
    duties.register(preparations.own, waiting=preparations.own_waiting)
    duties.register(preparations.of_others, waiting=preparations.of_others_waiting)
    duties.register(problems.due, waiting=problems.waiting)
    duties.register(problems.unassigned, waiting=problems.unassigned_waiting)
    duties.register(problem_handling.to_begin, waiting=problem_handling.to_begin_waiting)
    duties.register(problem_handling.to_assign, waiting=problem_handling.to_assign_waiting)
    duties.register(problem_handling.to_answer, waiting=problem_handling.to_answer_waiting)
    duties.register(problem_handling.unanswered, waiting=problem_handling.unanswered_waiting)
    duties.register(problem_handling.to_ask, waiting=problem_handling.to_ask_waiting)
    duties.register(problem_handling.to_look_back, waiting=problem_handling.to_look_back_waiting)
    duties.register(problem_handling.to_reopen, waiting=problem_handling.to_reopen_waiting)
    duties.register(problem_handling.to_rate, waiting=problem_handling.to_rate_waiting)
    duties.register(procedures.due, waiting=procedures.waiting)
    duties.register(elections.due, waiting=elections.waiting)
    duties.register(appraisals.to_begin, waiting=appraisals.to_begin_waiting)
    duties.register(appraisals.to_finish, waiting=appraisals.to_finish_waiting)
    duties.register(appraisals.to_write, waiting=appraisals.to_write_waiting)
    duties.register(study.orders_to_answer, waiting=study.orders_to_answer_waiting)
    duties.register(study.orders_to_rate, waiting=study.orders_to_rate_waiting)
    duties.register(study.classes_to_close, waiting=study.classes_to_close_waiting)
    duties.register(study.hours_behind)
    duties.register(study.committees_untrained)
    duties.register(duty.own_shifts, waiting=duty.own_shifts_waiting)
    duties.register(duty.swaps, waiting=duty.swaps_waiting)
    duties.register(duty.answers, waiting=duty.answers_waiting)
    duties.register(duty.settled, waiting=duty.settled_waiting)
    duties.register(duty.rosters, waiting=duty.rosters_waiting)
    duties.register(homework.due, waiting=homework.waiting)
    duties.register(homework.quizzes_to_take, waiting=homework.quizzes_waiting)
    duties.register(volunteering.due, waiting=volunteering.waiting)
