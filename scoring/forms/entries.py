"""Point entries, and taking one back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms

from branches.models import Organization, User
from branches.rules.periods import Period
from members.models import Member
from members.queries import rolls
from scoring.forms.dates import DateInput
from scoring.models import SchemeVersion
from scoring.queries import schemes
from scoring.rules import explaining, feeds
from scoring.rules.scheme import Item, Scheme


class PointEntryForm(forms.Form):
    """One fact about a member of a branch, or about the branch itself."""

    item = forms.ChoiceField(label="项目")
    member = forms.ModelChoiceField(Member.objects.none(), label="党员", empty_label="请选择党员")
    quantity = forms.DecimalField(
        label="数量",
        min_value=Decimal(0),
        max_value=Decimal(999),
        decimal_places=2,
        initial=1,
        help_text="次数或小时数，如 1 或 2.5；评分的项目填得分。",
        error_messages={
            "min_value": "数量不能是负数，如 1 或 2.5。",
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
        versions: Sequence[SchemeVersion],
        organization: Organization,
        today: dt.date,
        by: User,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.organization, self.today = organization, today
        self.versions = {version.code: version for version in versions}
        groups = [(version.title, _choices(version, organization)) for version in versions]
        choices = groups[0][1] if len(groups) == 1 else [group for group in groups if group[1]]
        self.fields["item"].choices = [("", "请选择项目"), *choices]  # type: ignore[attr-defined]
        self.fields["happened_on"].initial = today
        if versions[0].rates_members:
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
        if not data.get("item"):
            return data
        code, _, item_code = data["item"].partition("/")
        data["version"], data["item"] = self.versions[code], item_code
        self._check_quantity(data)
        day = data.get("happened_on")
        since = data["version"].effective_from
        if day is not None and day < since:
            self.add_error("happened_on", f"方案自{Period(since).label}起施行，请填其后的日期。")
        return data

    def _check_quantity(self, data: dict[str, Any]) -> None:
        scheme = schemes.scheme_of(data["version"])
        item = next((item for item in scheme.items if item.code == data["item"]), None)
        quantity = data.get("quantity")
        if quantity is None:
            return
        if item is not None and item.rule == "mark" and item.full is not None:
            if quantity > item.full:
                full = explaining.plain(item.full)
                self.add_error(
                    "quantity", f"“{item.title}”满分是 {full} 分，请填 0 至 {full} 之间的数。"
                )
            return
        if not quantity:
            self.add_error("quantity", "数量应大于 0，如 1 或 2.5。")
        word = explaining.unit(scheme.target, item) if item is not None else "次"
        if quantity != quantity.to_integral_value() and word != "小时":
            title = item.title if item is not None else "一票否决"
            self.add_error("quantity", f"“{title}”按{word}计，数量应为整数。")

    def clean_happened_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["happened_on"]
        if day > self.today:
            raise forms.ValidationError("发生日期不能晚于今天。")
        return day


def _choices(version: SchemeVersion, organization: Organization) -> list[tuple[str, str]]:
    """Return what can be recorded under a version: items, vetoes and what lifts them."""
    scheme = schemes.scheme_of(version)
    found = [
        (
            item.code,
            f"{item.title}（{explaining.rule_in_words(scheme.target, item)}{_only(scheme, item)}）",
        )
        for item in scheme.items
        if schemes.takes_entries(scheme, item)
        and (not item.types or organization.type in item.types)
    ]
    for veto in scheme.vetoes:
        found.append((veto.code, f"一票否决：{veto.title}"))
    for unless in dict.fromkeys(veto.unless for veto in scheme.vetoes if veto.unless):
        lifted = "、".join(veto.title for veto in scheme.vetoes if veto.unless == unless)
        found.append((unless, f"主动发现、主动查处（解除：{lifted}）"))
    return [(f"{version.code}/{code}", words) for code, words in found]


def _only(scheme: Scheme, item: Item) -> str:
    """Return what alone is entered by hand of an item that the product counts itself."""
    feed = feeds.find(scheme.target, item.fact) if item.fact else None
    return f"；{feed.besides}，其余自动计入" if feed and feed.besides else ""


class VoidForm(forms.Form):
    reason = forms.CharField(label="撤销原因", max_length=100)
