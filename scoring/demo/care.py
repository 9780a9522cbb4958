"""What members of the demo branch are to each other: pairs, 小政委, talks, problems, growth."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from activities.operations import (
    problem_conferences,
    problem_follow_ups,
    problem_handling,
    problems,
    supervisions,
)
from activities.operations.problem_conferences import Assignment
from activities.rules.supervision import Satisfaction, Severity, Source
from branches.models import Organization, Post
from branches.queries import working_calendar
from branches.rules.periods import Period
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind
from branches.scope import Scope
from members.models import Member, Membership
from members.queries import rolls
from people.models import (
    Contact,
    HelpNote,
    HelpPlan,
    Pair,
    PoliticalBirthday,
    Recall,
    Steward,
    StewardDay,
    StewardHelp,
    Talent,
    TalentNote,
    Tolerance,
)
from people.operations import mutual_reports, steward_work, talks
from people.operations.talks import Held
from people.rules.pairs import PairKind, Rhythm, Way
from people.rules.stewards import Side, StewardGrade, StewardState
from people.rules.talks import TalkReason
from scoring.demo import care_texts as texts
from scoring.demo.life import Stage

_DAY = dt.timedelta(days=1)
PAIRS = 18
STEPS = {Rhythm.WEEK: 6, Rhythm.FORTNIGHT: 12, Rhythm.MONTH: 24, Rhythm.QUARTER: 70}


def live(stage: Stage) -> None:
    """Let the branch and its members care for each other, in a few statements a chapter."""
    for chapter in (
        _pairs, _households, _stewards, _problems, _talks, _birthdays, _talents, _kept_close,
        _second_branch,
    ):  # fmt: skip
        chapter(stage)


def _pairs(stage: Stage) -> None:
    """Pairs of every kind; every sixth has lost touch, and a third of the branch has nobody."""
    members, kinds = stage.members, (
        PairKind.OLD_NEW, PairKind.SKILL, PairKind.COLLEAGUE, PairKind.APPLICANT,
    )  # fmt: skip
    names = {
        PairKind.COLLEAGUE: iter(texts.COLLEAGUES),
        PairKind.APPLICANT: iter(texts.APPLICANTS),
    }
    rows = []
    for n in range(min(PAIRS, len(members) // 2 - 1)):
        kind = kinds[n % 4]
        helped = members[-1 - n] if kind not in names else None
        name = helped.name if helped else next(names[kind], None)
        if name is None:
            continue
        rhythm = {0: Rhythm.WEEK, 3: Rhythm.QUARTER}.get(n % 7, Rhythm.MONTH)
        rows.append(
            Pair(
                branch=stage.branch, kind=kind, helper=members[1 + n], helped=helped,
                helped_name=name, rhythm=rhythm, started_on=stage.ago(260 - n),
                purpose="熟悉岗位、遵章作业", formed_by=stage.secretary,
                formed_at=stage.at(stage.ago(260 - n), 10),
            )
        )  # fmt: skip
    made = Pair.objects.bulk_create(rows)
    ways = list(Way)
    _contacts(stage, [
        (pair, stage.ago(back), ways[(n + back) % len(ways)])
        for n, pair in enumerate(made)
        for back in range(110 if n % 6 == 5 else 2, 250 - n, STEPS[Rhythm(pair.rhythm)])
    ])  # fmt: skip


def _households(stage: Stage) -> None:
    """Households of two branches, ten and more a member, a few not visited for long."""
    places = [stage.branch, *_siblings(stage)[:1]]
    rows = []
    for place, branch in enumerate(places):
        people = (
            stage.members[4:7]
            if branch == stage.branch
            else list(rolls.members_of(branch, stage.today).select_related("user").order_by("pk"))[
                :2
            ]
        )
        for n, helper in enumerate(people):
            for number in range(11 if n else 8):
                surname = texts.SURNAMES[(place * 7 + n * 11 + number) % len(texts.SURNAMES)]
                rows.append(
                    Pair(
                        branch=branch, kind=PairKind.HOUSEHOLD, helper=helper,
                        helped_name=f"{surname}家（{n + 1}0{number + 1}室）", area=texts.AREAS[n],
                        rhythm=Rhythm.QUARTER, started_on=stage.ago(220),
                        formed_by=stage.secretary, formed_at=stage.at(stage.ago(220), 10),
                    )
                )  # fmt: skip
    made = Pair.objects.bulk_create(rows)
    _contacts(stage, [
        (pair, stage.ago(back), Way.VISIT)
        for n, pair in enumerate(made)
        for back in ((130,) if n % 9 == 4 else (12 + n % 20, 90, 170))
    ])  # fmt: skip


def _contacts(stage: Stage, told: list[tuple[Pair, dt.date, Way]]) -> None:
    Contact.objects.bulk_create(
        Contact(
            pair=pair, on=on, way=way, entered_by=pair.helper.user or stage.secretary,
            entered_at=stage.at(on, 18),
        )
        for pair, on, way in told
    )  # fmt: skip


def _stewards(stage: Stage) -> None:
    """One 小政委 was chosen, the other groups have their leaders; what a chosen one does."""
    groups = list(
        Organization.objects.filter(parent=stage.branch, kind=OrganizationKind.GROUP).order_by(
            "path"
        )
    )
    people = _of_groups(stage, groups)
    if not groups or not all(people.get(group.pk) for group in groups[:2]):
        return
    chosen = people[groups[0].pk][-1]
    Steward.objects.create(
        organization=groups[0], member=chosen, state=StewardState.APPOINTED,
        criteria={"standing": "立场坚定，带头守纪", "skill": "岗位能手", "trust": "班组同志信得过"},
        recommended_on=stage.ago(210), recommendation="班组会上一致推荐",
        recommended_by=stage.deputy, decided_on=stage.ago(205), decision="支委会研究同意",
        decided_by=stage.secretary,
        appointed_on=stage.ago(203), appointed_by=stage.secretary,
    )  # fmt: skip
    calendar = working_calendar.working_calendar(stage.ago(60), stage.today)
    days = [day for back in range(1, 60) if calendar.is_working(day := stage.ago(back))]
    leaders = Post.objects.filter(
        organization__in=groups[1:2], role=Role.GROUP_LEADER, user__member__isnull=False
    )
    at_work = [
        (groups[0], chosen),
        *((post.organization, post.user.member) for post in leaders.select_related("user__member")),
    ]
    StewardDay.objects.bulk_create(
        StewardDay(
            organization=group, member=member, on=day,
            text=texts.STEWARD_DAYS[(n + shift) % len(texts.STEWARD_DAYS)],
            entered_by=member.user or stage.secretary, entered_at=stage.at(day, 17),
        )
        for shift, (group, member) in enumerate(at_work)
        for n, day in enumerate(days)
    )  # fmt: skip
    monday = stage.today - _DAY * stage.today.weekday()
    helped = people[groups[0].pk]
    StewardHelp.objects.bulk_create(
        StewardHelp(
            organization=groups[0], member=chosen, week_of=monday - _DAY * 7 * n,
            helped=helped[n % (len(helped) - 1)],
            helped_name=helped[n % (len(helped) - 1)].name,
            what=what, outcome=outcome, entered_by=chosen.user or stage.secretary,
            entered_at=stage.at(min(monday - _DAY * (7 * n - 3), stage.today), 17),
        )
        for n, (what, outcome) in enumerate(texts.STEWARD_HELPS)
        if len(helped) > 1
    )  # fmt: skip
    month = Period.containing(stage.today).previous
    report = steward_work.hand_in(
        organization=groups[0], member=chosen, month=month,
        remark="班组总体稳定，下月抓好冬季检修。",
        by=chosen.user or stage.secretary, at=stage.at(month.last_day, 16),
    )  # fmt: skip
    steward_work.assess(
        report=report, side=Side.BRANCH, grade=StewardGrade.GOOD,
        advice="日跟班要写具体事，少写套话。", by=stage.secretary, at=stage.at(month.end, 10),
    )  # fmt: skip


def _of_groups(stage: Stage, groups: list[Organization]) -> dict[int, list[Member]]:
    by_pk = {member.pk: member for member in stage.members}
    rows = Membership.objects.home().on(stage.today).filter(group__in=groups)
    found: dict[int, list[Member]] = {}
    for group, member in rows.order_by("group", "member").values_list("group", "member"):
        if member in by_pk:
            found.setdefault(group or 0, []).append(by_pk[member])
    return found


def _problems(stage: Stage) -> None:
    """Problems at every level: closed and looked back on, supervised, passed on, new."""
    pair = Pair.objects.filter(branch=stage.branch).order_by("pk").first()
    aid = StewardHelp.objects.order_by("pk").first()
    keys = {"PAIR": pair.pk if pair else None, "STEWARD": aid.pk if aid else None}
    open_ones = []
    for n, (severity, source, whose, text, fate) in enumerate(texts.PROBLEMS):
        raised = stage.at(stage.ago(3 if severity == "URGENT" else 44 - n), 9)
        row = problems.raise_from(
            source=Source(source), source_id=keys.get(source), organization=stage.branch,
            text=text, whose=whose, severity=Severity(severity), asker=stage.person(9 + n),
            owner=stage.person(2 + n) if fate in ("closed", "supervised") else None,
            measures="现场核实，明确责任人和时限，限期解决。", by=stage.secretary, at=raised,
        )  # fmt: skip
        if fate == "closed":
            problems.close(
                problem=row, closed_on=stage.ago(35), outcome="延长供水两小时，已连续运行一个月。",
                by=stage.secretary, at=stage.at(stage.ago(35), 15),
            )  # fmt: skip
            problem_follow_ups.give_feedback(
                problem=row, satisfaction=Satisfaction.SATISFIED, note="", on=stage.ago(33),
                by=stage.person(9 + n).user or stage.deputy, at=stage.at(stage.ago(33), 10),
            )  # fmt: skip
            problem_follow_ups.look_back(
                problem=row, text="现场查看，供水正常，没有反复。", holds=True, on=stage.ago(4),
                by=stage.secretary, at=stage.at(stage.ago(4), 10),
            )  # fmt: skip
            problem_follow_ups.keep_case(
                problem=row, title="热水供应延长两小时",
                text="收集意见、测算用量、错峰供水、请职工回访。",
                names_are_meant=True, by=stage.secretary, at=stage.at(stage.ago(4), 11),
            )  # fmt: skip
        elif fate == "supervised":
            supervisions.issue(
                problem=row, issuer=stage.root, demand="请十个工作日内拿出降噪方案并答复。",
                due_on=stage.ahead(6), reach=Scope.over([stage.root.path]), by=stage.office,
                at=stage.at(stage.ago(8), 10),
            )  # fmt: skip
        elif fate == "escalated":
            problem_handling.escalate(
                problem=row, reason="通勤车由公司统一安排，支部无法解决。", by=stage.secretary,
                at=stage.at(stage.ago(20), 10),
            )  # fmt: skip
        elif severity != "URGENT":
            open_ones.append(row)
    problem_conferences.hold(
        organization=stage.branch, held_on=stage.ago(12), present="支委会、班组长、职工代表",
        summary="逐项研究，明确第一责任人。",
        assignments=[Assignment(row, stage.person(5), stage.ahead(15)) for row in open_ones],
        by=stage.secretary, at=stage.at(stage.ago(12), 16),
    )  # fmt: skip


def _talks(stage: Stage) -> None:
    """Talks held this year, and three that are due; what was said is neutral."""
    for n, member in enumerate(stage.members[6:12]):
        talker = (stage.secretary, stage.deputy)[n % 2]
        day = stage.ago(20 + 17 * n)
        talks.record(
            member=member, reason=TalkReason.REGULAR, by=talker, at=stage.at(day, 17),
            held=Held(held_on=day, place="支部办公室", note=texts.TALK_NOTE),
        )  # fmt: skip
    reasons = (TalkReason.HONOURED, TalkReason.JOB_CHANGED, TalkReason.ILL)
    for n, reason in enumerate(reasons):
        talks.arrange(
            member=stage.person(13 + n), reason=reason, due_on=stage.ahead(2 + n),
            talker=stage.person(0), by=stage.deputy, at=stage.at(stage.ago(2), 10),
        )  # fmt: skip


def _birthdays(stage: Stage) -> None:
    month = [
        member
        for member in stage.members
        if member.admitted_on and member.admitted_on.month == stage.today.month
        and member.admitted_on.day <= stage.today.day
    ]  # fmt: skip
    PoliticalBirthday.objects.bulk_create(
        PoliticalBirthday(
            branch=stage.branch, member=member, year=stage.today.year, greeting=texts.GREETING,
            greeted_on=stage.today.replace(day=member.admitted_on.day),
            greeted_by=stage.secretary,
        )
        for member in month[:4]
        if member.admitted_on
    )  # fmt: skip


def _talents(stage: Stage) -> None:
    """One in the pool with a mentor and a file, one newly recommended."""
    young = sorted(
        (m for m in stage.members if m.birth_date),
        key=lambda member: (member.birth_date, member.pk), reverse=True,
    )[:2]  # fmt: skip
    if len(young) < 2:
        return
    talent = Talent.objects.create(
        branch=stage.branch, member=young[0], tier="GOOD", state="CONFIRMED",
        recommended_on=stage.ago(150), recommendation=texts.TALENT,
        recommended_by=stage.secretary, examined_on=stage.ago(130), examination="考察合格",
        examined_by=stage.office, published_on=stage.ago(120), published_until=stage.ago(113),
        confirmed_on=stage.ago(110), confirmed_by=stage.leader, mentor=stage.person(1),
    )  # fmt: skip
    TalentNote.objects.create(
        talent=talent, on=stage.ago(60), text="参加青年骨干培训班，结业考核优秀。",
        entered_by=stage.secretary, entered_at=stage.at(stage.ago(60), 10),
    )  # fmt: skip
    Talent.objects.create(
        branch=stage.branch, member=young[1], tier="GOOD", recommended_on=stage.ago(5),
        recommendation=texts.TALENT, recommended_by=stage.secretary,
    )  # fmt: skip


def _kept_close(stage: Stage) -> None:
    """One recall in training's follow-up, one tolerance granted, one plan of help."""
    recalled, trying, helped = stage.person(17), stage.person(18), stage.person(19)
    Recall.objects.create(
        branch=stage.branch, member=recalled, state="FOLLOW_UP", listed_on=stage.ago(35),
        reason=texts.RECALL_REASON, told_on=stage.ago(35), training_from=stage.ago(30),
        training_until=stage.ago(24), exam=Decimal(82), assessment=Decimal(78),
        assessed_on=stage.ago(23), follow_until=stage.ahead(8), listed_by=stage.secretary,
        listed_at=stage.at(stage.ago(35), 10),
    )  # fmt: skip
    matter, finding, decision = texts.TOLERANCE
    Tolerance.objects.create(
        branch=stage.branch, member=trying, state="GRANTED", matter=matter,
        asked_on=stage.ago(40), due_on=stage.ago(10), finding=finding,
        investigated_on=stage.ago(28), investigated_by=stage.office, decision=decision,
        decided_on=stage.ago(20), decided_by=stage.leader, fed_back_on=stage.ago(18),
        asked_by=trying.user or stage.secretary, asked_at=stage.at(stage.ago(40), 10),
    )  # fmt: skip
    reason, plan = texts.HELP
    started = stage.ago(75)
    made = HelpPlan.objects.create(
        branch=stage.branch, member=helped, first_official="陆川", second_official="秦岚",
        committee_member=stage.person(2), reason=reason, plan=plan, told_on=started,
        started_on=started, ends_on=started + _DAY * 365, made_by=stage.secretary,
        made_at=stage.at(started, 10),
    )  # fmt: skip
    HelpNote.objects.bulk_create(
        HelpNote(
            help_plan=made, on=stage.ago(back), text="谈心一次，参加了当月主题党日。",
            entered_by=stage.secretary, entered_at=stage.at(stage.ago(back), 16),
        )
        for back in (48, 18)
    )  # fmt: skip


def _second_branch(stage: Stage) -> None:
    """A member who also takes part in another branch; last quarter's report of it."""
    others = _siblings(stage)
    if not others:
        return
    member, other = stage.person(20), others[-1]
    Membership.objects.get_or_create(
        member=member,
        branch=other,
        kind=Membership.Kind.SECOND,
        ended_on=None,
        defaults={"started_on": stage.ago(200)},
    )
    quarter = Period.parse(f"{stage.ago(95).year}Q{(stage.ago(95).month - 1) // 3 + 1}")
    mutual_reports.send(
        member=member, sender=stage.branch, receiver=other, period=quarter,
        is_excellent_possible=True, remark="按时参加组织生活，工作表现良好。",
        by=stage.secretary, at=stage.at(stage.ago(6), 10),
    )  # fmt: skip


def _siblings(stage: Stage) -> list[Organization]:
    return list(
        Organization.objects.subtree_of(stage.root)
        .of_kind(OrganizationKind.BRANCH)
        .exclude(pk=stage.branch.pk)
        .order_by("path")
    )
