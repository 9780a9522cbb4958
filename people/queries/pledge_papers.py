"""The public promises of a branch as a document to be printed and hung up (公开承诺)."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from activities.queries.documents import RecordDocument
from branches.models import Organization
from branches.templatetags import formats
from people.queries import pledges
from people.queries.pledges import Row

_TITLE = "公开承诺"


def document(branch: Organization, year: int, at: dt.datetime) -> RecordDocument:
    """Return the published promises of a branch of a year (three queries)."""
    shares = pledges.of_branch(branch, year, timezone.localdate(at), keeps=False, sees=False)
    people = sum(share.rows[0].pledge.member_id is not None for share in shares)
    many = sum(len(share.rows) for share in shares)
    return RecordDocument(
        code=f"CN-{branch.pk}-{year}",
        title=f"{year}年{_TITLE}",
        organization=branch.name,
        as_of=timezone.localtime(at),
        facts=(
            ("党 支 部", branch.name),
            ("年　　度", f"{year}年"),
            ("公开情况", f"{people} 名党员，共 {many} 条"),
        ),
        parts=tuple(
            (share.who, tuple(_line(n, row) for n, row in enumerate(share.rows, 1)))
            for share in shares
        ),
        signature=(branch.name, formats.day(at)),
        signatories=(),
    )


def _line(number: int, row: Row) -> str:
    pledge = row.pledge
    verdict = f"评诺：{pledge.get_verdict_display()}。" if pledge.verdict else ""
    return (
        f"{number}. {_ended(pledge.text)}兑现标准：{_ended(pledge.measure)}"
        f"期限：{formats.day(pledge.due_on)}。{verdict}"
    )


def _ended(text: str) -> str:
    return text if text.endswith(("。", "！", "；")) else f"{text}。"
