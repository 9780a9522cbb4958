"""The papers of problem management, as ``ledgers/document.html`` takes them.

督办通知单, 督办简报 and the minutes of a 三方会议.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from django.utils import timezone

from activities.models import ProblemConference, Supervision
from activities.queries import problem_bulletins, problem_conferences
from activities.queries.problem_bulletins import Bulletin, Count, Urgent
from activities.rules.supervision import Library, Severity, Source
from activities.wording import supervision as wording
from branches.models import Organization
from branches.rules.periods import Period
from branches.templatetags import formats

_Key = TypeVar("_Key", Library, Severity, Source)
Parts = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class ProblemPaper:
    code: str
    title: str
    organization: str
    as_of: dt.datetime
    facts: tuple[tuple[str, str], ...]
    parts: Parts
    signature: tuple[str, ...] = ()
    addressee: str = ""
    number: str = ""


class Paper(StrEnum):
    NOTICE = "NOTICE"
    BULLETIN = "BULLETIN"
    MINUTES = "MINUTES"


def paper(kind: str, pk: int, period: str, at: dt.datetime) -> ProblemPaper:
    """Return a paper by its kind and the key of its supervision, organisation or conference.

    :param period: the month of a 督办简报.
    :raises ObjectDoesNotExist: there is no such row.
    """
    if kind == Paper.NOTICE:
        rows = Supervision.objects.select_related("problem__organization", "issuer")
        return notice(rows.get(pk=pk))
    if kind == Paper.MINUTES:
        return minutes(ProblemConference.objects.select_related("organization").get(pk=pk))
    place = Organization.objects.get(pk=pk)
    found = problem_bulletins.bulletin(place, Period.parse(period), timezone.localdate(at))
    return report(found, at)


def notice(row: Supervision) -> ProblemPaper:
    """Return a 督办通知单 as it was issued, with its answer once there is one."""
    problem = row.problem
    text = (
        f"你单位承办的问题“{problem.text}”，{formats.day(problem.raised_on)}提出"
        + (f"，办理期限为{formats.day(problem.due_on)}" if problem.due_on else "")
        + "，现予督办。"
    )
    asked = (
        f"督办要求：{row.demand}",
        f"请于{formats.day(row.due_on)}前书面回复办理情况。",
    )
    parts: Parts = (("", (text, *asked)),)
    if row.answered_on:
        said = (row.answer, f"回复日期：{formats.day(row.answered_on)}")
        parts = (*parts, ("办理情况回复", said))
    return ProblemPaper(
        code=f"DB-{row.pk}",
        title="督办通知单",
        number=wording.number(row.year, row.number),
        organization=row.issuer.name,
        as_of=timezone.localtime(row.issued_at),
        addressee=problem.organization.name,
        facts=(),
        parts=parts,
        signature=(row.issuer.name, formats.day(row.issued_on)),
    )


def minutes(row: ProblemConference) -> ProblemPaper:
    """Return the minutes of a 三方会议 with its problems as they stand (one query)."""
    lines = tuple(
        f"{place}. {each.text}　第一责任人：{each.owner.name if each.owner else '未定'}"
        f"　期限：{formats.day(each.due_on)}"
        for place, each in enumerate(problem_conferences.discussed(row), start=1)
    )
    summary = tuple(line for line in row.summary.splitlines() if line.strip())
    return ProblemPaper(
        code=f"SF-{row.pk}",
        title="三方会议纪要",
        organization=row.organization.name,
        as_of=timezone.localtime(row.made_at),
        facts=(("会议日期", formats.day(row.held_on)), ("参加的三方", row.present)),
        parts=(
            *((("一、会议情况", summary),) if summary else ()),
            ("二、明确的责任和期限" if summary else "一、明确的责任和期限", lines),
        ),
        signature=(row.organization.name, formats.day(row.held_on)),
    )


def report(found: Bulletin, as_of: dt.datetime) -> ProblemPaper:
    """Return a 督办简报; everything in it is counted, nothing typed."""
    total = found.total
    days = str(found.average_days).removesuffix(".0")
    average = f"，平均办理 {days} 天" if found.average_days is not None else ""
    return ProblemPaper(
        code=f"JB-{found.organization.pk}-{found.period}",
        title="问题督办简报",
        number=found.period.label,
        organization=found.organization.name,
        as_of=timezone.localtime(as_of),
        facts=(),
        parts=(
            (
                "一、总体情况",
                (
                    f"截至{formats.day(found.until)}，{found.organization.short_name}及所属党组织"
                    f"本月新提出问题 {total.raised} 件，销号 {total.closed} 件{average}；"
                    f"仍在办理 {total.left} 件，其中逾期 {total.overdue} 件。",
                ),
            ),
            ("二、各级问题库", _lines(found.libraries, wording.LIBRARIES)),
            ("三、问题程度", _lines(found.severities, wording.SEVERITIES)),
            ("四、问题来源", _lines(found.sources, wording.SOURCES) or ("本月没有问题。",)),
            (
                "五、督办情况",
                (
                    f"本月发出督办通知单 {found.supervised} 份，收到回复 {found.answered} 份，"
                    f"其中超期回复 {found.answered_late} 份；尚未回复 {found.unanswered} 份。",
                ),
            ),
            ("六、群众满意度", (_satisfied(found),)),
            ("七、急难问题", tuple(map(_urgent, found.urgent)) or ("本月没有急难问题。",)),
        ),
        signature=(found.organization.name, formats.day(found.until)),
    )


def _lines(counts: Mapping[_Key, Count], words: Mapping[_Key, str]) -> tuple[str, ...]:
    """Return one sentence each; ``words`` are keyed alike."""
    return tuple(
        f"{words[key]}：新提出 {each.raised} 件，销号 {each.closed} 件，在办 {each.left} 件，"
        f"逾期 {each.overdue} 件。"
        for key, each in counts.items()
    )


def _satisfied(found: Bulletin) -> str:
    if found.satisfied_percent is None:
        return "本月销号的问题还没有反映人评价。"
    said = "，".join(
        f"{wording.SATISFACTIONS[each]} {count} 件" for each, count in found.satisfactions.items()
    )
    return f"本月销号的问题中，{said}，满意率（含基本满意）{found.satisfied_percent}%。"


def _urgent(each: Urgent) -> str:
    if each.closed_on:
        state = f"{formats.day(each.closed_on)}销号"
    else:
        state = f"正在办理，期限{formats.day(each.due_on)}"
    return f"{each.organization}：{each.text}（{formats.day(each.raised_on)}提出，{state}）"
