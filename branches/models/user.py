from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from branches.rules import usernames


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        """Find an account however its name was typed (full width, capitals)."""
        return self.get(username=usernames.normalise(username or ""))


class User(AbstractBaseUser):
    """An account. What it may do comes from posts only; nobody is a superuser."""

    username = models.CharField("账号", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=60)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("须修改初始密码", default=False)
    created_at = models.DateTimeField("开通时间")
    reset_at = models.DateTimeField("上次重置密码时间", null=True, blank=True)

    objects = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(username__regex=r"^[a-z0-9][a-z0-9._-]+$"),
                name="username_is_normalised",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def handed_over_at(self) -> dt.datetime:
        """When somebody else last knew the password: as the account was opened or reset."""
        return self.reset_at or self.created_at

    @classmethod
    def normalize_username(cls, username: Any) -> Any:
        return usernames.normalise(username) if isinstance(username, str) else username
