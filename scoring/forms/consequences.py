"""Narrowing the list of consequences, deciding them, and saying how they were carried out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.db.models import QuerySet

from branches.models import Organization
from people.models import Tolerance
from scoring.forms.dates import DateInput
from scoring.models import Consequence
from scoring.queries import consequences
from scoring.rules.rounds import ConsequenceState, ConsequenceStep

OVERDUE = "overdue"
STATES = (OVERDUE, *ConsequenceState)


class ListForm(forms.Form):
    """What of the list is shown; values that are not offered narrow nothing."""

    state = forms.ChoiceField(
        required=False, choices=[(state, state) for state in STATES], widget=forms.HiddenInput
    )
    kind = forms.ChoiceField(label="类别", required=False)
    title = forms.ChoiceField(label="结果运用", required=False)
    organization = forms.ModelChoiceField(
        Organization.objects.none(), label="党组织", required=False, empty_label="全部"
    )

    def __init__(self, *args: Any, rows: QuerySet[Consequence], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = sorted(set(rows.order_by().values_list("kind", "title").distinct()))
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", "全部"),
            *((kind, consequences.kind_word(kind)) for kind in dict(found)),
        ]
        titles = dict.fromkeys(title for _, title in found)
        self.fields["title"].choices = [  # type: ignore[attr-defined]
            ("", "全部"),
            *((title, title) for title in titles),
        ]
        self.fields["organization"].queryset = Organization.objects.filter(  # type: ignore[attr-defined]
            pk__in=rows.order_by().values("organization")
        ).order_by("path")
        self.is_valid()

    def value(self, name: str) -> Any:
        return self.cleaned_data.get(name)

    @property
    def is_narrowed(self) -> bool:
        return any(self.value(name) for name in ("kind", "title", "organization"))

    def narrow(self, rows: QuerySet[Consequence]) -> QuerySet[Consequence]:
        """Return the rows of the kind, title and organisation asked for, in any state."""
        for name in ("kind", "title", "organization"):
            if self.value(name):
                rows = rows.filter(**{name: self.value(name)})
        return rows

    def in_state(self, rows: QuerySet[Consequence], on: dt.date) -> QuerySet[Consequence]:
        state = self.value("state")
        if state == OVERDUE:
            return rows.to_do().filter(due_on__lt=on)  # type: ignore[attr-defined]
        return rows.filter(state=state) if state else rows


class DecideForm(forms.Form):
    """Accepting or declining; the button pressed says which."""

    step = forms.ChoiceField(
        choices=[(step, step) for step in (ConsequenceStep.ACCEPT, ConsequenceStep.DECLINE)],
        widget=forms.HiddenInput,
        error_messages={
            "required": "请点“采用”或“不采用”。",
            "invalid_choice": "请点“采用”或“不采用”。",
        },
    )
    due_on = forms.DateField(
        label="办理期限",
        required=False,
        widget=DateInput(),
        help_text="不填则按方案规定的办理天数，从今天起算。",
        error_messages={"invalid": "日期请填成 2026-10-20 这样。"},
    )
    reason = forms.CharField(
        label="决定说明",
        max_length=300,
        required=False,
        help_text="不采用必须写明理由；采用可写会议和依据。",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["due_on"].widget.attrs["min"] = today.isoformat()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("step") == ConsequenceStep.DECLINE and not data.get("reason"):
            self.add_error("reason", "不采用时要写明理由，它会留在记录里。")
        due_on = data.get("due_on")
        if data.get("step") == ConsequenceStep.ACCEPT and due_on and due_on < self.today:
            self.add_error("due_on", "办理期限不能早于今天，请改填今天或以后的日期。")
        return data


class FinishForm(forms.Form):
    outcome = forms.CharField(
        label="办理情况",
        max_length=300,
        help_text="什么时间、怎么办的、结果怎样。",
        error_messages={"required": "请写明办理情况：什么时间、怎么办的、结果怎样。"},
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, is_talk: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_talk:
            self.fields[
                "outcome"
            ].help_text = "写“已办理”就可以。上级也能看到，谈话的时间和内容不要写在这里。"
            self.fields["outcome"].error_messages["required"] = "谈过了的，请写“已办理”。"


class LiftForm(forms.Form):
    """Lifting a consequence: for which tolerance, and why."""

    tolerance = forms.ModelChoiceField(
        Tolerance.objects.none(),
        label="容错申请",
        empty_label=None,
        error_messages={
            "required": "请选择已经批准的容错申请。",
            "invalid_choice": "请选择本人已经批准的容错申请。",
        },
    )
    reason = forms.CharField(
        label="免除的理由",
        max_length=300,
        help_text="哪次会议决定、依据是什么。",
        error_messages={"required": "请写明免除的理由，它会留在记录里。"},
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, tolerances: QuerySet[Tolerance], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tolerance"].queryset = tolerances  # type: ignore[attr-defined]
