"""Every address with every role: what belongs to branch B does not exist for people of branch A."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from activities.models import (
    Activity,
    ActivityTask,
    Appraisal,
    Appraised,
    Attachment,
    Attendance,
    Course,
    CourseOrder,
    DutyShift,
    DutySwap,
    EducationBase,
    Election,
    Enrolment,
    Homework,
    HomeworkAnswer,
    Leave,
    Lecturer,
    MinutesVersion,
    Plan,
    PlanItem,
    Problem,
    ProblemConference,
    Procedure,
    ProcedureStep,
    Quiz,
    QuizQuestion,
    Resolution,
    RollMerge,
    Series,
    Sitting,
    StudyCredit,
    Supervision,
    TrainingClass,
    Visit,
    VolunteerHours,
    VolunteerTeam,
    VoterExemption,
)
from branches import documents, jobs
from branches.access import POLICY_MARK
from branches.models import (
    CalendarDay,
    Notice,
    Organization,
    Post,
    RegulationAdjustment,
    User,
    Webhook,
)
from branches.rules.periods import Period
from branches.rules.roles import Role
from members.models import Exemption, Member, Membership, RosterImport
from people.models import (
    Brand,
    BrandCase,
    Contact,
    HelpPlan,
    Idea,
    MutualReport,
    Pair,
    Pledge,
    PledgeProof,
    Project,
    Recall,
    Station,
    StationClaim,
    Steward,
    StewardHelp,
    StewardMonth,
    Talent,
    Talk,
    Tolerance,
)
from scoring.models import (
    Appeal,
    Consequence,
    Inspection,
    InspectionPhoto,
    PointEntry,
    Round,
    RoundComment,
    Run,
    SchemeTrial,
    SchemeVersion,
    Score,
)
from scoring.operations import drafts, rounds, runs, schemes
from scoring.queries import schemes as scheme_queries

MARCH = "2026-03"
SINCE = dt.date(2020, 1, 1)

# What everybody whose work it touches may read: it belongs to no branch.
SHARED = {"scheme"}


def addresses(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern)
        else:
            yield pattern


WITH_OBJECT = sorted(
    {p.name for p in addresses() if p.name and "pk" in p.pattern.converters} - SHARED
)
ALL_NAMES = sorted({p.name for p in addresses() if p.name})


@pytest.fixture
def theirs(committee, branch_a, branch_b, person, at) -> dict[str, int]:
    """One of everything in branch B, by the kind of thing an address names."""
    secretary = person(Role.SECRETARY, branch_b).user
    member = Member.objects.create(name="乙", name_pinyin="yi", name_strokes="1")
    Membership.objects.create(member=member, branch=branch_b, started_on=SINCE)
    activity = Activity.objects.create(
        organization=branch_b, kind="THEME_DAY", title="党日", held_on=dt.date(2026, 3, 10),
        starts_at=dt.time(9), place="会议室", record_due_on=dt.date(2026, 3, 13),
        entered_by=secretary, entered_at=at,
    )  # fmt: skip
    attendance = Attendance.objects.create(
        activity=activity, member=member, branch=branch_b, kind=activity.kind,
        held_on=activity.held_on, status="PRESENT",
    )  # fmt: skip
    MinutesVersion.objects.create(
        activity=activity, number=1, checksum="0", made_by=secretary, made_at=at,
        content={
            "code": "HD", "title": "记录", "organization": "支部", "as_of": at.isoformat(),
            "facts": [], "parts": [], "signature": [],
        },
    )  # fmt: skip
    sitting = Sitting.objects.create(
        activity=activity, ordinal=1, label="早班", held_on=activity.held_on, starts_at=dt.time(9)
    )
    leave = Leave.objects.create(
        activity=activity, member=member, reason="值班", asked_at=at, state="REFUSED",
        answered_by=secretary, answered_at=at,
    )  # fmt: skip
    merge = RollMerge.objects.create(
        activity=activity, key=uuid.uuid4(), marks={}, taken_at=at, sent_by=secretary, sent_at=at,
        conflicts={str(member.pk): {"device": "ABSENT", "server": "PRESENT"}},
    )  # fmt: skip
    problem = Problem.objects.create(
        organization=branch_b, activity=activity, whose="支部班子", text="问题",
        raised_on=activity.held_on, raised_by=secretary,
    )  # fmt: skip
    conference = ProblemConference.objects.create(
        organization=branch_b, held_on=at.date(), present="三方", made_by=secretary, made_at=at
    )
    supervision = Supervision.objects.create(
        problem=problem, issuer=branch_b, year=2026, number=1, demand="办好", issued_on=at.date(),
        due_on=at.date(), issued_by=secretary, issued_at=at,
    )  # fmt: skip
    appraisal = Appraisal.objects.create(
        organization=branch_b, year=2026, started_by=secretary, started_at=at
    )
    appraised = Appraised.objects.create(appraisal=appraisal, member=member, is_graded=True)
    for code in scheme_queries.preset_codes():
        version = schemes.adopt(
            committee=committee, text=scheme_queries.preset_text(code),
            effective_from=Period.parse("2026-01"), by=None, at=at,
        )  # fmt: skip
        runs.compute(version=version, period=Period.parse(MARCH), by=None, at=at)
    entry = PointEntry.objects.create(
        scheme_code="points-1261", item_code="service", member=member, organization=branch_b,
        happened_on=dt.date(2026, 3, 5), evidence="事实", entered_by=secretary, entered_at=at,
    )  # fmt: skip
    document = documents.keep(
        b"%PDF", title="台账", filename="x.pdf", content_type="application/pdf",
        owner=secretary, organization=branch_b, at=at,
    )  # fmt: skip
    job, _ = jobs.request(
        "scoring.recompute", arguments={}, label="核算", by=secretary, at=at, organization=branch_b
    )
    roster = RosterImport.objects.create(
        organization=branch_b,
        document=document,
        effective_on=at.date(),
        uploaded_by=secretary,
        uploaded_at=at,
    )
    notice = Notice.objects.create(recipient=secretary, text="通知", created_at=at)
    webhook = Webhook.objects.create(
        organization=branch_b, title="群", kind="WECOM", url="https://x", send_at=dt.time(8),
        made_by=secretary, made_at=at,
    )  # fmt: skip
    exemption = Exemption.objects.create(member=member, reason="ill", started_on=SINCE)
    CalendarDay.objects.create(day=dt.date(2026, 3, 9), is_working=False)
    draft = drafts.create(
        committee=committee, text=scheme_queries.preset_text("star-branch"), source="方案目录",
        by=secretary, at=at,
    )  # fmt: skip
    # A first round: it is not shown to those it rates yet.
    round_ = rounds.open_round(run=Run.objects.get(scheme_code="star-branch"), by=secretary, at=at)
    comment = RoundComment.objects.create(
        round=round_, organization=branch_b, text="意见", by=secretary, at=at
    )
    appeal = Appeal.objects.create(
        round=round_, organization=branch_b, item_code="theme_day_held", item_title="主题党日",
        text="理由", filed_by=secretary, filed_at=at, due_on=at.date(),
    )  # fmt: skip
    points = Run.objects.get(scheme_code="points-1261")
    duties = Run.objects.get(scheme_code="duty-organizations")
    final = Round.objects.create(
        run=duties, committee=committee, scheme_code=duties.scheme_code,
        period_start=duties.period_start, period_kind=duties.period_kind, state="FINAL",
        opened_by=secretary, opened_at=at, decided_by=secretary, decided_at=at,
    )  # fmt: skip
    consequence = Consequence.objects.create(
        round=final, organization=branch_b, member=member, ordinal=1, title="谈话", kind="talk",
        why="总分低于 60 分",
    )  # fmt: skip
    # One's own sheet, submitted: its branch may read it, and nobody else below the committee.
    inspection = Inspection.objects.create(
        version=SchemeVersion.objects.get(code="star-branch"), organization=branch_b,
        period_start=dt.date(2026, 3, 1), period_kind="month", inspector=secretary,
        due_on=at.date(), assigned_by=secretary, assigned_at=at, submitted_at=at,
    )  # fmt: skip
    photo = InspectionPhoto.objects.create(
        inspection=inspection, item_code="service_duty", added_at=at,
        document=documents.keep(
            b"\xff\xd8", title="照片", filename="x.jpg", content_type="image/jpeg",
            owner=secretary, organization=None, at=at,
        ),
    )  # fmt: skip
    adjustment = RegulationAdjustment.objects.create(
        committee=committee, code="M1", parameters={}, reason="文件", made_by=secretary, made_at=at,
        effective_from=at.date(),
    )  # fmt: skip
    trial = SchemeTrial.objects.create(
        committee=committee, title="试", text=draft.text, first_period=MARCH, last_period=MARCH,
        asked_by=secretary, asked_at=at,
    )  # fmt: skip
    series = Series.objects.create(
        organization=branch_b, kind="THEME_DAY", title="主题党日", rhythm="MONTHLY", day=5,
        starts_at=dt.time(15), place="会议室", started_on=SINCE, made_by=secretary, made_at=at,
    )  # fmt: skip
    attachment = Attachment.objects.create(
        activity=activity, kind="PHOTO", added_by=secretary, added_at=at,
        document=documents.keep(
            b"\xff\xd8", title="照片", filename="y.jpg", content_type="image/jpeg",
            owner=secretary, organization=None, at=at,
        ),
    )  # fmt: skip
    shift = DutyShift.objects.create(
        organization=branch_b, on=at.date(), member=member, entered_by=secretary, entered_at=at
    )
    swap = DutySwap.objects.create(
        shift=shift, asked_by=member, asked_of=member, reason="出差", asked_at=at
    )
    visit = Visit.objects.create(
        organization=branch_b, visitor="来人", matter="路灯", received_by=member,
        received_on=at.date(), state="BRANCH", entered_by=secretary, entered_at=at,
    )  # fmt: skip
    homework = Homework.objects.create(
        activity=activity, text="心得", due_on=at.date(), set_by=secretary, set_at=at
    )
    homework_answer = HomeworkAnswer.objects.create(
        homework=homework, member=member, text="心得", handed_in_at=at
    )
    quiz = Quiz.objects.create(
        organization=branch_b, title="测验", pass_mark=1, opens_on=at.date(), closes_on=at.date(),
        made_by=secretary, made_at=at, published_at=at,
    )  # fmt: skip
    question = QuizQuestion.objects.create(
        quiz=quiz, ordinal=1, kind="JUDGE", text="题", options=["对", "错"], right=[0], points=1
    )
    plan = Plan.objects.create(
        organization=branch_b, period_start=dt.date(2026, 1, 1), period_kind="year",
        made_by=secretary, made_at=at,
    )  # fmt: skip
    plan_item = PlanItem.objects.create(
        plan=plan, ordinal=1, kind="THEME_DAY", title="主题党日", planned_on=dt.date(2026, 3, 10)
    )
    task = ActivityTask.objects.create(
        activity=activity, ordinal=1, title="发通知", due_on=dt.date(2026, 3, 5), assignee=member
    )
    meeting = Activity.objects.create(
        organization=branch_b, kind="ASSEMBLY", title="党员大会", held_on=dt.date(2026, 3, 11),
        starts_at=dt.time(9), place="会议室", record_due_on=dt.date(2026, 3, 14), state="OPEN",
        entered_by=secretary, entered_at=at,
    )  # fmt: skip
    resolution = Resolution.objects.create(
        activity=meeting, ordinal=1, subject="计划", due=1, present=1, yes=1, is_passed=True,
        recorded_by=secretary, recorded_at=at,
    )  # fmt: skip
    left_out = VoterExemption.objects.create(
        activity=meeting, member=member, ground="ABROAD", approval_reference="1号",
        vote_reference="通过", recorded_by=secretary, recorded_at=at,
    )  # fmt: skip
    election = Election.objects.create(
        activity=meeting, office="COMMITTEE", title="委员选举", seats=3, prepared_by=secretary,
        prepared_at=at,
    )  # fmt: skip
    procedure = Procedure.objects.create(
        organization=branch_b, code="lecture", title="上党课", started_by=secretary, started_at=at
    )
    procedure_step = ProcedureStep.objects.create(
        procedure=procedure, code="draft", done_on=at.date(), done_by=secretary, done_at=at
    )
    pair = Pair.objects.create(
        branch=branch_b, kind="COLLEAGUE", helper=member, helped_name="丙", started_on=SINCE,
        formed_by=secretary, formed_at=at,
    )  # fmt: skip
    talk = Talk.objects.create(
        branch=branch_b, member=member, reason="UPSET", due_on=at.date(), arranged_at=at
    )
    contact = Contact.objects.create(pair=pair, on=at.date(), entered_by=secretary, entered_at=at)
    return {
        **_study(branch_b, member, secretary, at),
        **_promised(branch_b, member, secretary, at),
        **_cared_for(branch_a, branch_b, member, secretary, at),
        **_steward(branch_b, member, secretary, at),
        **_shared_work(branch_b, member, secretary, at),
        "pair": pair.pk,
        "talk": talk.pk,
        "contact": contact.pk,
        "procedure": procedure.pk,
        "procedure_step": procedure_step.pk,
        "attachment": attachment.pk,
        "shift": shift.pk,
        "swap": swap.pk,
        "visit": visit.pk,
        "homework": homework.pk,
        "homework_answer": homework_answer.pk,
        "quiz": quiz.pk,
        "question": question.pk,
        "plan": plan.pk,
        "plan_item": plan_item.pk,
        "series": series.pk,
        "task": task.pk,
        "resolution": resolution.pk,
        "left_out": left_out.pk,
        "election": election.pk,
        "meeting": meeting.pk,
        "organization": branch_b.pk,
        "member": member.pk,
        "activity": activity.pk,
        "attendance": attendance.pk,
        "sitting": sitting.pk,
        "leave": leave.pk,
        "merge": merge.pk,
        "problem": problem.pk,
        "conference": conference.pk,
        "supervision": supervision.pk,
        "appraisal": appraisal.pk,
        "appraised": appraised.pk,
        "entry": entry.pk,
        "document": document.pk,
        "job": job.pk,
        "roster": roster.pk,
        "notice": notice.pk,
        "exemption": exemption.pk,
        "webhook": webhook.pk,
        "account": secretary.pk,
        "post": Post.objects.get(user=secretary).pk,
        "scheme": version.pk,
        "adjustment": adjustment.pk,
        "draft": draft.pk,
        "trial": trial.pk,
        "inspection": inspection.pk,
        "photo": photo.pk,
        "round": round_.pk,
        "comment": comment.pk,
        "appeal": appeal.pk,
        "consequence": consequence.pk,
        "final": final.pk,
        "run": points.pk,
        "score": Score.objects.get(run=points, member=member).pk,
    }


def _study(branch: Organization, member: Member, by: User, at: dt.datetime) -> dict[str, int]:
    """What branch B keeps about study."""
    lecturer = Lecturer.objects.create(organization=branch, name="讲师")
    base = EducationBase.objects.create(organization=branch, name="基地")
    course = Course.objects.create(
        organization=branch, title="课", topic="THEORY", study_list="REQUIRED", hours=2,
        made_by=by, made_at=at,
    )  # fmt: skip
    order = CourseOrder.objects.create(
        course=course, branch=branch, kind="LECTURE", wanted_on=at.date(), asked_by=by, asked_at=at
    )
    training_class = TrainingClass.objects.create(
        organization=branch, title="班", kind="CENTRALISED", topic="THEORY",
        started_on=at.date(), ended_on=at.date(), hours=8, theory_hours=8, made_by=by, made_at=at,
    )  # fmt: skip
    enrolment = Enrolment.objects.create(
        training_class=training_class, member=member, called_on=at.date()
    )
    credit = StudyCredit.objects.create(
        member=member, title="自学", topic="THEORY", happened_on=at.date(), unit="HOUR", amount=1,
        hours=1, evidence="笔记", entered_by=by, entered_at=at,
    )  # fmt: skip
    return {
        "lecturer": lecturer.pk, "base": base.pk, "course": course.pk, "order": order.pk,
        "class": training_class.pk, "enrolment": enrolment.pk, "credit": credit.pk,
    }  # fmt: skip


def _shared_work(branch: Organization, member: Member, by: User, at: dt.datetime) -> dict[str, int]:
    """What branch B keeps of ideas, projects, volunteering and its brand."""
    day = at.date()
    idea = Idea.objects.create(
        branch=branch, member=member, text="点子", raised_on=day, entered_by=by, entered_at=at,
        changed_at=at,
    )  # fmt: skip
    project = Project.objects.create(
        organization=branch, title="项目", target="目标", acceptance="标准", due_on=day,
        state="OPEN", made_by=by, made_at=at,
    )  # fmt: skip
    team = VolunteerTeam.objects.create(
        branch=branch, name="服务队", purpose="服务", founded_on=day, made_by=by, made_at=at
    )
    hours = VolunteerHours.objects.create(
        branch=branch, member=member, served_on=day, hours=1, what="服务", entered_by=by,
        entered_at=at,
    )  # fmt: skip
    brand = Brand.objects.create(
        branch=branch, name="品牌", meaning="内涵", started_on=day, made_by=by, made_at=at
    )
    case = BrandCase.objects.create(
        brand=brand, on=day, title="案例", story="做法", made_by=by, made_at=at,
        document=documents.keep(
            b"\xff\xd8", title="照片", filename="z.jpg", content_type="image/jpeg",
            owner=by, organization=None, at=at,
        ),
    )  # fmt: skip
    return {
        "idea": idea.pk, "project": project.pk, "volunteer_team": team.pk, "service": hours.pk,
        "brand": brand.pk, "brand_case": case.pk,
    }  # fmt: skip


def _cared_for(
    other: Organization, branch: Organization, member: Member, by: User, at: dt.datetime
) -> dict[str, int]:
    """What branch B keeps about the growth and the trouble of a member.

    The report goes nowhere near branch A, so that nobody there may read it.
    """
    day = at.date()
    member.admitted_on = SINCE
    member.save(update_fields=["admitted_on"])
    helper = Member.objects.create(name="丁", name_pinyin="ding", name_strokes="1")
    talent = Talent.objects.create(
        branch=branch, member=member, tier="GOOD", recommended_on=day, recommendation="理由",
        recommended_by=by,
    )  # fmt: skip
    recall = Recall.objects.create(
        branch=branch, member=member, listed_on=day, reason="原因", told_on=day, listed_by=by,
        listed_at=at,
    )  # fmt: skip
    tolerance = Tolerance.objects.create(
        branch=branch, member=member, matter="事项", asked_on=day, due_on=day, asked_by=by,
        asked_at=at,
    )  # fmt: skip
    plan = HelpPlan.objects.create(
        branch=branch, member=member, first_official="甲", second_official="乙",
        committee_member=helper, reason="原因", plan="计划", told_on=day, started_on=day,
        ends_on=day.replace(year=day.year + 1), made_by=by, made_at=at,
    )  # fmt: skip
    report = MutualReport.objects.create(
        member=member, sender=branch, receiver=other.parent, period_start=dt.date(2026, 1, 1),
        period_kind="year", sent_by=by, sent_at=at,
    )  # fmt: skip
    return {
        "talent": talent.pk, "recall": recall.pk, "tolerance": tolerance.pk,
        "help_plan": plan.pk, "mutual_report": report.pk,
    }  # fmt: skip


def _steward(branch: Organization, member: Member, by: User, at: dt.datetime) -> dict[str, int]:
    """What branch B keeps about its 小政委."""
    steward = Steward.objects.create(
        organization=branch, member=member, recommended_on=at.date(), recommendation="同意",
        recommended_by=by,
    )  # fmt: skip
    help_ = StewardHelp.objects.create(
        organization=branch, member=member, week_of=dt.date(2026, 3, 9), helped_name="丙",
        what="帮岗", entered_by=by, entered_at=at,
    )  # fmt: skip
    month = StewardMonth.objects.create(
        organization=branch, member=member, month=dt.date(2026, 3, 1),
        content={"facts": [], "parts": []}, handed_in_at=at, handed_in_by=by,
    )  # fmt: skip
    return {"steward": steward.pk, "steward_help": help_.pk, "steward_month": month.pk}


def _promised(branch: Organization, member: Member, by: User, at: dt.datetime) -> dict[str, int]:
    """What members of branch B promise, and the posts they claim."""
    pledge = Pledge.objects.create(
        branch=branch, member=member, year=at.year, text="承诺", measure="每月 1 次",
        due_on=dt.date(at.year, 12, 31), state="SUBMITTED", entered_by=by, entered_at=at,
        changed_at=at,
    )  # fmt: skip
    proof = PledgeProof.objects.create(
        pledge=pledge, on=at.date(), text="做了", entered_by=by, entered_at=at,
        document=documents.keep(
            b"\xff\xd8", title="照片", filename="z.jpg", content_type="image/jpeg",
            owner=by, organization=None, at=at,
        ),
    )  # fmt: skip
    station = Station.objects.create(
        branch=branch, title="岗位", duties="职责", set_on=at.date(), set_by=by
    )
    claim = StationClaim.objects.create(station=station, member=member, claimed_on=at.date())
    return {
        "pledge": pledge.pk, "proof": proof.pk, "station": station.pk, "claim": claim.pk,
    }  # fmt: skip


# The kind of thing an address names, by the beginning of its name (the longest fits).
KINDS = {
    "organization": "organization",
    "branch-tiers": "organization",
    "mark-sheet": "organization",
    "ledger": "organization",
    "member": "member",
    "activity": "activity",
    "activity-vote": "meeting",
    "activity-election": "meeting",
    "activity-override": "meeting",
    "resolution": "resolution",
    "voter-exemption": "left_out",
    "election": "election",
    "my-activity": "attendance",
    "sign-in-scan": "activity",
    "roll-merge": "merge",
    "leave": "leave",
    "my-class": "enrolment",
    "my-credit": "credit",
    "study-branch": "organization",
    "study-member": "member",
    "credit-new": "organization",
    "credit-void": "credit",
    "course": "course",
    "lecturer": "lecturer",
    "base": "base",
    "order": "order",
    "class": "class",
    "training-class": "class",
    "enrolment": "enrolment",
    "pair": "pair",
    "pledge": "pledge",
    "pledge-print": "organization",
    "proof": "proof",
    "station": "station",
    "claim": "claim",
    "talk": "talk",
    "contact": "contact",
    "idea": "idea",
    "project": "project",
    "volunteer-team": "volunteer_team",
    "service": "service",
    "brand": "brand",
    "brand-case": "brand_case",
    "brand-case-new": "brand",
    "steward": "steward",
    "steward-group": "organization",
    "steward-help": "steward_help",
    "steward-month": "steward_month",
    "duty": "organization",
    "my-duty": "shift",
    "my-duty-answer": "swap",
    "my-duty-withdraw": "swap",
    "visit": "visit",
    "birthday": "member",
    "talent": "talent",
    "recall": "recall",
    "tolerance": "tolerance",
    "help-plan": "help_plan",
    "mutual-report": "mutual_report",
    "homework": "homework",
    "homework-new": "activity",
    "homework-remark": "homework_answer",
    "my-homework": "homework",
    "quiz": "quiz",
    "quiz-question": "question",
    "quiz-question-new": "quiz",
    "plan": "plan",
    "plan-item": "plan_item",
    "attachment": "attachment",
    "preparation": "task",
    "my-preparation": "task",
    "series": "series",
    "sitting": "sitting",
    "problem": "problem",
    "problem-bulletin": "organization",
    "problem-conference": "conference",
    "supervision": "supervision",
    "appraisal": "appraisal",
    "my-appraisal-write": "appraised",
    "procedure": "procedure",
    "procedure-document": "procedure_step",
    "points-void": "entry",
    "document": "document",
    "job": "job",
    "roster-import": "roster",
    "roster-problems": "roster",
    "notice": "notice",
    "account": "account",
    "post": "post",
    "exemption": "exemption",
    "webhook": "webhook",
    "scheme": "scheme",
    "draft": "draft",
    "trial": "trial",
    "inspection": "inspection",
    "inspection-photo": "photo",
    "round": "round",
    "round-open": "run",
    "comment": "comment",
    "appeal": "appeal",
    "consequence": "consequence",
    "pay-table": "final",
    "appeal-new": "score",
    "my-": "member",
    "calendar": "organization",
    "check": "organization",
    "regulation": "organization",
    "adjustment": "adjustment",
}


def _arguments(name: str, theirs: dict[str, int]) -> dict[str, Any]:
    pattern = next(p for p in addresses() if p.name == name)
    fitting = [start for start in KINDS if name.startswith(start)]
    named = "pk" in pattern.pattern.converters
    assert fitting or not named, f"say in KINDS what {name} names, so that its wall is tested"
    values = {
        "pk": theirs[KINDS[max(fitting, key=len)]] if named else None,
        "period": MARCH,
        "item": "theme_day_held" if name.startswith("organization") else "daily",
        "code": "M1" if name == "check-rule" else "stars",
        "number": 1,
        "day": "2026-03-09",
        "post": theirs["post"],
        "exemption": theirs["exemption"],
        "where": "head",
        "step": "WITHDRAW",
        "side": "BRANCH",
    }
    return {key: values[key] for key in pattern.pattern.converters}


@pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "MEMBER")
def test_nothing_of_the_other_branch_exists(theirs, person, branch_a, role):
    client = person(role, branch_a)
    seen = {}
    for name in WITH_OBJECT:
        url = reverse(name, kwargs=_arguments(name, theirs))
        got, posted = client.get(url).status_code, client.post(url, {}).status_code
        if got not in (404, 405) or posted != 404:
            seen[name] = (got, posted)
    assert seen == {}


def test_the_same_addresses_do_exist_for_those_above(theirs, person, committee):
    """The denials above count only if somebody is let in by the same set-up."""
    opened = set()
    for role in (Role.SECRETARY, Role.REVIEWER, Role.ADMINISTRATOR):
        client = person(role, committee)
        for name in WITH_OBJECT:
            status = client.get(reverse(name, kwargs=_arguments(name, theirs))).status_code
            if status in (200, 302, 405):
                opened.add(name)
    own = {
        "job",
        "job-progress",
        "my-activity",
        "my-duty-swap",
        "my-homework-answer",
        "problem-feedback",
        # Only the two who talk, and whoever arranges at the very branch: nobody above it.
        "talk",
        "talk-due",
        "talk-hold-due",
        "talk-raise",
        "birthday-talk",
        "help-plan-talk",
        "tolerance-withdraw",
        "steward-help",
        "quiz-take",
        "my-activity-leave",
        "my-activity-leave-withdraw",
        "sign-in-scan",
        "notice",
        "document",
        "inspection-sheet",
        "pay-table-file",
    }
    assert set(WITH_OBJECT) - opened <= own


def test_without_an_account_everything_leads_to_the_sign_in(theirs):
    client = Client()
    for pattern in addresses():
        if not pattern.name or not isinstance(getattr(pattern.callback, POLICY_MARK), str):
            continue
        if pattern.name in OPEN:
            continue
        arguments = _arguments(pattern.name, theirs) if pattern.pattern.converters else {}
        answer = client.get(reverse(pattern.name, kwargs=arguments))
        assert answer.status_code in (302, 405), pattern.name


OPEN = {"login", "health-live", "health-ready"}


def test_no_page_of_ones_own_answers_with_an_error(theirs, person, branch_a):
    for role in (None, *Role):
        client = person(role, branch_a)
        for pattern in addresses():
            if pattern.name and not pattern.pattern.converters:
                status = client.get(reverse(pattern.name)).status_code
                assert status in (200, 302, 403, 405), (role, pattern.name, status)
