"""A form whose step may be refused, or may wait for a word that it is meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from activities import wording
from activities.operations.objections import Blocked, Objection, Unconfirmed
from activities.operations.refusals import Refused
from branches.rules.workflow import StepNotAllowed


class ConfirmedForm(forms.Form):
    """``asked``: rules that only warn and do not hold; a tick at ``confirmed`` lets them pass.

    ``blocked``: rules that refuse the step.
    """

    confirmed = forms.BooleanField(label="情况属实，仍按此登记", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked: tuple[Objection, ...] = ()
        self.blocked: tuple[Objection, ...] = ()

    @property
    def is_confirmed(self) -> bool:
        return bool(self.cleaned_data.get("confirmed"))

    def taken(self, operation: Callable[[], Any]) -> bool:
        """Take a step; return False where it is refused, with the reason on the form."""
        try:
            operation()
        except Unconfirmed as refusal:
            self.asked = refusal.objections
        except Blocked as refusal:
            self.blocked = refusal.objections
        except Refused as refusal:
            self.add_error(None, str(refusal))
        except StepNotAllowed as refusal:
            self.add_error(None, wording.refused_step(refusal.state))
        else:
            return True
        return False


def number(
    label: str, *, required: bool = True, least: int = 0, most: int = 9999, help_text: str = ""
) -> forms.IntegerField:
    """Return a field for a count of persons or papers."""
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=least,
        max_value=most,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={
            "required": f"请填写{label}。",
            "invalid": f"{label}要填整数。",
            "min_value": f"{label}不能少于 {least}。",
            "max_value": f"{label}最多 {most}，请核对。",
        },
    )
