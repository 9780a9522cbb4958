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


FEW = 18  # so many entries stand on one screen without folding

# In the order of the sidebar; those of a group stand together.
ENTRIES = (
    Entry("首页", "home", on_phone=True),
    Entry("活动", "activity-list", Capability.SEE_ACTIVITIES, on_phone=True, group="组织生活"),
    Entry("计划", "plan-list", Capability.SEE_ACTIVITIES, group="组织生活"),
    Entry("请假", "leave-list", Capability.LOG_ACTIVITIES, group="组织生活"),
    Entry("问题整改", "problem-list", Capability.SEE_ACTIVITIES, group="组织生活"),
    Entry("值班", "duty-roster", Capability.SEE_ACTIVITIES, group="组织生活"),
    Entry("学习", "study", Capability.SEE_ACTIVITIES, group="组织生活"),
    Entry("测验", "quiz-list", Capability.SEE_ACTIVITIES, group="组织生活"),
    Entry("民主评议", "appraisal-list", Capability.SEE_ACTIVITIES, group="组织生活"),
    Entry("组织自查", "check-list", Capability.SEE_ACTIVITIES, group="组织生活"),
    Entry("办事指南", "guide-list", group="组织生活"),
    Entry("小政委", "steward-list", Capability.SEE_ACTIVITIES, group="关心帮带"),
    Entry("结对", "pair-map", Capability.SEE_ACTIVITIES, group="关心帮带"),
    Entry("谈心谈话", "talk-list", Capability.SEE_ORGANIZATIONS, group="关心帮带"),
    Entry("政治生日", "birthday-list", Capability.SEE_ACTIVITIES, group="关心帮带"),
    Entry("人才库", "talent-list", Capability.SEE_ACTIVITIES, group="关心帮带"),
    Entry(
        "召回和帮教",
        "recall-list",
        Capability.ARRANGE_TALKS,
        group="关心帮带",
        or_capability=Capability.REVIEW_PEOPLE,
    ),
    Entry("承诺践诺", "pledge-list", Capability.SEE_ACTIVITIES, group="关心帮带"),
    Entry("设岗定责", "station-list", Capability.SEE_ACTIVITIES, group="关心帮带"),
    Entry("金点子", "idea-list", group="关心帮带"),
    Entry("揭榜", "project-list", group="关心帮带"),
    Entry("志愿服务", "volunteer-team-list", group="关心帮带"),
    Entry("支部品牌", "brand-list", group="关心帮带"),
    Entry("星级看板", "star-board", Capability.SEE_SCORES, group="考评"),
    Entry("定评", "round-list", Capability.SEE_SCORES, group="考评"),
    Entry("结果运用", "consequence-list", Capability.SEE_SCORES, group="考评"),
    Entry("逐项打分", "mark-sheet-list", Capability.ENTER_MARKS, group="考评"),
    Entry("检查安排", "inspection-list", Capability.SEE_SCORES, group="考评"),
    Entry("加减分", "points-list", Capability.ENTER_POINTS, group="考评"),
    Entry("评分方案", "scheme-list", Capability.SEE_SCORES, group="考评"),
    Entry("党员", "member-list", Capability.SEE_MEMBERS, on_phone=True, group="组织和台账"),
    Entry("组织", "organization-tree", Capability.SEE_ORGANIZATIONS, group="组织和台账"),
    Entry("台账", "ledger-choose", Capability.PRINT_LEDGERS, group="组织和台账"),
    Entry("我的积分", "my-points", on_phone=True, group="本人"),
    Entry("签到", "sign-in", group="本人"),
    Entry("我的活动", "my-activities", group="本人"),
    Entry("我的学习", "my-study", group="本人"),
    Entry("我的结对", "my-pairs", group="本人"),
    Entry("我的谈话", "my-talks", group="本人"),
    Entry("与我有关", "my-people", group="本人"),
    Entry("通知", "notice-list", on_phone=True, group="本人"),
    Entry("提醒设置", "my-reminders", group="本人"),
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
    Entry("制度要求", "regulation-list", group="管理"),
    Entry("群提醒", "webhook-list", Capability.MANAGE_REMINDERS, group="管理"),
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
    items: list[dict[str, Any]] = [
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
    shown = {str(item["group"]) for item in items if item["active"] and item["group"]}
    if len(items) <= FEW:
        shown = {str(item["group"]) for item in items}
    elif not shown:
        shown = {str(item["group"]) for item in items[:2]}
    for item in items:
        item["is_open"] = item["group"] in shown
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
