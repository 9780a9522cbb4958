"""The codes a roster is reduced to."""

from enum import StrEnum


class Sex(StrEnum):
    MALE = "MALE"
    FEMALE = "FEMALE"


class MemberStatus(StrEnum):
    """党员类别: only these two are members; applicants are not on the roll."""

    FULL = "FULL"
    PROBATIONARY = "PROBATIONARY"


class Education(StrEnum):
    """学历 in the six classes of the Party's annual statistics."""

    POSTGRADUATE = "POSTGRADUATE"
    BACHELOR = "BACHELOR"
    COLLEGE = "COLLEGE"
    SECONDARY_VOCATIONAL = "SECONDARY_VOCATIONAL"
    HIGH_SCHOOL = "HIGH_SCHOOL"
    JUNIOR_HIGH_OR_LOWER = "JUNIOR_HIGH_OR_LOWER"
