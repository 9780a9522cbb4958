"""Handing out kept files."""

from __future__ import annotations

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone

from branches import access
from branches.access import Request
from branches.operations import documents as operations
from branches.queries import jobs
from branches.views import kept_files


@access.signed_in("本人要的文件，或有权打印台账的组织的文件")
def document(request: Request, *, pk: int) -> HttpResponseBase:
    """Send a file as a download that the browser must neither guess at nor run."""
    rows = jobs.readable_documents(request.user, request.grants)
    row = get_object_or_404(rows.select_related("organization"), pk=pk)
    response = kept_files.send(row)
    operations.record_download(document=row, by=request.user, at=timezone.now())
    return response
