"""The sheet on which an inspector marks."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from scoring.rules import explaining
from scoring.rules.scheme import Scheme


class MarkSheetForm(forms.Form):
    """All marked items of a scheme for one organisation and month: a value and a remark each."""

    def __init__(self, *args: Any, scheme: Scheme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.marked = [item for item in scheme.items if item.rule == "mark"]
        for item in self.marked:
            full = explaining.plain(item.full or Decimal(0))
            self.fields[f"value-{item.code}"] = forms.DecimalField(
                label=item.title,
                help_text=f"满分 {full} 分" + (f"。{item.standard}" if item.standard else ""),
                min_value=Decimal(0),
                max_value=item.full,
                max_digits=8,
                decimal_places=2,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
                error_messages={
                    "max_value": f"“{item.title}”满分是 {full} 分，请填 0 至 {full} 之间的数。",
                    "min_value": f"“{item.title}”不能是负数，请填 0 至 {full} 之间的数。",
                    "invalid": f"“{item.title}”应填数字，如 {full} 或 0.5。",
                },
            )
            self.fields[f"note-{item.code}"] = forms.CharField(
                label="检查情况", max_length=200, required=False
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for item in self.marked:
            value = f"value-{item.code}"
            has_note = bool(data.get(f"note-{item.code}"))
            if has_note and data.get(value) is None and value not in self.errors:
                self.add_error(value, "写了检查情况，还没有打分。")
        return data

    def marks(self) -> dict[str, tuple[Decimal, str]]:
        """Return what was filled in, by item code."""
        data = self.cleaned_data
        return {
            item.code: (data[f"value-{item.code}"], data[f"note-{item.code}"])
            for item in self.marked
            if data.get(f"value-{item.code}") is not None
        }
