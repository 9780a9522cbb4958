"""Study that no record knows: what one types about it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms

from activities.forms.entries import Amount, Words, line
from activities.models import StudyCredit
from activities.operations.credits import CreditFacts
from activities.rules.study import Unit
from activities.wording import study as wording
from branches.forms.fields import DayField
from branches.models import Organization, User
from members.models import Member
from members.queries import rolls


class CreditForm(forms.Form):
    member = forms.ModelChoiceField(
        label="党员",
        queryset=Member.objects.none(),
        empty_label="请选择",
        error_messages={
            "required": "请选择党员。",
            "invalid_choice": "本支部名册上没有这名党员，请重新选择。",
        },
    )
    title = line(StudyCredit, "title", "学了什么")
    topic = Words(label="主题", words=wording.TOPICS)
    happened_on = DayField(label="学习日期")
    amount = Amount(label="数量", most=99, least=Decimal("0.5"))
    unit = Words(label="单位", words=wording.UNITS, initial=Unit.HOUR)
    evidence = line(
        StudyCredit, "evidence", "佐证", help="如结业证书编号、学习笔记、培训通知。本人能看到。"
    )

    def __init__(
        self, *args: Any, branch: Organization, today: dt.date, by: User, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._today, self._by = today, by
        members = rolls.members_of(branch, today).order_by("name_pinyin", "id")
        self.fields["member"].queryset = members  # type: ignore[attr-defined]

    def clean_member(self) -> Member:
        member: Member = self.cleaned_data["member"]
        if member.user_id == self._by.pk:
            raise forms.ValidationError("不能给自己登记学时，请由其他支部委员登记。")
        return member

    def clean_happened_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["happened_on"]
        if day > self._today:
            raise forms.ValidationError("学习日期不能晚于今天。")
        return day

    @property
    def facts(self) -> CreditFacts:
        cleaned = self.cleaned_data
        return CreditFacts(
            title=cleaned["title"],
            topic=cleaned["topic"],
            happened_on=cleaned["happened_on"],
            unit=Unit(cleaned["unit"]),
            amount=cleaned["amount"],
            evidence=cleaned["evidence"],
        )


class VoidCreditForm(forms.Form):
    reason = line(StudyCredit, "void_reason", "作废原因")
