"""Reminders outside the product: one's own mail, and the group robots of organisations."""

from __future__ import annotations

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access, channels
from branches.access import Request
from branches.channels import NotDelivered
from branches.forms.reminders import PreferenceForm, WebhookForm
from branches.models import Webhook
from branches.operations import reminders as operations
from branches.queries import reminders
from branches.rules.roles import Capability

TRY_AGAIN_AFTER = 60  # seconds
TRIAL = "这是一条测试消息：支部管理系统的提醒可以送达。"
_FIELDS = ("by_mail", "mail", "send_at", "quiet_from", "quiet_to")


@access.signed_in("本人的提醒方式")
def my_reminders(request: Request) -> HttpResponse:
    """How one wants to be reminded, and what was sent in the last days."""
    wish = reminders.preference_of(request.user)
    form = PreferenceForm(
        request.POST or None, initial={name: getattr(wish, name) for name in _FIELDS}
    )
    if request.method == "POST" and form.is_valid():
        operations.prefer(user=request.user, **form.cleaned_data, at=timezone.now())
        messages.success(request, "提醒方式已保存。")
        return redirect("my-reminders")
    context = {
        "form": form,
        "has_mail": channels.has_mail(),
        "may_try": wish.pk is not None and wish.by_mail and channels.has_mail(),
        "sent": reminders.lately(user=request.user),
    }
    return TemplateResponse(request, "branches/my_reminders.html", context)


@require_POST
@access.signed_in("给自己发一封测试邮件")
def my_reminders_try(request: Request) -> HttpResponse:
    """Send oneself a test mail, at most one a minute."""
    wish = reminders.preference_of(request.user)
    if not wish.by_mail or not wish.mail:
        messages.warning(request, "请先填写邮箱，勾选邮件提醒并保存。")
    elif not _may_try(f"user-{request.user.pk}"):
        messages.warning(request, "刚刚发过，请过一分钟再试。")
    else:
        at = timezone.now()
        try:
            channels.send_mail(
                wish.mail, subject="支部管理：测试邮件", body=TRIAL, key=f"try {wish.pk} {at}"
            )
        except NotDelivered as failure:
            messages.error(request, f"没有发出去：{failure}")
        else:
            messages.success(request, f"已发往 {wish.mail}，请到邮箱查看。")
    return redirect("my-reminders")


@access.requires(Capability.MANAGE_REMINDERS)
def webhook_list(request: Request) -> HttpResponse:
    """The group robots in reach, with what became of the last digests."""
    rows = (
        Webhook.objects.filter(request.scope.q("organization__path"), is_active=True)
        .select_related("organization", "made_by")
        .order_by("organization__path", "pk")
    )
    return TemplateResponse(
        request, "branches/webhook_list.html", {"rows": reminders.with_last(rows)}
    )


@access.requires(Capability.MANAGE_REMINDERS)
def webhook_new(request: Request) -> HttpResponse:
    """Add a group robot."""
    form = WebhookForm(
        request.POST or None,
        scope=request.scope,
        initial={"send_at": reminders.DEFAULT_SEND_AT, "kind": Webhook.Kind.WECOM},
    )
    if request.method == "POST" and form.is_valid():
        row = operations.add_webhook(**form.cleaned_data, by=request.user, at=timezone.now())
        messages.success(request, f"“{row.title}”已添加。可以点“发一条试试”看能不能送达。")
        return redirect("webhook-list")
    return TemplateResponse(request, "branches/webhook_new.html", {"form": form})


@require_POST
@access.requires(Capability.MANAGE_REMINDERS)
def webhook_stop(request: Request, *, pk: int) -> HttpResponse:
    """Stop a group robot."""
    row = _robot(request, pk)
    operations.stop_webhook(webhook=row, by=request.user, at=timezone.now())
    messages.success(request, f"“{row.title}”已停用，不再发送。")
    return redirect("webhook-list")


@require_POST
@access.requires(Capability.MANAGE_REMINDERS)
def webhook_try(request: Request, *, pk: int) -> HttpResponse:
    """Let a group robot say that it works, at most once a minute."""
    row = _robot(request, pk)
    if not _may_try(f"webhook-{row.pk}"):
        messages.warning(request, "刚刚发过，请过一分钟再试。")
        return redirect("webhook-list")
    try:
        channels.post(row, TRIAL, at=timezone.now())
    except NotDelivered as failure:
        messages.error(request, f"“{row.title}”没有发出去：{failure}")
    else:
        messages.success(request, f"“{row.title}”已送达，请到群里查看。")
    return redirect("webhook-list")


def _robot(request: Request, pk: int) -> Webhook:
    rows = Webhook.objects.filter(request.scope.q("organization__path"), is_active=True)
    return get_object_or_404(rows.select_related("organization"), pk=pk)


def _may_try(who: str) -> bool:
    return bool(cache.add(f"reminder-try-{who}", 1, TRY_AGAIN_AFTER))
