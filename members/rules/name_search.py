"""Find names by what people type: initials (zs), full pinyin (zhangsan), or a mixture."""

from __future__ import annotations

import re

MAX_LETTERS = 30
_LATIN = re.compile(r"[a-zü ']+")


def pinyin_pattern(typed: str) -> str | None:
    """Return a regular expression over stored pinyin keys, or None when no pinyin was typed.

    A key holds one word a character (``zhang1.07张 san1.03三``). Every letter typed either
    goes on with its syllable or begins the next one; the first begins any syllable. No
    quantifier is nested in another, so a match takes linear time.
    """
    text = typed.strip().lower()
    if not _LATIN.fullmatch(text):
        return None
    letters = text.replace("ü", "v").replace(" ", "").replace("'", "")[:MAX_LETTERS]
    return "(^| )" + "([^ ]* )?".join(letters) if letters else None
