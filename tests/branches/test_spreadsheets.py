"""Hostile and honest workbooks: each is read, or refused with a sentence, in seconds."""

import datetime as dt
import io
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from branches import spreadsheets
from branches.spreadsheets import BadSpreadsheet, neutralise, read_rows, restore


def write(path: Path, rows: list[list[object]]) -> Path:
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet("花名册")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    workbook.close()
    return path


def with_entry(path: Path, name: str, content: bytes) -> Path:
    """The workbook with one more file in its package, or one replaced."""
    source = zipfile.ZipFile(io.BytesIO(path.read_bytes()))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for entry in source.namelist():
            if entry != name:
                package.writestr(entry, source.read(entry))
        package.writestr(name, content)
    return path


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    return write(tmp_path / "roster.xlsx", [["姓名", "工号"], ["张三", 7]])


def refusal(path: Path) -> str:
    started = time.monotonic()
    with pytest.raises(BadSpreadsheet) as refused:
        read_rows(path)
    assert time.monotonic() - started < 10
    return str(refused.value)


def test_cells_keep_their_place_and_their_type(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.create_sheet("隐藏", 0).sheet_state = "hidden"
    sheet = workbook["Sheet"]
    workbook.active = 1
    sheet["B3"], sheet["C3"], sheet["D3"] = "㛃䶮𬱖𠅤𬭎㑇𫍯", 19980701, 1998.07
    sheet["B4"], sheet["C4"], sheet["D4"] = dt.date(1998, 7, 1), True, 110101199003074000
    sheet["B5"] = dt.datetime(2026, 10, 1, 9, 30)
    workbook.save(tmp_path / "typed.xlsx")
    rows = read_rows(tmp_path / "typed.xlsx")
    assert rows == [
        [],
        [],
        [None, "㛃䶮𬱖𠅤𬭎㑇𫍯", 19980701, 1998.07],
        [None, dt.date(1998, 7, 1), True, 1.10101199003074e17],
        [None, dt.datetime(2026, 10, 1, 9, 30), None, None],
    ]
    assert [type(cell) for cell in rows[3][1:]] == [dt.date, bool, float]
    assert type(rows[2][2]) is int


def test_an_empty_sheet_has_no_rows(tmp_path: Path) -> None:
    assert read_rows(write(tmp_path / "empty.xlsx", [])) == []


def test_thirty_thousand_rows_are_read(tmp_path: Path) -> None:
    row = ["张三", "110101199003074258", "男", 33055, "1998.07", "综采一队党支部", "大学本科",
           "13812345678", 20150012, "正式党员", "第一党小组", "采煤机司机", "汉族"]  # fmt: skip
    path = write(tmp_path / "full.xlsx", [row] * 30_001)
    rows = read_rows(path)
    assert (len(rows), rows[-1]) == (30_001, row)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("roster.xls", "不能读取 .xls 文件"),
        ("roster.csv", "不能读取 .csv 文件"),
        ("roster.et", "不能读取 .et 文件"),
        ("roster.xlsm", "不能读取带宏的 .xlsm 文件"),
    ],
)
def test_other_kinds_of_file_are_told_how_to_be_saved(
    tmp_path: Path, roster: Path, name: str, message: str
) -> None:
    said = refusal(roster.rename(tmp_path / name))
    assert said == f"{message}，请用 Excel 或 WPS 打开，另存为“Excel 工作簿（.xlsx）”后再上传"


def test_text_named_xlsx_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "text.xlsx"
    path.write_text("姓名,工号\n张三,7\n")
    assert refusal(path).startswith("文件不是 Excel 工作簿（.xlsx）")


def test_an_encrypted_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 2000)
    assert refusal(path).startswith("文件已加密，或是旧版 .xls 格式")


def test_a_truncated_workbook_is_refused(roster: Path) -> None:
    roster.write_bytes(roster.read_bytes()[:-400])
    assert refusal(roster).startswith("文件已损坏或不是 Excel 工作簿")


def test_macros_are_refused(roster: Path) -> None:
    assert refusal(with_entry(roster, "xl/vbaProject.bin", b"\0" * 64)).startswith("文件带有宏")


def test_a_package_without_content_types_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plain.xlsx"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("hello.txt", "hello")
    assert refusal(path).startswith("文件不是 Excel 工作簿（.xlsx）")


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "xl\\..\\x", "C:/x"])
def test_names_that_leave_the_package_are_refused(roster: Path, name: str) -> None:
    assert refusal(with_entry(roster, name, b"x")) == "文件内部路径异常，已拒绝读取"


def test_a_zip_bomb_is_refused(roster: Path) -> None:
    bomb = with_entry(roster, "xl/media/image1.png", b"\0" * (49 * 1024 * 1024))
    assert refusal(bomb) == "文件压缩比异常，已拒绝读取"


def test_too_much_unzipped_is_refused(roster: Path) -> None:
    heavy = with_entry(roster, "xl/media/image1.png", b"\0" * (51 * 1024 * 1024))
    assert refusal(heavy).startswith("文件展开后超过 50 MB")


def test_a_size_that_lies_does_not_get_more_memory(roster: Path) -> None:
    """The directory says 2 kB, the stream holds 400 MB of sheet."""
    sheet = b'<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>'
    package = with_entry(roster, "xl/worksheets/sheet1.xml", sheet + b"A" * (400 * 1024 * 1024))
    data = package.read_bytes()
    true_size = (len(sheet) + 400 * 1024 * 1024).to_bytes(4, "little")
    assert data.count(true_size) == 2
    package.write_bytes(data.replace(true_size, (2048).to_bytes(4, "little")))
    assert refusal(package) != ""


def test_many_entries_are_refused(roster: Path) -> None:
    with zipfile.ZipFile(roster, "a") as package:
        for number in range(200):
            package.writestr(f"xl/worksheets/s{number}.xml", "")
    assert refusal(roster).startswith("文件内部条目超过 200 个")


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/sharedStrings.xml"])
def test_billion_laughs_are_refused(roster: Path, part: str) -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY a%d "&a%d;&a%d;">' % (n, n - 1, n - 1) for n in range(1, 40)
    )
    said = refusal(with_entry(roster, part, laughs + b"]><l>&a39;</l>"))
    assert said == "文件内容含有不允许的实体声明，已拒绝读取"


def test_a_cell_at_the_far_corner_is_refused(tmp_path: Path) -> None:
    workbook = xlsxwriter.Workbook(tmp_path / "corner.xlsx")
    sheet = workbook.add_worksheet()
    sheet.write("A1", "姓名")
    sheet.write(1_048_575, 16_383, "远")
    workbook.close()
    assert refusal(tmp_path / "corner.xlsx").startswith("表格过大，无法读取")


def test_one_column_too_many_is_refused(tmp_path: Path) -> None:
    assert len(read_rows(write(tmp_path / "wide.xlsx", [["x"] * 100]))[0]) == 100
    said = refusal(write(tmp_path / "wider.xlsx", [["x"] * 101]))
    assert said == "工作表“花名册”有 101 列，超过 100 列：请删除多余的列后重新保存"


def test_one_row_too_many_is_refused(tmp_path: Path) -> None:
    assert len(read_rows(write(tmp_path / "long.xlsx", [["x"]] * 30_015))) == 30_015
    said = refusal(write(tmp_path / "longer.xlsx", [["x"]] * 30_016))
    assert said.startswith("工作表“花名册”有 30016 行，超过 30015 行")
    with pytest.raises(BadSpreadsheet):
        read_rows(tmp_path / "long.xlsx", max_rows=30_000)


def test_one_long_text_shared_by_many_cells_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "shared.xlsx", [["x" * 32_767] * 100] * 100)
    assert refusal(path) != ""


def test_the_largest_allowed_table_stays_within_memory(tmp_path: Path) -> None:
    path = write(tmp_path / "largest.xlsx", [["一二三四五六"] * 30] * 30_000)
    assert len(read_rows(path)) == 30_000


FORMULAS = [
    "=1+1", "+1+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1",
    "\n=1", " =1", "＝1+1", "＋A1", "－A1", "＠A1", "\u200b=1", "\ufeff=1", "\u2060＝1",
    "\u00a0=1", "=HYPERLINK(\"http://x\")", "|calc", "--1", "+", "-", "-A1", "\u200b-1",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_what_would_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert neutralise(text) == "'" + text


@pytest.mark.parametrize(
    "value",
    ["", "张三", "+8613812345678", "+86 138-1234-5678", "-1", "+1", "-3.5%", "-1,000", "a=b",
     "张=三", "'", "'张三'", -1, 1.5, None, True, dt.date(2026, 1, 1), "2026-10-01"],
)  # fmt: skip
def test_everything_else_stays_itself(value: object) -> None:
    assert neutralise(value) is value


@given(st.one_of(st.text(), st.text(alphabet="'=+-@ 1\t＝\u200b", max_size=6)))
def test_restoring_gives_the_text_back(text: str) -> None:
    assert restore(neutralise(text)) == text


def test_limits_are_the_promised_ones() -> None:
    assert (spreadsheets.MAX_DATA_ROWS, spreadsheets.MAX_COLUMNS) == (30_000, 100)
