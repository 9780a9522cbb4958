"""What is due in rating: the month to compute, the sheets to mark, rounds on their way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sized

from django.db.models import Q, QuerySet
from django.urls import reverse

from branches import duties
from branches.access import Grants
from branches.duties import Duty
from branches.models import Organization, User
from branches.rules.periods import Period, PeriodKind, ended_on
from branches.rules.roles import Capability
from branches.rules.tree import OrganizationKind
from scoring import consequence_duties, wording
from scoring.models import Appeal, Inspection, Round, RoundComment, Run
from scoring.queries import appeals, inspections, marks, rounds, schemes
from scoring.rules.rounds import NEEDS, MarkKind, RoundState, RoundStep

COMPUTE_BY_DAY = 5


def declare() -> None:
    duties.register(months_to_compute)
    duties.register(sheets_to_mark)
    duties.register(inspections_to_do, waiting=inspections_to_do_waiting)
    duties.register(rounds_to_move, waiting=rounds_to_move_waiting)
    duties.register(rounds_to_decide, waiting=rounds_to_decide_waiting)
    duties.register(comments_to_reply, waiting=comments_to_reply_waiting)
    duties.register(comments_wanted, waiting=comments_wanted_waiting)
    duties.register(notices_up, waiting=notices_up_waiting)
    duties.register(appeals_to_answer, waiting=appeals_to_answer_waiting)
    duties.register(opinions_wanted, waiting=opinions_wanted_waiting)
    duties.register(consequence_duties.to_decide, waiting=consequence_duties.to_decide_waiting)
    duties.register(consequence_duties.to_do, waiting=consequence_duties.to_do_waiting)
    duties.register(consequence_duties.overdue, waiting=consequence_duties.overdue_waiting)


def months_to_compute(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return 核算 of what ended with last month, one line a committee and period (three queries).

    A period is done once every scheme in force has a run from after its end, or is in a round.
    """
    scope = grants.scope(Capability.START_RUNS)
    if not scope:
        return []
    ended = {period.kind: period for period in ended_on(Period.containing(on).previous.last_day)}
    of_these = Q()
    for period in ended.values():
        of_these |= Q(period_start=period.first_day, period_kind=period.kind)
    keys = ("committee_id", "scheme_code", "period_kind")
    settled = set(
        Run.objects.current()
        # Nightly runs while a period is running do not close it.
        .filter(of_these, computed_at__date__gte=Period.containing(on).first_day)
        .values_list(*keys)
    ) | set(Round.objects.filter(of_these).exclude(state=RoundState.WITHDRAWN).values_list(*keys))
    waiting: dict[tuple[Organization, Period], list[str]] = {}
    for version in schemes.all_in_force(ended.values()):
        key = (version.committee_id, version.code, version.period)
        if scope.reaches(version.committee.path) and key not in settled:
            place = (version.committee, ended[PeriodKind(version.period)])
            waiting.setdefault(place, []).append(version.title)
    return [
        Duty(
            title=f"{committee.short_name}{period.label}核算",
            due_on=period.end.replace(day=COMPUTE_BY_DAY),
            why=f"期满后次日凌晨自动核算，尚无结果：{'、'.join(titles)}",
            url=f"{reverse('star-board')}?period={period}",
            action="去核算",
        )
        for (committee, period), titles in waiting.items()
    ]


def sheets_to_mark(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the marking of this month, and of longer periods that end with it, one line each.

    Each says how many branches are still unmarked.
    """
    scope = grants.scope(Capability.ENTER_MARKS)
    if not scope:
        return []
    month = Period.containing(on)
    ending = {
        period
        for _, period in inspections.assignable(scope, month)
        if period.last_day == month.last_day
    }
    if not ending:
        return []
    branches = list(
        Organization.objects.in_scope(scope).of_kind(OrganizationKind.BRANCH).standing_on(on)
    )
    until = marks.last_working_day(month)
    found = []
    for period in sorted(ending, key=lambda period: len(period.months)):
        sheets = [sheet for sheet in marks.progress(branches, period) if sheet.due]
        waiting = [sheet for sheet in sheets if not sheet.is_complete]
        if waiting:
            found.append(
                Duty(
                    title=f"{period.label}逐项打分",
                    due_on=until,
                    why="按评分方案，期末最后一个工作日前打完"
                    f" · 已完成 {len(sheets) - len(waiting)} 个支部，还有 {len(waiting)} 个",
                    url=f"{reverse('mark-sheet-list')}?period={period}",
                    action="去打分",
                )
            )
    return found


def inspections_to_do_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Inspection]:
    """Return the rows that ``inspections_to_do`` tells of."""
    return inspections.of_inspector(user).unfinished()


def inspections_to_do(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for the branches somebody was sent to inspect (one query)."""
    waiting = list(inspections_to_do_waiting(user, grants, on))
    if not waiting:
        return []
    first = waiting[0]
    kind = wording.MARK_KINDS[MarkKind(first.kind)]
    url = reverse("inspection-sheet", kwargs={"pk": first.pk})
    return [
        Duty(
            title=f"{first.organization.short_name}{first.period.label}{kind}"
            f"{_more(waiting, '个支部')}",
            due_on=first.due_on,
            why=f"{first.assigned_by.name}派出，按“{first.version.title}”打分",
            url=url if len(waiting) == 1 else reverse("my-inspections"),
            action="去打分",
        )
    ]


def rounds_to_move_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Round]:
    """Return the rows that ``rounds_to_move`` tells of."""
    scope = grants.scope(Capability.RUN_ROUNDS)
    return rounds.ready(scope, on)


def rounds_to_move(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for the rounds whose next step the office can take (one query)."""
    waiting = list(rounds_to_move_waiting(user, grants, on))
    if not waiting:
        return []
    first = min(waiting, key=lambda each: (_moved_from(each, on), each.pk))
    step = rounds.FORWARD[RoundState(first.state)]
    done = {
        RoundState.COMMENTS: "征求意见已期满，意见都已答复",
        RoundState.PUBLIC: "公示已期满",
        RoundState.VERIFYING: "申诉都已答复",
    }.get(RoundState(first.state), "分数已锁定")
    return [
        Duty(
            title=f"{rounds.name_of(first)}：{wording.ROUND_STEPS[step]}{_more(waiting, '项定评')}",
            due_on=_moved_from(first, on),
            why=f"按评分方案的评定程序 · {done}",
            url=reverse("round", kwargs={"pk": first.pk}),
            action="去办理",
        )
    ]


def _moved_from(round_: Round, on: dt.date) -> dt.date:
    """Return the first day on which a round's clock lets it go on; without a clock, today."""
    until = {
        RoundState.COMMENTS: round_.comments_until,
        RoundState.PUBLIC: round_.public_until,
    }.get(RoundState(round_.state))
    return until + dt.timedelta(days=1) if until else on


def _more(waiting: Sized, unit: str) -> str:
    return f"（共 {len(waiting)} {unit}）" if len(waiting) > 1 else ""


def rounds_to_decide_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Round]:
    """Return the rows that ``rounds_to_decide`` tells of."""
    scope = grants.scope(NEEDS[RoundStep.DECIDE])
    return rounds.to_decide(scope).exclude(submitted_by=user)


def rounds_to_decide(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for the rounds submitted by others (one query)."""
    waiting = list(rounds_to_decide_waiting(user, grants, on))
    if not waiting:
        return []
    first = waiting[0]
    return [
        Duty(
            title=f"{rounds.name_of(first)}：审定{_more(waiting, '项定评')}",
            due_on=on,
            why="按评分方案的评定程序 · 公示和申诉已办完，等待审定",
            url=reverse("round", kwargs={"pk": first.pk}),
            action="去审定",
        )
    ]


def comments_to_reply_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[RoundComment]:
    """Return the rows that ``comments_to_reply`` tells of."""
    scope = grants.scope(Capability.RUN_ROUNDS)
    return rounds.comments_to_reply(scope).exclude(by=user)


def comments_to_reply(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for the comments of branches that wait for a reply (one query)."""
    waiting = list(comments_to_reply_waiting(user, grants, on))
    if not waiting:
        return []
    round_ = waiting[0].round
    assert round_.comments_until is not None  # its state asks for comments
    return [
        Duty(
            title=f"{rounds.name_of(round_)}：答复支部意见",
            due_on=round_.comments_until,
            why=f"逐条答复后才能公示 · {len(waiting)} 条待答复",
            url=reverse("round", kwargs={"pk": round_.pk}),
            action="去答复",
        )
    ]


def comments_wanted_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Round]:
    """Return the rows that ``comments_wanted`` tells of."""
    scope = grants.scope(Capability.FILE_APPEALS)
    return rounds.comments_wanted(scope, on)


def comments_wanted(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for the rounds that ask somebody's branches for comments (one query)."""
    waiting = list(comments_wanted_waiting(user, grants, on))
    if not waiting:
        return []
    first = waiting[0]
    assert first.comments_until is not None  # its state asks for comments
    return [
        Duty(
            title=f"{rounds.name_of(first)}：核对初评结果{_more(waiting, '项定评')}",
            due_on=first.comments_until,
            why="按评分方案征求意见 · 没有意见可不填",
            url=reverse("round-notice", kwargs={"pk": first.pk}),
            action="去核对",
        )
    ]


def notices_up_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Round]:
    """Return the rows that ``notices_up`` tells of."""
    scope = grants.scope(Capability.FILE_APPEALS)
    return rounds.notices_up(scope, on)


def notices_up(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for the public notices about somebody's branches (one query)."""
    up = list(notices_up_waiting(user, grants, on))
    if not up:
        return []
    first = up[0]
    assert first.public_until is not None  # its state is the notice
    return [
        Duty(
            title=f"{rounds.name_of(first)}正在公示：核对本支部结果{_more(up, '项公示')}",
            due_on=first.public_until,
            why="公示期内可以对某一项申诉 · 没有异议不用办",
            url=reverse("round-notice", kwargs={"pk": first.pk}),
            action="看公示",
        )
    ]


def appeals_to_answer_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Appeal]:
    """Return the rows that ``appeals_to_answer`` tells of."""
    scope = grants.scope(Capability.RUN_ROUNDS)
    return appeals.waiting(scope)


def appeals_to_answer(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for the appeals that wait for an answer (one query)."""
    waiting = list(appeals_to_answer_waiting(user, grants, on))
    if not waiting:
        return []
    first = waiting[0]
    return [
        Duty(
            title=f"{appeals.subject_of(first)}的申诉：答复{_more(waiting, '件申诉')}",
            due_on=first.due_on,
            why=f"按评分方案的答复期限 · {first.item_title}",
            url=reverse("appeal", kwargs={"pk": first.pk}),
            action="去答复",
        )
    ]


def opinions_wanted_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[Appeal]:
    """Return the rows that ``opinions_wanted`` tells of."""
    scope = grants.scope(Capability.FILE_APPEALS)
    return appeals.opinions_wanted(scope, user)


def opinions_wanted(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for members' appeals on which their branch may speak (one query)."""
    waiting = list(opinions_wanted_waiting(user, grants, on))
    if not waiting:
        return []
    first = waiting[0]
    return [
        Duty(
            title=f"{appeals.subject_of(first)}的申诉：支部提意见{_more(waiting, '件申诉')}",
            due_on=first.due_on,
            why=f"答复前支部可说明情况 · {first.item_title}",
            url=reverse("appeal", kwargs={"pk": first.pk}),
            action="去填写",
        )
    ]
