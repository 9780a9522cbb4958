"""Pairs that were in touch in the rhythms they agreed on: ``people.rules.rhythm`` in SQL."""

from __future__ import annotations

from typing import Any

from django.db.models import (
    Case,
    CharField,
    Count,
    DateField,
    ExpressionWrapper,
    F,
    Field,
    Func,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Greatest, Least

from branches.models import Organization
from branches.rules.periods import Period
from people.models import Contact, Pair, PastRhythm
from people.rules import rhythm as rules
from people.rules.pairs import DAYS, MONTHS, Rhythm


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

    ``windows``: how many windows of its rhythms lie wholly inside the period and its own life,
    each of the rhythm that stood when the window began; ``touched``: in how many of them it was in
    touch. Contacts taken back do not count.
    """
    past = (
        PastRhythm.objects.filter(pair=OuterRef("pk"))
        .filter(started_on__lte=period.last_day, ended_on__gt=period.first_day)
        .annotate(
            windows=_windows(period, "started_on", "ended_on"),
            touched=_touched(period, "pair_id", "started_on", "ended_on"),
        )
        .order_by()
        .values("pair")
    )
    return (
        Pair.objects.on(period.last_day)
        .filter(branch__path__startswith=within.path)
        .annotate(since=Coalesce("rhythm_from", "started_on"))
        .annotate(
            windows=_windows(period, "since") + _number_of(past.annotate(n=Sum("windows"))),
            touched=_touched(period, "pk", "since") + _number_of(past.annotate(n=Sum("touched"))),
        )
    )


def number(rhythm: Rhythm, day: Any) -> Func:
    """Return the number of the window in which a day lies (``rules.number``)."""
    if rhythm in DAYS:
        return _DayWindow(day, days=DAYS[rhythm])
    return _MonthWindow(day, months=MONTHS[rhythm])


def _span(rhythm: Rhythm, period: Period, since: str, until: str) -> tuple[Any, Any]:
    """Return the numbers of the first whole window that begins on a day or later, and of the one
    after the last that begins before another day (``until``: "" for none).
    """
    whole = rules.whole_numbers(rhythm, period.first_day, period.last_day)
    first = Greatest(Value(whole.start), number(rhythm, _DayBefore(F(since))) + Value(1))
    if not until:
        return first, Value(whole.stop)
    return first, Least(Value(whole.stop), number(rhythm, _DayBefore(F(until))) + Value(1))


def _windows(period: Period, since: str, until: str = "") -> Case:
    whens = []
    for rhythm in Rhythm:
        first, stop = _span(rhythm, period, since, until)
        whens.append(When(rhythm=rhythm, then=Greatest(Value(0), stop - first)))
    return Case(*whens, default=Value(0), output_field=IntegerField())


def _touched(period: Period, pair: str, since: str, until: str = "") -> Coalesce:
    """Return in how many windows there was a contact; the names are those of the outer row."""
    agreed = {"since": _outer(since, DateField()), "rhythm": _outer("rhythm", CharField())}
    if until:
        agreed["until"] = _outer(until, DateField())
    spans = {each: _span(each, period, "since", "until" if until else "") for each in Rhythm}
    contacts = (
        Contact.objects.between(period.first_day, period.last_day)
        .filter(pair=OuterRef(pair), removed_at__isnull=True)
        .annotate(**agreed)
        .annotate(
            window=Case(*(When(rhythm=each, then=number(each, F("on"))) for each in Rhythm)),
            first=Case(*(When(rhythm=each, then=spans[each][0]) for each in Rhythm)),
            stop=Case(*(When(rhythm=each, then=spans[each][1]) for each in Rhythm)),
        )
        .filter(window__gte=F("first"), window__lt=F("stop"))
        .order_by()
        .values("pair")
    )
    return _number_of(contacts.annotate(n=Count("window", distinct=True)))


def _outer(name: str, field: Field[Any, Any]) -> ExpressionWrapper:
    return ExpressionWrapper(OuterRef(name), output_field=field)


def _number_of(rows: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(rows.values("n"), output_field=IntegerField()), Value(0))
