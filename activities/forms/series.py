"""Setting up a series: where one may start from, its days, and its tasks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from activities import wording
from activities.forms import OneLine
from activities.models import Series, SeriesTask
from activities.operations.series import Setting, Template
from activities.rules.kinds import KINDS, ActivityKind
from activities.rules.series import Rhythm
from activities.wording import plans as words
from branches.forms.fields import DayField, TimeField
from branches.models import Organization

MOST_TASKS = 12
BLANK_TASKS = 3
MOST_DAYS_BEFORE = 90
MONTHS_AHEAD = 3


@dataclass(frozen=True, slots=True)
class Start:
    """A usual series to start from (practices C09, C12, C20, C24, C27)."""

    code: str
    label: str
    note: str
    rhythm: Rhythm
    kind: ActivityKind = ActivityKind.OTHER
    title: str = ""
    day: int | None = None
    until_day: int | None = None
    weekday: int | None = None
    starts_at: dt.time = dt.time(15, 0)
    ends_at: dt.time | None = None
    tasks: tuple[Template, ...] = field(default=())

    @property
    def rhythm_word(self) -> str:
        return {Rhythm.MONTHLY: "每月", Rhythm.WEEKLY: "每周", Rhythm.DAILY: "每日"}[self.rhythm]


_CONTENT = (
    Template("内容审定", 30, "审"),
    Template("预告通知", 7, "编"),
    Template("落实会议室和设备", 1, "播"),
)

STARTS = {
    start.code: start
    for start in (
        Start(
            "theme-day", "党员主题日", "每月 5 日，遇休息日顺延，最迟 15 日",
            Rhythm.MONTHLY, ActivityKind.THEME_DAY, "主题党日", day=5, until_day=15,
            tasks=(Template("定主题、发通知", 7, "组织委员"), Template("落实场地和材料", 1)),
        ),
        Start(
            "study-day", "送学日", "每月 20 日，雷打不动",
            Rhythm.MONTHLY, ActivityKind.STUDY, "集中学习", day=20,
            tasks=(Template("选单、联系讲师", 14, "宣传委员"), Template("通知参学人员", 3)),
        ),
        Start(
            "morning-talk", "晨讲", "每周三 8:00–8:45，内容提前一个月审定",
            Rhythm.WEEKLY, ActivityKind.TALK, "晨讲", weekday=3,
            starts_at=dt.time(8), ends_at=dt.time(8, 45), tasks=_CONTENT,
        ),
        Start(
            "morning-minutes", "晨学三分钟", "每个工作日，编、审、讲、播、点评分工到人",
            Rhythm.DAILY, ActivityKind.TALK, "晨学三分钟",
            starts_at=dt.time(8), ends_at=dt.time(8, 10),
            tasks=(
                Template("编写内容", 3, "编"), Template("审定内容", 2, "审"),
                Template("准备讲解", 1, "讲"), Template("播放准备", 1, "播"),
                Template("点评", 0, "点评"),
            ),
        ),
        Start("monthly", "其他，每月固定日", "如每月 10 日", Rhythm.MONTHLY),
        Start("weekly", "其他，每周固定", "如每周五下午", Rhythm.WEEKLY),
        Start("daily", "其他，每个工作日", "周末、节假日除外，调休上班照常", Rhythm.DAILY),
    )
}  # fmt: skip


class SeriesForm(forms.Form):
    """A series of one rhythm; only what that rhythm asks stands on the page."""

    organization = forms.ModelChoiceField(
        label="党组织",
        queryset=Organization.objects.none(),
        empty_label=None,
        error_messages={
            "required": "请选择党组织。",
            "invalid_choice": "这个组织不在您的范围内，请重新选择。",
        },
    )
    kind = forms.ChoiceField(
        label="类别",
        choices=[(kind.value, wording.KINDS[kind]) for kind in KINDS],
        error_messages={"required": "请选择类别。", "invalid_choice": "请重新选择类别。"},
    )
    title = OneLine(
        label="名称",
        max_length=60,
        help_text="如主题党日、晨讲。每次活动的主题用它开头，届时可以改。",
        error_messages={"required": "请填写名称。", "max_length": "名称最多 60 个字。"},
    )
    day = forms.IntegerField(
        label="每月几日",
        min_value=1,
        max_value=31,
        help_text="1 至 31。当月没有这一天的，用当月最后一天。",
        error_messages={
            "required": "请填写每月几日。",
            "invalid": "请填 1 至 31 的数字。",
            "min_value": "请填 1 至 31 的数字。",
            "max_value": "请填 1 至 31 的数字。",
        },
    )
    until_day = forms.IntegerField(
        label="遇休息日最迟顺延至几日",
        required=False,
        min_value=1,
        max_value=31,
        help_text="不填表示不顺延，就在这一天。",
        error_messages={
            "invalid": "请填 1 至 31 的数字，或不填。",
            "min_value": "请填 1 至 31 的数字，或不填。",
            "max_value": "请填 1 至 31 的数字，或不填。",
        },
    )
    weekday = forms.TypedChoiceField(
        label="星期几",
        coerce=int,
        choices=list(words.WEEKDAYS.items()),
        error_messages={"required": "请选择星期几。", "invalid_choice": "请选择星期几。"},
    )
    starts_at = TimeField(label="开始时间")
    ends_at = TimeField(label="结束时间", required=False)
    place = OneLine(
        label="地点",
        max_length=60,
        error_messages={"required": "请填写地点。", "max_length": "地点最多 60 个字。"},
    )
    started_on = DayField(label="从哪天开始")
    planned_too = forms.BooleanField(
        label="已经安排、没有单独改过的，也照新设置改", required=False, initial=True
    )

    def __init__(
        self, *args: Any, rhythm: Rhythm, hosts: Sequence[Organization], is_new: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.rhythm = rhythm
        if rhythm is not Rhythm.MONTHLY:
            del self.fields["day"], self.fields["until_day"]
        if rhythm is not Rhythm.WEEKLY:
            del self.fields["weekday"]
        if is_new:
            del self.fields["planned_too"]
            places = self.fields["organization"]
            places.queryset = Organization.objects.filter(pk__in=[host.pk for host in hosts])  # type: ignore[attr-defined]
            places.choices = [(host.pk, _place(host)) for host in hosts]  # type: ignore[attr-defined]
            held_by = {host.kind for host in hosts}
            self.fields["kind"].choices = [  # type: ignore[attr-defined]
                (kind.value, wording.KINDS[kind])
                for kind, rule in KINDS.items()
                if rule.held_by in held_by
            ]
        else:
            del self.fields["organization"], self.fields["kind"]
        for name in ("title", "place"):
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", "结束时间要晚于开始时间。")
        day, until_day = cleaned.get("day"), cleaned.get("until_day")
        if day and until_day and until_day < day:
            self.add_error("until_day", f"最迟顺延的日子不能早于 {day} 日。")
        organization, kind = cleaned.get("organization"), cleaned.get("kind")
        if organization and kind and KINDS[ActivityKind(kind)].held_by != organization.kind:
            word = wording.KINDS[ActivityKind(kind)]
            self.add_error("kind", f"{organization.short_name}不召开{word}，请换类别或党组织。")
        return cleaned

    @property
    def setting(self) -> Setting:
        """What was typed, once the form is valid."""
        cleaned = self.cleaned_data
        return Setting(
            title=cleaned["title"],
            rhythm=self.rhythm,
            starts_at=cleaned["starts_at"],
            ends_at=cleaned["ends_at"],
            place=cleaned["place"],
            started_on=cleaned["started_on"],
            day=cleaned.get("day"),
            until_day=cleaned.get("until_day"),
            weekday=cleaned.get("weekday"),
        )


class TemplateForm(forms.Form):
    """One task of a series; a row without a title is no task."""

    title = OneLine(
        label="准备事项",
        required=False,
        max_length=SeriesTask._meta.get_field("title").max_length,
        error_messages={"max_length": "准备事项最多 60 个字。"},
    )
    days_before = forms.IntegerField(
        label="提前几天",
        required=False,
        min_value=0,
        max_value=MOST_DAYS_BEFORE,
        error_messages={
            "invalid": "请填天数，如 7；当天填 0。",
            "min_value": "请填天数，如 7；当天填 0。",
            "max_value": f"最多提前 {MOST_DAYS_BEFORE} 天。",
        },
    )
    role = OneLine(
        label="负责",
        required=False,
        max_length=SeriesTask._meta.get_field("role").max_length,
        error_messages={"max_length": "负责最多 30 个字。"},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("title") and cleaned.get("days_before") is None:
            if "days_before" not in self.errors:
                self.add_error("days_before", "请填提前几天；当天填 0。")
        elif not cleaned.get("title") and (cleaned.get("role") or cleaned.get("days_before")):
            self.add_error("title", "请写明要准备什么；这一行不要的，请全部清空。")
        return cleaned


TemplateFormSet = forms.formset_factory(
    TemplateForm, extra=BLANK_TASKS, max_num=MOST_TASKS, validate_max=True
)


def templates_of(formset: Any) -> list[Template]:
    """Return the tasks typed, once the formset is valid."""
    return [
        Template(row["title"], row["days_before"], row["role"])
        for row in (form.cleaned_data for form in formset.forms)
        if row.get("title")
    ]


def as_rows(tasks: Sequence[Template | SeriesTask]) -> list[dict[str, Any]]:
    """Return what the rows of the formset start from, the earliest first."""
    ordered = sorted(tasks, key=lambda task: -task.days_before)
    return [{name: getattr(task, name) for name in TemplateForm.base_fields} for task in ordered]


class EndForm(forms.Form):
    on = DayField(label="从哪天起停止")
    cancel_planned = forms.BooleanField(
        label="这一天及以后已经安排的活动一并取消", required=False, initial=True
    )

    def __init__(self, *args: Any, series: Series, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.series = series

    def clean_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["on"]
        if day < self.series.started_on:
            raise ValidationError("不能早于开始的日期。")
        return day


def _place(host: Organization) -> str:
    if host.is_group and host.parent is not None:
        return f"{host.parent.short_name} {host.short_name}"
    return host.short_name
