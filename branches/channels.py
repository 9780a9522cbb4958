"""The ways out of the house: e-mail, and the group robots of 企业微信 and 钉钉.

One adapter with one failure, ``NotDelivered``, whose text is a Chinese sentence for whoever set
the way up. Robots are only called at hosts that the installation names (``REMINDER_HOSTS``), so
that an address typed in by somebody never makes the server call around in its own network.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import http.client
import json
import re
import smtplib
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote_plus, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.timezone import localtime

from branches.models import Webhook

SECONDS = 5
MOST_BYTES = 64 * 1024

_UNFIT = re.compile(r"[\s\x00-\x20\x7f-\x9f]")


class NotDelivered(Exception):
    """The message did not arrive; the text says why, in Chinese."""


def has_mail() -> bool:
    """Return whether this installation names a mail server."""
    return bool(settings.EMAIL_HOST)


def send_mail(address: str, *, subject: str, body: str, key: str) -> None:
    """Send one mail. The same ``key`` gives the same Message-ID, so a mail sent twice shows once.

    :raises NotDelivered: no server, an unreachable one, or the address was refused.
    """
    if not has_mail():
        raise NotDelivered("本系统还没有配置邮件服务器，请联系管理员。")
    message_id = f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@branches>"
    mail = EmailMessage(subject, body, to=[address], headers={"Message-ID": message_id})
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused:
        raise NotDelivered("邮件服务器不接受这个邮箱地址，请核对。") from None
    except (OSError, smtplib.SMTPException) as failure:
        raise NotDelivered(f"邮件服务器没有收下（{type(failure).__name__}）。") from failure


def check_address(url: str) -> None:
    """Check that a robot's address may be called.

    :raises NotDelivered: it is no https address of a host that the installation names, or
        holds a blank or a control character.
    """
    if _UNFIT.search(url):
        raise NotDelivered("地址里有空格或看不见的字符，请从群机器人的设置里重新完整复制。")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotDelivered("地址格式不对，请从群机器人的设置里完整复制。") from None
    allowed = settings.REMINDER_HOSTS
    if host not in allowed and f"{host}:{port}" not in allowed:
        raise NotDelivered(
            f"本系统不向“{host[:60] or url[:60]}”发送消息。可用的地址："
            f"{'、'.join(allowed)}；要增加，请联系系统管理员。"
        )
    if parts.scheme != "https" and f"{host}:{port}" not in allowed:
        raise NotDelivered("地址应当以 https:// 开头。")
    if parts.username or parts.password:
        raise NotDelivered("地址里不能带用户名和密码。")


def post(webhook: Webhook, text: str, *, at: dt.datetime) -> None:
    """Let a group robot say ``text``.

    :raises NotDelivered: the address is not allowed or unreachable, or the robot refused.
    """
    check_address(webhook.url)
    url = webhook.url
    if webhook.kind == Webhook.Kind.DINGTALK and webhook.secret:
        url = _signed(url, webhook.secret, at)
    body = json.dumps({"msgtype": "text", "text": {"content": text}}, ensure_ascii=False)
    answer = _call(url, body.encode())
    code = answer.get("errcode")
    if code != 0:
        reason = str(answer.get("errmsg", ""))[:100]
        raise NotDelivered(f"群机器人没有接受（{code} {reason}）。请核对地址和加签密钥。")


def _signed(url: str, secret: str, at: dt.datetime) -> str:
    """Return a 钉钉 address with its signature (加签): HMAC-SHA256 over the milliseconds."""
    stamp = str(int(at.timestamp() * 1000))
    digest = hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), "sha256")
    joint = "&" if "?" in url else "?"
    return f"{url}{joint}timestamp={stamp}&sign={quote_plus(base64.b64encode(digest))}"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A robot answers at its own address; a redirect could lead into the house."""

    def redirect_request(self, *_args: Any, **_more: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_NoRedirects)


def _call(url: str, body: bytes) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310  # the scheme was checked
        url, data=body, headers={"Content-Type": "application/json; charset=utf-8"}
    )
    try:
        with _OPENER.open(request, timeout=SECONDS) as answer:
            found = json.loads(answer.read(MOST_BYTES))
    except urllib.error.HTTPError as failure:
        raise NotDelivered(f"群机器人的服务器答复 {failure.code}。") from failure
    except (OSError, ValueError, http.client.HTTPException) as failure:
        raise NotDelivered(f"连不上群机器人的服务器（{type(failure).__name__}）。") from failure
    return found if isinstance(found, dict) else {}


def subject(at: dt.datetime) -> str:
    """Return the subject of the digest of a day."""
    day = localtime(at)
    return f"支部管理：{day.month} 月 {day.day} 日要办的事"
