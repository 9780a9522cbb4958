"""What a branch does for a political birthday."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from activities.forms.entries import text
from branches.forms.fields import DayField
from people.forms.care import MemberChoice
from people.models import PoliticalBirthday


class GreetForm(forms.Form):
    greeting = text(
        PoliticalBirthday, "greeting", "贺词", help="已经写好，可以修改。送出后本人会收到通知。"
    )


class TalkForm(forms.Form):
    talker = MemberChoice(label="谈话人", required=False, empty="以后再定")

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["talker"].queryset = people  # type: ignore[attr-defined]


class OathForm(forms.Form):
    oath_on = DayField(label="重温入党誓词日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oath_on"].initial = today
