"""The one statement of a run: from rolls and facts to scores and lines.

Every source is counted once and joined by subject; each item then is an expression over the
joined row, so nothing is grouped twice and the number of statements does not depend on the
number of subjects. One statement sees one snapshot: lines, totals, ranks and tiers agree.
"""

from __future__ import annotations

from collections.abc import Iterable
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
from members.queries import rolls
from scoring.models import SchemeItem, SchemeVersion
from scoring.queries import facts as recorded_facts
from scoring.queries import formula, schemes
from scoring.rules.scheme import Scheme


@dataclass(slots=True)
class _Joined:
    """The sources joined to the roll, and where each item finds its fact."""

    joins: list[str] = field(default_factory=list)
    feeds: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    entries: dict[str, str] = field(default_factory=dict)
    marks: dict[str, str] = field(default_factory=dict)

    def add(self, rows: QuerySet[Any, Any], subject: str) -> str:
        alias = f"s{len(self.joins)}"
        self.joins.append(
            f"LEFT JOIN ({render(rows)}) AS {alias} ON {alias}.{subject} = roll.subject_id"
        )
        return alias

    def add_feeds(self, source: FactSource) -> None:
        alias = self.add(source.rows, source.subject)
        for feed, (quantity, base) in source.feeds.items():
            self.feeds[feed] = (
                f"COALESCE({alias}.{quantity}, 0)",
                f"COALESCE({alias}.{base}, 0)" if base else None,
            )


def compose(scheme: Scheme, version: SchemeVersion, period: Period, run_id: int) -> str:
    """Return the statement that writes all scores and lines of one run."""
    of_members = scheme.target == "member"
    joined = _sources(scheme, version, period, of_members=of_members)
    item_ids = dict(SchemeItem.objects.filter(version=version).values_list("code", "id"))
    items = scheme.items
    place = {item.code: n for n, item in enumerate(items)}

    facts, worth, lines = [], [], []
    for n, item in enumerate(items):
        quantity, base = _fact(item.code, item.fact, joined)
        facts += [f"{quantity} AS q{n}", f"{base} AS b{n}"]
        worth.append(f"{formula.points(item, f'q{n}', f'b{n}')} AS p{n}")
        lines.append(f"({item_ids[item.code]}, q{n}, b{n}, p{n}, {item.rule == 'each'})")
    parts = [
        f"{formula.part(part, [f'p{place[item.code]}' for item in part.items])} AS t{k}"
        for k, part in enumerate(scheme.parts)
    ]
    part_columns = [f"t{k}" for k in range(len(scheme.parts))]
    band, star = formula.band(scheme.outcome, total="total")
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
    tier = formula.tier(
        scheme.outcome, total="total", n="n", at_least="at_least", at_most="at_most"
    )
    return f"""
WITH roll AS ({_roll(scheme, version, period, of_members=of_members)}),
fact AS (
    SELECT roll.*, {exempt} AS exempt, {veto} AS veto, {", ".join(facts)}
    FROM roll {" ".join(joined.joins)} OFFSET 0
),
worth AS MATERIALIZED (SELECT fact.*, {", ".join(worth)} FROM fact),
part AS (
    SELECT subject_id, member_id, organization_id, comparison_group, exempt, veto,
           {", ".join(parts)}
    FROM worth WHERE exempt = '' OFFSET 0
),
rated AS (SELECT part.*, {formula.total(scheme, part_columns)} AS total FROM part OFFSET 0),
placed AS (
    SELECT rated.*, veto = '' AND total IS NOT NULL AS in_race,
           RANK() OVER best AS place, RANK() OVER worst AS place_from_bottom,
           COUNT(*) OVER best AS at_least, COUNT(*) OVER worst AS at_most,
           COUNT(*) OVER race AS n
    FROM rated
    WINDOW race AS (PARTITION BY comparison_group, veto = '' AND total IS NOT NULL),
           best AS (race ORDER BY total DESC),
           worst AS (race ORDER BY total)
),
score AS (
    INSERT INTO scoring_score (
        run_id, member_id, organization_id, comparison_group, is_rated, exempt, parts, total,
        rank, rank_from_bottom, tier, band, star, veto)
    SELECT {run_id}, member_id, organization_id, comparison_group, total IS NOT NULL, '',
           ARRAY[{", ".join(part_columns)}]::numeric(9, 2)[], total,
           CASE WHEN in_race THEN place END, CASE WHEN in_race THEN place_from_bottom END,
           CASE WHEN in_race THEN {tier} ELSE '' END,
           CASE WHEN in_race THEN {band} ELSE '' END,
           CASE WHEN in_race THEN {star} END,
           CASE WHEN total IS NULL THEN '' ELSE veto END
    FROM placed
    UNION ALL
    SELECT {run_id}, member_id, organization_id, comparison_group, FALSE, exempt,
           '{{}}', NULL, NULL, NULL, '', '', NULL, ''
    FROM worth WHERE exempt <> ''
)
INSERT INTO scoring_line (run_id, subject_id, item_id, quantity, base, points)
SELECT {run_id}, subject_id, line.item_id, COALESCE(line.quantity, 0), line.base, line.points
FROM worth
CROSS JOIN LATERAL (VALUES {", ".join(lines)})
    AS line (item_id, quantity, base, points, only_if_done)
WHERE exempt = '' AND line.points IS NOT NULL
  AND NOT (line.only_if_done AND COALESCE(line.quantity, 0) = 0)
"""


def render(rows: QuerySet[Any, Any]) -> str:
    """Return a queryset's SQL with its values written in."""
    query, values = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        return str(cursor.mogrify(query, values))


def _roll(scheme: Scheme, version: SchemeVersion, period: Period, *, of_members: bool) -> str:
    """Return the query of who is rated: everybody below the committee, except below another
    committee with a scheme of its own for the same, so that nobody is rated twice.
    """
    below = schemes.rated_below(version, period)
    if of_members:
        members = rolls.roll_on(period.last_day, version.committee)
        members = members.exclude(below.q("branch__path")) if below else members
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
    rows = branches.order_by().values("id", comparison_group=group_column)
    return (
        "SELECT branch.id AS subject_id, NULL::bigint AS member_id, branch.id AS organization_id,"
        f" branch.comparison_group FROM ({render(rows)}) AS branch"
    )


def _sources(
    scheme: Scheme, version: SchemeVersion, period: Period, *, of_members: bool
) -> _Joined:
    joined = _Joined()
    feeds = frozenset(item.fact for item in scheme.items if item.fact)
    sources: Iterable[FactSource]
    if of_members:
        sources = [activity_facts.member_facts(period, feeds)]
    else:
        sources = activity_facts.organization_facts(period, feeds, version.committee)
    for source in sources:
        if source.feeds:
            joined.add_feeds(source)
    codes = [item.code for item in scheme.items] + list(scheme.flags)
    # Summing for items that nobody recorded anything for is a third of the whole run.
    recorded = recorded_facts.recorded_codes(version.code, period)
    columns = {code: f"e{n}" for n, code in enumerate(codes) if code in recorded}
    if columns:
        alias = joined.add(
            recorded_facts.entries(version.code, period, columns, of_members=of_members),
            "member_id" if of_members else "organization_id",
        )
        joined.entries = {code: f"{alias}.{column}" for code, column in columns.items()}
    marked = {item.code: f"m{n}" for n, item in enumerate(scheme.items) if item.rule == "mark"}
    if marked and not of_members:
        alias = joined.add(recorded_facts.marks(version.code, period, marked), "organization_id")
        joined.marks = {code: f"{alias}.{column}" for code, column in marked.items()}
    return joined


def _fact(code: str, feed: str | None, joined: _Joined) -> tuple[str, str]:
    """Return the expressions of an item's quantity and base."""
    entry = joined.entries.get(code, "NULL::numeric")
    if feed in joined.feeds:
        quantity, base = joined.feeds[feed]
        if code in joined.entries:
            quantity = f"{quantity} + COALESCE({entry}, 0)"
        return quantity, base or "NULL::bigint"
    if code in joined.marks:
        # An inspector's mark says how well; entries of a mark item stand in for it.
        return f"COALESCE({joined.marks[code]}, {entry})", "NULL::bigint"
    return entry, "NULL::bigint"
