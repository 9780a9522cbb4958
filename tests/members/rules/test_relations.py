"""The clocks of a member's standing, at their edges."""

import datetime as dt

import pytest

from members.rules import relations
from members.rules.relations import Standing
from members.rules.status import EventKind, ExemptionReason

D = dt.date


@pytest.mark.parametrize(
    ("on", "settled", "transferred", "expected"),
    [
        (D(2026, 2, 27), True, False, False),
        (D(2026, 2, 28), True, False, True),  # six months after 31 August
        (D(2026, 2, 28), False, False, False),
        (D(2026, 2, 28), True, True, False),
    ],
)
def test_r1_half_a_year_at_a_settled_place_moves_the_relation(on, settled, transferred, expected):
    assert (
        relations.should_transfer(
            D(2025, 8, 31), on, is_settled=settled, is_transferred=transferred
        )
        is expected
    )


@pytest.mark.parametrize(
    ("accepted", "on", "branch"),
    [
        (None, D(2026, 5, 1), 1),
        (D(2026, 5, 2), D(2026, 5, 1), 1),
        (D(2026, 5, 1), D(2026, 5, 1), 2),
    ],
)
def test_r2_the_old_branch_answers_until_the_new_one_accepts(accepted, on, branch):
    assert relations.responsible_branch(1, 2, accepted_on=accepted, on=on) == branch


@pytest.mark.parametrize(
    ("on", "log", "suspended", "expected"),
    [
        (D(2026, 2, 27), True, None, Standing.IN_REACH),
        (D(2026, 2, 28), False, None, Standing.SEARCH),
        (D(2026, 2, 28), True, None, Standing.SUSPEND),
        (D(2030, 2, 27), True, D(2028, 2, 29), Standing.IN_REACH),
        (D(2030, 2, 28), True, D(2028, 2, 29), Standing.REMOVE),
    ],
)
def test_r5_lost_for_half_a_year_then_two_years(on, log, suspended, expected):
    assert (
        relations.lost_contact(D(2025, 8, 31), on, has_search_log=log, suspended_on=suspended)
        is expected
    )


@pytest.mark.parametrize(
    ("left", "on", "expected"),
    [
        (D(2021, 3, 1), D(2026, 3, 1), False),  # five years to the day
        (D(2021, 3, 1), D(2026, 3, 2), True),
        (D(2024, 2, 29), D(2029, 2, 28), False),
        (D(2024, 2, 29), D(2029, 3, 1), True),
    ],
)
def test_r6_more_than_five_years_abroad(left, on, expected):
    assert relations.abroad_too_long(left, on) is expected


@pytest.mark.parametrize(
    ("last", "due"), [(D(2025, 8, 31), D(2026, 2, 28)), (D(2026, 1, 15), D(2026, 7, 15))]
)
def test_r6_contact_every_half_year(last, due):
    assert relations.contact_due(last) == due


@pytest.mark.parametrize(
    ("started", "ends", "is_refused"),
    [
        (D(2026, 3, 1), D(2027, 3, 1), False),
        (D(2026, 3, 1), D(2027, 3, 2), True),
        (D(2028, 2, 29), D(2029, 2, 28), False),
        (D(2028, 2, 29), D(2029, 3, 1), True),
        (D(2026, 3, 1), D(2026, 3, 1), True),
    ],
)
def test_r7_a_year_at_most_to_put_oneself_right(started, ends, is_refused):
    assert bool(relations.correction_slip(started, ends)) is is_refused


@pytest.mark.parametrize(
    ("on", "transferred", "expected"),
    [(D(2026, 7, 1), False, False), (D(2026, 7, 2), False, True), (D(2026, 7, 2), True, False)],
)
def test_r8_floating_is_more_than_half_a_year_away(on, transferred, expected):
    assert relations.is_floating(D(2026, 1, 1), on, is_transferred=transferred) is expected


@pytest.mark.parametrize("attends", [None, 1, 2])
def test_r8_who_floats_is_counted_once_at_home(attends):
    assert relations.counted_at(1, attends) == 1


@pytest.mark.parametrize(
    ("graduated", "until"), [(D(2026, 7, 1), D(2028, 7, 1)), (D(2028, 2, 29), D(2030, 2, 28))]
)
def test_r9_two_years_at_the_school(graduated, until):
    assert relations.kept_at_school_until(graduated) == until


@pytest.mark.parametrize(
    ("told", "heard", "appeal", "lacks"),
    [(D(2026, 1, 1), True, True, 0), (None, True, True, 1), (D(2026, 1, 1), False, True, 1),
     (D(2026, 1, 1), True, False, 1), (None, False, False, 3)],
)  # fmt: skip
def test_r12_notice_hearing_and_the_way_to_appeal(told, heard, appeal, lacks):
    found = relations.hearing_slips(told_on=told, heard=heard, may_appeal_told=appeal)

    assert len(found) == lacks


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(ExemptionReason.ILL, True), (ExemptionReason.AWAY, False), (EventKind.DISCIPLINED, True),
     (EventKind.HONOURED, False)],
)  # fmt: skip
def test_m15_illness_and_discipline_call_for_a_talk(kind, expected):
    assert relations.calls_for_talk(kind) is expected
