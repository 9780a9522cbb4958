"""Making a draft, and putting a scheme into force."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from branches.models import Organization
from branches.rules.periods import Period, PeriodKind
from branches.scope import Scope
from scoring.queries import schemes
from scoring.rules.scheme import Scheme

MOST_MONTHS_AHEAD = 12
MOST_BYTES = 200_000


class _DatedForm(forms.Form):
    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today


class CommitteeForm(_DatedForm):
    """Which committee; the only one is already chosen."""

    committee = forms.ModelChoiceField(
        Organization.objects.none(), label="党委", empty_label="请选择党委"
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        committees = Organization.objects.in_scope(scope).of_kind("COMMITTEE")  # type: ignore[arg-type]
        committees = committees.standing_on(self.today)
        field = self.fields["committee"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = committees
        if len(found := list(committees[:2])) == 1:
            field.initial = found[0]
            field.empty_label = None


class UploadForm(CommitteeForm):
    file = forms.FileField(
        label="方案文件",
        help_text="从本系统下载的方案文件（扩展名 .toml）可以直接上传，不超过 200 kB。",
        widget=forms.FileInput(attrs={"accept": ".toml"}),
        error_messages={"required": "请选择方案文件。", "empty": "文件是空的，请重新选择。"},
    )
    text = ""

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if not (file.name or "").lower().endswith(".toml"):
            raise forms.ValidationError("只能上传扩展名为 .toml 的方案文件。")
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError("文件超过 200 kB，不像是评分方案，请核对。")
        try:
            self.text = file.read().decode("utf-8")
        except UnicodeDecodeError:
            raise forms.ValidationError(
                "文件不是 UTF-8 编码：请用文本编辑器打开，另存为 UTF-8 编码后再上传。"
            ) from None
        return file


class MonthForm(_DatedForm):
    """The first month of a scheme's effect."""

    effective_from = forms.CharField(
        label="起始月份",
        help_text="从这个月起按新方案核算，以前的月份不变。",
        widget=forms.TextInput(attrs={"type": "month"}),
    )

    def __init__(self, *args: Any, scheme: Scheme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = PeriodKind(scheme.period)
        if kind is not PeriodKind.MONTH:
            self.fields["effective_from"].help_text = (
                f"本方案按{schemes.period_word(kind)}评，应是一期的第一个月，"
                f"如 {Period.containing(self.today, kind).next.months[0]}。以前的时期不变。"
            )

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


class AdoptForm(MonthForm, CommitteeForm):
    """Put a shipped scheme into force as it is."""

    field_order = ("committee", "effective_from")


class PublishForm(MonthForm):
    """Put a draft into force as it was seen."""

    edition = forms.IntegerField(widget=forms.HiddenInput)
