"""Forms of marks, point entries and schemes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms

from branches.models import Organization, User
from branches.rules.periods import Period, PeriodKind
from branches.scope import Scope
from members.models import Member
from members.queries import rolls
from scoring.models import SchemeVersion
from scoring.queries import schemes
from scoring.rules import explaining
from scoring.rules.scheme import Scheme

MOST_MONTHS_AHEAD = 12


class DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)


class MarkSheetForm(forms.Form):
    """All marked items of a scheme for one organisation and month: a value and a remark each."""

    def __init__(self, *args: Any, scheme: Scheme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.marked = [item for item in scheme.items if item.rule == "mark"]
        for item in self.marked:
            full = explaining.plain(item.full or Decimal(0))
            self.fields[f"value-{item.code}"] = forms.DecimalField(
                label=item.title,
                help_text=f"满分 {full} 分" + (f"。{item.standard}" if item.standard else ""),
                min_value=Decimal(0),
                max_value=item.full,
                max_digits=8,
                decimal_places=2,
                required=False,
                widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
                error_messages={
                    "max_value": f"“{item.title}”满分是 {full} 分，请填 0 至 {full} 之间的数。",
                    "min_value": f"“{item.title}”不能是负数，请填 0 至 {full} 之间的数。",
                    "invalid": f"“{item.title}”应填数字，如 {full} 或 0.5。",
                },
            )
            self.fields[f"note-{item.code}"] = forms.CharField(
                label="检查情况", max_length=200, required=False
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for item in self.marked:
            value = f"value-{item.code}"
            has_note = bool(data.get(f"note-{item.code}"))
            if has_note and data.get(value) is None and value not in self.errors:
                self.add_error(value, "写了检查情况，还没有打分。")
        return data

    def marks(self) -> dict[str, tuple[Decimal, str]]:
        """Return what was filled in, by item code."""
        data = self.cleaned_data
        return {
            item.code: (data[f"value-{item.code}"], data[f"note-{item.code}"])
            for item in self.marked
            if data.get(f"value-{item.code}") is not None
        }


class PointEntryForm(forms.Form):
    """One fact about a member of a branch, or about the branch itself."""

    item = forms.ChoiceField(label="项目")
    member = forms.ModelChoiceField(Member.objects.none(), label="党员", empty_label="请选择党员")
    quantity = forms.DecimalField(
        label="数量",
        min_value=Decimal("0.01"),
        max_value=Decimal(999),
        decimal_places=2,
        initial=1,
        help_text="次数或小时数，如 1 或 2.5。",
        error_messages={
            "min_value": "数量应大于 0，如 1 或 2.5。",
            "max_value": "数量不能超过 999，请核对。",
            "invalid": "数量应填数字，如 1 或 2.5。",
        },
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )
    happened_on = forms.DateField(label="发生日期", widget=DateInput())
    evidence = forms.CharField(
        label="事实依据",
        max_length=200,
        help_text="写清做了什么、在哪里、谁能证明。党员本人能看到这句话。",
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        *args: Any,
        version: SchemeVersion,
        organization: Organization,
        today: dt.date,
        by: User,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.version, self.organization, self.today = version, organization, today
        self.scheme = scheme = schemes.scheme_of(version)
        choices = [
            (item.code, f"{item.title}（{explaining.rule_in_words(scheme.target, item)}）")
            for item in scheme.items
            if schemes.takes_entries(scheme, item)
        ]
        for veto in scheme.vetoes:
            choices.append((veto.code, f"一票否决：{veto.title}"))
        for unless in dict.fromkeys(veto.unless for veto in scheme.vetoes if veto.unless):
            lifted = "、".join(veto.title for veto in scheme.vetoes if veto.unless == unless)
            choices.append((unless, f"主动发现、主动查处（解除：{lifted}）"))
        self.fields["item"].choices = [("", "请选择项目"), *choices]  # type: ignore[attr-defined]
        self.fields["happened_on"].initial = today
        if version.rates_members:
            members = rolls.members_of(organization, today).order_by("name_pinyin", "id")
            self.fields["member"].queryset = members  # type: ignore[attr-defined]
        else:
            del self.fields["member"]

    def clean_member(self) -> Member:
        member: Member = self.cleaned_data["member"]
        if member.user_id == self.by.pk:
            raise forms.ValidationError("不能给自己登记，请由其他支部委员登记。")
        return member

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        item = next((i for i in self.scheme.items if i.code == data.get("item")), None)
        quantity = data.get("quantity")
        if item is None or quantity is None or quantity == quantity.to_integral_value():
            return data
        word = explaining.unit(self.scheme.target, item)
        if word != "小时":
            self.add_error("quantity", f"“{item.title}”按{word}计，数量应为整数。")
        return data

    def clean_happened_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["happened_on"]
        if day > self.today:
            raise forms.ValidationError("发生日期不能晚于今天。")
        if day < self.version.effective_from:
            raise forms.ValidationError(
                f"方案自{Period(self.version.effective_from).label}起施行，请填其后的日期。"
            )
        return day


class VoidForm(forms.Form):
    reason = forms.CharField(label="撤销原因", max_length=100)


class AdoptForm(forms.Form):
    """Adopt a shipped scheme from a month on."""

    preset = forms.ChoiceField(label="方案")
    committee = forms.ModelChoiceField(
        Organization.objects.none(), label="采用单位", empty_label="请选择党委"
    )
    effective_from = forms.CharField(
        label="起始月份",
        help_text="从这个月起按新方案核算，以前的月份不变。",
        widget=forms.TextInput(attrs={"type": "month"}),
    )

    def __init__(self, *args: Any, scope: Scope, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["preset"].choices = [  # type: ignore[attr-defined]
            (code, schemes.preset(code).title) for code in schemes.preset_codes()
        ]
        committees = Organization.objects.in_scope(scope).of_kind("COMMITTEE")  # type: ignore[arg-type]
        self.fields["committee"].queryset = committees  # type: ignore[attr-defined]

    def clean_effective_from(self) -> Period:
        try:
            period = Period.parse(self.cleaned_data["effective_from"])
        except ValueError:
            period = None
        if period is None or period.kind is not PeriodKind.MONTH:
            raise forms.ValidationError("月份应写成 2026-10 的样子。")
        if period > Period.containing(self.today).minus(-MOST_MONTHS_AHEAD):
            raise forms.ValidationError(f"起始月份不能晚于 {MOST_MONTHS_AHEAD} 个月之后，请核对。")
        return period
