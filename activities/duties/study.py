"""What is due in study: orders to answer and to rate, classes to close, hours that lag behind."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.urls import reverse

from activities.models import CourseOrder, TrainingClass
from activities.queries import classes, orders, study, study_rules, targets
from activities.rules.study import months_after, months_before
from branches.access import Grants
from branches.duties import Duty
from branches.models import Organization, Regulation, User
from branches.queries import organizations, regulations
from branches.queries.regulations import Rules
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import Capability
from branches.scope import Scope

NAMES_SHOWN = 3
SHOWN = 10
RATE_WITHIN = dt.timedelta(days=7)
CLOSE_WITHIN = dt.timedelta(days=7)
FROM_MONTH = 10  # hours are called in from the fourth quarter on


def orders_to_answer_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[CourseOrder]:
    """Return the rows that ``orders_to_answer`` tells of."""
    return orders.to_answer(user, grants.scope(Capability.OFFER_COURSES))


def orders_to_answer(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the orders that wait for this person's yes or no (one query)."""
    found = orders_to_answer_waiting(user, grants, on)[:SHOWN]
    return [
        Duty(
            title=f"选单待接单：{order.course.title}",
            due_on=order.wanted_on,
            why=f"{order.branch.short_name}希望 {order.wanted_on.month} 月"
            f" {order.wanted_on.day} 日授课",
            url=reverse("order", kwargs={"pk": order.pk}),
            action="去接单",
        )
        for order in found
    ]


def orders_to_rate_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[CourseOrder]:
    """Return the rows that ``orders_to_rate`` tells of."""
    return orders.to_rate(grants.scope(Capability.LOG_ACTIVITIES))


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


def classes_to_close_waiting(user: User, grants: Grants, on: dt.date) -> QuerySet[TrainingClass]:
    """Return the rows that ``classes_to_close`` tells of."""
    roots = [
        *grants.scope(Capability.OFFER_COURSES).roots,
        *grants.scope(Capability.LOG_ACTIVITIES).roots,
    ]
    return classes.ended(Scope.over(roots), on)


def classes_to_close(user: User, grants: Grants, on: dt.date) -> list[Duty]:
    """Return the classes that are over and whose results nobody wrote down (one query, or none)."""
    found = classes_to_close_waiting(user, grants, on)[:SHOWN]
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
    places = _branches(grants, scope, on)
    book = regulations.book_of(grants)
    rules = {place.pk: book.of(place, on) for place in places}
    places = [place for place in places if targets.ALL in rules[place.pk]]
    if not places:
        return []
    rule = rules[places[0].pk][targets.ALL]
    late = [row for row in study.standings_of(places, year, on, book=book) if row.behind > 0]
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

    And, all the year, new secretaries without one within half a year (H3). Each branch is held
    to the rules of its own committee; at most six queries however many branches there are.
    """
    scope = grants.scope(Capability.LOG_ACTIVITIES)
    if not scope:
        return []
    places = _branches(grants, scope, on)
    if not places:
        return []
    scope = Scope.over(place.path for place in places)
    book = regulations.book_of(grants)
    rules = {place.pk: book.of(place, on) for place in places}
    found = _new_secretaries(scope, rules, on)
    if on.month >= FROM_MONTH:
        found += _untrained(scope, rules, on)
    return found


def _branches(grants: Grants, scope: Scope, on: dt.date) -> list[Organization]:
    """Return the branches one looks after as such, not by what is above them."""
    standing = organizations.standing_within(grants, scope, on)
    return [place for place in standing if place.is_branch and place.path in scope.roots]


def _new_secretaries(scope: Scope, rules: dict[int, Rules], on: dt.date) -> list[Duty]:
    speaking = _by_place(rules, study_rules.NEW_SECRETARY)
    if not speaking:
        return []
    months = {pk: rule.parameters.get("months", 6) for pk, rule in speaking.items()}

    def since(months: int) -> dt.date:
        # A month is left to make good what is overdue; afterwards the year's own line speaks.
        return months_before(on, months + 1)

    posts = [
        post
        for post in study.untrained_secretaries(scope, since(max(months.values())), on)
        if post.organization_id in months and post.started_on >= since(months[post.organization_id])
    ]
    if not posts:
        return []
    asked = speaking[posts[0].organization_id].title
    return [
        Duty(
            title="新任书记培训",
            due_on=min(
                months_after(post.started_on, months[post.organization_id]) for post in posts
            ),
            why=f"{asked} · {_named([post.user.name for post in posts])}",
            url=reverse("class-list"),
            action="看培训班",
        )
    ]


def _untrained(scope: Scope, rules: dict[int, Rules], on: dt.date) -> list[Duty]:
    speaking = _by_place(rules, study_rules.CENTRALISED)
    least = {pk: rule.parameters.get("centralised", 1) for pk, rule in speaking.items()}
    if not any(least.values()):
        return []
    year = Period.containing(on, PeriodKind.YEAR)
    missing = [
        row
        for row in study.committees(scope, year, on)
        if row.centralised < least.get(row.post.organization_id, 0)
    ]
    if not missing:
        return []
    places = [row.post.organization_id for row in missing]
    # Where committees ask for different numbers, the least of them is said.
    times = min(least[pk] for pk in places)
    source = speaking[places[0]].source
    return [
        Duty(
            title=f"{year.label}集中培训：{len(missing)} 名书记、委员还没有参加",
            due_on=year.last_day,
            why=f"{source}：书记和班子成员每年至少参加 {times} 次集中培训 · "
            f"{_named([row.name for row in missing])}",
            url=reverse("class-list"),
            action="看培训班",
        )
    ]


def _by_place(rules: dict[int, Rules], code: str) -> dict[int, Regulation]:
    return {pk: known[code] for pk, known in rules.items() if code in known}


def _named(names: list[str]) -> str:
    more = f" 等 {len(names)} 人" if len(names) > NAMES_SHOWN else ""
    return "、".join(names[:NAMES_SHOWN]) + more
