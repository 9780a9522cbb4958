"""Training classes: what one types about each, whom one calls up, what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from activities.forms.courses import Kept
from activities.forms.entries import Amount, Words, line
from activities.models import Enrolment, TrainingClass
from activities.operations.classes import ClassFacts, Outcome
from activities.rules.study import MOST_HOURS_A_DAY, EnrolmentState, most_hours
from activities.wording import study as wording
from branches.forms.fields import DayField
from branches.rules.text import one_line

OUTCOMES = [
    (state.value, wording.ENROLMENTS[state])
    for state in (EnrolmentState.ATTENDED, EnrolmentState.EXCUSED, EnrolmentState.MISSED)
]
MOST_DAYS, MOST_SCORE = Decimal(99), Decimal(150)


class ClassForm(Kept):
    title = line(TrainingClass, "title", "班次名称")
    kind = Words(label="类别", words=wording.CLASSES)
    topic = Words(label="主题", words=wording.TOPICS)
    started_on = DayField(label="开班日期")
    ended_on = DayField(label="结业日期")
    hours = Amount(label="总学时", most=999, least=Decimal("0.5"), unit=" 学时")
    theory_hours = Amount(label="其中：理论和党性学时", most=999, unit=" 学时")
    place = line(TrainingClass, "place", "地点", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        first, last = cleaned.get("started_on"), cleaned.get("ended_on")
        if first and last and last < first:
            self.add_error("ended_on", "结业日期不能早于开班日期。")
        hours, theory = cleaned.get("hours"), cleaned.get("theory_hours")
        if hours is not None and theory is not None and theory > hours:
            self.add_error("theory_hours", "理论和党性学时不能超过总学时。")
        if first and last and first <= last and hours is not None:
            most = most_hours(first, last)
            if hours > most:
                self.add_error(
                    "hours",
                    f"学时太多：从开班到结业共 {(last - first).days + 1} 天，"
                    f"每天最多 {MOST_HOURS_A_DAY} 学时，最多填 {most}。",
                )
        return cleaned

    @property
    def facts(self) -> ClassFacts:
        cleaned = self.cleaned_data
        names = ("title", "kind", "topic", "started_on", "ended_on", "hours", "theory_hours")
        return ClassFacts(**{name: cleaned[name] for name in (*names, "place")})


class ResultForm:
    """The results of a class, read from ``state_``, ``days_``, ``hours_``, ``score_`` and

    ``note_<enrolment>``: plain fields of a table, one row a person.
    """

    def __init__(
        self,
        enrolments: Iterable[Enrolment],
        training_class: TrainingClass,
        data: Mapping[str, str] | None = None,
    ) -> None:
        self.enrolments = list(enrolments)
        self.training_class = training_class
        self.data = data
        self.errors: dict[int, str] = {}
        self.outcomes: dict[int, Outcome] = {}

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What the page shows of each person: what was typed, else what is known."""
        return [
            {
                "enrolment": each,
                "choices": OUTCOMES,
                "error": self.errors.get(each.pk, ""),
                **{name: self._shown(each, name) for name in ("state", "days", "hours", "score")},
                "note": self._shown(each, "note"),
            }
            for each in self.enrolments
        ]

    def is_valid(self) -> bool:
        for each in self.enrolments:
            try:
                self.outcomes[each.pk] = self._read(each)
            except ValueError as problem:
                self.errors[each.pk] = str(problem)
        return not self.errors

    def _read(self, each: Enrolment) -> Outcome:
        state = self._posted(each, "state")
        if state not in dict(OUTCOMES):
            raise ValueError("请选择参训情况。")
        note = one_line(self._posted(each, "note"))
        if len(note) > 100:
            raise ValueError("备注最多 100 个字。")
        if state != EnrolmentState.ATTENDED:
            return Outcome(state, note=note)
        hours = self._number(each, "hours", "学时", self.training_class.hours)
        if hours is None:
            raise ValueError("请填写学时。")
        return Outcome(
            state,
            self._number(each, "days", "天数", MOST_DAYS),
            hours,
            self._number(each, "score", "成绩", MOST_SCORE),
            note,
        )

    def _number(self, each: Enrolment, name: str, label: str, most: Decimal) -> Decimal | None:
        typed = self._posted(each, name).strip()
        if not typed:
            return None
        try:
            value = Decimal(typed)
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            raise ValueError(f"{label}应填数字，如 2 或 1.5。")
        if not 0 <= value <= most:
            raise ValueError(f"{label}应在 0 到 {most.normalize():f} 之间。")
        if value != value.quantize(Decimal("0.1")):
            raise ValueError(f"{label}最多一位小数。")
        return value

    def _shown(self, each: Enrolment, name: str) -> str:
        if self.data is not None:
            return self._posted(each, name)
        if each.state == EnrolmentState.CALLED:
            usual = {
                "state": EnrolmentState.ATTENDED,
                "hours": f"{self.training_class.hours.normalize():f}",
                "days": str(
                    (self.training_class.ended_on - self.training_class.started_on).days + 1
                ),
            }
            return str(usual.get(name, ""))
        value = getattr(each, name)
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"
        return "" if value is None else str(value)

    def _posted(self, each: Enrolment, name: str) -> str:
        assert self.data is not None
        return str(self.data.get(f"{name}_{each.pk}", ""))
