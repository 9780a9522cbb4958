"""One task of an activity."""

from __future__ import annotations

from typing import Any

from django import forms

from activities.forms import OneLine
from activities.models import Activity, ActivityTask
from activities.operations.preparations import Task
from activities.queries import preparations
from branches.forms.fields import DayField
from members.models import Member


class PersonField(forms.ModelChoiceField):
    """A member of the branch, or nobody yet."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Member.objects.none(),
            required=False,
            empty_label="暂不确定",
            error_messages={"invalid_choice": "这位党员不在名单里，请重新选择。"},
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class TaskForm(forms.Form):
    title = OneLine(
        label="准备事项",
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请写明要准备什么。", "max_length": "准备事项最多 60 个字。"},
    )
    due_on = DayField(label="期限")
    role = OneLine(
        label="分工",
        required=False,
        max_length=30,
        help_text="如编、审、讲、播、点评。",
        error_messages={"max_length": "分工最多 30 个字。"},
    )
    assignee = PersonField(label="负责人")
    stand_in = PersonField(label="替补")

    def __init__(self, *args: Any, activity: Activity, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = preparations.eligible(activity)
        for name in ("assignee", "stand_in"):
            self.fields[name].queryset = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        assignee, stand_in = cleaned.get("assignee"), cleaned.get("stand_in")
        if stand_in is not None and stand_in == assignee:
            self.add_error("stand_in", "替补和负责人不能是同一个人，请换一位。")
        return cleaned

    @property
    def task(self) -> Task:
        """What was typed, once the form is valid."""
        return Task(**{name: self.cleaned_data[name] for name in self.fields})


def initial_of(task: ActivityTask) -> dict[str, Any]:
    """Return what the form of a task starts from."""
    names = ("title", "due_on", "role")
    people = {"assignee": task.assignee_id, "stand_in": task.stand_in_id}
    return {name: getattr(task, name) for name in names} | people
