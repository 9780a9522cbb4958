"""Ordering a course, answering the order, rating what was held."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django import forms

from activities.forms.entries import Words, line, text
from activities.models import Activity, CourseOrder, Lecturer
from activities.operations.orders import Appointment, Wish
from activities.rules.kinds import ActivityKind
from activities.rules.study import ORDERED_KINDS, RATINGS
from activities.wording import KINDS
from activities.wording import study as wording
from branches.forms.fields import DayField, OrganizationField, TimeField
from branches.models import Organization

USUAL_START = dt.time(15, 0)


class OrderForm(forms.Form):
    branch = OrganizationField(label="党支部")
    kind = Words(
        label="办成", words={kind: KINDS[kind] for kind in ORDERED_KINDS}, initial="LECTURE"
    )
    wanted_on = DayField(label="希望日期")
    wanted_at = TimeField(label="希望时间", required=False)
    place = line(CourseOrder, "place", "地点", required=False)
    note = line(CourseOrder, "note", "要求", required=False, help="如听课人数、希望结合的工作。")

    def __init__(
        self, *args: Any, branches: Iterable[Organization], today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        found = list(branches)
        self._only = found[0] if len(found) == 1 else None
        if self._only:
            del self.fields["branch"]
        else:
            field = self.fields["branch"]
            field.queryset = Organization.objects.filter(  # type: ignore[attr-defined]
                pk__in=[branch.pk for branch in found]
            ).order_by("path")

    def clean_wanted_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["wanted_on"]
        if day < self._today:
            raise forms.ValidationError("希望日期已经过去，请另选日期。")
        return day

    @property
    def place_of(self) -> Organization:
        found: Organization | None = self._only or self.cleaned_data["branch"]
        assert found is not None
        return found

    @property
    def wish(self) -> Wish:
        cleaned = self.cleaned_data
        return Wish(
            kind=ActivityKind(cleaned["kind"]),
            wanted_on=cleaned["wanted_on"],
            wanted_at=cleaned["wanted_at"],
            place=cleaned["place"],
            note=cleaned["note"],
        )


class AcceptForm(forms.Form):
    lecturer = forms.ModelChoiceField(
        label="主讲",
        queryset=Lecturer.objects.none(),
        empty_label="请选择",
        error_messages={"required": "请选择主讲。", "invalid_choice": "请重新选择主讲。"},
    )
    held_on = DayField(label="授课日期")
    starts_at = TimeField(label="开始时间")
    place = line(CourseOrder, "place", "地点")
    answer = line(CourseOrder, "answer", "给支部的话", required=False)

    def __init__(
        self,
        *args: Any,
        order: CourseOrder,
        lecturers: Iterable[Lecturer],
        today: dt.date,
        **kwargs: Any,
    ) -> None:
        found = list(lecturers)
        initial = {
            "lecturer": found[0].pk if len(found) == 1 else None,
            "held_on": order.wanted_on,
            "starts_at": order.wanted_at or USUAL_START,
            "place": order.place,
        }
        super().__init__(*args, **{"initial": initial, **kwargs})
        self._today = today
        self.fields["lecturer"].queryset = Lecturer.objects.filter(  # type: ignore[attr-defined]
            pk__in=[one.pk for one in found]
        )

    def clean_held_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["held_on"]
        if day < self._today:
            raise forms.ValidationError("授课日期已经过去，请另选日期。")
        return day

    @property
    def appointment(self) -> Appointment:
        cleaned = self.cleaned_data
        return Appointment(**{name: cleaned[name] for name in self.fields})


class DeclineForm(forms.Form):
    answer = line(CourseOrder, "answer", "不能接单的原因")


class CallOffForm(forms.Form):
    reason = line(Activity, "cancel_reason", "取消原因")


class RateForm(forms.Form):
    course_rating = forms.TypedChoiceField(
        label="课程",
        coerce=int,
        choices=[(rating, wording.RATINGS[rating]) for rating in reversed(RATINGS)],
        widget=forms.RadioSelect,
        error_messages={"required": "请给课程评分。", "invalid_choice": "请重新给课程评分。"},
    )
    lecturer_rating = forms.TypedChoiceField(
        label="讲师",
        coerce=int,
        choices=[(rating, wording.RATINGS[rating]) for rating in reversed(RATINGS)],
        widget=forms.RadioSelect,
        error_messages={"required": "请给讲师评分。", "invalid_choice": "请重新给讲师评分。"},
    )
    comment = text(CourseOrder, "comment", "评价", required=False, help="哪里好，哪里可以改进。")
