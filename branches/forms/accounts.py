"""Accounts and posts."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from branches import wording
from branches.forms.fields import DayField, OrganizationField
from branches.models import Organization
from branches.rules import text, usernames
from branches.scope import Scope


class AppointForm(forms.Form):
    organization = OrganizationField(label="党组织")
    role = forms.ChoiceField(
        label="职务",
        choices=[("", "请选择"), *((str(role), word) for role, word in wording.ROLES.items())],
        error_messages={"required": "请选择职务。"},
    )
    duty = forms.CharField(
        label="分工", max_length=30, required=False, help_text="如组织委员、宣传委员。"
    )
    started_on = DayField(label="任职日期")

    def __init__(self, *args: Any, scope: Scope, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["organization"].queryset = (  # type: ignore[attr-defined]
            Organization.objects.in_scope(scope).standing_on(today).order_by("path")
        )
        self.fields["started_on"].initial = today

    def clean_duty(self) -> str:
        return text.one_line(self.cleaned_data["duty"])


class AccountForm(AppointForm):
    username = forms.CharField(
        label="账号",
        max_length=40,
        help_text="2 至 40 位小写字母、数字、点、横线，如姓名拼音或工号。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    name = forms.CharField(
        label="姓名", max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    field_order = ["name", "username", "organization", "role", "duty", "started_on"]

    def clean_username(self) -> str:
        username = usernames.normalise(self.cleaned_data["username"])
        if problem := usernames.problem(username):
            raise ValidationError(problem)
        return username

    def clean_name(self) -> str:
        name = text.one_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError("请填写姓名。")
        return name


class EndPostForm(forms.Form):
    on = DayField(label="免职日期")
