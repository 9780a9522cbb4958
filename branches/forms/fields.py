"""Fields that several forms share."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from branches.models import Organization


class DateInput(forms.DateInput):
    """The browser's own calendar; it sends and expects 2026-10-20."""

    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


FIRST_DAY = dt.date(1921, 7, 1)
LAST_DAY = dt.date(2100, 12, 31)


class DayField(forms.DateField):
    """A day the Party can have had business on; wilder dates are slips of the keyboard."""

    widget = DateInput
    default_error_messages = {
        "required": "请选择日期。",
        "invalid": "日期请填成 2026-10-20 这样。",
    }
    default_validators = [
        MinValueValidator(FIRST_DAY, "日期太早，请检查年份。"),
        MaxValueValidator(LAST_DAY, "日期太晚，请检查年份。"),
    ]


class TimeField(forms.TimeField):
    """A time of day by the browser's own clock."""

    def __init__(self, *, label: str, **kwargs: Any) -> None:
        super().__init__(
            label=label,
            widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            error_messages={
                "required": f"请填写{label}。",
                "invalid": f"{label}写成 15:00 这样。",
            },
            **kwargs,
        )


class OrganizationField(forms.ModelChoiceField):
    """A choice of organisations in tree order, indented by depth."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Organization.objects.none(),
            empty_label="请选择",
            error_messages={
                "required": "请选择组织。",
                "invalid_choice": "这个组织不在可选范围内，请重新选择。",
            },
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        return "　" * (obj.depth - 1) + obj.short_name
