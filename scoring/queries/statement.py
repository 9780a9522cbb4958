"""The one statement of a run: from rolls and facts to scores and lines.

Every source is counted once and joined by subject; each item then is an expression over the
joined row, so nothing is grouped twice and the number of statements does not depend on the
number of subjects. One statement sees one snapshot: lines, totals, ranks and tiers agree.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Left, Length

from activities.queries import facts as activity_facts
from branches.facts import FactSource
from branches.models import Organization
from branches.rules import tree
from branches.rules.periods import Period
from branches.rules.tree import OrganizationKind
from members.queries import facts as member_facts
from members.queries import rolls
from people.queries import facts as people_facts
from scoring.models import SchemeItem, SchemeVersion
from scoring.queries import facts as recorded_facts
from scoring.queries import formula, places, schemes
from scoring.rules.scheme import Item, Scheme

NO_BASE = "NULL::bigint"


@dataclass(slots=True)
class _Joined:
    """The sources joined to the roll, and where each item finds its fact."""

    subjects: Collection[int] | None
    joins: list[str] = field(default_factory=list)
    feeds: dict[str, tuple[str, str, bool]] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)

    def add(self, rows: QuerySet[Any, Any], subject: str) -> str:
        if self.subjects is not None:
            rows = rows.filter(**{f"{subject}__in": self.subjects})
        alias = f"s{len(self.joins)}"
        self.joins.append(
            f"LEFT JOIN ({render(rows)}) AS {alias} ON {alias}.{subject} = roll.subject_id"
        )
        return alias

    def add_feeds(self, source: FactSource) -> None:
        alias = self.add(source.rows, source.subject)
        # Counts are 0 where there is no row; other values are absent.
        value = "COALESCE({}.{}, 0)" if source.counts else "{}.{}"
        for feed, (quantity, base) in source.feeds.items():
            self.feeds[feed] = (
                value.format(alias, quantity),
                value.format(alias, base) if base else NO_BASE,
                source.counts and source.whole,
            )


def compose(
    scheme: Scheme,
    version: SchemeVersion,
    period: Period,
    run_id: int,
    subjects: Collection[int] | None = None,
    *,
    on: dt.date,
) -> str:
    """Return the statement that writes places, scores and lines of one run.

    :param on: the day of counting: what is planned for later has not been done.
    :param subjects: rate only these (member or branch ids) and add them to a run that stands;
        its places then still have to be ranked again (``places.rerank``).
    """
    of_members = scheme.target == "member"
    joined = _sources(scheme, version, period, subjects, on, of_members=of_members)
    facts, whole = [], []
    for n, item in enumerate(scheme.items):
        quantity, base, is_count = _fact(item.code, item.fact, joined)
        facts += [f"{quantity} AS q{n}", f"{base} AS b{n}"]
        whole.append(is_count)
    exempt = "''"
    if of_members and scheme.outcome.exempt:
        alias = joined.add(rolls.exemptions_on(period.last_day), "member_id")
        listed = ", ".join(formula.text(reason) for reason in scheme.outcome.exempt)
        exempt = f"CASE WHEN {alias}.exempt IN ({listed}) THEN {alias}.exempt ELSE '' END"
    veto = formula.veto(
        (rule, joined.entries[rule.code], joined.entries.get(rule.unless or ""))
        for rule in scheme.vetoes
        if rule.code in joined.entries
    )
    fact = f"""
    WITH roll AS ({_roll(scheme, version, period, subjects, of_members=of_members)})
    SELECT roll.*, {exempt} AS exempt, {veto} AS veto, {", ".join(facts)}
    FROM roll {" ".join(joined.joins)}"""
    return rate(scheme, version, run_id, fact, whole)


def rate(
    scheme: Scheme, version: SchemeVersion, run_id: int, fact: str, whole: Sequence[bool]
) -> str:
    """Return the statement that writes a run's places, scores and lines from given facts.

    ``fact`` gives subject_id, member_id, organization_id, comparison_group, exempt, veto, and
    quantity qN and base bN of the N-th item; ``whole`` says which quantities are mere counts.
    """
    items = scheme.items
    place = {item.code: n for n, item in enumerate(items)}
    item_ids = dict(SchemeItem.objects.filter(version=version).values_list("code", "id"))
    points = [
        f"{formula.points(item, f'q{n}', f'b{n}', whole=whole[n])} AS p{n}"
        for n, item in enumerate(items)
    ]
    part_columns = [f"t{k}" for k in range(len(scheme.parts))]
    parts = [
        f"{formula.part(part, [f'p{place[item.code]}' for item in part.items])} AS t{k}"
        for k, part in enumerate(scheme.parts)
    ]
    total = formula.total(scheme, part_columns)
    numbered = ", ".join(f"({n}, {item_ids[item.code]})" for n, item in enumerate(items))
    # Where nothing happened, an item that only ever adds has no line.
    has_line = [
        f"p{n} IS NOT NULL" + (f" AND q{n} <> 0" if item.rule == "each" else "")
        for n, item in enumerate(items)
    ]
    return f"""
WITH fact AS ({fact} OFFSET 0),
item AS (SELECT fact.*, {", ".join(points)} FROM fact OFFSET 0),
part AS (SELECT item.*, {", ".join(parts)} FROM item OFFSET 0),
worth AS MATERIALIZED (
    SELECT part.*, CASE WHEN exempt = '' THEN {total} END AS total FROM part
),
{places.written(scheme.outcome, run_id, part_columns)}
INSERT INTO scoring_line (run_id, subject_id, item_id, quantity, base, points)
SELECT {run_id}, subject_id, item_id, COALESCE({_nth("q", items)}, 0), {_nth("b", items)},
       {_nth("p", items)}
FROM worth CROSS JOIN (VALUES {numbered}) AS item (n, item_id)
WHERE total IS NOT NULL AND {_choice(has_line)}
"""


def _choice(expressions: Iterable[str]) -> str:
    """Return the expression that is the n-th of some expressions.

    A list of VALUES that reads columns is set up anew for every row; a choice is not.
    """
    cases = " ".join(f"WHEN {n} THEN {choice}" for n, choice in enumerate(expressions))
    return f"CASE n {cases} END"


def _nth(column: str, items: Sequence[Item]) -> str:
    return _choice(f"{column}{n}" for n in range(len(items)))


def render(rows: QuerySet[Any, Any]) -> str:
    """Return a queryset's SQL with its values written in."""
    query, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        return str(cursor.mogrify(query, values))


def _roll(
    scheme: Scheme,
    version: SchemeVersion,
    period: Period,
    subjects: Collection[int] | None,
    *,
    of_members: bool,
) -> str:
    """Return the query of who is rated: everybody below the committee, except below another
    committee with a scheme of its own for the same, so that nobody is rated twice.
    """
    below = schemes.rated_below(version, period)
    if of_members:
        members = rolls.roll_on(period.last_day, version.committee)
        members = members.exclude(below.q("branch__path")) if below else members
        if subjects is not None:
            members = members.filter(member_id__in=list(subjects))
        group = {
            "type": "branch_type",
            "parent": f"LEFT(branch_path, LENGTH(branch_path) - {tree.STEP})",
            "all": "''",
        }[scheme.groups]
        return (
            f"SELECT member_id AS subject_id, member_id, branch_id AS organization_id,"
            f" {group} AS comparison_group FROM ({render(members)}) AS member"
        )
    group_column = {
        "type": F("type"),
        "parent": Left("path", Length("path") - tree.STEP),
        "all": Value(""),
    }[scheme.groups]
    branches = (
        Organization.objects.subtree_of(version.committee)
        .of_kind(OrganizationKind.BRANCH)
        .standing_on(period.last_day)
    )
    branches = branches.exclude(below.q("path")) if below else branches
    if subjects is not None:
        branches = branches.filter(pk__in=list(subjects))
    rows = branches.order_by().values("id", comparison_group=group_column)
    return (
        "SELECT branch.id AS subject_id, NULL::bigint AS member_id, branch.id AS organization_id,"
        f" branch.comparison_group FROM ({render(rows)}) AS branch"
    )


def _sources(
    scheme: Scheme,
    version: SchemeVersion,
    period: Period,
    subjects: Collection[int] | None,
    on: dt.date,
    *,
    of_members: bool,
) -> _Joined:
    joined = _Joined(subjects)
    feeds = frozenset(item.fact for item in scheme.items if item.fact)
    sources: Iterable[FactSource]
    if of_members:
        sources = [
            *activity_facts.member_facts(period, feeds, version.committee, on=on),
            *people_facts.member_facts(period, feeds),
        ]
    else:
        sources = [
            *activity_facts.organization_facts(period, feeds, version.committee),
            *people_facts.organization_facts(period, feeds, version.committee),
            *member_facts.organization_facts(period, feeds, version.committee),
        ]
    for source in sources:
        joined.add_feeds(source)
    for source in recorded_facts.other_scores(version.committee, period, feeds, scheme.target):
        joined.add_feeds(source)
    codes = [item.code for item in scheme.items] + list(scheme.flags)
    # Summing for items that nobody recorded anything for is a third of the whole run.
    subject = "member_id" if of_members else "organization_id"
    recorded = recorded_facts.recorded_codes(version.code, period, codes, subject, subjects)
    columns = {code: f"e{n}" for n, code in enumerate(codes) if code in recorded}
    if columns:
        alias = joined.add(
            recorded_facts.entries(version.code, period, columns, of_members=of_members),
            subject,
        )
        joined.entries = {code: f"{alias}.{column}" for code, column in columns.items()}
    marked = {item.code: f"m{n}" for n, item in enumerate(scheme.items) if item.rule == "mark"}
    if marked and not of_members:
        alias = joined.add(recorded_facts.marks(version.code, period, marked), subject)
        joined.marks = {code: f"{alias}.{column}" for code, column in marked.items()}
    return joined


def _fact(code: str, feed: str | None, joined: _Joined) -> tuple[str, str, bool]:
    """Return the expressions of an item's quantity and base, and whether it is a mere count."""
    entry = joined.entries.get(code, "NULL::numeric")
    if feed in joined.feeds:
        quantity, base, whole = joined.feeds[feed]
        if code in joined.entries:
            return f"{quantity} + COALESCE({entry}, 0)", base, False
        return quantity, base, whole
    if code in joined.marks:
        # An inspector's mark says how well; entries of a mark item stand in for it.
        return f"COALESCE({joined.marks[code]}, {entry})", NO_BASE, False
    return entry, NO_BASE, False
