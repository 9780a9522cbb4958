"""What a branch tells the other besides its records."""

from __future__ import annotations

from typing import Any

from django import forms

from activities.forms.entries import Words, text
from people.models import MutualReport

_POSSIBLE = {"yes": "可以评优", "no": "建议不评优"}


class SendForm(forms.Form):
    excellent = Words(label="评优意见", words=_POSSIBLE)
    remark = text(
        MutualReport, "remark", "表现和建议", required=False, help="建议不评优的必填；本人能看到。"
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        answer = cleaned.pop("excellent", "")
        if answer == "no" and not cleaned.get("remark", "").strip() and "remark" in cleaned:
            self.add_error("remark", "建议不评优的，请写明原因。")
        cleaned["is_excellent_possible"] = answer == "yes"
        return cleaned
