"""What is due in study: orders to answer and to rate, classes to close, hours that lag behind."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse

from activities.models import CourseOrder
from activities.queries import classes, orders, study, study_rules, targets
from activities.rules.study import months_after, months_before
from branches.access import Grants
from branches.duties import Duty
from branches.models import Organization, Post, User
from branches.queries import regulations
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability
from branches.scope import Scope

NAMES_SHOWN = 3
SHOWN = 10
RATE_WITHIN = dt.timedelta(days=7)
CLOSE_WITHIN = dt.timedelta(days=7)
FROM_MONTH = 10  # hours are called in from the fourth quarter on


def orders_to_answer(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the orders that wait for this person's yes or no (one query)."""
    offered = grants.scope(Capability.OFFER_COURSES)
    found = orders.to_answer(user, offered)[:SHOWN]
    return [
        Duty(
            title=f"选单待答复：{order.course.title}",
            due_on=order.wanted_on,
            why=f"{order.branch.short_name}希望 {order.wanted_on.month} 月"
            f" {order.wanted_on.day} 日授课",
            url=reverse("order", kwargs={"pk": order.pk}),
            action="去接单",
        )
        for order in found
    ]


def orders_to_rate(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the courses held that wait for the branch's rating (one query, or none)."""
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    if not scope:
        return []
    return [_to_rate(order) for order in orders.to_rate(scope)[:SHOWN]]


def _to_rate(order: CourseOrder) -> Duty:
    held_on = order.activity.held_on if order.activity else order.wanted_on
    return Duty(
        title=f"评价课程：{order.course.title}",
        due_on=held_on + RATE_WITHIN,
        why=f"{order.branch.short_name} {held_on.month} 月 {held_on.day} 日已授课，评价后课程菜单"
        "按评价排序",
        url=reverse("order", kwargs={"pk": order.pk}),
        action="去评价",
    )


def classes_to_close(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the classes that are over and whose results nobody wrote down (one query, or none)."""
    roots = [
        *grants.scope(Capability.OFFER_COURSES).roots,
        *grants.scope(Capability.LOG_ACTIVITIES).roots,
    ]
    if not roots:
        return []
    found = classes.ended(Scope.over(roots), on)[:SHOWN]
    return [
        Duty(
            title=f"登记结业：{row.title}",
            due_on=row.ended_on + CLOSE_WITHIN,
            why=f"{row.ended_on.month} 月 {row.ended_on.day} 日结业，登记参训情况后计学时",
            url=reverse("class-results", kwargs={"pk": row.pk}),
            action="去登记",
        )
        for row in found
    ]


def hours_behind(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return one line for the members behind their hours in the last quarter (H1).

    Several branches are one line. Whoever looks after more than single branches finds them on
    the page of hours: a thousand branches are not counted for a line of 首页.
    """
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    if not scope or on.month < FROM_MONTH:
        return []
    year = Period.containing(on, PeriodKind.YEAR)
    places = _branches(scope)
    rules = regulations.for_organizations(places, on)
    places = [place for place in places if targets.ALL in rules[place.pk]]
    if not places:
        return []
    rule = rules[places[0].pk][targets.ALL]
    late = [row for place in places for row in study.standings(place, year, on) if row.behind > 0]
    if not late:
        return []
    cited = f"《{rule.source.removeprefix('中国共产党')}》{rule.article}：{rule.title}"
    branches = {row.branch_id for row in late}
    if len(branches) == 1:
        title = f"{year.label}学时：{len(late)} 名党员进度落后"
        names = "、".join(row.name for row in late[:NAMES_SHOWN])
        counted = f"{names}{' 等' if len(late) > NAMES_SHOWN else ''}"
        url = reverse("study-branch", kwargs={"pk": branches.pop()})
    else:
        title = f"{year.label}学时：{len(branches)} 个支部有党员进度落后"
        counted = f"共 {len(late)} 人"
        url = reverse("study")
    return [
        Duty(
            title=title,
            due_on=year.last_day,
            why=f"{cited} · {counted}",
            url=url,
            action="看学时",
        )
    ]


def committees_untrained(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return those on a committee without a centralised class this year, in the last quarter (H2).

    And, all the year, new secretaries without one within half a year (H3). At most six queries.
    """
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    if not scope:
        return []
    places = _branches(scope)
    if not places:
        return []
    scope = Scope.over(place.path for place in places)
    rules = regulations.for_organization(places[0], on)
    found: list[Duty] = []
    rule = rules.get(study_rules.NEW_SECRETARY)
    if rule is not None:
        months = rule.parameters.get("months", 6)
        # A month is left to make good what is overdue; afterwards the year's own line speaks.
        posts = study.untrained_secretaries(scope, months_before(on, months + 1), on)
        if posts:
            found.append(_new_secretaries(posts, months, rule.title))
    rule = rules.get(study_rules.CENTRALISED)
    least = rule.parameters.get("centralised", 1) if rule is not None else 0
    if rule is None or on.month < FROM_MONTH or not least:
        return found
    year = Period.containing(on, PeriodKind.YEAR)
    missing = [row for row in study.committees(scope, year, on) if row.centralised < least]
    if missing:
        names = "、".join(row.name for row in missing[:NAMES_SHOWN])
        more = f" 等 {len(missing)} 人" if len(missing) > NAMES_SHOWN else ""
        found.append(
            Duty(
                title=f"{year.label}集中培训：{len(missing)} 名书记、委员还没有参加",
                due_on=year.last_day,
                why=f"{rule.source}：书记和班子成员每年至少参加 {least} 次集中培训 · {names}{more}",
                url=reverse("class-list"),
                action="看培训班",
            )
        )
    return found


def _branches(scope: Scope) -> list[Organization]:
    """Return the branches one looks after as such, not by what is above them (one query)."""
    return [place for place in study.roots(scope) if place.is_branch]


def _new_secretaries(posts: list[Post], months: int, asked: str) -> Duty:
    names = "、".join(post.user.name for post in posts[:NAMES_SHOWN])
    more = f" 等 {len(posts)} 人" if len(posts) > NAMES_SHOWN else ""
    return Duty(
        title="新任书记培训",
        due_on=min(months_after(post.started_on, months) for post in posts),
        why=f"{asked} · {names}{more}",
        url=reverse("class-list"),
        action="看培训班",
    )
