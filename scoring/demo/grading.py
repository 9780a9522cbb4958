"""The rounds of the demonstration: two finished quarters, a month on notice with an appeal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from branches.models import Organization, User
from branches.queries import working_calendar
from branches.rules.periods import Period, PeriodKind
from scoring.demo.company import Company, user_id
from scoring.models import Consequence, Line, Round, Run, SchemeVersion
from scoring.operations import appeals, consequences, rollups, rounds
from scoring.rules.rounds import ConsequenceStep, RoundState, RoundStep

CODE = "star-branch"
FINISHED_QUARTERS = 2
NOTICE_AGE = 2  # days since the open notice was put up

At = Callable[[dt.date, int], dt.datetime]


def roll_up(version: SchemeVersion, month: Period, at: dt.datetime) -> int:
    """Roll up what a month completes; return how many runs that made."""
    return len(rollups.refresh(version=version, period=month, by=None, at=at))


def grade(company: Company, at: At) -> None:
    """Take the star scheme's runs through their rounds, as far as today allows."""
    root = Organization.objects.get(pk=company.roots[0].id)
    office = User.objects.get(pk=user_id(company.reviewer))
    leader = User.objects.get(pk=user_id(company.leader))
    mine = Run.objects.current().filter(committee=root, scheme_code=CODE)
    quarters = mine.filter(period_kind=PeriodKind.QUARTER).order_by("-period_start")
    for run in reversed(quarters[:FINISHED_QUARTERS]):
        _decide(run, office, leader, company.today, at)
    # The latest month over long enough for its notice to be up.
    over = company.today - dt.timedelta(days=45)
    months = mine.filter(period_kind=PeriodKind.MONTH, period_start__lt=over)
    published = months.order_by("-period_start").first()
    if published is not None:
        _put_up(published, company, office, at)


def _decide(run: Run, office: User, leader: User, today: dt.date, at: At) -> None:
    """Take a quarter to its end without objections; what is still ahead of today is left open."""
    calendar = working_calendar.around(run.period.end)
    day = calendar.after(run.period.end, 1)
    if day > today:
        return
    round_ = rounds.open_round(run=run, by=office, at=at(day, 9))
    for step in (
        RoundStep.ASK_COMMENTS, RoundStep.PUBLISH, RoundStep.END_NOTICE, RoundStep.SUBMIT,
    ):  # fmt: skip
        day = _not_before(round_, day)
        if day > today:
            return
        round_ = rounds.take(round=round_, step=step, by=office, at=at(day, 10))
    day = calendar.after(day, 1)
    if day > today:
        return
    round_ = rounds.take(round=round_, step=RoundStep.DECIDE, by=leader, at=at(day, 15))
    home = leader.member.memberships.current().home().get().branch_id
    # What is about the leader's own branch waits for somebody else to decide.
    for found in Consequence.objects.filter(round=round_).exclude(organization=home):
        consequences.decide(
            consequence=found, step=ConsequenceStep.ACCEPT, reason="", due_on=None, by=leader,
            at=at(day, 16),
        )  # fmt: skip


def _not_before(round_: Round, day: dt.date) -> dt.date:
    until = {
        RoundState.COMMENTS: round_.comments_until,
        RoundState.PUBLIC: round_.public_until,
    }.get(RoundState(round_.state))
    return working_calendar.around(until).after(until, 1) if until else day


def _put_up(run: Run, company: Company, office: User, at: At) -> None:
    """Put a month on public notice two days ago; yesterday the demo branch appealed."""
    put_up = company.today - dt.timedelta(days=NOTICE_AGE)
    round_ = rounds.open_round(run=run, by=office, at=at(put_up - dt.timedelta(days=16), 9))
    asked = at(put_up - dt.timedelta(days=15), 10)
    round_ = rounds.take(round=round_, step=RoundStep.ASK_COMMENTS, by=office, at=asked)
    branch = Organization.objects.get(pk=company.demo_branch.id)
    secretary = User.objects.get(pk=user_id(company.demo_branch.secretary))
    comment = rounds.comment(
        round=round_, organization=branch, by=secretary, at=asked + dt.timedelta(hours=5),
        text="创新标中“金点子”一项，本月有两条已被采纳，请核对。",
    )  # fmt: skip
    rounds.reply(
        comment=comment, by=office, at=asked + dt.timedelta(days=1),
        text="已核对科技部台账，两条均在下月采纳，计入下月。",
    )  # fmt: skip
    round_ = rounds.take(round=round_, step=RoundStep.PUBLISH, by=office, at=at(put_up, 9))
    line = (
        Line.objects.filter(run=run, subject_id=branch.pk, item__rule="mark")
        .select_related("item")
        .order_by("points", "item__ordinal")
        .first()
    )
    if line is not None:
        appeals.file(
            round=round_, organization=branch, member=None, item_code=line.item.code,
            by=secretary, at=at(company.today - dt.timedelta(days=1), 16),
            text=f"“{line.item.title}”检查当天有一份记录未带到现场，事后已补交，请核实后重新打分。",
        )  # fmt: skip
