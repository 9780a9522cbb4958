"""Raising, handling and following up a problem; supervising it; a 三方会议."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from activities.forms.entries import line, text
from activities.forms.problems import SeverityField
from activities.models import Problem, ProblemConference, ProblemStep, Supervision
from activities.operations.problem_conferences import Assignment
from activities.rules.supervision import Satisfaction, Severity
from activities.wording import supervision as wording
from branches.forms.fields import DayField
from members.models import Member

REASON_LIMIT = 200


def _reason(label: str, words: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=REASON_LIMIT,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": words, "max_length": f"最多 {REASON_LIMIT} 个字。"},
    )


class RaiseForm(forms.Form):
    """A problem as a record has it already: to be looked over, and said how grave it is."""

    whose = line(Problem, "whose", "谁的问题", help="哪个班组、支部，或哪项工作。")
    text = text(Problem, "text", "问题", required=True)
    asker_name = line(
        Problem, "asker_name", "反映人", required=False,
        help="销号以后要回访。不愿留名的可以不填。",
    )  # fmt: skip
    severity = SeverityField(initial=Severity.ORDINARY)

    def __init__(self, *args: Any, asks_asker: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_asker:
            del self.fields["asker_name"]


class ReportForm(forms.Form):
    text = text(ProblemStep, "text", "办理进展", required=True)
    on = DayField(label="日期")


class EscalateForm(forms.Form):
    reason = _reason("提交的原因", "请写明为什么要提交上一级。", "本级为什么办不了，已经做了什么。")


class ChangeSeverityForm(forms.Form):
    severity = SeverityField()
    reason = _reason("调整的原因", "请写明调整程度的原因。")


class FeedbackForm(forms.Form):
    """The person's own answer: one press; ``note`` may stay empty."""

    note = line(Problem, "satisfaction_note", "有话要说", required=False)
    satisfaction = forms.TypedChoiceField(
        label="是否满意",
        choices=list(wording.SATISFACTIONS.items()),
        coerce=Satisfaction,
        widget=forms.RadioSelect,
        error_messages={
            "required": "请选择是否满意。",
            "invalid_choice": "请从列出的选项里选。",
        },
    )


class AskedForm(FeedbackForm):
    """What somebody without an account said, and when."""

    on = DayField(label="回访日期")


class LookBackForm(forms.Form):
    holds = forms.TypedChoiceField(
        label="看的结果",
        choices=[("yes", "没有反复"), ("no", "有反复，恢复整改")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={
            "required": "请选择看的结果。",
            "invalid_choice": "请从列出的选项里选。",
        },
    )
    text = text(Problem, "look_back", "回头看情况", required=True)
    on = DayField(label="回头看日期")


class CaseForm(forms.Form):
    title = line(Problem, "case_title", "案例标题", help="别人一看就知道是什么事。")
    text = text(
        Problem, "case_text", "好的做法", required=True,
        help="写清怎么发现、怎么办成、效果怎样。不写人名。",
    )  # fmt: skip
    names_are_meant = forms.BooleanField(
        label="已经核对，里面没有人名", required=False,
        help_text="只有系统提示有人名而实际不是时才需要勾选。",
    )  # fmt: skip


class SupervisionForm(forms.Form):
    demand = text(
        Supervision, "demand", "督办要求", required=True, help="要办到什么程度、怎样报告。"
    )
    due_on = DayField(label="回复期限")


class AnswerForm(forms.Form):
    answer = text(Supervision, "answer", "办理情况", required=True)
    on = DayField(label="回复日期")


class ConferenceForm(forms.Form):
    """One row a problem: its first responsible and deadline; a row left empty stays as it is."""

    held_on = DayField(label="会议日期")
    present = text(
        ProblemConference, "present", "参加的三方", required=True,
        help="如：党支部周岚、班组李敏、业务部门王强。",
    )  # fmt: skip
    summary = text(ProblemConference, "summary", "会议情况", required=False)

    def __init__(
        self, *args: Any, problems: Sequence[Problem], owners: Iterable[Member], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._problems = list(problems)
        self._owners = {str(each.pk): each for each in owners}
        known = [("", "先不定"), *((key, each.name) for key, each in self._owners.items())]
        for each in self._problems:
            owner = str(each.owner_id or "")
            # Whoever answers for it now may have left; then somebody is to be chosen.
            self.fields[f"owner_{each.pk}"] = forms.ChoiceField(
                label="第一责任人",
                required=False,
                choices=known,
                initial=owner if owner in self._owners else "",
                error_messages={"invalid_choice": "责任人不在可选名单里，请重新选择。"},
            )
            self.fields[f"due_{each.pk}"] = DayField(label="期限", required=False)

    @property
    def rows(self) -> list[tuple[Problem, forms.BoundField, forms.BoundField]]:
        """Each problem with its two fields."""
        return [(row, self[f"owner_{row.pk}"], self[f"due_{row.pk}"]) for row in self._problems]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        held_on = cleaned.get("held_on")
        for row in self._problems:
            owner, due_on = cleaned.get(f"owner_{row.pk}"), cleaned.get(f"due_{row.pk}")
            if due_on and not owner and f"owner_{row.pk}" not in self.errors:
                self.add_error(f"owner_{row.pk}", "定了期限的，也要定第一责任人。")
            is_new = owner and owner != str(row.owner_id or "")
            if is_new and not due_on and f"due_{row.pk}" not in self.errors:
                self.add_error(f"due_{row.pk}", "定了第一责任人的，也要定期限。")
            if due_on and held_on and due_on < held_on:
                self.add_error(f"due_{row.pk}", "期限不能早于会议日期。")
        return cleaned

    @property
    def assignments(self) -> list[Assignment]:
        """The rows with owner and deadline."""
        found = []
        for row in self._problems:
            owner = self._owners.get(self.cleaned_data.get(f"owner_{row.pk}", ""))
            due_on: dt.date | None = self.cleaned_data.get(f"due_{row.pk}")
            if owner is not None and due_on is not None:
                found.append(Assignment(row, owner, due_on))
        return found
