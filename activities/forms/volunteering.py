"""What one writes of volunteering: a team, hours of service, why they are not confirmed."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms

from activities.forms.entries import Amount, line
from activities.models import VolunteerHours, VolunteerTeam
from activities.operations.volunteer_hours import Service
from activities.operations.volunteer_teams import TeamFacts
from branches.forms.fields import DayField
from members.models import Member

LEAST = Decimal("0.5")


class PersonField(forms.ModelChoiceField):
    """A choice among the members of a branch, by name and post."""

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
        return f"{obj.name}（{obj.work_post}）" if obj.work_post else str(obj.name)


class TeamField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class TeamForm(forms.Form):
    name = line(VolunteerTeam, "name", "名称", help="如“应急抢险服务队”。")
    purpose = line(VolunteerTeam, "purpose", "服务内容", help="为谁服务、做什么。")
    leader = PersonField(label="队长", empty="暂时不定", required=False)
    founded_on = DayField(label="成立日期")

    def __init__(self, *args: Any, people: Any, is_new: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leader"].queryset = people  # type: ignore[attr-defined]
        if not is_new:
            del self.fields["founded_on"]

    @property
    def facts(self) -> TeamFacts:
        """What was filled in, once the form is valid."""
        cleaned = self.cleaned_data
        return TeamFacts(cleaned["name"], cleaned["purpose"], cleaned["leader"])


class ServiceForm(forms.Form):
    """Service one reports. ``is_another`` is asked only where a record tells of that day."""

    member = PersonField(label="党员")
    served_on = DayField(label="服务日期")
    hours = Amount(label="时长（小时）", most=24, least=LEAST, unit="小时")
    what = line(VolunteerHours, "what", "服务内容", help="在哪里、为谁、做了什么。")
    team = TeamField(
        VolunteerTeam.objects.none(),
        label="服务队",
        required=False,
        empty_label="不跟服务队",
        error_messages={"invalid_choice": "这支服务队已经不能选，请重新选择。"},
    )
    is_another = forms.BooleanField(label="和支部记的不是同一次服务，照报", required=False)

    def __init__(
        self, *args: Any, today: dt.date, teams: Any, people: Any = None, **kwargs: Any
    ) -> None:
        """``people``: the branch writes for one of them; without it one reports for oneself."""
        super().__init__(*args, **kwargs)
        self.asks_another = False
        self.fields["served_on"].initial = today
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        if people is None:
            del self.fields["member"]
        else:
            self.fields["member"].queryset = people  # type: ignore[attr-defined]

    @property
    def service(self) -> Service:
        """What was filled in, once the form is valid."""
        names = ("served_on", "hours", "what", "team")
        return Service(**{name: self.cleaned_data[name] for name in names})


class RefusalForm(forms.Form):
    reason = line(VolunteerHours, "refusal", "不确认的原因")


class VoidForm(forms.Form):
    reason = line(VolunteerHours, "refusal", "作废的原因")
