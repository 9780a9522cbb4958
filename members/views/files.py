"""A member's file: seen by those in charge, and by the member."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches import access
from branches.rules.roles import Capability
from members.forms.steps import UnmaskForm
from members.models import Member
from members.operations import members as operations
from members.operations.members import Sensitive
from members.queries import members as queries
from members.queries import restrictions


@access.requires(Capability.SEE_MEMBERS)
def member(request: access.Request, *, pk: int) -> HttpResponse:
    """A member's file, with the sensitive fields masked."""
    return _file(request, _found(request, pk), UnmaskForm(), None)


@access.requires(Capability.SEE_SENSITIVE)
@require_POST
def reveal(request: access.Request, *, pk: int) -> HttpResponse:
    """The same file with the sensitive fields in full, once; who looked and why is kept."""
    found = _found(request, pk)
    form = UnmaskForm(request.POST)
    if not form.is_valid():
        return _file(request, found, form, None)
    sensitive = operations.unmask(
        member=found, reason=form.cleaned_data["reason"], by=request.user, at=timezone.now()
    )
    return _file(request, found, form, sensitive)


@access.signed_in("一个人看自己的档案")
def mine(request: access.Request) -> HttpResponse:
    """One's own file; one's own data are not masked."""
    own = Member.objects.filter(user=request.user).first()
    context = {"file": queries.file_of(own, request.today) if own else None}
    return render(request, "members/my_file.html", context)


def _found(request: access.Request, pk: int) -> Member:
    return get_object_or_404(
        Member.objects.filed_in_scope(request.scope).select_related("user"), pk=pk
    )


def _file(
    request: access.Request, found: Member, form: UnmaskForm, sensitive: Sensitive | None
) -> HttpResponse:
    file = queries.file_of(found, request.today)
    path = file.home.branch.path

    def may(capability: Capability) -> bool:
        return request.grants.scope(capability).reaches(path)

    may_see = may(Capability.SEE_SENSITIVE)
    known = restrictions.of_member(found) if may_see else []
    return render(
        request,
        "members/file.html",
        {
            "file": file,
            "restriction": restrictions.running(known, request.today),
            "form": form,
            "trail": [("党员", reverse("member-list")), (found.name, "")],
            "sensitive": sensitive,
            "may_see": may_see,
            "may_manage": may(Capability.MANAGE_MEMBERS),
            "may_see_points": may(Capability.SEE_SCORES),
            "may_open_account": may(Capability.MANAGE_ACCOUNTS),
        },
    )
