"""Homework: what is asked, what is handed in, what is said of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from activities.forms import entries
from activities.forms.entries import line
from activities.models import Homework, HomeworkAnswer
from branches.forms.fields import DayField


class HomeworkForm(forms.Form):
    text = entries.text(Homework, "text", "作业内容")
    due_on = DayField(label="交作业期限")

    def __init__(self, *args: Any, held_on: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._held_on = held_on

    def clean_due_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["due_on"]
        if day < self._held_on:
            raise forms.ValidationError("交作业期限不能早于活动日期。")
        return day


class HomeworkAnswerForm(forms.Form):
    text = entries.text(HomeworkAnswer, "text", "作业")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["rows"] = 10


class RemarkForm(forms.Form):
    remark = line(HomeworkAnswer, "remark", "点评")
