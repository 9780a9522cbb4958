"""Make text typed in many offices comparable, without changing what it says."""

import re
import unicodedata

# GB 18030-2000 had no Unicode home for these 25 characters and codecs still decode them
# to private-use code points (Python's among them). Targets: GB 18030-2022, annex D;
# the vertical forms and U+9FB4–9FBB since Unicode 5.2, the rest are in Extension B.
_PRIVATE_USE = {
    0xE78D: 0xFE10, 0xE78E: 0xFE12, 0xE78F: 0xFE11, 0xE790: 0xFE13, 0xE791: 0xFE14,
    0xE792: 0xFE15, 0xE793: 0xFE16, 0xE794: 0xFE17, 0xE795: 0xFE18, 0xE796: 0xFE19,
    0xE7C7: 0x1E3F,
    0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC,
    0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7,
    0xE831: 0x215D7, 0xE832: 0x9FB8, 0xE83B: 0x2298F, 0xE843: 0x9FB9,
    0xE854: 0x9FBA, 0xE855: 0x241FE, 0xE864: 0x9FBB,
}  # fmt: skip

# Copying out of a PDF yields ⽅ (a radical sign) for 方: it looks right and matches nothing.
_RADICALS = {
    code: unicodedata.normalize("NFKC", chr(code))
    for code in (*range(0x2F00, 0x2FD6), 0x2E9F, 0x2EF3)
}
_STANDARD_FORMS = _PRIVATE_USE | _RADICALS

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}

_INVISIBLE = dict.fromkeys(
    (
        0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180E, 0x3164, 0xFEFF, 0xFFA0,
        *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),
        *range(0xFE00, 0xFE10), *range(0xE0000, 0xE0080), *range(0xE0100, 0xE01F0),
    )
)  # fmt: skip
_CONTROL = dict.fromkeys((*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0xA0)))
_SPACES = re.compile(r"\s+")
MOST_DIGITS = 18

# 〇 and the unified blocks up to Extension H, with the compatibility block.
_HAN_RANGES = (
    (0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF),
)  # fmt: skip


def standard_forms(text: str) -> str:
    """Replace GB 18030 private-use code points and radical signs by the characters meant."""
    return text.translate(_STANDARD_FORMS)


def half_width(text: str) -> str:
    """Full-width letters, digits, signs and the ideographic space become ASCII."""
    return text.translate(_HALF_WIDTH)


def without_invisible(text: str) -> str:
    """Drop zero-width, direction and control characters and variation selectors."""
    return text.translate(_INVISIBLE).translate(_CONTROL)


def one_line(text: str) -> str:
    """Standard forms, nothing invisible, single spaces, trimmed; width is kept."""
    return _SPACES.sub(" ", without_invisible(standard_forms(text))).strip()


def without_spaces(text: str) -> str:
    """``one_line`` in half width with every space taken out: for codes, dates and headers."""
    return _SPACES.sub("", half_width(one_line(text)))


def whole_number(text: str) -> int | None:
    """Return what was typed or posted as the key of a row; None for anything that can be no key.

    ASCII digits alone, and at most 18 of them: the database takes no more.

    >>> whole_number("12"), whole_number("１２"), whole_number("9" * 5000)
    (12, None, None)
    """
    is_number = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    return int(text) if is_number else None


def is_han(character: str) -> bool:
    code = ord(character)
    return any(first <= code <= last for first, last in _HAN_RANGES)


def is_private_use(character: str) -> bool:
    """True for code points whose shape depends on the machine's own fonts (造字)."""
    return unicodedata.category(character) == "Co"


_DAY = re.compile(r"(?<![\w-])(\d{4})-(0[1-9]|1[0-2])-([0-2]\d|3[01])(?![\w-])", re.ASCII)


def with_written_days(text: str) -> str:
    """Return the text with its days as an official writes them.

    >>> with_written_days("2026-10-01 休息")
    '2026年10月1日 休息'
    """
    return _DAY.sub(lambda day: f"{day[1]}年{int(day[2])}月{int(day[3])}日", text)
