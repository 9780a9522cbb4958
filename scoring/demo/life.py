"""The organised life of the demonstration: the demo branch plans, votes, studies, answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from activities.models import Activity, Appraised, Series
from activities.operations import (
    activities,
    appraisal_entries,
    appraisals,
    classes,
    courses,
    credits,
    duty,
    leave,
    orders,
    problems,
    procedures,
    quizzes,
    series,
    series_days,
    visits,
    votes,
)
from activities.operations.appraisal_entries import Written
from activities.operations.classes import ClassFacts, Outcome
from activities.operations.courses import BaseFacts, CourseFacts, LecturerFacts
from activities.operations.credits import CreditFacts
from activities.operations.details import Details, Mark, Part
from activities.operations.orders import Appointment, Wish
from activities.operations.problems import ProblemDetails
from activities.operations.quizzes import QuizFacts
from activities.operations.series import Setting, Template
from activities.operations.visits import Received
from activities.operations.votes import Motion
from activities.queries import duty as duty_queries
from activities.queries import quizzes as quiz_queries
from activities.queries import votes as vote_queries
from activities.rules import duty as duty_rules
from activities.rules.attendance import AttendanceStatus
from activities.rules.kinds import ActivityKind
from activities.rules.progress import State
from activities.rules.quizzes import Question, QuestionKind
from activities.rules.series import Rhythm
from activities.rules.study import ClassKind, EnrolmentState, Topic, Unit
from activities.rules.votes import Tally
from branches.models import Organization, User
from branches.queries import working_calendar
from branches.rules.periods import Period
from members.models import Member
from members.queries import rolls
from members.rules.status import MemberStatus
from scoring.demo.company import Company, user_id
from scoring.demo.life_texts import COURSES, PROBLEMS, QUESTIONS, SELF_APPRAISALS, VISITS

At = Callable[[dt.date, int], dt.datetime]
_DAY = dt.timedelta(days=1)
CREW = 12  # who take turns on duty


@dataclass(frozen=True, slots=True)
class Stage:
    """Who acts in the demonstration, and on which day it is told."""

    today: dt.date
    at: At
    root: Organization
    branch: Organization
    secretary: User
    deputy: User
    office: User
    leader: User  # the committee's secretary
    members: tuple[Member, ...]  # of the branch on the roll; without accounts there are none

    def person(self, place: int) -> Member:
        """Return a member by place, never the secretary but for 0; a small branch begins again."""
        if place < len(self.members):
            return self.members[place]
        return self.members[1 + place % (len(self.members) - 1)]

    def ago(self, days: int) -> dt.date:
        return self.today - _DAY * days

    def ahead(self, days: int) -> dt.date:
        return self.today + _DAY * days


def stage_of(company: Company, at: At) -> Stage:
    """Return the demo branch with its people, for those who tell its life."""
    branch = Organization.objects.get(pk=company.demo_branch.id)
    return Stage(
        today=company.today,
        at=at,
        root=Organization.objects.get(pk=company.roots[0].id),
        branch=branch,
        secretary=User.objects.get(pk=user_id(company.demo_branch.secretary)),
        deputy=User.objects.get(pk=user_id(company.demo_branch.secretary + 1)),
        office=User.objects.get(pk=user_id(company.reviewer)),
        leader=User.objects.get(pk=user_id(company.leader)),
        members=tuple(
            rolls.members_of(branch, company.today).select_related("user").order_by("pk")
        ),
    )


def live(stage: Stage) -> None:
    """Let the demo branch and its committee do everything once, by the product's own operations."""
    for chapter in (
        _series, _assembly, _leave, _problems, _menu, _training, _credits, _duty, _quiz,
        _appraisal, _procedure,
    ):  # fmt: skip
        chapter(stage)


def _series(stage: Stage) -> None:
    """Wednesday's 晨讲 with its lead times, from three weeks ago on."""
    made = series.set_up(
        organization=stage.branch,
        kind=ActivityKind.TALK,
        setting=Setting(
            title="周三晨讲", rhythm=Rhythm.WEEKLY, weekday=3, starts_at=dt.time(8),
            ends_at=dt.time(8, 45), place="班前会议室", started_on=stage.ago(1),
        ),
        tasks=[
            Template("审定宣讲内容", 7, "审"),
            Template("发布预告", 3, "编"),
            Template("准备会议室和课件", 1, "播"),
        ],
        by=stage.secretary,
        at=stage.at(stage.ago(1), 9),
    )  # fmt: skip
    row = Series.objects.select_related("organization").get(pk=made.pk)
    series_days.plan(
        series=row, until=stage.ahead(28), on=stage.today, by=stage.secretary,
        at=stage.at(stage.today, 6),
    )  # fmt: skip


def _assembly(stage: Stage) -> None:
    """A 党员大会 that commends a member, with its resolution and minutes."""
    held_on = stage.ago(3)
    marks = {
        member.pk: Mark(AttendanceStatus.LEAVE, "上夜班")
        if place % 9 == 8
        else Mark(AttendanceStatus.PRESENT)
        for place, member in enumerate(stage.members)
    }
    activity = activities.log(
        organization=stage.branch,
        kind=ActivityKind.ASSEMBLY,
        details=Details(
            title="党员大会（讨论表彰事项）",
            held_on=held_on,
            starts_at=dt.time(15, 30),
            ends_at=dt.time(16, 30),
            place="党员活动室",
            host=stage.secretary.name,
            recorder=stage.deputy.name,
            summary="会议通报了前三季度支部工作，讨论了年度优秀共产党员推荐人选，并进行了表决。",
            parts=(Part("通报工作", "通报前三季度党建和生产任务完成情况。"),),
        ),
        marks=marks,
        by=stage.secretary,
        at=stage.at(held_on, 17),
    )
    present = vote_queries.meeting_of(activity).electorate.present
    votes.record_resolution(
        activity=activity,
        motion=Motion(
            subject="推荐本支部年度优秀共产党员人选", tally=Tally(yes=present - 1, abstain=1),
            text="同意推荐，报党委审定。",
        ),
        confirmed=True,
        by=stage.secretary,
        at=stage.at(held_on, 17),
    )  # fmt: skip
    activities.close(activity=activity, by=stage.secretary, at=stage.at(held_on, 18))


def _leave(stage: Stage) -> None:
    """Two members ask to be excused from what comes next; one has his answer."""
    coming = (
        Activity.objects.filter(
            organization=stage.branch,
            state=State.PLANNED,
            held_on__gt=stage.today,
            attendances__isnull=False,  # what the months' generator planned has no roll yet
        )
        .select_related("organization")
        .order_by("held_on", "pk")
        .distinct()
        .first()
    )
    asking = [member for member in stage.members if member.user and member.user != stage.secretary]
    if coming is None:
        return
    called = set(coming.attendances.values_list("member_id", flat=True))
    found = [member for member in asking if member.pk in called][-2:]
    for place, member in enumerate(found):
        assert member.user is not None
        asked = leave.ask(
            activity=coming, member=member, reason=("当天上早班", "外出参加技能培训")[place],
            by=member.user, at=stage.at(stage.ago(1), 9),
        )  # fmt: skip
        if place:
            leave.answer(
                leave=asked, grant=True, note="培训后补课。", by=stage.secretary,
                at=stage.at(stage.ago(1), 11),
            )  # fmt: skip


def _problems(stage: Stage) -> None:
    for place, (whose, text, measures, days, outcome) in enumerate(PROBLEMS):
        made = problems.add(
            organization=stage.branch,
            details=ProblemDetails(
                whose=whose, text=text, measures=measures, owner=stage.members[place + 1],
                due_on=stage.ahead(days),
            ),
            by=stage.secretary,
            at=stage.at(stage.ago(40), 10),
        )  # fmt: skip
        if outcome:
            problems.close(
                problem=made, closed_on=stage.ago(10), outcome=outcome, by=stage.secretary,
                at=stage.at(stage.ago(10), 10),
            )  # fmt: skip


def _menu(stage: Stage) -> None:
    """The committee's menu; two orders of the branch, one accepted."""
    day = stage.ago(60)
    lecturers = [
        courses.keep_lecturer(
            organization=stage.root, facts=LecturerFacts(name, account, place, strengths),
            by=stage.office, at=stage.at(day, 9),
        )
        for name, account, place, strengths in (
            (stage.secretary.name, stage.secretary, "党支部书记", "党务实务、基层经验"),
            ("方静远", None, "市委党校教授", "党的创新理论"),
            ("沈立言", None, "公司纪委", "纪律法律"),
        )
    ]  # fmt: skip
    for name, about in (("矿史陈列馆", "建矿初期的艰苦创业"), ("安全警示教育馆", "事故案例")):
        courses.keep_base(
            organization=stage.root, facts=BaseFacts(name, about=about), by=stage.office,
            at=stage.at(day, 9),
        )  # fmt: skip
    offered = [
        courses.offer(
            organization=stage.root,
            facts=CourseFacts(
                title, topic, study_list, Decimal(hours), module=module, summary=summary
            ),
            lecturers=[lecturers[who]],
            by=stage.office,
            at=stage.at(day, 10),
        )
        for title, topic, study_list, hours, module, summary, who in COURSES
    ]
    asked = [
        orders.ask(
            course=course, branch=stage.branch,
            wish=Wish(ActivityKind.LECTURE, stage.ahead(days), dt.time(15), "党员活动室"),
            by=stage.secretary, at=stage.at(stage.ago(2), 10),
        )
        for course, days in zip(offered[:2], (16, 23), strict=True)
    ]  # fmt: skip
    orders.accept(
        order=asked[0],
        appointment=Appointment(lecturers[0], stage.ahead(16), dt.time(15), "党员活动室"),
        by=stage.office,
        at=stage.at(stage.ago(1), 10),
    )


def _training(stage: Stage) -> None:
    """A class at the party school that is over, and one to come."""
    over = classes.open_class(
        organization=stage.root,
        facts=ClassFacts(
            "党务骨干培训班", ClassKind.PARTY_SCHOOL, Topic.THEORY, stage.ago(50), stage.ago(48),
            Decimal(24), Decimal(18), "市委党校",
        ),
        by=stage.office,
        at=stage.at(stage.ago(60), 9),
    )  # fmt: skip
    classes.call_up(
        training_class=over, members=stage.members[:4], by=stage.office,
        at=stage.at(stage.ago(58), 9),
    )  # fmt: skip
    outcome = Outcome(EnrolmentState.ATTENDED, days=Decimal(3), hours=Decimal(24))
    classes.close(
        training_class=over,
        outcomes={row.pk: outcome for row in over.enrolments.all()},
        by=stage.office,
        at=stage.at(stage.ago(47), 9),
    )
    coming = classes.open_class(
        organization=stage.root,
        facts=ClassFacts(
            "入党积极分子和新党员培训班", ClassKind.CENTRALISED, Topic.CONSTITUTION,
            stage.ahead(20), stage.ahead(21), Decimal(16), Decimal(12), "公司培训中心",
        ),
        by=stage.office,
        at=stage.at(stage.ago(5), 9),
    )  # fmt: skip
    classes.call_up(
        training_class=coming, members=stage.members[-3:], by=stage.office,
        at=stage.at(stage.ago(4), 9),
    )  # fmt: skip


def _credits(stage: Stage) -> None:
    for place, member in enumerate(stage.members[5:9]):
        credits.enter(
            member=member,
            branch=stage.branch,
            facts=CreditFacts(
                "网上专题班", Topic.THEORY, stage.ago(30 + place), Unit.HALF_DAY, Decimal(1),
                "结业证书已交支部",
            ),
            by=stage.secretary,
            at=stage.at(stage.ago(20), 9),
        )  # fmt: skip


def _duty(stage: Stage) -> None:
    """This month's roster and the matters that came to the desk."""
    month = Period.containing(stage.today)
    days = [month.first_day + _DAY * n for n in range((month.end - month.first_day).days)]
    crew = duty_queries.crew(stage.branch, month)
    roster = duty_rules.propose(
        days=days,
        calendar=working_calendar.working_calendar(month.first_day, month.last_day),
        people=crew.people[:CREW],
        secretary=crew.secretary,
        terms=duty_rules.Terms(),
    )
    duty.write_month(
        branch=stage.branch, period=month, chosen=roster, by=stage.secretary,
        at=stage.at(min(stage.today, month.first_day), 7),
    )  # fmt: skip
    for place, (visitor, matter, days_ago, answer) in enumerate(VISITS):
        day = stage.ago(days_ago)
        visits.receive(
            branch=stage.branch, received=Received(visitor, matter, day, answer=answer),
            received_by=stage.members[place + 1], by=stage.secretary, at=stage.at(day, 11),
        )  # fmt: skip


def _quiz(stage: Stage) -> None:
    """A quiz of the committee that some have taken."""
    quiz = quizzes.make(
        organization=stage.root,
        facts=QuizFacts("党章党规知识测验", Decimal(60), stage.ago(7), stage.ahead(7)),
        by=stage.office,
        at=stage.at(stage.ago(9), 9),
    )
    quizzes.add_questions(
        quiz=quiz,
        questions=[
            Question(QuestionKind(kind), text, options, frozenset(right), Decimal(20), why)
            for kind, text, options, right, why in QUESTIONS
        ],
        by=stage.office,
        at=stage.at(stage.ago(9), 10),
    )
    quiz = quizzes.publish(quiz=quiz, by=stage.office, at=stage.at(stage.ago(8), 9))
    questions = quiz_queries.questions_of(quiz)
    takers = [member for member in stage.members if member.user is not None][:6]
    for place, member in enumerate(takers):
        assert member.user is not None
        answers = {
            row.pk: row.right if (place + number) % 4 else [0]
            for number, row in enumerate(questions)
        }
        quizzes.hand_in(
            quiz=quiz, member=member, answers=answers, by=member.user,
            at=stage.at(stage.ago(3), 12),
        )  # fmt: skip


def _appraisal(stage: Stage) -> None:
    """This year's 民主评议, begun: half of the members have written their self-appraisal."""
    appraisal = appraisals.start(
        organization=stage.branch, year=stage.today.year, by=stage.secretary,
        at=stage.at(stage.ago(6), 9),
    )  # fmt: skip
    people = list(Appraised.objects.filter(appraisal=appraisal).order_by("member_id"))
    appraisal_entries.write_self(
        appraisal=appraisal,
        entries={
            row.pk: Written(SELF_APPRAISALS[place % len(SELF_APPRAISALS)])
            for place, row in enumerate(people[: len(people) // 2])
        },
        on=stage.ago(2),
        by=stage.secretary,
        at=stage.at(stage.ago(2), 16),
    )


def _procedure(stage: Stage) -> None:
    """A regularisation under way where somebody is probationary, else a handed-in application."""
    probationary = [one for one in stage.members if one.status == MemberStatus.PROBATIONARY]
    at = stage.at(stage.ago(12), 9)
    if probationary:
        procedures.start(
            organization=stage.branch, code="regularisation", member=probationary[0],
            by=stage.secretary, at=at,
        )  # fmt: skip
    procedures.start(
        organization=stage.branch, code="admission", person="韩一舟", by=stage.secretary, at=at
    )
