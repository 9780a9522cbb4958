"""Pairs that were in touch in the rhythm they agreed on: ``people.rules.rhythm`` in SQL."""

from __future__ import annotations

from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest

from branches.models import Organization
from branches.rules.periods import Period
from people.models import Contact, Pair
from people.rules import rhythm as rules
from people.rules.pairs import Rhythm


class _DayWindow(Func):
    """The number of the stretch of so many days, counted from a Monday, in which a day lies."""

    template = f"FLOOR((%(expressions)s - DATE '{rules.FIRST_MONDAY}') / %(days)s.0)::integer"
    arity = 1
    output_field = IntegerField()


class _MonthWindow(Func):
    """The number of the stretch of so many calendar months in which a day lies."""

    template = (
        "((EXTRACT(YEAR FROM %(day)s) * 12 + EXTRACT(MONTH FROM %(day)s) - 1)::integer"
        " / %(months)s)"
    )
    arity = 1
    output_field = IntegerField()

    def as_sql(
        self,
        compiler: Any,
        connection: Any,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, Any]:
        sql, params = compiler.compile(self.source_expressions[0])
        written = self.template % {"day": sql, "months": self.extra["months"]}
        return written, (*params, *params)


class _DayBefore(Func):
    template = "(%(expressions)s - 1)"
    arity = 1


def of_period(period: Period, within: Organization) -> QuerySet[Any]:
    """Return the pairs below ``within`` in force on the period's last day, with two numbers.

    ``windows``: how many windows of its rhythm lie wholly inside the period and its own life;
    ``touched``: in how many of them it was in touch. Contacts taken back do not count.
    """
    return (
        Pair.objects.on(period.last_day)
        .filter(branch__path__startswith=within.path)
        .annotate(windows=_windows(period), touched=_touched(period))
    )


def number(rhythm: Rhythm, day: Any) -> Func:
    """Return the number of the window in which a day lies (``rules.number``)."""
    if rhythm in rules.DAYS:
        return _DayWindow(day, days=rules.DAYS[rhythm])
    return _MonthWindow(day, months=rules.MONTHS[rhythm])


def _first(rhythm: Rhythm, period: Period, started_on: str) -> Greatest:
    """Return the number of the first whole window after a pair began."""
    whole = rules.whole_numbers(rhythm, period.first_day, period.last_day)
    return Greatest(Value(whole.start), number(rhythm, _DayBefore(F(started_on))) + Value(1))


def _windows(period: Period) -> Case:
    return Case(
        *(
            When(
                rhythm=rhythm,
                then=Greatest(
                    Value(0),
                    Value(rules.whole_numbers(rhythm, period.first_day, period.last_day).stop)
                    - _first(rhythm, period, "started_on"),
                ),
            )
            for rhythm in Rhythm
        ),
        default=Value(0),
        output_field=IntegerField(),
    )


def _touched(period: Period) -> Coalesce:
    whole = {
        rhythm: rules.whole_numbers(rhythm, period.first_day, period.last_day) for rhythm in Rhythm
    }
    contacts = (
        Contact.objects.between(period.first_day, period.last_day)
        .filter(pair=OuterRef("pk"), removed_at__isnull=True)
        .annotate(
            window=Case(*(When(pair__rhythm=each, then=number(each, F("on"))) for each in Rhythm)),
            first=Case(
                *(
                    When(pair__rhythm=each, then=_first(each, period, "pair__started_on"))
                    for each in Rhythm
                )
            ),
            stop=Case(*(When(pair__rhythm=each, then=Value(whole[each].stop)) for each in Rhythm)),
        )
        .filter(window__gte=F("first"), window__lt=F("stop"))
        .order_by()
        .values("pair")
        .annotate(n=Count("window", distinct=True))
        .values("n")
    )
    return Coalesce(Subquery(contacts, output_field=IntegerField()), Value(0))
