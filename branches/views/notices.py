"""Notices of the person who is signed in."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from branches import access
from branches.access import Request
from branches.models import Notice
from branches.operations import notices as operations

PAGE = 50


@access.signed_in("本人的通知")
def notice_list(request: Request) -> HttpResponse:
    rows = Notice.objects.filter(recipient=request.user)
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "unread": rows.filter(read_at__isnull=True).count(),
    }
    return TemplateResponse(request, "branches/notice_list.html", context)


@require_POST
@access.signed_in("本人的通知")
def notice_open(request: Request, *, pk: int) -> HttpResponse:
    """Mark a notice read and go where it leads."""
    notice = get_object_or_404(Notice, pk=pk, recipient=request.user)
    operations.mark_read(notice=notice, at=timezone.now())
    if notice.url and url_has_allowed_host_and_scheme(notice.url, allowed_hosts=None):
        return redirect(notice.url)
    return redirect("notice-list")


@require_POST
@access.signed_in("本人的通知")
def notice_read_all(request: Request) -> HttpResponse:
    operations.mark_all_read(recipient=request.user, at=timezone.now())
    return redirect("notice-list")
