"""Hours: of a branch's members against their targets, and one's own, line by line."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse

from activities.models import StudyCredit
from activities.queries import classes, learning, orders, study
from activities.queries.study import Standing
from activities.rules.study import Topic
from activities.views.courses import tabs
from activities.wording import study as wording
from branches import access
from branches.access import Request
from branches.models import Organization
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from members.models import Member

YEARS_BACK = 3
RECENT = 10  # so many records of study unfolded


@access.requires(Capability.SEE_ACTIVITIES)
def overview(request: Request) -> HttpResponse:
    """The branches in reach with how many reached the year's hours; a single one at once."""
    branches = (
        Organization.objects.in_scope(request.scope)
        .of_kind(OrganizationKind.BRANCH)
        .standing_on(request.today)
    )
    found = list(branches.order_by("path")[:2])
    if len(found) == 1:
        return redirect("study-branch", pk=found[0].pk)
    year = _year(request)
    tops = [place for place in study.roots(request.scope) if place.kind != OrganizationKind.GROUP]
    context = {
        "rows": study.by_branch(tops, year, request.today),
        "year": year,
        "years": _years(request, year),
        "tabs": tabs("study"),
    }
    return TemplateResponse(request, "activities/study_list.html", context)


@access.requires(Capability.SEE_ACTIVITIES)
def branch(request: Request, *, pk: int) -> HttpResponse:
    """The members of a branch, those behind first, by pinyin: hours done, asked for, missing."""
    place = get_object_or_404(
        Organization.objects.in_scope(request.scope).of_kind(OrganizationKind.BRANCH), pk=pk
    )
    year = _year(request)
    rows = study.standings(place, year, request.today)
    rated = [row for row in rows if not row.is_exempt]
    late, others = [row for row in rows if row.behind > 0], [row for row in rows if row.behind <= 0]
    committee = study.committees(_scope_of(place), year, request.today)
    without = sum(not row.centralised for row in committee)
    credits = (
        StudyCredit.objects.filter(
            member__in=[row.member_id for row in rows],
            happened_on__gte=year.first_day,
            happened_on__lt=year.end,
        )
        .select_related("member", "entered_by")
        .defer("member__id_number", "member__phone")
        .order_by("-happened_on", "-pk")
    )
    context = {
        "branch": place,
        "rows": rows,
        "late": [(row, _state(row), _tone(row)) for row in late],
        "late_note": f"{len(late)} 人 · 按姓名拼音排列，不排名",
        "others": [(row, _state(row), _tone(row)) for row in others],
        "others_title": "其他党员" if late else "各党员学时",
        "others_note": f"{len(others)} 人",
        "members": len(rated),
        "reached": sum(row.has_reached for row in rated),
        "behind": len(late),
        "credits": credits[:50],
        "committee": committee,
        "committee_note": f"{without} 人还没有参加集中培训" if without else "都参加过集中培训",
        "year": year,
        "years": _years(request, year),
        "so_far": _so_far(year, request.today),
        "may_log": request.grants.scope(Capability.LOG_ACTIVITIES).reaches(place.path),
        "tabs": tabs("study"),
    }
    return TemplateResponse(request, "activities/study_branch.html", context)


@access.signed_in("本人的学时和学习记录")
def mine(request: Request) -> HttpResponse:
    """One's own hours, line by line, with the radar of topics."""
    member = Member.objects.filter(user=request.user).first()
    if member is None:
        return TemplateResponse(request, "scoring/no_member.html", {"what": "学习记录"})
    return _page(request, member, own=True)


@access.requires(Capability.SEE_ACTIVITIES)
def member(request: Request, *, pk: int) -> HttpResponse:
    """The same of a member of one's branches."""
    found = get_object_or_404(Member.objects.filed_in_scope(request.scope), pk=pk)
    return _page(request, found, own=False)


def _page(request: Request, member: Member, *, own: bool) -> HttpResponse:
    year = _year(request)
    home = study.last_home_of(member)
    standing = study.of_member(member, home, year, request.today)
    lines = learning.of_member(member, year)
    latest = sorted(lines, key=lambda line: line.learned_on, reverse=True)
    target = standing.target if standing else Decimal(0)
    share = target / len(Topic)
    topics = learning.by_topic(lines)
    untold = learning.total(line for line in lines if not line.topic)
    highest = max([share, *topics.values()])
    context = {
        "member": member,
        "own": own,
        "year": year,
        "years": _years(request, year),
        "standing": standing,
        "done": learning.total(lines),
        "lines": lines,
        "recent": latest[:RECENT],
        "earlier": latest[RECENT:],
        "earlier_words": f"{len(latest) - RECENT} 条",
        "topics": [(topic, done, share) for topic, done in topics.items()],
        "radar": [
            (short, topics[wording.TOPICS[topic]], share)
            for topic, short in wording.TOPICS_SHORT.items()
        ],
        "full": highest or Decimal(1),
        "share": share,
        "untold": untold,
        "has_topics": any(topics.values()),
        "so_far": _so_far(year, request.today),
        "classes": classes.of_member(member),
        "tones": wording.ENROLMENT_TONES,
        "teaches": own and orders.is_lecturer(request.user),
        "branch": home,
        "trail": []
        if own
        else [
            ("学习", reverse("study")),
            (home.short_name, reverse("study-branch", kwargs={"pk": home.pk})),
        ],
    }
    return TemplateResponse(request, "activities/my_study.html", context)


def _year(request: Request) -> Period:
    """Return the year asked for, of this one and the last three; this year otherwise."""
    this = Period.containing(request.today, PeriodKind.YEAR)
    asked = request.GET.get("year", "")
    return next((each for each in _choices(this) if str(each) == asked), this)


def _years(request: Request, shown: Period) -> list[tuple[str, str, bool]]:
    this = Period.containing(request.today, PeriodKind.YEAR)
    return [(f"{each.year}年", f"?year={each}", each == shown) for each in reversed(_choices(this))]


def _choices(this: Period) -> list[Period]:
    return [this.minus(back) for back in range(YEARS_BACK + 1)]


def _so_far(year: Period, today: dt.date) -> str:
    """Return until when hours are asked for by now: the end of the last month that is over."""
    over = [month for month in year.months if month.end <= today]
    if len(over) == len(year.months):
        return "全年"
    return f"到{over[-1].number}月底" if over else "1月还没有过完，暂不比较进度"


def _state(row: Standing) -> str:
    if row.is_exempt:
        return "免考评"
    if row.has_reached:
        return "已达标"
    return "进度落后" if row.behind > 0 else "按进度"


def _tone(row: Standing) -> str:
    if row.is_exempt:
        return ""
    return "ok" if row.has_reached else "warn" if row.behind > 0 else ""


def _scope_of(place: Organization) -> Scope:
    return Scope((place.path,))
