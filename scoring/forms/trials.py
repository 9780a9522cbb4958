"""Asking for a trial: which scheme, where, over which past periods; or on which spreadsheet."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from branches.models import Organization
from branches.rules.periods import Period, PeriodKind
from branches.scope import Scope
from scoring.models import SchemeDraft
from scoring.queries import schemes, trial_pages, trials
from scoring.rules import sheets
from scoring.rules.problems import BadFile
from scoring.rules.scheme import Scheme

MOST_PERIODS = 12
MAX_BYTES = 2 * 1024 * 1024


class _SchemeForm(forms.Form):
    """A form that begins with the choice of a scheme within reach."""

    scheme = forms.ChoiceField(
        label="方案", error_messages={"invalid_choice": "这个方案已不在列表里，请重新选择。"}
    )

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope = scope
        self.fields["scheme"].choices = [  # type: ignore[attr-defined]
            ("", "请选择方案"),
            *(
                (label, [(one.key, one.label) for one in found])
                for label, found in trial_pages.choices(scope)
            ),
        ]
        self.text = ""
        self.draft: SchemeDraft | None = None

    @property
    def rules(self) -> Scheme:
        return schemes.read(self.text)

    def clean_scheme(self) -> str:
        key: str = self.cleaned_data["scheme"]
        try:
            self.text, self.draft = trial_pages.chosen(key, self._scope)
        except LookupError:
            raise forms.ValidationError("这个方案已不在列表里，请重新选择。") from None
        return key


class TrialForm(_SchemeForm):
    """Try a scheme on past periods; months stand for the scheme's period they belong to."""

    committee = forms.ModelChoiceField(
        Organization.objects.none(), label="在哪个党委试", empty_label="请选择党委"
    )
    first = forms.CharField(label="从", widget=forms.TextInput(attrs={"type": "month"}))
    last = forms.CharField(
        label="到",
        help_text=f"最多 {MOST_PERIODS} 期，都应已经结束。季度、年度方案按所选月份所在的那一期算。",
        widget=forms.TextInput(attrs={"type": "month"}),
    )

    def __init__(self, *args: Any, scope: Scope, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, scope=scope, **kwargs)
        self._today = today
        committees = (
            Organization.objects.in_scope(scope)
            .of_kind("COMMITTEE")  # type: ignore[arg-type]
            .standing_on(today)
            .order_by("path")
        )
        field = self.fields["committee"]
        field.queryset = committees  # type: ignore[attr-defined]
        only = list(committees[:2])
        if len(only) == 1:
            field.initial = only[0].pk
        done = Period.containing(today).previous
        self.fields["first"].initial = str(done.minus(2))
        self.fields["last"].initial = str(done)

    def clean_first(self) -> Period:
        return _month(self.cleaned_data["first"])

    def clean_last(self) -> Period:
        return _month(self.cleaned_data["last"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not (self.text and data.get("first") and data.get("last")):
            return data
        kind = PeriodKind(self.rules.period)
        first, last = (Period.containing(data[name].first_day, kind) for name in ("first", "last"))
        over = Period.containing(self._today, kind).previous
        if last > over:
            self.add_error("last", f"{last.label}还没有结束，最晚可以选 {over.label}。")
        elif first > last:
            self.add_error("last", "不能早于起始的一期。")
        elif (count := len(trials.spanned(first, last))) > MOST_PERIODS:
            self.add_error("last", f"一次最多 {MOST_PERIODS} 期，现在是 {count} 期，请缩短。")
        return data | {"first": first, "last": last}


class SheetForm(_SchemeForm):
    """Try a scheme on spreadsheets; what a file held goes into the box, to be mended there."""

    facts_file = forms.FileField(
        label="事实表（CSV 文件）",
        required=False,
        help_text="列：subject,group,item,quantity,base。UTF-8 或 GB 18030 编码，不超过 2 MB。",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"empty": "文件是空的，请重新选择。"},
    )
    facts = forms.CharField(
        label="事实表内容",
        required=False,
        strip=False,
        help_text="也可以直接粘贴。选了文件时以文件为准。",
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "wrap": "off"}),
    )
    previous_file = forms.FileField(
        label="以往结果表（CSV 文件）",
        required=False,
        help_text="方案的结果运用要看以往各期时才需要。",
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"empty": "文件是空的，请重新选择。"},
    )
    previous = forms.CharField(
        label="以往结果表内容",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "wrap": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name in ("facts", "previous"):
            file: UploadedFile | None = data.get(f"{name}_file")
            if file is not None:
                data[name] = self._content(f"{name}_file", file)
        if not data.get("facts") and not self.errors:
            self.add_error("facts_file", "请选择事实表，或在下面粘贴内容。")
        return data

    def _content(self, field: str, file: UploadedFile) -> str:
        if (file.size or 0) > MAX_BYTES:
            self.add_error(field, "文件超过 2 MB，请分成几个文件，每个比较组放在同一个文件里。")
            return ""
        try:
            return sheets.decoded(file.read())
        except BadFile as error:
            self.add_error(field, str(error))
            return ""


def _month(text: str) -> Period:
    try:
        period = Period.parse(text)
    except ValueError:
        period = None
    if period is None or period.kind is not PeriodKind.MONTH:
        raise forms.ValidationError("月份应写成 2026-10 的样子。")
    return period
