"""How many class hours are asked of whom: by post, by committee, by the months one is here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import (
    Case,
    DateField,
    DecimalField,
    F,
    Func,
    IntegerField,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Greatest, Least

from activities.rules import hours
from branches.models import Organization, Post
from branches.queries import regulations
from branches.queries.regulations import RuleBook
from branches.rules.periods import Period
from branches.rules.roles import COMMITTEE_ROLES
from members.models import Membership

ALL, COMMITTEE = "H1", "H2"  # the regulations that ask for hours, of everybody and of committees

NUMBER = DecimalField(max_digits=12, decimal_places=2)
_COUNT = IntegerField()


@dataclass(frozen=True, slots=True)
class Asked:
    """Expressions over ``Membership``: hours in a year, months of the period, and both as hours."""

    yearly: Combinable
    months: Combinable

    @property
    def target(self) -> Combinable:
        return Share(self.yearly, self.months)


@dataclass(frozen=True, slots=True)
class _Rules:
    """What a committee asks of everybody, of committees, and whether by the month."""

    of_all: int
    of_committee: int
    pro_rata: bool


def of(period: Period, within: Organization, book: RuleBook | None = None) -> Asked:
    """Return what is asked of the members below ``within`` (two queries; none with ``book``).

    More is asked of those on a committee on any day of the period. The nearest committee above a
    branch has the last word (``RegulationAdjustment``); without a regulation nothing is asked.
    """
    rules = _rules(period, within, book)
    # Read once and kept, where a question of each member would read all posts again and again.
    on_committee = Post.objects.filter(
        Q(ended_on__isnull=True)
        | Q(ended_on__gt=period.first_day) & Q(ended_on__gt=F("started_on")),
        user__member__isnull=False,
        role__in=COMMITTEE_ROLES,
        started_on__lt=period.end,
    ).values("user__member")
    yearly = Case(
        When(
            member_id__in=on_committee,
            then=_by_place(rules, lambda one: Value(one.of_committee)),
        ),
        default=_by_place(rules, lambda one: Value(one.of_all)),
        output_field=_COUNT,
    )
    all_of_them = Value(len(period.months))
    share = _months(period)
    return Asked(yearly, _by_place(rules, lambda one: share if one.pro_rata else all_of_them))


def _rules(period: Period, within: Organization, book: RuleBook | None) -> list[tuple[str, _Rules]]:
    """Return what is asked below which path, the longest path first; "" is everywhere."""
    day = period.last_day
    known = book or regulations.book_below(within)
    committees = known.adjusting([ALL, COMMITTEE], within, day)
    found = {"": _read(known.of(within, day))}
    found |= {place.path: _read(known.of(place, day)) for place in committees}
    return sorted(found.items(), key=lambda each: len(each[0]), reverse=True)


def _read(rules: regulations.Rules) -> _Rules:
    of_all = rules[ALL].parameters["hours"] if ALL in rules else 0
    return _Rules(
        of_all,
        rules[COMMITTEE].parameters["hours"] if COMMITTEE in rules else of_all,
        rules[ALL].parameters.get("pro_rata", True) if ALL in rules else True,
    )


def _by_place(
    rules: Iterable[tuple[str, _Rules]], read: Callable[[_Rules], Combinable]
) -> Combinable:
    *nearer, (_, everywhere) = rules
    if not nearer:
        return read(everywhere)
    whens = [When(branch__path__startswith=path, then=read(one)) for path, one in nearer]
    return Case(*whens, default=read(everywhere), output_field=_COUNT)


def _months(period: Period) -> Combinable:
    """``rules.hours.months_due`` in SQL: since the first home, or admission if that was later."""
    months = period.months
    second = months[0].end
    homes = Membership.objects.home().filter(member=OuterRef("member_id"))
    earlier = homes.order_by().values("member").annotate(first=Min("started_on")).values("first")
    since = Greatest(Subquery(earlier, output_field=DateField()), F("member__admitted_on"))
    last = months[-1].first_day
    left = Value(last.year * hours.MONTHS_OF_A_YEAR + last.month + 1) - _MonthNumber(since)
    return Case(
        # Most were here before: nobody looks for their first home.
        When(
            Q(member__admitted_on__isnull=True) | Q(member__admitted_on__lt=second),
            started_on__lt=second,
            then=Value(len(months)),
        ),
        default=Least(Value(len(months)), Greatest(Value(0), left)),
        output_field=_COUNT,
    )


class _MonthNumber(Func):
    """The months from the year 0 to a date's; the date is worked out once."""

    template = (
        "(SELECT (DATE_PART('year', day) * 12 + DATE_PART('month', day))::int"
        " FROM (SELECT %(expressions)s AS day) AS dated)"
    )
    arity = 1
    output_field = _COUNT


class Share(Func):
    """``rules.hours.target`` in SQL."""

    template = "ROUND(%(expressions)s / 12.0, 2)"
    arg_joiner = " * "
    arity = 2
    output_field = NUMBER
