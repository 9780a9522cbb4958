"""Admission and probation: what the article itself asks for, at the edges."""

import datetime as dt

import pytest

from members.rules import admission, probation
from members.rules.admission import Review, Sponsor
from members.rules.status import MemberStatus

D = dt.date
S = MemberStatus


@pytest.mark.parametrize(
    ("born", "on", "expected"),
    [
        (D(2008, 5, 20), D(2026, 5, 19), False),
        (D(2008, 5, 20), D(2026, 5, 20), True),
        (D(2008, 2, 29), D(2026, 2, 27), False),
        (D(2008, 2, 29), D(2026, 2, 28), True),
    ],
)
def test_f1_eighteen_on_the_day(born, on, expected):
    assert admission.may_apply(born, on) is expected


@pytest.mark.parametrize(
    ("sponsors", "slips"),
    [
        ([Sponsor(1, S.FULL), Sponsor(2, S.FULL)], 0),
        ([Sponsor(1, S.FULL)], 1),
        ([Sponsor(1, S.FULL), Sponsor(1, S.FULL)], 1),
        ([Sponsor(1, S.FULL), Sponsor(2, S.FULL), Sponsor(3, S.FULL)], 1),
        ([Sponsor(1, S.FULL), Sponsor(2, S.PROBATIONARY)], 1),
        ([Sponsor(1, S.FULL), Sponsor(2, S.SUSPENDED)], 1),
        ([Sponsor(1, S.FULL), Sponsor(2, S.FULL, is_restricted=True)], 1),
        ([Sponsor(1, S.PROBATIONARY, is_restricted=True)], 3),
        ([], 1),
    ],
)
def test_f9_two_full_members_recommend(sponsors, slips):
    assert len(admission.sponsor_slips(sponsors)) == slips


@pytest.mark.parametrize(
    ("review", "stops"), [(Review.MISSING, True), (Review.FAILED, True), (Review.PASSED, False)]
)
def test_f10_no_admission_without_a_passed_review(review, stops):
    assert bool(admission.review_slip(review)) is stops


@pytest.mark.parametrize(
    ("voted", "ends"),
    [
        (D(2026, 3, 31), D(2027, 3, 31)),
        (D(2028, 2, 29), D(2029, 2, 28)),
        (D(2027, 2, 28), D(2028, 2, 28)),
        (D(2026, 12, 31), D(2027, 12, 31)),
    ],
)
def test_f21_probation_is_a_year_from_the_vote(voted, ends):
    assert probation.probation_ends_on(voted) == ends
    assert not probation.may_be_regularised(ends - dt.timedelta(days=1), ends)
    assert probation.may_be_regularised(ends, ends)


@pytest.mark.parametrize(
    ("voted", "months", "ends"),
    [
        (D(2026, 3, 31), 6, D(2027, 9, 30)),
        (D(2026, 3, 31), 12, D(2028, 3, 31)),
        (D(2028, 2, 29), 6, D(2029, 8, 28)),
        (D(2027, 2, 28), 12, D(2029, 2, 28)),
    ],
)
def test_f23_an_extension_moves_the_end(voted, months, ends):
    assert probation.extended_end(voted, months) == ends


@pytest.mark.parametrize(
    ("months", "is_extended", "message"),
    [(5, False, "6 个月"), (13, False, "1 年"), (6, True, "一次")],
)
def test_f23_once_and_half_a_year_to_a_year(months, is_extended, message):
    with pytest.raises(ValueError, match=message):
        probation.extended_end(D(2026, 3, 31), months, is_extended=is_extended)


@pytest.mark.parametrize(
    ("regularised", "on", "years"),
    [
        (D(2020, 7, 1), D(2026, 6, 30), 5),
        (D(2020, 7, 1), D(2026, 7, 1), 6),
        (D(2024, 2, 29), D(2026, 2, 27), 1),
        (D(2024, 2, 29), D(2026, 2, 28), 2),
        (D(2026, 7, 1), D(2026, 7, 1), 0),
        (D(2026, 7, 1), D(2026, 6, 30), 0),
    ],
)
def test_f21_standing_counts_from_regularisation(regularised, on, years):
    assert probation.standing_years(regularised, on) == years


@pytest.mark.parametrize(
    ("status", "restricted", "votes"),
    [(S.FULL, False, True), (S.FULL, True, False), (S.PROBATIONARY, False, False),
     (S.SUSPENDED, False, False), (S.LEFT, False, False)],
)  # fmt: skip
def test_f21_who_votes(status, restricted, votes):
    assert admission.has_vote(status, is_restricted=restricted) is votes


@pytest.mark.parametrize("voted", [D(2026, 3, 31), D(2028, 2, 29)])
def test_d8_dues_run_from_the_vote(voted):
    assert admission.dues_from(voted) == voted
