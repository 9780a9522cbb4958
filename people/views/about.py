"""The nouns that a member's own page and, but for the talks, the file's page tell of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse

from branches.access import Request
from branches.rules.periods import Period, PeriodKind
from branches.templatetags.formats import day, rounded
from members.models import Member
from people.models import Pair, Pledge
from people.queries import about
from people.rules.ideas import IdeaState
from people.rules.pairs import PairKind, Rhythm
from people.rules.pledges import PledgeState
from people.rules.projects import ProjectState
from people.rules.stewards import StewardState
from people.rules.talents import TalentState
from people.rules.talks import TalkForm, TalkState
from people.views.section import Line, Section
from people.wording import pairs as pair_words
from people.wording import talks as talk_words

PLEDGE_TONES = {
    PledgeState.DRAFT: "warn",
    PledgeState.SUBMITTED: "warn",
    PledgeState.APPROVED: "ok",
    PledgeState.REVIEWED: "",
}
IDEA_TONES = {IdeaState.RAISED: "warn", IdeaState.ADOPTED: "ok", IdeaState.DONE: "ok"}
PROJECT_TONES = {
    ProjectState.CLAIMED: "warn",
    ProjectState.HANDED_IN: "warn",
    ProjectState.ACCEPTED: "ok",
}


def pairs(request: Request, member: Member, on: dt.date) -> Section | None:
    """With whom somebody goes together."""
    rows = list(about.pairs(member)[: about.SHOWN])
    if not rows:
        return None
    own = _is_own(request, member)
    return Section(
        "结对",
        tuple(_pair(row, member) for row in rows),
        url=reverse("my-pairs") if own else reverse("pair-map"),
        action="登记联系" if own else "看结对图",
    )


def stewardships(request: Request, member: Member, on: dt.date) -> Section | None:
    """Whether somebody is or was 小政委, or is being chosen."""
    rows = list(about.stewardships(member)[: about.SHOWN])
    if not rows:
        return None
    lines = tuple(
        Line(
            row.organization.short_name,
            note=f"{day(row.appointed_on)}任命"
            if row.appointed_on
            else f"{day(row.recommended_on)}推荐",
            label=row.get_state_display(),
            tone="ok" if row.state == StewardState.APPOINTED else "",
        )
        for row in rows
    )
    own = _is_own(request, member)
    return Section("小政委", lines, url=reverse("my-steward") if own else reverse("steward-list"))


def pledges(request: Request, member: Member, on: dt.date) -> Section | None:
    """The year's promises: all of one's own, the published ones of somebody else."""
    own = _is_own(request, member)
    rows: list[Pledge] = list(
        about.pledges(member, on.year) if own else about.published_pledges(member, on.year)
    )
    if not rows:
        return None
    lines = tuple(
        Line(
            row.text,
            note=f"兑现期限 {day(row.due_on)}",
            label=row.get_verdict_display() or row.get_state_display(),
            tone=PLEDGE_TONES.get(PledgeState(row.state), ""),
        )
        for row in rows
    )
    url = reverse("my-pledges") if own else reverse("pledge-list")
    return Section(f"{on.year} 年承诺", lines, url=url)


def stations(request: Request, member: Member, on: dt.date) -> Section | None:
    """The posts somebody has claimed."""
    rows = list(about.stations(member)[: about.SHOWN])
    if not rows:
        return None
    lines = []
    for row in rows:
        if row.ended_on:
            label, tone = "已卸岗", ""
        elif row.confirmed_on:
            label, tone = "在岗", "ok"
        else:
            label, tone = "待支部确认", "warn"
        note = row.performance or f"{day(row.claimed_on)}认领"
        lines.append(Line(row.station.title, note=note, label=label, tone=tone))
    own = _is_own(request, member)
    return Section(
        "认领的岗位", tuple(lines), url=reverse("my-stations" if own else "station-list")
    )


def ideas(request: Request, member: Member, on: dt.date) -> Section | None:
    """What somebody has suggested, and what became of it."""
    rows = list(about.ideas(member)[: about.SHOWN])
    if not rows:
        return None
    lines = tuple(
        Line(
            row.text,
            note=f"答复：{row.answer}" if row.answer else f"{day(row.raised_on)}提出，等支部答复",
            label=row.get_state_display(),
            tone=IDEA_TONES.get(IdeaState(row.state), ""),
        )
        for row in rows
    )
    return Section(
        "金点子", lines, url=reverse("my-ideas" if _is_own(request, member) else "idea-list")
    )


def projects(request: Request, member: Member, on: dt.date) -> Section | None:
    """The projects somebody leads or works on."""
    rows = list(about.projects(member)[: about.SHOWN])
    if not rows:
        return None
    lines = tuple(
        Line(
            row.title,
            note=("揭榜人" if row.leader_id == member.pk else "成员")
            + f" · 完成期限 {day(row.due_on)}",
            label=row.get_state_display(),
            tone=PROJECT_TONES.get(ProjectState(row.state), ""),
        )
        for row in rows
    )
    return Section("揭榜项目", lines, url=reverse("project-list"))


def service(request: Request, member: Member, on: dt.date) -> Section | None:
    """The year's hours of service and the teams somebody is in."""
    hours = about.service(member, Period.containing(on, PeriodKind.YEAR))
    rows = list(about.teams(member, on))
    if not rows and not hours:
        return None
    lines = [Line(f"{on.year} 年志愿服务 {rounded(hours, 1)} 小时")]
    lines += [Line(row.team.name, note=f"{day(row.joined_on)}加入") for row in rows]
    own = _is_own(request, member)
    url = reverse("my-service") if own else ""
    return Section("志愿服务", tuple(lines), url=url, action="看明细")


def talents(request: Request, member: Member, on: dt.date) -> Section | None:
    """Whether somebody is in the talent pool or on the way into it.

    What was said of somebody on the way stands on the talent's own page, as does why it came to
    nothing.
    """
    rows = list(about.talents(member)[: about.SHOWN])
    if not rows:
        return None
    lines = tuple(
        Line(
            row.get_tier_display(),
            note=f"联系人 {row.mentor.name}" if row.mentor else f"{day(row.recommended_on)}推荐",
            label=row.get_state_display(),
            tone="ok" if row.state == TalentState.CONFIRMED else "",
            url=reverse("talent", kwargs={"pk": row.pk}),
        )
        for row in rows
    )
    return Section("人才库", lines)


def birthdays(request: Request, member: Member, on: dt.date) -> Section | None:
    """What the branch did for somebody's political birthdays."""
    rows = list(about.birthdays(member)[: about.SHOWN])
    if not rows:
        return None
    lines = []
    for row in rows:
        greeted = f"{day(row.greeted_on)}祝贺" if row.greeted_on else ""
        oath = f"{day(row.oath_on)}重温入党誓词" if row.oath_on else ""
        note = " · ".join(filter(None, (greeted, oath)))
        lines.append(Line(row.greeting or f"{row.year} 年政治生日", note=note, label=str(row.year)))
    return Section("政治生日", tuple(lines))


def talks(request: Request, member: Member, on: dt.date) -> Section | None:
    """That talks are kept or due; what was said is read on the talk's own page."""
    rows = list(about.talks(member)[: about.SHOWN])
    if not rows:
        return None
    lines = []
    for row in rows:
        other = row.talker if row.member_id == member.pk else row.member
        form = talk_words.FORMS[TalkForm(row.form)]
        note = ""
        if row.state == TalkState.DUE and row.due_on:
            note = f"{day(row.due_on)}前"
        elif row.held_on:
            note = day(row.held_on)
        lines.append(
            Line(
                f"和{other.name}{form}" if other else f"支部安排的{form}",
                note=note,
                label=talk_words.STATES[TalkState(row.state)],
                tone=talk_words.STATE_TONES[TalkState(row.state)],
            )
        )
    return Section("谈心谈话", tuple(lines), url=reverse("my-talks"), action="看内容")


def kept(items: Iterable[Section | None]) -> list[Section]:
    """Return the sections that have something to say."""
    return [item for item in items if item is not None]


def _is_own(request: Request, member: Member) -> bool:
    return member.user_id == request.user.pk


def _pair(row: Pair, member: Member) -> Line:
    helps = row.helper_id == member.pk
    kind = pair_words.KINDS[PairKind(row.kind)]
    rhythm = pair_words.RHYTHMS[Rhythm(row.rhythm)]
    return Line(
        f"帮带{row.helped_name}" if helps else f"由{row.helper.name}帮带",
        note=f"{kind} · {rhythm}联系 · {day(row.started_on)}结对",
        label="已结束" if row.ended_on else "结对中",
        tone="" if row.ended_on else "ok",
    )
