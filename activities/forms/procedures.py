"""Starting a guided procedure; filling in one of its steps."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet

from activities.forms import OneLine
from activities.models import Activity, Procedure, ProcedureStep
from activities.operations.procedures import StepDetails
from activities.rules.procedures import About, CheckKind, Field, FieldKind, Step
from branches.forms.fields import DayField
from branches.models import Organization
from members.models import Member

MOST_LINE, MOST_TEXT, MOST_NUMBER = 100, 1000, 9999


class StartForm(forms.Form):
    """The branch, and whom it is about; a field stands there only where it is asked for."""

    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label="党支部",
        empty_label="请选择",
        error_messages={
            "required": "请选择党支部。",
            "invalid_choice": "这个党支部不在可选范围内，请重新选择。",
        },
    )
    person = OneLine(
        label="申请人姓名",
        max_length=Procedure._meta.get_field("person").max_length,
        error_messages={"required": "请填写申请人姓名。", "max_length": "姓名最多 30 个字。"},
    )

    def __init__(
        self, *args: Any, about: About, places: QuerySet[Organization], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if about is About.MEMBER:
            del self.fields["organization"]  # the member's own
        else:
            field = self.fields["organization"]
            field.queryset = places  # type: ignore[attr-defined]
            field.label_from_instance = lambda each: each.name  # type: ignore[attr-defined]
            if len(places) == 1:
                self.initial.setdefault("organization", places[0].pk)
        if about is not About.PERSON:
            del self.fields["person"]


class MeetingField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        day = f"{obj.held_on.year}年{obj.held_on.month}月{obj.held_on.day}日"
        return f"{day} {obj.get_kind_display()}：{obj.title}"


class PeopleField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class StepForm(forms.Form):
    """One step: its meeting or its day, its own fields, a note."""

    def __init__(
        self,
        data: Any,
        *,
        step: Step,
        meetings: QuerySet[Activity],
        members: QuerySet[Member],
        today: dt.date,
    ) -> None:
        super().__init__(data, prefix=step.code)
        self.step = step
        self.today = today
        if step.meetings:
            is_needed = any(check.blocks for check in step.checks_of(CheckKind.MEETING))
            self.fields["activity"] = MeetingField(
                meetings,
                label="对应的会议",
                required=is_needed,
                empty_label="请选择" if is_needed else "没有开会，只登记日期",
                error_messages={
                    "required": "请选择对应的会议。",
                    "invalid_choice": "这次会议不能对应这一步，请重新选择。",
                },
            )
        if not step.meetings or not self.fields["activity"].required:
            self.fields["done_on"] = DayField(
                label="完成日期",
                required=not step.meetings,
                initial=None if step.meetings else today,
                help_text="对应了会议的，不用填。" if step.meetings else "",
            )
        for field in step.fields:
            self.fields[field.name] = _field(field, members)
        limit = ProcedureStep._meta.get_field("note").max_length
        self.fields["note"] = OneLine(
            label="说明",
            required=False,
            max_length=limit,
            error_messages={"max_length": f"说明最多 {limit} 个字。"},
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        chosen = cleaned.get("activity") or "activity" in self.errors
        if "done_on" in self.fields and not chosen and not cleaned.get("done_on"):
            if "done_on" not in self.errors:
                self.add_error("done_on", "请选择会议，或者填写完成日期。")
        elif cleaned.get("done_on") and cleaned["done_on"] > self.today and not chosen:
            self.add_error("done_on", "完成日期还没有到，办完以后再登记。")
        return cleaned

    @property
    def details(self) -> StepDetails:
        """What was typed, once the form is valid."""
        cleaned = self.cleaned_data
        chosen = {f.name for f in self.step.fields if f.kind is FieldKind.MEMBERS}
        return StepDetails(
            done_on=cleaned.get("done_on"),
            facts={f.name: cleaned[f.name] for f in self.step.fields if f.name not in chosen},
            people={name: list(cleaned[name]) for name in sorted(chosen)},
            activity=cleaned.get("activity"),
            note=cleaned["note"],
        )


def _field(field: Field, members: QuerySet[Member]) -> forms.Field:
    words: dict[str, Any] = {
        "label": field.label,
        "required": field.is_required,
        "help_text": field.hint,
    }
    if field.kind is FieldKind.DATE:
        return DayField(**words)
    if field.kind is FieldKind.NUMBER:
        return forms.IntegerField(
            min_value=0,
            max_value=MOST_NUMBER,
            error_messages={
                "required": f"请填写{field.label}。",
                "invalid": "请填整数。",
                "min_value": "不能小于 0。",
                "max_value": f"不能大于 {MOST_NUMBER}。",
            },
            **words,
        )
    if field.kind is FieldKind.CHOICE:
        return forms.ChoiceField(
            choices=[("", "请选择"), *((each, each) for each in field.choices)],
            error_messages={
                "required": f"请选择{field.label}。",
                "invalid_choice": f"{field.label}不在可选范围内，请重新选择。",
            },
            **words,
        )
    if field.kind is FieldKind.MEMBERS:
        return PeopleField(
            members,
            widget=forms.CheckboxSelectMultiple,
            error_messages={
                "required": f"请选择{field.label}。",
                "invalid_choice": "所选的人不在可选名单里，请重新选择。",
                "invalid_list": "请重新选择。",
                "invalid_pk_value": "请重新选择。",
            },
            **words,
        )
    limit = MOST_LINE if field.kind is FieldKind.TEXT else MOST_TEXT
    wording = {
        "required": f"请填写{field.label}。",
        "max_length": f"{field.label}最多 {limit} 个字，请删减。",
    }
    if field.kind is FieldKind.TEXT:
        return OneLine(max_length=limit, error_messages=wording, **words)
    return forms.CharField(
        max_length=limit,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages=wording,
        **words,
    )


class ReasonForm(forms.Form):
    """Why a step is undone, or a run ended."""

    reason = OneLine(
        label="原因",
        max_length=Procedure._meta.get_field("ended_reason").max_length,
        error_messages={"required": "请写明原因。", "max_length": "原因最多 200 个字。"},
    )
