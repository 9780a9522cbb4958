"""After a problem is closed: the person who raised it is asked, it is looked back on, and what
worked becomes a case.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from activities.models import Problem
from activities.operations import problem_course as course
from activities.operations import problems
from activities.operations.refusals import Refused
from activities.queries import problem_cases
from activities.rules import supervision as rules
from activities.rules.supervision import ProblemAct, Satisfaction
from activities.wording import supervision as wording
from branches import audit
from branches.models import User


@transaction.atomic
def give_feedback(
    *,
    problem: Problem,
    satisfaction: Satisfaction,
    note: str = "",
    on: dt.date,
    by: User,
    at: dt.datetime,
) -> Problem:
    """Keep whether the person who raised a closed problem is satisfied.

    Who has an account answers alone; for anybody else the branch enters what was said on a day.
    The one who answers for the problem never does.

    :raises Refused: it is open or answered already, somebody else has to say it, or the day does
        not fit.
    """
    row = course.held(problem)
    course.check_closed(row)
    assert row.closed_on is not None
    if row.satisfaction:
        raise Refused("这条问题已经评价过了。")
    asker = row.asker.user if row.asker else None
    if asker is not None and asker.is_active and asker != by:
        raise Refused("反映人有账号，请由本人评价。")
    if asker != by and row.owner is not None and row.owner.user == by:
        raise Refused("第一责任人不能替反映人评价，请由其他人回访登记。")
    course.day_of("回访日期", on, not_before=row.closed_on, at=at)
    row.satisfaction, row.satisfaction_on = satisfaction, on
    row.satisfaction_note = note.strip()
    row.save(update_fields=["satisfaction", "satisfaction_on", "satisfaction_note"])
    word = wording.SATISFACTIONS[satisfaction]
    text = f"{word}：{row.satisfaction_note}" if row.satisfaction_note else word
    course.write(row, ProblemAct.ASKED, text, on=on, by=by, at=at)
    audit.record(
        "problem.feedback", by=by, at=at, on=row, organization=row.organization,
        after={"satisfaction": word, "happened_on": on},
    )  # fmt: skip
    if satisfaction is Satisfaction.DISSATISFIED:
        words = f"反映人不满意，建议恢复整改：{row.text}"
        course.tell_keepers([row.organization], words, row=row, by=by, at=at)
    return row


@transaction.atomic
def look_back(
    *, problem: Problem, text: str, holds: bool, on: dt.date, by: User, at: dt.datetime
) -> Problem:
    """Keep what looking back on a closed problem showed; where it does not hold it is open again.

    :raises Refused: it is open or looked back on already, nothing is said, the day does not fit,
        or the one who answers for it looks back on himself.
    """
    row = course.held(problem)
    course.check_closed(row)
    assert row.closed_on is not None
    if row.looked_back_on is not None:
        raise Refused("这条问题已经回头看过了。")
    if row.owner is not None and row.owner.user == by:
        raise Refused("第一责任人不能自己回头看，请由其他人核实登记。")
    if not text.strip():
        raise Refused("请写明回头看的情况。")
    course.day_of("回头看日期", on, not_before=row.closed_on, at=at)
    audit.record(
        "problem.looked_back", by=by, at=at, on=row, organization=row.organization,
        after={"look_back": text.strip(), "holds": holds, "happened_on": on},
    )  # fmt: skip
    course.write(row, ProblemAct.LOOKED, text.strip(), on=on, by=by, at=at)
    if not holds:
        return problems.reopen(problem=row, reason=f"回头看：{text.strip()}", by=by, at=at)
    row.looked_back_on, row.look_back = on, text.strip()
    row.save(update_fields=["looked_back_on", "look_back"])
    return row


@transaction.atomic
def keep_case(
    *, problem: Problem, title: str, text: str, names_are_meant: bool = False, by: User,
    at: dt.datetime,
) -> Problem:  # fmt: skip
    """Keep a closed problem in the case library as an example for others, without persons.

    :param names_are_meant: somebody has looked at the names found and says they are none.
    :raises Refused: it is open, title or text is missing, or names of people stand in them.
    """
    row = course.held(problem)
    course.check_closed(row)
    if not title.strip() or not text.strip():
        raise Refused("请写明案例标题和好的做法。")
    found = rules.named(f"{title}\n{text}", problem_cases.names(row))
    if found and not names_are_meant:
        raise Refused(f"案例里不要写人名：{'、'.join(found)}。改好再保存；确实不是人名的，请勾选。")
    row.case_title, row.case_text = title.strip(), text.strip()
    row.save(update_fields=["case_title", "case_text"])
    audit.record(
        "problem.case_kept", by=by, at=at, on=row, organization=row.organization,
        after={"case_title": row.case_title},
    )  # fmt: skip
    return row


@transaction.atomic
def drop_case(*, problem: Problem, by: User, at: dt.datetime) -> Problem:
    """Take a problem out of the case library.

    :raises Refused: it is not there.
    """
    row = course.held(problem)
    if not row.case_title:
        raise Refused("这条问题不在案例库里。")
    audit.record(
        "problem.case_dropped", by=by, at=at, on=row, organization=row.organization,
        before={"case_title": row.case_title},
    )  # fmt: skip
    row.case_title = row.case_text = ""
    row.save(update_fields=["case_title", "case_text"])
    return row
