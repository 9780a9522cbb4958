"""Inspections: who is sent where, what the sheet saves, what counts, who may look."""

import datetime as dt
import io
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from branches import photos
from branches.models import AuditEntry, Document, Notice, Post
from branches.rules.periods import Period
from branches.rules.roles import Role
from members.models import Member, Membership
from scoring import duties
from scoring.models import Inspection, InspectionPhoto, Line, Mark
from scoring.operations import inspection_sheets, inspections, rounds, runs
from scoring.operations import marks as mark_operations
from scoring.queries import marks as queries
from scoring.rules import marking
from scoring.rules.rounds import MarkKind
from tests.conftest import set_up

MARCH = Period.parse("2026-03")
CODE = "service_duty"  # full mark 20
SERVICE = ["service_frontline", "service_workers", "service_duty", "service_volunteer"]
LEFT, RIGHT = (255, 0, 0), (0, 0, 255)


@pytest.fixture
def version(adopted):
    return adopted["organization"]


@pytest.fixture
def office(person, committee):
    return person(Role.REVIEWER, committee)


@pytest.fixture
def send(version, office, at):
    """Return ``send(branch, inspector, …)``: an inspection of March."""

    def make(branch, inspector, kind=MarkKind.INSPECTION, parts=("service",), period=MARCH):
        before = set(Inspection.objects.values_list("pk", flat=True))
        inspections.assign(
            version=version, period=period, pairs=[(branch, inspector)], kind=kind,
            part_codes=parts, due_on=dt.date(2026, 3, 31), by=office.user, at=at,
        )  # fmt: skip
        return Inspection.objects.exclude(pk__in=before).get()

    return make


def enter(sheet, value, at, note="", code=CODE, **more):
    return inspection_sheets.save(
        inspection=sheet,
        marks={code: (Decimal(value), note)},
        photos={},
        by=sheet.inspector,
        at=at,
        **more,
    )


def picture(format="JPEG", size=(40, 20), **saved):
    """A picture, red on the left and blue on the right."""
    image = Image.new("RGB", size, LEFT)
    image.paste(RIGHT, (size[0] // 2, 0, *size))
    written = io.BytesIO()
    image.save(written, format, **saved)
    return written.getvalue()


def upload(content, name="photo.jpg"):
    return SimpleUploadedFile(name, content)


# What counts


@pytest.mark.parametrize(
    ("inspected", "review", "expected"),
    [
        ([], None, None),
        (["18"], None, "18.00"),
        (["18", "15"], None, "16.50"),
        (["10", "9", "9"], None, "9.33"),
        (["10", "10", "9"], None, "9.67"),
        (["0.01", "0"], None, "0.01"),
        (["18", "15"], "0", "0"),
        ([], "12", "12"),
    ],
)
def test_the_mean_counts_unless_a_review_stands_in(
    send, person, branch_a, version, at, inspected, review, expected
):
    given = [Decimal(value) for value in inspected]
    for value in given:
        enter(send(branch_a, person().user), value, at)
    if review is not None:
        enter(send(branch_a, person().user, MarkKind.SPOT), review, at, "现场复核")

    run = runs.compute(version=version, period=MARCH, by=None, at=at)

    line = Line.objects.filter(run=run, item__code=CODE, subject_id=branch_a.pk).first()
    stated = line.quantity if line else None
    rule = marking.counted(given, None if review is None else Decimal(review))
    wanted = None if expected is None else Decimal(expected)
    standing = queries.standing(version, branch_a, MARCH).get(CODE, [])
    assert (stated, rule, queries.counted(standing)) == (wanted, wanted, wanted)


def test_an_inspector_supersedes_only_the_own_mark(send, person, branch_a, at):
    first, second = send(branch_a, person().user), send(branch_a, person().user)
    for sheet, value in ((first, 10), (second, 12), (first, 14), (first, 14)):
        enter(sheet, value, at)

    rows = Mark.objects.order_by("id").values_list("marked_by", "value", "superseded_at")
    assert [(by, value, gone is None) for by, value, gone in rows] == [
        (first.inspector_id, Decimal(10), False),
        (second.inspector_id, Decimal(12), True),
        (first.inspector_id, Decimal(14), True),
    ]


def test_a_review_supersedes_the_earlier_review_of_anybody(send, person, branch_a, at):
    enter(send(branch_a, person().user), 10, at)
    enter(send(branch_a, person().user, MarkKind.MUTUAL), 12, at, "核对记录")
    enter(send(branch_a, person().user, MarkKind.SPOT), 8, at, "现场没有挂牌")

    standing = Mark.objects.standing().order_by("id").values_list("kind", "value")
    assert list(standing) == [("INSPECTION", Decimal(10)), ("SPOT", Decimal(8))]


def test_only_what_is_due_counts_as_marked(version, person, branch_a, at):
    [before] = queries.progress([branch_a], MARCH)
    for code in (CODE, CODE, "no_longer_in_the_scheme"):
        Mark.objects.create(
            scheme_code=version.code, item_code=code, organization=branch_a, value=1,
            period_start=MARCH.first_day, marked_at=at,
            marked_by=person().user,
        )  # fmt: skip

    [after] = queries.progress([branch_a], MARCH)

    assert (before.marked, after.marked, after.due) == (0, 1, before.due)


# Sending out


@pytest.mark.parametrize(
    ("branches", "inspectors", "own", "expected"),
    [
        ([1, 2, 3], [10, 20, 30], {(1, 10), (2, 20), (3, 30)}, [(1, 20), (2, 30), (3, 10)]),
        ([1, 2], [10, 20], {(1, 10), (2, 20)}, [(1, 20), (2, 10)]),
        ([1, 2, 3, 4], [10, 20], set(), [(1, 20), (2, 10), (3, 20), (4, 10)]),
        ([1], [10], {(1, 10)}, []),
        ([1], [], set(), []),
    ],
)
def test_reviewers_take_branches_in_turn(branches, inspectors, own, expected):
    assert marking.in_turn(branches, inspectors, own) == expected


@pytest.mark.parametrize("tie", ["post", "post in a group", "roll"])
def test_nobody_is_sent_to_the_own_branch(send, person, branch_a, branch_b, group_a, at, tie):
    if tie == "roll":
        user = person().user
        member = Member.objects.create(name="甲", name_pinyin="j", name_strokes="1", user=user)
        Membership.objects.create(member=member, branch=branch_a, started_on=dt.date(2020, 1, 1))
    elif tie == "post":
        user = person(Role.SECRETARY, branch_a).user
    else:
        user = person(Role.GROUP_LEADER, group_a).user

    with pytest.raises(inspections.OwnBranch):
        send(branch_a, user)
    send(branch_b, user)

    assert [row.organization for row in Inspection.objects.all()] == [branch_b]


def test_who_came_to_the_branch_later_marks_there_no_more(send, person, branch_a, at):
    sheet = send(branch_a, person().user)
    Post.objects.create(
        user=sheet.inspector, organization=branch_a, role=Role.SECRETARY, started_on=at.date()
    )
    with pytest.raises(inspections.OwnBranch):
        enter(sheet, 1, at)
    assert Mark.objects.count() == 0


def _assignment(**changes):
    due = timezone.localdate() + dt.timedelta(days=1)
    return {"kind": "MUTUAL", "everywhere": "on", "due_on": str(due)} | changes


def test_secretaries_are_sent_to_each_others_branches(version, office, person, branch_a, branch_b):
    a, b = person(Role.SECRETARY, branch_a).user, person(Role.SECRETARY, branch_b).user

    answer = office.post("/inspections/new/", _assignment(inspectors=[a.pk, b.pk]))

    assert (answer.status_code, answer.url) == (302, "/inspections/")
    rows = Inspection.objects.order_by("organization__path")
    assert [(row.organization, row.inspector, row.kind) for row in rows] == [
        (branch_a, b, "MUTUAL"),
        (branch_b, a, "MUTUAL"),
    ]
    assert set(Notice.objects.values_list("recipient", flat=True)) == {a.pk, b.pk}
    office.post("/inspections/new/", _assignment(inspectors=[a.pk, b.pk]))
    assert Inspection.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"everywhere": ""}, "branches", "请选择要检查的支部，或勾选“全部支部”。"),
        ({"others": ""}, "others", "请选择检查人。"),
        ({"others": "查无此人"}, "others", "没有找到“查无此人”，请核对姓名或账号。"),
        ({"others": "同名"}, "others", "有 2 个“同名”，请改填账号：person90、person91。"),
        ({"due_on": "2020-01-01"}, "due_on", "完成期限不能早于今天。"),
        (
            {"others": "person01"},
            "branches",
            "采煤党支部没有人可派：所选检查人都属于该支部，不能检查本支部。请加选别人。",
        ),
    ],
)
def test_a_bad_assignment_says_what_to_mend(
    version, person, branch_a, committee, at, changes, field, message
):
    secretary = person(Role.SECRETARY, branch_a).user
    office = person(Role.REVIEWER, committee)
    for number in (90, 91):
        type(secretary).objects.create(
            username=f"person{number}", name="同名", created_at=at, password="!"
        )

    page = office.post("/inspections/new/", _assignment(others="person02") | changes)

    assert page.context["form"].errors[field] == [message]
    assert Inspection.objects.count() == 0


def test_an_account_is_named_by_name_or_account(version, office, person, branch_a):
    other = person().user

    office.post("/inspections/new/", _assignment(kind="INSPECTION", others=f"人员01、{other}"))

    names = {row.inspector.name for row in Inspection.objects.all()}
    assert names == {"人员01", other.name}


def test_a_cancelled_inspection_counts_no_more(send, person, office, branch_a, at):
    sheet = send(branch_a, person().user)
    enter(sheet, 10, at)

    office.post(f"/inspections/{sheet.pk}/cancel/")

    sheet.refresh_from_db()
    assert (sheet.cancelled_by, Mark.objects.standing().count()) == (office.user, 0)
    send(branch_a, sheet.inspector)


# The sheet


@pytest.fixture
def sheet_of(send, person, branch_a):
    """Return ``sheet_of(kind)``: (client, inspection, address) of an inspector's sheet."""

    def make(kind=MarkKind.INSPECTION):
        client = person()
        sheet = send(branch_a, client.user, kind)
        return client, sheet, f"/inspections/{sheet.pk}/sheet/"

    return make


def _standing():
    rows = Mark.objects.standing().order_by("item_code")
    return {mark.item_code: mark.value for mark in rows}


def test_a_sheet_is_saved_piece_by_piece_and_a_wrong_piece_keeps_no_other_back(sheet_of):
    client, _, url = sheet_of()
    first, second, third, _ = SERVICE

    client.post(url, {f"value-{first}": "20", "save": "service"})
    page = client.post(url, {f"value-{second}": "15", f"value-{third}": "21"})

    assert page.context["form"].errors[f"value-{third}"] == [
        "“党员示范岗和责任区”满分是 20 分，请填 0 至 20 之间的数。"
    ]
    assert 'value="21"' in page.content.decode()
    assert _standing() == {first: Decimal(20), second: Decimal(15)}


def test_a_finished_part_is_folded_and_an_unfinished_or_wrong_one_is_open(send, person, branch_a):
    client = person()
    sheet = send(branch_a, client.user, parts=())
    url = f"/inspections/{sheet.pk}/sheet/"
    full = {f"value-{code}": "1" for code in SERVICE}

    def parts(page):
        return {part["code"]: (part["note"], part["is_open"]) for part in page.context["parts"]}

    assert parts(client.get(url))["service"] == ("已打 0 / 4 项", True)
    client.post(url, {f"value-{SERVICE[0]}": "1"})
    assert parts(client.get(url))["service"] == ("已打 1 / 4 项", True)
    client.post(url, full)
    page = client.get(url)
    assert parts(page)["service"] == ("已打完 4 项", False)
    assert all(is_open for code, (_, is_open) in parts(page).items() if code != "service")
    text = page.content.decode()
    assert '<details class="card fold" id="service">' in text
    assert f"已打 <b>4</b> / {page.context['due']} 项" in text
    wrong = client.post(url, full | {f"value-{SERVICE[1]}": "999"})
    assert parts(wrong)["service"] == ("已打完 4 项", True)


def test_what_was_saved_is_said_in_view_of_the_part(sheet_of):
    client, _, url = sheet_of()

    answer = client.post(url, {f"value-{SERVICE[0]}": "1", "save": "service"})
    page = client.get(answer.url).content.decode()

    assert answer.url == f"{url}#service"
    assert 'class="main narrow keeps"' in page and "已保存 1 项打分。" in page


def test_only_what_may_be_left_out_is_called_optional(version, office, person, branch_a):
    person(Role.SECRETARY, branch_a)
    page = office.get("/inspections/new/?period=2026-03").content.decode()
    labels = re.findall(r'<(?:legend|label[^>]*)>([^<]+)<span class="opt">选填', page)
    assert labels == ["检查哪些部分", "其他检查人"]


def test_a_page_left_open_undoes_nothing(sheet_of):
    client, _, url = sheet_of()
    first, second, *_ = SERVICE
    client.post(url, {f"value-{first}": "20"})

    # Opened before that: it showed both empty.
    stale = {f"value-{first}": "", f"initial-value-{first}": "", f"value-{second}": "5"}
    client.post(url, stale)
    assert _standing() == {first: Decimal(20), second: Decimal(5)}

    # Opened after: the mark is taken back on purpose.
    client.post(url, {f"value-{first}": "", f"initial-value-{first}": "20"})
    assert _standing() == {second: Decimal(5)}


@pytest.mark.parametrize(
    ("value", "note", "errors", "kept"),
    [
        ("18", "", ["比检查得分 15 分高 3 分，请写明理由。"], None),
        ("12.5", "", ["比检查得分 15 分低 2.5 分，请写明理由。"], None),
        ("12.5", "台账缺两次", None, "台账缺两次"),
        ("15", "", None, "与检查得分一致"),
    ],
)
def test_a_review_says_why_it_differs(
    sheet_of, send, person, branch_a, at, value, note, errors, kept
):
    for inspected in (14, 16):
        enter(send(branch_a, person().user), inspected, at)
    client, _, url = sheet_of(MarkKind.SPOT)
    assert "检查得分 15.00" in client.get(url).content.decode()

    answer = client.post(url, {f"value-{CODE}": value, f"note-{CODE}": note})

    if errors:
        assert answer.context["form"].errors[f"note-{CODE}"] == errors
        assert not Mark.objects.filter(kind="SPOT").exists()
    else:
        assert Mark.objects.get(kind="SPOT").note == kept


def test_inspectors_do_not_see_each_others_marks(sheet_of, send, person, branch_a, at):
    enter(send(branch_a, person().user), 13, at, "第一位写的")
    client, _, url = sheet_of()

    assert "第一位写的" not in client.get(url).content.decode()


def test_items_left_empty_are_confirmed_before_submitting(sheet_of, office, person, branch_a):
    secretary = person(Role.SECRETARY, branch_a)
    client, sheet, url = sheet_of()

    page = client.post(url, {"submit": "1"})
    assert page.context["form"].non_field_errors() == [
        "一项都没有打分，不能提交。查不了的，请联系派出人取消。"
    ]
    page = client.post(url, {f"value-{CODE}": "9", "submit": "1"})
    assert page.context["form"].errors["confirm"] == [
        "已保存。还有 3 项没有打分：服务生产一线、关心职工生活、志愿服务。请补上，或勾选确认。"
    ]
    assert _standing() == {CODE: Decimal(9)}
    answer = client.post(url, {f"value-{CODE}": "9", "submit": "1", "confirm": "on"})

    assert answer.url == f"/inspections/{sheet.pk}/"
    told = Notice.objects.filter(url=answer.url).values_list("recipient", flat=True)
    assert set(told) == {secretary.user.pk, office.user.pk}
    assert client.get(url).url == answer.url
    page = secretary.get(answer.url).content.decode()
    assert "9.00" in page
    assert page.count("没查，不计分") == 3


def test_a_submitted_sheet_is_changed_only_after_it_was_given_back(sheet_of, office, at):
    client, sheet, url = sheet_of()
    enter(sheet, 9, at)
    inspections.submit(inspection=sheet, by=client.user, at=at)
    with pytest.raises(inspections.NotPossible):
        enter(sheet, 10, at)

    office.post(f"/inspections/{sheet.pk}/reopen/")
    client.post(url, {f"value-{CODE}": "10"})

    assert _standing() == {CODE: Decimal(10)}


def test_branch_and_office_talk_about_a_sheet(sheet_of, office, person, branch_a, at):
    secretary = person(Role.SECRETARY, branch_a)
    client, sheet, _ = sheet_of()
    enter(sheet, 9, at)
    url = f"/inspections/{sheet.pk}/"
    assert secretary.get(url).status_code == 404
    inspections.submit(inspection=sheet, by=client.user, at=at)
    Notice.objects.all().delete()

    secretary.post(url, {"text": "已经挂牌，请复核"})
    told = list(Notice.objects.order_by("recipient").values_list("recipient", flat=True))
    assert told == sorted([office.user.pk, client.user.pk])
    Notice.objects.all().delete()
    office.post(url, {"text": "已复核，维持原分"})

    told = list(Notice.objects.order_by("recipient").values_list("recipient", flat=True))
    assert told == sorted([secretary.user.pk, client.user.pk])
    assert [comment.text for comment in sheet.comments.order_by("id")] == [
        "已经挂牌，请复核",
        "已复核，维持原分",
    ]
    assert secretary.post(url, {"text": " "}).context["form"].errors["text"]


def test_what_stands_in_a_round_is_marked_no_more(
    sheet_of, office, version, branch_a, committee, at
):
    client, sheet, url = sheet_of()
    enter(sheet, 9, at)
    run = runs.compute(version=version, period=MARCH, by=None, at=at)
    rounds.open_round(run=run, by=office.user, at=at)

    page = client.post(url, {f"value-{CODE}": "10"})
    own = office.post(f"/marks/{branch_a.pk}/2026-03/", {f"value-{CODE}": "1"})

    refusal = "2026 年 3 月的结果已进入定评，不能再打分或改分；有异议请在公示期间申诉。"
    assert page.context["form"].non_field_errors() == [refusal]
    assert own.context["form"].non_field_errors() == [refusal]
    assert _standing() == {CODE: Decimal(9)}
    with pytest.raises(mark_operations.PeriodSealed):
        inspections.cancel(inspection=sheet, by=office.user, at=at)


def test_the_offices_sheet_shows_what_others_gave(send, person, office, branch_a, at):
    enter(send(branch_a, person().user), 14, at, "牌子旧了")
    url = f"/marks/{branch_a.pk}/2026-03/"

    office.post(url, {f"value-{CODE}": "16"})
    page = office.get(url).content.decode()

    assert "检查 14 分：牌子旧了。现计 15.00 分。" in page
    assert sorted(Mark.objects.standing().values_list("value", flat=True)) == [14, 16]


def test_what_is_due_is_one_line(sheet_of, send, branch_b, at):
    client, _, url = sheet_of()
    [one] = duties.inspections_to_do(client.user, None, at.date())
    assert (one.due_on, one.url) == (dt.date(2026, 3, 31), url)

    send(branch_b, client.user)
    [both] = duties.inspections_to_do(client.user, None, at.date())
    assert (both.url, "共 2 个支部" in both.title) == ("/my/inspections/", True)

    for row in Inspection.objects.all():
        enter(row, 1, at)
        inspections.submit(inspection=row, by=client.user, at=at)
    assert duties.inspections_to_do(client.user, None, at.date()) == []


# Photos


def _exif(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8825)[2] = (39.0, 54.0, 27.0)  # GPS latitude
    return exif


def test_a_photo_is_upright_and_tells_nothing_else():
    content = picture(exif=_exif(6), comment=b"secret")  # to be turned right by 90 degrees

    kept = Image.open(io.BytesIO(photos.reencode(content)))

    assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (20, 40), {})
    assert not {"exif", "comment", "icc_profile", "xmp"} & set(kept.info)
    top, bottom = kept.getpixel((10, 5)), kept.getpixel((10, 35))
    assert (top[0] > 200, bottom[2] > 200) == (True, True)


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("size", "kept"), [((40, 20), (40, 20)), ((2000, 10), (2000, 10)), ((4001, 2000), (2000, 1000))]
)
def test_a_large_photo_becomes_smaller(format, size, kept):
    image = Image.open(io.BytesIO(photos.reencode(picture(format, size))))
    assert (image.format, image.size) == ("JPEG", kept)


def test_what_was_transparent_is_white():
    written = io.BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(written, "PNG")
    kept = Image.open(io.BytesIO(photos.reencode(written.getvalue())))
    assert kept.getpixel((5, 5)) == (255, 255, 255)


def _bomb():
    written = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "不是 JPEG、PNG 或 WebP 图片，请换一张。"),
        (b"<svg onload='alert(1)'/>", "不是 JPEG、PNG 或 WebP 图片，请换一张。"),
        (picture("GIF"), "不是 JPEG、PNG 或 WebP 图片，请换一张。"),
        (picture("TIFF"), "不是 JPEG、PNG 或 WebP 图片，请换一张。"),
        (picture(size=(400, 400))[:400], "图片已损坏，打不开，请重新拍一张。"),
        (picture("PNG")[:60], "图片已损坏，打不开，请重新拍一张。"),
        (b"\xff" * (photos.MAX_BYTES + 1), "超过 10 MB，请压缩后再传。"),
    ],
    ids=["empty", "svg", "gif", "tiff", "half a jpeg", "half a png", "too large"],
)
def test_a_bad_file_is_refused_with_the_reason(content, message):
    with pytest.raises(photos.BadPhoto) as refused:
        photos.reencode(content)
    assert str(refused.value) == message


def test_a_small_file_that_would_fill_the_memory_is_refused():
    bomb = _bomb()
    assert len(bomb) < photos.MAX_BYTES
    with pytest.raises(photos.BadPhoto):
        photos.reencode(bomb)


def test_photos_are_kept_with_their_item_and_bad_ones_named(sheet_of):
    client, sheet, url = sheet_of()

    page = client.post(
        url,
        {
            f"value-{CODE}": "9",
            f"photo-{CODE}": [upload(b"GIF89a", "坏.jpg"), upload(picture())],
            f"photo-{SERVICE[0]}": [upload(picture()), upload(picture("PNG"), "x.exe")],
        },
    )

    assert page.context["form"].errors[f"photo-{CODE}"] == [
        "坏.jpg：不是 JPEG、PNG 或 WebP 图片，请换一张。"
    ]
    assert [photo.item_code for photo in sheet.photos.all()] == [SERVICE[0]] * 2
    assert _standing() == {CODE: Decimal(9)}


def test_no_more_than_six_photos_of_an_item(sheet_of):
    client, sheet, url = sheet_of()
    field = f"photo-{CODE}"

    at_once = client.post(url, {field: [upload(picture()) for _ in range(7)]})
    assert at_once.context["form"].errors[field] == ["每项最多 6 张照片，请少选几张。"]
    client.post(url, {field: [upload(picture()) for _ in range(6)]})
    more = client.post(url, {field: [upload(picture())], f"value-{CODE}": "3"})

    assert more.context["form"].non_field_errors() == ["每项最多 6 张照片，请先删去不要的。"]
    assert (sheet.photos.count(), Mark.objects.count()) == (6, 0)


def test_a_photo_is_deleted_with_its_file(sheet_of, django_capture_on_commit_callbacks):
    client, sheet, url = sheet_of()
    client.post(url, {f"photo-{CODE}": [upload(picture()), upload(picture())]})
    gone, stays = sheet.photos.order_by("id")
    file = gone.document.file
    assert file.storage.exists(file.name)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {"drop": [gone.pk, 0, "x"]})

    assert list(sheet.photos.all()) == [stays]
    assert (Document.objects.count(), file.storage.exists(file.name)) == (1, False)


@pytest.mark.parametrize(
    ("who", "before", "after"),
    [
        ("inspector", 200, 200),
        ("office", 200, 200),
        ("secretary", 404, 200),
        ("other secretary", 404, 404),
        ("other inspector", 404, 404),
        ("administrator", 404, 404),
        ("member", 404, 404),
    ],
)
def test_photos_are_seen_by_those_who_see_the_sheet(
    sheet_of, send, office, person, committee, branch_a, branch_b, at, who, before, after
):
    inspector, sheet, url = sheet_of()
    inspector.post(url, {f"photo-{CODE}": [upload(picture())], f"value-{CODE}": "1"})
    if who == "other inspector":
        client = person()
        send(branch_b, client.user)
    else:
        client = {
            "inspector": lambda: inspector,
            "office": lambda: office,
            "secretary": lambda: person(Role.SECRETARY, branch_a),
            "other secretary": lambda: person(Role.SECRETARY, branch_b),
            "administrator": lambda: person(Role.ADMINISTRATOR, committee),
            "member": lambda: person(),
        }[who]()
    photo = InspectionPhoto.objects.get()
    addresses = [f"/inspections/photos/{photo.pk}/", f"/inspections/{sheet.pk}/"]

    assert [client.get(address).status_code for address in addresses] == [before] * 2
    inspections.submit(inspection=sheet, by=inspector.user, at=at)
    assert [client.get(address).status_code for address in addresses] == [after] * 2
    assert client.get(f"/documents/{photo.document_id}/").status_code == 404


def test_a_photo_is_sent_so_that_nothing_in_it_runs(sheet_of):
    client, sheet, url = sheet_of()
    client.post(url, {f"photo-{CODE}": [upload(picture(), '"><script>.html')]})

    answer = client.get(f"/inspections/photos/{sheet.photos.get().pk}/")

    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cache-Control"] == "private, no-store"
    assert f'filename="inspection-{sheet.pk}-{CODE}-1.jpg"' in answer["Content-Disposition"]


def test_only_the_inspector_fills_in_and_only_the_office_calls_back(
    sheet_of, person, office, branch_a
):
    _, sheet, url = sheet_of()
    secretary = person(Role.SECRETARY, branch_a)
    for client in (office, secretary, person()):
        assert (client.get(url).status_code, client.post(url, {}).status_code) == (404, 404)
    for step in ("cancel", "reopen"):
        assert secretary.post(f"/inspections/{sheet.pk}/{step}/").status_code == 404


def test_the_evidence_of_a_line_shows_who_why_and_the_photos(
    sheet_of, office, version, branch_a, at
):
    client, sheet, url = sheet_of(MarkKind.SPOT)
    client.post(
        url,
        {f"value-{CODE}": "7", f"note-{CODE}": "没有挂牌", f"photo-{CODE}": [upload(picture())]},
    )
    runs.compute(version=version, period=MARCH, by=None, at=at)
    address = f"/board/{branch_a.pk}/2026-03/item/{CODE}/"
    photo = f"/inspections/photos/{sheet.photos.get().pk}/"

    before = office.get(address).content.decode()
    inspections.submit(inspection=sheet, by=client.user, at=at)
    after = office.get(address).content.decode()

    assert [text in after for text in ("抽查 · ", client.user.name, "没有挂牌", photo)] == [
        True
    ] * 4
    assert photo not in before


def test_every_step_is_in_the_audit(sheet_of, office, at):
    client, sheet, url = sheet_of()
    client.post(url, {f"photo-{CODE}": [upload(picture())], f"value-{CODE}": "1"})
    client.post(url, {"drop": [sheet.photos.get().pk]})
    inspections.submit(inspection=sheet, by=client.user, at=at)
    office.post(f"/inspections/{sheet.pk}/", {"text": "好"})
    office.post(f"/inspections/{sheet.pk}/reopen/")
    office.post(f"/inspections/{sheet.pk}/cancel/")

    actions = AuditEntry.objects.filter(action__startswith="inspection.").order_by("id")
    assert [action.partition(".")[2] for action in actions.values_list("action", flat=True)] == [
        "assigned", "photos_added", "photos_removed", "submitted", "commented", "reopened",
        "cancelled",
    ]  # fmt: skip


@pytest.mark.parametrize("url", ["/inspections/", "/my/inspections/", "/inspections/new/"])
def test_one_inspection_and_thirty_take_the_same_queries(send, office, committee, person, at, url):
    counts = []
    for size in (1, 30):
        for n in range(size - len(counts)):
            branch = set_up(f"X{size}-{n}", f"支部{size}-{n}", "BRANCH", committee, at)
            person(Role.SECRETARY, branch)
            stranger = send(branch, person().user)
            own = send(branch, office.user) if url.startswith("/my") else stranger
            enter(own, 3, at)
        office.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert office.get(url).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_sheet_takes_the_same_queries_empty_and_full(sheet_of):
    client, _, url = sheet_of()
    counts = []
    for _ in range(2):
        client.get(url)  # what was said about the last step is read once
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        counts.append(len(captured))
        client.post(
            url, {f"value-{c}": "1" for c in SERVICE} | {f"photo-{CODE}": [upload(picture())]}
        )
    assert counts[0] == counts[1]
