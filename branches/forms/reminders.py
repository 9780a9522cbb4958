"""How one wants to be reminded, and group robots."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from branches import channels
from branches.channels import NotDelivered
from branches.forms.fields import OrganizationField, TimeField
from branches.models import Organization, Webhook
from branches.rules import reminders, text
from branches.rules.tree import OrganizationKind
from branches.scope import Scope


class PreferenceForm(forms.Form):
    by_mail = forms.BooleanField(
        label="每天把要办的事发到邮箱（没有要办的事就不发）", required=False
    )
    mail = forms.EmailField(
        label="邮箱",
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": "邮箱写成 name@example.cn 这样。"},
    )
    send_at = TimeField(label="每天发送时间")
    quiet_from = TimeField(label="免打扰开始时间")
    quiet_to = TimeField(
        label="免打扰结束时间", help_text="这段时间不发任何提醒；两个时间相同就是不设免打扰。"
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("by_mail") and not data.get("mail") and "mail" not in self.errors:
            self.add_error("mail", "要用邮件提醒，请填写邮箱。")
        times = [data.get(name) for name in ("send_at", "quiet_from", "quiet_to")]
        if all(time is not None for time in times) and reminders.is_quiet(*times):  # type: ignore[arg-type]
            self.add_error("send_at", "这个时间在免打扰时段里，请改发送时间或免打扰时段。")
        return data


class WebhookForm(forms.Form):
    organization = OrganizationField(label="党组织")
    title = forms.CharField(
        label="名称",
        max_length=40,
        help_text="如“采煤党支部工作群”。",
        error_messages={"required": "请填写名称。", "max_length": "名称最多 40 个字。"},
    )
    kind = forms.ChoiceField(label="类型", choices=Webhook.Kind.choices, widget=forms.RadioSelect)
    url = forms.CharField(
        label="地址",
        max_length=500,
        help_text="在群机器人的设置里复制它的地址。保存后不再显示。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
        error_messages={"required": "请填写地址。", "max_length": "地址太长，请核对。"},
    )
    secret = forms.CharField(
        label="加签密钥",
        required=False,
        max_length=200,
        help_text="钉钉机器人的安全设置选了“加签”才填。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    send_at = TimeField(label="每天发送时间")

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = (  # type: ignore[attr-defined]
            Organization.objects.in_scope(scope)
            .filter(dissolved_on__isnull=True)
            .exclude(kind=OrganizationKind.GROUP)
            .order_by("path")
        )

    def clean_title(self) -> str:
        return text.one_line(self.cleaned_data["title"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        hosts = {
            Webhook.Kind.WECOM: "qyapi.weixin.qq.com",
            Webhook.Kind.DINGTALK: "oapi.dingtalk.com",
        }
        url = str(data.get("url", ""))
        other = [kind for kind, host in hosts.items() if host in url and kind != data.get("kind")]
        if other:
            self.add_error("kind", f"这是{other[0].label}的地址，请改选类型或核对地址。")
        return data

    def clean_url(self) -> str:
        url: str = self.cleaned_data["url"].strip()
        try:
            channels.check_address(url)
        except NotDelivered as failure:
            raise ValidationError(str(failure)) from None
        return url
