"""An item of a part: only the fields of its rule, since the rule is chosen first."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from branches.wording import ORGANIZATION_TYPES
from scoring import wording
from scoring.forms.draft_fields import number, shown, text
from scoring.forms.draft_section import SectionForm
from scoring.queries import drafts
from scoring.rules import editing
from scoring.rules.scheme import EXEMPT, Item, PointBand, Scheme

# The parameters of each rule, in the order of the form.
_PARAMETERS = {
    "each": ("points", "cap"),
    "share": ("full", "empty"),
    "mark": ("full",),
    "deduct": ("full", "points"),
    "band": ("of",),
}
_POINTS_HINTS = {"each": "扣分填负数，如 -5。", "deduct": "每次扣几分，填正数。"}


class ItemForm(SectionForm):
    title = text("项目名称", 80)

    rows_title = "分档"
    tables: ClassVar = {("bands",): "bands"}

    def before(self) -> dict[str, Any]:
        item: Item | None = self.element
        if item is None:
            return {"empty": "full", "of": "quantity"}
        return {
            "title": item.title, "points": shown(item.points), "cap": shown(item.cap),
            "full": shown(item.full), "empty": item.empty, "of": item.of, "fact": item.fact or "",
            "types": list(item.types), "standard": item.standard, "owner": item.owner,
            "note": item.note,
        }  # fmt: skip

    def build(self) -> None:
        makers = {
            "full": lambda: number("满分"),
            "points": lambda: number("每次分值", help_text=_POINTS_HINTS.get(self.rule, "")),
            "cap": lambda: number("每期最高", required=False, help_text="不设上限的留空。"),
            "empty": lambda: forms.ChoiceField(
                label="没有应完成的", choices=list(wording.EMPTY.items())
            ),
            "of": lambda: forms.ChoiceField(
                label="按什么分档", choices=list(wording.BAND_VALUES.items())
            ),
        }
        for name in _PARAMETERS[self.rule]:
            self.fields[name] = makers[name]()
        item: Item | None = self.element
        if self.rule == "band":
            self.add_rows(
                "bands",
                {"min": lambda: number("达到"), "points": lambda: number("得分")},
                [
                    {"min": shown(band.min), "points": shown(band.points)}
                    for band in (item.bands if item else ())
                ],
            )
        groups = drafts.feed_choices(
            self.scheme,
            self.committee,
            needs_base=self.rule == "share",
            keep=item.fact if item else None,
        )
        by_hand = "检查打分" if self.scheme.target == "organization" else "登记"
        own = f"由{by_hand}填入" if self.rule == "mark" else "由加减分登记填入"
        self.fields["fact"] = forms.ChoiceField(
            label="数据来源",
            required=False,
            choices=[("", own), *groups],
            help_text="自动取数的不用登记；括号里是所数的内容。",
        )
        if self.scheme.groups == "type":
            self.fields["types"] = forms.MultipleChoiceField(
                label="只用于这些类型（不选：都适用）",
                required=False,
                choices=[(str(code), word) for code, word in ORGANIZATION_TYPES.items()],
                widget=forms.CheckboxSelectMultiple,
            )
        self.fields["standard"] = text("评分标准", 500, required=False, rows=3)
        self.fields["owner"] = text("责任部门", 500, required=False)
        self.fields["note"] = text("说明", 500, required=False, rows=2)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("standard", "note"):
            if name in data:
                data[name] = data[name].replace("\r\n", "\n")
        if self.rule == "band":
            rows = self.typed("bands")
            if not rows:
                self.add_error("bands-0-min", "至少填一档。")
            for n, row in rows:
                for key in ("min", "points"):
                    cell = f"bands-{n}-{key}"
                    if row[key] is None and cell not in self.errors:
                        self.add_error(cell, "这一档还差这个数。")
        return data

    def applied(self) -> Scheme:
        data = self.cleaned_data
        old: Item | None = self.element
        values = {name: data[name] for name in _PARAMETERS[self.rule]}
        if self.rule == "band":
            values["bands"] = tuple(
                PointBand(row["min"], row["points"]) for _, row in self.typed("bands")
            )
        item = Item(
            code=old.code if old else self._new_code(),
            title=data["title"],
            rule=self.rule,
            fact=data["fact"] or None,
            types=tuple(data.get("types", ())),
            standard=data["standard"],
            owner=data["owner"],
            note=data["note"],
            **values,
        )
        return editing.put(self.scheme, self.where, item)

    def _new_code(self) -> str:
        assert self.where.part is not None
        prefix = self.scheme.parts[self.where.part].code[:50].rstrip("-_")
        used = {*(item.code for item in self.scheme.items), *self.scheme.flags, EXEMPT}
        return editing.fresh_code(prefix, used)
