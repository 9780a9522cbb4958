"""The parameters of regulation rules: what each means, within which bounds, as words.

A rule is dated data; this is the dictionary of the names used there. Whoever adjusts a rule fills
in typed fields made from it, and never sees the stored form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    NUMBER = "NUMBER"
    NUMBERS = "NUMBERS"  # several, 6、3、1
    CHOICE = "CHOICE"
    TEXT = "TEXT"
    FIXED = "FIXED"  # set by the article itself: shown, never adjusted


@dataclass(frozen=True, slots=True)
class Parameter:
    """``phrase`` tells the value in a sentence, ``label`` names the field, ``unit`` follows it."""

    label: str
    phrase: str
    kind: Kind = Kind.NUMBER
    unit: str = ""
    least: int = 1
    most: int = 999
    choices: tuple[tuple[Any, str], ...] = ()

    def words(self, value: Any) -> str:
        """Return the value as part of a sentence."""
        if self.kind is Kind.CHOICE:
            value = next((word for key, word in self.choices if key == value), "")
        elif isinstance(value, list):
            value = "、".join(str(each) for each in value)
        return self.phrase.format(value)

    def accepts(self, value: Any) -> bool:
        """Return whether a value is of its kind and within its bounds."""
        if self.kind is Kind.CHOICE:
            return any(key == value and type(key) is type(value) for key, _ in self.choices)
        if self.kind is Kind.NUMBERS:
            return (
                isinstance(value, list)
                and bool(value)
                and len(set(value)) == len(value)
                and all(self._fits(each) for each in value)
            )
        if self.kind is Kind.TEXT:
            return isinstance(value, str) and bool(value.strip()) and len(value) <= self.most
        return self.kind is Kind.NUMBER and self._fits(value)

    def _fits(self, value: Any) -> bool:
        return type(value) is int and self.least <= value <= self.most


def _yes_no(yes: str, no: str) -> tuple[tuple[Any, str], ...]:
    return ((True, yes), (False, no))


_N = Kind.NUMBERS
_C = Kind.CHOICE
_F = Kind.FIXED

# In the order in which a sentence tells them.
PARAMETERS: dict[str, Parameter] = {
    "every": Parameter(
        "周期", "{}", _C,
        choices=(("month", "每月"), ("quarter", "每季度"), ("half-year", "每半年"),
                 ("year", "每年")),
    ),
    "count": Parameter("次数", "{} 次", unit="次", most=31),
    "warn_from_day": Parameter("从期初第几天起提醒", "从期初第 {} 天起提醒", unit="天", most=366),
    "full_members": Parameter("正式党员人数", "正式党员满 {} 人", unit="人"),
    "committee_from": Parameter(
        "设支部委员会的正式党员人数", "正式党员满 {} 人设支部委员会", unit="人", least=3, most=50
    ),
    "members": Parameter("党员人数", "党员满 {} 人", unit="人", most=9999),
    "units": Parameter("覆盖单位数", "不超过 {} 个单位", unit="个"),
    "least": Parameter("最少人数", "不少于 {} 人", unit="人", most=30),
    "usual_most": Parameter("一般最多人数", "一般不超过 {} 人", unit="人", most=30),
    "most": Parameter("最多人数", "不超过 {} 人", unit="人"),
    "deputies": Parameter("副书记人数", "副书记不超过 {} 人", unit="人", most=5),
    "remind_months": Parameter(
        "届满前几个月提醒", "届满前 {} 个月各提醒一次", _N, "个月", most=24
    ),
    "least_months": Parameter("最短月数", "不少于 {} 个月", unit="个月", most=60),
    "most_months": Parameter("最长月数", "不超过 {} 个月", unit="个月", most=60),
    "months": Parameter("月数", "满 {} 个月", unit="个月", most=60),
    "vacant_days": Parameter("空缺几天后提醒", "空缺超过 {} 天提醒", unit="天", most=366),
    "payroll_percent": Parameter("占工资总额", "按工资总额的 {}% 安排", _F),
    "carried_percent": Parameter("结余上限", "结余超过 {}% 不再安排", _F),
    "study_days": Parameter("会前学习", "会前 {} 天内有学习", unit="天", most=120),
    "divisor": Parameter("优秀比例", "优秀不超过 {} 分之一", unit="分之一", least=2, most=20),
    "base": Parameter(
        "党员总数", "{}", _C,
        choices=(("all", "按全体党员计算"), ("full", "按正式党员计算")),
    ),
    "online_counts": Parameter(
        "线上参加", "{}", _C,
        choices=_yes_no("线上参加计入到会", "线上参加不计入到会"),
    ),
    "strict": Parameter(
        "五分之四", "{}", _C,
        choices=_yes_no("须超过五分之四", "达到五分之四即可"),
    ),
    "percent": Parameter("差额比例", "差额不少于 {}%", unit="%", most=100),
    "alert_months": Parameter("连续几个月提醒", "连续 {} 个月各提醒一次", _N, "个月", most=24),
    "absences": Parameter("缺席次数", "缺席 {} 次", unit="次", most=60),
    "window_months": Parameter("看近几个月", "近 {} 个月内", unit="个月", most=24),
    "working_days": Parameter("工作日", "{} 个工作日内", unit="个工作日", most=60),
    "thresholds": Parameter("分档", "分档 {} 元", _F),
    "rates": Parameter("比例", "比例依次 {}（%）", _F),
    "pension": Parameter(
        "退休金", "{}", _C,
        choices=(("basic", "按基本退休金计算"), ("all", "按全部退休金计算")),
    ),
    "fixed_for_year": Parameter(
        "基数", "{}", _C,
        choices=_yes_no("年初核定后一般当年不变", "工资变化当月起变"),
    ),
    "most_yuan": Parameter("金额", "{} 元", unit="元", most=999999),
    "valid_days": Parameter("有效期", "有效期 {} 天", unit="天", most=366),
    "years": Parameter("年数", "{} 年", unit="年", most=20),
    "every_months": Parameter("间隔", "每 {} 个月 1 次", unit="个月", most=24),
    "contact_months": Parameter("联系间隔", "每 {} 个月联系一次", unit="个月", most=24),
    "warning_months": Parameter("警告影响期", "警告 {} 个月", unit="个月", most=60),
    "serious_months": Parameter("严重警告影响期", "严重警告 {} 个月", unit="个月", most=60),
    "hours": Parameter("学时", "全年 {} 学时", unit="学时", most=400),
    "pro_rata": Parameter(
        "年中新入", "{}", _C, choices=_yes_no("年中新入按月折算", "年中新入不折算")
    ),
    "centralised": Parameter("集中培训", "集中培训不少于 {} 次", unit="次", most=12),
    "hour": Parameter("1 小时", "1 小时计 {} 学时", unit="学时", most=24),
    "half_day": Parameter("半天", "半天计 {} 学时", unit="学时", most=24),
    "day": Parameter("1 天", "1 天计 {} 学时", unit="学时", most=24),
    "days": Parameter("天数", "不少于 {} 天", unit="天", most=60),
    "theory_percent": Parameter("理论比例", "理论学时不低于 {}%", unit="%", most=100),
    "topic_months": Parameter("主题间隔", "{} 个月内没有学过", unit="个月", most=120),
    "called_months": Parameter("调训间隔", "{} 个月内不重复调训", unit="个月", most=60),
    "hours_before": Parameter(
        "提前请假", "活动开始前 {} 小时以上请假", unit="小时", least=0, most=240
    ),
    "per_day": Parameter("每天值班", "每天 {} 人", unit="人", most=10),
    "weekend_secretary": Parameter(
        "周末值班", "{}", _C, choices=_yes_no("周末由书记值班", "周末照常轮班")
    ),
    "answer_working_days": Parameter(
        "答复期限", "{} 个工作日内答复", unit="个工作日", most=60
    ),
    "confirm_working_days": Parameter(
        "确认期限", "{} 个工作日内确认", unit="个工作日", most=60
    ),
    "service_days_back": Parameter("补报期限", "最多补报 {} 天以内的", unit="天", most=366),
    "start_working_days": Parameter(
        "急难问题着手", "急难问题 {} 个工作日内着手", unit="个工作日", most=10
    ),
    "urgent_working_days": Parameter(
        "急难问题办结", "{} 个工作日内办结", unit="个工作日", most=30
    ),
    "major_working_days": Parameter(
        "重大问题办结", "重大问题 {} 个工作日内办结", unit="个工作日", most=60
    ),
    "ordinary_days": Parameter("一般问题办结", "一般问题 {} 天内办结", unit="天", most=365),
    "budding_days": Parameter("萌芽问题办结", "萌芽问题 {} 天内办结", unit="天", most=365),
    "look_back_days": Parameter("回头看", "销号 {} 天后回头看", unit="天", most=365),
    "supervised_working_days": Parameter(
        "督办回复", "督办 {} 个工作日内回复", unit="个工作日", most=60
    ),
    "talk_days": Parameter("谈话期限", "{} 天内谈话", unit="天", most=60),
    "visit_days": Parameter("走访期限", "{} 天内走访", unit="天", most=60),
    "absences_running": Parameter(
        "连续缺席", "连续 {} 次无故缺席的走访", unit="次", least=2, most=12
    ),
}  # fmt: skip

# Where a name means something else in one rule.
PARAMETERS_OF: dict[str, dict[str, Parameter]] = {
    "D12": {"months": Parameter("补交期限", "补交不超过 {} 个月", unit="个月", most=60)},
    "F2": {"months": Parameter("谈话期限", "{} 个月内", unit="个月", most=12)},
    "F11": {"least": Parameter("培训学时", "不少于 {} 学时", unit="学时", most=200)},
    "F14": {"days": Parameter("公示", "不少于 {} 个工作日", unit="个工作日", most=60)},
    "F17": {"months": Parameter("审批期限", "{} 个月内", unit="个月", most=12)},
    "F22": {"months": Parameter("提前", "期满前 {} 个月", unit="个月", most=6)},
    "H3": {"months": Parameter("新任培训期限", "任职后 {} 个月内", unit="个月", most=24)},
    "H4": {"months": Parameter("转正后", "转正后 {} 个月内", unit="个月", most=24)},
    "L2": {"hours": Parameter("值班时间", "{}", Kind.TEXT, most=60)},
    "P1": {
        "least": Parameter("最少承诺", "每人每年不少于 {} 条", unit="条", most=10),
        "most": Parameter("最多承诺", "不超过 {} 条", unit="条", most=20),
        "submit_months": Parameter("提交期限", "{} 月底前提交", unit="月", most=6),
        "approve_days": Parameter("审核期限", "提交后 {} 天内审核", unit="天", most=60),
        "review_days": Parameter("评诺期限", "到期后 {} 天内评诺", unit="天", most=120),
        "satisfied_percent": Parameter(
            "满意率", "满意率低于 {}% 的限期整改", unit="%", least=0, most=100
        ),
    },
    "P2": {
        "least": Parameter("最少岗位", "每人认领不少于 {} 个岗位", unit="个", least=0, most=10),
        "most": Parameter("最多岗位", "不超过 {} 个", unit="个", most=20),
    },
    "P3": {
        "households": Parameter("联摊联户", "联摊联户不少于 {} 户", unit="户", most=100),
    },
    "P4": {
        "line_from_hour": Parameter(
            "日跟班提醒", "工作日 {} 点起提醒记日跟班", unit="点", least=0, most=23
        ),
        "report_working_day": Parameter(
            "月汇报期限", "月底倒数第 {} 个工作日前提交月汇报", unit="个工作日", most=10
        ),
        "assess_working_days": Parameter(
            "评价期限", "提交后 {} 个工作日内评价", unit="个工作日", most=30
        ),
    },
    "P6": {
        "good_age": Parameter("“三好”年龄", "“三好”不超过 {} 岁", unit="岁", least=18, most=70),
        "able_age": Parameter("“六有”年龄", "“六有”不超过 {} 岁", unit="岁", least=18, most=70),
        "publicity_working_days": Parameter(
            "公示", "公示不少于 {} 个工作日", unit="个工作日", most=60
        ),
    },
    "P7": {
        "training_days": Parameter("集中培训", "集中培训 {} 天", unit="天", most=60),
        "pass_mark": Parameter(
            "合格分", "考试和量化考核都达到 {} 分", unit="分", least=0, most=100
        ),
        "follow_months": Parameter("跟踪", "跟踪 {} 个月", unit="个月", most=12),
        "step_days": Parameter("每步间隔", "每步间隔不超过 {} 天", unit="天", most=60),
    },
    "P8": {
        "working_days": Parameter(
            "决定期限", "{} 个工作日内核实并作出决定", unit="个工作日", most=60
        ),
        "feed_back_working_days": Parameter(
            "反馈期限", "决定后 {} 个工作日内反馈本人", unit="个工作日", most=30
        ),
    },
    "P9": {
        "months": Parameter("帮教期", "帮教期 {} 个月", unit="个月", most=36),
        "note_months": Parameter(
            "帮教记录", "至少每 {} 个月记录一次帮教情况", unit="个月", most=12
        ),
    },
    "R4": {"months": Parameter("外出时间", "外出不足 {} 个月", unit="个月", most=60)},
}


def parameter(code: str, name: str) -> Parameter | None:
    """Return what a name means in a rule; None for a name nobody has described."""
    return PARAMETERS_OF.get(code, {}).get(name) or PARAMETERS.get(name)


def described(code: str, values: Mapping[str, Any]) -> list[tuple[str, Parameter, Any]]:
    """Return the known parameters of a rule as (name, meaning, value), in telling order."""
    order = list(PARAMETERS)
    names = sorted(values, key=lambda name: order.index(name) if name in order else len(order))
    found = [(name, parameter(code, name), values[name]) for name in names]
    return [(name, meaning, value) for name, meaning, value in found if meaning is not None]


def sentence(code: str, values: Mapping[str, Any]) -> str:
    """Return the parameters as a sentence: 每季度 1 次，从期初第 60 天起提醒; "" without any.

    >>> sentence("M1", {"count": 1, "every": "quarter", "warn_from_day": 60})
    '每季度 1 次，从期初第 60 天起提醒'
    """
    words = [meaning.words(value) for _, meaning, value in described(code, values)]
    return (
        "，".join(filter(None, words))
        .replace("每月，", "每月 ")
        .replace("每季度，", "每季度 ")
        .replace("每半年，", "每半年 ")
        .replace("每年，", "每年 ")
    )


def adjustable(code: str, values: Mapping[str, Any]) -> list[tuple[str, Parameter, Any]]:
    """Return the parameters of a rule that a committee may set for those below it."""
    return [each for each in described(code, values) if each[1].kind is not Kind.FIXED]
