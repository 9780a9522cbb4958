"""Forms for the steps of a member's life on the roll."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from branches.models import Organization
from branches.scope import Scope
from members import wording
from members.forms.person import BranchField, GroupField, StepForm, day_field, offer_places
from members.models import Membership


class MoveForm(StepForm):
    branch = BranchField(label="调整到", queryset=Organization.objects.none(), empty_label=None)
    group = GroupField(
        label="党小组",
        queryset=Organization.objects.none(),
        required=False,
        empty_label="不编入小组",
    )
    on = day_field("从哪天起", help_text="这一天起算在新的支部和小组，此前的记录仍归原支部。")

    def __init__(
        self, *args: Any, home: Membership, scope: Scope, today: dt.date, **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"branch": home.branch_id, "group": home.group_id, "on": today}
        super().__init__(*args, **kwargs)
        offer_places(self, scope, today)


class LeaveForm(StepForm):
    way = forms.ChoiceField(
        label="离开方式", choices=list(wording.LEAVINGS.items()), widget=forms.RadioSelect
    )
    on = day_field("日期", help_text="从这一天起不再列入名册。")
    note = forms.CharField(
        label="说明",
        required=False,
        max_length=200,
        help_text="如接收单位、介绍信编号、决定文号。",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ExemptForm(StepForm):
    reason = forms.ChoiceField(
        label="原因", choices=list(wording.EXEMPTIONS.items()), widget=forms.RadioSelect
    )
    started_on = day_field("开始日期")
    ended_on = day_field(
        "结束日期", required=False, help_text="从这一天起恢复考评；还不确定就先空着。"
    )
    note = forms.CharField(label="说明", required=False, max_length=100)


class EndExemptionForm(StepForm):
    on = day_field("从哪天起恢复考评")


class RegulariseForm(StepForm):
    on = day_field("转正日期", help_text="支部大会通过转为正式党员的日期。")


class UnmaskForm(forms.Form):
    reason = forms.ChoiceField(label="查看原因", choices=list(wording.UNMASKING_REASONS.items()))
