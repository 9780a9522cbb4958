"""承诺践诺: three or four measurable promises a year, approved, published, kept or not.

Source: practices C04, C05, C22, C26, C27: 3–4 measurable promises a year, reviewed at its end
(述诺评诺); satisfaction below one half calls for measures with a deadline (C26).
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any

from branches.rules.workflow import Workflow


class PledgeState(StrEnum):
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    APPROVED = "APPROVED"  # published from then on
    REVIEWED = "REVIEWED"
    WITHDRAWN = "WITHDRAWN"


class PledgeStep(StrEnum):
    SUBMIT = "SUBMIT"
    RETURN = "RETURN"
    APPROVE = "APPROVE"
    REVIEW = "REVIEW"
    REOPEN = "REOPEN"
    WITHDRAW = "WITHDRAW"


PLEDGE: Workflow[PledgeState, PledgeStep] = Workflow(
    {
        (PledgeState.DRAFT, PledgeStep.SUBMIT): PledgeState.SUBMITTED,
        (PledgeState.DRAFT, PledgeStep.WITHDRAW): PledgeState.WITHDRAWN,
        (PledgeState.SUBMITTED, PledgeStep.RETURN): PledgeState.DRAFT,
        (PledgeState.SUBMITTED, PledgeStep.APPROVE): PledgeState.APPROVED,
        (PledgeState.APPROVED, PledgeStep.REVIEW): PledgeState.REVIEWED,
        (PledgeState.REVIEWED, PledgeStep.REOPEN): PledgeState.APPROVED,
        (PledgeState.APPROVED, PledgeStep.WITHDRAW): PledgeState.WITHDRAWN,
    }
)


class Verdict(StrEnum):
    """What the review says: only KEPT counts as kept."""

    KEPT = "KEPT"
    PARTLY = "PARTLY"
    NOT_KEPT = "NOT_KEPT"


LAST_MONTH = 12
LEAST, MOST = 3, 4
SUBMIT_MONTHS = 2
APPROVE_DAYS = 7
REVIEW_DAYS = 30
SATISFIED_PERCENT = 50
TOLD_AHEAD = dt.timedelta(days=14)  # how long before its last day a promise is reminded of


@dataclass(frozen=True, slots=True)
class Terms:
    """How many promises a year, and until when each step is taken: the parameters of rule P1."""

    least: int = LEAST
    most: int = MOST
    submit_months: int = SUBMIT_MONTHS  # submitted within so many months of the year
    approve_days: int = APPROVE_DAYS
    review_days: int = REVIEW_DAYS  # so long after its last day a promise is reviewed at the latest
    satisfied_percent: int = SATISFIED_PERCENT  # below it measures are called for


def terms_of(parameters: Mapping[str, Any]) -> Terms:
    """Return the terms as rule P1 says them; what it leaves out stays as the practices have it."""
    least = max(1, int(parameters.get("least", LEAST)))
    return Terms(
        least=least,
        most=max(least, int(parameters.get("most", MOST))),
        submit_months=min(max(1, int(parameters.get("submit_months", SUBMIT_MONTHS))), 6),
        approve_days=max(1, int(parameters.get("approve_days", APPROVE_DAYS))),
        review_days=max(1, int(parameters.get("review_days", REVIEW_DAYS))),
        satisfied_percent=min(
            max(0, int(parameters.get("satisfied_percent", SATISFIED_PERCENT))), 100
        ),
    )


_UNITS = "个名次件条项篇户场天日周月季年人遍份分小堂期轮节%元吨台起例"
_MEASURABLE = re.compile(
    r"\d"
    rf"|(?:百分之)?[零〇一二两三四五六七八九十百千万半]+[{_UNITS}]"
    r"|百分之[零〇一二两三四五六七八九十百]"
    r"|每[个]?[天日周月季年班次]"
    r"|(?:全年|年底|月底|年内|季度末|零(?:违章|事故|缺陷|投诉))"
)
# Words in which a number counts nothing.
_NOT_COUNTED = re.compile(r"进一步|三会一课|第一时间|一定|统一|一致|一切|一次性|第一责任人")


def is_measurable(measure: str) -> bool:
    """Return whether it says by a number or a day how to tell that a promise was kept.

    >>> is_measurable("每月谈心一次"), is_measurable("进一步做好服务")
    (True, False)
    """
    return bool(_MEASURABLE.search(_NOT_COUNTED.sub("", measure)))


def number_wrong(number: int, terms: Terms) -> str:
    """Return why so many promises of a year cannot be submitted, in Chinese; "" if they can."""
    if number < terms.least:
        return (
            f"每人每年承诺 {terms.least}—{terms.most} 条，现在有 {number} 条，"
            f"还差 {terms.least - number} 条，请补上再提交。"
        )
    if number > terms.most:
        return (
            f"每人每年承诺 {terms.least}—{terms.most} 条，现在有 {number} 条，"
            f"多了 {number - terms.most} 条，请删去再提交。"
        )
    return ""


def years_open(today: dt.date) -> tuple[int, ...]:
    """Return for which years promises may be made: this one, and in December the next."""
    return (today.year, today.year + 1) if today.month == LAST_MONTH else (today.year,)


def submit_by(year: int, terms: Terms) -> dt.date:
    """Return the last day for submitting the promises of a year."""
    return dt.date(year, terms.submit_months, monthrange(year, terms.submit_months)[1])


def review_by(due_on: dt.date, terms: Terms) -> dt.date:
    """Return until when a promise is reviewed."""
    return due_on + dt.timedelta(days=terms.review_days)


def may_be_reviewed(*, is_told: bool, due_on: dt.date, on: dt.date) -> bool:
    """Return whether a promise may be reviewed: told of, or its last day has passed."""
    return is_told or on > due_on


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """What those asked said. ``is_low``: fewer than the terms demand are satisfied."""

    asked: int
    satisfied: int
    needed_percent: int

    @property
    def percent(self) -> Decimal:
        """Of a hundred, one decimal, halves up."""
        exact = Decimal(100 * self.satisfied) / self.asked
        return exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)

    @property
    def is_low(self) -> bool:
        # Of the whole numbers, so that rounding decides nothing.
        return 100 * self.satisfied < self.needed_percent * self.asked

    @property
    def words(self) -> str:
        """The arithmetic: 满意 9 人 ÷ 参评 20 人 = 45%，低于 50%."""
        how = "低于" if self.is_low else "不低于"
        percent = format(self.percent.normalize(), "f")
        return (
            f"满意 {self.satisfied} 人 ÷ 参评 {self.asked} 人 = {percent}%，"
            f"{how} {self.needed_percent}%"
        )


def satisfaction(asked: int | None, satisfied: int | None, terms: Terms) -> Satisfaction | None:
    """Return what those asked said; None where nobody was asked."""
    if not asked or satisfied is None:
        return None
    return Satisfaction(asked, satisfied, terms.satisfied_percent)
