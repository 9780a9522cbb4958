"""Forms about a person's data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.utils import timezone

from branches.models import Organization
from branches.scope import Scope
from members import wording
from members.models import Member
from members.operations.members import Details
from members.operations.steps import CannotChange
from members.queries import members as queries
from members.rules import id_numbers, roster_cells
from members.rules.roster_rows import EMPLOYEE_NUMBER_LENGTH, WORK_POST_LENGTH
from members.rules.status import MemberStatus

NOT_CHOSEN = [("", "未填")]
ON_ROLL_CHOICES = [
    (status, wording.STATUSES[status]) for status in (MemberStatus.FULL, MemberStatus.PROBATIONARY)
]


def day_field(label: str, *, required: bool = True, help_text: str = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "请填写有效日期，如 2026-10-20。"},
    )


class BranchField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Organization) -> str:
        return obj.name


class GroupField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Organization) -> str:
        assert obj.parent is not None
        return f"{obj.parent.short_name} · {obj.short_name}"


class StepForm(forms.Form):
    """A form whose step may refuse: the refusal lands at the field it is about."""

    def refuse(self, error: CannotChange) -> None:
        self.add_error(error.field if error.field in self.fields else None, str(error))


class DetailsForm(StepForm):
    """A member's data. Masked values are never filled in; left blank they stay as they are."""

    name = forms.CharField(label="姓名", max_length=roster_cells.MAX_NAME_LENGTH)
    id_number = forms.CharField(
        label="公民身份号码",
        required=False,
        max_length=40,
        help_text="18 位。填写后自动得出性别和出生日期。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )
    sex = forms.ChoiceField(
        label="性别", required=False, choices=[*NOT_CHOSEN, *wording.SEXES.items()]
    )
    birth_date = day_field("出生日期", required=False)
    phone = forms.CharField(
        label="联系电话",
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    employee_number = forms.CharField(
        label="工号", required=False, max_length=EMPLOYEE_NUMBER_LENGTH
    )
    education = forms.ChoiceField(
        label="学历", required=False, choices=[*NOT_CHOSEN, *wording.EDUCATIONS.items()]
    )
    work_post = forms.CharField(label="工作岗位", required=False, max_length=WORK_POST_LENGTH)
    status = forms.ChoiceField(label="党员类别", choices=ON_ROLL_CHOICES)
    admitted_on = day_field(
        "入党日期", required=False, help_text="支部大会通过接收为预备党员的日期。"
    )
    regularised_on = day_field("转正日期", required=False, help_text="预备党员不填。")

    def __init__(self, *args: Any, member: Member | None = None, **kwargs: Any) -> None:
        self.member = member
        if member is not None:
            kwargs["initial"] = {
                name: getattr(member, name)
                for name in self.base_fields
                if name not in ("id_number", "phone") and hasattr(member, name)
            }
        super().__init__(*args, **kwargs)
        if member is None:
            return
        for name, masked in (
            ("id_number", member.id_number_masked),
            ("phone", member.phone_masked),
        ):
            if masked:
                self.fields[name].help_text = f"现为 {masked}。不改请留空。"
        if not member.is_on_roll:
            del self.fields["status"]

    def clean_name(self) -> str:
        return _read(roster_cells.parse_name, self.cleaned_data["name"])

    def clean_id_number(self) -> str:
        today = timezone.localdate()
        return _read(
            lambda value: roster_cells.parse_id_number(value, today=today),
            self.cleaned_data["id_number"],
        )

    def clean_phone(self) -> str:
        return _read(roster_cells.parse_phone, self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        number = data.get("id_number") or (self.member.id_number if self.member else "")
        if number and "id_number" not in self.errors:
            born, sex = id_numbers.birth_date(number), id_numbers.sex(number)
            if data.get("birth_date") not in (None, born):
                self.add_error("birth_date", f"与公民身份号码中的出生日期 {born} 不一致。")
            if data.get("sex") not in (None, "", sex):
                self.add_error("sex", "与公民身份号码中的性别不一致。")
            data["birth_date"] = data.get("birth_date") or born
            data["sex"] = data.get("sex") or sex
        return data

    def details(self) -> Details:
        """Return the data of a valid form."""
        data = self.cleaned_data
        member = self.member
        return Details(
            name=data["name"],
            sex=data["sex"],
            birth_date=data["birth_date"],
            id_number=data["id_number"] or (member.id_number if member else ""),
            phone=data["phone"] or (member.phone if member else ""),
            employee_number=data["employee_number"],
            education=data["education"],
            work_post=data["work_post"],
            status=data.get("status") or (member.status if member else MemberStatus.FULL),
            admitted_on=data["admitted_on"],
            regularised_on=data["regularised_on"],
        )


class NewMemberForm(DetailsForm):
    branch = BranchField(label="所在党支部", queryset=Organization.objects.none(), empty_label=None)
    group = GroupField(
        label="党小组",
        queryset=Organization.objects.none(),
        required=False,
        empty_label="不编入小组",
    )
    started_on = day_field("编入日期", help_text="从这一天起列入支部名册，计入应到人数。")

    def __init__(self, *args: Any, scope: Scope, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_places(self, scope, today)
        self.fields["started_on"].initial = today


def offer_places(form: forms.Form, scope: Scope, today: dt.date) -> None:
    """Fill the choices of branch and group with what the person reaches."""
    branch, group = form.fields["branch"], form.fields["group"]
    assert isinstance(branch, forms.ModelChoiceField)
    assert isinstance(group, forms.ModelChoiceField)
    branch.queryset = queries.branches_for(scope, today)
    group.queryset = queries.groups_for(scope, today)


def _read(parse: Callable[[object], str], value: str) -> str:
    if not value:
        return ""
    try:
        return parse(value)
    except ValueError as error:
        raise forms.ValidationError(f"{error}。") from None
