"""The fields of a draft's forms: exact numbers, shares as percentages, texts."""

from __future__ import annotations

from decimal import Decimal

from django import forms

from scoring.rules.explaining import plain


def number(
    label: str, *, required: bool = True, help_text: str = "", places: int = 4
) -> forms.DecimalField:
    """Return a field for an exact number; its bounds are the language's own."""
    return forms.DecimalField(
        label=label,
        required=required,
        help_text=help_text,
        max_digits=14,
        decimal_places=places,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages={"invalid": f"“{label}”应填数字，如 2 或 1.5。"},
    )


def percent(label: str, *, required: bool = True, help_text: str = "") -> forms.DecimalField:
    """Return a field for a share, typed as a percentage."""
    words = f"“{label.removesuffix('（%）')}”应大于 0、不超过 100，填 20 就是百分之二十。"
    return forms.DecimalField(
        label=label,
        required=required,
        help_text=help_text,
        min_value=Decimal("0.000001"),
        max_value=Decimal(100),
        max_digits=9,
        decimal_places=6,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), words),
    )


def whole(label: str, *, required: bool = True, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": f"“{label}”应填整数，如 2。"},
    )


def text(
    label: str, most: int, *, required: bool = True, help_text: str = "", rows: int = 0
) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(
        label=label, max_length=most, required=required, help_text=help_text, widget=widget
    )


def shown(value: Decimal | None) -> str | None:
    """Return a number as a field shows it: without trailing zeros."""
    return None if value is None else plain(value)


def percents(share: Decimal | None) -> str | None:
    return None if share is None else plain(share * 100)


def share_of(percent: Decimal | None) -> Decimal | None:
    return None if percent is None else percent / 100
