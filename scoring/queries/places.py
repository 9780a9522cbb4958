"""Places as SQL: how many have a total, its rank, tier, band and star, within each group."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from scoring.queries import formula
from scoring.rules.scheme import Outcome, Scheme


def written(outcome: Outcome, run_id: int, part_columns: Sequence[str]) -> str:
    """Return the CTEs that write the places and scores of the subjects in ``worth``."""
    counted = (
        "SELECT comparison_group, total, COUNT(*) AS subjects FROM worth"
        " WHERE veto = '' AND total IS NOT NULL GROUP BY comparison_group, total"
    )
    return f"""place AS (
    INSERT INTO scoring_place (run_id, comparison_group, total, subjects,
        rank, rank_from_bottom, tier, band, star)
    SELECT {run_id}, ranked.* FROM ({_ranked(outcome, counted)}) AS ranked
    ON CONFLICT (run_id, comparison_group, total)
        DO UPDATE SET subjects = scoring_place.subjects + EXCLUDED.subjects
    RETURNING id, comparison_group, total
),
score AS (
    INSERT INTO scoring_score (run_id, member_id, organization_id, comparison_group,
        exempt, parts, total, place_id, veto)
    SELECT {run_id}, worth.member_id, worth.organization_id, worth.comparison_group, exempt,
           CASE WHEN exempt = '' THEN ARRAY[{", ".join(part_columns)}]::numeric(9, 2)[]
                ELSE '{{}}' END,
           worth.total, place.id, CASE WHEN worth.total IS NULL THEN '' ELSE veto END
    FROM worth LEFT JOIN place
        ON place.comparison_group = worth.comparison_group AND place.total = worth.total
           AND veto = ''
    RETURNING 1
)"""


def _ranked(outcome: Outcome, counted: str) -> str:
    """Return the query that places totals: how many have one in, rank and tier of each out.

    ``counted`` gives comparison_group, total, subjects. Columns: those, then rank,
    rank_from_bottom, tier, band, star.
    """
    band, star = formula.band(outcome, total="total")
    tier = formula.tier(outcome, total="total", n="n", at_least="at_least", at_most="at_most")
    return f"""
    SELECT comparison_group, total, subjects, at_least - subjects + 1 AS rank,
           at_most - subjects + 1 AS rank_from_bottom, {tier} AS tier, {band} AS band,
           {star} AS star
    FROM (
        SELECT counted.*, SUM(subjects) OVER every AS n,
               SUM(subjects) OVER (every ORDER BY total DESC) AS at_least,
               SUM(subjects) OVER (every ORDER BY total) AS at_most
        FROM ({counted}) AS counted WINDOW every AS (PARTITION BY comparison_group)
    ) AS placed"""


def rerank(scheme: Scheme, run_id: int, groups: Collection[str]) -> str:
    """Return the statement that ranks the places of some comparison groups of a run again."""
    counted = (
        "SELECT comparison_group, total, subjects FROM scoring_place"
        f" WHERE run_id = {run_id} AND comparison_group IN ({', '.join(map(formula.text, groups))})"
    )
    return f"""
UPDATE scoring_place AS place
SET rank = ranked.rank, rank_from_bottom = ranked.rank_from_bottom, tier = ranked.tier,
    band = ranked.band, star = ranked.star
FROM ({_ranked(scheme.outcome, counted)}) AS ranked
WHERE place.run_id = {run_id} AND place.comparison_group = ranked.comparison_group
  AND place.total = ranked.total
  AND (place.rank, place.rank_from_bottom, place.tier)
      IS DISTINCT FROM (ranked.rank, ranked.rank_from_bottom, ranked.tier)
"""
