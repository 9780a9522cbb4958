"""The duty roster of a month, a swap, a visit: what one chooses and types."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from activities.forms.entries import line, text
from activities.models import DutyShift, DutySwap, Visit
from activities.operations.visits import Received
from activities.queries.duty import Crew, Day
from activities.rules.duty import VisitState
from branches.forms.fields import DayField
from branches.templatetags import formats
from members.models import Member


class RosterForm(forms.Form):
    """One choice for each place of each day. ``proposed`` fills days that nobody is on yet."""

    def __init__(
        self,
        *args: Any,
        days: Sequence[Day],
        crew: Crew,
        proposed: Mapping[dt.date, Sequence[int]],
        per_day: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._names: dict[dt.date, list[str]] = {}
        self._days = days
        known = dict(crew.names)
        known |= {shift.member_id: shift.member.name for day in days for shift in day.shifts}
        for day in days:
            on = [shift.member_id for shift in day.shifts]
            chosen = on or list(proposed.get(day.on, ()))
            people = [each.key for each in crew.people if each.is_free(day.on)]
            people += [key for key in on if key not in people]
            choices = [("", "不排"), *((key, known[key]) for key in people)]
            places = max(per_day, len(chosen))
            self._names[day.on] = []
            for place in range(places):
                name = f"d{day.on:%Y%m%d}_{place}"
                label = f"{day.on.month}月{day.on.day}日第 {place + 1} 人"
                self.fields[name] = forms.TypedChoiceField(
                    choices=choices,
                    coerce=int,
                    empty_value=None,
                    required=False,
                    label=label,
                    initial=chosen[place] if place < len(chosen) else "",
                    widget=forms.Select(attrs={"aria-label": label}),
                    error_messages={"invalid_choice": "这名党员当天不能值班，请换一位。"},
                )
                self._names[day.on].append(name)

    @property
    def rows(self) -> list[tuple[Day, list[forms.BoundField]]]:
        """Each day with its choices."""
        return [(day, [self[name] for name in self._names[day.on]]) for day in self._days]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for names in self._names.values():
            seen: set[int] = set()
            for name in names:
                key = cleaned.get(name)
                if key in seen:
                    self.add_error(name, "同一天同一个人只能排一次，请换一位。")
                elif key is not None:
                    seen.add(key)
        return cleaned

    @property
    def chosen(self) -> dict[dt.date, list[int]]:
        """Who is on duty on each day, once the form is valid."""
        values = self.cleaned_data
        return {
            day: [values[name] for name in names if values.get(name) is not None]
            for day, names in self._names.items()
        }


class SwapForm(forms.Form):
    """Whom to ask, and whether to take one of his shifts for it."""

    whom = forms.ChoiceField(
        label="请谁",
        error_messages={
            "required": "请选择请谁替班或和谁换。",
            "invalid_choice": "这个选择已经不行了，请重新选择。",
        },
    )
    reason = line(DutySwap, "reason", "原因")

    def __init__(
        self, *args: Any, people: Sequence[Member], others: Sequence[DutyShift], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._people = {person.pk: person for person in people}
        self._others = {shift.pk: shift for shift in others}
        take = [(f"m{person.pk}", f"{person.name}（替我值这个班）") for person in people]
        exchange = [
            (
                f"s{shift.pk}",
                f"{shift.member.name}，{shift.on.month}月{shift.on.day}日"
                f"（{formats.weekday(shift.on)}）的班和我对换",
            )
            for shift in others
        ]
        groups: list[Any] = [("", "请选择"), ("替班", take)]
        self.fields["whom"].choices = [*groups, *([("对换", exchange)] if exchange else [])]  # type: ignore[attr-defined]

    @property
    def asked(self) -> tuple[Member, DutyShift | None]:
        """Whom, and the shift to take in exchange, once the form is valid."""
        code = self.cleaned_data["whom"]
        if code.startswith("m"):
            return self._people[int(code[1:])], None
        other = self._others[int(code[1:])]
        return self._people[other.member_id], other


class MemberChoice(forms.ModelChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Member.objects.none(),
            empty_label="请选择",
            error_messages={
                "required": "请选择接待人。",
                "invalid_choice": "接待人不在本支部名册上，请重新选择。",
            },
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


HANDLING = [
    (VisitState.SETTLED.value, "当场答复了"),
    (VisitState.BRANCH.value, "当场不能答复，交支部办理"),
]


class VisitForm(forms.Form):
    """A visit. Without ``receivers`` whoever is on duty writes down today's own."""

    visitor = line(Visit, "visitor", "来访人", help="姓名或单位。只有本支部和接待人能看到。")
    contact = line(Visit, "contact", "联系方式", required=False, help="便于答复，可以不填。")
    matter = text(Visit, "matter", "反映事项", help="照原话写，上报时原样转上级，不用再写一遍。")
    handling = forms.ChoiceField(
        label="怎样办理",
        choices=HANDLING,
        widget=forms.RadioSelect,
        error_messages={
            "required": "请选择当场答复了，还是交支部办理。",
            "invalid_choice": "请重新选择怎样办理。",
        },
    )
    answer = text(Visit, "answer", "答复内容", required=False, help="当场答复的必填。")
    received_on = DayField(label="来访日期")
    received_by = MemberChoice(label="接待人")

    def __init__(self, *args: Any, receivers: Any = None, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        if receivers is None:
            del self.fields["received_on"], self.fields["received_by"]
        else:
            self.fields["received_by"].queryset = receivers  # type: ignore[attr-defined]
            self.fields["received_on"].initial = today

    def clean_received_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["received_on"]
        if day > self._today:
            raise forms.ValidationError("来访日期不能晚于今天。")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_settled = cleaned.get("handling") == VisitState.SETTLED
        if is_settled and not (cleaned.get("answer") or "").strip() and "answer" in cleaned:
            self.add_error("answer", "当场答复了的，请写明怎样答复的。")
        if cleaned.get("handling") == VisitState.BRANCH and (cleaned.get("answer") or "").strip():
            self.add_error("answer", "交支部办理的先不填答复；已经答复了的，请选“当场答复了”。")
        return cleaned

    @property
    def received(self) -> Received:
        """What was typed, once the form is valid."""
        cleaned = self.cleaned_data
        return Received(
            visitor=cleaned["visitor"],
            contact=cleaned["contact"],
            matter=cleaned["matter"].strip(),
            answer=cleaned["answer"].strip(),
            received_on=cleaned.get("received_on") or self._today,
        )


class VisitAnswerForm(forms.Form):
    answer = text(Visit, "answer", "答复内容", help="怎样答复来访人的。")
    answered_on = DayField(label="答复日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answered_on"].initial = today
