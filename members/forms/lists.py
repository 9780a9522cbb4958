"""What narrows a list of members."""

from __future__ import annotations

from typing import Any

from django import forms

from branches.models import Organization
from members import wording
from members.rules.status import MemberStatus

STATUS_CHOICES = [("", "在册党员")] + [
    (status, wording.STATUSES[status]) for status in MemberStatus
]
ORDER_CHOICES = [("pinyin", "按拼音"), ("strokes", "按姓氏笔画")]


class RollFilter(forms.Form):
    """Everything may be left out; values that are not offered count as left out."""

    q = forms.CharField(
        label="姓名、拼音或工号",
        required=False,
        max_length=30,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": "姓名、拼音首字母或工号", "autocomplete": "off"}
        ),
    )
    organization = forms.ChoiceField(label="组织", required=False)
    status = forms.ChoiceField(label="党员类别", required=False, choices=STATUS_CHOICES)
    order = forms.ChoiceField(label="排序", required=False, choices=ORDER_CHOICES)

    def __init__(self, *args: Any, places: list[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = {str(place.pk): place for place in places}
        top = min((place.depth for place in places), default=1)
        organization = self.fields["organization"]
        assert isinstance(organization, forms.ChoiceField)
        organization.choices = [("", "全部组织")] + [
            (key, "\u3000" * (place.depth - top) + place.short_name)
            for key, place in self._places.items()
        ]
        self.full_clean()

    def value(self, name: str) -> str:
        return str(self.cleaned_data.get(name, ""))

    @property
    def place(self) -> Organization | None:
        """The organisation chosen, None for all."""
        return self._places.get(self.value("organization"))
