"""The steps of tolerance."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from activities.forms.entries import Words, text
from branches.forms.fields import DayField
from people.models import Tolerance

_DECISIONS = {"yes": "同意容错", "no": "不予容错"}


class AskForm(forms.Form):
    matter = text(
        Tolerance, "matter", "申请事项",
        help="写明做了什么、为什么出现失误、怎样补救。只有您、支部书记、副书记和上级审核人员能看到。",
    )  # fmt: skip


class InvestigateForm(forms.Form):
    finding = text(Tolerance, "finding", "核实情况")
    investigated_on = DayField(label="核实日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["investigated_on"].initial = today


class DecideForm(forms.Form):
    answer = Words(label="决定", words=_DECISIONS)
    decision = text(Tolerance, "decision", "决定理由", help="本人能看到。")
    decided_on = DayField(label="决定日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["decided_on"].initial = today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if "answer" in cleaned:
            cleaned["is_granted"] = cleaned.pop("answer") == "yes"
        return cleaned


class FeedBackForm(forms.Form):
    fed_back_on = DayField(label="反馈本人日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fed_back_on"].initial = today
