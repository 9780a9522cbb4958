"""Attachments: what is kept, what is refused and why, and whom it is handed to."""

from __future__ import annotations

import datetime as dt
import io
import random
import struct
import zipfile
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from activities.models import Attachment
from activities.operations import activities as activity_operations
from activities.operations import attachments as operations
from activities.operations.details import Mark
from activities.operations.refusals import Refused
from activities.queries import documents
from activities.rules.attachments import MOST_OF_A_RECORD
from activities.rules.kinds import ActivityKind
from branches import papers, photos
from branches.models import AuditEntry
from branches.rules.roles import Role
from tests.activities.conftest import moment

DAY = dt.date(2024, 10, 22)
AT = moment(DAY)
LATE = AT + dt.timedelta(days=30)
PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer << >>\n%%EOF\n"
OFFICE = "application/vnd.openxmlformats-officedocument."
NOISE = random.Random(7).randbytes(40_000)  # what does not pack, so that the ratio stays small
TYPES = b'<Types><Override ContentType="application/vnd.openxmlformats"/></Types>'


def picture(format: str = "JPEG", size: tuple[int, int] = (40, 30), colour="red", **saved) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, colour).save(written, format, **saved)
    return written.getvalue()


def with_place() -> bytes:
    """A photo that says where and with what it was taken."""
    exif = Image.Exif()
    exif[0x010F] = "Huawei"
    exif.get_ifd(0x8825)[2] = (39.0, 54.0, 26.0)
    return picture(exif=exif.tobytes(), comment=b"at home")


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that says it is so many pixels a side."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(name + data)
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100)))


def office(main: str = "word/document.xml", types: bytes = TYPES, **parts: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", types)
        packed.writestr(main, b"<document/>")
        for name, content in parts.items():
            packed.writestr(name, content)
    return written.getvalue()


def with_password() -> bytes:
    content = bytearray(office())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + flags] |= 1
    return bytes(content)


def renamed(content: bytes, **names: str) -> bytes:
    """The same package with other names for its parts."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            new.writestr(names.get(name, name), old.read(name))
    return written.getvalue()


def links(kind: str, encoding: str = "utf-8", **attributes: str) -> bytes:
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<?xml version="1.0" encoding="{encoding}"?><R><L Type="{kind}"{more}/></R>'.encode(
        encoding
    )


def with_many_entries() -> bytes:
    return office(**{f"word/media/{n}.xml": b"" for n in range(2001)})


def short(value: object) -> str:
    """Keep megabytes out of the names of the cases."""
    return str(value)[:12]


@pytest.mark.parametrize(
    ("name", "content", "kept_as", "content_type"),
    [
        ("现场.jpg", picture(), "现场.jpg", "image/jpeg"),
        ("现场.PNG", picture("PNG"), "现场.jpg", "image/jpeg"),
        ("现场.webp", picture("WEBP"), "现场.jpg", "image/jpeg"),
        ("其实是照片.pdf", picture(), "其实是照片.jpg", "image/jpeg"),
        ("签到表.pdf", PDF, "签到表.pdf", "application/pdf"),
        ("签到表.pdf.html", PDF, "签到表.pdf", "application/pdf"),
        ("..\\..\\签到表.exe", PDF, "签到表.pdf", "application/pdf"),
        ("../../etc/passwd", PDF, "passwd.pdf", "application/pdf"),
        ("签到\u202efdp.exe", PDF, "签到fdp.pdf", "application/pdf"),
        ('a"; filename="x.html', PDF, "a; filename=x.pdf", "application/pdf"),
        ("1.2 版方案.docx", office(), "1.2 版方案.docx", f"{OFFICE}wordprocessingml.document"),
        ("a.docx", renamed(office(), **{"[Content_Types].xml": "[content_types].XML"}), "a.docx",
         f"{OFFICE}wordprocessingml.document"),
        ("a.docx", office(**{"word/_rels/document.xml.rels": links(
            "http://x/hyperlink", TargetMode="External"), "word/" + "a" * 507: b"x"}), "a.docx",
         f"{OFFICE}wordprocessingml.document"),
        ("图.pdf", PDF.replace(b"%%EOF", b"\x90/JS\x91 \x92/JS( %%EOF"), "图.pdf",
         "application/pdf"),
        ("", office("xl/workbook.xml"), "附件.xlsx", f"{OFFICE}spreadsheetml.sheet"),
        ("党课.ppt", office("ppt/presentation.xml"), "党课.pptx",
         f"{OFFICE}presentationml.presentation"),
        ("长" * 300 + ".pdf", PDF, "长" * 80 + ".pdf", "application/pdf"),
    ],
    ids=short,
)  # fmt: skip
def test_what_is_kept_has_the_name_of_what_it_is(name, content, kept_as, content_type):
    taken = operations.take(name, content)

    assert (taken.filename, taken.content_type) == (kept_as, content_type)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "不是照片"),
        ("x.jpg", b"<html><script>alert(1)</script></html>", "不是照片"),
        ("x.jpg", b"\xff\xd8\xff<html><script>alert(1)</script></html>", "不是 JPEG|已损坏"),
        ("x.gif", picture("GIF"), "不是 JPEG、PNG 或 WebP 图片"),
        ("x.gif", b"GIF89a/*\x00*/=1;alert(1)", "不是 JPEG、PNG 或 WebP 图片"),
        ("x.bmp", picture("BMP"), "不是 JPEG、PNG 或 WebP 图片"),
        ("x.heic", b"\x00\x00\x00\x18ftypheic" + b"\x00" * 40, "不是 JPEG、PNG 或 WebP 图片"),
        ("x.png", bomb(6_000), "尺寸太大"),
        ("x.png", bomb(30_000), "已损坏"),
        ("x.png", bomb(1_000), "已损坏"),
        ("x.jpg", picture(size=(400, 300))[:900], "已损坏"),
        ("x.jpg", picture() + b"\x00" * photos.MAX_BYTES, "超过 10 MB"),
        ("x.pdf", b"<html></html>\n" + PDF, "不是照片"),
        ("x.pdf", b"%PDF-1.7\n<script>alert(1)</script>\n" + PDF, "混有网页内容"),
        ("x.pdf", PDF[:-8], "不完整"),
        ("x.pdf", PDF.replace(b"/Catalog", b"/Catalog /OpenAction << /S /JavaScript >>"), "脚本"),
        ("x.pdf", PDF.replace(b"/Catalog", b"/Catalog /S /Launch"), "脚本"),
        ("x.pdf", PDF.replace(b"/Catalog", b"/Catalog /S /J#61va#53cript"), "脚本"),
        ("x.pdf", PDF.replace(b"/Catalog", b"/Catalog /S /#4caunch"), "脚本"),
        ("x.pdf", PDF.replace(b"/Catalog", b"/Catalog /S /Rendition/JS(app.alert(1))"), "脚本"),
        ("x.pdf", PDF.replace(b"/Catalog", b"/Catalog /S /Rendition /#4AS 7 0 R"), "脚本"),
        ("x.pdf", PDF.replace(b"/Catalog", b"/Catalog /S /SubmitForm"), "脚本"),
        ("x.pdf", PDF.replace(b"/Catalog", b"/Catalog /S /ImportData"), "脚本"),
        ("x.pdf", PDF + b"\x00" * papers.MAX_BYTES, "超过 20 MB"),
        ("x.docx", office(**{"word/vbaProject.bin": b"x"}), "有宏"),
        ("x.docx", office(**{"word/activeX/activeX1.xml": b"x"}), "有宏"),
        ("x.docx", office(**{"word/embeddings/oleObject1.bin": b"x"}), "有宏"),
        ("x.docx", office(types=TYPES.replace(b"openxml", b"ms-word.macroEnabled")), "有宏"),
        ("x.docx", office(**{"word/_rels/settings.xml.rels":
                             b'<R Type="attachedTemplate" TargetMode="External"/>'}), "外部模板"),
        ("x.docx", office(types=TYPES.replace(b"openxml", b"ms-office.vbaProject")), "有宏"),
        ("x.docx", office(types=TYPES.decode().replace("openxml", "ms-word.MACROenabled")
                          .encode("utf-16")), "有宏"),
        ("x.docx", office(types=TYPES.replace(b"openxml", b"ms-word.macro&#69;nabled")), "有宏"),
        ("x.docx", office(**{"word/_rels/document.xml.rels":
                             links("http://x/2006/relationships/vbaProject")}), "有宏"),
        ("x.docx", office(**{"Word/VBAProject.bin": b"x"}), "有宏"),
        ("x.docx", office(**{"WORD/_Rels/Settings.xml.RELS": links(
            "http://x/attachedTemplate", "utf-16", TargetMode="External")}), "外部模板"),
        ("x.docx", office(**{"word/_rels/other.xml.rels": links(
            "http://x/attached&#84;emplate", TargetMode="Ex&#116;ernal")}), "外部模板"),
        ("x.docx", office(types=b'<!DOCTYPE T [<!ENTITY a "b">]>' + TYPES), "混有别的内容"),
        ("x.docx", office(types=b"<Types>"), "已损坏或加了密码"),
        ("x.docx", office(types=b'<?xml version="1.0" encoding="x"?><T/>'), "已损坏或加了密码"),
        ("x.docx", office(**{"/embeddings/" * 5_000: b"x"}), "已损坏或加了密码"),
        ("x.docx", office(**{"word/" + "a" * 508: b"x"}), "已损坏或加了密码"),
        ("x.docx", office(**{"WORD/document.xml": b"x"}), "已损坏或加了密码"),
        ("x.docx", office(**{"word/big.xml": b"0" * 3_000_000}), "解压后太大"),
        ("x.docx", office(types=b"0" * 1_100_000, a=NOISE), "解压后太大"),
        ("x.docx", office(**{"../../evil": b"x"}), "已损坏或加了密码"),
        ("x.docx", with_password(), "已损坏或加了密码"),
        ("x.docx", office()[:-40], "已损坏或加了密码"),
        ("x.docx", office() + b"tail", "已损坏或加了密码"),
        ("x.docx", with_many_entries(), "内容太多"),
        ("x.zip", office("readme.txt"), "不是 Word、Excel 或 PPT 文件"),
        ("x.docx", office(**{"xl/workbook.xml": b"x"}), "不是 Word、Excel 或 PPT 文件"),
        ("x.doc", bytes.fromhex("d0cf11e0a1b11ae1") + b"\x00" * 500, "旧格式"),
        ("x.exe", b"MZ\x90\x00", "不是照片"),
        ("x.txt", "会议记录".encode(), "不是照片"),
        ("x.pdf", b"", "空文件"),
    ],
    ids=short,
)  # fmt: skip
def test_what_could_do_harm_is_refused_with_the_reason(name, content, said):
    with pytest.raises((photos.BadPhoto, papers.BadPaper), match=said):
        operations.take(name, content)


def test_a_photo_keeps_nothing_of_where_it_was_taken():
    before = with_place()
    assert b"Huawei" in before
    kept = operations.take("x.jpg", before).content

    with Image.open(io.BytesIO(kept)) as image:
        assert (image.size, len(image.getexif()), image.info.get("comment")) == ((40, 30), 0, None)
    assert b"Huawei" not in kept
    assert b"at home" not in kept


def test_what_hides_behind_a_photo_does_not_come_along():
    kept = operations.take("x.jpg", picture() + b"<script>alert(1)</script>").content

    assert b"<script>" not in kept


@pytest.fixture
def activity(hold, branch_a, three):
    return hold(branch_a, ActivityKind.THEME_DAY, DAY, close=False)


@pytest.fixture
def client(secretary):
    made = Client()
    made.force_login(secretary)
    return made


def upload(client: Client, activity, *files: tuple[str, bytes]):
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(
        f"/activities/{activity.pk}/attachments/", {"uploads": sent}, follow=True
    ).content.decode()


def test_the_good_are_kept_though_others_are_refused(client, activity):
    page = upload(
        client, activity, ("现场.jpg", picture()), ("坏.docx", b"PK\x03\x04"), ("表.pdf", PDF),
        ("又一次.jpg", picture()),
    )  # fmt: skip

    assert "已上传 2 个附件。" in page
    assert "坏.docx：文件已损坏或加了密码" in page
    assert "又一次.jpg：已经上传过，没有重复保存。" in page
    assert list(Attachment.objects.values_list("kind", "document__filename")) == [
        ("FILE", "表.pdf"), ("PHOTO", "现场.jpg"),
    ]  # fmt: skip
    page = client.get(f"/activities/{activity.pk}/").content.decode()
    assert "照片 1 张，文件 1 份" in page
    assert page.count('loading="lazy"') == 1


def test_nothing_chosen_is_said(client, activity):
    assert "请先选择照片或文件。" in upload(client, activity)


def test_twenty_are_enough(client, activity):
    for start in (0, 11):
        upload(
            client, activity,
            *((f"{n}.jpg", picture(colour=(n * 10, 0, 0))) for n in range(start, start + 11)),
        )  # fmt: skip

    assert Attachment.objects.count() == MOST_OF_A_RECORD
    page = client.get(f"/activities/{activity.pk}/attachments/").content.decode()
    assert "已经有 20 个附件" in page


@pytest.mark.parametrize(
    ("name", "content", "disposition"),
    [
        ("现场.jpg", picture(), "inline"),
        ("表.pdf", PDF, "attachment"),
        ("表.docx", office(), "attachment"),
    ],
    ids=short,
)
def test_handed_out_so_that_no_browser_runs_it(client, activity, name, content, disposition):
    upload(client, activity, (name, content))
    answer = client.get(f"/attachments/{Attachment.objects.get().pk}/")

    assert answer.status_code == 200
    assert answer["Content-Disposition"].partition(";")[0] == disposition
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "private, no-store"


def shown(client, row, query=""):
    return Image.open(io.BytesIO(b"".join(client.get(f"/attachments/{row.pk}/{query}"))))


@pytest.mark.parametrize(
    ("size", "kept", "small"),
    [
        ((1600, 1200), (1600, 1200), (320, 240)),
        ((1200, 1600), (1200, 1600), (240, 320)),
        ((300, 200), (300, 200), (300, 200)),
    ],
)
def test_pages_show_a_small_picture_of_a_photo(client, activity, size, kept, small):
    upload(client, activity, ("现场.jpg", picture(size=size)))
    row = Attachment.objects.get()

    assert (shown(client, row).size, shown(client, row, "?size=small").size) == (kept, small)
    for page in (f"/activities/{activity.pk}/", f"/activities/{activity.pk}/attachments/"):
        assert f'src="/attachments/{row.pk}/?size=small"' in client.get(page).content.decode()


def test_a_photo_kept_without_a_small_picture_is_shown_whole(client, activity):
    upload(client, activity, ("现场.jpg", picture(size=(1600, 1200))))
    row = Attachment.objects.get()
    row.document.file.storage.delete(f"{row.document.file.name}-small")

    assert shown(client, row, "?size=small").size == (1600, 1200)


def test_a_paper_has_no_small_picture(client, activity):
    upload(client, activity, ("表.pdf", PDF))

    answer = client.get(f"/attachments/{Attachment.objects.get().pk}/?size=small")

    assert b"".join(answer) == PDF


@pytest.mark.parametrize(
    ("role", "place", "reads", "removes"),
    [
        (Role.SECRETARY, "branch_a", 200, 302),
        (Role.REVIEWER, "committee", 200, 404),
        (Role.SECRETARY, "branch_b", 404, 404),
        (Role.GROUP_LEADER, "group_a", 404, 404),
        (Role.AUDITOR, "committee", 404, 404),
        (None, None, 404, 404),
    ],
)
def test_who_is_handed_it(
    request, client, person, activity, branch_b, group_a, role, place, reads, removes
):
    upload(client, activity, ("表.pdf", PDF))
    row = Attachment.objects.get()
    other = person(role, request.getfixturevalue(place) if place else None)

    assert other.get(f"/attachments/{row.pk}/").status_code == reads
    assert other.get(f"/documents/{row.document_id}/").status_code == 404
    assert other.post(f"/attachments/{row.pk}/remove/").status_code == removes


def test_a_caption_is_written_and_a_removed_one_is_gone_but_known(client, activity, secretary):
    upload(client, activity, ("现场.jpg", picture()))
    row = Attachment.objects.get()
    client.post(f"/attachments/{row.pk}/caption/", {"caption": "  重温  誓词 "})
    page = client.post(f"/attachments/{row.pk}/caption/", {"caption": "长" * 61}, follow=True)
    assert "说明最多 60 个字" in page.content.decode()
    row.refresh_from_db()
    assert row.caption == "重温 誓词"

    client.post(f"/attachments/{row.pk}/remove/")
    row.refresh_from_db()
    assert row.removed_by == secretary
    assert client.get(f"/attachments/{row.pk}/").status_code == 404
    assert [
        entry.action for entry in AuditEntry.objects.filter(action__startswith="attachment.")
        .order_by("id")
    ] == ["attachment.added", "attachment.captioned", "attachment.removed"]  # fmt: skip
    assert "已上传 1 个" in upload(client, activity, ("现场.jpg", picture()))


def test_a_closed_records_attachments_stand(client, activity, secretary):
    upload(client, activity, ("现场.jpg", picture()), ("表.pdf", PDF))
    activity_operations.take_roll(
        activity=activity, marks=all_present(activity), by=secretary, at=AT
    )
    activity_operations.close(activity=activity, by=secretary, at=AT)
    row = Attachment.objects.first()

    for step in (
        lambda: operations.remove(attachment=row, by=secretary, at=AT),
        lambda: operations.caption(attachment=row, text="x", by=secretary, at=AT),
        lambda: operations.add(
            activity=activity, file=operations.take("b.pdf", PDF + b"\n"), by=secretary, at=LATE
        ),
    ):
        with pytest.raises(Refused, match="记录已经办结"):
            step()
    assert client.get(f"/attachments/{row.pk}/").status_code == 200
    activity.refresh_from_db()
    facts = dict(documents.record_of(activity).facts)
    assert facts["附　　件"] == "照片 1 张，文件 1 份"


@pytest.mark.parametrize(("days", "kept"), [(0, True), (1, False)])
def test_photos_may_come_until_the_deadline_of_the_record(activity, secretary, days, kept):
    activity_operations.take_roll(
        activity=activity, marks=all_present(activity), by=secretary, at=AT
    )
    activity_operations.close(activity=activity, by=secretary, at=AT)
    on = activity.record_due_on + dt.timedelta(days=days)
    at = AT.replace(year=on.year, month=on.month, day=on.day)
    photo = operations.take("现场.jpg", picture())

    if kept:
        assert operations.add(activity=activity, file=photo, by=secretary, at=at).added_at == at
    else:
        with pytest.raises(Refused, match="记录已经办结"):
            operations.add(activity=activity, file=photo, by=secretary, at=at)


def all_present(activity):
    return {row.member_id: Mark("PRESENT") for row in activity.attendances.all()}


@pytest.mark.parametrize("address", ["/activities/{}/", "/activities/{}/attachments/"])
def test_pages_ask_the_same_number_of_questions(client, activity, address):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address.format(activity.pk)).status_code == 200
        return len(captured)

    upload(client, activity, ("0.jpg", picture()))
    one = statements()
    upload(client, activity, *((f"{n}.jpg", picture(colour=(n, 9, 9))) for n in range(0, 160, 16)))
    assert Attachment.objects.count() == 11

    assert statements() == one
