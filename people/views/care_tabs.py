"""What the pages of closely kept nouns share: their tabs, and who may open them."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.urls import reverse

from branches.access import Request
from branches.models import Organization
from people.queries import care

OPENED_TO = "支部书记、副书记和负责审核的上级办理"
_TABS = (
    ("召回", "recall-list"),
    ("容错", "tolerance-list"),
    ("“2+1”帮教", "help-plan-list"),
    ("双向反馈", "mutual-report-list"),
)


def tabs(current: str) -> list[tuple[str, str, bool, None]]:
    """Return the tabs of the four lists."""
    return [(label, reverse(name), name == current, None) for label, name in _TABS]


def check(request: Request) -> None:
    """Refuse whoever holds no post that opens these lists."""
    if not care.may_open(request.grants):
        raise PermissionDenied


def chosen(request: Request, places: list[Organization]) -> Organization:
    """Return the branch asked for, else the first.

    :raises PermissionDenied: there is none.
    """
    asked = request.POST.get("branch") or request.GET.get("branch", "")
    found = next((each for each in places if str(each.pk) == asked), None)
    found = found or (places[0] if places else None)
    if found is None:
        raise PermissionDenied
    return found


def back(request: Request, label: str, name: str) -> list[tuple[str, str]]:
    """Return the way back: the list by a post, else one's own page."""
    if care.may_open(request.grants):
        return [(label, reverse(name))]
    return [("与我有关", reverse("my-people"))]
