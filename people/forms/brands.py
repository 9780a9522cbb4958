"""What one writes of a brand (一支部一品牌) and of its cases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django import forms

from activities.forms.attachments import ACCEPTED, taken
from activities.forms.entries import line, text
from activities.operations.attachments import Taken
from branches import papers, photos
from branches.forms.fields import DayField, OrganizationField
from branches.models import Organization
from people.models import Brand, BrandCase
from people.operations.brands import CaseFacts


class BrandForm(forms.Form):
    """A new brand, or with no ``places`` the words of one."""

    branch = OrganizationField(label="党支部")
    name = line(Brand, "name", "品牌", help="好记的名称，如“红色先锋岗”。")
    meaning = text(Brand, "meaning", "内涵", help="为什么叫这个名称、要做成什么样。")
    started_on = DayField(label="创建日期")

    def __init__(
        self, *args: Any, places: Sequence[Organization] = (), today: dt.date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["started_on"].initial = today
        if places:
            ids = [place.pk for place in places]
            choices = Organization.objects.filter(pk__in=ids).order_by("path")
            self.fields["branch"].queryset = choices  # type: ignore[attr-defined]
            self.fields["branch"].initial = ids[0]
        else:
            del self.fields["branch"], self.fields["started_on"]


class EndForm(forms.Form):
    ended_on = DayField(label="停用日期")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_on"].initial = today


class CaseForm(forms.Form):
    title = line(BrandCase, "title", "案例")
    on = DayField(label="日期")
    story = text(BrandCase, "story", "做法和成效", help="遇到什么问题、怎么做的、有什么变化。")
    is_innovation = forms.BooleanField(label="创新案例（做法是以前没有的）", required=False)
    upload = forms.FileField(
        label="照片或文件",
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text="一张照片（不超过 10 MB），或者一份 PDF、Word、Excel、PPT（不超过 20 MB）。",
        error_messages={"empty": "是空文件，请检查后再传。", "invalid": "请重新选择文件。"},
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today
        self.file: Taken | None = None

    def clean_upload(self) -> Any:
        sent = self.cleaned_data["upload"]
        if sent:
            try:
                self.file = taken(sent)
            except (photos.BadPhoto, papers.BadPaper) as slip:
                raise forms.ValidationError(str(slip)) from None
        return sent

    @property
    def facts(self) -> CaseFacts:
        """What was filled in, once the form is valid."""
        names = ("on", "title", "story", "is_innovation")
        return CaseFacts(**{name: self.cleaned_data[name] for name in names})
