"""The closed catalogue of facts that the rest of the product counts for a scheme.

Nothing that watches a person is on it: no log-ins, clicks, likes or time online.
"""

import re
from dataclasses import dataclass

from scoring.rules.tables import CODE


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed: what ``quantity`` counts, and what ``base`` counts (None: no base).

    ``due`` names the regulation or the promise that makes what ``base`` counts due. ``besides``
    says what is entered by hand although the product counts the feed; it adds to the quantity.
    """

    name: str
    title: str
    quantity: str
    base: str | None = None
    due: str = ""
    besides: str = ""


_ON_THE_ROLL = "会议名单上的人都应到，请假的除外"
_HOURS = (
    "党员教育管理工作条例第二十条：党员每年集中学习培训一般不少于 32 学时；"
    "2019—2023年全国党员教育培训工作规划培训时间：书记和班子成员每年不少于 56 学时"
)
_PLEDGED = "本人或者支部公开作出、到期应兑现的承诺，经评诺认定兑现的才算"
_IN_TOUCH = "支部的结对安排：期末仍在结对，本期内至少满一个联系周期"
_DUES = "按规定每月交纳的党费"

_ORGANIZATION = (
    Feed(
        "assembly_held",
        "党员大会召开",
        "已召开次数",
        "应召开次数",
        "支部工作条例第十一条：党员大会一般每季度召开 1 次",
    ),
    Feed(
        "committee_held",
        "支部委员会召开",
        "已召开次数",
        "应召开次数",
        "支部工作条例第十二条：支委会一般每月召开 1 次",
    ),
    Feed(
        "group_meeting_held",
        "党小组会召开",
        "已召开次数",
        "应召开次数",
        "支部工作条例第十三条：党小组会一般每月召开 1 次",
    ),
    Feed(
        "lecture_held",
        "党课开展",
        "已开展次数",
        "应开展次数",
        "地方和行业通行规定党课制度：党课每季度至少 1 次",
    ),
    Feed(
        "theme_day_held",
        "主题党日开展",
        "已开展次数",
        "应开展次数",
        "党员教育管理工作条例第十六条：每月相对固定 1 天开展主题党日",
    ),
    Feed("attendance", "组织生活参加率", "实到人次", "应到人次", _ON_THE_ROLL),
    Feed(
        "records_on_time",
        "记录按时归档",
        "按时归档次数",
        "已开展次数",
        "地方和行业通行规定组织生活纪实：会后 3 个工作日内完成记录",
    ),
    Feed("hours_met", "学时达标", "达标人数", "应达标人数", _HOURS),
    Feed("pledges_kept", "承诺践诺", "已兑现项数", "应兑现项数", _PLEDGED),
    Feed("problems_closed", "问题办结", "按期办结项数", "应办结项数", "问题清单写明的整改期限"),
    Feed("pairs_in_touch", "结对联系", "每个周期都有联系的对数", "应保持联系的对数", _IN_TOUCH),
    Feed("dues_on_time", "党费按时交纳", "按时交纳人数", "应交纳人数", _DUES),
    Feed("satisfaction", "群众满意度", "最近一次测评的满意度"),
    Feed("secretary_terms", "书记任职届数", "任职届数"),
    Feed("secretary_age", "书记年龄", "年龄"),
)
_MEMBER = (
    Feed("attendance", "组织生活参加率", "实到次数", "应到次数", _ON_THE_ROLL),
    Feed("absent_without_cause", "无故缺席", "缺席次数"),
    # The longest run of absences without cause that reaches into the period, in order of time.
    Feed("absent_running", "连续无故缺席", "连续缺席次数"),
    Feed("absent_as_secretary", "任书记期间缺席", "缺席次数"),
    Feed("hours", "学时", "已完成学时", "目标学时", _HOURS),
    Feed("lectures_given", "讲授党课", "讲授次数"),
    Feed("duties_served", "值班", "值班次数", besides="只登记值班表以外的值班"),
    Feed("service_hours", "志愿服务", "服务小时数"),
    Feed("pledges_kept", "承诺践诺", "已兑现项数", "应兑现项数", _PLEDGED),
    Feed("pair_contacts", "结对联系", "联系次数"),
    Feed("ideas_adopted", "金点子采纳", "采纳条数", besides="只登记直接报给上级、被上级采纳的"),
    Feed("dues_on_time", "党费按时交纳", "按时交纳次数", "应交纳次数", _DUES),
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
