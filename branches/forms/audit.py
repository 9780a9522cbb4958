"""Narrowing the audit."""

from __future__ import annotations

from typing import Any

from django import forms

from branches import wording
from branches.forms.fields import DayField


class AuditFilterForm(forms.Form):
    action = forms.ChoiceField(
        label="操作", required=False, choices=[("", "全部"), *wording.AUDIT_ACTIONS.items()]
    )
    person = forms.CharField(label="操作人", required=False, max_length=60)
    first = DayField(label="从", required=False)
    last = DayField(label="到", required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", "结束日期早于开始日期，请改好再查；下面列出的是没有筛选的记录。")
        return data
