"""Trying a scheme on past months: what it finds, that nothing stays, who sees whose name."""

import random
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from branches.models import AuditEntry, Job, User
from branches.rules.roles import Role
from branches.scope import EVERYWHERE
from members.models import Member
from scoring import tasks
from scoring.models import Mark, Run, SchemeTrial, SchemeVersion, Score
from scoring.operations import drafts, runs, sealing, trials
from scoring.queries import fingerprints, trial_pages
from scoring.queries import schemes as scheme_queries
from scoring.rules import comparing, reading
from scoring.rules.comparing import MOVES, Scale, Side
from tests.scoring.random_months import AT, MARCH, MEMBERS, adopt, organization, random_month

# One item weighs less, one is gone, one is new, a part weighs more, and fewer are the best.
CHANGED = (
    MEMBERS.replace("points = 3.5", "points = 1.5")
    .replace('code = "talk"\n  title = "谈话"', 'code = "chat"\n  title = "交心"')
    .replace("weight = 0.8", "weight = 0.9")
    .replace("share = 0.2", "share = 0.1")
)

BRANCHES = """
code = "hygiene"
title = "检查"
target = "organization"
period = "month"
groups = "type"

[[part]]
code = "all"
title = "全部"
full = 100

  [[part.item]]
  code = "order"
  title = "秩序"
  rule = "mark"
  full = 60

  [[part.item]]
  code = "files"
  title = "资料"
  rule = "mark"
  full = 40

[outcome]

[[outcome.band]]
label = "五星"
star = 5
min = 90

[[outcome.band]]
label = "三星"
star = 3
min = 60

[[outcome.band]]
label = "一星"
star = 1
min = 0
"""


# Pure comparison


def scheme(outcome: str, *, groups: str = "type", code: str = "s"):
    head = BRANCHES.partition("[outcome]")[0].replace('"hygiene"', f'"{code}"')
    return reading.read(head.replace('groups = "type"', f'groups = "{groups}"') + outcome)


STARS = '[outcome]\n[[outcome.band]]\nlabel = "好"\nstar = 3\nmin = 80\n'
OTHER_STARS = '[outcome]\n[[outcome.band]]\nlabel = "优"\nstar = 5\nmin = 90\n'
BANDS = '[outcome]\n[[outcome.band]]\nlabel = "优"\nmin = 90\n'
TIERS = (
    '[outcome]\nfloor = { below = 60, label = "末" }\n[[outcome.tier]]\nlabel = "末"\nshare = 0.1\n'
    'from = "bottom"\n[[outcome.tier]]\nlabel = "中"\n[[outcome.tier]]\nlabel = "首"\nshare = 0.1\n'
)


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (scheme(STARS), scheme(OTHER_STARS), "star"),
        (scheme(TIERS), scheme(TIERS), "tier"),
        (scheme(TIERS), scheme(TIERS.replace("首", "先")), "rank"),
        (scheme(BANDS), scheme(BANDS.replace("90", "80")), "band"),
        (scheme(BANDS), scheme(STARS), "rank"),
        (scheme(BANDS), scheme(TIERS), "rank"),
        (scheme(""), scheme("", groups="all"), "total"),
        (scheme(""), scheme(""), "rank"),
    ],
)
def test_moves_are_counted_by_what_both_schemes_give(before, after, kind):
    assert comparing.scale_of(before, after).kind == kind


def test_grades_stand_best_first_and_the_floor_last():
    assert comparing.grade_labels(scheme(TIERS), "tier") == ("首", "中", "末")
    assert comparing.grade_labels(scheme(OTHER_STARS), "star") == ("五星", "无星")
    assert comparing.grade_labels(scheme(BANDS), "band") == ("优", "未达等次")
    assert comparing.grade_labels(scheme(BANDS), "star") == ()


TEN = Decimal(10)
TIER = Scale("tier", ("首", "中", "末"))


@pytest.mark.parametrize(
    ("scale", "before", "after", "move"),
    [
        (Scale("star"), Side(TEN, star=3), Side(TEN, star=4), "up"),
        (Scale("star"), Side(TEN, star=None), Side(TEN, star=1), "up"),
        (Scale("star"), Side(TEN, star=1), Side(TEN, veto="不评"), "down"),
        (Scale("star"), Side(TEN, veto="甲"), Side(TEN, veto="乙"), "same"),
        (Scale("star"), Side(), Side(TEN, star=1), "entered"),
        (Scale("star"), Side(TEN, veto="甲"), Side(), "left"),
        (Scale("star"), Side(), Side(), ""),
        (TIER, Side(TEN, tier="中"), Side(TEN, tier="首"), "up"),
        (TIER, Side(TEN, tier="中"), Side(TEN, tier="末"), "down"),
        (Scale("rank"), Side(TEN, rank=2), Side(TEN, rank=1), "up"),
        (Scale("total"), Side(TEN), Side(Decimal("9.99")), "down"),
    ],
)
def test_who_moves_and_which_way(scale, before, after, move):
    assert comparing.move(scale, before, after) == move


def test_an_item_counts_as_it_adds_to_the_total_and_items_match_by_code():
    before, after = reading.read(MEMBERS), reading.read(CHANGED)
    changes = comparing.item_changes(
        before, after, {"daily": Decimal(10), "talk": Decimal(5)}, {"daily": Decimal(12)}
    )
    found = {one.code: (one.before, one.after, one.change) for one in changes}
    assert found["daily"] == (Decimal("8.00"), Decimal("10.80"), Decimal("2.80"))
    assert found["talk"] == (Decimal("5.00"), None, Decimal("-5.00"))
    assert found["chat"] == (None, Decimal("0.00"), Decimal("0.00"))
    assert [one.code for one in changes][-1] == "talk"


@pytest.mark.parametrize(
    ("kind", "unit", "moves", "words"),
    [
        ("star", "个支部", (3, 1, 8, 0, 0), "12 个支部中 3 个升星、1 个降星、8 个星级不变"),
        (
            "tier",
            "名党员",
            (0, 0, 5, 2, 1),
            "8 名党员中 0 名升档、0 名降档、5 名档次不变、2 名进入评定、1 名不再评定",
        ),
    ],
)
def test_the_headline_says_who_moves(kind, unit, moves, words):
    counted = dict(zip(MOVES, moves, strict=True))
    assert comparing.headline(kind, unit, counted) == words


def test_the_headline_tells_those_whose_points_alone_change_from_those_left_as_they_were():
    moves = dict(zip(MOVES, (3, 1, 8, 0, 0), strict=True))
    words = "12 个支部中 3 个升星、1 个降星、8 个星级不变"
    assert comparing.headline("star", "个支部", moves, 4) == words
    assert comparing.headline("star", "个支部", moves, 9) == f"{words}（其中 5 个分数或名次有变）"
    ranked = comparing.headline("rank", "个支部", moves, 9)
    assert ranked.endswith("8 个名次不变（其中 5 个分数有变）")


def test_compared_is_the_same_code_then_what_shares_the_most_items():
    same, alike, other = scheme(STARS), scheme(STARS, code="t"), reading.read(MEMBERS)
    assert comparing.closest(same, [other, alike, same]) == 2
    assert comparing.closest(same, [other, alike]) == 1
    assert comparing.closest(same, []) is None


# The engine, rolled back


@pytest.fixture
def author(db) -> User:
    return User.objects.create(username="author", name="登记人", created_at=AT)


@pytest.fixture
def month(db, author):
    """A committee with a random month of members; nothing computed."""
    committee = organization("C", "COMMITTEE", None)
    random_month(committee, author, random.Random(11))
    return committee


def ask(committee, text: str, by: User, *, first=MARCH, last=MARCH, draft=None) -> SchemeTrial:
    return trials.ask(
        committee=committee, text=text, first=first, last=last, draft=draft, by=by, at=AT
    )


def counts() -> dict[str, int]:
    return {
        model._meta.label: model._default_manager.count()
        for label in ("branches", "members", "activities", "scoring")
        for model in apps.get_app_config(label).get_models()
    }


def test_nothing_of_a_trial_stays(month, author):
    run = runs.compute(version=adopt(month, MEMBERS), period=MARCH, by=None, at=AT)
    trial = ask(month, CHANGED, author)
    before, checksum = counts(), fingerprints.checksum(run.pk)
    audited = AuditEntry.objects.count()

    found = trials.try_period(trial=trial, period=MARCH, at=AT)

    assert found["changed"] > 0
    assert (counts(), fingerprints.checksum(run.pk)) == (before, checksum)
    assert AuditEntry.objects.count() == audited
    run.refresh_from_db()
    assert run.is_current and SchemeVersion.objects.get().number == 1


def test_a_trial_finds_what_adopting_the_scheme_would_give(month, author):
    trial = ask(month, MEMBERS, author)
    tried = trials.try_period(trial=trial, period=MARCH, at=AT)
    runs.compute(version=adopt(month, MEMBERS), period=MARCH, by=None, at=AT)

    again = trials.try_period(trial=trial, period=MARCH, at=AT)

    assert (tried["against"], tried["before"]) == (None, None)
    assert again["before"] == tried["after"] == again["after"]
    assert (again["movers"], again["changed"], again["branches"]) == ([], 0, [])
    rated = Score.objects.rated().count()
    assert again["moves"] == dict.fromkeys(MOVES, 0) | {"same": rated}


@pytest.mark.parametrize("seed", range(4))
def test_the_database_counts_moves_as_the_rules_do(db, author, seed):
    month = organization("C", "COMMITTEE", None)
    random_month(month, author, random.Random(seed))
    text = CHANGED if seed % 2 else CHANGED.replace('exempt = ["ill"]', 'exempt = ["away"]')
    if seed > 1:  # by tier, not by star
        text = text.replace("star = 2\n", "").replace("star = 1\n", "")
    runs.compute(version=adopt(month, MEMBERS), period=MARCH, by=None, at=AT)

    found = trials.try_period(trial=ask(month, text, author), period=MARCH, at=AT)

    assert found["scale"] == ("tier" if seed > 1 else "star")
    moved = Counter(row["move"] for row in found["movers"])
    assert len(found["movers"]) == found["changed"] < 100
    for move in ("up", "down", "entered", "left"):
        assert found["moves"][move] == moved[move], move
    assert found["moves"]["up"] + found["moves"]["down"] > 0
    assert sum(sum(row[1:]) for row in found["branches"]) <= sum(found["moves"].values())
    for way, place in (("up", 1), ("down", 2), ("entered", 4), ("left", 5)):
        assert sum(row[place] for row in found["branches"]) == found["moves"][way]
    graded = dict(found["after"]["grades"])
    assert sum(graded.values()) == found["after"]["rated"]


def test_items_and_the_rest_together_are_the_whole_change(month, author):
    runs.compute(version=adopt(month, MEMBERS), period=MARCH, by=None, at=AT)

    found = trials.try_period(trial=ask(month, CHANGED, author), period=MARCH, at=AT)

    for row in found["movers"]:
        change = Decimal(row["after"]["total"]) - Decimal(row["before"]["total"])
        told = sum(Decimal(points) for _, points in row["items"]) + Decimal(row["rest"])
        assert told == change
    states = {
        item["code"]: (item["before"] is None, item["after"] is None) for item in found["items"]
    }
    assert [code for code, state in states.items() if state == (True, False)] == ["chat"]
    assert [code for code, state in states.items() if state == (False, True)] == ["talk"]


def test_a_period_in_a_round_can_be_tried(month, author):
    run = runs.compute(version=adopt(month, MEMBERS), period=MARCH, by=None, at=AT)
    sealing.seal(run=run, at=AT)

    assert trials.try_period(trial=ask(month, CHANGED, author), period=MARCH, at=AT)["changed"]


LEVELS = {"二星": 2, "一星": 1, "无星": 0} | dict.fromkeys(
    ("不予评定", "暂缓评定"), comparing.LOWEST
)


def test_those_that_move_furthest_are_kept_and_queries_do_not_grow(month, author, monkeypatch):
    runs.compute(version=adopt(month, MEMBERS), period=MARCH, by=None, at=AT)
    trial = ask(month, CHANGED.replace("min = 20", "min = 26"), author)
    with CaptureQueriesContext(connection) as many:
        found = trials.try_period(trial=trial, period=MARCH, at=AT)
    monkeypatch.setattr("scoring.queries.comparisons.MOST_MEMBERS", 3)
    with CaptureQueriesContext(connection) as few:
        three = trials.try_period(trial=trial, period=MARCH, at=AT)

    assert len(many) == len(few)
    assert (three["movers"], three["changed"]) == (found["movers"][:3], len(found["movers"]))
    far = [
        abs(LEVELS[row["after"]["grade"]] - LEVELS[row["before"]["grade"]])
        for row in found["movers"]
        if row["before"]["grade"] and row["after"]["grade"]
    ]
    assert far == sorted(far, reverse=True) and len(set(far)) > 1


# Branches, the job and the pages


@pytest.fixture
def rated(committee, branch_a, branch_b, at):
    """March of two branches by marks: one has 95 points (五星), one 70 (三星)."""
    version = adopt(committee, BRANCHES)
    inspector = User.objects.create(username="inspector", name="检查人", created_at=at)
    for branch, order, files in ((branch_a, 60, 35), (branch_b, 50, 20)):
        for code, value in (("order", order), ("files", files)):
            Mark.objects.create(
                scheme_code="hygiene", item_code=code, organization=branch, value=value,
                period_start=MARCH.first_day, marked_by=inspector, marked_at=at,
            )  # fmt: skip
    return runs.compute(version=version, period=MARCH, by=None, at=at)


STRICTER = BRANCHES.replace("min = 90", "min = 96").replace("min = 60", "min = 71")


def test_branches_move_by_star_each_with_its_reason(rated, committee, branch_a, branch_b, author):
    text = STRICTER.replace("full = 60", "full = 50")
    found = trials.try_period(trial=ask(committee, text, author), period=MARCH, at=AT)

    assert found["against"]["title"] == "检查 第 1 版"
    assert found["moves"] == {"up": 0, "down": 2, "same": 0, "entered": 0, "left": 0}
    assert found["before"]["grades"] == [("五星", 1), ("三星", 1), ("一星", 0), ("无星", 0)]
    movers = {row["subject"]: row for row in found["movers"]}
    assert movers[branch_a.pk] == {
        "subject": branch_a.pk,
        "organization": branch_a.pk,
        "move": "down",
        "before": {"total": "95.00", "rank": 1, "grade": "五星"},
        "after": {"total": "85.00", "rank": 1, "grade": "三星"},
        "items": [["order", "-10.00"]],
        "rest": "0.00",
    }
    assert (movers[branch_b.pk]["items"], movers[branch_b.pk]["move"]) == ([], "down")
    assert [(row["code"], row["before"], row["after"]) for row in found["items"]] == [
        ("order", "55.00", "50.00"),
        ("files", "27.50", "27.50"),
    ]


def asked(client, committee, **changes):
    draft = drafts.create(
        committee=committee, text=STRICTER, source="方案目录", by=client.user, at=AT
    )
    values = {
        "scheme": f"draft-{draft.pk}", "committee": committee.pk,
        "first": "2026-02", "last": "2026-03",
    }  # fmt: skip
    return client.post(reverse("trial-new"), values | changes)


def test_a_trial_is_asked_for_carried_out_and_read(person, rated, committee):
    client = person(Role.REVIEWER, committee)

    answer = asked(client, committee)

    trial = SchemeTrial.objects.get()
    assert (answer.status_code, answer.url) == (302, reverse("trial", kwargs={"pk": trial.pk}))
    waiting = client.get(answer.url).content.decode()
    assert "可以离开本页" in waiting and "hx-trigger" in waiting
    before = Run.objects.count()
    tasks.try_scheme(job_id=trial.job_id)
    trial.refresh_from_db()
    assert (trial.job.state, trial.job.done, trial.job.result_url) == (
        Job.State.DONE, 2, answer.url,
    )  # fmt: skip
    assert Run.objects.count() == before

    page = client.get(answer.url)
    assert page.context["headline"] == "2 个支部中 0 个升星、2 个降星、0 个星级不变"
    names = [(mover.name, mover.move, mover.change) for mover in page.context["page"]]
    assert names == [("采煤党支部", "down", Decimal(0)), ("机电党支部", "down", Decimal(0))]
    assert page.context["moves"] == [("降星", "?period=2026-03&move=down", True, 2)]
    february = client.get(f"{answer.url}?period=2026-02")
    assert "没有核算过" in february.context["headline"]
    assert client.get(f"{answer.url}?period=2026-01").status_code == 404
    assert "已完成" in client.get(reverse("trial-list")).content.decode()


LACKING = """
code = "hygiene"
title = "检查"
target = "organization"
period = "month"
groups = "type"

[[part]]
code = "all"
title = "全部"
full = 100

  [[part.item]]
  code = "order"
  title = "秩序"
  rule = "mark"
  full = 60

  [[part.item]]
  code = "reports"
  title = "材料"
  rule = "deduct"
  full = 10
  points = 2

  [[part.item]]
  code = "lectures"
  title = "党课"
  rule = "share"
  full = 20
  fact = "lecture_held"

  [[part.item]]
  code = "praise"
  title = "表扬"
  rule = "each"
  points = 2
  cap = 10

  [[part.item]]
  code = "survey"
  title = "测评"
  rule = "band"
  bands = [{ min = 60, points = 5 }]
"""


@pytest.mark.parametrize(
    ("order", "items"),
    [
        # A mark of 0 is a mark, and the quarter's lecture is due though none was held.
        (0, ["材料：按满分计", "表扬：计 0 分", "测评：按缺项，不计分"]),
        (None, ["秩序：按缺项，不计分", "材料：按满分计", "表扬：计 0 分", "测评：按缺项，不计分"]),
    ],
)  # fmt: skip
def test_items_without_data_are_told_with_what_they_give(
    person, committee, branch_a, author, order, items
):
    if order is not None:
        Mark.objects.create(
            scheme_code="hygiene", item_code="order", organization=branch_a, value=order,
            period_start=MARCH.first_day, marked_by=author, marked_at=AT,
        )  # fmt: skip
    trial = ask(committee, LACKING, author)
    trials.keep(trial=trial, periods=[trials.try_period(trial=trial, period=MARCH, at=AT)])

    page = person(Role.REVIEWER, committee).get(reverse("trial", kwargs={"pk": trial.pk}))

    lacking = page.context["unrecorded"]
    assert [f"{title}：{gives}" for title, gives in lacking.items] == items
    assert (lacking.of, lacking.are_most) == (5, True)
    text = page.content.decode()
    assert text.index(f"5 项中 {len(items)} 项当月没有数据，得分多为默认值") < text.index(
        "参加评定"
    )


@pytest.mark.parametrize(("lacking", "are_most"), [(0, False), (2, False), (3, True)])
def test_most_is_more_than_half(lacking, are_most):
    found = trial_pages.Unrecorded(4, (("项目", "计 0 分"),) * lacking, "当月")
    assert found.are_most is are_most
    assert ("得分多为默认值" in found.title) is are_most


def test_a_trial_whose_draft_is_gone_says_so(person, rated, committee):
    client = person(Role.ADMINISTRATOR, committee)
    asked(client, committee)
    trial = SchemeTrial.objects.get()
    drafts.discard(draft=trial.draft, by=client.user, at=AT)

    tasks.try_scheme(job_id=trial.job_id)

    job = Job.objects.get(pk=trial.job_id)
    assert (job.state, job.error) == (
        Job.State.FAILED,
        "方案草稿已删除，它的模拟运行随之取消。",
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"scheme": "draft-999999"}, "这个方案已不在列表里，请重新选择。"),
        ({"first": "2026-1"}, "月份应写成 2026-10 的样子。"),
        ({"first": "2026-04"}, "不能早于起始的一期。"),
        ({"first": "2025-03"}, "一次最多 12 期，现在是 13 期，请缩短。"),
        ({"last": "2199-01"}, "月份应写成 2026-10 的样子。"),
        ({"last": "2099-12"}, "2099 年 12 月还没有结束，最晚可以选"),
        ({"scheme": "preset-star-year", "last": "2099-03"}, "2099 年还没有结束，最晚可以选"),
    ],
)
def test_what_cannot_be_tried_is_said_beside_its_field(person, rated, committee, changes, message):
    page = asked(person(Role.REVIEWER, committee), committee, **changes)

    assert message in page.content.decode()
    assert not SchemeTrial.objects.exists()


@pytest.mark.parametrize("role", [None, Role.SECRETARY, Role.GROUP_LEADER, Role.AUDITOR])
@pytest.mark.parametrize("name", ["trial-list", "trial-new", "trial-sheet"])
def test_who_neither_keeps_schemes_nor_starts_runs_tries_nothing(person, committee, role, name):
    assert person(role, committee).get(reverse(name)).status_code == 403


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMINISTRATOR])
def test_members_are_named_only_to_who_sees_scores_and_never_ranked(person, month, author, role):
    Member.objects.update(name="某某某")
    last = Member.objects.order_by("-pk").first()
    Member.objects.filter(pk=last.pk).update(name="阿甲", name_pinyin="a jia")
    runs.compute(version=adopt(month, MEMBERS), period=MARCH, by=None, at=AT)
    trial = ask(month, CHANGED, author)
    found = trials.try_period(trial=trial, period=MARCH, at=AT)
    trials.keep(trial=trial, periods=[found])
    assert "某某某" not in str(found)

    page = person(role, month).get(reverse("trial", kwargs={"pk": trial.pk}))

    text = page.content.decode()
    assert ("某某某" in text) == (role == Role.REVIEWER)
    assert "各支部党员的变化" in text
    shown = list(page.context["page"])
    if role == Role.REVIEWER:
        order = [(mover.branch, mover.name != "阿甲") for mover in shown]
        assert order == sorted(order)
    else:
        assert (shown, page.context["hidden"]) == ([], len(found["movers"]))


def test_the_page_takes_as_many_queries_for_few_as_for_many(person, month, author):
    runs.compute(version=adopt(month, MEMBERS), period=MARCH, by=None, at=AT)
    trial = ask(month, CHANGED, author)
    found = trials.try_period(trial=trial, period=MARCH, at=AT)
    client = person(Role.REVIEWER, month)
    url = reverse("trial", kwargs={"pk": trial.pk})
    taken = []
    for movers in (found["movers"], found["movers"][:1]):
        trials.keep(trial=trial, periods=[found | {"movers": movers}])
        with CaptureQueriesContext(connection) as queries:
            client.get(url)
        taken.append(len(queries))
    assert taken[0] == taken[1]


# The spreadsheet


FACTS = "subject,group,item,quantity,base\n甲,国企,daily,2,\n甲,国企,attendance,2,4\n"


def sheet(client, facts: str, *, encoding: str = "utf-8", **more: str):
    file = SimpleUploadedFile("facts.csv", facts.encode(encoding))
    return client.post(
        reverse("trial-sheet"), {"scheme": "preset-points-1261", "facts_file": file, **more}
    )


def test_the_browser_gives_the_same_file_as_the_command(person, committee, tmp_path):
    (tmp_path / "facts.csv").write_text(FACTS, encoding="utf-8")
    out = tmp_path / "out.csv"
    call_command("trial", "points-1261", facts=tmp_path / "facts.csv", out=out, verbosity=0)
    client = person(Role.ADMINISTRATOR, committee)

    got = sheet(client, FACTS, encoding="gb18030", **{"as": "csv"})

    assert got.content == Path(out).read_bytes()
    assert got["Content-Disposition"] == 'attachment; filename="result.csv"'
    page = sheet(client, FACTS)
    assert page.context["results"][0][:4] == ["甲", "国企", "yes", "50.00"]
    # What the file held now stands in the box, and can be sent again from there.
    again = client.post(
        reverse("trial-sheet"),
        {"scheme": "preset-points-1261", "facts": FACTS.replace("\n", "\r\n"), "as": "csv"},
    )
    assert again.content == got.content
    assert page.context["form"]["facts"].value() == FACTS


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ('=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'),
        ("+cmd|calc", "'+cmd|calc"),
        ("-甲", "'-甲"),
        ("＝1+1", "'＝1+1"),
        ("@甲", "'@甲"),
        ("甲=乙", "甲=乙"),
    ],
)
def test_no_cell_of_the_result_is_taken_for_a_formula(person, committee, tmp_path, name, cell):
    quoted = '"' + name.replace('"', '""') + '"'
    facts = FACTS.replace("甲,", f"{quoted},")
    (tmp_path / "facts.csv").write_text(facts, encoding="utf-8")
    out = tmp_path / "out.csv"

    got = sheet(person(Role.ADMINISTRATOR, committee), facts, **{"as": "csv"})
    call_command("trial", "points-1261", facts=tmp_path / "facts.csv", out=out, verbosity=0)

    assert got.content.decode().splitlines()[1].startswith(f"{cell},国企,yes,50.00,")
    assert got.content == Path(out).read_bytes()


def test_a_bad_sheet_is_refused_with_line_and_column_and_kept_in_the_box(person, committee):
    bad = FACTS + "乙,国企,dail,1,\n"

    page = sheet(person(Role.ADMINISTRATOR, committee), bad, previous="subject\n", **{"as": "csv"})

    found = [(file, p.line, p.column, p.name) for file, p in page.context["problems"]]
    assert found[0] == ("事实表", 4, 3, "item")
    assert {file for file, *_ in found} == {"事实表", "以往结果表"}
    assert page.context["results"] == [] and "乙,国企,dail,1," in page.content.decode()


def test_a_sheet_must_be_given(person, committee):
    page = person(Role.ADMINISTRATOR, committee).post(
        reverse("trial-sheet"), {"scheme": "preset-points-1261"}
    )
    assert "请选择事实表，或在下面粘贴内容。" in page.content.decode()


def test_every_shipped_scheme_can_be_chosen(db):
    found = {one.key for _, group in trial_pages.choices(EVERYWHERE) for one in group}
    assert {f"preset-{code}" for code in scheme_queries.preset_codes()} <= found
