"""The one module that draws PDFs.

A template is rendered here, with autoescaping; the HTML goes to a child process with
limits of its own that can reach nothing but the bundled style sheet
(``branches.pdf_child``). Same template, context and fonts: same bytes.
"""

import ctypes.util
import hashlib
import io
import logging
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import pikepdf
from django.conf import settings
from django.template.loader import render_to_string

from branches.rules.ledger_table import TableLedger, shown

logger = logging.getLogger(__name__)

SECONDS_LIMIT = 60
MEMORY_LIMIT = 1024**3
# A table of 500 rows takes a child 5 to 15 seconds and 300 MB, whatever its cells hold.
ROWS_A_CHILD = 500
CHILDREN_AT_ONCE = 2

_PROJECT_FOLDER = Path(__file__).resolve().parent.parent
_ASSET_FOLDER = _PROJECT_FOLDER / "templates" / "ledgers"
# The child gets no other variable: no database address, no key.
_VARIABLES_PASSED = (
    "PATH", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH", "HOME", "XDG_CACHE_HOME",
)  # fmt: skip
_LIBRARIES = (
    ("pango-1.0", "排版库 Pango", "libpango-1.0-0"),
    ("pangoft2-1.0", "字体排版库 PangoFT2", "libpangoft2-1.0-0"),
    ("harfbuzz-subset", "字体子集库 HarfBuzz", "libharfbuzz-subset0"),
)
_LAYER = "/PageNumber"
_TOO_MUCH = "内容过多，超出绘制上限，请缩小期间或范围后重试"
_REASONS = {
    3: "页面引用了不允许的外部资源，已停止绘制",
    4: _TOO_MUCH,
    5: "内容嵌套过深，无法绘制",
}


class DrawingFailed(Exception):
    """The document could not be drawn; ``str`` is a Chinese sentence for the user."""


@dataclass(frozen=True, slots=True)
class DrawnPdf:
    content: bytes
    page_count: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class _Block:
    """One table of a ledger page; a row is (alignment, text) for each cell."""

    title: str
    columns: tuple[str, ...]
    rows: list[list[tuple[str, str]]]
    note: str


def draw(template: str, context: Mapping[str, object] | object) -> bytes:
    """Draw one template; the context is a mapping, or a dataclass whose fields it takes.

    Within 60 seconds and 1 GB: some 100 pages of table or 1,000 of text.

    :raises DrawingFailed: a limit was reached, or a library is missing.
    """
    if is_dataclass(context):
        context = {field.name: getattr(context, field.name) for field in fields(context)}
    if not isinstance(context, Mapping):
        raise TypeError("context must be a mapping or a dataclass instance")
    return _draw_html(render_to_string(template, dict(context)))


def draw_ledger(ledger: TableLedger) -> DrawnPdf:
    """Draw a table ledger of any length.

    Beyond 500 rows, parts are drawn in several processes, joined and numbered through; a
    part begins on a new page.

    :raises DrawingFailed: a limit was reached, or a library is missing.
    """
    parts = list(ledger.parts(ROWS_A_CHILD))
    checksum = ledger.checksum
    pages = [
        render_to_string(
            "ledgers/page.html",
            {
                "ledger": part,
                "blocks": _blocks(part),
                "widths": part.column_shares,
                "checksum": checksum,
                "row_count": ledger.row_count,
                "is_first": position == 0,
                "is_numbered": len(parts) == 1,
            },
        )
        for position, part in enumerate(parts)
    ]
    with ThreadPoolExecutor(CHILDREN_AT_ONCE) as children:
        drawn = list(children.map(_draw_html, pages))
    if len(drawn) == 1:
        return DrawnPdf(drawn[0], page_count(drawn[0]))
    joined = join(drawn)
    total = page_count(joined)
    numbers = draw(
        "ledgers/page_numbers.html", {"pages": range(total), "is_landscape": ledger.is_landscape}
    )
    return DrawnPdf(_overlaid(joined, numbers), total)


def join(documents: Sequence[bytes]) -> bytes:
    """All pages in order as one PDF, described as the first; same parts, same bytes.

    Bookmarks of the parts are not carried over.
    """
    joined = pikepdf.Pdf.new()
    for position, document in enumerate(documents):
        with pikepdf.Pdf.open(io.BytesIO(document)) as part:
            joined.pages.extend(part.pages)
            if position == 0:
                for key, value in part.docinfo.items():
                    joined.docinfo[key] = str(value)
    return _saved(joined)


def page_count(document: bytes) -> int:
    with pikepdf.Pdf.open(io.BytesIO(document)) as pdf:
        return len(pdf.pages)


def missing_libraries() -> list[str]:
    """What this machine lacks for drawing, one Chinese line each with its remedy.

    Empty when all is there. Nothing is loaded into this process.
    """
    missing = [
        f"缺少{name}，请以 root 执行：apt-get install -y {package}"
        for library, name, package in _LIBRARIES
        if ctypes.util.find_library(library) is None
    ]
    if not _has_chinese_font():
        missing.append("缺少中文字体，请以 root 执行：apt-get install -y fonts-noto-cjk")
    return missing


def _blocks(ledger: TableLedger) -> list[_Block]:
    aligns = [column.align.value for column in ledger.columns]
    return [
        _Block(
            section.title,
            ledger.titles_of(section),
            [list(zip(aligns, map(shown, row), strict=True)) for row in section.rows],
            section.note,
        )
        for section in ledger.sections
    ]


def _draw_html(html: str) -> bytes:
    with _environment() as environment:
        child = subprocess.Popen(  # noqa: S603  this interpreter, fixed arguments
            [sys.executable, "-m", "branches.pdf_child", str(_ASSET_FOLDER)],
            cwd=_PROJECT_FOLDER,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            # Set from here, before it gets its input: no code runs between fork and exec.
            resource.prlimit(child.pid, resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))
            resource.prlimit(child.pid, resource.RLIMIT_CPU, (SECONDS_LIMIT, SECONDS_LIMIT))
            pdf, log = child.communicate(html.encode("utf-8", "replace"), timeout=SECONDS_LIMIT)
        except subprocess.TimeoutExpired:
            raise DrawingFailed(
                f"绘制超过 {SECONDS_LIMIT} 秒已停止，请缩小期间或范围后重试"
            ) from None
        finally:
            if child.poll() is None:
                child.kill()
                child.communicate()
    if child.returncode == 0 and pdf.startswith(b"%PDF-"):
        return pdf
    error = log[-2000:].decode(errors="replace")
    logger.error("drawing failed: exit %s: %s", child.returncode, error)
    if missing := missing_libraries():
        raise DrawingFailed("；".join(missing))
    # A negative code is a signal: the CPU limit, or memory refused inside a C library.
    reason = _TOO_MUCH if child.returncode < 0 else "绘制程序出错，请联系管理员查看日志"
    raise DrawingFailed(_REASONS.get(child.returncode, reason))


@contextmanager
def _environment() -> Iterator[dict[str, str]]:
    """Variables for the child; the customer's font folder joins the system's fonts."""
    variables = {name: os.environ[name] for name in _VARIABLES_PASSED if name in os.environ}
    variables |= {"LANG": "C.UTF-8", "PYTHONHASHSEED": "0", "TZ": "Asia/Shanghai"}
    if not settings.FONT_FOLDER:
        yield variables
        return
    with tempfile.NamedTemporaryFile("w", suffix=".conf", encoding="utf-8") as configuration:
        # A woff2 of 7 MB costs 43 seconds at every drawing: only TrueType and OpenType.
        configuration.write(
            '<?xml version="1.0"?><fontconfig>'
            '<include ignore_missing="yes">/etc/fonts/fonts.conf</include>'
            f"<dir>{escape(str(settings.FONT_FOLDER))}</dir>"
            "<selectfont><rejectfont><glob>*.woff</glob><glob>*.woff2</glob></rejectfont>"
            "</selectfont></fontconfig>"
        )
        configuration.flush()
        yield variables | {"FONTCONFIG_FILE": configuration.name}


def _has_chinese_font() -> bool:
    lister = shutil.which("fc-list")
    if lister is None:
        folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")]
        return any(True for folder in folders for _ in folder.rglob("*CJK*"))
    with _environment() as environment:
        listed = subprocess.run(  # noqa: S603  a system tool, fixed arguments
            [lister, ":lang=zh-cn", "family"], env=environment, capture_output=True, timeout=20
        )
    return bool(listed.stdout.strip())


def _overlaid(document: bytes, overlay: bytes) -> bytes:
    with (
        pikepdf.Pdf.open(io.BytesIO(document)) as pdf,
        pikepdf.Pdf.open(io.BytesIO(overlay)) as over,
    ):
        for page, number in zip(pdf.pages, over.pages, strict=True):
            # Not page.add_overlay(): it names the layer by chance, and the bytes differ.
            layer = pdf.copy_foreign(number.as_form_xobject())
            page.contents_add(b"q\n", prepend=True)
            page.contents_add(b"Q q %s Do Q\n" % _LAYER.encode())
            page.add_resource(layer, pikepdf.Name.XObject, pikepdf.Name(_LAYER))
        return _saved(pdf)


def _saved(pdf: pikepdf.Pdf) -> bytes:
    output = io.BytesIO()
    pdf.remove_unreferenced_resources()
    # The identifier is a hash of the content, not of the clock.
    pdf.save(output, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return output.getvalue()
