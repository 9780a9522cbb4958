"""The sections of a draft: head, a part, grades, bands, roll-ups, the procedure."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django import forms

from members.wording import EXEMPTIONS
from scoring import wording
from scoring.forms.draft_fields import number, percent, percents, share_of, shown, text, whole
from scoring.forms.draft_section import SectionForm
from scoring.rules import editing, rollups
from scoring.rules.scheme import (
    EXEMPT,
    Band,
    Floor,
    Item,
    Outcome,
    Part,
    Procedure,
    Rollup,
    Scheme,
    Tier,
)


class HeadForm(SectionForm):
    title = text("方案名称", 80)
    code = text(
        "方案文件中的编码",
        60,
        help_text="系统靠它认出同一个方案的各个版本，一般不用改。只用小写字母、数字和连字符；"
        "与已采用的方案相同，就是它的新版本。",
    )
    source = text("来源", 500, required=False, help_text="依据的办法或文件。")
    period = forms.ChoiceField(label="评定周期", choices=list(wording.PERIODS.items()))
    groups = forms.ChoiceField(label="比较范围", choices=list(wording.GROUPS.items()))

    def before(self) -> dict[str, Any]:
        names = ("title", "code", "source", "period", "groups")
        return {name: getattr(self.scheme, name) for name in names}

    def applied(self) -> Scheme:
        data = self.cleaned_data
        names = ("title", "code", "source", "period", "groups")
        return dataclasses.replace(self.scheme, **{name: data[name] for name in names})


class PartForm(SectionForm):
    title = text("部分名称", 80)
    full = number("满分")
    weight = number("权重", help_text="计入总分时乘的数；填 0 只作展示，不计入总分。")
    bonus = forms.BooleanField(label="加减分部分，合计可以是负分", required=False)

    def before(self) -> dict[str, Any]:
        part: Part | None = self.element
        if part is None:
            return {"weight": "1"}
        return {
            "title": part.title, "full": shown(part.full), "weight": shown(part.weight),
            "bonus": part.bonus,
        }  # fmt: skip

    def build(self) -> None:
        if self.element is None:
            self.fields["first"] = text(
                "第一个项目", 80, help_text="先按打分、满分与本部分相同建立，保存后再改计分方法。"
            )

    def applied(self) -> Scheme:
        data = self.cleaned_data
        words = {key: data[key] for key in ("title", "full", "weight", "bonus")}
        if self.element is not None:
            return editing.put(self.scheme, self.where, dataclasses.replace(self.element, **words))
        codes = {part.code for part in self.scheme.parts}
        code = editing.fresh_code("part", codes)
        used = {*(item.code for item in self.scheme.items), *self.scheme.flags, EXEMPT}
        first = Item(editing.fresh_code(code, used), data["first"], "mark", full=data["full"])
        return editing.put(self.scheme, self.where, Part(code=code, items=(first,), **words))


class GradesForm(SectionForm):
    """Tiers by share of the comparison group, the floor under them, and who is not rated."""

    exempt = forms.MultipleChoiceField(
        label="免评（不评定，也不计入人数）",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    floor_below = number("底线：总分低于", required=False, help_text="不用底线的，两格都留空。")
    floor_label = text("底线以下记为", 30, required=False)

    rows_title = "按人数比例定档"
    tables: ClassVar = {("outcome", "tier"): "tiers"}
    renamed: ClassVar = {"below": "floor_below", "label": "floor_label", "from": "bottom"}

    def before(self) -> dict[str, Any]:
        outcome = self.scheme.outcome
        floor = outcome.floor
        return {
            "exempt": list(outcome.exempt),
            "floor_below": shown(floor.below) if floor else None,
            "floor_label": floor.label if floor else "",
        }

    def build(self) -> None:
        reasons = {str(code): word for code, word in EXEMPTIONS.items()}
        reasons |= {code: code for code in self.scheme.outcome.exempt if code not in reasons}
        self.fields["exempt"].choices = list(reasons.items())  # type: ignore[attr-defined]
        self.add_rows(
            "tiers",
            {
                "label": lambda: text("档次", 30),
                "share": lambda: percent("人数比例（%）"),
                "bottom": lambda: forms.BooleanField(label="从末位算起"),
            },
            [
                {"label": tier.label, "share": percents(tier.share), "bottom": tier.from_bottom}
                for tier in self.scheme.outcome.tiers
            ],
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        below, label = data.get("floor_below"), data.get("floor_label")
        if below is None and label:
            self.add_error("floor_below", "写了底线的名称，还没有写分数。")
        if below is not None and not label:
            self.add_error("floor_label", "写了底线的分数，还没有写名称，如：不合格党员。")
        for n, row in self.typed("tiers"):
            if not row["label"]:
                self.add_error(f"tiers-{n}-label", "还没有写档次的名称。")
        return data

    def applied(self) -> Scheme:
        data = self.cleaned_data
        below = data["floor_below"]
        outcome = dataclasses.replace(
            self.scheme.outcome,
            exempt=tuple(data["exempt"]),
            floor=Floor(below, data["floor_label"]) if below is not None else None,
            tiers=tuple(
                Tier(row["label"], share_of(row["share"]), bool(row["bottom"]))
                for _, row in self.typed("tiers")
            ),
        )
        return dataclasses.replace(self.scheme, outcome=outcome)


class BandsForm(SectionForm):
    rows_title = "等次"
    tables: ClassVar = {("outcome", "band"): "bands"}

    def build(self) -> None:
        self.add_rows(
            "bands",
            {
                "label": lambda: text("等次", 30),
                "min": lambda: number("总分下限"),
                "star": lambda: whole("星级"),
                "coefficient": lambda: number("绩效系数"),
            },
            [
                {
                    "label": band.label, "min": shown(band.min), "star": band.star,
                    "coefficient": shown(band.coefficient),
                }
                for band in self.scheme.outcome.bands
            ],
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for n, row in self.typed("bands"):
            if not row["label"]:
                self.add_error(f"bands-{n}-label", "还没有写等次的名称，如：五星。")
            if row["min"] is None and f"bands-{n}-min" not in self.errors:
                self.add_error(f"bands-{n}-min", "还没有写总分下限；最低一档可以写 0。")
        return data

    def applied(self) -> Scheme:
        bands = tuple(Band(**row) for _, row in self.typed("bands"))
        outcome: Outcome = dataclasses.replace(self.scheme.outcome, bands=bands)
        return dataclasses.replace(self.scheme, outcome=outcome)


class RollupsForm(SectionForm):
    rows_title = "汇总"
    tables: ClassVar = {("rollup",): "rollups"}

    def build(self) -> None:
        periods = [("", "—"), *wording.PERIODS.items()]
        self.add_rows(
            "rollups",
            {
                "of": lambda: forms.ChoiceField(label="由", choices=periods),
                "to": lambda: forms.ChoiceField(label="汇总到", choices=periods),
                "weights": lambda: text("各期权重（%），由先到后", 200),
            },
            [
                {
                    "of": one.of,
                    "to": one.to,
                    "weights": "、".join(percents(weight) or "" for weight in one.weights),
                }
                for one in self.scheme.rollups
            ],
        )
        self.parsed: dict[int, tuple[Decimal, ...]] = {}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for n, row in self.typed("rollups"):
            for key in ("of", "to"):
                if not row[key]:
                    self.add_error(f"rollups-{n}-{key}", "还没有选择时期。")
            try:
                self.parsed[n] = _weights(row["weights"] or "")
            except InvalidOperation:
                self.add_error(f"rollups-{n}-weights", "应是用顿号隔开的数字，如 40、60。")
                continue
            expected = rollups.count(row["of"], row["to"]) if row["of"] and row["to"] else 0
            if expected > 1 and self.parsed[n] and len(self.parsed[n]) != expected:
                self.add_error(
                    f"rollups-{n}-weights",
                    f"应有 {expected} 个权重，实有 {len(self.parsed[n])} 个；各期相同的可以留空。",
                )
            elif row["of"] and row["to"] and expected < 2:
                self.add_error(f"rollups-{n}-to", "汇总到的时期应比前一格的长。")
        return data

    def applied(self) -> Scheme:
        found = tuple(
            Rollup(row["of"], row["to"], self.parsed[n]) for n, row in self.typed("rollups")
        )
        return dataclasses.replace(self.scheme, rollups=found)


class ProcedureForm(SectionForm):
    comments = whole("征求意见（工作日）")
    publicity = whole("公示（工作日）")
    answers = whole("申诉答复（工作日）")
    pay = percent("决定绩效工资的比例（%）", required=False, help_text="不与绩效工资挂钩的留空。")

    renamed: ClassVar = {"weight": "pay"}

    def before(self) -> dict[str, Any]:
        return {
            **dataclasses.asdict(self.scheme.procedure),
            "pay": percents(self.scheme.pay_weight),
        }

    def applied(self) -> Scheme:
        data = self.cleaned_data
        procedure = Procedure(data["comments"], data["publicity"], data["answers"])
        return dataclasses.replace(
            self.scheme, procedure=procedure, pay_weight=share_of(data["pay"])
        )


def _weights(written: str) -> tuple[Decimal, ...]:
    """:raises InvalidOperation: something between the commas is not a usable number."""
    found = []
    for word in re.split(r"[、，,\s]+", written.strip()):
        if word:
            value = Decimal(word.rstrip("%"))
            if not value.is_finite() or abs(value.adjusted()) > 6:
                raise InvalidOperation
            found.append(value / 100)
    return tuple(found)
