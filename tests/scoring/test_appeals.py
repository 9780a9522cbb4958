"""Appeals: until when and to what, who answers, and what an upheld one changes."""

import datetime as dt
from decimal import Decimal

import pytest

from branches.access import Grants
from branches.models import AuditEntry, Post, User
from branches.rules.roles import Role
from branches.rules.tree import OrganizationType
from members.models import Exemption, Member
from scoring import duties
from scoring.models import Appeal, Round, Run, Score
from scoring.operations import corrections, rollups
from scoring.operations.appeals import (
    CannotAppeal,
    file,
    give_opinion,
    reject,
    uphold,
    withdraw,
)
from scoring.operations.rounds import CannotStep, take
from scoring.queries import appeals, rounds
from scoring.rules import reading
from scoring.rules.rounds import AppealState, RoundState, RoundStep
from tests.conftest import FOUNDED
from tests.scoring.grading import (
    AUGUST,
    LATER,
    OPENED,
    POINTS,
    PUBLIC_UNTIL,
    PUBLISHED,
    STARS,
    adopt,
    begun,
    computed,
    enter,
    moment,
    notes,
    refused,
)

S, T = RoundState, RoundStep
D = Decimal


@pytest.fixture
def reviewer(person, committee) -> User:
    return person(Role.REVIEWER, committee).user


@pytest.fixture
def leader(person, committee) -> User:
    return person(Role.SECRETARY, committee).user


@pytest.fixture
def secretary(person, branch_a) -> User:
    return person(Role.SECRETARY, branch_a).user


@pytest.fixture
def stars(committee, branch_a, branch_b, reviewer) -> Run:
    enter("stars", "files", 85, branch_a, reviewer)
    enter("stars", "slips", 1, branch_a, reviewer)
    enter("stars", "files", 95, branch_b, reviewer)
    enter("stars", "accident", 1, branch_b, reviewer)
    return computed(adopt(committee, STARS))


@pytest.fixture
def public(stars, reviewer) -> Round:
    return begun(stars, reviewer, S.PUBLIC)


@pytest.fixture
def points(committee, branch_a, reviewer, join) -> Run:
    member = join(branch_a, "甲")
    enter("points", "duty", 50, branch_a, reviewer, member)
    return computed(adopt(committee, POINTS))


@pytest.fixture
def member(points, person) -> Member:
    found = Member.objects.get()
    found.user = person().user
    found.save()
    return found


@pytest.fixture
def own(points, member, branch_a, reviewer) -> Appeal:
    """A member's own appeal, on the last day."""
    return file(
        round=begun(points, reviewer, S.PUBLIC), organization=branch_a, member=member,
        item_code="duty", text="少计一次值班", by=member.user, at=moment(10, 15, 23),
    )  # fmt: skip


def _file(round_, organization, by, item="files", text="少计一次", at=PUBLISHED) -> Appeal:
    return file(
        round=round_, organization=organization, member=None, item_code=item, text=text, by=by,
        at=at,
    )  # fmt: skip


def _uphold(appeal, by, quantity=None, base=None, *, lifts_veto=False, answer="属实", at=LATER):
    """Uphold an appeal and have its round rated again, as the job does."""
    made = _upheld(appeal, by, quantity, base, lifts_veto=lifts_veto, answer=answer, at=at)
    corrections.rate_again(correction=made, at=at)
    made.refresh_from_db()
    return made


def _upheld(appeal, by, quantity=None, base=None, *, lifts_veto=False, answer="属实", at=LATER):
    return uphold(
        appeal=appeal, quantity=quantity, base=base, lifts_veto=lifts_veto, answer=answer, by=by,
        at=at,
    )  # fmt: skip


def _row(run: Run, organization) -> tuple[str, int | None, int | None, str]:
    score = Score.objects.get(run=run, organization=organization)
    return str(score.total), score.rank, score.star, score.veto


# Filing


def test_an_appeal_waits_for_its_answer_on_the_working_day_clock(
    public, secretary, reviewer, leader, person, committee, branch_a, branch_b
):
    elsewhere = person(Role.REVIEWER, branch_b).user
    former = person(Role.REVIEWER, committee).user
    Post.objects.filter(user=former).update(ended_on=PUBLISHED.date())

    filed = _file(public, branch_a, secretary, text=" 少计一次 ")

    assert (filed.item_title, filed.text, filed.state) == ("档案", "少计一次", AppealState.FILED)
    # The 10th is a worked Saturday, the 11th is off: 10, 12, 13, 14.
    assert filed.due_on == dt.date(2026, 10, 14)
    told = ["采煤党支部对“档案”提出申诉，答复期限 2026 年 10 月 14 日。"]
    assert [notes(user) for user in (reviewer, leader, elsewhere, former)] == [told, [], [], []]
    assert AuditEntry.objects.get(action="appeal.filed").after == {
        "title": "档案",
        "due_on": "2026-10-14",
    }  # what was said stays with the appeal


@pytest.mark.parametrize(("at", "late"), [(moment(10, 15, 23), False), (moment(10, 16, 0), True)])
def test_an_appeal_is_filed_until_the_notice_ends(public, secretary, branch_a, at, late):
    if late:
        with refused(
            CannotAppeal,
            "公示已于 2026 年 10 月 15 日结束，不再受理申诉；如有问题请直接向负责考评的部门反映。",
        ):
            _file(public, branch_a, secretary, at=at)
    else:
        assert _file(public, branch_a, secretary, at=at).filed_at == at


@pytest.mark.parametrize("state", [S.FIRST, S.COMMENTS, S.VERIFYING, S.DECIDING])
def test_only_what_is_published_is_appealed(stars, reviewer, secretary, branch_a, state):
    with refused(
        CannotAppeal,
        "现在不在公示期，不能申诉；公示开始后再提出，已审定的结果不再受理。",
    ):
        _file(begun(stars, reviewer, state), branch_a, secretary)


NO_LINE = "得分里没有这一项，请从得分明细中选择要申诉的项目。"


@pytest.mark.parametrize(
    ("where", "item", "title"),
    [
        ("a", "files", "档案"),
        ("a", "slips", "疏漏"),
        ("b", "accident", "一票否决：安全事故"),
        ("b", "files", "档案"),
        ("a", "accident", None),  # not vetoed
        ("a", "field", None),  # an item of other types
        ("a", "nothing", None),
    ],
)
def test_an_appeal_names_a_line_of_the_score(
    public, secretary, branch_a, branch_b, where, item, title
):
    subject = {"a": branch_a, "b": branch_b}[where]
    if title is None:
        with refused(CannotAppeal, NO_LINE):
            _file(public, subject, secretary, item)
    else:
        assert _file(public, subject, secretary, item).item_title == title


def test_an_item_of_the_own_type_is_appealed(committee, branch_a, reviewer, secretary):
    branch_a.type = OrganizationType.RURAL
    branch_a.save()
    enter("stars", "files", 85, branch_a, reviewer)
    round_ = begun(computed(adopt(committee, STARS)), reviewer, S.PUBLIC)

    assert _file(round_, branch_a, secretary, "field").item_title == "入户走访"


def test_only_who_has_a_score_is_appealed_for(public, committee, secretary):
    with refused(CannotAppeal, "这次公示里没有该对象的得分，请核对所选的支部或党员。"):
        _file(public, committee, secretary)


def test_the_exempt_have_nothing_to_appeal_to(points, member, branch_a, reviewer):
    Exemption.objects.create(member=member, reason="ill", started_on=FOUNDED)
    anew = computed(points.version)
    with refused(CannotAppeal, "本期免考评，没有可申诉的得分；对免考评有异议请向所在党支部反映。"):
        file(
            round=begun(anew, reviewer, S.PUBLIC), organization=branch_a, member=member,
            item_code="duty", text="申诉", by=member.user, at=PUBLISHED,
        )  # fmt: skip


def test_one_appeal_of_a_line_waits_at_a_time(public, secretary, reviewer, branch_a, branch_b):
    first = _file(public, branch_a, secretary)
    with refused(CannotAppeal, "“档案”已有一件申诉等待答复，不用重复提出。"):
        _file(public, branch_a, secretary)

    _file(public, branch_a, secretary, "slips")
    _file(public, branch_b, secretary)
    reject(appeal=first, answer="记录无误", by=reviewer, at=PUBLISHED)

    assert _file(public, branch_a, secretary).pk != first.pk


def test_an_appeal_gives_reasons(public, secretary, branch_a):
    with refused(CannotAppeal, "申诉理由不能为空，请写明后再提交。"):
        _file(public, branch_a, secretary, text=" ")


def test_a_rolled_up_result_has_no_lines_to_appeal_to(committee, branch_a, reviewer, secretary):
    enter("stars", "files", 85, branch_a, reviewer)
    version = adopt(committee, STARS + '[[rollup]]\nof = "month"\nto = "quarter"\n')
    quarter = AUGUST.containing(dt.date(2026, 4, 1), "quarter")
    for month in quarter.months:
        computed(version, month)
    run = rollups.roll_up(version=version, period=quarter, by=None, at=OPENED)
    with refused(
        CannotAppeal,
        "这是由较短期间汇总的结果，没有可申诉的单项；"
        "请向负责考评的部门反映，由其撤回、更正后重新汇总。",
    ):
        _file(begun(run, reviewer, S.PUBLIC), branch_a, secretary)


# Answering


def test_two_appeals_one_upheld_and_the_round_is_decided(
    stars, public, secretary, reviewer, leader, branch_a, branch_b, person
):
    sibling = person(Role.SECRETARY, branch_b).user
    right, wrong = _file(public, branch_a, secretary), _file(public, branch_b, sibling)
    assert appeals.counted(right) == (D("85.00"), None)
    assert _row(stars, branch_a) == ("80.00", 1, 4, "")
    round_ = take(round=public, step=T.END_NOTICE, by=reviewer, at=LATER)
    with refused(CannotStep, "还有 2 件申诉没有答复，请逐件答复后再提交审定。"):
        take(round=round_, step=T.SUBMIT, by=reviewer, at=LATER)

    correction = _uphold(right, reviewer, D(97), answer=" 补录属实 ")
    reject(appeal=wrong, answer="记录无误", by=reviewer, at=LATER)

    right.refresh_from_db()
    wrong.refresh_from_db()
    round_.refresh_from_db()
    assert [(each.state, each.answer, each.answered_by) for each in (right, wrong)] == [
        (AppealState.UPHELD, "补录属实", reviewer),
        (AppealState.REJECTED, "记录无误", reviewer),
    ]
    assert (round_.run, round_.run.corrects, round_.run.is_current) == (
        correction.run, stars, True,
    )  # fmt: skip
    assert (correction.before_quantity, correction.quantity) == (D("85.00"), D(97))
    assert _row(stars, branch_a) == ("80.00", 1, 4, "")  # what was published stands on record
    assert _row(round_.run, branch_a) == ("92.00", 1, 5, "")
    assert _row(round_.run, branch_b) == ("95.00", None, None, "不予评星")
    assert appeals.counted(right) == (D("97.00"), None)
    assert notes(secretary)[-1] == "对“档案”的申诉成立，正在按更正重新核算：补录属实"
    assert notes(sibling)[-1] == "对“档案”的申诉不成立：记录无误"
    upheld = AuditEntry.objects.get(action="appeal.upheld")
    assert (upheld.before, upheld.after) == (
        {"quantity": "85.00", "base": None},
        {"answer": "补录属实", "quantity": "97", "base": None},
    )
    assert [each.title for each in rounds.history(round_)] == [
        "初评", "征求意见", "开始公示", "公示结束，转核实", "更正 采煤党支部“档案”",
    ]  # fmt: skip

    round_ = take(round=round_, step=T.SUBMIT, by=reviewer, at=LATER)
    final = take(round=round_, step=T.DECIDE, by=leader, at=LATER)

    assert (final.state, final.run) == (S.FINAL, correction.run)
    for late in (lambda: _uphold(wrong, leader, D(1)), lambda: _reject(wrong, leader)):
        with refused(CannotAppeal, PAST):
            late()


PAST = "这次定评已不在公示或核实阶段，申诉不能再办理。"


def _reject(appeal: Appeal, by: User, answer: str = "无误") -> Appeal:
    return reject(appeal=appeal, answer=answer, by=by, at=LATER)


def test_an_upheld_appeal_lifts_a_veto(public, reviewer, secretary, branch_b):
    appeal = _file(public, branch_b, secretary, "accident")
    assert appeals.counted(appeal) is None
    with refused(CannotAppeal, "这是对一票否决的申诉，成立时应解除一票否决。"):
        _uphold(appeal, reviewer, D(0))

    correction = _uphold(appeal, reviewer, lifts_veto=True)

    assert _row(correction.run, branch_b) == ("95.00", 1, 5, "")


def test_a_veto_is_lifted_once(public, reviewer, secretary, branch_b):
    first = _file(public, branch_b, secretary, "accident")
    _uphold(first, reviewer, lifts_veto=True)
    Appeal.objects.filter(pk=first.pk).update(state=AppealState.FILED)  # one more, filed before

    with refused(CannotAppeal, "这一对象的一票否决已经解除，请按“不成立”答复并说明情况。"):
        _uphold(first, reviewer, lifts_veto=True)


def test_a_veto_is_not_lifted_by_an_appeal_to_an_item(public, reviewer, secretary, branch_b):
    with refused(CannotAppeal, "这件申诉不是对一票否决提出的，请填更正后的数量。"):
        _uphold(_file(public, branch_b, secretary), reviewer, D(1), lifts_veto=True)


def test_a_missing_share_is_corrected_with_what_was_due(points, member, branch_a, reviewer):
    appeal = file(
        round=begun(points, reviewer, S.PUBLIC), organization=branch_a, member=member,
        item_code="rate", text="记录不全", by=member.user, at=PUBLISHED,
    )  # fmt: skip
    assert appeals.counted(appeal) is None
    with refused(CannotAppeal, "这一项按比例计分，请同时填写应有的数量。"):
        _uphold(appeal, reviewer, D(3))

    correction = _uphold(appeal, reviewer, D(3), D(4))

    assert str(Score.objects.get(run=correction.run).total) == "80.00"  # 50 + 40 × 3/4


@pytest.mark.parametrize(
    ("item", "counted", "fact", "same"),
    [
        ("files", ("85.00", None), ("85", None), True),
        ("files", ("85.00", None), ("85.5", None), False),
        ("files", ("85.00", None), (None, None), False),
        ("files", None, (None, None), True),
        ("files", None, ("0", None), False),  # a mark of 0 is a mark
        ("files", ("85.00", "3"), ("85", None), True),  # what was due decides nothing here
        ("slips", None, ("0", None), True),  # nothing happened
        ("slips", ("1.00", None), ("0", None), False),
        ("slips", ("1.00", None), (None, None), False),
        ("rate", ("3", "4"), ("3", "4"), True),
        ("rate", ("3", "4"), ("3", "5"), False),
        ("rate", ("3", "4"), (None, None), False),
        ("rate", None, (None, None), True),
    ],
)
def test_a_fact_is_the_one_that_was_counted(item, counted, fact, same):
    found = {each.code: each for text in (STARS, POINTS) for each in reading.read(text).items}

    def number(text):
        return None if text is None else D(text)

    before = counted and (D(counted[0]), number(counted[1]))
    assert appeals.is_as_counted(found[item], before, *map(number, fact)) == same


def test_an_upheld_appeal_changes_the_fact(public, reviewer, secretary, branch_a):
    appeal = _file(public, branch_a, secretary)

    with refused(CannotAppeal, "更正后的数量与原来的一样；数量没有错时，请按“不成立”答复。"):
        _uphold(appeal, reviewer, D(85))
    appeal.refresh_from_db()
    assert (appeal.state, appeal.answer) == (AppealState.FILED, "")


def test_nobody_answers_their_own_appeal(own, member, public, reviewer, person, committee):
    both = person(Role.REVIEWER, committee).user
    of_branch = _file(public, own.organization, reviewer)
    Post.objects.create(
        user=both, organization=own.organization, role=Role.SECRETARY, started_on=FOUNDED
    )
    text = "不能答复本人或本支部提出的申诉，请由其他人员答复。"

    for appeal, by in ((own, member.user), (of_branch, reviewer), (of_branch, both)):
        with refused(CannotAppeal, text):
            _uphold(appeal, by, D(55))
        with refused(CannotAppeal, text):
            _reject(appeal, by)
    _reject(own, both)  # a member's appeal is not that of the branch


def test_who_gave_the_branchs_opinion_does_not_answer(own, person, committee, reviewer):
    client = person(Role.REVIEWER, committee)
    both = client.user
    Post.objects.create(
        user=both, organization=own.organization, role=Role.SECRETARY, started_on=FOUNDED
    )
    give_opinion(appeal=own, text="属实", by=both, at=LATER)

    for answer in (lambda: _upheld(own, both, D(55)), lambda: _reject(own, both)):
        with refused(CannotAppeal, "您已代表支部对这件申诉提过意见，请由其他人员答复。"):
            answer()
    page = client.get(f"/appeals/{own.pk}/")
    assert page.context["answer_form"] is None
    assert "这件申诉由其他人员答复" in page.content.decode()
    assert _reject(own, reviewer).state == AppealState.REJECTED


def test_an_answer_gives_reasons_and_is_given_once(public, reviewer, secretary, branch_a):
    appeal = _file(public, branch_a, secretary)
    with refused(CannotAppeal, "答复理由不能为空，请写明后再提交。"):
        _reject(appeal, reviewer, " ")
    _reject(appeal, reviewer)

    with refused(CannotAppeal, "这件申诉现在是“不成立”，不能再办理，请刷新页面查看。"):
        _uphold(appeal, reviewer, D(90))


def test_a_submitted_round_is_corrected_after_its_return(
    stars, reviewer, leader, secretary, branch_a
):
    round_ = begun(stars, reviewer, S.PUBLIC)
    appeal = _file(round_, branch_a, secretary)
    Round.objects.filter(pk=round_.pk).update(state=S.DECIDING)
    with refused(CannotAppeal, PAST):
        _uphold(appeal, reviewer, D(90))

    take(round=round_, step=T.RETURN, by=leader, at=LATER, note="申诉未答")

    assert _uphold(appeal, reviewer, D(90)).quantity == D(90)


# The branch's opinion, and taking back


def test_the_branch_speaks_once_before_the_answer(own, member, secretary, reviewer):
    assert list(appeals.opinions_wanted(_scope(secretary), secretary)) == [own]
    with refused(CannotAppeal, "不能对本人的申诉提支部意见，请由支部其他负责人提出。"):
        give_opinion(appeal=own, text="属实", by=member.user, at=LATER)

    give_opinion(appeal=own, text=" 属实 ", by=secretary, at=LATER)

    own.refresh_from_db()
    assert (own.opinion, own.opinion_by) == ("属实", secretary)
    assert list(appeals.opinions_wanted(_scope(secretary), secretary)) == []
    with refused(CannotAppeal, "支部已经提过意见，不用重复提出。"):
        give_opinion(appeal=own, text="再说", by=secretary, at=LATER)


def test_the_branch_says_nothing_of_its_own_or_an_answered_appeal(
    own, public, secretary, reviewer, branch_a
):
    with refused(CannotAppeal, "支部自己的申诉不需要支部意见，请等待答复。"):
        give_opinion(appeal=_file(public, branch_a, secretary), text="属实", by=secretary, at=LATER)
    _reject(own, reviewer)
    with refused(CannotAppeal, "这件申诉已经办结，不能再提支部意见。"):
        give_opinion(appeal=own, text="属实", by=secretary, at=LATER)


def _scope(user: User):
    return Grants.of(user, PUBLISHED.date()).scope("FILE_APPEALS")


def test_whoever_filed_takes_back(own, member, secretary, reviewer):
    with refused(CannotAppeal, "只有提出申诉的人能撤回申诉。"):
        withdraw(appeal=own, by=secretary, at=LATER)

    withdraw(appeal=own, by=member.user, at=LATER)

    own.refresh_from_db()
    assert own.state == AppealState.WITHDRAWN
    assert list(appeals.mine(member.user)) == [own]
    assert list(appeals.waiting(_scope(secretary))) == []
    with refused(CannotAppeal, "这件申诉现在是“已撤回”，不能再办理，请刷新页面查看。"):
        _reject(own, reviewer)


def test_appeals_of_a_withdrawn_round_wait_for_nobody(own, reviewer, secretary):
    take(round=own.round, step=T.WITHDRAW, by=reviewer, at=LATER, note="漏录")

    for source, user in ((duties.appeals_to_answer, reviewer), (duties.opinions_wanted, secretary)):
        assert source(user, Grants.of(user, LATER.date()), LATER.date()) == []
    with refused(CannotAppeal, PAST):
        withdraw(appeal=own, by=own.filed_by, at=LATER)


# What is due


@pytest.mark.parametrize("count", [1, 3])
def test_appeals_to_answer_are_one_line_and_one_query(
    points, member, branch_a, reviewer, leader, secretary, join, count, django_assert_num_queries
):
    for n in range(count - 1):
        enter("points", "duty", 40, branch_a, reviewer, join(branch_a, f"乙{n}"))
    round_ = begun(computed(points.version), reviewer, S.PUBLIC)
    for score in Score.objects.filter(run=round_.run).order_by("member_id"):
        file(
            round=round_, organization=branch_a, member=score.member, item_code="duty",
            text="少计", by=member.user, at=PUBLISHED,
        )  # fmt: skip
    on, more = PUBLIC_UNTIL, "（共 3 件申诉）" if count == 3 else ""

    def due(source, user):
        grants = Grants.of(user, on)
        with django_assert_num_queries(1 if user in (reviewer, secretary, leader) else 0):
            return [(each.title, each.due_on) for each in source(user, grants, on)]

    day = dt.date(2026, 10, 14)
    assert due(duties.appeals_to_answer, reviewer) == [(f"甲的申诉：答复{more}", day)]
    assert due(duties.opinions_wanted, secretary) == [(f"甲的申诉：支部提意见{more}", day)]
    assert due(duties.opinions_wanted, leader) == []  # the committee answers, it has no opinion
    assert due(duties.opinions_wanted, member.user) == []
