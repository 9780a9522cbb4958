"""Who may do what: the table of posts (任职) and capabilities."""

from __future__ import annotations

from enum import StrEnum

from branches.rules.tree import OrganizationKind


class Role(StrEnum):
    """What a post entitles to, on the organisation it is held at and all below."""

    SECRETARY = "SECRETARY"
    DEPUTY_SECRETARY = "DEPUTY_SECRETARY"
    COMMITTEE_MEMBER = "COMMITTEE_MEMBER"
    GROUP_LEADER = "GROUP_LEADER"
    REVIEWER = "REVIEWER"
    ADMINISTRATOR = "ADMINISTRATOR"
    AUDITOR = "AUDITOR"


class Capability(StrEnum):
    SEE_ORGANIZATIONS = "SEE_ORGANIZATIONS"
    MANAGE_ORGANIZATIONS = "MANAGE_ORGANIZATIONS"
    SEE_MEMBERS = "SEE_MEMBERS"
    SEE_SENSITIVE = "SEE_SENSITIVE"
    MANAGE_MEMBERS = "MANAGE_MEMBERS"
    IMPORT_MEMBERS = "IMPORT_MEMBERS"
    SEE_ACTIVITIES = "SEE_ACTIVITIES"
    LOG_ACTIVITIES = "LOG_ACTIVITIES"
    OFFER_COURSES = "OFFER_COURSES"
    OVERRIDE_RULES = "OVERRIDE_RULES"
    ARRANGE_TALKS = "ARRANGE_TALKS"
    SUPERVISE_PROBLEMS = "SUPERVISE_PROBLEMS"
    REVIEW_PEOPLE = "REVIEW_PEOPLE"
    ADJUST_RULES = "ADJUST_RULES"
    MANAGE_REMINDERS = "MANAGE_REMINDERS"
    SEE_SCORES = "SEE_SCORES"
    ENTER_MARKS = "ENTER_MARKS"
    ENTER_POINTS = "ENTER_POINTS"
    START_RUNS = "START_RUNS"
    RUN_ROUNDS = "RUN_ROUNDS"
    DECIDE_ROUNDS = "DECIDE_ROUNDS"
    FILE_APPEALS = "FILE_APPEALS"
    ASSIGN_INSPECTIONS = "ASSIGN_INSPECTIONS"
    MANAGE_SCHEMES = "MANAGE_SCHEMES"
    PRINT_LEDGERS = "PRINT_LEDGERS"
    MANAGE_ACCOUNTS = "MANAGE_ACCOUNTS"
    MANAGE_CALENDAR = "MANAGE_CALENDAR"
    READ_AUDIT = "READ_AUDIT"


_C = Capability

_BRANCH_WORK = frozenset(
    {
        _C.SEE_ORGANIZATIONS,
        _C.SEE_MEMBERS,
        _C.SEE_ACTIVITIES,
        _C.LOG_ACTIVITIES,
        _C.SEE_SCORES,
        _C.ENTER_POINTS,
        _C.PRINT_LEDGERS,
    }
)

# A reviewer compares and decides but does not keep other people's records; the
# administrator keeps accounts, rolls and schemes but starts no rating; the auditor
# only reads the audit (separation of powers, GB/T 22239-2019).
CAPABILITIES: dict[Role, frozenset[Capability]] = {
    # The secretary of a committee decides its rounds; a branch's secretary reaches none, since
    # a round belongs to the committee above.
    Role.SECRETARY: _BRANCH_WORK
    | {
        _C.MANAGE_MEMBERS,
        _C.SEE_SENSITIVE,
        _C.FILE_APPEALS,
        _C.DECIDE_ROUNDS,
        # Only for those below: nobody sets a rule aside for the own branch.
        _C.OVERRIDE_RULES,
        # Only at the very branch the post is held at: who is to be talked with, and why, is
        # not for those above.
        _C.ARRANGE_TALKS,
        # Only for those below: nobody supervises, examines or confirms in the own branch.
        _C.SUPERVISE_PROBLEMS,
        _C.REVIEW_PEOPLE,
    },
    Role.DEPUTY_SECRETARY: _BRANCH_WORK | {_C.MANAGE_MEMBERS, _C.FILE_APPEALS, _C.ARRANGE_TALKS},
    Role.COMMITTEE_MEMBER: _BRANCH_WORK,
    Role.GROUP_LEADER: frozenset({_C.SEE_MEMBERS, _C.SEE_ACTIVITIES, _C.LOG_ACTIVITIES}),
    Role.REVIEWER: frozenset(
        {
            _C.SEE_ORGANIZATIONS,
            _C.SEE_MEMBERS,
            _C.SEE_ACTIVITIES,
            _C.SEE_SCORES,
            _C.ENTER_MARKS,
            _C.ENTER_POINTS,
            _C.START_RUNS,
            _C.RUN_ROUNDS,
            _C.ASSIGN_INSPECTIONS,
            _C.OFFER_COURSES,
            _C.OVERRIDE_RULES,
            _C.SUPERVISE_PROBLEMS,
            _C.REVIEW_PEOPLE,
            _C.PRINT_LEDGERS,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            _C.SEE_ORGANIZATIONS,
            _C.MANAGE_ORGANIZATIONS,
            _C.SEE_MEMBERS,
            _C.SEE_SENSITIVE,
            _C.MANAGE_MEMBERS,
            _C.IMPORT_MEMBERS,
            _C.SEE_ACTIVITIES,
            _C.MANAGE_SCHEMES,
            _C.PRINT_LEDGERS,
            _C.MANAGE_ACCOUNTS,
            _C.MANAGE_CALENDAR,
            _C.OFFER_COURSES,
            _C.ADJUST_RULES,
            _C.MANAGE_REMINDERS,
        }
    ),
    Role.AUDITOR: frozenset({_C.READ_AUDIT}),
}


def roles_with(capability: Capability) -> frozenset[Role]:
    return frozenset(role for role, granted in CAPABILITIES.items() if capability in granted)


# Posts that make a person part of the 支部委员会 (quorum and lists of committee members).
COMMITTEE_ROLES = frozenset({Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.COMMITTEE_MEMBER})


def may_be_held_at(role: Role, kind: OrganizationKind) -> bool:
    """Return whether a post exists at a kind of organisation: groups have a leader only."""
    return (role == Role.GROUP_LEADER) == (kind == OrganizationKind.GROUP)
