"""Fields that forms about people share."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from members.models import Member


class MemberChoice(forms.ModelChoiceField):
    """A choice of members by name; the view says of which."""

    def __init__(self, *, label: str, empty: str = "请选择", **kwargs: Any) -> None:
        super().__init__(
            Member.objects.none(),
            label=label,
            empty_label=empty,
            error_messages={
                "required": f"请选择{label}。",
                "invalid_choice": f"{label}不在可选名单里，请重新选择。",
            },
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class Mark(forms.DecimalField):
    """A mark out of a hundred, two decimals at most."""

    def __init__(self, *, label: str, **kwargs: Any) -> None:
        super().__init__(
            label=label,
            min_value=Decimal(0),
            max_value=Decimal(100),
            decimal_places=2,
            max_digits=5,
            widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "0.01"}),
            error_messages={
                "required": f"请填写{label}。",
                "invalid": f"{label}应填数字，如 86 或 86.5。",
                "min_value": f"{label}不能小于 0。",
                "max_value": f"{label}不能超过 100。",
                "max_decimal_places": f"{label}最多两位小数，如 86.5。",
                "max_digits": f"{label}的数字太长，请核对。",
                "max_whole_digits": f"{label}的数字太大，请核对。",
            },
            **kwargs,
        )


class Told(forms.BooleanField):
    """Nothing is kept about somebody without his knowing."""

    def __init__(self) -> None:
        super().__init__(
            label="已经当面告知本人",
            error_messages={"required": "请先告知本人，再登记。"},
        )
