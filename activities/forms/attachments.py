"""Uploading several photos and papers at once, and saying what they show."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from activities.forms import OneLine
from activities.models import Attachment
from activities.operations.attachments import Taken, take
from activities.rules.attachments import MOST_OF_A_RECORD
from branches import papers

ACCEPTED = ".jpg,.jpeg,.png,.webp,.pdf,.docx,.xlsx,.pptx"


class FilesInput(forms.FileInput):
    allow_multiple_selected = True

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return files.getlist(name) if isinstance(files, MultiValueDict) else files.get(name) or []


class FilesField(forms.FileField):
    """The files as they were sent; each is looked at one after another by ``taken``."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = list(data or [])
        if not files:
            raise forms.ValidationError("请先选择照片或文件。")
        if len(files) > MOST_OF_A_RECORD:
            raise forms.ValidationError(f"一次最多传 {MOST_OF_A_RECORD} 个，请分几次上传。")
        return files


class UploadForm(forms.Form):
    uploads = FilesField(
        label="照片和文件",
        widget=FilesInput(attrs={"accept": ACCEPTED}),
        help_text="可以一次选几个。照片每张不超过 10 MB；PDF、Word、Excel、PPT 每份不超过 20 MB。"
        "照片里的拍摄地点等信息会自动去掉。",
    )


class CaptionForm(forms.Form):
    caption = OneLine(
        label="说明",
        required=False,
        max_length=Attachment._meta.get_field("caption").max_length,
        error_messages={"max_length": "说明最多 60 个字。"},
    )


def taken(file: UploadedFile) -> Taken:
    """Return an uploaded file as it is kept; one that is too large is not even read.

    :raises photos.BadPhoto: see ``operations.attachments.take``.
    :raises papers.BadPaper: see there.
    """
    if (file.size or 0) > papers.MAX_BYTES:
        raise papers.BadPaper("超过 20 MB，请压缩或拆分后再传。")
    return take(file.name or "", file.read())
