"""What one writes of a 金点子: the suggestion, its answer, what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from activities.forms.entries import text
from branches.forms.fields import DayField
from people.forms.pairs import MemberField
from people.models import Idea
from people.rules.ideas import IdeaStep

MONTH = dt.timedelta(days=30)


class IdeaForm(forms.Form):
    text = text(Idea, "text", "金点子", help="什么地方可以改进、怎么改，几句话就行。")


class AnswerForm(forms.Form):
    """An answer: adopted with who carries it out, or declined with the reason."""

    step = forms.ChoiceField(
        label="答复",
        choices=[(IdeaStep.ADOPT.value, "采纳"), (IdeaStep.DECLINE.value, "不采纳")],
        widget=forms.RadioSelect,
        error_messages={
            "required": "请选择采纳还是不采纳。",
            "invalid_choice": "请重新选择采纳还是不采纳。",
        },
    )
    answer = text(Idea, "answer", "答复意见", help="采纳的写怎么落实；不采纳的写明原因。")
    owner = MemberField(label="落实人", required=False, help_text="采纳的要填。")
    due_on = DayField(label="落实期限", required=False, help_text="采纳的要填。")

    def __init__(self, *args: Any, people: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]
        self.fields["due_on"].initial = today + MONTH

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("step") == IdeaStep.ADOPT:
            for name, words in (("owner", "请选择落实人。"), ("due_on", "请选择落实期限。")):
                if name not in self.errors and not cleaned.get(name):
                    self.add_error(name, words)
        return cleaned

    @property
    def is_adopted(self) -> bool:
        return bool(self.cleaned_data["step"] == IdeaStep.ADOPT)


class AssignForm(forms.Form):
    owner = MemberField(label="落实人")
    due_on = DayField(label="落实期限")

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]


class EffectForm(forms.Form):
    effect = text(Idea, "effect", "成效", help="做了什么、有什么效果。")
    done_on = DayField(label="实施日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["done_on"].initial = today
