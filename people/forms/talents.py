"""The steps of the talent pool."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from activities.forms.entries import Words, line, text
from branches.forms.fields import DayField
from people.forms.care import MemberChoice, Told
from people.models import Talent, TalentNote
from people.rules.talents import Terms
from people.wording import talents as wording


class RecommendForm(forms.Form):
    member = MemberChoice(label="人选")
    tier = Words(label="层次", words=wording.TIERS)
    recommendation = text(
        Talent, "recommendation", "推荐理由", help="写工作实绩和现实表现，不写私人生活。"
    )
    recommended_on = DayField(label="推荐日期")
    told = Told()

    def __init__(
        self, *args: Any, people: Any, terms: Terms, today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = people  # type: ignore[attr-defined]
        self.fields["recommended_on"].initial = today
        self.fields[
            "tier"
        ].help_text = f"三好人才不超过 {terms.good_age} 岁，六有人才不超过 {terms.able_age} 岁。"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        cleaned.pop("told", None)
        return cleaned


class ExamineForm(forms.Form):
    examined_on = DayField(label="考察日期")
    examination = text(Talent, "examination", "考察意见")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["examined_on"].initial = today


class NothingForm(forms.Form):
    """A step that asks for nothing."""


class DeclineForm(forms.Form):
    declined_because = line(
        Talent, "declined_because", "未入库原因", help="本人能看到这里写的原因。"
    )


class MentorForm(forms.Form):
    mentor = MemberChoice(label="联系人（导师）")

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["mentor"].queryset = people  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    on = DayField(label="日期")
    text = text(TalentNote, "text", "培养情况", help="学了什么、做了什么、有什么进步。")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today


class LeaveForm(forms.Form):
    outcome = Words(label="去向", words=wording.OUTCOMES)
    left_on = DayField(label="出库日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["left_on"].initial = today
