"""Accounts, members, their life in the Party, and who holds which post."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from branches.rules import terms
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind, OrganizationType
from members import name_keys
from members.rules import id_numbers
from members.rules.status import Education, EventKind, ExemptionReason, MemberStatus
from scoring.demo import names
from scoring.demo.chance import mixed
from scoring.demo.company import (
    ADMINISTRATOR,
    AUDITOR,
    TEMPLATE,
    Branch,
    Company,
    user_id,
)
from scoring.demo.rows import line, moment

# No district has these codes, so no number is anybody's.
_REGION = 119_900
_DUTIES = {
    5: ("", "", "组织委员", "宣传委员", "纪检委员"),
    3: ("", "组织委员", "纪检委员"),
}
_WORK = {
    OrganizationType.ENTERPRISE_FRONT: (
        "采煤机司机", "掘进机司机", "支架工", "爆破工", "班长", "瓦斯检查员", "安全员", "技术员",
    ),
    OrganizationType.ENTERPRISE_SURFACE: (
        "维修电工", "钳工", "皮带司机", "选煤工", "调度员", "化验员", "班长", "技术员",
    ),
    OrganizationType.ENTERPRISE_OFFICE: (
        "科员", "主管", "会计", "政工员", "工程师", "档案管理员", "副科长", "科长",
    ),
}  # fmt: skip
_EDUCATIONS = {
    OrganizationType.ENTERPRISE_FRONT: (
        Education.JUNIOR, Education.SENIOR, Education.SENIOR, Education.COLLEGE,
        Education.COLLEGE, Education.BACHELOR,
    ),
    OrganizationType.ENTERPRISE_SURFACE: (
        Education.SENIOR, Education.SENIOR, Education.COLLEGE, Education.COLLEGE,
        Education.BACHELOR, Education.BACHELOR,
    ),
    OrganizationType.ENTERPRISE_OFFICE: (
        Education.COLLEGE, Education.BACHELOR, Education.BACHELOR, Education.BACHELOR,
        Education.MASTER, Education.COLLEGE,
    ),
}  # fmt: skip
_HONOURS = ("青峰矿业优秀共产党员", "安全生产先进个人", "青峰矿业劳动模范", "优秀党务工作者")

USERS = (
    "id", "password", "last_login", "username", "name", "is_active", "must_change_password",
    "created_at",
)  # fmt: skip
MEMBERS = (
    "id", "name", "name_pinyin", "name_strokes", "sex", "birth_date", "id_number",
    "id_number_digest", "phone", "employee_number", "education", "work_post", "status",
    "admitted_on", "regularised_on", "user_id",
)  # fmt: skip
MEMBERSHIPS = ("member_id", "branch_id", "group_id", "kind", "started_on", "ended_on")
EXEMPTIONS = ("member_id", "reason", "note", "started_on", "ended_on")
EVENTS = ("member_id", "kind", "happened_on", "note", "recorded_at")
POSTS = ("user_id", "organization_id", "role", "duty", "started_on", "ended_on")
TERMS = (
    "organization_id", "ordinal", "elected_on", "ends_on", "extended_to", "extension_reference",
)  # fmt: skip
NOTICES = ("recipient_id", "text", "url", "created_at", "read_at")


@dataclass(frozen=True, slots=True)
class Secrets:
    """What keeps the sensitive columns: sealing, lookup digests and the one password's hash."""

    seal_id_number: Callable[[str], str]
    digest_id_number: Callable[[str], str]
    seal_phone: Callable[[str], str]
    password: str


class People:
    """Who is who, computed from the number of a member."""

    def __init__(self, company: Company) -> None:
        self.company = company
        branch = company.demo_branch
        self.usernames: dict[int, str] = {
            branch.secretary: "shuji",
            branch.first + branch.committee: "zuzhang",
            branch.other(0): "dangyuan",
            company.reviewer: "dangwei",
            company.leader: "dangweishuji",
        }
        self.unusual = self._unusual()
        self.officers = {
            member for _, members in company.committee_posts() for member in members
        } | {company.reviewer, branch.other(0)}

    def _unusual(self) -> dict[int, str]:
        first = self.company.branches[: len(TEMPLATE)]
        return {branch.last - 2: names.unusual(branch.number) for branch in first}

    def is_female(self, member: int, branch: Branch) -> bool:
        if member in self.unusual:
            return self.unusual[member].startswith(("李", "阿", "古"))
        women = {
            OrganizationType.ENTERPRISE_FRONT: 4,
            OrganizationType.ENTERPRISE_SURFACE: 22,
            OrganizationType.ENTERPRISE_OFFICE: 40,
        }[branch.unit.type]
        return mixed(self.company.seed, member, 7) % 100 < women

    def name(self, member: int, branch: Branch) -> str:
        """Return a member's name; ``branch`` is the one whose range the member is of."""
        if member in self.unusual:
            return self.unusual[member]
        return names.person(self.company.seed, member, female=self.is_female(member, branch))

    def has_account(self, member: int, branch: Branch) -> bool:
        return (
            self.company.is_detailed
            or member - branch.first < branch.posts
            or member in self.officers
        )

    def username(self, member: int) -> str:
        return self.usernames.get(member, f"qf{member:07d}")

    def everybody(self) -> Iterator[tuple[int, Branch]]:
        for branch in self.company.branches:
            for member in range(branch.first, branch.first + branch.size):
                yield member, branch


def users(people: People, secrets: Secrets) -> Iterator[str]:
    since = moment(people.company.start, "08:00:00")

    def row(number: int, username: str, name: str) -> str:
        return line(number, secrets.password, None, username, name, True, False, since)

    yield row(ADMINISTRATOR, "admin", "卢静")
    yield row(AUDITOR, "shenji", "韩立军")
    for member, branch in people.everybody():
        if people.has_account(member, branch):
            yield row(user_id(member), people.username(member), people.name(member, branch))


def members(people: People, secrets: Secrets) -> Iterator[str]:
    company = people.company
    today, seed = company.today, company.seed
    born_that_day: dict[tuple[int, int], int] = {}
    for member, branch in people.everybody():
        bits = mixed(seed, member, 1)
        female = people.is_female(member, branch)
        name = people.name(member, branch)
        young = member in branch.probationary
        age = 22 + bits % 14 if young else 26 + bits % (26 if female else 33)
        born = dt.date(today.year - age, 1, 1) + dt.timedelta(days=(bits >> 8) % 365)
        place = born.toordinal(), female
        turn = born_that_day.get(place, 0)
        born_that_day[place] = turn + 1
        region, turn = divmod(turn, 500)
        digits = f"{_REGION + region}{born:%Y%m%d}{2 * turn + (not female):03d}"
        number = digits + id_numbers.check_character(digits)
        phone = f"199{(bits >> 20) % 10000:04d}{member % 10000:04d}"
        admitted, regularised = admission(member, branch, born, bits)
        status = MemberStatus.PROBATIONARY if young else MemberStatus.FULL
        if member in branch.left and member not in _moved(company):
            status = MemberStatus.LEFT
        work = _WORK[branch.unit.type]
        education = _EDUCATIONS[branch.unit.type]
        yield line(
            member,
            name,
            *_name_keys(name),
            "F" if female else "M",
            born,
            secrets.seal_id_number(number),
            secrets.digest_id_number(number),
            secrets.seal_phone(phone),
            f"QF{member:07d}",
            education[(bits >> 30) % len(education)],
            work[(bits >> 34) % len(work)],
            status,
            admitted,
            regularised,
            user_id(member) if people.has_account(member, branch) else None,
        )


@lru_cache(maxsize=65_536)
def _name_keys(name: str) -> tuple[str, str]:
    return name_keys.pinyin_key(name), name_keys.stroke_key(name)


def admission(
    member: int, branch: Branch, born: dt.date, bits: int
) -> tuple[dt.date, dt.date | None]:
    """Return when a member was admitted and (None: not yet) became a full member."""
    if member in branch.probationary:
        return branch.probationary[member], None
    at_age = 19 + (bits >> 40) % 5
    admitted = dt.date(born.year + at_age, 1 + (bits >> 44) % 12, 1 + (bits >> 48) % 28)
    return admitted, terms.years_later(admitted, 1)


def _moved(company: Company) -> Mapping[int, dt.date]:
    return {
        member: day for branch in company.branches[:12] for member, day in branch.guests.items()
    }


def memberships(people: People) -> Iterator[str]:
    company = people.company
    for member, branch in people.everybody():
        since = branch.probationary.get(member) or branch.joined.get(member)
        if since is None:
            since = dt.date(company.start.year - 1 - member % 8, 1 + member % 12, 1)
        group = branch.group_id(branch.group_of(member))
        yield line(member, branch.id, group, "HOME", since, branch.left.get(member))
    for branch in company.branches[: len(TEMPLATE)]:
        for member, day in branch.guests.items():
            group = branch.group_id(branch.group_of(member))
            yield line(member, branch.id, group, "HOME", day, None)


def exemptions(company: Company) -> Iterator[str]:
    notes = {
        ExemptionReason.ILL: "本人申请，支委会研究同意，送学上门",
        ExemptionReason.AWAY: "外出务工流动党员，已办理活动证",
    }
    for branch in company.branches:
        for member, (reason, since, until) in branch.exempt.items():
            yield line(member, reason, notes[reason], since, until)


def events(people: People) -> Iterator[str]:
    company = people.company
    for member, branch in people.everybody():
        bits = mixed(company.seed, member, 1)
        young = member in branch.probationary
        female = people.is_female(member, branch)
        age = 22 + bits % 14 if young else 26 + bits % (26 if female else 33)
        born = dt.date(company.today.year - age, 1, 1) + dt.timedelta(days=(bits >> 8) % 365)
        admitted, regularised = admission(member, branch, born, bits)
        told = moment(company.start, "09:00:00")
        later = moment(max(company.start, admitted), "17:00:00")
        yield line(member, EventKind.ADMITTED, admitted, "支部党员大会通过", later)
        if regularised is not None:
            yield line(member, EventKind.REGULARISED, regularised, "按期转正", told)
        if bits >> 52 & 15 == 0 and not young:
            honoured = company.today - dt.timedelta(days=30 + (bits >> 56) * 2 % 500)
            honour = _HONOURS[(bits >> 50) % len(_HONOURS)]
            yield line(member, EventKind.HONOURED, honoured, honour, moment(honoured, "17:00:00"))
        if member in branch.joined:
            day = branch.joined[member]
            yield line(member, EventKind.MOVED_IN, day, "由外单位转入", moment(day, "10:00:00"))
    moved = _moved(company)
    for branch in company.branches[: len(TEMPLATE)]:
        for member, day in branch.left.items():
            kind = EventKind.MOVED if member in moved else EventKind.MOVED_OUT
            note = "因工作调动调整支部" if member in moved else "组织关系转出"
            yield line(member, kind, day, note, moment(day, "10:00:00"))


def posts(people: People) -> Iterator[str]:
    company = people.company
    root = company.roots[0]
    yield line(ADMINISTRATOR, root.id, Role.ADMINISTRATOR, "", company.start, None)
    yield line(AUDITOR, root.id, Role.AUDITOR, "", company.start, None)
    yield line(user_id(company.reviewer), root.id, Role.REVIEWER, "", company.start, None)
    roles = (Role.SECRETARY, Role.DEPUTY_SECRETARY, Role.COMMITTEE_MEMBER)
    for unit, holders in company.committee_posts():
        since = elections(unit.id, unit.kind, company)[-1][0]
        duties = ("", "", "组织委员")
        for role, duty, member in zip(roles, duties, holders, strict=False):
            yield line(user_id(member), unit.id, role, duty, since, None)
    for branch in company.branches:
        since = elections(branch.id, OrganizationKind.BRANCH, company)[-1][0]
        for place, duty in enumerate(_DUTIES[branch.committee]):
            role = Role.COMMITTEE_MEMBER
            if place == 0:
                role = Role.SECRETARY
            elif duty == "":
                role = Role.DEPUTY_SECRETARY
            yield line(user_id(branch.first + place), branch.id, role, duty, since, None)
        for group in range(branch.groups):
            yield line(
                user_id(branch.leader(group)), branch.group_id(group), Role.GROUP_LEADER, "",
                since, None,
            )  # fmt: skip


def elections(unit: int, kind: OrganizationKind, company: Company) -> list[tuple[dt.date, dt.date]]:
    """Return the last two terms of office, each with its end; one of them is overdue."""
    years = terms.term_years(kind, OrganizationType.ENTERPRISE_FRONT)
    assert years is not None  # only groups have no term
    story = {branch.id: branch.number for branch in company.branches[: len(TEMPLATE)]}
    ends_in = 200 + mixed(company.seed, unit, 31) % (years * 365 - 620)
    if story.get(unit) == 6:  # 运输队: overdue for ten weeks
        ends_in = -70
    elif story.get(unit) == 7:  # 选煤厂: due in seven weeks
        ends_in = 48
    elif story.get(unit) == 8:  # 地测队: past its end, extension approved
        ends_in = -30
    elected = terms.years_later(company.today + dt.timedelta(days=ends_in), -years)
    before = terms.years_later(elected, -years)
    return [
        (before, terms.term_end(before, years)),
        (elected, terms.term_end(elected, years)),
    ]


def terms_of_office(company: Company) -> Iterator[str]:
    units = [(unit.id, unit.kind) for unit in company.committees]
    units += [(branch.id, branch.unit.kind) for branch in company.branches]
    extended = company.branches[8].id
    for unit, kind in units:
        ordinal = 2 + unit % 5
        (first, first_end), (second, second_end) = elections(unit, kind, company)
        yield line(unit, ordinal, first, first_end, None, "")
        until = second_end + dt.timedelta(days=120) if unit == extended else None
        reference = f"青矿党〔{company.today.year}〕{17} 号" if until else ""
        yield line(unit, ordinal + 1, second, second_end, until, reference)


def notices(people: People) -> Iterator[str]:
    """Yield what waits for the people who try the demonstration."""
    company = people.company
    branch = company.demo_branch
    month = company.finished[-1].label
    now = company.periods[-1].first_day
    earlier = now - dt.timedelta(days=18)
    told = (
        (branch.secretary, f"{month}星级党支部考评已核算，请查看本支部得分。", now, False),
        (branch.secretary, "本支部委员会任期将满，请提前准备换届选举。", now, False),
        (branch.secretary, "请于每月 5 日前安排好当月主题党日。", earlier, True),
        (branch.other(0), f"{month}党员积分已核算，可在“我的积分”查看每一分的来源。", now, False),
        (branch.other(0), "您主讲的微党课已登记，感谢您的准备。", earlier, True),
        (branch.first + branch.committee, "本月党小组会请按时召开并当日登记。", now, False),
        (company.reviewer, f"{month}各支部检查打分已全部登记。", now, False),
        (company.reviewer, "运输队党支部任期已满，尚未换届。", earlier, False),
    )
    for member, text, day, read in told:
        yield line(
            user_id(member),
            text,
            "",
            moment(day, "02:30:00"),
            moment(day, "08:10:00") if read else None,
        )
