"""Keys by which names sort in plain byte order (the C collation): no ICU is needed.

A key is computed once, when a name is written, and stored beside it.
"""

from bisect import bisect_right
from functools import cache, lru_cache
from pathlib import Path

from pypinyin import Style, pinyin

from branches.rules.text import is_han
from members.rules.surnames import surname_readings

KEY_MAX_LENGTH = 255
_DATA = Path(__file__).resolve().parent / "data"
_UNKNOWN_STROKES = 99
_LAST = "~"  # after every letter and digit


def pinyin_key(name: str) -> str:
    """Order by pinyin, character by character: letters, then tone, then strokes.

    A surname takes its reading as a surname (曾 zēng, 尉迟 yùchí) unless the name holds a
    middle dot, where what stands first is no surname. Latin letters sort as letters;
    a character nobody has read yet sorts last. At most ``KEY_MAX_LENGTH`` characters.
    """
    readings = () if "·" in name else surname_readings(name)
    parts = []
    for position, character in enumerate(name):
        if not is_han(character):
            parts.append(character.lower())
            continue
        reading = readings[position] if position < len(readings) else _reading(character)
        parts.append(f"{reading}.{_strokes(character):02d}{character}")
    return " ".join(parts)[:KEY_MAX_LENGTH]


def stroke_key(name: str) -> str:
    """Order by strokes (姓氏笔画为序), character by character.

    Fewer strokes first; equal numbers by the order of strokes 横竖撇点折 where it is
    known, else after those, by code point. Names that begin with letters sort after Han.
    At most ``KEY_MAX_LENGTH`` characters.
    """
    return " ".join(
        f"{_strokes(character):02d}{_stroke_order(character)}{character}"
        if is_han(character)
        else f"{_LAST}{character.lower()}"
        for character in name
    )[:KEY_MAX_LENGTH]


@lru_cache(maxsize=8192)
def _reading(character: str) -> str:
    read = pinyin(character, style=Style.TONE3, neutral_tone_with_five=True, errors="ignore")
    return read[0][0] if read else _LAST


@lru_cache(maxsize=8192)
def _strokes(character: str) -> int:
    starts, blocks = _stroke_blocks()
    code = ord(character)
    position = bisect_right(starts, code) - 1
    if position < 0:
        return _UNKNOWN_STROKES
    offset = code - starts[position]
    block = blocks[position]
    return ord(block[offset]) - 33 if offset < len(block) else _UNKNOWN_STROKES


def _stroke_order(character: str) -> str:
    return _stroke_orders().get(character, _LAST)


@cache
def _stroke_blocks() -> tuple[list[int], list[str]]:
    starts, blocks = [], []
    for line in _lines("strokes.txt"):
        start, block = line.split(" ", 1)
        starts.append(int(start, 16))
        blocks.append(block)
    return starts, blocks


@cache
def _stroke_orders() -> dict[str, str]:
    return {line[0]: line[1:] for line in _lines("stroke_order.txt")}


def _lines(file_name: str) -> list[str]:
    lines = (_DATA / file_name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("# ") and line != "#"]
