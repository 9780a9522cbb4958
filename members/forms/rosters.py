"""The upload of a roster."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from branches.models import Organization
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from members.forms.person import day_field

MAX_BYTES = 10 * 1024 * 1024


class PlaceField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Organization) -> str:
        return "\u3000" * (obj.depth - 1) + obj.name


class RosterUploadForm(forms.Form):
    organization = PlaceField(
        label="导入到",
        queryset=Organization.objects.none(),
        empty_label=None,
        help_text="花名册里的支部都应属于这个组织。",
    )
    effective_on = day_field(
        "起算日期",
        help_text="新增的党员和调整支部、小组的党员，从这一天起算在新的位置。",
    )
    file = forms.FileField(
        label="花名册文件",
        help_text="Excel 工作簿（.xlsx），不超过 10 MB、30,000 行。",
        widget=forms.FileInput(attrs={"accept": ".xlsx"}),
        error_messages={"required": "请选择花名册文件。", "empty": "文件是空的，请重新选择。"},
    )

    def __init__(self, *args: Any, scope: Scope, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        organization = self.fields["organization"]
        assert isinstance(organization, forms.ModelChoiceField)
        organization.queryset = (
            Organization.objects.in_scope(scope)
            .standing_on(today)
            .exclude(kind=OrganizationKind.GROUP)
            .order_by("path")
        )
        self.fields["effective_on"].initial = today.replace(day=1)

    def clean_effective_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["effective_on"]
        if day > self._today:
            raise forms.ValidationError("起算日期不能晚于今天。")
        return day

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        name = (file.name or "").lower()
        if not name.endswith(".xlsx"):
            raise forms.ValidationError(
                "只能导入 .xlsx 文件：请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”。"
            )
        if (file.size or 0) > MAX_BYTES:
            raise forms.ValidationError(
                "文件超过 10 MB：请删去图片和无关的工作表，或分成几个文件。"
            )
        return file
