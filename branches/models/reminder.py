from __future__ import annotations

from django.db import models
from django.db.models import Q

from branches.models.fields import SealedTextField

WEBHOOK_PURPOSE = "webhook.url"


class ReminderPreference(models.Model):
    """How one person wants to be reminded; without a row: on the page only.

    One digest a day at most, never between ``quiet_from`` and ``quiet_to`` (over midnight when
    from is later than to).
    """

    user = models.OneToOneField("branches.User", models.CASCADE, related_name="reminder_preference")
    by_mail = models.BooleanField("用邮件提醒", default=False)
    mail = models.EmailField("邮箱", blank=True)
    send_at = models.TimeField("提醒时间")
    quiet_from = models.TimeField("免打扰起")
    quiet_to = models.TimeField("免打扰止")

    class Meta:
        verbose_name = verbose_name_plural = "提醒方式"
        constraints = [
            models.CheckConstraint(
                condition=Q(by_mail=False) | ~Q(mail=""), name="mail_reminder_has_an_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"


class Webhook(models.Model):
    """A group robot (企业微信, 钉钉) that gets the digest of an organisation, without names."""

    class Kind(models.TextChoices):
        WECOM = "WECOM", "企业微信群机器人"
        DINGTALK = "DINGTALK", "钉钉群机器人"

    organization = models.ForeignKey(
        "branches.Organization", models.CASCADE, related_name="webhooks", verbose_name="党组织"
    )
    title = models.CharField("名称", max_length=40)
    kind = models.CharField("类型", max_length=8, choices=Kind.choices)
    url = SealedTextField("地址", purpose=WEBHOOK_PURPOSE)
    secret = SealedTextField("加签密钥", purpose=WEBHOOK_PURPOSE, blank=True)
    send_at = models.TimeField("提醒时间")
    is_active = models.BooleanField("启用", default=True)
    made_by = models.ForeignKey("branches.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField("设置时间")

    class Meta:
        verbose_name = verbose_name_plural = "群机器人"
        ordering = ["organization", "id"]

    def __str__(self) -> str:
        return self.title


class Delivery(models.Model):
    """One digest to one place on one day (the outbox): at most one, the database sees to it."""

    class State(models.TextChoices):
        WAITING = "WAITING", "待发送"
        SENT = "SENT", "已发送"
        FAILED = "FAILED", "未送达"
        NOTHING = "NOTHING", "当天没有要办的事"

    day = models.DateField("日期")
    user = models.ForeignKey("branches.User", models.CASCADE, null=True, related_name="+")
    webhook = models.ForeignKey(Webhook, models.CASCADE, null=True, related_name="deliveries")
    body = models.TextField("内容")
    state = models.CharField("状态", max_length=7, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    not_before = models.DateTimeField("最早发送")
    error = models.CharField("原因", max_length=300, blank=True)
    sent_at = models.DateTimeField("发送时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "提醒发送"
        ordering = ["-day", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "user"], condition=Q(user__isnull=False), name="one_digest_a_person"
            ),
            models.UniqueConstraint(
                fields=["day", "webhook"],
                condition=Q(webhook__isnull=False),
                name="one_digest_a_webhook",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False, webhook__isnull=True)
                | Q(user__isnull=True, webhook__isnull=False),
                name="delivery_has_one_receiver",
            ),
        ]
        indexes = [
            models.Index(
                fields=["not_before"], condition=Q(state="WAITING"), name="delivery_waiting"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day}"
