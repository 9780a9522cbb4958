"""Schemes written in the browser: copied, changed, checked, put into force, taken back."""

import dataclasses
from decimal import Decimal as D

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from branches.models import AuditEntry
from branches.rules.periods import Period
from branches.rules.roles import Role
from scoring.models import SchemeDraft, SchemeVersion
from scoring.operations import drafts, runs, schemes
from scoring.queries import drafts as draft_queries
from scoring.queries import schemes as scheme_queries
from scoring.rules import editing, reading, writing
from scoring.rules.editing import Where

pytestmark = pytest.mark.django_db

SMALL = """code = "small"
title = "小方案"
target = "organization"
period = "quarter"
groups = "type"

[[part]]
code = "key"
title = "重点项"
full = 60

  [[part.item]]
  code = "k1"
  title = "换届"
  rule = "mark"
  full = 60

[[part]]
code = "daily"
title = "日常"
full = 40

  [[part.item]]
  code = "d1"
  title = "会议"
  rule = "share"
  full = 30
  fact = "attendance"

  [[part.item]]
  code = "d2"
  title = "台账"
  rule = "mark"
  full = 10

[[outcome.band]]
label = "优"
min = 80

[[outcome.band]]
label = "中"
min = 0

[[veto]]
code = "accident"
title = "事故"
label = "不评"

[[consequence]]
title = "谈话"
any = [{ of = "part.key", below = 30 }, { of = "band", is = "中" }]
"""


@pytest.fixture
def admin(person, committee):
    return person(Role.ADMINISTRATOR, committee)


@pytest.fixture
def draft(admin, committee, at):
    return drafts.create(committee=committee, text=SMALL, source="测试", by=admin.user, at=at)


def typed(page):
    """What a browser would send back from a page's form, by name."""
    form = page.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    sent = {name: value for name, value in shown.items() if value not in (None, False)}
    return sent | ({"rule": form.rule} if form.rule else {})


def edit(client, draft, where, **changes):
    url = f"/drafts/{draft.pk}/edit/{where}/"
    rule = changes.pop("rule", None)
    page = client.get(url, {"rule": rule} if rule else {})
    sent = typed(page) | changes
    return client.post(url, {name: value for name, value in sent.items() if value is not None})


def scheme(draft):
    draft.refresh_from_db()
    return draft_queries.scheme_of(draft)


def adopt(committee, text, month, at):
    return schemes.adopt(
        committee=committee, text=text, effective_from=Period.parse(month), by=None, at=at
    )


# Making a draft


@pytest.mark.parametrize("code", ["points-1261", "star-branch", "step-list", "member-points"])
def test_every_section_of_a_shipped_scheme_is_saved_as_it_was_shown(admin, committee, code):
    admin.post("/drafts/new/", {"preset": code, "committee": committee.pk})
    draft = SchemeDraft.objects.get()
    shipped = scheme_queries.preset(code)
    places = [*(str(where) for where, _ in editing.places(shipped)), *editing.SECTIONS]

    for where in places:
        assert edit(admin, draft, where).status_code == 302, where

    assert scheme(draft) == shipped
    assert draft.edition == 1 + len(places)


def test_an_exported_draft_is_imported_byte_for_byte(admin, committee, draft):
    file = admin.get(f"/drafts/{draft.pk}/export/").content
    sent = {"committee": committee.pk, "file": SimpleUploadedFile("small.toml", file)}

    assert admin.post("/drafts/new/", sent).status_code == 302

    again = SchemeDraft.objects.exclude(pk=draft.pk).get()
    assert (again.text, again.source) == (draft.text, "上传的“small.toml”")
    assert again.text.encode() == file == admin.get(f"/drafts/{again.pk}/export/").content


def test_an_exported_version_says_what_the_version_says(admin, committee, at):
    version = adopt(committee, SMALL, "2026-01", at)

    file = admin.get(f"/schemes/{version.pk}/export/").content.decode()
    admin.post("/drafts/new/", {"version": version.pk, "committee": committee.pk})

    assert file == SMALL
    assert SchemeDraft.objects.get().text == writing.write(reading.read(SMALL))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"code", "只能上传扩展名为 .toml 的方案文件。"),
        ("a.toml", b"#" * 200_001, "文件超过 200 kB，不像是评分方案，请核对。"),
        ("a.toml", "标题".encode("gbk"), "文件不是 UTF-8 编码"),
    ],
)
def test_a_file_that_is_no_scheme_is_refused(admin, committee, name, content, message):
    sent = {"committee": committee.pk, "file": SimpleUploadedFile(name, content)}

    page = admin.post("/drafts/new/", sent)

    assert page.context["form"].errors["file"][0].startswith(message)
    assert SchemeDraft.objects.count() == 0


def test_a_bad_file_names_every_mistake_with_line_and_column_and_nothing_is_kept(admin, committee):
    text = SMALL.replace("full = 60\n\n", "full = 0\n\n").replace('"quarter"', '"week"')
    sent = {"committee": committee.pk, "file": SimpleUploadedFile("a.toml", text.encode())}

    page = admin.post("/drafts/new/", sent)

    found = [(one.line, one.column) for one in page.context["problems"]]
    assert found == [(4, 10), (10, 8), (16, 10)]
    assert SchemeDraft.objects.count() == 0


# Changing it


@pytest.mark.parametrize(
    ("where", "changes", "field", "message"),
    [
        ("head", {"code": "Bad Code"}, "code", "“编码”应由小写字母"),
        ("part-0", {"full": "0"}, "full", "“满分”应大于 0，实为 0"),
        ("part-0", {"weight": "-1"}, "weight", "“权重”应不小于 0，实为 -1"),
        ("item-1-0", {"full": "abc"}, "full", "“满分”应填数字，如 2 或 1.5。"),
        ("bands", {"bands-1-min": "80"}, "bands-1-min", "两档的下限相同（80），每档的下限应不同"),
        ("bands", {"bands-2-min": "90"}, "bands-2-label", "还没有写等次的名称，如：五星。"),
        ("grades", {"tiers-0-label": "好", "tiers-0-share": "10"}, "tiers-0-label",
         "应有一档不写“比例”"),
        ("grades", {"floor_below": "60"}, "floor_label", "写了底线的分数，还没有写名称"),
        ("rollups", {"rollups-0-of": "quarter", "rollups-0-to": "year",
                     "rollups-0-weights": "50、50"}, "rollups-0-weights",
         "应有 4 个权重，实有 2 个"),
        ("rollups", {"rollups-0-of": "quarter", "rollups-0-to": "year",
                     "rollups-0-weights": "10 20 30 50"}, "rollups-0-weights",
         "各期权重之和应为 1，实为 1.1"),
        ("procedure", {"publicity": "31"}, "publicity", "“公示”应为不大于 30 的整数"),
        ("procedure", {"pay": "120"}, "pay", "“决定绩效工资的比例”应大于 0、不超过 100"),
        ("consequence-0", {"conditions-1-value": "差"}, "conditions-1-value",
         "“数值或名称”应为本方案的等次之一"),
        ("consequence-0", {"conditions-0-value": "x"}, "conditions-0-value", "应填数字，如 60。"),
        ("consequence-0", {"conditions-1-compare": "below"}, "conditions-1-compare",
         "档次和等次没有大小，只能用“等于”。"),
        ("consequence-0", {"within": "6"}, "within", "“最近几期”要与不小于 2 的“期数”同用"),
        ("consequence-0", {"days": "401"}, "days", "“办理天数”应为不大于 400 的整数"),
    ],
)  # fmt: skip
def test_what_the_reader_refuses_is_shown_at_its_field(
    admin, draft, where, changes, field, message
):
    before = draft.text

    page = edit(admin, draft, where, **changes)

    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]
    assert page.context["form"].errors[field][0].startswith(message)
    for name, value in changes.items():
        assert page.context["form"][name].value() == value  # nothing typed is lost
    draft.refresh_from_db()
    assert (draft.text, draft.edition) == (before, 1)


def test_a_mistake_in_another_place_names_that_place(admin, draft):
    page = edit(admin, draft, "bands", **{"bands-1-label": "一般"})

    [message] = page.context["form"].non_field_errors()
    assert message.startswith("结果运用“谈话”：“数值或名称”应为本方案的等次之一：优、一般")


def test_a_part_an_item_a_veto_and_a_consequence_are_added(admin, draft):
    edit(admin, draft, "part-new", title="加分", full="10", first="荣誉", bonus="on")
    edit(admin, draft, "item-2-new", rule="each", title="扣分", points="-2", cap="6")
    edit(admin, draft, "item-0-new", rule="band", title="满意度", of="quantity",
         fact="satisfaction", **{"bands-0-min": "90", "bands-0-points": "5"})  # fmt: skip
    edit(admin, draft, "veto-new", title="违纪", label="不评", lifted="on")
    edit(admin, draft, "consequence-new", title="表彰", kind="honour", withhold=None,
         **{"conditions-0-of": "rank", "conditions-0-compare": "at_most",
            "conditions-0-value": "3"})  # fmt: skip

    found = scheme(draft)
    added = found.parts[2]
    assert (added.title, added.full, added.bonus, added.code) == ("加分", D(10), True, "part-1")
    assert [(one.code, one.rule, one.points, one.cap) for one in added.items] == [
        ("part-1-1", "mark", None, None), ("part-1-2", "each", D(-2), D(6)),
    ]  # fmt: skip
    assert (found.parts[0].items[1].code, found.parts[0].items[1].fact) == ("key-1", "satisfaction")
    assert (found.vetoes[1].code, found.vetoes[1].unless) == ("veto-1", "self_reported")
    assert found.consequences[1].any[0].at_most == D(3)


def test_an_item_whose_rule_is_not_chosen_asks_for_it_first(admin, draft):
    page = admin.get(f"/drafts/{draft.pk}/edit/item-0-new/")

    assert [code for code, _, _ in page.context["rules"]] == [
        "each", "share", "mark", "deduct", "band",
    ]  # fmt: skip


def test_another_rule_keeps_the_words_and_shows_its_own_fields(admin, draft):
    edit(admin, draft, "item-1-1", rule="deduct", points="2")

    item = scheme(draft).parts[1].items[1]
    assert (item.code, item.title, item.rule, item.full, item.points) == (
        "d2", "台账", "deduct", D(10), D(2),
    )  # fmt: skip


def test_a_share_is_offered_only_what_has_a_base(admin, draft):
    page = admin.get(f"/drafts/{draft.pk}/edit/item-1-0/")

    names = {
        name for _, group in page.context["form"].fields["fact"].choices[1:] for name, _ in group
    }
    assert "attendance" in names
    assert names & {"satisfaction", "secretary_age", "score.star-branch"} == set()


@pytest.mark.parametrize(
    ("where", "step", "expected"),
    [
        ("item-1-1", "up", ["k1", "d2", "d1"]),
        ("item-1-0", "up", ["k1", "d1", "d2"]),  # already first
        ("part-0", "down", ["d1", "d2", "k1"]),
        ("item-1-0", "delete", ["k1", "d2"]),
        ("item-0-0", "delete", ["k1", "d1", "d2"]),  # the only item of its part
        ("part-0", "delete", ["k1", "d1", "d2"]),  # a consequence looks at it
        ("item-7-0", "delete", ["k1", "d1", "d2"]),
        ("item-0-0", "fly", ["k1", "d1", "d2"]),
    ],
)
def test_moving_and_deleting(admin, draft, where, step, expected):
    admin.post(f"/drafts/{draft.pk}/arrange/{where}/", {"step": step, "edition": "1"})

    assert [item.code for item in scheme(draft).items] == expected


def test_a_refused_deletion_says_what_uses_it(admin, draft):
    sent = {"step": "delete", "edition": "1"}
    page = admin.post(f"/drafts/{draft.pk}/arrange/part-0/", sent, follow=True)

    [message] = [str(message) for message in page.context["messages"]]
    assert message.startswith("部分“重点项”不能删除。结果运用“谈话”：不认识的比较对象“part.key”")


# Two people at once


@pytest.fixture
def other(person, committee):
    return person(Role.ADMINISTRATOR, committee)


def test_a_save_over_a_newer_edition_is_refused_showing_both_and_can_be_repeated(
    admin, other, draft
):
    mine = typed(admin.get(f"/drafts/{draft.pk}/edit/part-0/")) | {"title": "我的"}
    edit(other, draft, "part-0", title="别人的")

    page = admin.post(f"/drafts/{draft.pk}/edit/part-0/", mine)

    assert page.context["clash"]["rows"] == [("部分名称", "我的", "别人的")]
    assert page.context["clash"]["by"] == other.user.name
    assert scheme(draft).parts[0].title == "别人的"
    admin.post(f"/drafts/{draft.pk}/edit/part-0/", typed(page))
    assert scheme(draft).parts[0].title == "我的"


def test_where_another_element_stands_by_now_there_is_no_saving_over_it(admin, other, draft):
    mine = typed(admin.get(f"/drafts/{draft.pk}/edit/item-1-1/")) | {"title": "我的"}
    other.post(f"/drafts/{draft.pk}/arrange/item-1-0/", {"step": "delete", "edition": "1"})

    page = admin.post(f"/drafts/{draft.pk}/edit/item-1-1/", mine)

    assert page.context["clash"]["is_same"] is False
    assert ("项目名称", "我的", "") in page.context["clash"]["rows"]
    assert "保存</button>" not in page.content.decode()
    assert [item.code for item in scheme(draft).items] == ["k1", "d2"]


def test_moving_on_an_older_edition_is_refused(admin, other, draft):
    edit(other, draft, "part-0", title="别人的")

    admin.post(f"/drafts/{draft.pk}/arrange/item-1-1/", {"step": "up", "edition": "1"})

    assert [item.code for item in scheme(draft).items] == ["k1", "d1", "d2"]


def test_the_operation_itself_refuses_an_older_edition(admin, draft, at):
    found = scheme(draft)
    drafts.save(draft=draft, edition=1, scheme=found, by=admin.user, at=at)

    with pytest.raises(drafts.DraftChanged) as refused:
        drafts.save(draft=draft, edition=1, scheme=found, by=admin.user, at=at)
    assert refused.value.draft.edition == 2


# The running check, and putting into force


def changed(where, **values):
    found = reading.read(SMALL)
    place = Where.parse(where)
    element = dataclasses.replace(editing.found(found, place), **values)
    return writing.write(editing.put(found, place, element))


CIRCLE = changed("item-0-0", fact="score.other")
OTHER = SMALL.replace('"small"', '"other"').replace('"小方案"', '"另一方案"')
UNSOUND = changed("part-0", full=D(70))
UNFED = changed("item-1-0", fact=None)


def using(text, code):
    return text.replace(
        'rule = "mark"\n  full = 60', f'rule = "mark"\n  full = 60\n  fact = "{code}"'
    )


def test_what_to_look_at_again_is_said_and_keeps_nothing_from_being_adopted(admin, committee, at):
    less = changed("part-0", full=D(40))
    sentence = (
        "部分“重点项”：各项目最多共得 60 分，超过满分 40 分，超出的 20 分不计入；"
        "如果不是有意这样封顶，请降低项目的分值，或把“满分”改为 60。"
    )
    check = draft_queries.check(reading.read(less), committee, at.date())
    assert [(doubt.text, doubt.where) for doubt in check.doubts] == [(sentence, "part-0")]
    assert check.is_clean
    draft = drafts.create(committee=committee, text=less, source="", by=admin.user, at=at)
    for page in (f"/drafts/{draft.pk}/", f"/drafts/{draft.pk}/publish/"):
        text = admin.get(page).content.decode()
        assert "请核对（不影响采用）" in text and sentence in text
        assert "没有发现问题" not in text
    answer = admin.post(f"/drafts/{draft.pk}/publish/", {"edition": 1, "effective_from": "2026-10"})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SMALL, []),
        (UNSOUND, [("部分“重点项”：各项目最多共得 60 分，达不到满分 70 分；"
                    "请增加项目或提高项目的分值，或把“满分”改为 60。", "part-0")]),
        (UNFED, [("项目“会议”：按比例计分要有应完成数，现在没有数据来源能给出；"
                  "请换一个来源或计分方法。", "item-1-0")]),
        (CIRCLE, [("方案互相引用得分，形成循环：“另一方案”→“小方案”→“另一方案”。"
                   "请去掉其中一处引用。", "item-0-0")]),
    ],
)  # fmt: skip
def test_the_running_check_says_what_and_where(committee, at, text, expected):
    adopt(committee, using(OTHER, "score.small"), "2026-01", at)

    check = draft_queries.check(reading.read(text), committee, at.date())

    assert [(remark.text, remark.where) for remark in check.remarks] == expected
    assert check.total == ("110" if text is UNSOUND else "100")


@pytest.mark.parametrize(
    ("text", "month", "message"),
    [
        (UNSOUND, "2026-10", "部分“重点项”：各项目最多共得 60 分，达不到满分 70 分"),
        (UNFED, "2026-10", "这些项目还没有数据来源，不能核算：会议。"),
        (CIRCLE, "2026-10", "方案互相引用得分，形成循环：“另一方案”→“小方案”→“另一方案”。"),
        (
            SMALL,
            "2026-11",
            "方案按季度评，应从一期的第一个月起施行，如 2026 年 10 月或 2027 年 1 月。",
        ),
        (SMALL, "2026-12", "方案按季度评"),
    ],
)
def test_what_must_not_take_effect_is_refused_with_the_reason(
    admin, committee, at, text, month, message
):
    adopt(committee, using(OTHER, "score.small"), "2026-01", at)

    with pytest.raises(schemes.CannotAdopt, match=f"^{message}"):
        adopt(committee, text, month, at)

    draft = drafts.create(committee=committee, text=text, source="", by=admin.user, at=at)
    page = admin.post(f"/drafts/{draft.pk}/publish/", {"edition": 1, "effective_from": month})
    assert page.context["form"].errors["effective_from"][0].startswith(message)
    assert SchemeVersion.objects.filter(code="small").count() == 0


def test_a_draft_is_put_into_force_and_stays(admin, committee, draft):
    answer = admin.post(f"/drafts/{draft.pk}/publish/", {"edition": 1, "effective_from": "2026-10"})

    version = SchemeVersion.objects.get()
    assert answer["Location"] == f"/schemes/{version.pk}/"
    assert (version.committee, version.number, version.text) == (committee, 1, draft.text)
    assert admin.get(f"/drafts/{draft.pk}/").context["same"] == version


@pytest.mark.parametrize(
    ("where", "anchor"),
    [
        ("part-1", "part-1"),
        ("item-1-0", "part-1"),
        ("part-new", "part-2"),
        ("veto-0", "veto-0"),
        ("head", "head"),
    ],
)
def test_a_save_leads_to_the_place_with_its_message_in_view(admin, draft, where, anchor):
    more = {"full": "10", "first": "荣誉"} if where == "part-new" else {}

    answer = edit(admin, draft, where, title="新的名称", **more)

    assert answer.url == f"/drafts/{draft.pk}/#{anchor}"
    page = admin.get(answer.url).content.decode()
    assert f'id="{anchor}"' in page and "已保存：" in page
    assert 'class="main keeps"' in page


def test_a_draft_in_force_leaves_the_drafts_and_comes_back_when_changed(
    admin, committee, draft, at
):
    def listed():
        page = admin.get("/schemes/adopt/")
        return page, list(page.context["drafts"]), list(page.context["adopted_drafts"])

    assert listed()[1:] == ([draft], [])
    version = adopt(committee, draft.text, "2026-10", at)

    page, written, adopted = listed()

    assert (written, adopted) == ([], [(draft, version)])
    text = page.content.decode()
    assert "已采用的草稿 1 份" in text and "没有草稿" in text
    assert f'<a class="link" href="/schemes/{version.pk}/">小方案 第 1 版</a>' in text
    edit(admin, draft, "part-0", title="改名")
    assert listed()[1:] == ([SchemeDraft.objects.get()], [])


def test_what_was_changed_since_it_was_seen_is_not_put_into_force(admin, other, draft):
    edit(other, draft, "part-0", title="别人的")
    sent = {"edition": 1, "effective_from": "2026-10"}

    page = admin.post(f"/drafts/{draft.pk}/publish/", sent)

    assert SchemeVersion.objects.count() == 0
    assert page.context["form"].non_field_errors()[0].startswith(other.user.name)
    assert page.context["form"]["edition"].value() == "2"


def test_a_shipped_scheme_is_adopted_as_it_is(admin, committee):
    page = admin.post(
        "/schemes/presets/star-branch/", {"committee": committee.pk, "effective_from": "2026-10"}
    )

    assert page.status_code == 302
    assert SchemeVersion.objects.get().text == scheme_queries.preset_text("star-branch")


# Taking back


@pytest.fixture
def versions(committee, at):
    """In force since January, and another from January next year on."""
    return [adopt(committee, SMALL, "2026-01", at), adopt(committee, UP, "2027-01", at)]


UP = changed("part-0", title="重点工作")


def test_a_version_not_yet_in_force_is_taken_back_and_the_one_before_goes_on(admin, versions):
    first, second = versions

    admin.post(f"/schemes/{second.pk}/withdraw/")

    [left] = SchemeVersion.objects.all()
    assert (left, left.effective_to) == (first, None)
    entry = AuditEntry.objects.get(action="scheme.withdrawn")
    assert entry.before == {"code": "small", "number": 2, "from": "2027-01"}


def test_what_is_in_force_followed_or_computed_stands(admin, committee, versions, at):
    first, second = versions
    third = adopt(committee, SMALL, "2027-04", at)
    runs.compute(version=third, period=Period.parse("2027Q2"), by=None, at=at)

    def refusal(version):
        page = admin.post(f"/schemes/{version.pk}/withdraw/", follow=True)
        return str(next(iter(page.context["messages"])))

    assert refusal(first).startswith("这一版自 2026 年 1 月起已经施行")
    assert refusal(second) == "后面还有更新的版本，请先撤销那一版。"
    assert refusal(third).startswith("已按这一版核算过")
    assert SchemeVersion.objects.count() == 3


# Walls and counts


def test_a_committees_drafts_and_versions_are_not_found_from_a_branch(
    person, branch_a, draft, versions
):
    below = person(Role.ADMINISTRATOR, branch_a)
    version = versions[1]

    for url in (
        f"/drafts/{draft.pk}/", f"/drafts/{draft.pk}/edit/head/", f"/drafts/{draft.pk}/publish/",
        f"/drafts/{draft.pk}/export/", f"/schemes/{version.pk}/export/",
        f"/drafts/new/?version={version.pk}", "/drafts/new/?version=x", "/drafts/new/?preset=x",
        "/schemes/presets/none/",
    ):  # fmt: skip
        assert below.get(url).status_code == 404, url
    for url in (
        f"/drafts/{draft.pk}/discard/", f"/drafts/{draft.pk}/arrange/part-0/",
        f"/schemes/{version.pk}/withdraw/",
    ):  # fmt: skip
        assert below.post(url).status_code == 404, url
    assert SchemeDraft.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "status"), [(Role.ADMINISTRATOR, 200), (Role.SECRETARY, 200), (None, 404)]
)
def test_a_version_is_read_by_those_it_concerns(person, committee, versions, role, status):
    client = person(role, committee)

    assert client.get(f"/schemes/{versions[0].pk}/").status_code == status


def test_a_draft_is_thrown_away(admin, draft):
    admin.post(f"/drafts/{draft.pk}/discard/")

    assert SchemeDraft.objects.count() == 0
    assert AuditEntry.objects.filter(action="draft.discarded").count() == 1


@pytest.mark.parametrize("number", [1, 3])
def test_pages_take_the_same_number_of_queries_for_one_and_three(
    admin, committee, draft, versions, at, number
):
    for _ in range(number - 1):
        drafts.create(committee=committee, text=SMALL, source="", by=admin.user, at=at)

    def queries(url):
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert admin.get(url).status_code == 200
        return len(captured)

    assert (queries("/schemes/adopt/"), queries(f"/drafts/{draft.pk}/")) == (7, 7)
