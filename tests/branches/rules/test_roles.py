"""The table of posts and capabilities, stated whole, and where posts are held."""

import pytest

from branches.rules.roles import CAPABILITIES, Capability, Role, may_be_held_at, roles_with
from branches.rules.tree import OrganizationKind

C, R = Capability, Role


@pytest.mark.parametrize(
    ("capability", "roles"),
    [
        (C.MANAGE_ACCOUNTS, {R.ADMINISTRATOR}),
        (C.MANAGE_ORGANIZATIONS, {R.ADMINISTRATOR}),
        (C.MANAGE_CALENDAR, {R.ADMINISTRATOR}),
        (C.MANAGE_SCHEMES, {R.ADMINISTRATOR}),
        (C.READ_AUDIT, {R.AUDITOR}),
        (C.START_RUNS, {R.REVIEWER}),
        (C.ENTER_MARKS, {R.REVIEWER}),
        (C.SEE_SENSITIVE, {R.SECRETARY, R.ADMINISTRATOR}),
        (
            C.PRINT_LEDGERS,
            {R.SECRETARY, R.DEPUTY_SECRETARY, R.COMMITTEE_MEMBER, R.REVIEWER, R.ADMINISTRATOR},
        ),
    ],
)
def test_who_may(capability, roles):
    assert roles_with(capability) == roles


def test_whoever_reads_the_audit_does_nothing_that_it_records():
    assert CAPABILITIES[R.AUDITOR] == {C.READ_AUDIT}


def test_nobody_both_starts_runs_and_manages_schemes():
    assert not roles_with(C.START_RUNS) & roles_with(C.MANAGE_SCHEMES)


@pytest.mark.parametrize("role", list(Role))
def test_a_group_has_a_leader_and_nothing_else(role):
    held_at = {kind for kind in OrganizationKind if may_be_held_at(role, kind)}

    group = {OrganizationKind.GROUP}
    assert held_at == (group if role == R.GROUP_LEADER else set(OrganizationKind) - group)
