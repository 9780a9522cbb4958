"""Signing in and one's own password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from branches.models import User
from branches.rules import usernames

LONGEST_USERNAME = 40  # longer ones cannot exist
LONGEST_PASSWORD = 128


class SignInForm(forms.Form):
    username = forms.CharField(
        label="账号",
        max_length=LONGEST_USERNAME,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
        error_messages={"required": "请填写账号。"},
    )
    password = forms.CharField(
        label="密码",
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={"required": "请填写密码。"},
    )

    def clean_username(self) -> str:
        # One spelling, so that ＡＤＭＩＮ and admin share their count of failures.
        return usernames.normalise(self.cleaned_data["username"])[:LONGEST_USERNAME]


class PasswordForm(forms.Form):
    current = forms.CharField(
        label="当前密码",
        strip=False,
        max_length=LONGEST_PASSWORD,
        help_text="首次登录填管理员给的初始密码。",
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="新密码",
        strip=False,
        max_length=LONGEST_PASSWORD,
        help_text="至少 8 位，不能全是数字，不能与账号、姓名相近，不能是常见密码。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输一遍新密码",
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_current(self) -> str:
        current: str = self.cleaned_data["current"]
        if not self.user.check_password(current):
            raise ValidationError("当前密码不对，请重新输入。")
        return current

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        new = data.get("new")
        if new and data.get("again") and new != data["again"]:
            self.add_error("again", "两次输入的新密码不一样，请重新输入。")
        elif new:
            if new == data.get("current"):
                self.add_error("new", "新密码不能与当前密码相同。")
            try:
                password_validation.validate_password(new, self.user)
            except ValidationError as error:
                self.add_error("new", error)
        return data
