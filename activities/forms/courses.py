"""The menu of courses and its registers: what one types about each."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms

from activities.forms.entries import Amount, Words, line, text
from activities.models import Course, EducationBase, Lecturer
from activities.operations.courses import BaseFacts, CourseFacts, LecturerFacts
from activities.queries import courses
from activities.wording import study as wording
from branches.forms.fields import OrganizationField
from branches.models import Organization, User
from branches.scope import Scope


class MenuFilterForm(forms.Form):
    """What the menu is narrowed to; anything it does not know leaves the menu as it is."""

    q = forms.CharField(
        label="课程、模块或讲师",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    study_list = Words(label="清单", words=wording.LISTS, empty="全部清单", required=False)
    topic = Words(label="主题", words=wording.TOPICS, empty="全部主题", required=False)

    def value(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name, "")).replace("\x00", "").strip()


class Kept(forms.Form):
    """Something a committee keeps: whose it is, where there is a choice."""

    organization = OrganizationField(label="登记在")

    def __init__(self, *args: Any, places: Iterable[Organization] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = list(places or [])
        if len(found) > 1:
            field = self.fields["organization"]
            field.queryset = Organization.objects.filter(  # type: ignore[attr-defined]
                pk__in=[place.pk for place in found]
            ).order_by("path")
        else:
            del self.fields["organization"]
        self._only = found[0] if len(found) == 1 else None

    @property
    def keeper(self) -> Organization:
        """Whose it is, once the form is valid (of something new)."""
        found: Organization | None = self.cleaned_data.get("organization") or self._only
        assert found is not None
        return found


class CourseForm(Kept):
    title = line(Course, "title", "课程名称")
    study_list = Words(label="清单", words=wording.LISTS)
    topic = Words(label="主题", words=wording.TOPICS)
    hours = Amount(label="学时", most=99, least=Decimal("0.5"), unit=" 学时")
    module = line(Course, "module", "模块", required=False, help="如“发展党员”“意识形态”。")
    summary = text(Course, "summary", "内容简介", required=False)
    lecturers = forms.ModelMultipleChoiceField(
        label="讲师",
        required=False,
        queryset=Lecturer.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": "名单里没有这位讲师，请重新选择。"},
    )
    is_offered = forms.BooleanField(label="在菜单上，支部可以选", required=False, initial=True)

    def __init__(self, *args: Any, lecturers: Iterable[Lecturer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = list(lecturers)
        field = self.fields["lecturers"]
        field.queryset = Lecturer.objects.filter(  # type: ignore[attr-defined]
            pk__in=[one.pk for one in found]
        )
        if not found:
            field.help_text = "还没有登记讲师。可以先保存课程，登记讲师后再来选。"

    @property
    def facts(self) -> CourseFacts:
        cleaned = self.cleaned_data
        return CourseFacts(
            title=cleaned["title"],
            topic=cleaned["topic"],
            study_list=cleaned["study_list"],
            hours=cleaned["hours"],
            module=cleaned["module"],
            summary=cleaned["summary"].strip(),
            is_offered=cleaned["is_offered"],
        )


class LecturerForm(Kept):
    name = line(Lecturer, "name", "姓名")
    username = forms.CharField(
        label="账号",
        required=False,
        max_length=150,
        help_text="讲师本人的登录账号。填了以后，本人可以自己接单；不填由党委代为接单。",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    work_place = line(Lecturer, "work_place", "单位、职务", required=False)
    strengths = line(Lecturer, "strengths", "擅长", required=False)
    is_active = forms.BooleanField(label="在任，可以接单", required=False, initial=True)

    def __init__(self, *args: Any, scope: Scope, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._scope = scope
        self.user: User | None = None

    def clean_username(self) -> str:
        username = str(self.cleaned_data["username"]).replace("\x00", "").strip()
        if username:
            self.user = courses.account(username, self._scope)
            if self.user is None:
                raise forms.ValidationError(
                    "本单位范围内没有这个账号。请核对，或请管理员先开通账号。"
                )
        return username

    @property
    def facts(self) -> LecturerFacts:
        cleaned = self.cleaned_data
        return LecturerFacts(
            name=cleaned["name"],
            user=self.user,
            work_place=cleaned["work_place"],
            strengths=cleaned["strengths"],
            is_active=cleaned["is_active"],
        )


class BaseForm(Kept):
    name = line(EducationBase, "name", "名称")
    address = line(EducationBase, "address", "地址", required=False)
    contact = line(EducationBase, "contact", "联系方式", required=False)
    about = line(EducationBase, "about", "内容", required=False)
    is_active = forms.BooleanField(label="可以参观", required=False, initial=True)

    @property
    def facts(self) -> BaseFacts:
        cleaned = self.cleaned_data
        return BaseFacts(
            name=cleaned["name"],
            address=cleaned["address"],
            contact=cleaned["contact"],
            about=cleaned["about"],
            is_active=cleaned["is_active"],
        )
