"""Making a plan and writing its lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from activities import wording
from activities.forms import OneLine
from activities.models import Plan, PlanItem
from activities.operations.plans import Item
from activities.queries.activities import place_name
from activities.rules.kinds import KINDS, ActivityKind
from branches.forms.fields import DayField
from branches.models import Organization
from branches.rules.periods import Period, PeriodKind

MONTHS_SHOWN = 6
QUARTERS_SHOWN = 4
GOALS_LIMIT = int(Plan._meta.get_field("goals").max_length or 0)


def period_choices(today: dt.date) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the periods a plan can be made for, by sort: the present one and the next."""

    def following(kind: PeriodKind, count: int) -> list[tuple[str, str]]:
        period, found = Period.containing(today, kind), []
        for _ in range(count):
            found.append((str(period), period.label))
            period = period.next
        return found

    return [
        ("年度计划", following(PeriodKind.YEAR, 2)),
        ("季度计划", following(PeriodKind.QUARTER, QUARTERS_SHOWN)),
        ("月度计划", following(PeriodKind.MONTH, MONTHS_SHOWN)),
    ]


class GoalsForm(forms.Form):
    goals = forms.CharField(
        label="工作要点",
        required=False,
        max_length=GOALS_LIMIT,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="这段时间抓什么、达到什么要求。可以以后再写。",
        error_messages={"max_length": f"工作要点最多 {GOALS_LIMIT} 个字，请删减。"},
    )


class PlanForm(GoalsForm):
    organization = forms.ModelChoiceField(
        label="党组织",
        queryset=Organization.objects.none(),
        empty_label=None,
        error_messages={
            "required": "请选择党组织。",
            "invalid_choice": "这个组织不在您的范围内，请重新选择。",
        },
    )
    period = forms.ChoiceField(
        label="哪一期",
        error_messages={"required": "请选择哪一期。", "invalid_choice": "请重新选择哪一期。"},
    )

    field_order = ["organization", "period", "goals"]

    def __init__(
        self, *args: Any, hosts: Sequence[Organization], today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        places = self.fields["organization"]
        places.queryset = Organization.objects.filter(pk__in=[host.pk for host in hosts])  # type: ignore[attr-defined]
        places.choices = [(host.pk, place_name(host)) for host in hosts]  # type: ignore[attr-defined]
        self.fields["period"].choices = period_choices(today)  # type: ignore[attr-defined]


class ItemForm(forms.Form):
    """One line of a plan."""

    kind = forms.ChoiceField(
        label="类别",
        error_messages={"required": "请选择类别。", "invalid_choice": "请重新选择类别。"},
    )
    title = OneLine(
        label="主题",
        max_length=PlanItem._meta.get_field("title").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "请填写主题。", "max_length": "主题最多 100 个字。"},
    )
    planned_on = DayField(label="计划日期")
    place = OneLine(
        label="地点",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": "地点最多 60 个字。"},
    )
    responsible = OneLine(
        label="责任人",
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": "责任人最多 60 个字。"},
    )

    def __init__(self, *args: Any, period: Period, host: Organization, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.period = period
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind.value, wording.KINDS[kind])
            for kind, rule in KINDS.items()
            if rule.held_by == host.kind
        ]
        self.fields["planned_on"].widget.attrs.update(
            {"min": period.first_day.isoformat(), "max": period.last_day.isoformat()}
        )

    def clean_planned_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["planned_on"]
        if not self.period.contains(day):
            raise ValidationError(f"计划日期应在{self.period.label}以内。")
        return day

    @property
    def item(self) -> Item:
        """What was typed, once the form is valid."""
        cleaned = self.cleaned_data
        return Item(
            ActivityKind(cleaned["kind"]),
            **{name: cleaned[name] for name in ("title", "planned_on", "place", "responsible")},
        )
