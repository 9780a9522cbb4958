"""Adjusting a rule of a regulation: one typed field for each parameter."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from branches.forms.fields import DayField, OrganizationField
from branches.models import Organization, Regulation
from branches.operations.regulations import ADJUSTS
from branches.rules import parameters
from branches.rules.parameters import Kind, Parameter
from branches.scope import Scope

PREFIX = "p_"


class NumbersField(forms.CharField):
    """Several whole numbers in a line: 6、3、1."""

    def __init__(self, meaning: Parameter, **kwargs: Any) -> None:
        super().__init__(max_length=60, **kwargs)
        self.meaning = meaning

    def prepare_value(self, value: Any) -> Any:
        return "、".join(str(each) for each in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[int]:
        text = super().clean(value)
        parts = [part for part in re.split(r"[、，,；;\s]+", text.strip()) if part]
        numbers = [int(part) for part in parts if part.isascii() and part.isdigit()]
        if len(numbers) != len(parts) or not self.meaning.accepts(numbers):
            raise ValidationError(
                f"请填几个不同的整数，用顿号隔开，如 6、3、1；"
                f"每个在 {self.meaning.least} 到 {self.meaning.most} 之间。"
            )
        return numbers


class AdjustForm(forms.Form):
    """What a committee asks instead, from when on and on what ground."""

    committee = OrganizationField(label="适用于哪个党组织及其下级")
    effective_from = DayField(label="从哪天起", help_text="以前的月份仍按当时的规定。")
    reason = forms.CharField(
        label="调整依据",
        max_length=200,
        help_text="如文号和会议名称。会显示在依据页面上，并记入审计。",
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={
            "required": "请写明调整依据。",
            "max_length": "调整依据最多 200 个字。",
        },
    )

    def __init__(self, *args: Any, regulation: Regulation, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["committee"].queryset = (  # type: ignore[attr-defined]
            Organization.objects.in_scope(scope)
            .filter(dissolved_on__isnull=True)
            .of_kind(*ADJUSTS)
            .order_by("path")
        )
        known = parameters.adjustable(regulation.code, regulation.parameters)
        for name, meaning, value in known:
            field = _field(meaning)
            field.initial = str(value) if isinstance(value, bool) else value
            self.fields[PREFIX + name] = field
        if regulation.severity == "WARN":
            self.fields["is_muted"] = forms.BooleanField(
                label="不再提醒（这项要求照样有效，只是不列入待办）", required=False
            )
        self.names = [PREFIX + name for name, _, _ in known]
        self.order_fields(["committee", *self.names, "is_muted", "effective_from", "reason"])

    @property
    def values(self) -> dict[str, Any]:
        """The parameters as they are stored."""
        return {name.removeprefix(PREFIX): self.cleaned_data[name] for name in self.names}


class EndForm(forms.Form):
    on = DayField(label="从哪天起恢复原来的要求")


def _field(meaning: Parameter) -> forms.Field:
    if meaning.kind is Kind.NUMBERS:
        return NumbersField(
            meaning,
            label=meaning.label,
            help_text="用顿号隔开，如 6、3、1。",
            error_messages={"required": "请填写。", "max_length": "填得太长。"},
        )
    if meaning.kind is Kind.CHOICE:
        keys = {str(key): key for key, _ in meaning.choices}
        return forms.TypedChoiceField(
            label=meaning.label,
            choices=[(str(key), word) for key, word in meaning.choices],
            coerce=lambda value: keys[value],
            error_messages={"required": "请选择。", "invalid_choice": "请从列出的选项里选。"},
        )
    if meaning.kind is Kind.TEXT:
        return forms.CharField(
            label=meaning.label,
            max_length=meaning.most,
            error_messages={
                "required": "请填写。",
                "max_length": f"最多 {meaning.most} 个字。",
            },
        )
    bounds = f"请填 {meaning.least} 到 {meaning.most} 的整数。"
    return forms.IntegerField(
        label=f"{meaning.label}（{meaning.unit}）" if meaning.unit else meaning.label,
        min_value=meaning.least,
        max_value=meaning.most,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), bounds),
    )
