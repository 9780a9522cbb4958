"""Promises: what is promised, what was done for it, what is said of it, the verdict."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from activities.forms.attachments import ACCEPTED, taken
from activities.forms.entries import Words, line, text
from activities.operations.attachments import Taken
from branches import papers, photos
from branches.forms.fields import DayField
from people.models import Pledge, PledgeProof
from people.operations.pledge_drafts import PledgeFacts
from people.rules.pledges import Verdict, is_measurable
from people.wording import pledges as wording

MEASURE_HELP = "写上数量或者时间，年底好对照，如“每月谈心 1 次”“6 月底前完成”“全年零违章”。"


class PledgeForm(forms.Form):
    text = line(Pledge, "text", "承诺事项", help="承诺做什么，如：帮带 1 名新党员独立顶岗。")
    measure = line(Pledge, "measure", "怎样算兑现", help=MEASURE_HELP)
    due_on = DayField(label="兑现期限")

    def __init__(
        self, *args: Any, year: int, today: dt.date, pledge: Pledge | None = None, **kwargs: Any
    ) -> None:
        if pledge is not None:
            names = ("text", "measure", "due_on")
            kwargs.setdefault("initial", {name: getattr(pledge, name) for name in names})
        super().__init__(*args, **kwargs)
        self._year, self._today = year, today
        if pledge is None:
            self.fields["due_on"].initial = dt.date(year, 12, 31)

    def clean_measure(self) -> str:
        measure: str = self.cleaned_data["measure"]
        if not is_measurable(measure):
            raise forms.ValidationError(
                "还看不出怎样算兑现，请写上数量或者时间，如“每月谈心 1 次”“6 月底前完成”。"
            )
        return measure

    def clean_due_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["due_on"]
        if day.year != self._year:
            raise forms.ValidationError(f"兑现期限要在 {self._year} 年以内。")
        if day < self._today:
            raise forms.ValidationError("兑现期限已经过了，请改晚一些。")
        return day

    @property
    def facts(self) -> PledgeFacts:
        """What was filled in, once the form is valid."""
        return PledgeFacts(**self.cleaned_data)


class ProofForm(forms.Form):
    text = line(
        PledgeProof, "text", "做了什么", help="一句话就行，如：和小王谈心一次，讲解设备点检。"
    )
    on = DayField(label="日期")
    upload = forms.FileField(
        label="照片或文件",
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
        help_text="照片不超过 10 MB，文件不超过 20 MB。照片里的拍摄地点等信息会自动去掉。",
        error_messages={
            "invalid": "没有收到文件，请重新选择。",
            "missing": "没有收到文件，请重新选择。",
            "empty": "是空文件，请检查后再传。",
            "max_length": "文件名太长，请改短后再传。",
        },
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today

    def clean_upload(self) -> Taken | None:
        file = self.cleaned_data["upload"]
        if not file:
            return None
        try:
            return taken(file)
        except (photos.BadPhoto, papers.BadPaper) as refusal:
            raise forms.ValidationError(f"{file.name}：{refusal}") from None

    @property
    def proof(self) -> dict[str, Any]:
        """What ``operations.pledge_proofs.add`` takes, once the form is valid."""
        cleaned = self.cleaned_data
        return {"on": cleaned["on"], "text": cleaned["text"], "file": cleaned["upload"]}


class ToldForm(forms.Form):
    told = text(Pledge, "told", "述诺", help="对照“怎样算兑现”，写做了多少、有什么效果、差在哪里。")


class ReturnForm(forms.Form):
    reason = line(Pledge, "returned_because", "退回原因", help="写明怎样改才能通过。")


class WithdrawForm(forms.Form):
    reason = line(Pledge, "returned_because", "撤回原因")


class ReopenForm(forms.Form):
    reason = line(Pledge, "returned_because", "重新评诺的原因")


class ReviewForm(forms.Form):
    verdict = Words(label="评诺", words=wording.VERDICTS)
    asked = forms.IntegerField(
        label="参评人数",
        required=False,
        min_value=1,
        max_value=9999,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text="测评时有多少人参加。没有测评的，和满意人数都不填。",
        error_messages={
            "invalid": "参评人数应填整数，如 20。",
            "min_value": "没有人参评的，请留空。",
            "max_value": "参评人数太大，请核对。",
        },
    )
    satisfied = forms.IntegerField(
        label="满意人数",
        required=False,
        min_value=0,
        max_value=9999,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": "满意人数应填整数，如 18。",
            "min_value": "满意人数不能小于 0。",
            "max_value": "满意人数太大，请核对。",
        },
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        asked, satisfied = cleaned.get("asked"), cleaned.get("satisfied")
        if asked is None and satisfied is not None:
            self.add_error("asked", "填了满意人数，请把参评人数也填上。")
        elif asked is not None and satisfied is None:
            self.add_error("satisfied", "填了参评人数，请把满意人数也填上；没有人满意的填 0。")
        elif asked is not None and satisfied is not None and satisfied > asked:
            self.add_error("satisfied", "满意人数不能多于参评人数，请核对。")
        return cleaned

    @property
    def review(self) -> dict[str, Any]:
        """What ``operations.pledges.review`` takes, once the form is valid."""
        return {**self.cleaned_data, "verdict": Verdict(self.cleaned_data["verdict"])}


class MendForm(forms.Form):
    measures = forms.CharField(
        label="整改措施",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "请写明整改措施。",
            "max_length": "整改措施最多 500 个字，请删减。",
        },
    )
    due_on = DayField(label="整改期限")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today

    def clean_due_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["due_on"]
        if day < self._today:
            raise forms.ValidationError("整改期限不能早于今天。")
        return day
