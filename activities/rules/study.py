"""Study: topics, lists, orders of courses, classes.

Source: practices C01 (party school ≥ 2 days, theory ≥ 70 %), C03 (radar, call-up), C06, C24
(下单、选单、接单), C28 (必学、选修、提升).
"""

from __future__ import annotations

from enum import StrEnum

from branches.rules.workflow import Workflow


class Topic(StrEnum):
    THEORY = "THEORY"
    CONSTITUTION = "CONSTITUTION"
    SPIRIT = "SPIRIT"
    HISTORY = "HISTORY"
    POLICY = "POLICY"
    DISCIPLINE = "DISCIPLINE"
    WORK = "WORK"
    SKILL = "SKILL"


# What counts as theory and party spirit (C01).
THEORY_TOPICS = frozenset({Topic.THEORY, Topic.CONSTITUTION, Topic.SPIRIT, Topic.HISTORY})


class StudyList(StrEnum):
    REQUIRED = "REQUIRED"
    ELECTIVE = "ELECTIVE"
    ADVANCED = "ADVANCED"


class OrderState(StrEnum):
    ASKED = "ASKED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    CANCELLED = "CANCELLED"
    HELD = "HELD"
    RATED = "RATED"


class OrderStep(StrEnum):
    ACCEPT = "ACCEPT"
    DECLINE = "DECLINE"
    CANCEL = "CANCEL"
    HOLD = "HOLD"
    RATE = "RATE"


_S, _T = OrderState, OrderStep

ORDER: Workflow[OrderState, OrderStep] = Workflow(
    {
        (_S.ASKED, _T.ACCEPT): _S.ACCEPTED,
        (_S.ASKED, _T.DECLINE): _S.DECLINED,
        (_S.ASKED, _T.CANCEL): _S.CANCELLED,
        (_S.ACCEPTED, _T.CANCEL): _S.CANCELLED,
        (_S.ACCEPTED, _T.HOLD): _S.HELD,
        (_S.HELD, _T.RATE): _S.RATED,
    }
)


class ClassKind(StrEnum):
    PARTY_SCHOOL = "PARTY_SCHOOL"
    CENTRALISED = "CENTRALISED"
    ONLINE = "ONLINE"


class EnrolmentState(StrEnum):
    CALLED = "CALLED"
    ATTENDED = "ATTENDED"
    EXCUSED = "EXCUSED"
    MISSED = "MISSED"


class Unit(StrEnum):
    """In what study is written down; rule H5 says how many class hours each makes."""

    HOUR = "HOUR"
    HALF_DAY = "HALF_DAY"
    DAY = "DAY"
