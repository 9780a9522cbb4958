"""Arranging a talk, writing down that it was held, adding to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from activities.forms.entries import line
from activities.models import Problem
from branches.forms.fields import DayField
from members.models import Member
from people.models import Talk
from people.operations.talk_words import MOST
from people.operations.talks import Held
from people.rules.talks import TalkReason
from people.wording import talks as wording


class PersonField(forms.ModelChoiceField):
    """A choice of members by name."""

    def __init__(self, *, label: str, empty: str = "请选择", **kwargs: Any) -> None:
        super().__init__(
            Member.objects.none(),
            label=label,
            empty_label=empty,
            error_messages={
                "required": f"请选择{label}。",
                "invalid_choice": f"{label}不在本支部名册上，请重新选择。",
            },
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class ReasonField(forms.ChoiceField):
    """Why one talks: 六必谈, 四必访 and the others."""

    def __init__(self, *, but: Sequence[TalkReason] = (), **kwargs: Any) -> None:
        groups = [
            (
                title,
                [(str(reason), wording.REASONS[reason]) for reason in reasons if reason not in but],
            )
            for title, reasons in wording.REASON_GROUPS
        ]
        super().__init__(
            label="事由",
            choices=[("", "请选择"), *groups],
            error_messages={
                "required": "请选择事由。",
                "invalid_choice": "请重新选择事由。",
            },
            **kwargs,
        )


def words(label: str, *, required: bool = False, help: str = "", most: int = MOST) -> Any:
    """Return the field for what is confidential: browsers are asked not to remember it."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        help_text=help,
        widget=forms.Textarea(attrs={"rows": 5, "autocomplete": "off"}),
        error_messages={
            "required": f"请填写{label}。",
            "max_length": f"{label}最多 {most} 个字，请删减。",
        },
    )


def shared() -> forms.BooleanField:
    return forms.BooleanField(
        label="支部书记可以查看谈话内容",
        required=False,
        help_text="不勾选，就只有您和谈话对象两个人能看。",
    )


class ArrangeForm(forms.Form):
    member = PersonField(label="谈话对象")
    reason = ReasonField(
        but=(TalkReason.BIRTHDAY,), help_text="本人会知道要谈话，谈过以后才看到事由。"
    )
    talker = PersonField(label="谈话人", empty="还没有定", required=False)
    due_on = DayField(label="期限", required=False, help_text="不填的，谈话 7 天内、走访 3 天内。")

    def __init__(
        self,
        *args: Any,
        people: QuerySet[Member],
        talkers: QuerySet[Member],
        days: tuple[int, int],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = people  # type: ignore[attr-defined]
        self.fields["talker"].queryset = talkers  # type: ignore[attr-defined]
        self.fields["due_on"].help_text = f"不填的，谈话 {days[0]} 天内、走访 {days[1]} 天内。"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("talker") and cleaned.get("talker") == cleaned.get("member"):
            self.add_error("talker", "谈话人和谈话对象不能是同一个人。")
        return cleaned


class AssignForm(forms.Form):
    talker = PersonField(label="谈话人", empty="还没有定", required=False)
    due_on = DayField(label="期限")

    def __init__(self, *args: Any, talkers: QuerySet[Member], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["talker"].queryset = talkers  # type: ignore[attr-defined]


class DropForm(forms.Form):
    reason = line(Talk, "drop_reason", "不再需要的原因", help="本人能看到，不要写谈话内容。")


class HoldForm(forms.Form):
    """A talk that was held. Without ``people`` it is the one that was due."""

    member = PersonField(label="谈话对象")
    reason = ReasonField(but=(TalkReason.BIRTHDAY,), initial=str(TalkReason.REGULAR))
    held_on = DayField(label="谈话日期")
    place = line(Talk, "place", "地点", required=False)
    note = words("谈话内容", help="加密保存，谁看过都有记录，本人能看到。可以不填。")
    is_shared = shared()

    def __init__(
        self, *args: Any, people: QuerySet[Member] | None, today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        self.fields["held_on"].initial = today
        if people is None:
            del self.fields["member"], self.fields["reason"]
        else:
            self.fields["member"].queryset = people  # type: ignore[attr-defined]

    def clean_held_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["held_on"]
        if day > self._today:
            raise forms.ValidationError("谈话日期不能晚于今天。")
        return day

    @property
    def held(self) -> Held:
        """What was typed, once the form is valid."""
        cleaned = self.cleaned_data
        return Held(
            held_on=cleaned["held_on"],
            place=cleaned["place"],
            note=cleaned["note"],
            is_shared=cleaned["is_shared"],
        )


class CorrectForm(forms.Form):
    note = words("谈话内容")
    is_shared = shared()


class AnswerForm(forms.Form):
    text = words("本人补充", required=True, help="只有能看谈话内容的人能看到。")


_PROBLEM: Any = Problem
MOST_PROBLEM = int(_PROBLEM._meta.get_field("text").max_length)


class RaiseForm(forms.Form):
    """What leaves the confidential space: typed anew, with the member's consent."""

    text = words(
        "问题",
        required=True,
        most=MOST_PROBLEM,
        help="重新写，只写需要解决的问题。支部和上级都能看到，不要写谈话内容。",
    )
    has_consent = forms.BooleanField(
        label="已征得本人同意",
        error_messages={"required": "没有本人同意，不能提出。请先和本人说明。"},
    )
