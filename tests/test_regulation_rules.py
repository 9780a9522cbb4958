"""Every rule whose article was seen, and which may therefore block, has its table test."""

import ast
import tomllib
from pathlib import Path

import pytest

from tests.conftest import REGULATIONS

ROOT = Path(__file__).parent
SETUP = "branches/rules/test_establishment.py"
TERMS = "branches/rules/test_terms.py"
DUES = "members/rules/test_dues.py"
RELATIONS = "members/rules/test_relations.py"
ADMISSION = "members/rules/test_admission.py"
MOMENTS = "activities/rules/test_moments.py"
PARTICIPATION = "activities/rules/test_participation.py"
CHECKS = "activities/test_checks.py"
VOTES = "activities/rules/test_votes.py"

# By code: the tests that hold the rule at its boundaries.
RULE_TESTS = {
    "O1": [(SETUP, "test_o1_three_full_members_set_up_a_branch")],
    "O2": [(SETUP, "test_o2_fifty_members_are_not_too_many"), (CHECKS, "test_o2_more_than_fifty")],
    "O9": [
        (TERMS, "test_a_term_ends_on_the_day_of_its_election"),
        (TERMS, "test_o9_reminders_come_six_three_and_one_month_before"),
        (CHECKS, "test_o9_o10_terms_and_their_extensions"),
    ],
    "O10": [(TERMS, "test_o10_an_extension_is_generally_a_year_at_most")],
    "O12": [(SETUP, "test_o12_a_hundred_members_have_a_committee")],
    "O16": [(SETUP, "test_o16_everybody_has_a_group_and_every_group_a_leader")],
    "O17": [(SETUP, "test_o17_one_percent_unless_two_are_left_over")],
    "M1": [
        (MOMENTS, "test_m1_the_last_minute_of_a_quarter_counts"),
        (CHECKS, "test_m1_an_assembly_a_quarter"),
    ],
    "M2": [(MOMENTS, "test_m2_m3_m6_the_last_minute_of_a_month_counts")],
    "M2Q": [(VOTES, "test_quorum")],
    "M3": [(MOMENTS, "test_m2_m3_m6_the_last_minute_of_a_month_counts")],
    "M6": [
        (MOMENTS, "test_m2_m3_m6_the_last_minute_of_a_month_counts"),
        (MOMENTS, "test_m2_m3_m6_29_february_belongs_to_february"),
    ],
    "M7": [
        (PARTICIPATION, "test_m7_leaders_come_to_their_own_branch"),
        (CHECKS, "test_m7_leaders_come_to_their_own_branch"),
    ],
    "M8": [
        (MOMENTS, "test_m8_the_last_minute_of_a_year_counts"),
        ("activities/test_problems.py", "test_study_counts_for_thirty_days_before"),
    ],
    "M9": [("activities/rules/test_appraisals.py", "test_no_part_is_left_out")],
    "M15": [(RELATIONS, "test_m15_illness_and_discipline_call_for_a_talk")],
    "M16": [(VOTES, "test_what_only_a_general_meeting_decides")],
    "M17": [(VOTES, "test_quorum"), (VOTES, "test_carried_by_more_than_half_of_those_due")],
    "M18": [(VOTES, "test_who_takes_the_chair")],
    "M19": [(VOTES, "test_important_matters_go_through_the_committee_first")],
    "M20": [(PARTICIPATION, "test_m20_the_frail_are_not_counted_absent")],
    "M21": [
        (PARTICIPATION, "test_m21_months_without_organised_life"),
        (PARTICIPATION, "test_m21_alerts_at_two_three_five_and_six_months"),
        (CHECKS, "test_m21_months_in_a_row"),
    ],
    "M22": [(PARTICIPATION, "test_m22_absences_of_three_months")],
    "F1": [(ADMISSION, "test_f1_eighteen_on_the_day")],
    "F9": [(ADMISSION, "test_f9_two_full_members_recommend")],
    "F10": [(ADMISSION, "test_f10_no_admission_without_a_passed_review")],
    "F21": [
        (ADMISSION, "test_f21_probation_is_a_year_from_the_vote"),
        (ADMISSION, "test_f21_standing_counts_from_regularisation"),
        (ADMISSION, "test_f21_who_votes"),
        (ADMISSION, "test_f23_an_extension_moves_the_end"),
    ],
    "E1": [
        ("activities/test_votes.py", "test_a_restricted_member_has_no_vote"),
        ("activities/test_votes.py", "test_the_vote_begins_on_the_day_of_becoming_a_full_member"),
    ],
    "E2": [(SETUP, "test_e2_five_hundred_members_or_scattered_may_send_delegates")],
    "E3": [("activities/rules/test_elections.py", "test_four_fifths")],
    "E13": [("activities/test_elections.py", "test_the_result_is_reported_and_then_approved")],
    "D1": [(DUES, "test_d1_bonus_counts_in_enterprises_allowances_nowhere")],
    "D2": [(DUES, "test_d2_the_rate_applies_to_the_whole_base")],
    "D3": [(DUES, "test_d3_yearly_pay_counts_as_it_is_drawn")],
    "D4": [(DUES, "test_d4_without_fixed_pay_the_mean_of_last_quarter")],
    "D5": [(DUES, "test_d5_pensioners_have_two_rates")],
    "D6": [(DUES, "test_d6_small_fixed_amounts")],
    "D7": [(DUES, "test_d7_relief_needs_the_decision_and_the_approval")],
    "D8": [(DUES, "test_d8_probationary_members_pay_from_the_vote")],
    "D9": [(DUES, "test_d9_at_home_or_with_the_card")],
    "D10": [(DUES, "test_d10_a_new_wage_counts_from_its_month")],
    "D11": [(DUES, "test_d11_more_than_a_thousand_at_once_goes_to_the_centre")],
    "D12": [(DUES, "test_d12_back_payment_within_six_months")],
    "D13": [(DUES, "test_d13_six_months_unpaid_ask_for_a_case")],
    "D14": [(DUES, "test_d14_nobody_pays_for_others_and_nothing_is_deducted")],
    "R1": [(RELATIONS, "test_r1_half_a_year_at_a_settled_place_moves_the_relation")],
    "R2": [(RELATIONS, "test_r2_the_old_branch_answers_until_the_new_one_accepts")],
    "R5": [(RELATIONS, "test_r5_lost_for_half_a_year_then_two_years")],
    "R6": [(RELATIONS, "test_r6_more_than_five_years_abroad")],
    "R7": [(RELATIONS, "test_r7_a_year_at_most_to_put_oneself_right")],
    "R8": [(RELATIONS, "test_r8_floating_is_more_than_half_a_year_away")],
    "R9": [(RELATIONS, "test_r9_two_years_at_the_school")],
    "R12": [(RELATIONS, "test_r12_notice_hearing_and_the_way_to_appeal")],
    "H1": [("activities/rules/test_hours.py", "test_who_came_in_the_year_is_asked_for_his_share")],
}
SEEN = sorted(
    {
        rule["code"]
        for rule in tomllib.loads(REGULATIONS.read_text(encoding="utf-8"))["regulation"]
        if rule["evidence"] == "A"
    }
)


def test_each_rule_with_its_article_is_in_the_table():
    assert sorted(RULE_TESTS) == SEEN


@pytest.mark.parametrize(
    ("file", "name"), sorted({each for tests in RULE_TESTS.values() for each in tests})
)
def test_the_test_exists_and_is_a_table(file, name):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    [found] = [node for node in tree.body if getattr(node, "name", "") == name]
    marks = [ast.unparse(mark.func) for mark in found.decorator_list if isinstance(mark, ast.Call)]

    assert "pytest.mark.parametrize" in marks
