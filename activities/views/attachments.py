"""Photos and papers of a record: uploading, captions, removing, handing out."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.forms.attachments import CaptionForm, UploadForm, taken
from activities.models import Activity, Attachment
from activities.operations import attachments as operations
from activities.operations.refusals import Refused
from activities.queries import attachments as queries
from activities.rules import attachments as rules
from branches import access, papers, photos
from branches.access import Request
from branches.rules.roles import Capability
from branches.views import kept_files


@access.requires(Capability.LOG_ACTIVITIES)
def of_activity(request: Request, *, pk: int) -> HttpResponse:
    """Upload to a record; whatever can be kept is, and each of the others is named."""
    activity = get_object_or_404(Activity.objects.in_scope(request.scope), pk=pk)
    is_sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm()
    if is_sent and form.is_valid():
        _upload(request, activity, form)
        return redirect("activity-attachments", pk=pk)
    attached = queries.of_activity(activity)
    context = {
        "activity": activity,
        "form": form,
        "attached": [(each, each.kind == Attachment.Kind.PHOTO) for each in attached],
        "left_words": f"还可以传 {rules.MOST_OF_A_RECORD - len(attached)} 个",
        "left": rules.MOST_OF_A_RECORD - len(attached),
        "may_add": queries.may_be_added(activity, request.today),
        "may_change": activity.may_be_edited,
        "trail": [
            ("活动", reverse("activity-list")),
            (activity.title, reverse("activity", kwargs={"pk": pk})),
        ],
    }
    return TemplateResponse(request, "activities/attachments.html", context)


def _upload(request: Request, activity: Activity, form: UploadForm) -> None:
    kept = 0
    for file in form.cleaned_data["uploads"]:
        try:
            operations.add(activity=activity, file=taken(file), by=request.user, at=timezone.now())
        except (photos.BadPhoto, papers.BadPaper, Refused) as refusal:
            messages.error(request, f"{file.name}：{refusal}")
        else:
            kept += 1
    if kept:
        messages.success(request, f"已上传 {kept} 个附件。")


@access.requires(Capability.SEE_ACTIVITIES)
def attachment(request: Request, *, pk: int) -> HttpResponseBase:
    """Send a photo to be shown (``?size=small``: among others), a paper as a download."""
    rows = queries.in_scope(request.scope).select_related("document", "activity__organization")
    row = get_object_or_404(rows, pk=pk)
    is_photo = row.kind == Attachment.Kind.PHOTO
    response = kept_files.send(
        row.document,
        is_shown=is_photo,
        is_small=is_photo and request.GET.get("size") == "small",
    )
    if not is_photo:
        operations.record_download(attachment=row, by=request.user, at=timezone.now())
    return response


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def caption(request: Request, *, pk: int) -> HttpResponse:
    """Say what a photo or paper shows."""
    row = _one(request, pk)
    form = CaptionForm(request.POST)
    if not form.is_valid():
        messages.error(request, f"{row.document.filename}：说明最多 60 个字，请删减后再保存。")
        return redirect("activity-attachments", pk=row.activity_id)
    try:
        operations.caption(
            attachment=row, text=form.cleaned_data["caption"], by=request.user, at=timezone.now()
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "说明已保存。")
    return redirect("activity-attachments", pk=row.activity_id)


@access.requires(Capability.LOG_ACTIVITIES)
@require_POST
def remove(request: Request, *, pk: int) -> HttpResponse:
    """Take an attachment off an open record."""
    row = _one(request, pk)
    try:
        operations.remove(attachment=row, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"已删除“{row.caption or row.document.filename}”。")
    return redirect("activity-attachments", pk=row.activity_id)


def _one(request: Request, pk: int) -> Attachment:
    rows = queries.in_scope(request.scope).select_related("document", "activity")
    return get_object_or_404(rows, pk=pk)
