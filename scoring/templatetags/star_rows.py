"""The rows of the star board. `{% load star_rows %}`.

A thousand branches are ten thousand cells: as template nodes they took five times as long as
written here, from the same components.
"""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe

from branches.rules.periods import Period
from branches.templatetags.drawings import bar
from branches.templatetags.formats import DASH, score
from branches.templatetags.ui import change, stars, tag
from scoring.queries.boards import Board, BoardRow

register = template.Library()

NONE = mark_safe('<span class="mut">0</span>')
UNRATED = mark_safe('<span class="mut">未评定</span>')


@register.simple_tag
def star_rows(*, board: Board, period: Period, scheme: str = "") -> SafeString:
    """The rows below the head of the board; `scheme` is kept in the links where it is given."""
    before, after = reverse("organization-score", kwargs={"pk": 0, "period": period}).split("/0/")
    after += f"?{urlencode({'scheme': scheme})}" if scheme else ""
    records = reverse("activity-list")
    rows = "".join(_row(row, board, before, after, records) for row in board.rows)
    return mark_safe(rows)  # noqa: S308 - what people wrote is escaped as it is put in


def _row(row: BoardRow, board: Board, before: str, after: str, records: str) -> SafeString:
    branch = row.organization
    cells = [
        f'<tr><td class="pin"><a href="{before}/{branch.pk}/{after}">'
        f"{escape(branch.short_name)}</a>"
        f"<small>{row.type_label}</small></td>"
        f'<td class="n num">{score(row.score.total)}</td><td>{_grade(row)}</td>'
        f'<td class="n arrows">{change(value=row.change)}</td>'
    ]
    for part, points in row.parts:
        drawn = bar(value=points, full=part.full, low=part.low, top=part.top)
        cells.append(f"<td>{drawn}</td>")
    if board.has_overdue:
        cells.append(f'<td class="n">{_overdue(row, records)}</td>')
    cells.append(f'<td class="n">{row.score.rank or DASH}</td>')
    if board.has_proposals:
        proposed = " ".join(tag(label=title, tone="warn") for title in row.proposals)
        cells.append(f"<td>{proposed or DASH}</td>")
    cells.append("</tr>\n")
    return mark_safe("".join(cells))  # noqa: S308 - as above


def _grade(row: BoardRow) -> SafeString:
    if row.score.veto:
        return tag(label=row.score.veto, tone="bad")
    if row.score.star:
        return stars(n=row.score.star)
    if not row.score.is_rated:
        return UNRATED
    return escape(row.score.band or row.score.tier or DASH)


def _overdue(row: BoardRow, records: str) -> SafeString:
    if not row.overdue:
        return NONE
    return format_html(
        '<a class="t-bad" href="{}?state=OVERDUE&amp;organization={}">{}</a>',
        records,
        row.organization.pk,
        row.overdue,
    )
