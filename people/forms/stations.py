"""Posts: what they ask, who is put on one, how one was filled."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from activities.forms.entries import line, text
from branches.forms.fields import DayField
from members.models import Member
from people.models import Station, StationClaim
from people.operations.stations import StationFacts

MOST_SEATS = 99


class StationForm(forms.Form):
    title = line(Station, "title", "岗位名称", help="如：安全监督岗、政策宣传岗、青年帮带岗。")
    duties = text(Station, "duties", "岗位职责", help="这个岗位上的党员要做什么、多久做一次。")
    seats = forms.IntegerField(
        label="人数",
        min_value=1,
        max_value=MOST_SEATS,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "请填写人数。",
            "invalid": "人数应填整数，如 2。",
            "min_value": "每个岗位至少 1 人。",
            "max_value": f"人数最多 {MOST_SEATS} 人，请核对。",
        },
    )

    def __init__(self, *args: Any, station: Station | None = None, **kwargs: Any) -> None:
        if station is not None:
            names = ("title", "duties", "seats")
            kwargs.setdefault("initial", {name: getattr(station, name) for name in names})
        super().__init__(*args, **kwargs)

    @property
    def facts(self) -> StationFacts:
        """What was filled in, once the form is valid."""
        return StationFacts(**self.cleaned_data)


class EnterForm(forms.Form):
    """Whom the branch puts on a post itself."""

    member = forms.ModelChoiceField(
        Member.objects.none(),
        label="党员",
        empty_label="请选择",
        help_text="只列没有账号的党员，请先征得本人同意。有账号的由本人认领。",
        error_messages={
            "required": "请选择党员。",
            "invalid_choice": "这名党员不在可选范围内，请重新选择。",
        },
    )

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].queryset = members  # type: ignore[attr-defined]


class DeclineForm(forms.Form):
    reason = line(StationClaim, "performance", "不能认领的原因")


class EndForm(forms.Form):
    performance = line(
        StationClaim,
        "performance",
        "履岗情况",
        help="职责履行得怎样，如：每月巡查 4 次，没有缺岗。",
    )
    ended_on = DayField(label="卸岗日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_on"].initial = today
