"""One day of the working calendar."""

from __future__ import annotations

from django import forms

from branches.forms.fields import DayField
from branches.rules import text


class CalendarDayForm(forms.Form):
    day = DayField(label="日期")
    is_working = forms.TypedChoiceField(
        label="这一天",
        choices=[("0", "休息"), ("1", "上班")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择上班还是休息。"},
    )
    note = forms.CharField(
        label="说明", max_length=60, required=False, help_text="如“补国庆节调休”“矿庆放假”。"
    )

    def clean_note(self) -> str:
        return text.one_line(self.cleaned_data["note"])
