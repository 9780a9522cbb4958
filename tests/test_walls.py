"""Every address with every role: what belongs to branch B does not exist for people of branch A."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from activities.models import Activity, Attendance
from branches import documents, jobs
from branches.access import POLICY_MARK
from branches.models import CalendarDay, Notice, Post
from branches.rules.periods import Period
from branches.rules.roles import Role
from members.models import Exemption, Member, Membership, RosterImport
from scoring.models import (
    Appeal,
    Consequence,
    Inspection,
    InspectionPhoto,
    PointEntry,
    Round,
    RoundComment,
    Run,
    SchemeTrial,
    SchemeVersion,
    Score,
)
from scoring.operations import drafts, rounds, runs, schemes
from scoring.queries import schemes as scheme_queries

MARCH = "2026-03"
SINCE = dt.date(2020, 1, 1)

# What everybody whose work it touches may read: it belongs to no branch.
SHARED = {"scheme"}


def addresses(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern)
        else:
            yield pattern


WITH_OBJECT = sorted(
    {p.name for p in addresses() if p.name and "pk" in p.pattern.converters} - SHARED
)
ALL_NAMES = sorted({p.name for p in addresses() if p.name})


@pytest.fixture
def theirs(committee, branch_a, branch_b, person, at) -> dict[str, int]:
    """One of everything in branch B, by the kind of thing an address names."""
    secretary = person(Role.SECRETARY, branch_b).user
    member = Member.objects.create(name="乙", name_pinyin="yi", name_strokes="1")
    Membership.objects.create(member=member, branch=branch_b, started_on=SINCE)
    activity = Activity.objects.create(
        organization=branch_b, kind="THEME_DAY", title="党日", held_on=dt.date(2026, 3, 10),
        starts_at=dt.time(9), place="会议室", record_due_on=dt.date(2026, 3, 13),
        entered_by=secretary, entered_at=at,
    )  # fmt: skip
    attendance = Attendance.objects.create(
        activity=activity, member=member, branch=branch_b, kind=activity.kind,
        held_on=activity.held_on, status="PRESENT",
    )  # fmt: skip
    for code in scheme_queries.preset_codes():
        version = schemes.adopt(
            committee=committee, text=scheme_queries.preset_text(code),
            effective_from=Period.parse("2026-01"), by=None, at=at,
        )  # fmt: skip
        runs.compute(version=version, period=Period.parse(MARCH), by=None, at=at)
    entry = PointEntry.objects.create(
        scheme_code="points-1261", item_code="service", member=member, organization=branch_b,
        happened_on=dt.date(2026, 3, 5), evidence="事实", entered_by=secretary, entered_at=at,
    )  # fmt: skip
    document = documents.keep(
        b"%PDF", title="台账", filename="x.pdf", content_type="application/pdf",
        owner=secretary, organization=branch_b, at=at,
    )  # fmt: skip
    job, _ = jobs.request(
        "scoring.recompute", arguments={}, label="核算", by=secretary, at=at, organization=branch_b
    )
    roster = RosterImport.objects.create(
        organization=branch_b,
        document=document,
        effective_on=at.date(),
        uploaded_by=secretary,
        uploaded_at=at,
    )
    notice = Notice.objects.create(recipient=secretary, text="通知", created_at=at)
    exemption = Exemption.objects.create(member=member, reason="ill", started_on=SINCE)
    CalendarDay.objects.create(day=dt.date(2026, 3, 9), is_working=False)
    draft = drafts.create(
        committee=committee, text=scheme_queries.preset_text("star-branch"), source="方案目录",
        by=secretary, at=at,
    )  # fmt: skip
    # A first round: it is not shown to those it rates yet.
    round_ = rounds.open_round(run=Run.objects.get(scheme_code="star-branch"), by=secretary, at=at)
    comment = RoundComment.objects.create(
        round=round_, organization=branch_b, text="意见", by=secretary, at=at
    )
    appeal = Appeal.objects.create(
        round=round_, organization=branch_b, item_code="theme_day_held", item_title="主题党日",
        text="理由", filed_by=secretary, filed_at=at, due_on=at.date(),
    )  # fmt: skip
    points = Run.objects.get(scheme_code="points-1261")
    duties = Run.objects.get(scheme_code="duty-organizations")
    final = Round.objects.create(
        run=duties, committee=committee, scheme_code=duties.scheme_code,
        period_start=duties.period_start, period_kind=duties.period_kind, state="FINAL",
        opened_by=secretary, opened_at=at, decided_by=secretary, decided_at=at,
    )  # fmt: skip
    consequence = Consequence.objects.create(
        round=final, organization=branch_b, member=member, ordinal=1, title="谈话", kind="talk",
        why="总分低于 60 分",
    )  # fmt: skip
    # One's own sheet, submitted: its branch may read it, and nobody else below the committee.
    inspection = Inspection.objects.create(
        version=SchemeVersion.objects.get(code="star-branch"), organization=branch_b,
        period_start=dt.date(2026, 3, 1), period_kind="month", inspector=secretary,
        due_on=at.date(), assigned_by=secretary, assigned_at=at, submitted_at=at,
    )  # fmt: skip
    photo = InspectionPhoto.objects.create(
        inspection=inspection, item_code="service_duty", added_at=at,
        document=documents.keep(
            b"\xff\xd8", title="照片", filename="x.jpg", content_type="image/jpeg",
            owner=secretary, organization=None, at=at,
        ),
    )  # fmt: skip
    trial = SchemeTrial.objects.create(
        committee=committee, title="试", text=draft.text, first_period=MARCH, last_period=MARCH,
        asked_by=secretary, asked_at=at,
    )  # fmt: skip
    return {
        "organization": branch_b.pk,
        "member": member.pk,
        "activity": activity.pk,
        "attendance": attendance.pk,
        "entry": entry.pk,
        "document": document.pk,
        "job": job.pk,
        "roster": roster.pk,
        "notice": notice.pk,
        "exemption": exemption.pk,
        "account": secretary.pk,
        "post": Post.objects.get(user=secretary).pk,
        "scheme": version.pk,
        "draft": draft.pk,
        "trial": trial.pk,
        "inspection": inspection.pk,
        "photo": photo.pk,
        "round": round_.pk,
        "comment": comment.pk,
        "appeal": appeal.pk,
        "consequence": consequence.pk,
        "final": final.pk,
        "run": points.pk,
        "score": Score.objects.get(run=points, member=member).pk,
    }


# The kind of thing an address names, by the beginning of its name (the longest fits).
KINDS = {
    "organization": "organization",
    "branch-tiers": "organization",
    "mark-sheet": "organization",
    "ledger": "organization",
    "member": "member",
    "activity": "activity",
    "my-activity": "attendance",
    "points-void": "entry",
    "document": "document",
    "job": "job",
    "roster-import": "roster",
    "roster-problems": "roster",
    "notice": "notice",
    "account": "account",
    "post": "post",
    "exemption": "exemption",
    "scheme": "scheme",
    "draft": "draft",
    "trial": "trial",
    "inspection": "inspection",
    "inspection-photo": "photo",
    "round": "round",
    "round-open": "run",
    "comment": "comment",
    "appeal": "appeal",
    "consequence": "consequence",
    "pay-table": "final",
    "appeal-new": "score",
    "my-": "member",
    "calendar": "organization",
}


def _arguments(name: str, theirs: dict[str, int]) -> dict[str, Any]:
    pattern = next(p for p in addresses() if p.name == name)
    fitting = [start for start in KINDS if name.startswith(start)]
    assert fitting, f"say in KINDS what {name} names, so that its wall is tested"
    values = {
        "pk": theirs[KINDS[max(fitting, key=len)]],
        "period": MARCH,
        "item": "theme_day_held" if name.startswith("organization") else "daily",
        "code": "stars",
        "day": "2026-03-09",
        "post": theirs["post"],
        "exemption": theirs["exemption"],
        "where": "head",
        "step": "WITHDRAW",
    }
    return {key: values[key] for key in pattern.pattern.converters}


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "MEMBER")
def test_nothing_of_the_other_branch_exists(theirs, person, branch_a, role):
    client = person(role, branch_a)
    seen = {}
    for name in WITH_OBJECT:
        url = reverse(name, kwargs=_arguments(name, theirs))
        got, posted = client.get(url).status_code, client.post(url, {}).status_code
        if got not in (404, 405) or posted != 404:
            seen[name] = (got, posted)
    assert seen == {}


def test_the_same_addresses_do_exist_for_those_above(theirs, person, committee):
    """The denials above count only if somebody is let in by the same set-up."""
    opened = set()
    for role in (Role.SECRETARY, Role.REVIEWER, Role.ADMINISTRATOR):
        client = person(role, committee)
        for name in WITH_OBJECT:
            status = client.get(reverse(name, kwargs=_arguments(name, theirs))).status_code
            if status in (200, 302, 405):
                opened.add(name)
    own = {"job", "job-progress", "my-activity", "notice", "document", "inspection-sheet"}
    assert set(WITH_OBJECT) - opened <= own


def test_without_an_account_everything_leads_to_the_sign_in(theirs):
    client = Client()
    for pattern in addresses():
        if not pattern.name or not isinstance(getattr(pattern.callback, POLICY_MARK), str):
            continue
        if pattern.name in OPEN:
            continue
        arguments = _arguments(pattern.name, theirs) if pattern.pattern.converters else {}
        answer = client.get(reverse(pattern.name, kwargs=arguments))
        assert answer.status_code in (302, 405), pattern.name


OPEN = {"login", "health-live", "health-ready"}


def test_no_page_of_ones_own_answers_with_an_error(theirs, person, branch_a):
    for role in (None, *Role):
        client = person(role, branch_a)
        for pattern in addresses():
            if pattern.name and not pattern.pattern.converters:
                status = client.get(reverse(pattern.name)).status_code
                assert status in (200, 302, 403, 405), (role, pattern.name, status)
