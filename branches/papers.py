"""Papers that somebody uploads: PDF and Office documents, known by what they are.

They are kept as they came and handed out as downloads only. What could run when it is opened
(macros, scripts, embedded programs) is refused; nothing is unpacked beyond one small part.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError  # defusedxml does the reading

from defusedxml import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from branches.rules.text import one_line

MAX_BYTES = 20 * 1024 * 1024

_MAX_DIRECTORY = 1024 * 1024  # of a zip: some ten thousand entries
_MAX_ENTRIES = 2000
_MAX_UNZIPPED = 200 * 1024 * 1024
_MAX_RATIO = 100
_MAX_PART = 1024 * 1024
_MAX_LINKS = 8 * _MAX_PART  # of all the parts that say what belongs to what
_MAX_NAME = 512

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_END_OF_ZIP = b"PK\x05\x06"
_ZIP64_LOCATOR = b"PK\x06\x07"
_END_LENGTH, _LOCATOR_LENGTH = 22, 20
_TYPES = "[content_types].xml"
_OFFICE = "application/vnd.openxmlformats-officedocument."
_MAIN_PARTS = {
    "word/document.xml": (".docx", f"{_OFFICE}wordprocessingml.document"),
    "xl/workbook.xml": (".xlsx", f"{_OFFICE}spreadsheetml.sheet"),
    "ppt/presentation.xml": (".pptx", f"{_OFFICE}presentationml.presentation"),
}
# All of these in lower case: Office finds its parts whatever the case of their names.
_FORBIDDEN_PART = re.compile(r"vbaproject|vbadata|/activex/|/embeddings/[^/]*\.bin$")
_FORBIDDEN_TYPE = re.compile(r"macroenabled|vbaproject")
# /JS is so short that a picture of some MB holds it by chance: there what goes around it counts.
_SCRIPT = re.compile(
    rb"/(?:JavaScript|Launch|SubmitForm|ImportData)"
    rb"|[\x00\t\n\f\r -~]/JS[\x00\s]*(?:[(<%]|\d+[\x00\s]+\d+[\x00\s]+R)"
)
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_MARKUP = re.compile(rb"<(?:!doctype|html|script|svg|body)", re.I)
_UNFIT = re.compile(r'[\\/:*?"<>|%]')
_STEM_LIMIT = 80


class BadPaper(Exception):
    """The file is not kept; the text says why, in Chinese."""


@dataclass(frozen=True, slots=True)
class Sort:
    """What a file is: its own ending and content type, whatever its name said."""

    suffix: str
    content_type: str


PDF = Sort(".pdf", "application/pdf")


def sort_of(content: bytes) -> Sort:
    """Return what sort of paper a file is.

    :raises BadPaper: no PDF, DOCX, XLSX or PPTX, damaged, too large, or able to run something.
    """
    if len(content) > MAX_BYTES:
        raise BadPaper("超过 20 MB，请压缩或拆分后再传。")
    if not content:
        raise BadPaper("是空文件，请检查后再传。")
    if content.startswith(b"%PDF-"):
        return _pdf(content)
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    if content.startswith(_OLE):
        raise BadPaper("已加密，或是旧格式（.doc、.xls、.ppt、.wps）。请另存为 .docx 或 PDF 再传。")
    raise BadPaper("不是照片、PDF、Word、Excel 或 PPT 文件，不能上传。")


def clean_name(name: str, suffix: str) -> str:
    """Return a file's name with the ending it should have and nothing that could mislead.

    >>> clean_name("../会议 通知.pdf.html", ".pdf")
    '会议 通知.pdf'
    """
    stem = one_line(name.replace("\\", "/").rsplit("/", 1)[-1])
    while "." in stem and re.fullmatch(r"[A-Za-z0-9]{1,5}", stem.rsplit(".", 1)[1]):
        stem = stem.rsplit(".", 1)[0]
    stem = _UNFIT.sub("", stem).strip(" .")[:_STEM_LIMIT]
    return f"{stem or '附件'}{suffix}"


def _pdf(content: bytes) -> Sort:
    if b"%%EOF" not in content[-1024:]:
        raise BadPaper("PDF 文件不完整，请重新生成后再传。")
    if _MARKUP.search(content[:1024]):
        raise BadPaper("这个 PDF 里混有网页内容，不能上传。请用打印或另存的方式重新生成 PDF。")
    if _SCRIPT.search(content) or _SCRIPT.search(_without_escapes(content)):
        raise BadPaper("这个 PDF 里有会自动运行的脚本，不能上传。请打印成新的 PDF 再传。")
    return PDF


def _without_escapes(content: bytes) -> bytes:
    """Return a PDF with the escapes in its names undone: ``/J#61vaScript`` is /JavaScript."""
    return _ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), content)


def _office(content: bytes) -> Sort:
    try:
        _check_directory(content)
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return _sort_of_package(packed, len(content))
    except (
        zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, ValueError,
        LookupError, EOFError, ParseError,
    ):  # fmt: skip
        raise BadPaper("文件已损坏或加了密码，打不开。请重新保存后再传。") from None


def _check_directory(content: bytes) -> None:
    """Refuse a directory that would be too much to read; Office writes a plain end record."""
    end = content[-_END_LENGTH:]
    locator = content[-_END_LENGTH - _LOCATOR_LENGTH : -_END_LENGTH]
    if not end.startswith(_END_OF_ZIP) or locator.startswith(_ZIP64_LOCATOR):
        raise zipfile.BadZipFile
    entries = int.from_bytes(end[10:12], "little")
    size = int.from_bytes(end[12:16], "little")
    if entries > _MAX_ENTRIES or size > _MAX_DIRECTORY:
        raise BadPaper("文件里的内容太多，不能上传。请另存为 PDF 再传。")


def _sort_of_package(packed: zipfile.ZipFile, size: int) -> Sort:
    entries = packed.infolist()
    if any(len(entry.filename) > _MAX_NAME for entry in entries):
        raise zipfile.BadZipFile
    names = {entry.filename.lower(): entry.filename for entry in entries}
    unzipped = sum(entry.file_size for entry in entries)
    if len(entries) > _MAX_ENTRIES or unzipped > min(_MAX_UNZIPPED, size * _MAX_RATIO):
        raise BadPaper("文件解压后太大，不能上传。请另存为 PDF 再传。")
    if any(entry.flag_bits & 1 for entry in entries) or len(names) != len(entries):
        raise zipfile.BadZipFile
    if any(name.startswith("/") or "\\" in name or ".." in name.split("/") for name in names):
        raise zipfile.BadZipFile
    sorts = [sort for part, sort in _MAIN_PARTS.items() if part in names]
    if _TYPES not in names or len(sorts) != 1:
        raise BadPaper("不是 Word、Excel 或 PPT 文件，不能上传。压缩包请解开后逐个上传。")
    listed = _xml(packed, names[_TYPES])
    parts = [name for part, name in names.items() if part.endswith(".rels")]
    if sum(packed.getinfo(name).file_size for name in parts) > _MAX_LINKS:
        raise BadPaper("文件解压后太大，不能上传。请另存为 PDF 再传。")
    links = [_attribute(link, "Type") for name in parts for link in _xml(packed, name)]
    kinds = [*links, *(_attribute(row, "ContentType") for row in listed)]
    if any(map(_FORBIDDEN_PART.search, names)) or any(map(_FORBIDDEN_TYPE.search, kinds)):
        raise BadPaper("文件里有宏或内嵌的程序，不能上传。请另存为不带宏的文件或 PDF 再传。")
    # A template is fetched when the document is opened, and brings its macros.
    if any(link.endswith("template") for link in links):
        raise BadPaper("文件引用了外部模板，不能上传。请另存为 PDF 再传。")
    return Sort(*sorts[0])


def _xml(packed: zipfile.ZipFile, name: str) -> list[Element]:
    """Return the elements of a small part, whatever encoding it is written in.

    :raises BadPaper: it is too large, or declares a document type, which Office never does.
    """
    try:
        return list(fromstring(_part(packed, name), forbid_dtd=True).iter())
    except DefusedXmlException:
        raise BadPaper("文件里混有别的内容，不能上传。请重新另存为 .docx 或 PDF 再传。") from None


def _attribute(row: Element, name: str) -> str:
    return row.get(name, "").strip().lower()


def _part(packed: zipfile.ZipFile, name: str) -> bytes:
    with packed.open(name) as part:
        content = part.read(_MAX_PART + 1)
    if len(content) > _MAX_PART:
        raise BadPaper("文件解压后太大，不能上传。请另存为 PDF 再传。")
    return content
