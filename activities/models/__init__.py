"""Tables: what people do."""

from activities.models.activity import Activity, AgendaPart
from activities.models.appraisal import Appraisal, Appraised
from activities.models.attachment import Attachment
from activities.models.attendance import Attendance
from activities.models.correction import ActivityCorrection
from activities.models.duty import DutyShift, DutySwap, TakenOffDuty, Visit
from activities.models.election import Candidate, Election, Teller
from activities.models.learning import Learning
from activities.models.leave import Leave, MakeUp
from activities.models.minutes import MinutesVersion
from activities.models.plan import ActivityTask, Plan, PlanItem, Series, SeriesTask
from activities.models.problem import (
    Problem,
    ProblemConference,
    ProblemStep,
    Supervision,
)
from activities.models.procedure import Procedure, ProcedureStep
from activities.models.quiz import Homework, HomeworkAnswer, Quiz, QuizPaper, QuizQuestion
from activities.models.resolution import Resolution, RuleOverride, VoterExemption
from activities.models.sign_in import RollMerge, SignIn, SignInWindow, WrongCode
from activities.models.sitting import Sitting
from activities.models.study import (
    Course,
    CourseOrder,
    EducationBase,
    Enrolment,
    Lecturer,
    Lesson,
    StudyCredit,
    TrainingClass,
)
from activities.models.volunteering import (
    Serving,
    Volunteer,
    VolunteerHours,
    VolunteerTeam,
)

__all__ = [
    "Activity",
    "ActivityCorrection",
    "ActivityTask",
    "AgendaPart",
    "Appraisal",
    "Appraised",
    "Attachment",
    "Attendance",
    "Candidate",
    "Course",
    "CourseOrder",
    "DutyShift",
    "DutySwap",
    "EducationBase",
    "Election",
    "Enrolment",
    "Homework",
    "HomeworkAnswer",
    "Learning",
    "Leave",
    "Lecturer",
    "Lesson",
    "MakeUp",
    "MinutesVersion",
    "Plan",
    "PlanItem",
    "Problem",
    "ProblemConference",
    "ProblemStep",
    "Procedure",
    "ProcedureStep",
    "Quiz",
    "QuizPaper",
    "QuizQuestion",
    "Resolution",
    "RollMerge",
    "RuleOverride",
    "Series",
    "SeriesTask",
    "Serving",
    "SignIn",
    "SignInWindow",
    "Sitting",
    "StudyCredit",
    "Supervision",
    "TakenOffDuty",
    "Teller",
    "TrainingClass",
    "Visit",
    "Volunteer",
    "VolunteerHours",
    "VolunteerTeam",
    "VoterExemption",
    "WrongCode",
]
