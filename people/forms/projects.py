"""What one writes of a project (揭榜): what it is about, the team, how it goes on, the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from activities.forms.entries import line, text
from branches.forms.fields import DayField, OrganizationField
from branches.models import Organization
from members.models import Member
from people.models import Project, ProjectNote
from people.operations.projects import ProjectFacts
from people.rules.projects import ProjectStep

DECISIONS = {
    ProjectStep.ACCEPT: "验收通过",
    ProjectStep.RETURN: "退回完善",
    ProjectStep.FAIL: "按未完成办理",
}


class ProjectForm(forms.Form):
    """A project; ``places`` only where there is a choice."""

    organization = OrganizationField(label="发榜单位")
    title = line(Project, "title", "项目", help="一句话说清要解决什么。")
    target = text(Project, "target", "目标", help="做到什么程度，最好有数字。")
    acceptance = text(Project, "acceptance", "验收标准", help="凭什么算完成、怎么验收。")
    due_on = DayField(label="完成期限")

    def __init__(self, *args: Any, places: Sequence[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if places:
            ids = [place.pk for place in places]
            choices = Organization.objects.filter(pk__in=ids).order_by("path")
            self.fields["organization"].queryset = choices  # type: ignore[attr-defined]
            self.fields["organization"].initial = ids[0]
        else:
            del self.fields["organization"]

    @property
    def facts(self) -> ProjectFacts:
        """What was filled in, once the form is valid."""
        names = ("title", "target", "acceptance", "due_on")
        return ProjectFacts(**{name: self.cleaned_data[name] for name in names})


class TeamField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.work_post}）" if obj.work_post else str(obj.name)


class ClaimForm(forms.Form):
    team = TeamField(
        Member.objects.none(),
        label="成员",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="从本支部的同志里选，一个人攻关可以不选。选谁先和本人说好。",
        error_messages={
            "invalid_choice": "有人不在本支部名册上，请重新选择成员。",
            "invalid_pk_value": "有人不在本支部名册上，请重新选择成员。",
            "invalid_list": "请重新选择成员。",
        },
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = people  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    text = line(ProjectNote, "text", "进展", help="做了什么、到了哪一步，一句话就行。")


class ResultForm(forms.Form):
    result = text(Project, "result", "完成情况", help="对照目标和验收标准写。")


class ReasonForm(forms.Form):
    reason = line(Project, "verdict", "原因")


class PutOffForm(forms.Form):
    due_on = DayField(label="新的期限")
    reason = line(Project, "verdict", "延期原因")


class VerdictForm(forms.Form):
    """A decision; before anything was handed in, only that it came to nothing."""

    step = forms.ChoiceField(
        label="验收",
        choices=[(step.value, word) for step, word in DECISIONS.items()],
        widget=forms.RadioSelect,
        error_messages={
            "required": "请选择验收结果。",
            "invalid_choice": "请重新选择验收结果。",
        },
    )
    verdict = line(Project, "verdict", "验收意见")

    def __init__(self, *args: Any, is_handed_in: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_handed_in:
            only = ProjectStep.FAIL
            self.fields["step"].choices = [(only.value, DECISIONS[only])]  # type: ignore[attr-defined]
            self.fields["step"].initial = only.value
