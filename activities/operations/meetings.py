"""What every step at a deciding meeting begins with: the locked record, fit to decide."""

from __future__ import annotations

from activities import wording
from activities.models import Activity, Attendance, Sitting
from activities.operations.locks import locked
from activities.operations.refusals import Refused, RollIncomplete
from activities.queries import votes
from activities.rules import progress
from activities.rules.attendance import AttendanceStatus
from activities.rules.kinds import ActivityKind
from activities.rules.progress import State, Step


def lock(activity: Activity) -> Activity:
    """Return the record of a meeting, locked and open to be written.

    :raises Refused: this kind of activity decides nothing.
    :raises StepNotAllowed: the record is closed or cancelled.
    """
    row = locked(activity)
    if not votes.may_decide(row):
        raise Refused(
            f"{wording.KINDS[ActivityKind(row.kind)]}不作表决。"
            "需要表决的事项，请登记在党员大会或支委会上。"
        )
    progress.ACTIVITY.after(State(row.state), Step.EDIT)
    return row


def check_roll(row: Activity) -> None:
    """Check that it is known who came; whatever votes has one sitting only.

    :raises RollIncomplete: the roll has not been taken, or somebody has no mark.
    :raises Refused: the meeting is divided into sittings.
    """
    if Sitting.objects.filter(activity=row).count() > 1:
        raise Refused("表决和选举只能在一次会议上进行，分场召开的不能表决。请先取消分场。")
    marks = list(
        Attendance.objects.filter(activity=row)
        .order_by("member__name_pinyin", "member_id")
        .values_list("member__name", "status")
    )
    waiting = tuple(name for name, status in marks if status == AttendanceStatus.UNMARKED)
    if row.state == State.PLANNED or not marks:
        raise RollIncomplete("还没有登记到会。请先登记到会，再登记表决和选举。", waiting)
    if waiting:
        raise RollIncomplete(
            f"还有 {len(waiting)} 人没有登记到会（{waiting[0]}等）。"
            "请先登记到会，再登记表决和选举。",
            waiting,
        )
