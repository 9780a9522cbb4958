"""One more sitting of an activity."""

from __future__ import annotations

from typing import Any

from django import forms

from activities.forms import OneLine
from activities.operations.sittings import SittingDetails
from activities.rules.sittings import SHIFTS
from branches.forms.fields import TimeField

_LIMIT = 30
_NAME_ERRORS = {"required": "请给这一场起个名称。", "max_length": f"名称最多 {_LIMIT} 个字。"}


class SittingForm(forms.Form):
    """``first_label`` is asked for once: it names the activity's own time as the first sitting."""

    first_label = OneLine(label="原定这一场叫什么", max_length=_LIMIT, error_messages=_NAME_ERRORS)
    label = OneLine(
        label="新增的一场叫什么",
        max_length=_LIMIT,
        error_messages=_NAME_ERRORS,
        help_text=f"如{'、'.join(SHIFTS)}。",
    )
    held_on = forms.DateField(
        label="日期",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": "请选择这一场的日期。",
            "invalid": "日期写成 2026-11-20 这样。",
        },
    )
    starts_at = TimeField(label="开始时间")
    ends_at = TimeField(label="结束时间", required=False)
    place = OneLine(
        label="地点",
        required=False,
        max_length=60,
        error_messages={"max_length": "地点最多 60 个字。"},
    )

    def __init__(self, *args: Any, is_first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_first:
            del self.fields["first_label"]
        for name in ("first_label", "label", "place"):
            if name in self.fields:
                self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("starts_at"), cleaned.get("ends_at")
        if start and end and end <= start:
            self.add_error("ends_at", "结束时间要晚于开始时间。跨零点的夜班，结束时间留空即可。")
        return cleaned

    @property
    def details(self) -> SittingDetails:
        cleaned = self.cleaned_data
        names = ("label", "held_on", "starts_at", "ends_at", "place")
        return SittingDetails(**{name: cleaned[name] for name in names})
