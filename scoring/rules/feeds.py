"""The closed catalogue of facts that the rest of the product counts for a scheme.

Nothing that watches a person is on it: no log-ins, clicks, likes or time online.
"""

import re
from dataclasses import dataclass

from scoring.rules.tables import CODE


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed: what ``quantity`` counts, and what ``base`` counts (None: no base)."""

    name: str
    title: str
    quantity: str
    base: str | None = None


_ORGANIZATION = (
    Feed("assembly_held", "党员大会召开", "已召开次数", "应召开次数"),
    Feed("committee_held", "支部委员会召开", "已召开次数", "应召开次数"),
    Feed("group_meeting_held", "党小组会召开", "已召开次数", "应召开次数"),
    Feed("lecture_held", "党课开展", "已开展次数", "应开展次数"),
    Feed("theme_day_held", "主题党日开展", "已开展次数", "应开展次数"),
    Feed("attendance", "组织生活参加率", "实到人次", "应到人次"),
    Feed("records_on_time", "记录按时归档", "按时归档次数", "已开展次数"),
    Feed("hours_met", "学时达标", "达标人数", "应达标人数"),
    Feed("pledges_kept", "承诺践诺", "已兑现项数", "应兑现项数"),
    Feed("problems_closed", "问题办结", "按期办结项数", "应办结项数"),
    Feed("pairs_in_touch", "结对联系", "保持联系对数", "结对总数"),
    Feed("dues_on_time", "党费按时交纳", "按时交纳人数", "应交纳人数"),
    Feed("satisfaction", "群众满意度", "最近一次测评的满意度"),
    Feed("secretary_terms", "书记任职届数", "任职届数"),
    Feed("secretary_age", "书记年龄", "年龄"),
)
_MEMBER = (
    Feed("attendance", "组织生活参加率", "实到次数", "应到次数"),
    Feed("absent_without_cause", "无故缺席", "缺席次数"),
    # The longest run of absences without cause that ends in the period, over activities in order.
    Feed("absent_running", "连续无故缺席", "连续缺席次数"),
    Feed("absent_as_secretary", "任书记期间缺席", "缺席次数"),
    Feed("hours", "学时", "已完成学时", "目标学时"),
    Feed("lectures_given", "讲授党课", "讲授次数"),
    Feed("duties_served", "值班", "值班次数"),
    Feed("service_hours", "志愿服务", "服务小时数"),
    Feed("pledges_kept", "承诺践诺", "已兑现项数", "应兑现项数"),
    Feed("pair_contacts", "结对联系", "联系次数"),
    Feed("ideas_adopted", "金点子采纳", "采纳条数"),
    Feed("dues_on_time", "党费按时交纳", "按时交纳次数", "应交纳次数"),
    Feed("evaluation", "民主评议", "评议得分"),
)
# Stands for one feed per kind of activity: attended.theme_day, attended.assembly …
ATTENDED = Feed("attended.<kind>", "参加某类活动", "参加次数")
# Stands for one feed per other scheme: the mean of the subject's totals under it in this period.
SCORE = Feed("score.<scheme-code>", "其他方案得分", "该方案各期得分的平均")

FEEDS: dict[str, tuple[Feed, ...]] = {
    "organization": (*_ORGANIZATION, SCORE),
    "member": (*_MEMBER, ATTENDED, SCORE),
}

_SCORE_PREFIX = "score."
_ATTENDED_KIND = re.compile(r"attended\.[a-z0-9]+(_[a-z0-9]+)*")


def find(target: str, name: str) -> Feed | None:
    """Return the feed of that name for ``organization`` or ``member``; None if there is none.

    ``attended.<kind>`` and ``score.<scheme-code>`` are matched by form only: the kinds belong
    to activities, and which other schemes there are is known where this one is adopted.
    """
    if target in FEEDS and scheme_code(name) is not None:
        return Feed(name, SCORE.title, SCORE.quantity)
    if target == "member" and _ATTENDED_KIND.fullmatch(name):
        return Feed(name, ATTENDED.title, ATTENDED.quantity)
    return next((feed for feed in FEEDS.get(target, ()) if feed.name == name), None)


def scheme_code(name: str) -> str | None:
    """Return the code of the scheme whose totals the feed ``score.<code>`` gives; None for others.

    >>> scheme_code("score.points-1261"), scheme_code("attendance")
    ('points-1261', None)
    """
    code = name.removeprefix(_SCORE_PREFIX)
    return code if code != name and CODE.fullmatch(code) else None
