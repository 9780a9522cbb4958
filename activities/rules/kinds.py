"""Kinds of activity: what they are, who is called, what they usually consist of.

Source: 中国共产党支部工作条例（试行）第十一至十七条; the parts of a 主题党日 follow the
five words 学、会、做、工、课.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from branches.rules.periods import PeriodKind
from branches.rules.tree import OrganizationKind


class ActivityKind(StrEnum):
    ASSEMBLY = "ASSEMBLY"
    COMMITTEE = "COMMITTEE"
    GROUP_MEETING = "GROUP_MEETING"
    LECTURE = "LECTURE"
    THEME_DAY = "THEME_DAY"
    ORGANIZATION_LIFE = "ORGANIZATION_LIFE"
    STUDY = "STUDY"
    SERVICE = "SERVICE"
    APPRAISAL = "APPRAISAL"
    TALK = "TALK"
    SALON = "SALON"
    VISIT = "VISIT"
    OTHER = "OTHER"


class Roll(StrEnum):
    """Who is called."""

    MEMBERS = "MEMBERS"
    COMMITTEE = "COMMITTEE"
    GROUP = "GROUP"


@dataclass(frozen=True, slots=True)
class KindRule:
    """``every`` is the rhythm the regulation ``regulation`` asks for (None: no rhythm)."""

    roll: Roll
    parts: tuple[str, ...]
    held_by: OrganizationKind = OrganizationKind.BRANCH
    every: PeriodKind | None = None
    regulation: str = ""
    is_core: bool = True  # part of 三会一课 and 主题党日
    decides: bool = False  # may vote: has one sitting only


_K = ActivityKind

KINDS: dict[ActivityKind, KindRule] = {
    _K.THEME_DAY: KindRule(
        Roll.MEMBERS,
        ("学：学习内容", "会：组织生活", "做：实践服务", "工：中心工作", "课：党课或微党课"),
        every=PeriodKind.MONTH,
        regulation="M6",
    ),
    _K.ASSEMBLY: KindRule(
        Roll.MEMBERS,
        ("通报工作", "讨论事项", "表决事项"),
        every=PeriodKind.QUARTER,
        regulation="M1",
        decides=True,
    ),
    _K.COMMITTEE: KindRule(
        Roll.COMMITTEE,
        ("传达学习", "研究事项", "工作安排"),
        every=PeriodKind.MONTH,
        regulation="M2",
        decides=True,
    ),
    _K.GROUP_MEETING: KindRule(
        Roll.GROUP,
        ("学习内容", "讨论事项", "思想汇报和自我批判"),
        held_by=OrganizationKind.GROUP,
        every=PeriodKind.MONTH,
        regulation="M3",
    ),
    _K.LECTURE: KindRule(
        Roll.MEMBERS, ("党课题目与要点", "讨论交流"), every=PeriodKind.QUARTER, regulation="M4"
    ),
    _K.ORGANIZATION_LIFE: KindRule(
        Roll.MEMBERS,
        ("会前准备", "查摆问题", "批评与自我批评", "整改措施"),
        every=PeriodKind.YEAR,
        regulation="M8",
        is_core=False,
    ),
    _K.STUDY: KindRule(Roll.MEMBERS, ("学习内容", "交流发言"), is_core=False),
    _K.SERVICE: KindRule(Roll.MEMBERS, ("服务内容", "服务对象与成效"), is_core=False),
    _K.APPRAISAL: KindRule(
        Roll.MEMBERS, ("个人自评", "党员互评", "民主测评"), is_core=False, decides=True
    ),
    _K.TALK: KindRule(Roll.MEMBERS, ("宣讲内容", "点评"), is_core=False),
    _K.SALON: KindRule(Roll.MEMBERS, ("会前阅读", "交流研讨", "会后作业"), is_core=False),
    _K.VISIT: KindRule(Roll.MEMBERS, ("参观内容", "体会"), is_core=False),
    _K.OTHER: KindRule(Roll.MEMBERS, ("活动内容",), is_core=False),
}

# 三会一课, in the order in which people say it.
THREE_MEETINGS_ONE_LECTURE = (_K.ASSEMBLY, _K.COMMITTEE, _K.GROUP_MEETING, _K.LECTURE)
