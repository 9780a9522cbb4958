"""Password rules of our own."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

# What people of this field try first.
CONTEXT_WORDS = (
    "dangzhibu", "dangwei", "dangyuan", "zhibu", "gongchandang", "dangjian", "xuexi", "admin",
)  # fmt: skip


class ContextWordValidator:
    """Refuse passwords that are a word of the trade with a number behind it."""

    def validate(self, password: str, user: Any = None) -> None:
        letters = "".join(c for c in password.casefold() if c.isalpha())
        if letters in CONTEXT_WORDS:
            raise ValidationError(
                "密码不能只是“dangzhibu”一类常用词加数字，请换一个。", code="context"
            )

    def get_help_text(self) -> str:
        return "密码不能只是常用词加数字。"
