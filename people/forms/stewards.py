"""小政委: whom to recommend, each step of choosing, the day, the help, the month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms

from activities.forms import OneLine
from activities.forms.entries import Words, line, text
from activities.models import Activity
from branches.forms.fields import DayField
from members.models import Member
from people.models import Steward, StewardAssessment, StewardDay, StewardHelp, StewardMonth
from people.operations.stewards import Criteria
from people.rules.stewards import StewardGrade, needs_advice
from people.wording import stewards as wording

_CRITERION = 100


class MemberChoice(forms.ModelChoiceField):
    def __init__(self, *, label: str, empty: str = "请选择", **kwargs: Any) -> None:
        super().__init__(
            Member.objects.none(),
            label=label,
            empty_label=empty,
            error_messages={
                "required": f"请选择{label}。",
                "invalid_choice": f"{label}不在本组名册上，请重新选择。",
            },
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class MeetingChoice(forms.ModelChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Activity.objects.none(),
            label="支委会记录",
            required=False,
            empty_label="没有登记，日期另填",
            help_text="选了记录，研究日期就是那次会议的日期。",
            error_messages={"invalid_choice": "这次会议不在可选范围内，请重新选择。"},
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.held_on.year}年{obj.held_on.month}月{obj.held_on.day}日 {obj.title}"


def _criterion(name: str, help: str) -> OneLine:
    label = wording.CRITERIA[name]
    return OneLine(
        label=label,
        max_length=_CRITERION,
        help_text=help,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": f"请用一句话写明{label}的情况。",
            "max_length": f"{label}最多 {_CRITERION} 个字。",
        },
    )


class RecommendForm(forms.Form):
    member = MemberChoice(label="推荐人选")
    standing = _criterion("standing", "一句话写事实，如：党龄 8 年，连续两年评为优秀党员。")
    skill = _criterion("skill", "一句话写事实，如：高级技师，带出 3 名徒弟。")
    trust = _criterion("trust", "一句话写事实，如：班组民主推荐得票第一。")
    recommendation = text(Steward, "recommendation", "班组推荐意见")
    recommended_on = DayField(label="推荐日期")

    def __init__(self, *args: Any, people: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = people  # type: ignore[attr-defined]
        self.fields["recommended_on"].initial = today

    @property
    def recommended(self) -> dict[str, Any]:
        """What ``operations.stewards.recommend`` takes, once the form is valid."""
        cleaned = self.cleaned_data
        return {
            "member": cleaned["member"],
            "criteria": Criteria(cleaned["standing"], cleaned["skill"], cleaned["trust"]),
            "recommendation": cleaned["recommendation"],
            "recommended_on": cleaned["recommended_on"],
        }


class DecideForm(forms.Form):
    meeting = MeetingChoice()
    decided_on = DayField(label="研究日期")
    decision = text(Steward, "decision", "支委会意见")

    def __init__(
        self, *args: Any, meetings: Sequence[Activity], today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meeting"].queryset = Activity.objects.filter(  # type: ignore[attr-defined]
            pk__in=[row.pk for row in meetings]
        )
        self.fields["decided_on"].initial = today


class AppointForm(forms.Form):
    """``replaced`` names who ends; without anybody no reason is asked."""

    appointed_on = DayField(label="任命日期")
    end_reason = line(Steward, "end_reason", "原任卸任原因")

    def __init__(self, *args: Any, replaced: str = "", today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["appointed_on"].initial = today
        if replaced:
            self.fields["end_reason"].label = f"{replaced}卸任的原因"
        else:
            del self.fields["end_reason"]


class DeclineForm(forms.Form):
    reason = line(Steward, "end_reason", "没有通过的原因")


class EndForm(forms.Form):
    ended_on = DayField(label="卸任日期")
    reason = line(Steward, "end_reason", "卸任原因")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_on"].initial = today


class DayForm(forms.Form):
    text = line(
        StewardDay, "text", "跟班情况",
        help="写班组当天的工作和安全情况，不写个人的思想、信仰和家庭私事。",
    )  # fmt: skip


class HelpForm(forms.Form):
    """Whom he helped; ``fixed``: only what was done and what came of it."""

    helped = MemberChoice(label="帮扶对象（党员）", empty="不在本组名册上", required=False)
    helped_name = line(
        StewardHelp, "helped_name", "帮扶对象姓名", required=False,
        help="不是本组党员的，填写姓名。",
    )  # fmt: skip
    week = forms.ChoiceField(
        label="哪一周",
        error_messages={"required": "请选择哪一周。", "invalid_choice": "只能记本周和上周的帮扶。"},
    )
    what = text(StewardHelp, "what", "帮扶内容", help="帮他做了什么，如：一起练习新设备操作。")
    outcome = text(
        StewardHelp, "outcome", "效果", required=False, help="可以以后补，提交月汇报以前都能改。"
    )

    def __init__(
        self,
        *args: Any,
        people: Any = None,
        weeks: Sequence[tuple[dt.date, str]] = (),
        fixed: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if fixed:
            for name in ("helped", "helped_name", "week"):
                del self.fields[name]
            return
        self.fields["helped"].queryset = people  # type: ignore[attr-defined]
        self.fields["week"].choices = [  # type: ignore[attr-defined]
            (monday.isoformat(), label) for monday, label in weeks
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "helped" not in self.fields:
            return cleaned
        member, name = cleaned.get("helped"), cleaned.get("helped_name", "")
        if member is None and not name and not self.errors:
            self.add_error("helped_name", "请选择本组党员，或者填写姓名。")
        if member is not None and name and name != member.name:
            self.add_error(
                "helped_name", "已经选了党员，姓名请留空；要填别人，请先改选“不在本组名册上”。"
            )
        return cleaned

    @property
    def week_of(self) -> dt.date:
        """The Monday chosen, once the form is valid."""
        return dt.date.fromisoformat(self.cleaned_data["week"])


class MonthForm(forms.Form):
    remark = text(
        StewardMonth, "remark", "补充说明", required=False,
        help="上面的数字和记录由系统汇总，这里只补充没有登记的情况和下月打算。",
    )  # fmt: skip


class AssessForm(forms.Form):
    grade = Words(label="评价", words=wording.GRADES)
    advice = text(
        StewardAssessment, "advice", "改进要求", required=False,
        help="评价为“一般”或“差”的必填，下个月首先照此改进。",
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        grade = cleaned.get("grade")
        if grade and needs_advice(StewardGrade(grade)) and not cleaned.get("advice", "").strip():
            self.add_error("advice", "评价为“一般”或“差”的，请写明改进要求。")
        return cleaned
