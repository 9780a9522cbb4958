"""What is kept about oneself (与我有关), and of it what belongs with a member's file."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from branches import access
from branches.access import Request
from branches.rules.roles import Capability
from members.models import Member
from people.views import about, about_self, stewards_mine
from people.views.section import Section, Source

# In the order in which they stand on the page.
FILED: tuple[Source, ...] = (
    about.pairs,
    about.pledges,
    about.stations,
    about.stewardships,
    about.ideas,
    about.projects,
    about.service,
    about.talents,
)
# Of these nobody but the member learns here.
OWN_ALONE: tuple[Source, ...] = (
    stewards_mine.at_work,
    stewards_mine.helped,
    about.talks,
    about.birthdays,
    about_self.own_tolerances,
    about_self.own_recalls,
    about_self.own_help,
    about_self.helping,
    about_self.own_reports,
)
SOURCES: tuple[Source, ...] = (*FILED, *OWN_ALONE)

# One's own pages that are not wanted every week: reached from here, not from the menu.
PAGES = (
    ("我的承诺", "my-pledges"),
    ("我的整改", "my-problems"),
    ("我的岗位", "my-stations"),
    ("我的金点子", "my-ideas"),
    ("我的值班", "my-duty"),
    ("作业和测验", "my-homework"),
    ("我的评议", "my-appraisals"),
    ("我的检查任务", "my-inspections"),
    ("我的申诉", "my-appeals"),
)


@access.signed_in("一个人看组织为自己留下的记录")
def mine(request: Request) -> HttpResponse:
    """Everything that is kept about oneself."""
    member = Member.objects.defer("id_number", "phone").filter(user=request.user).first()
    context = {
        "member": member,
        "pages": [(label, reverse(name)) for label, name in PAGES],
        "sections": _told(request, member, SOURCES) if member else [],
        "offers": [
            (
                "认领岗位",
                "支部设的岗位，看有哪些可以认领",
                reverse("my-stations"),
                "去看",
            ),
            (
                "登记谈话",
                "和本支部同志谈过心的，随手登记，内容可以不写",
                reverse("talk-hold"),
                "去登记",
            ),
            (
                "申请容错",
                "探索创新中的失误，可以为自己申请容错",
                reverse("tolerance-ask"),
                "去申请",
            ),
            (
                "看人才公示",
                "公示期内的人才人选，只公布姓名、支部和层次",
                reverse("talent-publicity"),
                "去看",
            ),
        ],
    }
    return TemplateResponse(request, "people/mine.html", context)


@access.requires(Capability.SEE_MEMBERS)
def of_member(request: Request, *, pk: int) -> HttpResponse:
    """What goes with a member's file: nothing that only the person may know."""
    found = Member.objects.filed_in_scope(request.scope).defer("id_number", "phone")
    member = get_object_or_404(found, pk=pk)
    context = {
        "member": member,
        "sections": _told(request, member, FILED),
        "trail": [
            ("党员", reverse("member-list")),
            (member.name, reverse("member", kwargs={"pk": pk})),
        ],
    }
    return TemplateResponse(request, "people/member_people.html", context)


def _told(request: Request, member: Member, sources: tuple[Source, ...]) -> list[Section]:
    return about.kept(source(request, member, request.today) for source in sources)
