"""Uploaded workbooks in, safe cells out.

An upload is opened only in a child process (``branches.spreadsheet_child``) with limits of
its own, so that a hostile file costs seconds and never this process.
"""

import datetime as dt
import json
import re
import resource
import subprocess
import sys
from pathlib import Path

from branches.rules.text import half_width, without_invisible

Cell = str | int | float | bool | dt.date | None

MAX_DATA_ROWS = 30_000
# Title rows, the header and notes may stand around the data rows.
MAX_ROWS = MAX_DATA_ROWS + 15
MAX_COLUMNS = 100
MAX_FILE_BYTES = 20 * 1024 * 1024
SECONDS_LIMIT = 30
MEMORY_LIMIT = 300 * 1024 * 1024

_CHILD = Path(__file__).with_name("spreadsheet_child.py")
_OLE_HEADER = bytes.fromhex("d0cf11e0a1b11ae1")
_ZIP_HEADER = b"PK\x03\x04"
_SAVE_AS_XLSX = "请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再上传"
_TOO_LARGE = (
    "表格过大，无法读取：请在 Excel 中按 Ctrl+End 查看最后一个单元格，"
    "删除其后多余的空白行、列和图片，重新保存后上传"
)

_FORMULA_SIGNS = "=+-@|"
_LEADING_BLANKS = " \t\r\n\v\f"
_SIGNED_NUMBER = re.compile(r"[+-]\d[\d, -]{0,40}(?:\.\d{1,20})?%?", re.ASCII)


class BadSpreadsheet(Exception):
    """The file cannot be read; ``str`` says in Chinese why and how to mend it."""


def read_rows(
    path: Path | str, *, max_rows: int = MAX_ROWS, max_columns: int = MAX_COLUMNS
) -> list[list[Cell]]:
    """The cells of the first visible sheet: ``rows[0][0]`` is A1, an empty cell is None.

    Rows end at the last cell that holds something and may differ in length only when
    wholly empty. Whole numbers below 10^15 are ints; larger ones stay floats, since Excel
    has already dropped their last digits. Dates are ``date``, or ``datetime`` with a time
    of day. The default admits 30,000 data rows under title rows; the caller counts them.

    :raises BadSpreadsheet: not an .xlsx, encrypted, with macros, hostile, or over a limit.
    """
    path = Path(path)
    _check_outside(path)
    order = json.dumps(
        {"path": str(path.resolve()), "max_rows": max_rows, "max_columns": max_columns}
    )
    child = subprocess.Popen(  # noqa: S603  this interpreter, fixed arguments
        [sys.executable, "-I", str(_CHILD)],
        env={"LANG": "C.UTF-8", "MALLOC_ARENA_MAX": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        # Set from here, before it gets its order: no code runs between fork and exec.
        resource.prlimit(child.pid, resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
        resource.prlimit(child.pid, resource.RLIMIT_CPU, (SECONDS_LIMIT, SECONDS_LIMIT))
        output, _ = child.communicate(order.encode() + b"\n", timeout=SECONDS_LIMIT)
    except subprocess.TimeoutExpired:
        raise BadSpreadsheet(f"读取超过 {SECONDS_LIMIT} 秒已停止，请分成几个文件后上传") from None
    finally:
        if child.poll() is None:
            child.kill()
            child.communicate()
    lines = output.splitlines()
    # Memory refused inside the parser ends the child without a last line.
    if child.returncode != 0 or not lines:
        raise BadSpreadsheet(_TOO_LARGE)
    last = json.loads(lines[-1])
    if "problem" in last:
        raise BadSpreadsheet(last["problem"])
    return [[_cell(value) for value in json.loads(line)["row"]] for line in lines[:-1]]


def neutralise(value: object) -> object:
    """A cell for an export that no spreadsheet program will take for a formula.

    Text that would begin a formula (= + - @ |, also full-width, also behind blanks, TAB,
    line ends or zero-width characters) gets an apostrophe in front. Numbers stay numbers,
    and signed numbers as text (+86 138…, -1, -3.5%) stay as they are. ``restore`` takes
    the apostrophe off again: ``restore(neutralise(x)) == x`` for every x.
    """
    if isinstance(value, str) and _begins_formula(value.lstrip("'")):
        return "'" + value
    return value


def restore(value: object) -> object:
    """Undo ``neutralise`` when an exported workbook is read back."""
    if isinstance(value, str) and value.startswith("'") and _begins_formula(value.lstrip("'")):
        return value[1:]
    return value


def _begins_formula(text: str) -> bool:
    bare = half_width(without_invisible(text)).lstrip(_LEADING_BLANKS + "\u00a0\u0085\u2028\u2029")
    if not bare.startswith(tuple(_FORMULA_SIGNS)):
        return False
    return _SIGNED_NUMBER.fullmatch(text) is None


def _check_outside(path: Path) -> None:
    suffix = path.suffix.lower()
    if suffix in {".xls", ".csv", ".et", ".ods", ".xlsb", ".txt", ".numbers"}:
        raise BadSpreadsheet(f"不能读取 {suffix} 文件，{_SAVE_AS_XLSX}")
    if suffix == ".xlsm":
        raise BadSpreadsheet(f"不能读取带宏的 .xlsm 文件，{_SAVE_AS_XLSX}")
    size = path.stat().st_size
    if size > MAX_FILE_BYTES:
        raise BadSpreadsheet(
            f"文件为 {size / 1024 / 1024:.1f} MB，超过 {MAX_FILE_BYTES // 1024 // 1024} MB，"
            "请删除图片和无关工作表后重新保存"
        )
    with path.open("rb") as file:
        beginning = file.read(8)
    if beginning.startswith(_OLE_HEADER):
        raise BadSpreadsheet(f"文件已加密，或是旧版 .xls 格式：请取消密码；{_SAVE_AS_XLSX}")
    if not beginning.startswith(_ZIP_HEADER):
        raise BadSpreadsheet(f"文件不是 Excel 工作簿（.xlsx），{_SAVE_AS_XLSX}")


def _cell(value: object) -> Cell:
    if isinstance(value, dict):
        if "date" in value:
            return dt.date.fromisoformat(value["date"])
        return dt.datetime.fromisoformat(value["datetime"])
    return value  # type: ignore[return-value]
