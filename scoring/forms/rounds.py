"""A step of a grading round, comments on first scores, an appeal and its answer."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms

from branches.models import Organization
from scoring.rules import explaining
from scoring.rules.rounds import NEEDS_REASON, RoundStep

UPHOLD, REJECT = "uphold", "reject"


def _words(label: str, *, limit: int = 500, rows: int = 4, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=limit,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class StepForm(forms.Form):
    """One step; only some ask for a reason."""

    note = forms.CharField(
        label="原因", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, step: RoundStep, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"id_{step.lower()}_%s"  # several steps stand on one page
        if step in NEEDS_REASON:
            self.fields["note"].required = True
            self.fields["note"].error_messages["required"] = "请写明原因，它会留在定评经过里。"
        else:
            del self.fields["note"]


class CommentForm(forms.Form):
    """What a branch says of the first scores."""

    organization = forms.ModelChoiceField(
        Organization.objects.none(), label="党支部", empty_label="请选择党支部"
    )
    text = _words("意见", help_text="写清哪一项、应是多少、凭什么。没有意见不用填。")

    def __init__(self, *args: Any, organizations: list[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(organizations) == 1:
            del self.fields["organization"]
        else:
            self.fields["organization"].queryset = Organization.objects.filter(  # type: ignore[attr-defined]
                pk__in=[organization.pk for organization in organizations]
            ).order_by("path")


class ReplyForm(forms.Form):
    text = _words(
        "答复",
        rows=3,
        help_text="采纳与否都要说明理由，支部能看到。属实要改分的，答复后撤回这一轮，"
        "更正记录、重新核算再定评。",
    )


class AppealForm(forms.Form):
    text = _words(
        "申诉理由", help_text="写清事实、日期和能证明的人或材料，说明应该是多少。提交后不能修改。"
    )


class OpinionForm(forms.Form):
    text = _words("支部意见", rows=3, help_text="说明支部了解的事实，供党委答复时参考。")


# As for point entries; a share may count a whole branch's person-times.
MOST, MOST_OF_SHARE = 999, 99_999


class AnswerForm(forms.Form):
    """Uphold with the fact as it is, or reject; both with the reason.

    :param of_veto: the appeal is about a veto, which has no quantity.
    :param unit: the word by which the item's quantity is counted.
    :param with_base: whether the item is a share, which needs what was due as well.
    :param most: the full mark of an item that is marked directly.
    """

    verdict = forms.ChoiceField(
        label="结论",
        choices=[(UPHOLD, "成立，更正"), (REJECT, "不成立，维持原结果")],
        widget=forms.RadioSelect,
        error_messages={"required": "请选择申诉是否成立。"},
    )
    quantity = forms.DecimalField(
        label="更正后的数量",
        required=False,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        error_messages={
            "invalid": "数量应填数字，如 1 或 2.5。",
            "min_value": "数量不能是负数。",
        },
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )
    base = forms.DecimalField(
        label="更正后应有的数量",
        help_text="本期没有应完成的填 0。",
        required=False,
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        error_messages={
            "invalid": "数量应填数字，如 1 或 2.5。",
            "min_value": "数量不能是负数。",
        },
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )
    removed = forms.BooleanField(
        label="这一项没有数据，不计入", required=False, help_text="勾选后不用填数量。"
    )
    answer = _words("答复理由", help_text="写明查了什么、依据什么。申诉人能看到全文。")

    def __init__(
        self,
        *args: Any,
        of_veto: bool,
        unit: str,
        with_base: bool,
        most: Decimal | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.of_veto, self.with_base, self.most = of_veto, with_base, most
        if of_veto:
            for name in ("quantity", "base", "removed"):
                del self.fields[name]
            self.fields["verdict"].choices = [  # type: ignore[attr-defined]
                (UPHOLD, "成立，解除一票否决"),
                (REJECT, "不成立，维持一票否决"),
            ]
            return
        self.fields["quantity"].help_text = f"按{unit}填，不成立时不用填。"
        if most is not None:
            full = explaining.plain(most)
            self.fields["quantity"].label = f"更正后的得分（0 至 {full} 分）"
            self.fields["quantity"].help_text = "不成立时不用填。"
        if not with_base:
            del self.fields["base"]

    @property
    def upholds(self) -> bool:
        return bool(self.cleaned_data["verdict"] == UPHOLD)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("verdict") != UPHOLD or self.of_veto:
            return data
        if data.get("removed"):
            data["quantity"] = data["base"] = None
            return data
        if data.get("quantity") is None and "quantity" not in self.errors:
            self.add_error("quantity", "成立时请填更正后的数量，或勾选“没有数据，不计入”。")
        quantity = data.get("quantity")
        if self.most is not None and quantity is not None and quantity > self.most:
            full = explaining.plain(self.most)
            self.add_error("quantity", f"这一项满分是 {full} 分，请填 0 至 {full} 之间的数。")
        limit = MOST_OF_SHARE if self.with_base else MOST
        for name in ("quantity", "base"):
            value = data.get(name)
            if self.most is None and value is not None and value > limit:
                self.add_error(name, f"数量不能超过 {limit}，请核对。")
        if self.with_base and data.get("base") is None and "base" not in self.errors:
            self.add_error("base", "这一项按比例计分，请填应有的数量。")
        return data
