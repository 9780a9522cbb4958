"""The forms of a 民主评议: one page for all members in each of its parts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BoundField

from activities.forms import OneLine
from activities.models import Activity, Appraised
from activities.operations.appraisal_entries import Written
from activities.rules.appraisals import AppraisalGrade, Ballot, Votes, digest
from activities.wording import appraisals as wording
from branches.forms.fields import DayField

COUNTS = ("excellent", "qualified", "basic", "unqualified")


def _limit(name: str) -> int:
    model: Any = Appraised
    return int(model._meta.get_field(name).max_length)


def _long(name: str, label: str, rows: int = 3) -> forms.CharField:
    limit = _limit(name)
    return forms.CharField(
        label=label,
        required=False,
        max_length=limit,
        widget=forms.Textarea(attrs={"rows": rows}),
        error_messages={"max_length": f"{label}最多 {limit} 个字，请删减。"},
    )


def _number(label: str, *, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=required,
        min_value=0,
        max_value=100_000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": f"请填写{label}，没有的填 0。",
            "invalid": f"{label}请填整数。",
            "min_value": f"{label}不能是负数。",
            "max_value": f"{label}太大了，请核对。",
        },
    )


class _TextsForm(forms.Form):
    """A text for each member. Only what was changed is taken, so that two may write at once."""

    field = ""  # of Appraised
    label = ""
    with_reason = False

    on = DayField(label="日期")

    def __init__(self, *args: Any, people: Sequence[Appraised], today: dt.date, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.locked = [person for person in people if self.is_locked(person)]
        self.people = [person for person in people if person not in self.locked]
        self.today = today
        self.fields["on"].initial = today
        for person in self.people:
            text = getattr(person, self.field)
            self.fields[f"text_{person.pk}"] = _long(self.field, self.label)
            self.fields[f"text_{person.pk}"].initial = text
            self.fields[f"read_{person.pk}"] = forms.CharField(
                required=False, widget=forms.HiddenInput, initial=digest(text)
            )
            if self.with_reason:
                self.fields[f"waived_{person.pk}"] = OneLine(
                    label="不自评的原因",
                    required=False,
                    max_length=_limit("self_waived"),
                    initial=person.self_waived,
                    error_messages={"max_length": "原因最多 100 个字。"},
                )

    def is_locked(self, person: Appraised) -> bool:
        """Return whether somebody's text is to be read only."""
        return False

    @property
    def rows(self) -> Iterator[tuple[Appraised, BoundField, BoundField, BoundField | None]]:
        for person in self.people:
            yield (
                person,
                self[f"text_{person.pk}"],
                self[f"read_{person.pk}"],
                self[f"waived_{person.pk}"] if self.with_reason else None,
            )

    def clean_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["on"]
        if day > self.today:
            raise ValidationError("日期不能晚于今天。")
        return day

    @property
    def entries(self) -> dict[int, Written]:
        """What was changed against what the page had shown, by ``Appraised`` key."""
        found = {}
        for person in self.people:
            text = self.cleaned_data[f"text_{person.pk}"].strip()
            read = self.cleaned_data[f"read_{person.pk}"]
            waived = self.cleaned_data.get(f"waived_{person.pk}", "")
            has_new_text = digest(text) != read
            has_new_reason = not text and waived != person.self_waived and self.with_reason
            if has_new_text or has_new_reason:
                found[person.pk] = Written(text, waived, read)
        return found


class SelfForm(_TextsForm):
    field, label, with_reason = "self_text", "自评", True

    def is_locked(self, person: Appraised) -> bool:
        """Return whether the member wrote it with the own account.

        What was typed before that is kept, and refused with the reason when it is saved.
        """
        is_own = person.self_by_id is not None and person.self_by_id == person.member.user_id
        return is_own and f"text_{person.pk}" not in self.data


class PeersForm(_TextsForm):
    field, label = "peer_text", "互评意见"


class MeetingField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.held_on} {obj.title}"


class BallotForm(forms.Form):
    """The paper ballot; with few ballots the counts kept are not filled in again.

    Whose four numbers are all left empty is not counted yet, or stays as counted before.
    """

    activity = MeetingField(
        Activity.objects.none(),
        label="在哪次会议上测评",
        empty_label="请选择",
        error_messages={
            "required": "请选择进行测评的党员大会或民主评议党员会议。",
            "invalid_choice": "这次会议不在可选范围内，请重新选择。",
        },
    )
    issued = _number("发出票数")
    returned = _number("收回票数")
    void = _number("无效票")
    teller_1 = OneLine(
        label="监票人", max_length=45,
        error_messages={"required": "请写明监票人。", "max_length": "姓名最多 45 个字。"},
    )  # fmt: skip
    teller_2 = OneLine(
        label="计票人", max_length=45,
        error_messages={"required": "请写明计票人。", "max_length": "姓名最多 45 个字。"},
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        people: Sequence[Appraised],
        meetings: QuerySet[Activity],
        with_counts: bool,
        **kwargs: Any,
    ):
        super().__init__(*args, **kwargs)
        self.people = [person for person in people if person.is_graded]
        self.fields["activity"].queryset = meetings  # type: ignore[attr-defined]
        for person in self.people:
            for name, label in zip(COUNTS, wording.GRADES.values(), strict=True):
                field = _number(f"{person.member.name}：{label}", required=False)
                field.initial = getattr(person, name) if with_counts else None
                field.widget.attrs["aria-label"] = field.label
                self.fields[f"{name}_{person.pk}"] = field

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for person in self.people:
            names = [f"{name}_{person.pk}" for name in COUNTS]
            empty = [name for name in names if name in cleaned and cleaned[name] is None]
            # Numbers that were shown are not taken away by emptying them.
            if empty and (len(empty) < len(names) or self.fields[names[0]].initial is not None):
                for name in empty:
                    self.add_error(name, f"请填写{self.fields[name].label}，没有的填 0。")
        return cleaned

    @property
    def rows(self) -> Iterator[tuple[Appraised, list[tuple[str, BoundField]]]]:
        for person in self.people:
            words = wording.GRADES.values()
            fields = [self[f"{name}_{person.pk}"] for name in COUNTS]
            yield person, list(zip(words, fields, strict=True))

    @property
    def ballot(self) -> Ballot:
        cleaned = self.cleaned_data
        return Ballot(cleaned["issued"], cleaned["returned"], cleaned["void"])

    @property
    def votes(self) -> dict[int, Votes]:
        return {
            person.pk: Votes(**{name: self.cleaned_data[f"{name}_{person.pk}"] for name in COUNTS})
            for person in self.people
            if self.cleaned_data[f"{COUNTS[0]}_{person.pk}"] is not None
        }


class GradesForm(forms.Form):
    """The grade of each full member and the branch's opinion of everybody."""

    def __init__(self, *args: Any, people: Sequence[Appraised], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.people = people
        limit = _limit("opinion")
        for person in people:
            if person.is_graded:
                self.fields[f"grade_{person.pk}"] = forms.ChoiceField(
                    label=f"{person.member.name}的等次",
                    required=False,
                    initial=person.grade,
                    choices=[("", "还没有定"), *((g.value, w) for g, w in wording.GRADES.items())],
                    error_messages={"invalid_choice": "请重新选择等次。"},
                )
            self.fields[f"opinion_{person.pk}"] = OneLine(
                label=f"对{person.member.name}的意见",
                required=False,
                max_length=limit,
                initial=person.opinion,
                error_messages={"max_length": f"意见最多 {limit} 个字，请删减。"},
            )

    @property
    def rows(self) -> Iterator[tuple[Appraised, BoundField | None, BoundField]]:
        for person in self.people:
            grade = self[f"grade_{person.pk}"] if person.is_graded else None
            yield person, grade, self[f"opinion_{person.pk}"]

    @property
    def grades(self) -> dict[int, tuple[AppraisalGrade | None, str]]:
        found: dict[int, tuple[AppraisalGrade | None, str]] = {}
        for person in self.people:
            given = self.cleaned_data.get(f"grade_{person.pk}")
            grade = AppraisalGrade(given) if given else None
            found[person.pk] = (grade, self.cleaned_data[f"opinion_{person.pk}"])
        return found


class FeedbackForm(forms.Form):
    """The day on which each was told; ``others`` fills in whoever has none yet."""

    others = DayField(label="下面没有填日期的人，都填这一天", required=False)

    def __init__(self, *args: Any, people: Sequence[Appraised], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.people = people
        for person in people:
            self.fields[f"day_{person.pk}"] = DayField(
                label=f"{person.member.name}的反馈日期", required=False, initial=person.fed_back_on
            )

    @property
    def rows(self) -> Iterator[tuple[Appraised, BoundField]]:
        for person in self.people:
            yield person, self[f"day_{person.pk}"]

    @property
    def days(self) -> dict[int, dt.date | None]:
        others = self.cleaned_data["others"]
        return {
            person.pk: self.cleaned_data[f"day_{person.pk}"] or others for person in self.people
        }


class OwnSelfForm(forms.Form):
    """The member's own self-appraisal."""

    text = forms.CharField(
        label="自评",
        max_length=_limit("self_text"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="对照党员标准，写理想信念、履行义务、发挥作用、存在的不足和努力方向。",
        error_messages={
            "required": "请填写自评。",
            "max_length": f"自评最多 {_limit('self_text')} 个字，请删减。",
        },
    )
