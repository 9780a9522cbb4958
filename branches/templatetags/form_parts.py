"""Components of a form: fields with their errors, the buttons that end it, the roll of a meeting.

`{% load ui %}`.
"""

from collections.abc import Iterable
from typing import Any

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from branches.templatetags.props import Props, named

register = template.Library()


@register.simple_block_tag
def actions(content: SafeString) -> SafeString:
    """The buttons that end a form; they stay in reach on a phone."""
    return render_to_string("ui/actions.html", {"content": content})


@register.simple_block_tag
def field_row(content: SafeString) -> SafeString:
    """Fields side by side; they stack on a phone."""
    return render_to_string("ui/field_row.html", {"content": content})


@register.inclusion_tag("ui/form_errors.html")
def form_errors(*, form: BaseForm) -> Props:
    """What to mend, first on the page, each with a link to its field."""
    faults = [(f.label, f.id_for_label or f.auto_id, f.errors) for f in form if f.errors]
    general = form.non_field_errors()
    return {"general": general, "faults": faults, "count": len(faults) + len(general)}


@register.inclusion_tag("ui/fields.html")
def fields(*, form: BaseForm) -> Props:
    """Every field of a form, the hidden ones too."""
    return {"form": form}


@register.inclusion_tag("ui/field.html")
def field(
    *,
    field: BoundField,
    label: str = "",
    help: str = "",
    wide: bool = False,
    counter: bool = False,
    needed: bool = False,
) -> Props:
    """A field: label above, help, control, errors below; `counter` counts what is typed.

    `needed`: not called 选填 though the field alone is not required, because the form asks for it
    or for another.
    """
    if help:
        field.field.help_text = help
        field.help_text = help
    widget = field.field.widget
    attrs: dict[str, str | bool] = {"data-counter": ""} if counter else {}
    if field.use_fieldset:
        kind = "group"
    elif isinstance(widget, CheckboxInput):
        kind = "check"
    else:
        kind = "plain"
    return {
        "field": field,
        "control": field.as_widget(attrs=attrs),
        "label": label or field.label,
        "kind": kind,
        "wide": wide,
        "optional": kind != "check"
        and not (field.field.required or needed)
        and not field.field.disabled,
    }


@register.simple_block_tag
def roll(
    content: SafeString,
    *,
    label: str,
    present: str,
    all_value: str = "",
    all_label: str = "全部到会",
    filter: bool = False,
) -> SafeString:
    """The roll of a meeting; holds `roll_row` tags.

    `present`: the values that count towards 实到, separated by spaces. `all_value` is set by the
    button that marks everyone who has no mark yet; empty leaves the button out.
    """
    context = {
        "label": label,
        "present": present,
        "all_value": all_value,
        "filter": filter,
    }
    return render_to_string("ui/roll.html", {**context, "all_label": all_label, "content": content})


@register.inclusion_tag("ui/roll_row.html")
def roll_row(
    *,
    label: str,
    name: str,
    choices: Iterable[Any],
    value: str = "",
    note: str = "",
    keys: str = "",
    expected: bool = True,
    errors: Iterable[str] = (),
    sittings: Iterable[tuple[int, str]] = (),
    sitting_name: str = "",
    sitting: int | None = None,
) -> Props:
    """One person on the roll. Choices: value, label, tone; `keys` are what a search may match.

    `sittings` (value, label) of a divided meeting are chosen from beside the mark.

    `expected` is False for someone who does not count towards 应到.
    """
    return {
        "label": label,
        "name": name,
        "choices": named(choices, ("value", "label", "tone")),
        "value": str(value or ""),
        "note": note,
        "keys": f"{label} {keys}".strip(),
        "expected": expected,
        "errors": list(errors or ()),
        "sittings": list(sittings or ()),
        "sitting_name": sitting_name,
        "sitting": sitting,
    }
