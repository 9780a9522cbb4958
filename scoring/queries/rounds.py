"""Grading rounds (定评): lists, where one stands, what stops its next step."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from branches.access import Grants
from branches.models import Organization
from branches.scope import Scope
from members.models import Member
from scoring import wording
from scoring.models import Appeal, Correction, Round, RoundComment, RoundEvent, Run, Score
from scoring.queries import corrections
from scoring.rules.rounds import NEEDS, OPEN_STATES, ROUND, RoundState, RoundStep

# Those who are rated see a round from the comments on; a withdrawn one is nobody's result.
SHOWN = OPEN_STATES - {RoundState.FIRST} | {RoundState.FINAL}
RATING_AGAIN = "正在按更正重新核算，请稍候；算完才能办下一步。"
# The step that the office takes next, state by state.
FORWARD = {
    RoundState.FIRST: RoundStep.ASK_COMMENTS,
    RoundState.COMMENTS: RoundStep.PUBLISH,
    RoundState.PUBLIC: RoundStep.END_NOTICE,
    RoundState.VERIFYING: RoundStep.SUBMIT,
}


def listed(scope: Scope) -> QuerySet[Round]:
    """Return the rounds of committees in ``scope``, and those shown that rate anything in it."""
    rated = Score.objects.filter(
        run=OuterRef("run"), organization__in=Organization.objects.in_scope(scope)
    )
    return _with_run(
        Round.objects.filter(
            scope.q("committee__path")
            | Q(Exists(rated), state__in=SHOWN, committee__path__in=scope.lineage())
        )
    )


def of_member(member: Member) -> QuerySet[Round]:
    """Return the rounds shown that rate a member."""
    return _with_run(Round.objects.filter(run__scores__member=member, state__in=SHOWN))


def name_of(round_: Round) -> str:
    """Return what people call a round: 2026 年 9 月星级党支部（五标）."""
    return f"{round_.run.period.label}{round_.run.version.title}"


def open_steps(round_: Round, grants: Grants) -> list[RoundStep]:
    """Return the steps from here that somebody may take; ``obstacle`` says what stops one yet."""
    return [
        step
        for step in ROUND.open_steps(RoundState(round_.state))
        if grants.scope(NEEDS[step]).reaches(round_.committee.path)
    ]


def obstacle(round_: Round, step: RoundStep, on: dt.date) -> str:
    """Return why a step cannot be taken on a day and what to do first; "" if nothing stops it.

    Two queries at most. Who may take the step is not asked here.
    """
    if step == RoundStep.PUBLISH:
        if early := _not_before(round_.comments_until, on, "征求意见", "开始公示"):
            return early
        waiting = unreplied().filter(round=round_).count()
        return f"还有 {waiting} 条意见没有答复，请逐条答复后再开始公示。" if waiting else ""
    if step == RoundStep.END_NOTICE:
        early = _not_before(round_.public_until, on, "公示", "结束公示")
        return early or _while_rating(round_)
    if step == RoundStep.SUBMIT:
        waiting = Appeal.objects.filter(round=round_).unanswered().count()
        if waiting:
            return f"还有 {waiting} 件申诉没有答复，请逐件答复后再提交审定。"
        return _while_rating(round_)
    return ""


def _while_rating(round_: Round) -> str:
    return RATING_AGAIN if corrections.pending().filter(round=round_).exists() else ""


def _not_before(until: dt.date | None, on: dt.date, what: str, step: str) -> str:
    assert until is not None  # set by the step before
    if on > until:
        return ""
    return f"{what}到 {in_words(until)}为止，次日起才能{step}。"


def in_words(day: dt.date) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def ready(scope: Scope, on: dt.date) -> QuerySet[Round]:
    """Return the rounds in ``scope`` whose next step by the office nothing stops on a day."""
    comments = unreplied().filter(round=OuterRef("pk"))
    appeals = Appeal.objects.unanswered().filter(round=OuterRef("pk"))
    rating = corrections.pending().filter(round=OuterRef("pk"))
    return _with_run(
        Round.objects.in_scope(scope).filter(
            Q(state=RoundState.FIRST)
            | Q(~Exists(comments), state=RoundState.COMMENTS, comments_until__lt=on)
            | Q(~Exists(rating), state=RoundState.PUBLIC, public_until__lt=on)
            | Q(~Exists(appeals), ~Exists(rating), state=RoundState.VERIFYING)
        )
    )


def to_decide(scope: Scope) -> QuerySet[Round]:
    return _with_run(Round.objects.in_scope(scope).filter(state=RoundState.DECIDING))


def unreplied() -> QuerySet[RoundComment]:
    return RoundComment.objects.filter(replied_at__isnull=True)


def comments_to_reply(scope: Scope) -> QuerySet[RoundComment]:
    """Return the comments that committees in ``scope`` have to answer, the oldest first."""
    return (
        unreplied()
        .filter(scope.q("round__committee__path"), round__state=RoundState.COMMENTS)
        .select_related("round__run__version", "organization")
        .order_by("round__comments_until", "id")
    )


def comments_wanted(scope: Scope, on: dt.date) -> QuerySet[Round]:
    """Return the rounds that ask branches of ``scope`` for comments and have had none of them.

    Not those of a committee in ``scope`` itself: it asks, others answer.
    """
    branches = Organization.objects.in_scope(scope)
    rated = Score.objects.filter(run=OuterRef("run"), organization__in=branches)
    said = RoundComment.objects.filter(round=OuterRef("pk"), organization__in=branches)
    return _with_run(
        Round.objects.filter(
            Exists(rated), ~Exists(said), state=RoundState.COMMENTS, comments_until__gte=on
        ).exclude(scope.q("committee__path"))
    ).order_by("comments_until", "id")


def notices_up(scope: Scope, on: dt.date) -> QuerySet[Round]:
    """Return the rounds on public notice that rate branches of ``scope``, the first to end first.

    Not those of a committee in ``scope`` itself.
    """
    branches = Organization.objects.in_scope(scope)
    rated = Score.objects.filter(run=OuterRef("run"), organization__in=branches)
    return _with_run(
        Round.objects.filter(Exists(rated), state=RoundState.PUBLIC, public_until__gte=on).exclude(
            scope.q("committee__path")
        )
    ).order_by("public_until", "id")


def _with_run(rounds: QuerySet[Round]) -> QuerySet[Round]:
    return rounds.select_related("committee", "run__version")


@dataclass(frozen=True, slots=True)
class Standing:
    """One row of what is put up (公示). Of a member: the tier and no points, no place."""

    organization: Organization
    member: Member | None
    result: str
    total: Decimal | None = None
    rank: int | None = None
    star: int | None = None


def standings(round_: Round, scope: Scope) -> list[Standing]:
    """Return the results in ``scope`` as a notice may show them (one query).

    Organisations best first; members by branch and name, which is no ranking.
    """
    scores = Score.objects.filter(run=round_.run_id).in_scope(scope)
    scores = scores.select_related("place", "organization", "member").defer(
        "member__id_number", "member__phone"
    )
    if round_.run.version.rates_members:
        ordered = scores.order_by("organization__path", "member__name_pinyin", "member_id")
        return [Standing(row.organization, row.member, _result(row)) for row in ordered]
    rows = sorted(
        scores,
        key=lambda row: (
            row.comparison_group,
            row.rank is None,
            row.rank or 0,
            row.organization.path,
        ),
    )
    return [
        Standing(row.organization, None, _result(row), row.total, row.rank, row.star)
        for row in rows
    ]


def _result(score: Score) -> str:
    if not score.is_rated:
        return "免考评" if score.exempt else "不参加评定"
    return score.veto or score.tier or score.band


def score_of(round_: Round, organization: Organization, member: Member | None) -> Score | None:
    """Return a subject's score in the run a round stands on (one query)."""
    return (
        Score.objects.filter(run=round_.run_id, organization=organization, member=member)
        .select_related("place", "run__version", "organization", "member")
        .first()
    )


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage for the ``steps`` component; ``state``: done, now or later."""

    label: str
    state: str
    when: str = ""


def progress(round_: Round) -> list[Stage]:
    """Return the stages of a round with their dates (one query)."""
    reached = {RoundState.FIRST: round_.opened_at}
    for event in RoundEvent.objects.filter(round=round_).order_by("id"):
        reached[RoundState(event.state)] = event.at
    way: list[RoundState] = [state for state in RoundState if state != RoundState.WITHDRAWN]
    now = RoundState(round_.state)
    if now == RoundState.WITHDRAWN:
        way = [state for state in way if state in reached] + [now]
    here = way.index(now)
    found = []
    for place, state in enumerate(way):
        is_past = place < here or now == RoundState.FINAL
        stands = "done" if is_past else "now" if place == here else "later"
        when = _when(round_, state, reached[state]) if place <= here else ""
        found.append(Stage(wording.ROUND_STATES[state], stands, when))
    return found


def _when(round_: Round, state: RoundState, at: dt.datetime) -> str:
    start = _short(timezone.localdate(at))
    until = {
        RoundState.COMMENTS: round_.comments_until,
        RoundState.PUBLIC: round_.public_until,
    }.get(state)
    return f"{start}至 {_short(until)}" if until else start


def _short(day: dt.date) -> str:
    return f"{day.month} 月 {day.day} 日"


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened to a round, as the ``timeline`` component shows it."""

    when: dt.datetime
    title: str
    note: str
    tone: str = ""
    url: str = ""


_TONES = {
    RoundStep.WITHDRAW: "bad",
    RoundStep.RETURN: "warn",
    RoundStep.DECIDE: "ok",
}


def history(round_: Round) -> list[Moment]:
    """Return what happened to a round, the earliest first (three queries)."""
    found = [Moment(round_.opened_at, "初评", round_.opened_by.name)]
    for event in RoundEvent.objects.filter(round=round_).select_related("by").order_by("id"):
        step = RoundStep(event.step)
        note = f"{event.by.name}：{event.note}" if event.note else event.by.name
        found.append(Moment(event.at, wording.ROUND_STEPS[step], note, _TONES.get(step, "")))
    corrected = Correction.objects.filter(round=round_).select_related(
        "appeal", "organization", "member", "by"
    )
    for one in corrected.order_by("id"):
        subject = one.member.name if one.member else one.organization.short_name
        title = f"更正 {subject}“{one.appeal.item_title}”"
        found.append(Moment(one.at, title, f"{one.by.name}：{one.appeal.answer}", "warn"))
    return sorted(found, key=lambda moment: moment.when)


def candidates(scope: Scope, on: dt.date) -> list[Run]:
    """Return the finished current runs in ``scope`` that no round has, newest first (one query).

    A run of a withdrawn round is none: its period is computed anew first.
    """
    covered = Round.objects.filter(
        committee=OuterRef("committee"),
        scheme_code=OuterRef("scheme_code"),
        period_start=OuterRef("period_start"),
        period_kind=OuterRef("period_kind"),
    ).exclude(state=RoundState.WITHDRAWN)
    runs = (
        Run.objects.current()
        .filter(~Exists(covered), scope.q("committee__path"), round__isnull=True, subjects__gt=0)
        .select_related("version", "committee")
        .order_by("-period_start", "committee__path", "scheme_code")
    )
    return [run for run in runs if run.period.end <= on and not run.is_provisional]
