"""Taking one step from a form: what refuses it is said on the form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms

from activities.operations.refusals import Refused
from branches.rules.workflow import StepNotAllowed

_T = TypeVar("_T")


def _taken_already(state: str) -> str:
    return "已经有人办过这一步，请看最新进度。"


def done(
    form: forms.Form, operation: Callable[[], _T], late: Callable[[str], str] = _taken_already
) -> _T | None:
    """Return what an operation returns; None where it was refused, and the form says why.

    :param late: what is said where the step does not follow from the state any more.
    """
    try:
        return operation()
    except Refused as refusal:
        form.add_error(None, str(refusal))
    except StepNotAllowed as refusal:
        form.add_error(None, late(refusal.state))
    return None


def taken(form: forms.Form, operation: Callable[..., Any], **more: Any) -> bool:
    """Run an operation with what a valid form holds; on refusal say why on the form."""

    def run() -> bool:
        operation(**form.cleaned_data, **more)
        return True

    return bool(done(form, run))
