"""What members of the demo branch promise, take on and give: promises, posts, ideas, service."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from activities.models import Volunteer, VolunteerHours, VolunteerTeam
from people.models import (
    Brand,
    BrandCase,
    Idea,
    Pledge,
    PledgeProof,
    Project,
    ProjectNote,
    Station,
    StationClaim,
)
from people.rules.pledges import PledgeState
from people.rules.projects import ProjectState
from scoring.demo import care_texts as texts
from scoring.demo.life import Stage

PROMISING = 9  # members with promises


def live(stage: Stage) -> None:
    """Let the branch promise, take on and give; a handful of statements each."""
    for chapter in (_pledges, _stations, _ideas, _projects, _volunteers, _brand):
        chapter(stage)


def _pledges(stage: Stage) -> None:
    """Promises of some members and of the branch: kept, partly kept, due, and one to approve."""
    rows = []
    for place, member in enumerate([None, *stage.members[:PROMISING]]):
        for text, measure, days, verdict, asked, satisfied in (
            texts.PLEDGES if member else texts.BRANCH_PLEDGES
        ):
            due = stage.ahead(days)
            state = PledgeState.REVIEWED if verdict else PledgeState.APPROVED
            if place == PROMISING and not verdict:
                state = PledgeState.SUBMITTED
            is_public = state != PledgeState.SUBMITTED
            published = dt.date(due.year, 2, 20)
            rows.append(
                Pledge(
                    branch=stage.branch, member=member, year=due.year, text=text,
                    measure=measure, due_on=max(due, dt.date(due.year, 3, 31)), state=state,
                    approved_on=published if is_public else None,
                    approved_by=stage.deputy if is_public else None,
                    told="已按承诺完成，情况见践诺记录。" if verdict else "",
                    verdict=verdict, asked=asked, satisfied=satisfied,
                    reviewed_on=stage.ago(6) if verdict else None,
                    reviewed_by=stage.deputy if verdict else None,
                    entered_by=(member.user if member else None) or stage.secretary,
                    entered_at=stage.at(dt.date(due.year, 2, 10), 10),
                    changed_at=stage.at(stage.ago(6), 15),
                )
            )  # fmt: skip
    made = Pledge.objects.bulk_create(rows)
    PledgeProof.objects.bulk_create(
        PledgeProof(
            pledge=pledge, on=stage.ago(50), text="按计划推进，班组已签字确认。",
            entered_by=pledge.entered_by, entered_at=stage.at(stage.ago(50), 16),
        )
        for pledge in made[3:12]
    )  # fmt: skip


def _stations(stage: Stage) -> None:
    made = Station.objects.bulk_create(
        Station(
            branch=stage.branch, title=title, duties=duties, seats=seats,
            set_on=stage.ago(300), set_by=stage.secretary,
        )
        for title, duties, seats in texts.STATIONS
    )  # fmt: skip
    claims = []
    people = iter(stage.members[2:])
    for place, station in enumerate(made):
        # One seat is still free, for whoever looks for one.
        free = place == len(made) - 1
        for seat in range(station.seats - free):
            waits = place == 1 and seat == 1  # one still to be confirmed
            claims.append(
                StationClaim(
                    station=station, member=next(people),
                    claimed_on=stage.ago(3 if waits else 290),
                    confirmed_on=None if waits else stage.ago(285),
                    confirmed_by=None if waits else stage.secretary,
                )
            )  # fmt: skip
    StationClaim.objects.bulk_create(claims)


def _ideas(stage: Stage) -> None:
    Idea.objects.bulk_create(
        Idea(
            branch=stage.branch, member=stage.person(3 + place), text=text, state=state,
            raised_on=stage.ago(raised), answer=answer,
            answered_on=stage.ago(answered) if answered else None,
            answered_by=stage.secretary if answered else None,
            owner=stage.person(8 + place) if state in ("ADOPTED", "DONE") else None,
            due_on=stage.ago(answered - 40) if answered and state in ("ADOPTED", "DONE") else None,
            effect=effect, done_on=stage.ago(answered - 20) if answered and effect else None,
            entered_by=stage.person(3 + place).user or stage.secretary,
            entered_at=stage.at(stage.ago(raised), 9),
            changed_at=stage.at(stage.ago(answered or raised), 16),
        )
        for place, (text, state, raised, answered, answer, effect) in enumerate(texts.IDEAS)
    )  # fmt: skip


def _projects(stage: Stage) -> None:
    for place, (title, target, acceptance, state) in enumerate(texts.PROJECTS):
        is_taken = state != ProjectState.OPEN
        is_done = state == ProjectState.ACCEPTED
        row = Project.objects.create(
            organization=stage.branch, title=title, target=target, acceptance=acceptance,
            due_on=stage.ahead(20 * (place + 1)), state=state,
            leader=stage.person(6 + place) if is_taken else None,
            claimed_on=stage.ago(45) if is_taken else None,
            result="三次现场计时均在 38 分钟以内。" if is_done else "",
            handed_in_on=stage.ago(9) if is_done else None,
            verdict="达到目标，同意验收。" if is_done else "",
            decided_on=stage.ago(5) if is_done else None,
            decided_by=stage.secretary if is_done else None,
            made_by=stage.secretary, made_at=stage.at(stage.ago(55), 10),
        )  # fmt: skip
        if is_taken:
            row.team.set(stage.members[10 + place * 3 : 13 + place * 3])
            ProjectNote.objects.create(
                project=row, on=stage.ago(25), text="方案已定，完成首轮试验。",
                entered_by=stage.secretary, entered_at=stage.at(stage.ago(25), 15),
            )  # fmt: skip


def _volunteers(stage: Stage) -> None:
    """Two teams with their hours: confirmed, and two of this week still to be confirmed."""
    teams = VolunteerTeam.objects.bulk_create(
        VolunteerTeam(
            branch=stage.branch, name=name, purpose=purpose, leader=stage.person(5 + place),
            founded_on=stage.ago(400), made_by=stage.secretary,
            made_at=stage.at(stage.ago(400), 10),
        )
        for place, (name, purpose) in enumerate(texts.TEAMS)
    )  # fmt: skip
    crews = [stage.members[5:25:2], stage.members[6:24:2]]
    Volunteer.objects.bulk_create(
        Volunteer(team=team, member=member, joined_on=stage.ago(390))
        for team, crew in zip(teams, crews, strict=True)
        for member in crew
    )
    hours = []
    for team, crew in zip(teams, crews, strict=True):
        for place, member in enumerate(crew):
            for month in range(1 + place % 4):
                day = stage.ago(2 + place % 3 + 29 * month)
                waits = place == 0 and month == 0
                hours.append(
                    VolunteerHours(
                        branch=stage.branch, member=member, team=team, served_on=day,
                        hours=Decimal(2 + (place + month) % 3) / 2 + 1,
                        what=texts.SERVICES[(place + month) % len(texts.SERVICES)],
                        entered_by=member.user or stage.secretary,
                        entered_at=stage.at(day + dt.timedelta(days=1), 9),
                        is_confirmed=None if waits else True,
                        answered_by=None if waits else stage.deputy,
                        answered_at=None if waits else stage.at(day + dt.timedelta(days=2), 9),
                    )
                )  # fmt: skip
    VolunteerHours.objects.bulk_create(hours)


def _brand(stage: Stage) -> None:
    name, meaning, cases = texts.BRAND
    brand = Brand.objects.create(
        branch=stage.branch, name=name, meaning=meaning, started_on=stage.ago(500),
        made_by=stage.secretary, made_at=stage.at(stage.ago(500), 10),
    )  # fmt: skip
    BrandCase.objects.bulk_create(
        BrandCase(
            brand=brand, on=stage.ago(60 + 90 * place), title=title, story=story,
            is_innovation=is_new, made_by=stage.secretary,
            made_at=stage.at(stage.ago(60 + 90 * place), 11),
        )
        for place, (title, story, is_new) in enumerate(cases)
    )  # fmt: skip
