"""Forms about the right to vote."""

from __future__ import annotations

from django import forms

from members import wording
from members.forms.person import StepForm, day_field
from members.rules.status import RestrictionGround


class RestrictForm(StepForm):
    ground = forms.ChoiceField(
        label="情形",
        choices=[(ground.value, word) for ground, word in wording.RESTRICTIONS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择情形。", "invalid_choice": "请重新选择情形。"},
    )
    reference = forms.CharField(
        label="决定文号",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": "请填写决定文号。",
            "max_length": "决定文号最多 60 个字。",
        },
    )
    started_on = day_field("从哪天起暂停")
    ended_on = day_field("哪天恢复", required=False, help_text="还不确定就先空着，恢复时再登记。")

    @property
    def chosen_ground(self) -> RestrictionGround:
        return RestrictionGround(self.cleaned_data["ground"])


class RestoreForm(StepForm):
    on = day_field("从哪天起恢复表决权")
