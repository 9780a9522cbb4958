"""The problem list: one problem, and its end."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from activities.forms import OneLine
from activities.models import Problem
from activities.operations.problems import ProblemDetails
from activities.rules.supervision import Severity
from activities.wording import supervision as wording
from branches.forms.fields import DayField
from members.models import Member


def _limit(name: str) -> int:
    model: Any = Problem
    return int(model._meta.get_field(name).max_length)


def _text(name: str, label: str, *, required: bool = False, help_text: str = "") -> forms.CharField:
    limit = _limit(name)
    return forms.CharField(
        label=label,
        required=required,
        max_length=limit,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": f"请填写{label}。",
            "max_length": f"{label}最多 {limit} 个字，请删减。",
        },
    )


class OwnerField(forms.ModelChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Member.objects.none(),
            label="第一责任人",
            required=False,
            empty_label="还没有定",
            error_messages={"invalid_choice": "责任人不在可选名单里，请重新选择。"},
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class SeverityField(forms.TypedChoiceField):
    """How grave a problem is, each beside how it is handled."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="程度",
            choices=[(each, wording.HANDLING[each]) for each in Severity],
            coerce=Severity,
            empty_value=None,
            widget=forms.RadioSelect,
            error_messages={
                "required": "请选择程度。",
                "invalid_choice": "请从列出的程度里选。",
            },
            **kwargs,
        )


class ProblemForm(forms.Form):
    """``fixed``: the minutes stand, so whose it is and what it is are shown, not asked.

    With ``is_new`` the severity is asked as well; later it is changed with its reason.
    """

    whose = OneLine(
        label="谁的问题",
        max_length=_limit("whose"),
        help_text="支部班子，或党员姓名。",
        error_messages={
            "required": "请写明是谁的问题。",
            "max_length": f"最多 {_limit('whose')} 个字。",
        },
    )
    text = _text("text", "问题", required=True)
    measures = _text("measures", "整改措施", help_text="一条问题对应一条措施。")
    owner = OwnerField()
    due_on = DayField(label="整改期限", required=False)

    def __init__(
        self, *args: Any, owners: Any, fixed: bool = False, is_new: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if is_new:
            self.fields["severity"] = SeverityField(required=False, initial=Severity.ORDINARY)
            self.fields["due_on"].help_text = "不填的，按程度的办理时限自动确定。"
        self.fields["owner"].queryset = owners  # type: ignore[attr-defined]
        for name in ("whose", "text"):
            self.fields[name].disabled = fixed

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("text", "measures"):
            if name in cleaned:
                cleaned[name] = cleaned[name].strip()
        return cleaned

    @property
    def details(self) -> ProblemDetails:
        names = ("whose", "text", "measures", "owner", "due_on")
        return ProblemDetails(
            **{name: self.cleaned_data[name] for name in names},
            severity=self.cleaned_data.get("severity"),
        )


class CloseForm(forms.Form):
    outcome = _text("outcome", "整改结果", required=True)
    closed_on = DayField(label="销号日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["closed_on"].initial = today


class ReopenForm(forms.Form):
    reason = OneLine(
        label="恢复整改的原因",
        max_length=200,
        error_messages={"required": "请写明恢复整改的原因。", "max_length": "最多 200 个字。"},
    )
