"""The frame of every page: what the sidebar and the tab bar offer this person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from branches import wording
from branches.models import Notice
from branches.rules.roles import Capability


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    url_name: str
    capability: Capability | None = None  # None: everybody with an account
    on_phone: bool = False
    group: str = ""
    or_capability: Capability | None = None  # the one or the other


ENTRIES = (
    Entry("首页", "home", on_phone=True),
    Entry("活动", "activity-list", Capability.SEE_ACTIVITIES, on_phone=True),
    Entry("党员", "member-list", Capability.SEE_MEMBERS, on_phone=True),
    Entry("星级看板", "star-board", Capability.SEE_SCORES),
    Entry("定评", "round-list", Capability.SEE_SCORES),
    Entry("结果运用", "consequence-list", Capability.SEE_SCORES),
    Entry("检查打分", "mark-sheet-list", Capability.ENTER_MARKS),
    Entry("检查", "inspection-list", Capability.SEE_SCORES),
    Entry("加减分", "points-list", Capability.ENTER_POINTS),
    Entry("评分方案", "scheme-list", Capability.SEE_SCORES),
    Entry("台账", "ledger-choose", Capability.PRINT_LEDGERS),
    Entry("组织", "organization-tree", Capability.SEE_ORGANIZATIONS),
    Entry("我的积分", "my-points", on_phone=True, group="本人"),
    Entry("我的申诉", "my-appeals", group="本人"),
    Entry("我的活动", "my-activities", group="本人"),
    Entry("我的检查", "my-inspections", group="本人"),
    Entry("通知", "notice-list", on_phone=True, group="本人"),
    Entry("导入花名册", "roster-import-list", Capability.IMPORT_MEMBERS, group="管理"),
    Entry("方案目录", "scheme-adopt", Capability.MANAGE_SCHEMES, group="管理"),
    Entry(
        "模拟运行",
        "trial-list",
        Capability.MANAGE_SCHEMES,
        group="管理",
        or_capability=Capability.START_RUNS,
    ),
    Entry("账号与任职", "account-list", Capability.MANAGE_ACCOUNTS, group="管理"),
    Entry("工作日历", "calendar", Capability.MANAGE_CALENDAR, group="管理"),
    Entry("任务进度", "job-list", group="管理"),
    Entry("审计", "audit-list", Capability.READ_AUDIT, group="管理"),
)


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of ``base.html``; nothing for people who are not signed in."""
    user = getattr(request, "user", None)
    grants = getattr(request, "grants", None)
    if user is None or not user.is_authenticated or grants is None:
        return {}
    unread = Notice.objects.filter(recipient=user, read_at__isnull=True).count()
    items = [
        {
            "label": entry.label,
            "url": reverse(entry.url_name),
            "active": _is_active(request.path, reverse(entry.url_name)),
            "count": unread if entry.url_name == "notice-list" else 0,
            "on_phone": entry.on_phone,
            "group": entry.group,
        }
        for entry in ENTRIES
        if entry.capability is None
        or grants.allows(entry.capability)
        or (entry.or_capability is not None and grants.allows(entry.or_capability))
    ]
    first = grants.held[0] if grants.held else None
    account = {
        "name": user.name,
        "place": first.organization_name if first else "",
        "post_label": first.title if first else "党员",
        "url": reverse("account-mine"),
        "logout_url": reverse("logout"),
    }
    return {"nav_items": items, "account": account, "product": wording.PRODUCT}


def _is_active(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
