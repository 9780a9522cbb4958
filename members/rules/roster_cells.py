"""Read the cells of real rosters: one function a field.

Every function takes the cell as the spreadsheet holds it (text, number, date, truth
value or nothing) and raises ``ValueError`` with a Chinese sentence that says what is
wrong and how to mend it. A blank cell is an error here; ask ``is_blank`` first where a
field may be left out.
"""

import datetime as dt
import math
import re
from typing import TypeVar

from branches.rules import text
from members.rules import id_numbers
from members.rules.status import Education, MemberStatus, Sex

T = TypeVar("T")

EARLIEST_DATE = dt.date(1900, 1, 1)
MAX_NAME_LENGTH = 50
_MAX_CELL_LENGTH = 200

# Excel counts days from 1899-12-30, as it believes in 29 February 1900.
_EXCEL_EPOCH = dt.date(1899, 12, 30)
_LAST_SERIAL = 73_050  # 2099-12-31
_DATE_WAYS = "请写成 1998-07-01、1998.07 或 1998年7月1日"
_DATE = re.compile(r"(\d{4})[-./年、。](\d{1,2})(?:[-./月、。](\d{1,2})日?|月)?[.。]?", re.ASCII)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})?", re.ASCII)
_TIME_OF_DAY = re.compile(r"[T ]\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d{1,6})?)?$", re.ASCII)
_SERIAL = re.compile(r"\d{5}(?:\.\d{1,10})?", re.ASCII)
_SCIENTIFIC = re.compile(r"\d(?:\.\d{1,20})?[eE]\+?\d{1,3}", re.ASCII)

_MIDDLE_DOT = "·"
_DOT_VARIANTS = dict.fromkeys(map(ord, "‧•・･᛫ᐧ∙⋅․﹒˙ꞏ·●"), _MIDDLE_DOT)
_DOT_BETWEEN_HAN = re.compile(r"(?<=[^\x00-\x7f])\s*\.\s*(?=[^\x00-\x7f])")
_SPACED_DOT = re.compile(r"\s*·\s*")

_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"(01\d|02\d|0[3-9]\d{2})(\d{7,8})", re.ASCII)
_PHONE_SIGNS = re.compile(r"[-()\s—–]")
_COUNTRY_CODE = re.compile(r"(?:\+|00)86(?=\d{10,12}$)|86(?=1\d{10}$)", re.ASCII)

_SEXES = {"男": Sex.MALE, "男性": Sex.MALE, "女": Sex.FEMALE, "女性": Sex.FEMALE}

_STATUSES = {
    **dict.fromkeys(("正式党员", "正式", "党员", "中共党员", "中共正式党员"), MemberStatus.FULL),
    **dict.fromkeys(
        ("预备党员", "预备", "中共预备党员", "预备期", "预备期党员"), MemberStatus.PROBATIONARY
    ),
}
_NOT_MEMBERS = ("申请", "积极分子", "发展对象", "群众", "团员")

# Searched in this order, so that 在职研究生 is not read as anything lower.
_EDUCATIONS = (
    (Education.DOCTOR, ("博士",)),
    (Education.MASTER, ("研究生", "硕士")),
    (Education.COLLEGE, ("大专", "专科", "高职")),
    (Education.BACHELOR, ("本科", "大学", "学士")),
    (Education.SENIOR, ("中专", "中技", "技校", "职高", "职业高中", "中职")),
    (Education.SENIOR, ("高中",)),
    (Education.JUNIOR, ("初中", "小学", "文盲", "初小", "高小")),
)


_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "逻辑值"),
    (dt.date, "日期"),
    (int, "数字"),
    (float, "数字"),
    (object, "其他内容"),
)


def is_blank(value: object) -> bool:
    """True for an empty cell, spaces, and the dashes people type for 'none'."""
    if value is None:
        return True
    return isinstance(value, str) and text.one_line(value) in {"", "-", "—", "——", "/", "无"}


def parse_text(value: object, *, max_length: int = _MAX_CELL_LENGTH) -> str:
    """One line of text; a whole number is taken as its digits (工号 20150012)."""
    if isinstance(value, (bool, dt.date)):
        raise ValueError(f"应为文字，现为{_kind(value)}")
    words = text.one_line(_written(value))
    if not words:
        raise ValueError("不能为空")
    if len(words) > max_length:
        raise ValueError(f"不能超过 {max_length} 个字，现为 {len(words)} 个字")
    return words


def parse_name(value: object) -> str:
    """A name in its standard form: 张 三 → 张三, 买买提．艾力 → 买买提·艾力.

    2 to 50 characters; Han, Latin letters, the middle dot, hyphen and apostrophe.
    """
    if value is not None and not isinstance(value, str):
        raise ValueError(f"姓名应为文字，现为{_kind(value)}")
    name = text.half_width(parse_text(value)).translate(_DOT_VARIANTS)
    name = _SPACED_DOT.sub(_MIDDLE_DOT, _DOT_BETWEEN_HAN.sub(_MIDDLE_DOT, name))
    if not any(character.isascii() and character.isalpha() for character in name):
        name = name.replace(" ", "")
    for character in name:
        if text.is_private_use(character):
            raise ValueError(
                f"姓名中有自造字（U+{ord(character):04X}），在别的电脑上无法显示，"
                "请改用国家标准汉字输入"
            )
        if not (text.is_han(character) or character.isalpha() or character in "· -'’.()"):
            raise ValueError(f"姓名中有不应出现的字符“{character}”，请删去")
        if character in "()":
            raise ValueError("姓名中有括号，请删去括号和其中的说明")
    if name.startswith(_MIDDLE_DOT) or name.endswith(_MIDDLE_DOT):
        raise ValueError("姓名不能以间隔号“·”开头或结尾")
    if len(name) < 2:
        raise ValueError("姓名只有一个字，请填写完整姓名")
    if len(name) > MAX_NAME_LENGTH:
        raise ValueError(f"姓名不能超过 {MAX_NAME_LENGTH} 个字")
    return name


def parse_id_number(value: object, *, today: dt.date) -> str:
    """The 18-character number with a capital X.

    Excel keeps 15 digits of a number: one typed as a number has lost its end for good.
    """
    digits = text.without_spaces(_written(value)).upper().lstrip("'‘’`")
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if (is_number and len(digits) > 15) or _SCIENTIFIC.fullmatch(digits):
        raise ValueError(
            "身份证号以数字格式保存，Excel 只保留前 15 位，后几位已丢失："
            "请把该列设为“文本”格式后重新填写"
        )
    if not digits:
        raise ValueError("不能为空")
    id_numbers.validate(digits, today=today)
    return digits


def parse_date(value: object, *, today: dt.date) -> dt.date:
    """A date from 1900-01-01 to ``today``; a month without a day is its first day.

    Read: dates, Excel serials (number or five digits of text), 1998.7.1, 1998-07-01,
    1998/7/1, 1998年7月1日, 19980701, and months 1998.07, 1998年7月, 199807. The *number*
    1998.1 is refused: Excel stores 1998.10 the same way.
    """
    if isinstance(value, dt.datetime):
        day = value.date()
    elif isinstance(value, dt.date):
        day = value
    elif isinstance(value, bool):
        raise ValueError(f"不是日期，{_DATE_WAYS}")
    elif isinstance(value, (int, float)):
        day = _date_of_number(value)
    else:
        day = _date_of_text(_written(value))
    if day < EARLIEST_DATE:
        raise ValueError(f"日期 {day} 早于 1900 年，请核对")
    if day > today:
        raise ValueError(f"日期 {day} 晚于今天，请核对")
    return day


def parse_sex(value: object) -> Sex:
    return _looked_up(value, _SEXES, "性别只能填“男”或“女”")


def parse_status(value: object) -> MemberStatus:
    words = text.without_spaces(_written(value))
    if any(mark in words for mark in _NOT_MEMBERS):
        raise ValueError(f"“{words}”不是党员，不列入党员花名册")
    return _looked_up(value, _STATUSES, "党员类别只能填“正式党员”或“预备党员”")


def parse_education(value: object) -> Education:
    words = text.without_spaces(_written(value))
    if not words:
        raise ValueError("不能为空")
    for education, marks in _EDUCATIONS:
        if any(mark in words for mark in marks):
            return education
    raise ValueError(
        f"不认识的学历“{words[:20]}”，请填研究生、大学本科、大学专科、中专、高中、初中及以下"
    )


def parse_phone(value: object) -> str:
    """Eleven digits of a mobile number, or a fixed line as 010-88886666."""
    number = _PHONE_SIGNS.sub("", text.without_spaces(_written(value)))
    if not number:
        raise ValueError("不能为空")
    number = _COUNTRY_CODE.sub("", number)
    if _MOBILE.fullmatch(number):
        return number
    if line := _LANDLINE.fullmatch(number):
        return f"{line[1]}-{line[2]}"
    raise ValueError("联系电话应为 11 位手机号码，或带区号的固定电话（如 010-88886666）")


def _date_of_number(number: int | float) -> dt.date:
    if not math.isfinite(number):
        raise ValueError(f"不是日期，{_DATE_WAYS}")
    if isinstance(number, float) and not number.is_integer():
        whole, month = divmod(round(number * 100), 100)
        if 1900 <= whole <= 2100 and abs(number * 100 - round(number * 100)) < 1e-6:
            if month == 10:
                raise ValueError(
                    f"无法分辨 {whole} 年 1 月还是 10 月（数字 {whole}.10 会被 Excel 存成 "
                    f"{whole}.1），请设为“文本”格式后写成 {whole}.01 或 {whole}.10"
                )
            # 1998.2 can only be February, as there is no month 20.
            return _day(whole, month // 10 if month > 12 and month % 10 == 0 else month, 1)
        number = int(number) if 0 <= number <= _LAST_SERIAL else number
    if isinstance(number, float) and not number.is_integer():
        raise ValueError(f"不是日期，{_DATE_WAYS}")
    whole = int(number)
    if 1900 <= whole <= 2100:
        raise ValueError(f"只有年份 {whole}，{_DATE_WAYS}")
    if 2100 < whole <= _LAST_SERIAL:
        return _EXCEL_EPOCH + dt.timedelta(days=whole)
    return _date_of_digits(str(whole))


def _date_of_text(written: str) -> dt.date:
    if len(written) > _MAX_CELL_LENGTH:
        raise ValueError(f"不是日期，{_DATE_WAYS}")
    words = _TIME_OF_DAY.sub("", text.half_width(text.one_line(written)))
    words = text.without_spaces(words).lstrip("'")
    if not words:
        raise ValueError("不能为空")
    if match := _DATE.fullmatch(words):
        return _day(int(match[1]), int(match[2]), int(match[3] or 1))
    if _SERIAL.fullmatch(words):
        return _date_of_number(float(words))
    return _date_of_digits(words)


def _date_of_digits(digits: str) -> dt.date:
    match = _COMPACT_DATE.fullmatch(digits)
    if match is None:
        raise ValueError(f"“{digits[:20]}”不是日期，{_DATE_WAYS}")
    return _day(int(match[1]), int(match[2]), int(match[3] or 1))


def _day(year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise ValueError(f"没有 {year} 年 {month} 月 {day} 日这一天，请核对") from None


def _looked_up(value: object, table: dict[str, T], message: str) -> T:
    words = text.without_spaces(_written(value))
    if not words:
        raise ValueError("不能为空")
    if words not in table:
        raise ValueError(f"{message}，现为“{words[:20]}”")
    return table[words]


def _written(value: object) -> str:
    """What a person sees in the cell."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _kind(value: object) -> str:
    return next(word for kind, word in _KINDS if isinstance(value, kind))
