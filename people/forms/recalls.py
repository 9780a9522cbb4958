"""The steps of a recall."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from activities.forms.entries import Words, text
from branches.forms.fields import DayField
from people.forms.care import Mark, MemberChoice
from people.models import Recall
from people.wording import recalls as wording


class EnlistForm(forms.Form):
    member = MemberChoice(label="党员")
    reason = text(Recall, "reason", "列入原因", help="写事实和依据，本人能看到；不写私人生活。")
    listed_on = DayField(label="列入日期")
    told_on = DayField(label="告知本人日期", help_text="先告知本人，再登记。")

    def __init__(self, *args: Any, people: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = people  # type: ignore[attr-defined]
        self.fields["listed_on"].initial = today


class TrainForm(forms.Form):
    training_from = DayField(label="培训开始")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["training_from"].initial = today


class AssessForm(forms.Form):
    exam = Mark(label="考试成绩")
    assessment = Mark(label="量化考核")
    assessed_on = DayField(label="考核日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assessed_on"].initial = today


class NoteForm(forms.Form):
    follow_note = text(Recall, "follow_note", "跟踪情况", help="可以随时修改，本人能看到。")


class EndForm(forms.Form):
    outcome = Words(label="结果", words=wording.OUTCOMES)
    outcome_note = text(Recall, "outcome_note", "说明", required=False)
    ended_on = DayField(label="结束日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_on"].initial = today


class DropForm(forms.Form):
    outcome_note = text(Recall, "outcome_note", "撤销原因")
