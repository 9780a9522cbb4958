"""The process that opens an uploaded workbook: the path on stdin, JSON lines on stdout.

Run by its file name by ``branches.spreadsheets``, which sets the limits before it sends
the path. Lines: ``{"row": [...]}`` for each row, then ``{"end": true}``; or, instead of the
end, ``{"problem": "…"}`` in Chinese. Dates travel as ``{"date": "1998-07-01"}`` and
``{"datetime": "…"}``, everything else as itself.
"""

import datetime as dt
import json
import os
import sys
import zipfile
from collections.abc import Iterator

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

MAX_ENTRIES = 200
MAX_UNZIPPED_BYTES = 50 * 1024 * 1024
MAX_RATIO = 100
MAX_CELL_CHARACTERS = 32_767  # Excel's own limit
MAX_OUTPUT_BYTES = 64 * 1024 * 1024
_SEARCHED_FOR_DOCTYPE = 4096
_BROKEN = "文件已损坏或不是 Excel 工作簿（.xlsx），请在 Excel 中重新另存后上传"
_MACROS = "文件带有宏，请在 Excel 中另存为“Excel 工作簿（.xlsx）”后再上传"


class Problem(Exception):
    """A Chinese sentence for the user."""


def check_package(path: str) -> None:
    """Refuse, before anything is parsed, what no honest .xlsx of a roster looks like."""
    try:
        with zipfile.ZipFile(path) as package:
            _check_entries(package.infolist())
            for entry in package.infolist():
                with package.open(entry) as stream:
                    beginning = stream.read(_SEARCHED_FOR_DOCTYPE).replace(b"\0", b"").upper()
                if b"<!DOCTYPE" in beginning or b"<!ENTITY" in beginning:
                    raise Problem("文件内容含有不允许的实体声明，已拒绝读取")
                if b"MACROENABLED" in beginning:
                    raise Problem(_MACROS)
    except Problem:
        raise
    except (zipfile.BadZipFile, OSError, RuntimeError, ValueError, NotImplementedError, EOFError):
        raise Problem(_BROKEN) from None


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    names = [entry.filename for entry in entries]
    if len(entries) > MAX_ENTRIES:
        raise Problem(f"文件内部条目超过 {MAX_ENTRIES} 个，请只保留花名册一个工作表后重新保存")
    if len(set(names)) != len(names) or any(map(_leaves_package, names)):
        raise Problem("文件内部路径异常，已拒绝读取")
    if any(entry.flag_bits & 1 for entry in entries):
        raise Problem("文件已加密，请取消密码后重新保存再上传")
    if any("vbaproject" in name.lower() for name in names):
        raise Problem(_MACROS)
    if "[Content_Types].xml" not in names:
        raise Problem("文件不是 Excel 工作簿（.xlsx），请在 Excel 中另存为 .xlsx 后上传")
    unzipped = sum(entry.file_size for entry in entries)
    zipped = sum(entry.compress_size for entry in entries)
    if unzipped > MAX_UNZIPPED_BYTES:
        raise Problem(
            f"文件展开后超过 {MAX_UNZIPPED_BYTES // 1024 // 1024} MB，"
            "请删除图片、空白行列和无关工作表后重新保存"
        )
    if unzipped > MAX_RATIO * max(zipped, 1):
        raise Problem("文件压缩比异常，已拒绝读取")


def _leaves_package(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/")


def rows(path: str, max_rows: int, max_columns: int) -> Iterator[list[object]]:
    """The rows of the first visible sheet from row 1, column A, each cell ready for JSON."""
    try:
        workbook = CalamineWorkbook.from_path(path)
        visible = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        ]
        if not visible:
            raise Problem("文件中没有可见的工作表")
        sheet = workbook.get_sheet_by_name(visible[0])
    except CalamineError:
        raise Problem(_BROKEN) from None
    if sheet.end is None:
        return
    last_row, last_column = sheet.end
    if last_row + 1 > max_rows:
        raise Problem(
            f"工作表“{visible[0]}”有 {last_row + 1} 行，超过 {max_rows} 行："
            "请分成几个文件，或删除末尾的空白行后重新保存"
        )
    if last_column + 1 > max_columns:
        raise Problem(
            f"工作表“{visible[0]}”有 {last_column + 1} 列，超过 {max_columns} 列："
            "请删除多余的列后重新保存"
        )
    first_row, first_column = sheet.start or (0, 0)
    margin: list[object] = [None] * first_column
    for _ in range(first_row):
        yield []
    for row in sheet.to_python(skip_empty_area=True):
        yield margin + [_plain(cell) for cell in row]


def _plain(cell: object) -> object:
    if isinstance(cell, str):
        if len(cell) > MAX_CELL_CHARACTERS:
            raise Problem(f"有单元格超过 {MAX_CELL_CHARACTERS} 个字，请缩短后重新保存")
        return cell or None
    if isinstance(cell, float):
        # Beyond 15 digits Excel has already rounded: leave it a float, to be told apart.
        return int(cell) if cell.is_integer() and abs(cell) < 10**15 else cell
    if isinstance(cell, dt.datetime):
        if cell.time() == dt.time():
            return {"date": cell.date().isoformat()}
        return {"datetime": cell.replace(microsecond=0).isoformat()}
    if isinstance(cell, dt.date):
        return {"date": cell.isoformat()}
    if isinstance(cell, (dt.time, dt.timedelta)):
        return str(cell)
    return cell


def main() -> int:
    order = json.loads(sys.stdin.buffer.readline())
    written = 0
    try:
        check_package(order["path"])
        for row in rows(order["path"], order["max_rows"], order["max_columns"]):
            line = json.dumps({"row": row}, ensure_ascii=True).encode()
            written += len(line)
            if written > MAX_OUTPUT_BYTES:
                raise Problem("表格内容过多，请分成几个文件后上传")
            sys.stdout.buffer.write(line + b"\n")
        last: dict[str, object] = {"end": True}
    except Problem as problem:
        last = {"problem": str(problem)}
    except MemoryError:
        last = {"problem": "表格过大，无法读取：请删除多余的空白行、列和图片后重新保存"}
    sys.stdout.buffer.write(json.dumps(last).encode() + b"\n")
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    os._exit(main())
