"""Runs made from earlier runs: corrected in one fact, or rolled up to a longer period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from scoring.models import SchemeItem, SchemeVersion
from scoring.queries import formula, places, statement
from scoring.rules.scheme import Scheme


@dataclass(frozen=True, slots=True)
class Correction:
    """What one subject's fact is instead of what was counted; both None: there is none.

    ``item`` None corrects no item; ``lifts_veto`` takes the subject's veto away.
    """

    subject_id: int
    item: str | None
    quantity: Decimal | None = None
    base: Decimal | None = None
    lifts_veto: bool = False


def corrected(
    scheme: Scheme, version: SchemeVersion, source_id: int, run_id: int, correction: Correction
) -> str:
    """Return the statement that rates a run's subjects again from the very facts it counted.

    Nothing recorded since then is seen: all but the corrected subject keep their points, and
    only places can move.
    """
    item_ids = dict(SchemeItem.objects.filter(version=version).values_list("code", "id"))
    mine = f"subject.id = {correction.subject_id}"
    facts, pivot = [], []
    for n, item in enumerate(scheme.items):
        counted = f"FILTER (WHERE item_id = {item_ids[item.code]})"
        pivot += [f"MAX(quantity) {counted} AS q{n}", f"MAX(base) {counted} AS b{n}"]
        quantity, base = f"counted.q{n}", f"counted.b{n}"
        if item.code == correction.item:
            quantity = f"CASE WHEN {mine} THEN {_value(correction.quantity)} ELSE {quantity} END"
            base = f"CASE WHEN {mine} THEN {_value(correction.base)} ELSE {base} END"
        facts += [f"{quantity} AS q{n}", f"{base} AS b{n}"]
    veto = (
        f"CASE WHEN {mine} THEN '' ELSE score.veto END" if correction.lifts_veto else "score.veto"
    )
    fact = f"""
    SELECT subject.id AS subject_id, score.member_id, score.organization_id,
           score.comparison_group, score.exempt, {veto} AS veto, {", ".join(facts)}
    FROM scoring_score AS score
    CROSS JOIN LATERAL (SELECT COALESCE(score.member_id, score.organization_id)) AS subject (id)
    LEFT JOIN (
        SELECT subject_id, {", ".join(pivot)} FROM scoring_line
        WHERE run_id = {source_id} GROUP BY subject_id
    ) AS counted ON counted.subject_id = subject.id
    WHERE score.run_id = {source_id}"""
    return statement.rate(scheme, version, run_id, fact, [False] * len(scheme.items))


def rolled_up(
    scheme: Scheme, run_id: int, sources: Sequence[tuple[int, Decimal | None]], *, same_parts: bool
) -> str:
    """Return the statement that writes a longer period's scores and places.

    Who lacks a total in any of the shorter periods is not rated. A veto of any of them holds;
    the group, and the branch a member is shown under, are those of the latest.

    :param sources: run id and weight of each shorter period, oldest first; weights all None:
        the plain mean.
    :param same_parts: whether all were rated by the same parts; otherwise parts are left out.
    """
    count = len(sources)
    weighted = sources[0][1] is not None

    def mean(column: str) -> str:
        total = f"SUM({column} * weight)" if weighted else f"SUM({column}) / {count}"
        return f"CASE WHEN COUNT({column}) = {count} THEN ROUND({total}, 2) END"

    parts = [
        f"{mean(f'parts[{k + 1}]') if same_parts else 'NULL::numeric'} AS t{k}"
        for k in range(len(scheme.parts))
    ]
    listed = ", ".join(
        f"({run}, {formula.number(weight or Decimal(1))}, {n})"
        for n, (run, weight) in enumerate(sources)
    )
    return f"""
WITH source AS (
    SELECT score.*, COALESCE(score.member_id, score.organization_id) AS subject_id,
           shorter.weight, shorter.n
    FROM scoring_score AS score
    JOIN (VALUES {listed}) AS shorter (run_id, weight, n) USING (run_id)
),
latest AS (
    SELECT DISTINCT ON (subject_id) subject_id, member_id, organization_id, comparison_group,
           exempt
    FROM source ORDER BY subject_id, n DESC
),
worth AS MATERIALIZED (
    SELECT latest.subject_id, latest.member_id, latest.organization_id, latest.comparison_group,
           CASE WHEN mean.total IS NULL THEN latest.exempt ELSE '' END AS exempt, mean.*
    FROM latest JOIN (
        SELECT subject_id AS rated_id, {mean("total")} AS total, {", ".join(parts)},
               COALESCE((array_agg(veto ORDER BY n DESC) FILTER (WHERE veto <> ''))[1], '') AS veto
        FROM source GROUP BY subject_id
    ) AS mean ON mean.rated_id = latest.subject_id
),
{places.written(scheme.outcome, run_id, [f"t{k}" for k in range(len(scheme.parts))])}
SELECT COUNT(*) FROM score
"""


def _value(value: Decimal | None) -> str:
    return "NULL::numeric" if value is None else formula.number(value)
