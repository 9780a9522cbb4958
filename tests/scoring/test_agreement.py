"""SQL and pure rules agree on every scheme and fact that hypothesis can think of."""

import dataclasses
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from activities.models import Activity, Attendance
from branches.models import Organization, User
from branches.rules.periods import Period, PeriodKind
from members.models import Exemption, Member, Membership
from scoring.models import Line, Mark, PointEntry, Score
from scoring.operations import runs
from scoring.rules import rating
from scoring.rules.points import Fact
from scoring.rules.rating import SubjectFacts
from scoring.rules.scheme import Item, Scheme
from tests.scoring.random_months import AT, DAY, FOUNDED, adopt_anything, organization
from tests.scoring.rules.random_schemes import schemes

TYPES = ("RURAL", "COMMUNITY")
MEMBERS_A_BRANCH = 5
# Few values, so that totals tie; some beyond every cap, some that need rounding.
quantities = st.sampled_from([Decimal(n) for n in ("0", "1", "2", "2.5", "3.33", "40")])
attendances = st.lists(
    st.sampled_from(["PRESENT", "LATE", "LEAVE", "ABSENT", "UNMARKED"]), max_size=4
)


@st.composite
def rated_schemes(draw) -> Scheme:
    """A random scheme whose facts the product can know: shares and ratios come from attendance."""
    scheme = draw(schemes())
    parts = tuple(
        dataclasses.replace(part, items=tuple(_fed(item) for item in part.items))
        for part in scheme.parts
    )
    exempt = ("ill",) if draw(st.booleans()) else ()
    outcome = dataclasses.replace(scheme.outcome, exempt=exempt)
    return dataclasses.replace(scheme, parts=parts, outcome=outcome)


def _fed(item: Item) -> Item:
    needs_base = item.rule == "share" or (item.rule == "band" and item.of == "ratio")
    types = tuple(one for one in item.types if one in TYPES)
    return dataclasses.replace(item, fact="attendance" if needs_base else None, types=types)


@pytest.fixture
def committee(db) -> Organization:
    """A committee with two branches of each of two types, and five members in each."""
    committee = organization("C", "COMMITTEE", None)
    User.objects.create(username="author", name="登记人", created_at=AT)
    for n in range(4):
        branch = organization(f"B{n}", "BRANCH", committee, TYPES[n % 2])
        for m in range(MEMBERS_A_BRANCH):
            member = Member.objects.create(name=f"{n}-{m}", name_pinyin="d", name_strokes="1")
            Membership.objects.create(member=member, branch=branch, started_on=FOUNDED)
    return committee


@contextmanager
def _undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(scheme=rated_schemes(), data=st.data())
def test_the_statement_agrees_with_the_rules(committee, scheme, data):
    period = Period.containing(DAY, PeriodKind(scheme.period))
    with _undone():
        facts = _record(scheme, data)
        version = adopt_anything(committee, scheme)

        run = runs.compute(version=version, period=period, by=None, at=AT)

        expected = {result.subject: result for result in rating.rate(scheme, facts)}
        found = {str(score.subject_id): score for score in Score.objects.filter(run=run)}
        assert {subject: _seen(score) for subject, score in found.items()} == {
            subject: _ruled(result) for subject, result in expected.items()
        }
        assert _lines(run) == _ruled_lines(scheme, expected.values())


def _record(scheme: Scheme, data: st.DataObject) -> list[SubjectFacts]:
    """Record random facts about every subject, and return the same as the rules want them."""
    author = User.objects.get(username="author")
    found = []
    recorded: list[Mark | PointEntry] = []
    for branch in Organization.objects.filter(kind="BRANCH").order_by("path"):
        meeting = [
            Activity.objects.create(
                organization=branch, kind="STUDY", title="会", held_on=DAY, starts_at=dt.time(9),
                place="会议室", record_due_on=DAY, entered_by=author, entered_at=AT,
            )
            for _ in range(4)
        ]  # fmt: skip
        people = list(Member.objects.filter(memberships__branch=branch).order_by("id"))
        subjects: list[Member | Organization] = [branch] if scheme.target == "organization" else []
        subjects += people if scheme.target == "member" else []
        for subject in subjects:
            member = subject if isinstance(subject, Member) else None
            who = member or people[0]
            statuses = data.draw(attendances)
            Attendance.objects.bulk_create(
                Attendance(
                    activity=meeting[n], member=who, branch=branch, kind="STUDY", held_on=DAY,
                    status=status, is_counted=True,
                )
                for n, status in enumerate(statuses)
            )  # fmt: skip
            facts = {}
            for item in scheme.items:
                if item.fact:
                    attended = sum(status in ("PRESENT", "LATE") for status in statuses)
                    due = sum(status not in ("LEAVE", "UNMARKED") for status in statuses)
                    facts[item.code] = Fact(Decimal(attended), Decimal(due))
                elif data.draw(st.booleans()):
                    facts[item.code] = Fact(data.draw(quantities))
                    quantity = facts[item.code].quantity
                    recorded.append(_kept(scheme, item, member, branch, quantity, author))
            flags = {code for code in scheme.flags if data.draw(st.integers(0, 5)) == 0}
            recorded += [_entry(scheme, code, member, branch, Decimal(1), author) for code in flags]
            exempt = None
            if member is not None and data.draw(st.integers(0, 6)) == 0:
                exempt = "ill"
                Exemption.objects.create(member=member, reason=exempt, started_on=FOUNDED)
            group = {"type": branch.type, "parent": "p", "all": ""}[scheme.groups]
            found.append(
                SubjectFacts(
                    str(subject.pk),
                    group,
                    {
                        code: fact
                        for code, fact in facts.items()
                        if _item(scheme, code).applies_to(group)
                    },
                    frozenset(flags),
                    exempt,
                )
            )
    for model in (Mark, PointEntry):
        model.objects.bulk_create(row for row in recorded if isinstance(row, model))
    return found


def _item(scheme: Scheme, code: str) -> Item:
    return next(item for item in scheme.items if item.code == code)


def _kept(scheme, item, member, branch, quantity, author) -> Mark | PointEntry:
    """Return an item's fact the way its rule and target take it."""
    if item.rule == "mark" and scheme.target == "organization":
        return Mark(
            scheme_code=scheme.code, item_code=item.code, organization=branch, value=quantity,
            period_start=Period.containing(DAY, PeriodKind(scheme.period)).first_day,
            marked_by=author, marked_at=AT,
        )  # fmt: skip
    return _entry(scheme, item.code, member, branch, quantity, author)


def _entry(scheme, code, member, branch, quantity, author) -> PointEntry:
    return PointEntry(
        scheme_code=scheme.code, item_code=code, member=member, organization=branch,
        quantity=quantity, happened_on=DAY, evidence="事实", entered_by=author, entered_at=AT,
    )  # fmt: skip


def _seen(score: Score) -> tuple[object, ...]:
    return (
        score.total,
        score.parts if score.is_rated else [],
        score.rank,
        score.rank_from_bottom,
        score.tier or None,
        score.band or None,
        score.star,
        score.veto or None,
    )


def _ruled(result: rating.Result) -> tuple[object, ...]:
    parts = list(result.parts.values())
    return (
        result.total,
        parts if result.rated else [],
        result.rank,
        result.rank_from_bottom,
        result.tier,
        result.band,
        result.star,
        result.veto,
    )


def _lines(run) -> dict[tuple[str, str], Decimal]:
    rows = Line.objects.filter(run=run).values_list("subject_id", "item__code", "points")
    return {(str(subject), code): points for subject, code, points in rows}


def _ruled_lines(scheme, results) -> dict[tuple[str, str], Decimal]:
    """An ``each`` for which nothing was done has no line; all others that are present have."""
    return {
        (result.subject, line.item.code): line.points
        for result in results
        if result.points is not None
        for line in result.points.lines
        if line.points is not None and (line.item.rule != "each" or line.quantity)
    }
