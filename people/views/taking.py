"""Taking one step from a form: what refuses it is said on the form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms

from activities.operations.refusals import Refused
from branches.rules.workflow import StepNotAllowed


def taken(form: forms.Form, operation: Callable[..., Any], **more: Any) -> bool:
    """Run an operation with what a valid form holds; on refusal say why on the form."""
    try:
        operation(**form.cleaned_data, **more)
    except Refused as refusal:
        form.add_error(None, str(refusal))
    except StepNotAllowed:
        form.add_error(None, "已经有人办过这一步，请看最新进度。")
    else:
        return True
    return False
