"""Sending inspectors out, and talking about a sheet."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from branches.models import Organization, User
from branches.rules import usernames
from scoring import wording
from scoring.forms.dates import DateInput
from scoring.queries import inspections as queries
from scoring.rules import marking
from scoring.rules.rounds import REVIEWS, MarkKind
from scoring.rules.scheme import Part

_BETWEEN_NAMES = re.compile(r"[\s、，,;；]+")


class BranchesField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Organization) -> str:
        return obj.short_name


class AssignForm(forms.Form):
    """Who inspects which branches, how, and until when.

    ``pairs`` holds (branch, inspector) once the form is valid: for 检查 every branch with every
    inspector, for reviews one inspector a branch; never a branch of one's own.
    """

    kind = forms.ChoiceField(
        label="方式",
        choices=list(wording.MARK_KINDS.items()),
        initial=MarkKind.INSPECTION,
        help_text="检查：几个人都查的取平均分。互查、抽查：每个支部一人，以其得分为准，须写明理由。",
        widget=forms.RadioSelect,
    )
    everywhere = forms.BooleanField(label="全部支部", required=False)
    branches = BranchesField(
        Organization.objects.none(),
        label="被检查的支部",
        required=False,
        help_text="勾选了“全部支部”就不用逐个选。",
        widget=forms.CheckboxSelectMultiple,
    )
    inspectors = forms.MultipleChoiceField(
        label="检查人",
        required=False,
        help_text="在这里勾选，或在下面填写，至少一人。",
        widget=forms.CheckboxSelectMultiple,
    )
    others = forms.CharField(
        label="其他检查人",
        max_length=500,
        required=False,
        help_text="填姓名或账号，几个人之间用顿号隔开。",
    )
    parts = forms.MultipleChoiceField(
        label="检查哪些部分",
        required=False,
        help_text="不选就是全部。",
        widget=forms.CheckboxSelectMultiple,
    )
    due_on = forms.DateField(label="完成期限", widget=DateInput())

    def __init__(
        self,
        *args: Any,
        branches: QuerySet[Organization],
        candidates: dict[int, str],
        parts: list[Part],
        due_on: dt.date,
        today: dt.date,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.skipped: list[str] = []
        self.pairs: list[tuple[Organization, User]] = []
        self.fields["branches"].queryset = branches  # type: ignore[attr-defined]
        self.fields["inspectors"].choices = [  # type: ignore[attr-defined]
            (str(pk), label) for pk, label in candidates.items()
        ]
        self.fields["parts"].choices = [  # type: ignore[attr-defined]
            (part.code, part.title) for part in parts
        ]
        self.fields["due_on"].initial = due_on
        if not candidates:
            self.fields["others"].label = "检查人"

    def clean_due_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["due_on"]
        if day < self.today:
            raise forms.ValidationError("完成期限不能早于今天。")
        return day

    def clean_others(self) -> list[User]:
        named = [name for name in _BETWEEN_NAMES.split(self.cleaned_data["others"]) if name]
        accounts = [usernames.normalise(name) for name in named]
        found = list(
            User.objects.filter(Q(name__in=named) | Q(username__in=accounts), is_active=True)
        )
        chosen, faults = [], []
        for name, account in zip(named, accounts, strict=True):
            fitting = [u for u in found if u.username == account] or [
                u for u in found if u.name == name
            ]
            if not fitting:
                faults.append(f"没有找到“{name}”，请核对姓名或账号。")
            elif len(fitting) > 1:
                same = "、".join(sorted(user.username for user in fitting))
                faults.append(f"有 {len(fitting)} 个“{name}”，请改填账号：{same}。")
            else:
                chosen += fitting
        if faults:
            raise forms.ValidationError(faults)
        return chosen

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("everywhere"):
            branches = list(self.fields["branches"].queryset)  # type: ignore[attr-defined]
        else:
            branches = list(data.get("branches") or ())
        if not branches and "branches" not in self.errors:
            self.add_error("branches", "请选择要检查的支部，或勾选“全部支部”。")
        picked = User.objects.filter(pk__in=data.get("inspectors") or (), is_active=True)
        order = {int(pk): n for n, pk in enumerate(data.get("inspectors") or ())}
        people = {user.pk: user for user in sorted(picked, key=lambda user: order[user.pk])}
        people |= {user.pk: user for user in data.get("others") or ()}
        if not people and "others" not in self.errors:
            self.add_error("inspectors" if order else "others", "请选择检查人。")
        if branches and people and "kind" in data:
            self._pair(branches, people, MarkKind(data["kind"]))
        return data

    def _pair(self, branches: list[Organization], people: dict[int, User], kind: MarkKind) -> None:
        places = queries.own_places(people, self.today)
        own = {
            (branch.pk, pk)
            for pk in places
            for branch in branches
            if queries.is_own(branch, places[pk])
        }
        by_id = {branch.pk: branch for branch in branches}
        paired = (marking.in_turn if kind in REVIEWS else marking.all_pairs)(
            list(by_id), list(people), own
        )
        covered = {branch for branch, _ in paired}
        left = [branch.short_name for branch in branches if branch.pk not in covered]
        if left:
            self.add_error(
                "branches",
                f"{'、'.join(left)}没有人可派：所选检查人都属于该支部，不能检查本支部。请加选别人。",
            )
        self.pairs = [(by_id[branch], people[user]) for branch, user in paired]
        if kind not in REVIEWS:
            self.skipped = [f"{people[u].name}不查{by_id[b].short_name}" for b, u in sorted(own)]


class CommentForm(forms.Form):
    text = forms.CharField(
        label="意见",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
