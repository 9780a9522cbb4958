"""What one chooses and types of a pair: forming it, ending it, a contact written down later."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms

from activities.forms.entries import Words, line
from branches.forms.fields import DayField
from members.models import Member
from people.models import Contact, Pair
from people.operations.pairs import PairFacts, PairTerms
from people.rules.households import BadLine, Household, read_households
from people.rules.pairs import (
    BETWEEN_MEMBERS,
    BY_NAME,
    PairKind,
    PairStyle,
    Rhythm,
    Way,
)
from people.wording import pairs as wording

_NAME = int(Pair._meta.get_field("helped_name").max_length or 0)
_ADDRESS = int(Pair._meta.get_field("address").max_length or 0)
# Households have a page of their own: a member answers for ten and more.
KINDS = {kind: word for kind, word in wording.KINDS.items() if kind != PairKind.HOUSEHOLD}


class MemberField(forms.ModelChoiceField):
    """A choice among the members of the branch, by name and post."""

    def __init__(self, *, label: str, empty: str = "请选择", **kwargs: Any) -> None:
        super().__init__(
            Member.objects.none(),
            label=label,
            empty_label=empty,
            error_messages={
                "required": f"请选择{label}。",
                "invalid_choice": f"{label}不在本支部名册上，请重新选择。",
            },
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{obj.work_post}）" if obj.work_post else str(obj.name)


class PairForm(forms.Form):
    """A new pair. A member is chosen, anybody else written by name."""

    kind = Words(label="结对类型", words=KINDS)
    helper = MemberField(label="帮带党员")
    helped = MemberField(label="帮带对象（党员）", empty="不是党员，在下面写姓名", required=False)
    helped_name = line(
        Pair,
        "helped_name",
        "帮带对象姓名",
        required=False,
        help="入党积极分子、身边群众或者其他同志，写姓名；是党员的在上面选，这里不填。",
    )
    style = Words(label="方式", words=wording.STYLES)
    rhythm = Words(label="联系频次", words=wording.RHYTHMS)
    purpose = line(
        Pair, "purpose", "目标", required=False, help="帮什么、到什么程度，如“半年内独立顶岗”。"
    )
    started_on = DayField(label="结对日期")
    ends_on = DayField(label="计划到期", required=False, help_text="不填就是长期结对。")

    def __init__(self, *args: Any, members: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        for name in ("helper", "helped"):
            self.fields[name].queryset = members  # type: ignore[attr-defined]
        self.fields["style"].initial = PairStyle.INTERACTIVE
        self.fields["rhythm"].initial = Rhythm.MONTH
        self.fields["started_on"].initial = today

    def clean_started_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["started_on"]
        if day > self._today:
            raise forms.ValidationError("结对日期不能晚于今天。")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind, helped, name = (cleaned.get(key) for key in ("kind", "helped", "helped_name"))
        if kind and not {"helped", "helped_name"} & set(self.errors):
            word = wording.KINDS[PairKind(kind)]
            if kind in BETWEEN_MEMBERS and not helped:
                self.add_error("helped", f"“{word}”是党员和党员结对，请选择帮带对象。")
            elif kind in BY_NAME and not name:
                self.add_error("helped_name", f"“{word}”的帮带对象不是党员，请在这里写姓名。")
            elif not helped and not name:
                self.add_error("helped_name", "请选择帮带对象，或者在这里写姓名。")
            elif helped and name:
                self.add_error("helped_name", "帮带对象选了党员，这里就不要再填；二者留一个。")
        if helped and helped == cleaned.get("helper"):
            self.add_error("helped", "不能和自己结对，请换一位。")
        _check_end(self, cleaned, cleaned.get("started_on"))
        return cleaned

    @property
    def facts(self) -> PairFacts:
        """What was filled in, once the form is valid."""
        cleaned = self.cleaned_data
        return PairFacts(
            kind=PairKind(cleaned["kind"]),
            helper=cleaned["helper"],
            helped=cleaned["helped"],
            helped_name=cleaned["helped_name"],
            style=PairStyle(cleaned["style"]),
            rhythm=Rhythm(cleaned["rhythm"]),
            purpose=cleaned["purpose"],
            started_on=cleaned["started_on"],
            ends_on=cleaned["ends_on"],
        )


class HouseholdsForm(forms.Form):
    """Households of one member in one area, a line each."""

    helper = MemberField(label="联系党员")
    area = line(
        Pair, "area", "片区", required=False, help="责任区的名称，如“东街市场一区”。可以不填。"
    )
    households = forms.CharField(
        label="联系的户",
        help_text="一行一户，写“名称”或者“名称、地址”。已经登记过的户不会重复。",
        widget=forms.Textarea(attrs={"rows": 10}),
        error_messages={"required": "请至少写一户，一行一户。"},
    )
    rhythm = Words(label="联系频次", words=wording.RHYTHMS)

    def __init__(self, *args: Any, members: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["helper"].queryset = members  # type: ignore[attr-defined]
        self.fields["rhythm"].initial = Rhythm.MONTH

    def clean_households(self) -> list[Household]:
        try:
            found = read_households(
                self.cleaned_data["households"], name_limit=_NAME, address_limit=_ADDRESS
            )
        except BadLine as slip:
            raise forms.ValidationError(str(slip)) from None
        if not found:
            raise forms.ValidationError("请至少写一户，一行一户。")
        return found


class TermsForm(forms.Form):
    """What may be changed while a pair lasts."""

    style = Words(label="方式", words=wording.STYLES)
    rhythm = Words(label="联系频次", words=wording.RHYTHMS)
    purpose = line(Pair, "purpose", "目标", required=False)
    ends_on = DayField(label="计划到期", required=False, help_text="不填就是长期结对。")
    area = line(Pair, "area", "片区", required=False)

    def __init__(self, *args: Any, pair: Pair, **kwargs: Any) -> None:
        names = ("style", "rhythm", "purpose", "ends_on", "area")
        kwargs.setdefault("initial", {name: getattr(pair, name) for name in names})
        super().__init__(*args, **kwargs)
        self._pair = pair
        self.fields["rhythm"].help_text = "改了从明天起算，已经开始的周期仍按原频次。"
        if pair.kind != PairKind.HOUSEHOLD:
            del self.fields["area"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        _check_end(self, cleaned, self._pair.started_on)
        return cleaned

    @property
    def terms(self) -> PairTerms:
        """What was filled in, once the form is valid."""
        cleaned = self.cleaned_data
        return PairTerms(
            style=PairStyle(cleaned["style"]),
            rhythm=Rhythm(cleaned["rhythm"]),
            purpose=cleaned["purpose"],
            ends_on=cleaned["ends_on"],
            area=cleaned.get("area", ""),
        )


class EndForm(forms.Form):
    outcome = line(Pair, "outcome", "结对成效", help="帮带取得了什么效果；没有成效的写明原因。")
    ended_on = DayField(
        label="结束日期", help_text="登记错了的，把结束日期填成结对日期，就不再计入。"
    )

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_on"].initial = today


NOTE_HELP = "简单写做了什么。支部看得到，不写谈心内容。"


class ContactForm(forms.Form):
    """A contact of another day."""

    on = DayField(label="联系日期")
    way = Words(label="联系方式", words=wording.WAYS)
    note = line(Contact, "note", "联系情况", required=False, help=NOTE_HELP)

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = today

    @property
    def chosen(self) -> dict[str, Any]:
        """What was filled in, once the form is valid."""
        cleaned = self.cleaned_data
        return {"on": cleaned["on"], "way": Way(cleaned["way"]), "note": cleaned["note"]}


class NoteForm(forms.Form):
    note = line(Contact, "note", "联系情况", help=NOTE_HELP)


class ProposalsForm(forms.Form):
    """How those that are ticked go together: the same for all, changed one by one later."""

    style = Words(label="方式", words=wording.STYLES)
    rhythm = Words(label="联系频次", words=wording.RHYTHMS)
    ends_on = DayField(label="计划到期", required=False, help_text="不填就是长期结对。")

    def __init__(self, *args: Any, today: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        self.fields["style"].initial = PairStyle.LEADING
        self.fields["rhythm"].initial = Rhythm.MONTH

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        _check_end(self, cleaned, self._today)
        return cleaned


def _check_end(form: forms.Form, cleaned: dict[str, Any], started_on: dt.date | None) -> None:
    ends_on = cleaned.get("ends_on")
    if ends_on and started_on and ends_on <= started_on:
        form.add_error("ends_on", "计划到期要晚于结对日期。")
