"""What a search on a roll may match."""

from __future__ import annotations

import re

_LETTERS = re.compile(r"[a-z]+")


def search_keys(pinyin_key: str) -> str:
    """Return full pinyin and initials of a stored key.

    >>> search_keys("zhou1.08周 lan2.12岚")
    'zhoulan zl'
    """
    syllables = [match[0] for part in pinyin_key.split() if (match := _LETTERS.match(part))]
    return f"{''.join(syllables)} {''.join(syllable[0] for syllable in syllables)}".strip()
