"""The sheets on which marks are given: the office's own, and an inspector's with photos."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString

from branches import photos
from scoring.models import Mark
from scoring.operations.inspection_sheets import PHOTOS_OF_AN_ITEM
from scoring.rules import explaining
from scoring.rules.scheme import Item


class MarkSheetForm(forms.Form):
    """The marked items of one organisation and period: a value and a remark each.

    What is posted is compared with what the page showed when it was opened, so a page that was
    left open never undoes what was entered elsewhere meanwhile.

    :param own: the standing marks to start from, by item code.
    """

    def __init__(
        self, *args: Any, items: Sequence[Item], own: Mapping[str, Mark], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.marked = list(items)
        for item in self.marked:
            full = explaining.plain(item.full or Decimal(0))
            mark = own.get(item.code)
            self.fields[f"value-{item.code}"] = forms.DecimalField(
                label=item.title,
                help_text=f"满分 {full} 分" + (f"。{item.standard}" if item.standard else ""),
                initial=Decimal(explaining.plain(mark.value)) if mark else None,
                show_hidden_initial=True,
                min_value=Decimal(0),
                max_value=item.full,
                max_digits=8,
                decimal_places=2,
                required=False,
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
                error_messages={
                    "max_value": f"“{item.title}”满分是 {full} 分，请填 0 至 {full} 之间的数。",
                    "min_value": f"“{item.title}”不能是负数，请填 0 至 {full} 之间的数。",
                    "invalid": f"“{item.title}”应填数字，如 {full} 或 0.5。",
                },
            )
            self.fields[f"note-{item.code}"] = forms.CharField(
                label="检查情况",
                max_length=200,
                required=False,
                initial=mark.note if mark else "",
                show_hidden_initial=True,
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for item in self.marked:
            value = f"value-{item.code}"
            has_note = bool(data.get(f"note-{item.code}"))
            is_cleared = value in self.changed_data and not self[value].data
            if has_note and data.get(value) is None and value not in self.errors:
                said = (
                    "要收回打分，请把检查情况也清空。"
                    if is_cleared
                    else "写了检查情况，还没有打分。"
                )
                self.add_error(value, said)
        return data

    def marks(self) -> dict[str, tuple[Decimal, str]]:
        """Return what was entered or changed, and is right, by item code."""
        data = self.cleaned_data
        return {
            item.code: (data[f"value-{item.code}"], data[f"note-{item.code}"])
            for item in self._changed()
            if data[f"value-{item.code}"] is not None
        }

    def cleared(self) -> list[str]:
        """Return the items whose mark was emptied."""
        return [i.code for i in self._changed() if self.cleaned_data[f"value-{i.code}"] is None]

    def shown(self, item: Item) -> SafeString:
        """Return the hidden inputs that say what the page showed for an item."""
        names = (f"value-{item.code}", f"note-{item.code}")
        return SafeString("".join(self[name].as_hidden(only_initial=True) for name in names))

    def _changed(self) -> list[Item]:
        changed = set(self.changed_data)
        return [
            item
            for item in self.marked
            if changed & {f"value-{item.code}", f"note-{item.code}"}
            and not self.errors.keys() & {f"value-{item.code}", f"note-{item.code}"}
        ]


class PhotosInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if isinstance(files, MultiValueDict) else files.get(name) or []


class PhotosField(forms.FileField):
    """Several photos, returned as re-encoded JPEGs; every bad file is named."""

    widget = PhotosInput

    def clean(self, data: Sequence[UploadedFile] | None, initial: Any = None) -> list[bytes]:
        files = data or []
        if len(files) > PHOTOS_OF_AN_ITEM:
            raise forms.ValidationError(f"每项最多 {PHOTOS_OF_AN_ITEM} 张照片，请少选几张。")
        kept, faults = [], []
        for file in files:
            try:
                if (file.size or 0) > photos.MAX_BYTES:
                    raise photos.BadPhoto("超过 10 MB，请压缩后再传。")
                kept.append(photos.reencode(file.read()))
            except photos.BadPhoto as fault:
                faults.append(f"{file.name}：{fault}")
        if faults:
            raise forms.ValidationError(faults)
        return kept

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)


class InspectionSheetForm(MarkSheetForm):
    """An inspector's sheet: marks, remarks, photos; a review also needs its reasons.

    Call ``is_valid``, then take ``marks()`` and ``photos()`` also if it is not: one wrong item
    does not keep the others from being saved.

    :param means: for reviews the inspectors' mean by item code; None for an inspection.
    """

    confirm = forms.BooleanField(label="没查的项目不计分，确认提交", required=False)

    def __init__(
        self,
        *args: Any,
        items: Sequence[Item],
        own: Mapping[str, Mark],
        means: Mapping[str, Decimal | None] | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, items=items, own=own, **kwargs)
        self.means = means
        for item in self.marked:
            self.fields[f"photo-{item.code}"] = PhotosField(label="照片", required=False)
            self.fields[f"value-{item.code}"].widget.attrs["class"] = "fs-1"
            if means is not None:
                self.fields[f"note-{item.code}"].label = "理由"

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.means is not None:
            for item in self.marked:
                self._ask_reason(data, item, self.means.get(item.code))
        return data

    def _ask_reason(self, data: dict[str, Any], item: Item, mean: Decimal | None) -> None:
        value, note = data.get(f"value-{item.code}"), f"note-{item.code}"
        if value is None or data.get(note):
            return
        if mean is None:
            self.add_error(note, "请写明检查情况。")
        elif value == mean:
            data[note] = "与检查得分一致"
        else:
            way = "高" if value > mean else "低"
            by = explaining.plain(abs(value - mean))
            of = explaining.plain(mean)
            self.add_error(note, f"比检查得分 {of} 分{way} {by} 分，请写明理由。")

    def photos(self) -> dict[str, list[bytes]]:
        """Return the photos that can be kept, by item code."""
        taken = {item.code: self.cleaned_data.get(f"photo-{item.code}") for item in self.marked}
        return {code: contents for code, contents in taken.items() if contents}

    def dropped(self) -> list[int]:
        """Return the ids of the photos ticked to be deleted."""
        ticked = self.data.getlist("drop") if isinstance(self.data, MultiValueDict) else []
        return [int(pk) for pk in ticked if pk.isascii() and pk.isdigit() and len(pk) < 19]
