"""Checks of how an organisation is set up: its size, its committee, its term, its groups."""

from __future__ import annotations

import datetime as dt

from activities.queries.checks.facts import Facts, Holder
from activities.queries.checks.finding import Finding, State, timed
from branches import wording
from branches.models import Organization, Regulation, Term
from branches.rules import establishment, terms
from branches.rules.periods import Period, PeriodKind
from branches.rules.roles import COMMITTEE_ROLES, Role
from branches.rules.tree import OrganizationKind, OrganizationType

_ENTERPRISES = frozenset(
    {
        OrganizationType.ENTERPRISE_FRONT,
        OrganizationType.ENTERPRISE_SURFACE,
        OrganizationType.ENTERPRISE_OFFICE,
    }
)
_SMALL_RULE = "O8"
_GENERAL_RULE = "O12B"


def size(facts: Facts, branch: Organization, rule: Regulation) -> Finding | None:
    """O2: a branch has 50 members at most."""
    if not branch.is_branch:
        return None
    here, most = facts.size(branch), rule.parameters["most"]
    too_many = establishment.is_too_large(here.members, most)
    return Finding(
        branch,
        rule,
        State.DUE if too_many else State.OK,
        f"党员 {here.members} 人"
        + (f"，比 {most} 人多 {here.members - most} 人" if too_many else ""),
        f"{here.full} + {here.probationary} = {here.members} {'>' if too_many else '≤'} {most}",
        (
            ("正式党员", f"{here.full} 人"),
            ("预备党员", f"{here.probationary} 人"),
            ("一般不超过", f"{most} 人"),
        ),
        _quarter_end(facts.on) if too_many else None,
    )


def committee(facts: Facts, branch: Organization, rule: Regulation) -> Finding | None:
    """O7: who has enough full members has a committee of three to five."""
    if not branch.is_branch or not _has_committee(facts, branch):
        return None
    posts = facts.held_by(branch, *COMMITTEE_ROLES)
    persons = {post.name for post in posts}
    deputies = sum(post.role is Role.DEPUTY_SECRETARY for post in posts)
    asked = rule.parameters
    slips = establishment.committee_slips(
        len(persons),
        deputies,
        least=asked["least"],
        usual_most=asked["usual_most"],
        most=asked["most"],
        most_deputies=asked["deputies"],
    )
    return Finding(
        branch,
        rule,
        State.DUE if slips else State.OK,
        "；".join(slips) or f"支部委员会 {len(persons)} 人",
        f"正式党员 {facts.size(branch).full} 人 ≥ {_committee_from(facts, branch)} 人，"
        "应设支部委员会",
        (
            ("书记、副书记和委员", f"{len(persons)} 人"),
            ("其中副书记", f"{deputies} 人"),
            ("一般", f"{asked['least']} 至 {asked['usual_most']} 人，不超过 {asked['most']} 人"),
        ),
        _quarter_end(facts.on) if slips else None,
    )


def small(facts: Facts, branch: Organization, rule: Regulation) -> Finding | None:
    """O8: a small branch has no committee, so nobody asks for its meetings."""
    if not branch.is_branch or _has_committee(facts, branch):
        return None
    full = facts.size(branch).full
    return Finding(
        branch,
        rule,
        State.OK,
        f"正式党员 {full} 人，只设书记，不核对支委会次数",
        f"{full} < {rule.parameters['committee_from']}",
        (("正式党员", f"{full} 人"), ("设支部委员会", f"{rule.parameters['committee_from']} 人起")),
    )


def term(facts: Facts, organization: Organization, rule: Regulation) -> Finding | None:
    """O9: the term of office; reminded as often as the rule says before it runs out."""
    years = _years(organization)
    if years is None:
        return None
    row = facts.terms.get(organization.pk)
    if row is None:
        return Finding(
            organization, rule, State.DUE, "还没有登记届次，系统无法提醒换届",
            numbers=(("每届任期", f"{years} 年"),), due_on=_quarter_end(facts.on),
        )  # fmt: skip
    until = row.extended_to or row.ends_on
    ahead = terms.reminded(until, facts.on, rule.parameters["remind_months"])
    days = (until - facts.on).days
    if days < 0:
        state, said = State.OVERDUE, f"已于{_day(until)}届满，逾期 {-days} 天"
    elif ahead is not None:
        state, said = State.DUE, f"{_day(until)}届满，还有 {days} 天"
    else:
        state, said = State.OK, f"{_day(until)}届满"
    return Finding(
        organization, rule, state, said,
        f"{_day(row.elected_on)} + {years} 年 = {_day(row.ends_on)}"
        + (f"，批准延期至{_day(until)}" if row.extended_to else ""),
        _of_term(row), until if state is not State.OK else None,
    )  # fmt: skip


def extension(facts: Facts, organization: Organization, rule: Regulation) -> Finding | None:
    """O10: nobody runs over his term without the higher body's word, nor for more than a year."""
    row = facts.terms.get(organization.pk)
    if row is None or _years(organization) is None:
        return None
    most = rule.parameters["most_months"]
    until = row.extended_to or row.ends_on
    latest = terms.months_later(row.ends_on, most)
    numbers = (*_of_term(row), ("延期最晚", _day(latest)))
    if until < facts.on:
        over = "批准的延期也已到期" if row.extended_to else "没有登记上级批准延期"
        return Finding(
            organization, rule, State.OVERDUE, f"届满未换届，{over}",
            f"{_day(until)} < 今天 {_day(facts.on)}", numbers, until,
        )  # fmt: skip
    if row.extended_to and terms.is_too_long(row.ends_on, row.extended_to, most):
        return Finding(
            organization, rule, State.DUE, f"延期至{_day(row.extended_to)}，超过 {most} 个月",
            f"{_day(row.extended_to)} > {_day(row.ends_on)} + {most} 个月 = {_day(latest)}",
            numbers, row.extended_to,
        )  # fmt: skip
    said = f"经批准延期至{_day(row.extended_to)}" if row.extended_to else "未超过任期"
    return Finding(
        organization, rule, State.OK, said, f"{_day(until)} ≥ 今天 {_day(facts.on)}", numbers
    )


def kind(facts: Facts, organization: Organization, rule: Regulation) -> Finding | None:
    """O12, O12B: a state-owned enterprise with many members has a committee of its own."""
    of_enterprise = OrganizationType(organization.type) in _ENTERPRISES
    if not of_enterprise or organization.kind not in (
        OrganizationKind.BRANCH,
        OrganizationKind.GENERAL_BRANCH,
    ):
        return None
    members = sum(
        facts.size(row).members
        for row in facts.organizations
        if row.is_branch and row.path.startswith(organization.path)
    )
    least = rule.parameters["members"]
    wanted = (
        OrganizationKind.GENERAL_BRANCH
        if rule.code == _GENERAL_RULE
        else OrganizationKind.COMMITTEE
    )
    if wanted == organization.kind:
        return None
    upper = facts.rules(organization).get("O12")
    if rule.code == _GENERAL_RULE and upper and members >= upper.parameters["members"]:
        return None  # the committee is asked for instead
    reached = members >= least
    word = wording.ORGANIZATION_KINDS[wanted]
    return Finding(
        organization,
        rule,
        State.DUE if reached else State.OK,
        f"党员 {members} 人" + (f"，应考虑设立{word}" if reached else ""),
        f"{members} {'≥' if reached else '<'} {least}",
        (("党员", f"{members} 人"), (f"设立{word}", f"{least} 人起")),
        _quarter_end(facts.on) if reached else None,
    )


def secretary_standing(facts: Facts, branch: Organization, rule: Regulation) -> Finding | None:
    """O14: a secretary has been a full member for a year when appointed."""
    found = facts.held_by(branch, Role.SECRETARY) if branch.is_branch else []
    if not found or found[-1].regularised_on is None:
        return None
    post = found[-1]
    assert post.regularised_on is not None
    enough = terms.months_later(post.regularised_on, rule.parameters["months"])
    early = post.started_on < enough and facts.on < enough
    return Finding(
        branch,
        rule,
        State.DUE if early else State.OK,
        f"{post.name}转正不满 {rule.parameters['months']} 个月任书记" if early else "书记党龄符合",
        f"{_day(post.regularised_on)} + {rule.parameters['months']} 个月 = {_day(enough)}"
        f" {'>' if post.started_on < enough else '≤'} {_day(post.started_on)}",
        (("书记", post.name), ("转正日期", _day(post.regularised_on)),
         ("任职日期", _day(post.started_on))),
        enough if early else None,
    )  # fmt: skip


def vacancy(facts: Facts, branch: Organization, rule: Regulation) -> Finding | None:
    """O15: a branch without a secretary gets one soon."""
    if not branch.is_branch:
        return None
    found: list[Holder] = facts.held_by(branch, Role.SECRETARY)
    if found:
        return Finding(
            branch, rule, State.OK, f"书记 {found[-1].name}", numbers=(("书记", found[-1].name),)
        )
    since = facts.vacant_since.get(branch.pk, branch.founded_on)
    days = rule.parameters["vacant_days"]
    until = since + dt.timedelta(days=days)
    return Finding(
        branch,
        rule,
        timed(until, facts.on),
        f"书记空缺，自{_day(since)}起",
        f"{_day(since)} + {days} 天 = {_day(until)}",
        (("空缺起", _day(since)), ("应补选", f"{days} 天内")),
        until,
    )


def groups(facts: Facts, branch: Organization, rule: Regulation) -> Finding | None:
    """O16: in a divided branch everybody has a group and every group a leader."""
    divided = facts.groups.get(branch.pk, ())
    if not branch.is_branch or not divided:
        return None
    leaderless = [row.short_name for row in divided if not facts.held_by(row, Role.GROUP_LEADER)]
    lost = facts.size(branch).ungrouped
    slips = establishment.group_slips(
        groups=len(divided), without_group=[""] * lost, leaderless=leaderless
    )
    return Finding(
        branch,
        rule,
        State.DUE if slips else State.OK,
        "；".join(slips) or f"{len(divided)} 个党小组，党员都已编组，组长都已明确",
        numbers=(
            ("党小组", f"{len(divided)} 个"),
            ("没有编组的党员", f"{lost} 人"),
            ("没有组长的党小组", "、".join(leaderless) or "没有"),
        ),
        due_on=_quarter_end(facts.on) if slips else None,
    )


def _has_committee(facts: Facts, branch: Organization) -> bool:
    return establishment.has_committee(facts.size(branch).full, _committee_from(facts, branch))


def _committee_from(facts: Facts, branch: Organization) -> int:
    rule = facts.rules(branch).get(_SMALL_RULE)
    return int(rule.parameters["committee_from"]) if rule else 0


def _years(organization: Organization) -> int | None:
    return terms.term_years(
        OrganizationKind(organization.kind), OrganizationType(organization.type)
    )


def _of_term(row: Term) -> tuple[tuple[str, str], ...]:
    found = [
        ("届次", str(row)),
        ("选举日期", _day(row.elected_on)),
        ("任期届满", _day(row.ends_on)),
    ]
    if row.extended_to:
        found += [("批准延期至", _day(row.extended_to)), ("批复文号", row.extension_reference)]
    return tuple(found)


def _quarter_end(on: dt.date) -> dt.date:
    """Return until when something without a deadline of its own is to be done."""
    return Period.containing(on, PeriodKind.QUARTER).last_day


def _day(day: dt.date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
