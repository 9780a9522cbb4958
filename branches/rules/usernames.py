"""Account names: one spelling each."""

from __future__ import annotations

import re
import unicodedata

_PATTERN = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}", re.ASCII)


def normalise(text: str) -> str:
    """Return the one spelling of an account name: half-width, lower case, no blanks around."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def problem(username: str) -> str | None:
    """Return what is wrong with a normalised account name, in Chinese, or None."""
    if _PATTERN.fullmatch(username):
        return None
    return "账号由 2 至 40 位小写字母、数字、点、横线组成，以字母或数字开头。"
