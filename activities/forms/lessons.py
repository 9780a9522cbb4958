"""What an activity taught."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from activities.forms.entries import Amount, Words
from activities.models import Activity, Course, EducationBase, Lesson
from activities.operations.lessons import Taught
from activities.queries import courses
from activities.rules.hours import CLASS_KINDS
from activities.rules.kinds import ActivityKind
from activities.wording import study as wording


class LessonForm(forms.Form):
    """A chosen course says topic and list by itself; the hours of a closed record stand."""

    course = forms.ModelChoiceField(
        label="课程",
        required=False,
        queryset=Course.objects.none(),
        empty_label="不是菜单上的课程",
        help_text="选了课程，主题和清单可以不填。",
        error_messages={"invalid_choice": "菜单上没有这门课程，请重新选择。"},
    )
    topic = Words(label="主题", words=wording.TOPICS, required=False)
    study_list = Words(label="清单", words=wording.LISTS, empty="不分清单", required=False)
    base = forms.ModelChoiceField(
        label="教育基地",
        required=False,
        queryset=EducationBase.objects.none(),
        empty_label="请选择",
        error_messages={"invalid_choice": "没有登记这个基地，请重新选择。"},
    )
    hours = Amount(label="学时", most=24, least=Decimal("0.5"), unit=" 学时", required=False)

    def __init__(
        self, *args: Any, activity: Activity, lesson: Lesson | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._lesson = lesson
        self._activity = activity
        self.fields["course"].queryset = courses.for_activity(  # type: ignore[attr-defined]
            activity.organization
        )
        kind = ActivityKind(activity.kind)
        if kind is ActivityKind.VISIT:
            self.fields["base"].queryset = courses.bases_for(  # type: ignore[attr-defined]
                activity.organization
            )
        else:
            del self.fields["base"]
        self.fields["hours"].help_text = (
            "不填按活动的起止时间计算。" if kind in CLASS_KINDS else "不填不计学时。"
        )
        if not activity.may_be_edited:
            del self.fields["hours"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        course = cleaned.get("course")
        if course is not None:
            cleaned["topic"] = cleaned.get("topic") or course.topic
            cleaned["study_list"] = cleaned.get("study_list") or course.study_list
        if not cleaned.get("topic") and "topic" not in self.errors:
            self.add_error("topic", "请选择主题，或先选课程。")
        return cleaned

    @property
    def taught(self) -> Taught:
        cleaned = self.cleaned_data
        stands = self._lesson.hours if self._lesson else None
        return Taught(
            topic=cleaned["topic"],
            study_list=cleaned["study_list"],
            course=cleaned["course"],
            base=cleaned.get("base"),
            hours=cleaned["hours"] if "hours" in self.fields else stands,
        )
