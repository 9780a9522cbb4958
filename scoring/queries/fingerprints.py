"""The checksum of a run's results: the same facts and rules give the same one, whoever asks."""

from __future__ import annotations

from django.db import connection

# Ids differ from run to run; everything a reader can see is in.
_CONTENT = """
SELECT 'score|' || concat_ws('|', score.member_id, score.organization_id, score.comparison_group,
           score.exempt, score.parts, score.total, score.veto, place.subjects, place.rank,
           place.rank_from_bottom, place.tier, place.band, place.star)
FROM scoring_score AS score LEFT JOIN scoring_place AS place ON place.id = score.place_id
WHERE score.run_id = %(run)s
UNION ALL
SELECT 'line|' || concat_ws('|', line.subject_id, item.code, line.quantity,
           COALESCE(line.base::text, '-'), line.points)
FROM scoring_line AS line JOIN scoring_schemeitem AS item ON item.id = line.item_id
WHERE line.run_id = %(run)s
"""


def checksum(run_id: int) -> str:
    """Return the SHA-256 over all scores, places and lines of a run, in hexadecimal (one query)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT encode(sha256(convert_to(COALESCE(string_agg(md5(row), '' ORDER BY row"
            f" COLLATE \"C\"), ''), 'UTF8')), 'hex') FROM ({_CONTENT}) AS content (row)",
            {"run": run_id},
        )
        found = cursor.fetchone()
    assert found is not None
    return str(found[0])
