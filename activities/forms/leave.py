"""Asking for leave, answering, and what was done instead of an activity missed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms

from activities.forms import OneLine
from activities.wording import sign_in as wording

GRANT, REFUSE = "grant", "refuse"
_LIMIT = 100


class LeaveForm(forms.Form):
    reason = OneLine(
        label="请假事由",
        max_length=_LIMIT,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "请写明请假事由，如：当日值班。",
            "max_length": f"请假事由最多 {_LIMIT} 个字。",
        },
    )


class AnswerForm(forms.Form):
    verdict = forms.ChoiceField(
        label="答复",
        choices=[(GRANT, "准假"), (REFUSE, "不准假")],
        widget=forms.RadioSelect,
        error_messages={
            "required": "请选择准假或不准假。",
            "invalid_choice": "请选择准假或不准假。",
        },
    )
    note = OneLine(
        label="说明",
        required=False,
        max_length=_LIMIT,
        help_text="不准假时必填，本人会看到。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": f"说明最多 {_LIMIT} 个字。"},
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("verdict") == REFUSE and not cleaned.get("note"):
            self.add_error("note", "请写明不准假的原因，本人会看到。")
        return cleaned


class MakeUpForm(forms.Form):
    attendances = forms.TypedMultipleChoiceField(
        label="补课的人",
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": "请选择补课的人。",
            "invalid_choice": "名单有变化，请重新选择补课的人。",
        },
    )
    method = forms.ChoiceField(
        label="方式",
        choices=[(str(code), word) for code, word in wording.MAKE_UPS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择方式。", "invalid_choice": "请选择方式。"},
    )
    done_on = forms.DateField(
        label="日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "请选择补课日期。", "invalid": "日期写成 2026-11-20 这样。"},
    )
    content = OneLine(
        label="内容",
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "请填写补了什么，如：送学习材料上门，讲解会议精神。",
            "max_length": "内容最多 200 个字。",
        },
    )

    def __init__(
        self,
        *args: Any,
        people: Sequence[tuple[int, str]],
        held_on: dt.date,
        today: dt.date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.held_on, self.today = held_on, today
        field = self.fields["attendances"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = list(people)

    def clean_done_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["done_on"]
        if day < self.held_on:
            raise forms.ValidationError("补课日期不能早于活动日期，请核对。")
        if day > self.today:
            raise forms.ValidationError("补课日期还没到，做完再登记。")
        return day
