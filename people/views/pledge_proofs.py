"""What shows that a promise is being kept: writing it down, its photos and papers."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from activities.operations.refusals import Refused
from branches import access, photos
from branches.access import Request
from branches.views import kept_files
from people.forms.pledges import ProofForm
from people.models import PledgeProof
from people.operations import pledge_proofs
from people.queries import pledges
from people.views import pledge as of_pledge
from people.views.pledge import ACT


@access.signed_in(ACT)
@require_POST
def add(request: Request, *, pk: int) -> HttpResponse:
    """Write down what was done for a promise."""
    found = of_pledge.acted(request, pk)
    form = ProofForm(request.POST, request.FILES, today=request.today)
    if form.is_valid():
        try:
            pledge_proofs.add(pledge=found, **form.proof, by=request.user, at=timezone.now())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "已登记。")
            return redirect(
                of_pledge.home_of(request, found)
                if request.POST.get("next")
                else of_pledge.url_of(found)
            )
    return of_pledge.page(request, found, {"proof_form": form})


@access.signed_in("看得到这条承诺的人看它的照片和文件")
def proof(request: Request, *, pk: int) -> HttpResponseBase:
    """Send a photo to be shown (``?size=small``: among others), a paper as a download."""
    found = _proof(request, pk)
    if found.document is None:
        raise Http404
    is_photo = found.document.content_type == photos.CONTENT_TYPE
    response = kept_files.send(
        found.document,
        is_shown=is_photo,
        is_small=is_photo and request.GET.get("size") == "small",
    )
    if not is_photo:
        pledge_proofs.record_download(proof=found, by=request.user, at=timezone.now())
    return response


@access.signed_in(ACT)
@require_POST
def remove(request: Request, *, pk: int) -> HttpResponse:
    """Take a line off again."""
    found = _proof(request, pk)
    if not pledges.may_act_for(found.pledge, request.user, request.grants):
        raise Http404
    try:
        pledge_proofs.remove(proof=found, by=request.user, at=timezone.now())
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "已删除。")
    return redirect(of_pledge.url_of(found.pledge))


def _proof(request: Request, pk: int) -> PledgeProof:
    readable = pledges.readable(request.user, request.grants, request.today)
    rows = PledgeProof.objects.standing().filter(pledge__in=readable.order_by().values("pk"))
    rows = rows.select_related("document", "pledge__branch", "pledge__member")
    return get_object_or_404(
        rows.defer("pledge__member__id_number", "pledge__member__phone"), pk=pk
    )
