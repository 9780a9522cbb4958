"""What is kept about oneself in the work of 小政委: helps, candidacies, own reports."""

from __future__ import annotations

import datetime as dt

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from branches import access
from branches.access import Request
from branches.templatetags import formats
from members.models import Member
from people.queries import steward_work, stewards
from people.views.section import Line, Section
from people.views.stewards import shown_step
from people.wording import stewards as wording

_SHOWN = 3


@access.signed_in("一个人看小政委工作里与自己有关的记录")
def mine(request: Request) -> HttpResponse:
    """Everything on record about oneself: who helped, who recommended, what was assessed."""
    member = getattr(request.user, "member", None)
    context: dict[str, object] = {"member": member}
    if member is not None:
        context |= {
            "is_serving": stewards.places_of(request.user, request.today).exists(),
            "helps": steward_work.helped(member),
            "candidacies": [
                shown_step(row)
                | {
                    "criteria": [
                        (label, row.criteria.get(name, ""))
                        for name, label in wording.CRITERIA.items()
                    ]
                }
                for row in stewards.candidacies(member)
            ],
            "reports": [
                {"row": row, "said": steward_work.standing(row).values()}
                for row in steward_work.reports_of(member)
            ],
        }
    return TemplateResponse(request, "people/my_steward.html", context)


def at_work(request: Request, member: Member, on: dt.date) -> Section | None:
    """Of which groups somebody is the 小政委, with the way to the day's line (one query)."""
    places = list(stewards.places_of(request.user, on))
    if not places:
        return None
    lines = tuple(Line(place.short_name, note="一天一句，记班组的工作情况") for place in places)
    return Section("我任小政委", lines, url=reverse("steward-today"), action="日跟班")


def helped(request: Request, member: Member, on: dt.date) -> Section | None:
    """What a 小政委 wrote down of helping somebody (one query)."""
    rows = steward_work.helped(member)
    if not rows:
        return None
    lines = tuple(
        Line(
            row.what,
            note=f"{row.organization.short_name} {row.member.name}",
            label=f"{formats.day(row.week_of)}起一周",
        )
        for row in rows[:_SHOWN]
    )
    return Section("小政委对我的帮扶", lines, url=reverse("my-steward"))
