"""What stands above a result, and what it leads to: vetoes, and consequences with conditions."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django import forms

from scoring import wording
from scoring.forms.draft_fields import number, percent, percents, share_of, shown, text, whole
from scoring.forms.draft_section import SectionForm
from scoring.queries import scheme_words
from scoring.rules import editing
from scoring.rules.scheme import EXEMPT, KIND_TITLES, Condition, Consequence, Scheme, Veto

_LABELLED = ("tier", "band")
_SELF_REPORTED = "self_reported"


class VetoForm(SectionForm):
    title = text("否决事项", 80, help_text="如：发生安全责任事故。")
    label = text("结果", 30, help_text="代替等次和档次显示，如：不予评星。")
    lifted = forms.BooleanField(label="主动发现、主动查处的除外", required=False)

    renamed: ClassVar = {"unless": "lifted"}

    def before(self) -> dict[str, Any]:
        veto: Veto | None = self.element
        if veto is None:
            return {}
        return {"title": veto.title, "label": veto.label, "lifted": veto.unless is not None}

    def applied(self) -> Scheme:
        data = self.cleaned_data
        old: Veto | None = self.element
        used = {*(item.code for item in self.scheme.items), *self.scheme.flags, EXEMPT}
        lifts = (old.unless if old else None) or _SELF_REPORTED
        veto = Veto(
            code=old.code if old else editing.fresh_code("veto", used),
            title=data["title"],
            label=data["label"],
            unless=lifts if data["lifted"] else None,
        )
        return editing.put(self.scheme, self.where, veto)


class ConsequenceForm(SectionForm):
    title = text("建议", 80, help_text="如：诫勉谈话。只是建议，由党组织研究决定。")
    kind = forms.ChoiceField(label="类别", choices=list(KIND_TITLES.items()))
    joined = forms.ChoiceField(
        label="下列条件", choices=[("any", "满足任何一个"), ("all", "全部满足")]
    )
    period = forms.ChoiceField(label="用于哪种结果", required=False)
    periods = whole("满足的期数", help_text="含本期；1 就是只看本期。")
    within = whole(
        "在最近几期之内", required=False, help_text="累计的填，如最近 12 期中有 6 期；连续的留空。"
    )
    days = whole("几天内办理", required=False)
    coefficient = number("绩效系数改为", required=False)
    withhold = percent("扣减绩效（%）", required=False)

    rows_title = "条件"
    tables: ClassVar = {("any",): "conditions", ("all",): "conditions"}
    renamed: ClassVar = {
        "below": "value", "at_least": "value", "at_most": "value", "is": "value",
    }  # fmt: skip

    def before(self) -> dict[str, Any]:
        one: Consequence | None = self.element
        if one is None:
            return {"kind": "other", "joined": "any", "periods": 1}
        return {
            "title": one.title, "kind": one.kind, "joined": "all" if one.all else "any",
            "period": one.period, "periods": one.periods, "within": one.within, "days": one.days,
            "coefficient": shown(one.coefficient), "withhold": percents(one.withhold),
        }  # fmt: skip

    def build(self) -> None:
        scheme = self.scheme
        rated = dict.fromkeys((scheme.period, *(rollup.to for rollup in scheme.rollups)))
        self.fields["period"].choices = [  # type: ignore[attr-defined]
            ("", "各种结果"), *((kind, f"只用于{wording.PERIODS[kind]}结果") for kind in rated),
        ]  # fmt: skip
        one: Consequence | None = self.element
        self.add_rows(
            "conditions",
            {
                "of": lambda: forms.ChoiceField(label="看什么", choices=self._subjects()),
                "compare": lambda: forms.ChoiceField(
                    label="比较", choices=list(wording.BOUNDS.items())
                ),
                "value": lambda: text("数值或名称", 30),
            },
            [
                {
                    "of": condition.of,
                    "compare": _bound(condition),
                    "value": scheme_words.value_in_words(condition),
                }
                for condition in ((one.any or one.all) if one else ())
            ],
            defaulted=("compare",),
        )

    def _subjects(self) -> list[tuple[str, str]]:
        outcome = self.scheme.outcome
        found = [("", "—"), ("total", "总分")]
        found += [(f"part.{part.code}", f"“{part.title}”得分") for part in self.scheme.parts]
        found += [("rank", "名次"), ("rank_from_bottom", "倒数名次")]
        if outcome.stars:
            found.append(("star", "星级"))
        if outcome.band_labels:
            found.append(("band", f"等次（{'、'.join(outcome.band_labels)}）"))
        if outcome.tier_labels:
            found.append(("tier", f"档次（{'、'.join(outcome.tier_labels)}）"))
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        rows = self.typed("conditions")
        if not rows:
            self.add_error("conditions-0-of", "至少填一个条件，如：总分 低于 60。")
        for n, row in rows:
            of, value = row["of"], row["value"]
            if not of:
                self.add_error(f"conditions-{n}-of", "还没有选择看什么。")
            if not value:
                self.add_error(f"conditions-{n}-value", "还没有填数值或名称。")
            elif of in _LABELLED and row["compare"] != "is":
                self.add_error(f"conditions-{n}-compare", "档次和等次没有大小，只能用“等于”。")
            elif of and of not in _LABELLED and _number(value) is None:
                self.add_error(f"conditions-{n}-value", "应填数字，如 60。")
        return data

    def applied(self) -> Scheme:
        data = self.cleaned_data
        conditions = tuple(_condition(row) for _, row in self.typed("conditions"))
        one = Consequence(
            title=data["title"],
            kind=data["kind"],
            any=conditions if data["joined"] == "any" else (),
            all=conditions if data["joined"] == "all" else (),
            period=data["period"],
            periods=data["periods"],
            within=data["within"],
            days=data["days"],
            coefficient=data["coefficient"],
            withhold=share_of(data["withhold"]),
        )
        return editing.put(self.scheme, self.where, one)


def _bound(condition: Condition) -> str:
    for key in ("below", "at_least", "at_most"):
        if getattr(condition, key) is not None:
            return key
    return "is"


def _condition(row: dict[str, Any]) -> Condition:
    value = row["value"] if row["of"] in _LABELLED else _number(row["value"])
    field = "is_" if row["compare"] == "is" else row["compare"]
    return Condition(row["of"], **{field: value})


def _number(written: str) -> Decimal | None:
    try:
        value = Decimal(written.strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value.adjusted()) < 9 else None
