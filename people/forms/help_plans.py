"""Help plans: to make one, to note, to review."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from activities.forms.entries import Words, line, text
from branches.forms.fields import DayField
from people.forms.care import MemberChoice
from people.models import HelpNote, HelpPlan
from people.operations.help_plans import Helpers
from people.wording import help_plans as wording


class MakeForm(forms.Form):
    member = MemberChoice(label="帮教对象")
    reason = text(HelpPlan, "reason", "列入原因", help="写事实和依据，本人能看到；不写私人生活。")
    first_official = line(HelpPlan, "first_official", "帮教干部一")
    second_official = line(HelpPlan, "second_official", "帮教干部二")
    committee_member = MemberChoice(
        label="帮教支委",
        help_text="名单来自支部委员的任职；没有的，请先在“账号与任职”里登记并关联党员。",
    )
    plan = text(HelpPlan, "plan", "帮教计划", help="写明学习、谈话、参加活动的安排。")
    told_on = DayField(label="告知本人日期", help_text="先告知本人，再登记。")
    started_on = DayField(label="开始日期")

    def __init__(
        self, *args: Any, people: Any, committee: Any, today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = people  # type: ignore[attr-defined]
        self.fields["committee_member"].queryset = committee  # type: ignore[attr-defined]
        self.fields["started_on"].initial = today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        names = ("first_official", "second_official", "committee_member")
        if not self.errors:
            cleaned["helpers"] = Helpers(**{name: cleaned.pop(name) for name in names})
        return cleaned


class NoteForm(forms.Form):
    on = DayField(label="日期")
    text = text(HelpNote, "text", "帮教情况", help="本人能看到；谈话内容不写在这里。")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today


class EndForm(forms.Form):
    review = text(HelpPlan, "review", "期满评议")
    outcome = Words(label="结果", words=wording.OUTCOMES)
    ended_on = DayField(label="评议日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_on"].initial = today
