"""Adopting a scheme."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from branches.models import Organization
from branches.rules.periods import Period, PeriodKind
from branches.scope import Scope
from scoring.queries import schemes

MOST_MONTHS_AHEAD = 12


class AdoptForm(forms.Form):
    """Adopt a shipped scheme from a month on."""

    preset = forms.ChoiceField(label="方案")
    committee = forms.ModelChoiceField(
        Organization.objects.none(), label="采用单位", empty_label="请选择党委"
    )
    effective_from = forms.CharField(
        label="起始月份",
        help_text="从这个月起按新方案核算，以前的月份不变。",
        widget=forms.TextInput(attrs={"type": "month"}),
    )

    def __init__(self, *args: Any, scope: Scope, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["preset"].choices = [  # type: ignore[attr-defined]
            (code, schemes.preset(code).title) for code in schemes.preset_codes()
        ]
        committees = Organization.objects.in_scope(scope).of_kind("COMMITTEE")  # type: ignore[arg-type]
        self.fields["committee"].queryset = committees  # type: ignore[attr-defined]

    def clean_effective_from(self) -> Period:
        try:
            period = Period.parse(self.cleaned_data["effective_from"])
        except ValueError:
            period = None
        if period is None or period.kind is not PeriodKind.MONTH:
            raise forms.ValidationError("月份应写成 2026-10 的样子。")
        if period > Period.containing(self.today).minus(-MOST_MONTHS_AHEAD):
            raise forms.ValidationError(f"起始月份不能晚于 {MOST_MONTHS_AHEAD} 个月之后，请核对。")
        return period
