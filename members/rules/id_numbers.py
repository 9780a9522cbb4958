"""公民身份号码 (GB 11643-1999): 18 characters that carry a birth date, a sex and a check."""

import datetime as dt
import re

from members.rules.status import Sex

_PATTERN = re.compile(r"\d{17}[\dX]", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_PROVINCES = frozenset({
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37",
    "41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64",
    "65", "71", "81", "82", "83",
})  # fmt: skip
EARLIEST_BIRTH = dt.date(1900, 1, 1)


def check_character(first_17: str) -> str:
    """The 18th character, by ISO 7064 MOD 11-2."""
    return _CHECKS[sum(w * int(d) for w, d in zip(_WEIGHTS, first_17, strict=True)) % 11]


def birth_date(number: str) -> dt.date:
    """:raises ValueError: digits 7–14 are no date."""
    return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def sex(number: str) -> Sex:
    return Sex.MALE if int(number[16]) % 2 else Sex.FEMALE


def validate(number: str, *, today: dt.date) -> None:
    """Accept an 18-character number in half width with a capital X.

    :raises ValueError: what is wrong, in Chinese.
    """
    if len(number) == 15 and number.isascii() and number.isdigit():
        raise ValueError("这是 15 位旧身份证号，请换成 18 位公民身份号码")
    if len(number) != 18:
        raise ValueError(f"公民身份号码应为 18 位，现为 {len(number)} 位")
    if not _PATTERN.fullmatch(number):
        raise ValueError("公民身份号码前 17 位应为数字，末位为数字或 X")
    if number[:2] not in _PROVINCES:
        raise ValueError("公民身份号码前 2 位不是有效的地区代码，请核对")
    try:
        born = birth_date(number)
    except ValueError:
        raise ValueError("公民身份号码第 7 至 14 位不是有效日期，请核对") from None
    if not EARLIEST_BIRTH <= born <= today:
        raise ValueError(f"公民身份号码中的出生日期 {born} 超出合理范围，请核对")
    if check_character(number[:17]) != number[17]:
        raise ValueError("公民身份号码末位校验不符，可能输错了一位，请核对")
