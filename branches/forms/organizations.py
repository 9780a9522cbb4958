"""Setting up, changing, moving and dissolving organisations, and their terms."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from branches import wording
from branches.forms.fields import DayField, OrganizationField
from branches.models import Organization
from branches.queries import organizations
from branches.rules import text, tree
from branches.rules.tree import OrganizationKind
from branches.scope import Scope

_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*", re.ASCII)


def not_after(day: dt.date, today: dt.date) -> dt.date:
    """Return ``day``.

    :raises ValidationError: it lies in the future.
    """
    if day > today:
        raise ValidationError(f"日期不能晚于今天（{today:%Y-%m-%d}）。")
    return day


class OrganizationForm(forms.Form):
    """What can be corrected about an organisation later."""

    name = forms.CharField(label="全称", max_length=80)
    short_name = forms.CharField(label="简称", max_length=30, help_text="用在列表和导航中。")
    type = forms.ChoiceField(
        label="类型",
        choices=[(str(key), word) for key, word in wording.ORGANIZATION_TYPES.items()],
        help_text="考评时同类型的党支部相互比较。",
    )
    founded_on = DayField(label="成立日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_name(self) -> str:
        return _filled(self.cleaned_data["name"], "全称")

    def clean_short_name(self) -> str:
        return _filled(self.cleaned_data["short_name"], "简称")

    def clean_founded_on(self) -> dt.date:
        return not_after(self.cleaned_data["founded_on"], self.today)


class NewOrganizationForm(OrganizationForm):
    parent = OrganizationField(label="上级")
    kind = forms.ChoiceField(
        label="组织类别",
        choices=[(str(key), word) for key, word in wording.ORGANIZATION_KINDS.items()],
    )
    code = forms.CharField(
        label="组织编码",
        max_length=40,
        help_text="字母、数字、点、横线，全系统不重复，之后不能修改。",
    )

    field_order = ["parent", "kind", "name", "short_name", "code", "type", "founded_on"]

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = (  # type: ignore[attr-defined]
            Organization.objects.in_scope(scope)
            .standing_on(self.today)
            .exclude(kind=OrganizationKind.GROUP)
            .order_by("path")
        )

    def clean_code(self) -> str:
        code = text.half_width(self.cleaned_data["code"]).strip()
        if not _CODE.fullmatch(code):
            raise ValidationError("编码只能由字母、数字、点、横线组成。")
        return code

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        parent, kind = data.get("parent"), data.get("kind")
        if parent and kind:
            above = OrganizationKind(parent.kind)
            if not tree.may_stand_under(OrganizationKind(kind), above):
                words = wording.ORGANIZATION_KINDS
                self.add_error(
                    "kind",
                    f"{words[above]}下面不能设{words[OrganizationKind(kind)]}，"
                    f"可以设：{'、'.join(_below(above))}。",
                )
        return data


class MoveForm(forms.Form):
    parent = OrganizationField(label="调整到")

    def __init__(
        self,
        *args: Any,
        organization: Organization,
        scope: Scope,
        today: dt.date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parent"].queryset = (  # type: ignore[attr-defined]
            organizations.possible_parents(organization, scope, today)
        )


class DissolveForm(forms.Form):
    on = DayField(label="撤销日期", help_text="上级党组织批准撤销的日期。")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_on(self) -> dt.date:
        return not_after(self.cleaned_data["on"], self.today)


class TermForm(forms.Form):
    elected_on = DayField(label="选举日期", help_text="本届委员会选举产生的日期。")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_elected_on(self) -> dt.date:
        return not_after(self.cleaned_data["elected_on"], self.today)


class ExtensionForm(forms.Form):
    """The higher body's approval of a later election."""

    extended_to = DayField(label="批准延期至", help_text="一般不超过届满后 1 年。")
    reference = forms.CharField(
        label="批复文号",
        max_length=60,
        error_messages={"required": "请填写上级批复的文号。", "max_length": "文号最多 60 个字。"},
    )

    def clean_reference(self) -> str:
        return _filled(self.cleaned_data["reference"], "批复文号")


def _filled(value: str, label: str) -> str:
    value = text.one_line(value)
    if not value:
        raise ValidationError(f"请填写{label}。")
    return value


def _below(kind: OrganizationKind) -> list[str]:
    return [
        word for below, word in wording.ORGANIZATION_KINDS.items()
        if tree.may_stand_under(below, kind)
    ]  # fmt: skip
