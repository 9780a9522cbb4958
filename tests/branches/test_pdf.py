"""What is drawn, what is refused, and that the same data gives the same bytes."""

import dataclasses
import datetime as dt
import io
import os
import re
import shutil
import subprocess
from pathlib import Path

import pikepdf
import pytest
from django.template import engines

from branches import pdf
from branches.pdf import DrawingFailed
from branches.rules.ledger_table import Align, Column, Section, SummaryLine, TableLedger

pytestmark = pytest.mark.skipif(bool(pdf.missing_libraries()), reason="drawing libraries missing")

RARE = "㛃䶮𬱖𠅤𬭎㑇𫍯堃喆玥昇"
BEIJING = dt.timezone(dt.timedelta(hours=8))


def ledger(*titles: str, rows: int = 2, **changes: object) -> TableLedger:
    base = TableLedger(
        code="MEETINGS",
        title="“三会一课”台账",
        organization="中共综采一队支部委员会",
        period="2026年10月",
        as_of=dt.datetime(2026, 10, 31, 18, 0, tzinfo=BEIJING),
        columns=(Column("序号", 12), Column("议题", 100, Align.LEFT), Column("日期", 30)),
        sections=tuple(
            Section(title, tuple((n + 1, RARE, dt.date(2026, 10, 9)) for n in range(rows)))
            for title in titles or ("党员大会",)
        ),
        summary=(SummaryLine("党员大会", "1 次"),),
    )
    return dataclasses.replace(base, **changes)  # type: ignore[arg-type]


def text_of(content: bytes, folder: Path, *options: str) -> str:
    file = folder / "drawn.pdf"
    file.write_bytes(content)
    return subprocess.run(
        ["pdftotext", *options, str(file), "-"], check=True, capture_output=True, text=True
    ).stdout


needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no poppler-utils")


@needs_poppler
def test_a_ledger_shows_its_facts_and_every_rare_character(tmp_path: Path) -> None:
    drawn = pdf.draw_ledger(ledger())
    text = "".join(text_of(drawn.content, tmp_path).split())
    for words in (
        "“三会一课”台账（2026年10月）党组织：中共综采一队支部委员会", "共2条",
        "数据截止：2026年10月31日18:00", "2026-10-09",
        f"校验码{ledger().checksum[:16]}", "党组织负责人：", "第1页共1页",
    ):  # fmt: skip
        assert words in text
    assert text.count(RARE) == 2


def test_no_character_is_drawn_as_a_missing_glyph() -> None:
    with pikepdf.Pdf.open(io.BytesIO(pdf.draw_ledger(ledger()).content)) as document:
        for page in document.pages:
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) != "TJ":
                    continue
                for piece in operands[0]:
                    if isinstance(piece, pikepdf.String):
                        codes = bytes(piece)
                        assert b"\0\0" not in {codes[i : i + 2] for i in range(0, len(codes), 2)}


def test_the_same_ledger_is_the_same_bytes_in_every_process() -> None:
    assert pdf.draw_ledger(ledger()).sha256 == pdf.draw_ledger(ledger()).sha256


@needs_poppler
def test_parts_are_joined_numbered_and_the_same_each_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pdf, "ROWS_A_CHILD", 4)
    long = ledger("党员大会", "党课", rows=5)
    drawn = pdf.draw_ledger(long)
    assert drawn == pdf.draw_ledger(long)
    pages = text_of(drawn.content, tmp_path).split("\f")[:-1]
    assert [re.findall(r"第\s*(\d+)\s*页\s*共\s*(\d+)\s*页", page) for page in pages] == [
        [("1", "3")],
        [("2", "3")],
        [("3", "3")],
    ]
    assert [page.count(RARE) for page in pages] == [4, 4, 2]
    assert [f"校验码 {long.checksum[:16]}" in page for page in pages] == [True] * 3
    assert ["党组织负责人：" in page for page in pages] == [False, False, True]
    assert drawn.page_count == 3


@needs_poppler
def test_an_empty_ledger_says_so(tmp_path: Path) -> None:
    drawn = pdf.draw_ledger(ledger(rows=0, sections=()))
    assert "本期无记录" in text_of(drawn.content, tmp_path)


@needs_poppler
def test_a_document_of_one_record(tmp_path: Path) -> None:
    content = pdf.draw(
        "ledgers/document.html",
        {
            "title": "支部党员大会会议记录",
            "organization": "综采一队党支部",
            "code": "会议记录 2026-031",
            "as_of": dt.datetime(2026, 10, 31, 18, 0, tzinfo=BEIJING),
            "facts": [("主持人", "王㛃")],
            "parts": [("一、学习传达", ["<b>原样</b>印出"])],
            "signature": ["中共综采一队支部委员会"],
        },
    )
    text = text_of(content, tmp_path)
    assert "王㛃" in text
    assert "<b>原样</b>印出" in text


@needs_poppler
def test_a_body_page_holds_22_lines_of_28_characters(tmp_path: Path) -> None:
    content = pdf.draw(
        "ledgers/document.html",
        {
            "title": "",
            "as_of": dt.datetime(2026, 10, 31, 18, 0, tzinfo=BEIJING),
            "parts": [("", ["国" * 28 * 60])],
        },
    )
    second = text_of(content, tmp_path, "-layout", "-f", "2", "-l", "2")
    lines = [line.strip() for line in second.splitlines() if "国" in line]
    assert lines == ["国" * 28] * 22


def drawn_html(html: str) -> bytes:
    return pdf._draw_html(html)


@pytest.mark.parametrize(
    "html",
    [
        '<img src="http://127.0.0.1:9/x.png">',
        '<img src="file:///etc/passwd">',
        '<img src="data:image/png;base64,iVBORw0KGgo=">',
        '<link rel="stylesheet" href="http://127.0.0.1:9/x.css">',
        '<link rel="attachment" href="file:///etc/passwd">',
        "<style>@import url(file:///etc/passwd);</style>",
        "<style>@font-face{font-family:x;src:url(http://127.0.0.1:9/x.ttf)}</style>",
        '<p style="background:url(http://127.0.0.1:9/x)">x</p>',
        '<svg><image href="file:///etc/passwd"/></svg>',
        '<object data="file:///etc/passwd"></object>',
        '<embed src="asset:../../config/settings.py">',
    ],
)
def test_every_address_that_is_not_bundled_stops_the_drawing(html: str) -> None:
    with pytest.raises(DrawingFailed) as failed:
        drawn_html(html)
    assert str(failed.value) == "页面引用了不允许的外部资源，已停止绘制"


def test_text_that_names_an_address_is_only_text() -> None:
    template = engines["django"].from_string("<p>{{ text }}</p>")
    html = template.render({"text": '<img src="file:///etc/passwd">'})
    assert drawn_html(html).startswith(b"%PDF-")


def test_a_drawing_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "SECONDS_LIMIT", 2)
    with pytest.raises(DrawingFailed):
        drawn_html("<table>" + "<tr><td>安全生产</td><td>安全生产</td></tr>" * 20_000 + "</table>")


def test_a_drawing_that_takes_too_much_memory_is_stopped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pdf, "MEMORY_LIMIT", 400 * 1024**2)
    with pytest.raises(DrawingFailed) as failed:
        drawn_html("<table>" + "<tr><td>安全生产</td></tr>" * 60_000 + "</table>")
    assert str(failed.value) == "内容过多，超出绘制上限，请缩小期间或范围后重试"


def test_nesting_that_is_too_deep_is_refused() -> None:
    with pytest.raises(DrawingFailed):
        drawn_html("<div>" * 5000 + "x")


def test_the_child_gets_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    with pdf._environment() as variables:
        assert set(variables) <= {*pdf._VARIABLES_PASSED, "LANG", "PYTHONHASHSEED", "TZ"}
        assert "postgres://secret" not in variables.values()


def test_a_customer_font_folder_joins_the_fonts(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: object
) -> None:
    settings.FONT_FOLDER = str(tmp_path / "字体 & 字库")  # type: ignore[attr-defined]
    with pdf._environment() as variables:
        written = Path(variables["FONTCONFIG_FILE"]).read_text(encoding="utf-8")
        assert "字体 &amp; 字库</dir>" in written
    assert not os.path.exists(variables["FONTCONFIG_FILE"])
    assert drawn_html("<p>党支部</p>").startswith(b"%PDF-")


def test_a_row_that_does_not_fit_the_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="a row of 1 cells under 3 columns"):
        ledger(sections=(Section("", (("x",),)),))


def test_a_section_may_name_its_columns_itself() -> None:
    rows = ((1, "x", None), (2, "y", None))
    own = ledger(sections=(Section("选举", rows, titles=("次序", "候选人", "日期")),))
    plain = ledger(sections=(Section("选举", rows),))

    assert [own.titles_of(part.sections[0]) for part in own.parts(1)] == [
        ("次序", "候选人", "日期")
    ] * 2
    assert plain.titles_of(plain.sections[0]) == ("序号", "议题", "日期")
    assert [block.columns for block in pdf._blocks(own)] == [("次序", "候选人", "日期")]
    assert own.checksum != plain.checksum
    with pytest.raises(ValueError, match="1 titles do not fit"):
        ledger(sections=(Section("选举", (), titles=("次序",)),))


def test_any_change_of_a_cell_changes_the_checksum() -> None:
    changed = ledger(sections=(Section("党员大会", ((1, "x", None),)),))
    assert len({ledger().checksum, changed.checksum, ledger(period="2026年9月").checksum}) == 3


@pytest.mark.parametrize(
    ("sizes", "limit", "parts"),
    [
        ([], 3, [[]]),
        ([0], 3, [[0]]),
        ([3], 3, [[3]]),
        ([4], 3, [[3], [1]]),
        ([2, 2], 3, [[2, 1], [1]]),
        ([3, 1], 3, [[3], [1]]),
        ([7], 3, [[3], [3], [1]]),
    ],
)
def test_parts_keep_every_row_and_hold_no_more_than_their_limit(
    sizes: list[int], limit: int, parts: list[list[int]]
) -> None:
    whole = ledger(
        sections=tuple(Section(str(n), tuple((i, "", None) for i in range(n))) for n in sizes)
    )
    cut = list(whole.parts(limit))
    assert [[len(section.rows) for section in part.sections] for part in cut] == parts
    assert sum((s.rows for p in cut for s in p.sections), ()) == sum(
        (section.rows for section in whole.sections), ()
    )
