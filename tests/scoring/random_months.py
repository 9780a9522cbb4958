"""A committee with a month of random facts, few distinct values: ties, gaps, vetoes, exemptions."""

import datetime as dt
import random
from decimal import Decimal

from activities.models import Activity, Attendance
from branches.models import Organization, User
from branches.operations import organizations
from branches.rules.periods import Period
from members.models import Exemption, Member, Membership
from scoring.models import PointEntry, SchemeItem, SchemePart, SchemeVersion
from scoring.operations import schemes
from scoring.rules import writing
from scoring.rules.points import Fact
from scoring.rules.rating import SubjectFacts
from scoring.rules.scheme import Scheme

MARCH = Period.parse("2026-03")
DAY = dt.date(2026, 3, 10)
AT = dt.datetime(2026, 4, 1, 2, tzinfo=dt.UTC)
FOUNDED = dt.date(2020, 1, 1)

MEMBERS = """
code = "all-rules"
title = "各种规则"
target = "member"
period = "month"
groups = "type"

[[part]]
code = "common"
title = "共性"
full = 54
weight = 0.8

  [[part.item]]
  code = "daily"
  title = "日常"
  rule = "deduct"
  full = 20
  points = 3.5
  fact = "absent_without_cause"

  [[part.item]]
  code = "rate"
  title = "参加率"
  rule = "share"
  full = 10
  fact = "attendance"
  empty = "omit"

  [[part.item]]
  code = "steps"
  title = "档次"
  rule = "band"
  bands = [{ min = 1, points = 4 }, { min = 2.5, points = 9 }]

  [[part.item]]
  code = "seen"
  title = "检查"
  rule = "mark"
  full = 15

[[part]]
code = "extra"
title = "加分"
full = 5
bonus = true

  [[part.item]]
  code = "lectures"
  title = "讲课"
  rule = "each"
  points = 2.25
  cap = 5
  fact = "lectures_given"

  [[part.item]]
  code = "faults"
  title = "扣分"
  rule = "each"
  points = -4

[[part]]
code = "rare"
title = "可能全缺"
full = 8

  [[part.item]]
  code = "talk"
  title = "谈话"
  rule = "mark"
  full = 8

  [[part.item]]
  code = "slips"
  title = "疏漏"
  rule = "each"
  points = -3

[outcome]
exempt = ["ill"]
floor = { below = 12, label = "不合格" }

[[outcome.tier]]
label = "优秀"
share = 0.1

[[outcome.tier]]
label = "先锋"
share = 0.2

[[outcome.tier]]
label = "合格"

[[outcome.tier]]
label = "需提高"
share = 0.1
from = "bottom"

[[outcome.band]]
label = "高"
star = 2
min = 20

[[outcome.band]]
label = "低"
star = 1
min = 3

[[veto]]
code = "crime"
title = "违法"
label = "不予评定"
unless = "reported"

[[veto]]
code = "breach"
title = "违纪"
label = "暂缓评定"
"""


def organization(code: str, kind: str, parent: Organization | None, type: str = "RURAL"):
    return organizations.create(
        code=code,
        name=code,
        short_name=code,
        kind=kind,
        type=type,
        parent=parent,
        founded_on=FOUNDED,
        by=None,
        at=AT,
    )


def adopt(committee: Organization, text: str) -> SchemeVersion:
    return schemes.adopt(
        committee=committee, text=text, effective_from=Period.parse("2026-01"), by=None, at=AT
    )


def random_month(committee: Organization, author: User, rng: random.Random) -> None:
    """Fill two types of branches with members and every sort of fact, few distinct values."""
    for b in range(4):
        branch = organization(f"B{b}", "BRANCH", committee, "RURAL" if b % 2 else "COMMUNITY")
        meetings = [
            Activity.objects.create(
                organization=branch,
                kind="THEME_DAY",
                title="党日",
                held_on=DAY,
                starts_at=dt.time(9),
                place="会议室",
                record_due_on=DAY,
                entered_by=author,
                entered_at=AT,
            )
            for _ in range(3)
        ]
        for n in range(14):
            member = Member.objects.create(
                name=f"党员{b}-{n}", name_pinyin="dangyuan", name_strokes="10"
            )
            Membership.objects.create(member=member, branch=branch, started_on=FOUNDED)
            random_facts(member, branch, meetings, author, rng)


def random_facts(member, branch, meetings, author, rng) -> None:
    for meeting in rng.sample(meetings, rng.randrange(4)):
        status = rng.choice(["PRESENT", "LATE", "ONLINE", "LEAVE", "ABSENT"])
        Attendance.objects.create(
            activity=meeting,
            member=member,
            branch=branch,
            kind=meeting.kind,
            held_on=DAY,
            status=status,
            is_lecturer=rng.random() < 0.3,
            is_counted=True,
        )
    for code in ("steps", "seen", "faults", "talk", "slips", "crime", "reported", "breach"):
        chance = 0.08 if code in ("crime", "breach") else 0.45
        if rng.random() < chance:
            PointEntry.objects.create(
                scheme_code="all-rules",
                item_code=code,
                member=member,
                organization=branch,
                quantity=rng.choice([1, 2, Decimal("2.5"), 9]),
                happened_on=DAY,
                evidence="事实",
                entered_by=author,
                entered_at=AT,
            )
    if rng.random() < 0.1:
        Exemption.objects.create(
            member=member, reason=rng.choice(["ill", "away"]), started_on=FOUNDED
        )


def facts_by_hand() -> list[SubjectFacts]:
    """Count the same facts row by row in Python."""
    found = []
    for member in Member.objects.order_by("id"):
        branch = member.memberships.get().branch
        rows = list(Attendance.objects.filter(member=member))
        attended = sum(row.status in ("PRESENT", "LATE", "ONLINE") for row in rows)
        facts = {
            "daily": Fact(Decimal(sum(row.status == "ABSENT" for row in rows))),
            "rate": Fact(Decimal(attended), Decimal(sum(row.status != "LEAVE" for row in rows))),
            "lectures": Fact(
                Decimal(
                    sum(
                        row.is_lecturer and row.status in ("PRESENT", "LATE", "ONLINE")
                        for row in rows
                    )
                )
            ),
        }
        entries = {entry.item_code: entry for entry in PointEntry.objects.filter(member=member)}
        for code in ("steps", "seen", "faults", "talk", "slips"):
            if code in entries:
                facts[code] = Fact(entries[code].quantity)
        exemption = member.exemptions.first()
        found.append(
            SubjectFacts(
                subject=str(member.pk),
                group=branch.type,
                facts=facts,
                flags=frozenset(entries) & {"crime", "reported", "breach"},
                exempt=exemption.reason if exemption else None,
            )
        )
    return found


def adopt_anything(committee: Organization, scheme: Scheme) -> SchemeVersion:
    """Adopt a scheme that need not be sound: the engine must carry out all that can be read."""
    version = SchemeVersion.objects.create(
        committee=committee,
        code=scheme.code,
        number=1,
        title=scheme.title[:80],
        target=scheme.target,
        period=scheme.period,
        groups=scheme.groups,
        text=writing.write(scheme),
        checksum="-",
        effective_from=dt.date(2020, 1, 1),
        adopted_at=AT,
    )
    part = SchemePart.objects.create(
        version=version, ordinal=0, code="all", title="全部", full=1, weight=1
    )
    SchemeItem.objects.bulk_create(
        SchemeItem(
            version=version, part=part, ordinal=n, code=item.code, title=item.title, rule=item.rule
        )
        for n, item in enumerate(scheme.items)
    )
    return version
