"""Terms and age of a branch's secretary, against a plain recount, and what is shown of them."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from branches.models import Post, Term
from branches.rules import terms
from branches.rules.periods import Period
from branches.rules.roles import Role
from members.queries import facts
from members.queries.evidence import organization_evidence

D = dt.date
BOTH = frozenset({"secretary_terms", "secretary_age"})
YEAR = Period.parse("2026")
BORN = D(1970, 6, 1)
OCTOBER = Period.parse("2026-10")


def of_branches(period, within, feeds=BOTH, branches=None):
    """{branch: {feed: quantity}}."""
    [source] = facts.organization_facts(period, feeds, within)
    assert not source.counts
    rows = source.rows
    if branches is not None:
        rows = rows.filter(**{f"{source.subject}__in": branches})
    return {
        row[source.subject]: {feed: row[column] for feed, (column, _) in source.feeds.items()}
        for row in rows
    }


@pytest.fixture
def lead(person, enrol):
    """Return ``lead(branch, since, until, born)``: a secretary there; ``again`` is who it was."""
    numbers = iter(range(1, 100))

    def make(branch, since, until=None, *, born=BORN, again=None, role=Role.SECRETARY):
        user = again
        if user is None:
            user = person().user
            member = enrol(f"书记{next(numbers)}", branch, birth_date=born)
            member.user = user
            member.save()
        Post.objects.create(
            user=user, organization=branch, role=role, started_on=since, ended_on=until
        )
        return user

    return make


def elect(branch, *days):
    for ordinal, day in enumerate(days, start=1):
        Term.objects.create(
            organization=branch, ordinal=ordinal, elected_on=day,
            ends_on=terms.years_later(day, 3),
        )  # fmt: skip


TERMS = (D(2015, 3, 1), D(2018, 3, 1), D(2021, 6, 1), D(2024, 6, 1))  # the third came late


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        (D(2010, 1, 1), 4),  # before any term that is recorded
        (D(2015, 3, 1), 4),
        (D(2018, 2, 28), 4),  # the last day of the first term
        (D(2018, 3, 1), 3),  # elected that day
        (D(2021, 5, 31), 3),  # the second ran on until the late election
        (D(2021, 6, 1), 2),
        (D(2025, 1, 1), 1),  # in the middle of the fourth
        (D(2026, 12, 31), 1),
    ],
)
def test_terms_are_those_in_which_the_post_was_held(lead, branch_a, committee, since, expected):
    elect(branch_a, *TERMS, D(2027, 1, 1))
    lead(branch_a, since)

    assert of_branches(YEAR, committee)[branch_a.pk]["secretary_terms"] == expected
    records = organization_evidence(branch_a, "secretary_terms", YEAR)
    assert sum(record.counts for record in records) == expected


@pytest.mark.parametrize(
    ("first_until", "expected"),
    [
        (D(2021, 6, 1), 4),  # appointed again the same day
        (D(2022, 1, 1), 4),  # before the old appointment ended
        (None, 4),
        (D(2021, 5, 31), 2),  # a day between
    ],
)
def test_a_break_begins_the_count_anew(lead, branch_a, committee, first_until, expected):
    elect(branch_a, *TERMS)
    user = lead(branch_a, D(2015, 3, 1), first_until)
    if first_until is None:
        Post.objects.update(ended_on=D(2025, 1, 1))
    lead(branch_a, D(2021, 6, 1), again=user)

    assert of_branches(YEAR, committee)[branch_a.pk]["secretary_terms"] == expected


def test_posts_elsewhere_and_of_other_kinds_are_no_bridge(lead, branch_a, branch_b, committee):
    elect(branch_a, *TERMS)
    user = lead(branch_a, D(2015, 3, 1), D(2020, 1, 1))
    lead(branch_a, D(2020, 1, 1), D(2024, 7, 1), again=user, role=Role.DEPUTY_SECRETARY)
    lead(branch_b, D(2020, 1, 1), D(2024, 7, 1), again=user)
    lead(branch_a, D(2020, 1, 1), D(2024, 7, 1))
    lead(branch_a, D(2023, 1, 1), D(2023, 1, 1), again=user)  # a post of no day
    lead(branch_a, D(2024, 7, 1), again=user)

    assert of_branches(YEAR, committee)[branch_a.pk]["secretary_terms"] == 1


def test_in_the_middle_of_a_month_the_new_secretary_counts(lead, branch_a, committee):
    elect(branch_a, *TERMS)
    lead(branch_a, D(2015, 3, 1), D(2026, 10, 15), born=D(1960, 1, 1))
    lead(branch_a, D(2026, 10, 15), born=D(1980, 1, 1))

    def found(period):
        return of_branches(Period.parse(period), committee)[branch_a.pk]

    assert found("2026-09") == {"secretary_terms": 4, "secretary_age": 66}
    assert found("2026-10") == {"secretary_terms": 1, "secretary_age": 46}


@pytest.mark.parametrize(
    ("born", "period", "expected"),
    [
        (D(1956, 10, 31), "2026-10", 70),
        (D(1956, 11, 1), "2026-10", 69),
        (D(1957, 1, 1), "2026", 69),
        (D(1956, 12, 31), "2026", 70),
        (D(2004, 2, 29), "2026-02", 21),
        (D(2004, 2, 29), "2026-03", 22),
        (None, "2026", None),
    ],
)
def test_full_years_on_the_last_day(lead, branch_a, committee, born, period, expected):
    lead(branch_a, D(2020, 1, 1), born=born)
    feeds = frozenset({"secretary_age"})

    found = of_branches(Period.parse(period), committee, feeds)

    assert found == {branch_a.pk: {"secretary_age": expected}}


def test_what_is_unknown_is_absent_and_not_nought(lead, person, branch_a, branch_b, committee):
    person(Role.SECRETARY, branch_a)  # an account that is nobody's file, and no term recorded
    lead(branch_b, D(2020, 1, 1), D(2026, 10, 31))

    assert of_branches(OCTOBER, committee) == {
        branch_a.pk: {"secretary_terms": None, "secretary_age": None}
    }
    assert organization_evidence(branch_b, "secretary_age", OCTOBER) == []
    [record] = organization_evidence(branch_a, "secretary_age", OCTOBER)
    assert (record.note, record.url, record.counts) == (
        "未登记出生日期 · 2000 年 7 月起任书记", "", False,
    )  # fmt: skip


def test_of_two_secretaries_the_latest_appointed_counts(lead, branch_a, committee):
    lead(branch_a, D(2020, 1, 1), born=D(1960, 1, 1))
    lead(branch_a, D(2021, 1, 1), born=D(1970, 1, 1))
    lead(branch_a, D(2021, 1, 1), born=D(1980, 1, 1))

    assert of_branches(YEAR, committee)[branch_a.pk]["secretary_age"] == 46


def test_only_what_is_asked_for_is_counted(lead, branch_a, committee):
    lead(branch_a, D(2020, 1, 1))

    assert facts.organization_facts(YEAR, frozenset({"attendance"}), committee) == []
    assert facts.counts("organization", "secretary_age")
    assert not facts.counts("member", "secretary_age")
    assert not facts.counts("organization", "attendance")
    assert organization_evidence(branch_a, "satisfaction", YEAR) == []


@pytest.mark.parametrize("seed", range(8))
def test_terms_and_age_are_those_of_a_plain_recount(lead, branch_a, branch_b, committee, seed):
    chance = random.Random(seed)

    def some_day(first, last):
        return D(first, 1, 1) + dt.timedelta(days=chance.randrange((last - first) * 365))

    expected = {}
    asked = Period.parse(chance.choice(["2026", "2026-03", "2026Q3"]))
    day = asked.last_day
    for branch in (branch_a, branch_b):
        elections = sorted({some_day(2000, 2028) for _ in range(6)})
        elect(branch, *elections)
        born = some_day(1950, 1990)
        user, spans, start = None, [], some_day(2000, 2012)
        for _ in range(chance.randrange(1, 6)):
            end = start + dt.timedelta(days=chance.randrange(200, 2500))
            user = lead(branch, start, end, born=born, again=user)
            spans.append((start, end))
            start = end + dt.timedelta(days=chance.choice([-30, 0, 0, 0, 40]))
        lead(branch, start, born=born, again=user)
        spans.append((start, D.max))
        held = {
            one
            for one in (day - dt.timedelta(days=n) for n in range((day - D(1999, 1, 1)).days))
            if any(first <= one < last for first, last in spans)
        }
        if day not in held:
            continue
        since = day
        while since - dt.timedelta(days=1) in held:
            since -= dt.timedelta(days=1)
        ends = [*elections[1:], D.max]
        expected[branch.pk] = {
            "secretary_terms": sum(
                first <= day and last > since for first, last in zip(elections, ends, strict=True)
            ),
            "secretary_age": day.year - born.year - ((day.month, day.day) < (born.month, born.day)),
        }

    assert of_branches(asked, committee) == expected
    assert of_branches(asked, committee, branches=[branch_a.pk]) == {
        pk: found for pk, found in expected.items() if pk == branch_a.pk
    }
