"""Opening a meeting to sign-ins, and the code one types in."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from activities.rules import sign_in
from branches.forms.fields import TimeField

LONGEST = dt.timedelta(hours=12)


class WindowForm(forms.Form):
    """Until when one may sign in, and from when on one is late; both as times of the clock."""

    closes_at = TimeField(label="签到截止时间")
    late_from = TimeField(
        label="迟到时间",
        required=False,
        help_text="从几点起算迟到，这一分钟以内签到的算按时。不填就不区分迟到。",
    )

    def __init__(self, *args: Any, at: dt.datetime, begin: dt.datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at = timezone.localtime(at)
        self.begin = begin

    def clean_closes_at(self) -> dt.datetime:
        """Return the next time the clock says so: a meeting may last beyond midnight."""
        time: dt.time = self.cleaned_data["closes_at"]
        end = timezone.make_aware(dt.datetime.combine(self.at.date(), time))
        if end <= self.at:
            end += dt.timedelta(days=1)
        if end - self.at > LONGEST:
            raise ValidationError(
                f"签到截止要晚于现在（{self.at:%H:%M}），最长 12 小时。请核对时间。"
            )
        return end

    def clean_late_from(self) -> dt.datetime | None:
        time: dt.time | None = self.cleaned_data["late_from"]
        if time is None:
            return None
        return timezone.make_aware(dt.datetime.combine(self.begin.date(), time))


class CodeForm(forms.Form):
    code = forms.CharField(
        label="签到码",
        max_length=20,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code"}
        ),
        error_messages={
            "required": "请输入会场上显示的 6 位签到码。",
            "max_length": "签到码是 6 位数字，请核对。",
        },
    )

    def clean_code(self) -> str:
        """Return the digits: full-width ones count, spaces between them do not."""
        text = "".join(unicodedata.normalize("NFKC", self.cleaned_data["code"]).split())
        if not (text.isascii() and text.isdigit() and len(text) == sign_in.DIGITS):
            raise ValidationError("签到码是 6 位数字，请核对会场上显示的签到码。")
        return text
