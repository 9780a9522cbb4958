"""Reports between the two branches of a member: the list, sending one, acknowledging it."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.operations.refusals import Refused
from branches import access
from branches.access import Request
from branches.rules.periods import Period, PeriodKind
from people.forms.mutual_reports import SendForm
from people.models import MutualReport
from people.operations import mutual_reports as operations
from people.queries import care, mutual_reports
from people.views.care_tabs import OPENED_TO, back, check, tabs
from people.views.taking import taken

PAGE = 50


@access.signed_in(OPENED_TO)
def listing(request: Request) -> HttpResponse:
    """Who belongs to two branches, and what was told."""
    check(request)
    found = mutual_reports.listed(request.grants).order_by("-period_start", "-pk")
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs("mutual-report-list"),
        "page_obj": page,
        "rows": [_row(row) for row in page.object_list],
        "links": mutual_reports.links(request.grants, request.today),
        "against": mutual_reports.against_excellence(request.user, request.grants),
    }
    return TemplateResponse(request, "people/mutual_report_list.html", context)


@access.signed_in(OPENED_TO)
def new(request: Request) -> HttpResponse:
    """Tell the other branch: what the records say, and a remark."""
    check(request)
    links = mutual_reports.links(request.grants, request.today)
    asked = request.POST if request.method == "POST" else request.GET
    link = next((each for each in links if each.key == asked.get("link", "")), None)
    link = link or (links[0] if links else None)
    trail = [("双向反馈", reverse("mutual-report-list"))]
    if link is None:
        return TemplateResponse(request, "people/mutual_report_new.html", {"trail": trail})
    periods = mutual_reports.periods(request.today)
    period = next((each for each in periods if str(each) == asked.get("period", "")), periods[0])
    form = SendForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        facts = {
            "member": link.member, "sender": link.sender, "receiver": link.receiver,
            "period": period, "by": request.user, "at": timezone.now(),
        }  # fmt: skip
        if taken(form, operations.send, **facts):
            messages.success(request, f"已反馈给{link.receiver.short_name}，等对方签收。")
            return redirect("mutual-report-list")
    context = {
        "form": form,
        "link": link,
        "links": links,
        "period": period,
        "periods": periods,
        "facts": mutual_reports.facts(mutual_reports.content(link.member, link.sender, period)),
        "trail": trail,
    }
    return TemplateResponse(request, "people/mutual_report_new.html", context)


@access.signed_in("本人看自己的；两个支部的书记、副书记和负责审核的上级看")
def report(request: Request, *, pk: int) -> HttpResponse:
    """One report."""
    rows = mutual_reports.seen(request.user, request.grants)
    found = get_object_or_404(rows, pk=pk)
    context = {
        "report": found,
        "row": _row(found),
        "facts": mutual_reports.facts(found.content),
        "may_receive": found.received_at is None
        and care.keeps(request.grants, found.receiver)
        and found.member.user_id != request.user.pk,
        "trail": back(request, "双向反馈", "mutual-report-list"),
    }
    return TemplateResponse(request, "people/mutual_report.html", context)


@access.signed_in("接收支部的书记、副书记签收")
def receive(request: Request, *, pk: int) -> HttpResponse:
    """Acknowledge a report."""
    rows = mutual_reports.listed(request.grants).filter(care.of_keepers(request.grants, "receiver"))
    return _receive(request, get_object_or_404(rows, pk=pk))


@require_POST
def _receive(request: Request, found: MutualReport) -> HttpResponse:
    try:
        operations.receive(report=found, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "已签收，已通知对方。")
    return redirect("mutual-report", pk=found.pk)


def _row(row: MutualReport) -> dict[str, object]:
    return {
        "pk": row.pk,
        "name": row.member.name,
        "sender": row.sender.short_name,
        "receiver": row.receiver.short_name,
        "period": Period(row.period_start, PeriodKind(row.period_kind)).label,
        "possible": "可以评优" if row.is_excellent_possible else "建议不评优",
        "possible_tone": "" if row.is_excellent_possible else "warn",
        "label": "已签收" if row.received_at else "待签收",
        "tone": "ok" if row.received_at else "warn",
    }
