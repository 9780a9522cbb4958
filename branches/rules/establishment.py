"""How an organisation is set up: when it is founded, how large it is, who leads it.

Source: 支部工作条例（试行）第四条、第十三条、第二十条 (O1, O2, O7, O8, O16),
国有企业基层组织工作条例 第四条 (O12), 组通字〔2017〕38号 (O17).
The numbers are parameters of the rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from branches.rules.tree import OrganizationKind


def needs_branch(*, full_members: int, has_branch: bool, least: int = 3) -> bool:
    """Return whether a unit must set up a branch (O1)."""
    return not has_branch and full_members >= least


def is_too_large(members: int, most: int = 50) -> bool:
    """Return whether a branch has more members, probationary ones included, than it should (O2)."""
    return members > most


def has_committee(full_members: int, committee_from: int = 7) -> bool:
    """Return whether a branch has a 支部委员会; a smaller one has only a secretary (O7, O8)."""
    return full_members >= committee_from


def committee_slips(
    size: int,
    deputies: int,
    *,
    least: int = 3,
    usual_most: int = 5,
    most: int = 7,
    most_deputies: int = 1,
) -> list[str]:
    """Return what is wrong with the committee of a branch that must have one (O7)."""
    found = []
    if not size:
        found.append("没有登记支部委员会")
    elif size < least:
        found.append(f"委员 {size} 人，少于 {least} 人")
    elif size > most:
        found.append(f"委员 {size} 人，超过 {most} 人")
    elif size > usual_most:
        found.append(f"委员 {size} 人，一般不超过 {usual_most} 人")
    if deputies > most_deputies:
        found.append(f"副书记 {deputies} 人，超过 {most_deputies} 人")
    return found


def fitting_kind(
    members: int, *, committee_from: int = 100, general_branch_from: int = 50
) -> OrganizationKind:
    """Return what a state-owned enterprise of so many members should have (O12, O12B)."""
    if members >= committee_from:
        return OrganizationKind.COMMITTEE
    if members >= general_branch_from:
        return OrganizationKind.GENERAL_BRANCH
    return OrganizationKind.BRANCH


def group_slips(
    *, groups: int, without_group: Sequence[str], leaderless: Sequence[str]
) -> list[str]:
    """Return what is missing in a branch that is divided into groups (O16); none if it is not."""
    if not groups:
        return []
    found = []
    if without_group:
        found.append(f"{len(without_group)} 名党员没有编入党小组")
    if leaderless:
        found.append(f"{'、'.join(leaderless)}没有组长")
    return found


@dataclass(frozen=True, slots=True)
class Funds:
    """What a year sets aside for Party work, in yuan."""

    amount: Decimal
    is_stopped: bool  # enough was carried over: nothing new this year


def work_funds(
    payroll: Decimal,
    carried: Decimal,
    *,
    payroll_percent: int = 1,
    carried_percent: int = 2,
) -> Funds:
    """Return the funds that last year's ``payroll`` gives, unless too much is left over (O17)."""
    if carried * 100 > payroll * carried_percent:
        return Funds(Decimal(0), True)
    return Funds(payroll * payroll_percent / 100, False)


def may_use_delegates(members: int, *, is_scattered: bool, least: int = 500) -> bool:
    """Return whether a congress of delegates may be held, with the higher body's consent (E2)."""
    return members >= least or is_scattered
