"""Fields of one line, of numbers, times and words, each with what to do about a slip."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from activities.forms import OneLine


def line(model: Any, name: str, label: str, *, required: bool = True, help: str = "") -> OneLine:
    """Return the field for a short text of a model."""
    most = int(model._meta.get_field(name).max_length)
    return OneLine(
        label=label,
        max_length=most,
        required=required,
        help_text=help,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": f"请填写{label}。",
            "max_length": f"{label}最多 {most} 个字。",
        },
    )


def text(model: Any, name: str, label: str, *, required: bool = True, help: str = "") -> Any:
    """Return the field for a longer text of a model."""
    most = int(model._meta.get_field(name).max_length)
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        help_text=help,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": f"请填写{label}。",
            "max_length": f"{label}最多 {most} 个字，请删减。",
        },
    )


class Amount(forms.DecimalField):
    """A number with one decimal, from ``least`` to ``most``."""

    def __init__(
        self, *, label: str, most: int, least: Decimal = Decimal(0), unit: str = "", **kwargs: Any
    ) -> None:
        super().__init__(
            label=label,
            min_value=least,
            max_value=most,
            decimal_places=1,
            max_digits=5,
            widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.5"}),
            error_messages={
                "required": f"请填写{label}。",
                "invalid": f"{label}应填数字，如 2 或 1.5。",
                "min_value": f"{label}不能小于 {least}。",
                "max_value": f"{label}不能超过 {most}{unit}，请核对。",
                "max_decimal_places": f"{label}最多一位小数，如 1.5。",
                "max_digits": f"{label}的数字太长，请核对。",
                "max_whole_digits": f"{label}的数字太大，请核对。",
            },
            **kwargs,
        )


class Words(forms.ChoiceField):
    """A choice of codes with their words; the empty one only where it may be left out."""

    def __init__(
        self, *, label: str, words: dict[Any, str], empty: str = "请选择", **kwargs: Any
    ) -> None:
        choices = [("", empty), *((str(code), word) for code, word in words.items())]
        super().__init__(
            label=label,
            choices=choices,
            error_messages={
                "required": f"请选择{label}。",
                "invalid_choice": f"请重新选择{label}。",
            },
            **kwargs,
        )
