"""Double membership (双重管理, practice C22): who belongs to two branches, and what one of them
tells the other.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import ExtractYear

from activities.models import Appraised, Attendance, Serving
from activities.rules.appraisals import AppraisalGrade, AppraisalState
from activities.rules.attendance import ATTENDED
from branches.access import Grants
from branches.models import Organization, User
from branches.rules.periods import Period, PeriodKind
from members.models import Member, Membership
from members.rules.status import ON_ROLL
from people.models import MutualReport
from people.queries import care
from people.queries.talks import arranging_paths

HALVES_BACK = 3


@dataclass(frozen=True, slots=True)
class Link:
    """Somebody of two branches, seen from the one that tells."""

    membership: int  # the second one
    member: Member
    sender: Organization
    receiver: Organization
    is_home: bool  # the sender is where the formal relation is

    @property
    def key(self) -> str:
        return f"{self.membership}-{'home' if self.is_home else 'second'}"


def links(grants: Grants, on: dt.date) -> list[Link]:
    """Return who of the branches somebody keeps belongs to another one too (two queries)."""
    paths = set(arranging_paths(grants))
    if not paths:
        return []
    homes = Membership.objects.home().on(on)
    rows = (
        Membership.objects.on(on)
        .filter(kind=Membership.Kind.SECOND, member__status__in=ON_ROLL)
        .filter(
            Q(branch__path__in=paths)
            | Q(member__in=homes.filter(branch__path__in=paths).values("member_id"))
        )
        .select_related("member__user", "branch")
        .defer("member__id_number", "member__phone")
        .order_by("member__name_pinyin", "pk")
    )
    seconds = list(rows)
    known = {
        row.member_id: row.branch
        for row in homes.filter(member__in=[each.member_id for each in seconds]).select_related(
            "branch"
        )
    }
    found: list[Link] = []
    for row in seconds:
        home = known.get(row.member_id)
        if home is None or home.pk == row.branch_id:
            continue
        if home.path in paths:
            found.append(Link(row.pk, row.member, home, row.branch, True))
        if row.branch.path in paths:
            found.append(Link(row.pk, row.member, row.branch, home, False))
    return found


def periods(on: dt.date) -> list[Period]:
    """Return the periods one may report on: this half-year and those before, this year and last."""
    half = Period.containing(on, PeriodKind.HALF_YEAR)
    year = Period.containing(on, PeriodKind.YEAR)
    return [half.minus(count) for count in range(HALVES_BACK + 1)] + [year, year.previous]


def content(member: Member, sender: Organization, period: Period) -> dict[str, Any]:
    """Return what a branch's records say of somebody in a period (three queries).

    ``due`` and ``present``: closed activities of the branch he was due at (leave excuses), and
    those he came to; ``hours`` of service there, a decimal as text; ``grade``: of the appraisal
    of the period's year, "" while there is none.
    """
    attendance = (
        Attendance.objects.in_period(period)
        .due()
        .filter(
            member=member, is_counted=True,
            activity__organization__path__startswith=sender.path,
        )
        .aggregate(due=Count("pk"), present=Count("pk", filter=Q(status__in=ATTENDED)))
    )  # fmt: skip
    there = Q(attendance__activity__organization__path__startswith=sender.path) | Q(
        entry__branch=sender
    )
    hours = (
        Serving.objects.in_period(period).filter(there, member=member).aggregate(n=Sum("hours"))
    )["n"]
    appraised = Appraised.objects.filter(
        member=member, appraisal__organization=sender, appraisal__year=period.year
    ).first()
    return {
        "due": attendance["due"],
        "present": attendance["present"],
        "hours": str((hours or Decimal(0)).quantize(Decimal("0.1"))),
        "grade": appraised.get_grade_display() if appraised and appraised.grade else "",
    }


def facts(content: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a report keeps as lines: label and words."""
    due, present = content.get("due", 0), content.get("present", 0)
    return [
        ("参加活动", f"应到 {due} 次，到会 {present} 次" if due else "没有应到的活动"),
        ("志愿服务", f"{content.get('hours', 0)} 小时"),
        ("民主评议等次", content.get("grade") or "还没有评定"),
    ]


def seen(user: User, grants: Grants) -> QuerySet[MutualReport]:
    """Return the reports somebody may know of: by a post at either end, and those about him."""
    return _listed(MutualReport.objects.filter(_by_post(grants) | Q(member__user=user)))


def listed(grants: Grants) -> QuerySet[MutualReport]:
    """Return the reports somebody sees by a post at either end."""
    return _listed(MutualReport.objects.filter(_by_post(grants)))


def about(user: User) -> QuerySet[MutualReport]:
    """Return the reports about somebody, the last first."""
    rows = _listed(MutualReport.objects.filter(member__user=user))
    return rows.order_by("-period_start", "-pk")


def to_receive(user: User, grants: Grants) -> QuerySet[MutualReport]:
    """Return the reports that wait to be acknowledged at the branches somebody keeps."""
    rows = _listed(MutualReport.objects.filter(care.of_keepers(grants, "receiver")))
    rows = rows.filter(received_at__isnull=True).exclude(member__user=user)
    return rows.order_by("sent_at", "pk")


def against_excellence(user: User, grants: Grants) -> QuerySet[MutualReport]:
    """Return the reports that say "not 优秀" of whom a branch somebody keeps is about to grade so.

    Whoever does not deserve it where he lives gets no 优秀 at work either (C22). Of several
    reports of one sender in a year the last one counts; a finished appraisal is past warning.
    """
    year = ExtractYear(OuterRef("period_start"))
    later = MutualReport.objects.filter(
        Q(sent_at__gt=OuterRef("sent_at")) | Q(sent_at=OuterRef("sent_at"), pk__gt=OuterRef("pk")),
        member=OuterRef("member"), sender=OuterRef("sender"), receiver=OuterRef("receiver"),
        period_start__year=year,
    )  # fmt: skip
    graded = Appraised.objects.filter(
        member=OuterRef("member"), grade=AppraisalGrade.EXCELLENT,
        appraisal__organization=OuterRef("receiver"), appraisal__year=year,
    ).exclude(appraisal__state=AppraisalState.DONE)  # fmt: skip
    rows = _listed(MutualReport.objects.filter(care.of_keepers(grants, "receiver")))
    rows = rows.filter(~Exists(later), Exists(graded), is_excellent_possible=False)
    return rows.exclude(member__user=user).order_by("sent_at", "pk")


def _by_post(grants: Grants) -> Q:
    return care.of_either(grants, "sender") | care.of_either(grants, "receiver")


def _listed(rows: QuerySet[MutualReport]) -> QuerySet[MutualReport]:
    found = rows.select_related("member__user", "sender", "receiver", "sent_by", "received_by")
    return found.defer("member__id_number", "member__phone")
