"""Talks: what makes them due, who arranges and holds them, what is told, how far they reach."""

import datetime as dt

import pytest
from django.test import Client

from activities.models import Activity, Attendance
from activities.operations.refusals import Refused
from branches import duties
from branches.access import Grants
from branches.models import AuditEntry, Notice, Post, RegulationAdjustment
from branches.operations import accounts
from branches.rules.periods import Period
from branches.rules.roles import Role
from branches.rules.workflow import StepNotAllowed
from members.models import Exemption, MemberEvent
from members.operations import member_accounts
from people.models import Talk, TalkReading
from people.operations import talk_events, talk_problems, talk_words, talks
from people.operations.talks import Held
from people.queries import talk_coverage, talk_texts
from people.queries import talks as queries
from people.rules.talks import TalkForm, TalkReason
from people.tasks import talks_due
from tests.people.talking import enrol, talked
from tests.people.waiting import one_after_the_other

TODAY = dt.date(2026, 10, 20)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def now(freezer_at):
    return freezer_at


@pytest.fixture
def freezer_at(at, monkeypatch):
    """Pages and operations live at the same moment."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: at)
    return at


@pytest.fixture
def zhou(person, branch_a):
    """The secretary, a member of the branch."""
    client = person(Role.SECRETARY, branch_a)
    client.member = enrol(branch_a, "周岚", client.user)
    return client


@pytest.fixture
def chen(person, branch_a):
    client = person()
    client.member = enrol(branch_a, "陈卓", client.user)
    return client


@pytest.fixture
def li(person, branch_a):
    client = person()
    client.member = enrol(branch_a, "李敏", client.user)
    return client


def arrange(member, at, by=None, reason=TalkReason.UPSET, **changes):
    return talks.arrange(member=member, reason=reason, by=by, at=at, **changes)


def told(client) -> list[str]:
    return list(Notice.objects.filter(recipient=client.user).values_list("text", flat=True))


# Arranging


@pytest.mark.parametrize(
    ("reason", "form", "due_on"),
    [
        (TalkReason.UPSET, "TALK", TODAY + 7 * DAY),
        (TalkReason.ILL, "VISIT", TODAY + 3 * DAY),
    ],
)
def test_a_talk_is_due_by_its_kind(zhou, chen, at, reason, form, due_on):
    row = arrange(chen.member, at, zhou.user, reason)

    assert (row.branch, row.form, row.due_on, row.state) == (
        chen.member.memberships.get().branch, form, due_on, "DUE",
    )  # fmt: skip


def test_the_days_are_parameters(committee, zhou, chen, at):
    RegulationAdjustment.objects.create(
        committee=committee, code="P5", parameters={"talk_days": 10}, reason="文件",
        made_by=zhou.user, made_at=at, effective_from=TODAY,
    )  # fmt: skip

    assert arrange(chen.member, at, zhou.user).due_on == TODAY + 10 * DAY


def test_the_member_learns_that_not_why_and_the_talker_with_whom(zhou, chen, li, at):
    arrange(chen.member, at, zhou.user, TalkReason.CRITICISED, talker=li.member)

    assert told(chen) == ["由李敏和您谈心谈话，10月27日前"]
    assert told(li) == ["请您和陈卓谈心谈话，10月27日前"]
    assert told(zhou) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"talker": "chen"}, "谈话人和谈话对象不能是同一个人。"),
        ({"due_on": TODAY - DAY}, "期限不能早于今天。"),
        ({"talker": "gone"}, "离开现在不在党员名册上，请换一位谈话人。"),
        ({"member": "gone"}, "离开现在不在党员名册上，不能安排谈话。"),
    ],
)
def test_what_cannot_be_arranged(branch_a, zhou, chen, at, changes, message):
    gone = enrol(branch_a, "离开")
    gone.status = "LEFT"
    gone.save()
    people = {"chen": chen.member, "gone": gone}
    given = {"member": chen.member} | {
        key: people.get(value, value) for key, value in changes.items()
    }

    with pytest.raises(Refused, match=message):
        arrange(at=at, by=zhou.user, **given)
    assert not Talk.objects.exists()


def test_one_event_makes_one_talk(chen, at):
    first = arrange(chen.member, at, source="consequence:12")
    again = arrange(chen.member, at + 9 * DAY, source="consequence:12", reason=TalkReason.RESULT)
    other = arrange(chen.member, at, source="consequence:13")

    assert (first == again, first == other, Talk.objects.count()) == (True, False, 2)
    assert told(chen) == ["支部和您谈心谈话，10月27日前"] * 2


def test_what_nobody_arranges_needs_its_source(chen, at):
    with pytest.raises(ValueError, match="source"):
        arrange(chen.member, at)


@pytest.mark.parametrize(("later", "count"), [(59 * SECOND, 1), (61 * SECOND, 2)])
def test_what_is_sent_twice_is_entered_once(zhou, chen, at, later, count):
    arrange(chen.member, at, zhou.user)
    arrange(chen.member, at + later, zhou.user)

    assert Talk.objects.count() == count


def test_assigning_tells_the_new_talker(zhou, chen, li, at):
    row = arrange(chen.member, at, zhou.user)

    talks.assign(talk=row, talker=li.member, due_on=TODAY, by=zhou.user, at=at)
    talks.assign(talk=row, talker=li.member, due_on=TODAY + DAY, by=zhou.user, at=at)

    row.refresh_from_db()
    assert (row.talker, row.due_on) == (li.member, TODAY + DAY)
    assert told(li) == ["请您和陈卓谈心谈话，10月20日前"]
    with pytest.raises(Refused, match="不能是同一个人"):
        talks.assign(talk=row, talker=chen.member, due_on=TODAY, by=zhou.user, at=at)
    with pytest.raises(Refused, match="不能早于今天"):
        talks.assign(talk=row, talker=None, due_on=TODAY - DAY, by=zhou.user, at=at)


def test_an_overdue_one_is_assigned_without_a_new_day(zhou, chen, li, at):
    row = arrange(chen.member, at, zhou.user)

    talks.assign(talk=row, talker=li.member, due_on=row.due_on, by=zhou.user, at=at + 30 * DAY)

    row.refresh_from_db()
    assert row.talker == li.member


def test_dropping_needs_a_reason_and_another_person(zhou, chen, li, at):
    row = arrange(chen.member, at, zhou.user, talker=li.member)
    own = arrange(zhou.member, at, zhou.user, TalkReason.ABSENT)

    with pytest.raises(Refused, match="请写明不再需要的原因。"):
        talks.drop(talk=row, reason=" ", by=zhou.user, at=at)
    with pytest.raises(Refused, match="请支部其他同志决定"):
        talks.drop(talk=own, reason="不用", by=zhou.user, at=at)
    talks.drop(talk=row, reason="已经调走", by=zhou.user, at=at)

    row.refresh_from_db()
    assert (row.state, row.drop_reason) == ("DROPPED", "已经调走")
    assert told(chen)[0] == "原来安排和您的谈心谈话不再进行了"
    assert told(li)[0] == "和陈卓的谈心谈话不用谈了"
    with pytest.raises(StepNotAllowed):
        talks.drop(talk=row, reason="再来", by=zhou.user, at=at)


# Holding


def test_holding_a_due_talk(zhou, chen, at):
    row = arrange(chen.member, at, zhou.user)

    talks.hold(talk=row, held=Held(TODAY, " 休息室 ", " 谈了 "), by=zhou.user, at=at)

    row.refresh_from_db()
    assert (row.state, row.talker, row.held_on, row.place, row.note, row.is_shared) == (
        "HELD", zhou.member, TODAY, "休息室", "谈了", False,
    )  # fmt: skip
    assert told(chen)[0] == f"{zhou.user.name}登记了和您的谈心谈话，只有你们两人可以看"
    with pytest.raises(StepNotAllowed):
        talks.hold(talk=row, held=Held(TODAY), by=zhou.user, at=at)


@pytest.mark.parametrize(
    ("talker", "day", "message"),
    [
        ("li", TODAY, "这次谈话安排由李敏谈"),
        (None, TODAY + DAY, "谈话日期不能晚于今天。"),
        (None, TODAY - 367 * DAY, "谈话日期早于一年以前，请核对。"),
    ],
)
def test_what_cannot_be_held(zhou, chen, li, at, talker, day, message):
    row = arrange(chen.member, at, zhou.user, talker=li.member if talker else None)

    with pytest.raises(Refused, match=message):
        talks.hold(talk=row, held=Held(day), by=zhou.user, at=at)


def test_nobody_talks_with_himself(zhou, at):
    row = arrange(zhou.member, at, zhou.user)

    with pytest.raises(Refused, match="不能登记和自己的谈话。"):
        talks.hold(talk=row, held=Held(TODAY), by=zhou.user, at=at)
    with pytest.raises(Refused, match="不能登记和自己的谈话。"):
        talked(zhou.user, zhou.member, at)


def test_an_account_without_a_member_holds_no_talk(person, branch_a, chen, at):
    with pytest.raises(Refused, match="您的账号没有关联党员"):
        talked(person(Role.SECRETARY, branch_a).user, chen.member, at)


def test_two_plain_members_write_down_a_talk_without_a_note(chen, li, at):
    row = talked(chen.user, li.member, at)

    assert (row.state, row.talker, row.member, row.note, row.due_on) == (
        "HELD", chen.member, li.member, "", None,
    )  # fmt: skip


@pytest.mark.parametrize(("later", "count"), [(59 * SECOND, 1), (61 * SECOND, 2)])
def test_a_talk_sent_twice_is_entered_once(chen, li, at, later, count):
    talked(chen.user, li.member, at)
    talked(chen.user, li.member, at + later)

    assert Talk.objects.count() == count


@pytest.mark.parametrize(
    ("reason", "is_it"),
    [
        (TalkReason.REGULAR, True),
        (TalkReason.UPSET, True),
        (TalkReason.HONOURED, False),
    ],
)
def test_a_talk_written_down_answers_the_one_that_was_due(zhou, chen, li, at, reason, is_it):
    due = arrange(chen.member, at, zhou.user, TalkReason.UPSET, talker=li.member)

    made = talks.record(member=chen.member, reason=reason, held=Held(TODAY), by=li.user, at=at)
    due.refresh_from_db()
    assert (made == due, due.state) == (is_it, "HELD" if is_it else "DUE")


def test_the_member_sees_the_reason_once_the_talk_was_held(zhou, chen, at):
    row = arrange(chen.member, at, zhou.user, TalkReason.CRITICISED, talker=zhou.member)
    pages = ("/my/talks/", f"/talks/{row.pk}/")

    def shown(client) -> list[bool]:
        return ["受到批评" in client.get(url).content.decode() for url in pages]

    assert (shown(chen), shown(zhou)) == ([False, False], [True, True])
    talks.hold(talk=row, held=Held(TODAY), by=zhou.user, at=at)
    assert shown(chen) == [True, True]


@pytest.mark.parametrize(("later", "may"), [(24 * HOUR, True), (24 * HOUR + SECOND, False)])
def test_a_slip_is_taken_back_within_a_day(chen, li, at, later, may):
    row = talked(chen.user, li.member, at, note="谈错了人")

    if may:
        talks.withdraw(talk=row, by=chen.user, at=at + later)
    else:
        with pytest.raises(Refused):
            talks.withdraw(talk=row, by=chen.user, at=at + later)

    assert Talk.objects.exists() != may


@pytest.mark.parametrize(
    ("reader", "answers", "may"),
    [("talker", False, True), ("member", False, False), (None, True, False)],
)
def test_what_others_have_read_or_answered_is_not_taken_back(zhou, chen, at, reader, answers, may):
    row = talked(zhou.user, chen.member, at, note="说过的话")
    if reader:
        user = {"talker": zhou.user, "member": chen.user}[reader]
        talk_words.read(talk=row, by=user, grants=Grants.of(user, TODAY), at=at)
    if answers:
        talk_words.answer(talk=row, text="补充", by=chen.user, at=at)
    shown = "确认撤回" in zhou.get(f"/talks/{row.pk}/").content.decode()

    if may:
        talks.withdraw(talk=row, by=zhou.user, at=at)
    else:
        with pytest.raises(Refused, match="已有人查看或者补充，不能撤回"):
            talks.withdraw(talk=row, by=zhou.user, at=at)

    assert (shown, not Talk.objects.exists()) == (may, may)


@pytest.mark.django_db(transaction=True)
def test_who_was_named_meanwhile_is_seen(zhou, chen, li, at):
    row = arrange(chen.member, at, zhou.user)

    _, answer = one_after_the_other(
        lambda: talks.assign(talk=row, talker=li.member, due_on=row.due_on, by=zhou.user, at=at),
        lambda: talks.hold(talk=row, held=Held(TODAY), by=zhou.user, at=at),
    )

    assert answer == "这次谈话安排由李敏谈。换人谈，请先改谈话人。"


def test_what_was_arranged_is_not_taken_back(zhou, chen, at):
    row = talks.hold(
        talk=arrange(chen.member, at, zhou.user), held=Held(TODAY), by=zhou.user, at=at
    )

    for user in (zhou.user, chen.user):
        with pytest.raises(Refused):
            talks.withdraw(talk=row, by=user, at=at)


# What was said


def readings(row) -> list[str]:
    return [reading.reader.name for reading in TalkReading.objects.filter(talk=row)]


def test_every_reading_is_kept(zhou, chen, at):
    row = talked(zhou.user, chen.member, at, note="说过的话")

    for client in (zhou, chen):
        grants = Grants.of(client.user, TODAY)
        words = talk_words.read(talk=row, by=client.user, grants=grants, at=at)
        assert (words.note, words.answer) == ("说过的话", "")

    assert sorted(readings(row)) == sorted([zhou.user.name, chen.user.name])
    assert AuditEntry.objects.filter(action="talk.read").count() == 2


@pytest.mark.parametrize("is_shared", [False, True])
def test_the_secretary_reads_what_is_shared(zhou, chen, li, at, is_shared):
    row = talked(li.user, chen.member, at, note="说过的话", is_shared=is_shared)
    grants = Grants.of(zhou.user, TODAY)

    assert talk_texts.readable_by(zhou.user, grants).exists() == is_shared
    if not is_shared:
        with pytest.raises(Refused):
            talk_words.read(talk=row, by=zhou.user, grants=grants, at=at)
    assert readings(row) == []


def test_before_it_is_held_there_is_nothing_to_read(zhou, chen, at):
    row = arrange(chen.member, at, zhou.user, talker=zhou.member)

    with pytest.raises(Refused):
        talk_words.read(talk=row, by=chen.user, grants=Grants(), at=at)


@pytest.mark.parametrize(("later", "may"), [(24 * HOUR, True), (24 * HOUR + SECOND, False)])
def test_a_note_is_corrected_within_a_day(zhou, chen, at, later, may):
    row = talked(zhou.user, chen.member, at, note="旧话")
    new = {"note": "新话", "is_shared": True, "at": at + later}

    with pytest.raises(Refused):
        talk_words.correct(talk=row, **new | {"at": at}, by=chen.user)
    if may:
        talk_words.correct(talk=row, **new, by=zhou.user)
    else:
        with pytest.raises(Refused):
            talk_words.correct(talk=row, **new, by=zhou.user)

    row.refresh_from_db()
    assert (row.note, row.is_shared) == (("新话", True) if may else ("旧话", False))
    entries = AuditEntry.objects.filter(action="talk.corrected")
    assert [(entry.before, entry.after) for entry in entries] == (
        [({"is_shared": False}, {"is_shared": True})] if may else []
    )
    assert (told(chen)[0] == f"{zhou.user.name}更正了和您谈话的记录，支部书记也可以看") == may


def test_the_member_adds_to_it_and_nobody_else(zhou, chen, li, at):
    row = talked(zhou.user, chen.member, at)

    for user in (zhou.user, li.user):
        with pytest.raises(Refused):
            talk_words.answer(talk=row, text="补充", by=user, at=at)
    with pytest.raises(Refused, match="请写下要补充的内容。"):
        talk_words.answer(talk=row, text=" ", by=chen.user, at=at)
    talk_words.answer(talk=row, text=" 补充 ", by=chen.user, at=at)

    row.refresh_from_db()
    assert row.answer == "补充"
    assert told(zhou) == [f"{chen.user.name}对谈话记录作了补充"]


def test_a_problem_takes_only_what_is_typed_and_only_with_consent(zhou, chen, li, at):
    row = talked(li.user, chen.member, at, note="说过的话")
    given = {"talk": row, "text": "班车晚点", "at": at}

    with pytest.raises(Refused, match="没有本人同意"):
        talk_problems.raise_problem(**given, has_consent=False, by=li.user)
    for user in (chen.user, zhou.user):
        with pytest.raises(Refused, match="只有谈话人"):
            talk_problems.raise_problem(**given, has_consent=True, by=user)
    problem = talk_problems.raise_problem(**given, has_consent=True, by=li.user)

    assert (problem.text, problem.whose, problem.organization, problem.source) == (
        "班车晚点", "党员谈话反映", row.branch, "TALK",
    )  # fmt: skip
    assert (problem.source_id, problem.asker, problem.asker_name) == (row.pk, None, "")


# What happened


@pytest.mark.parametrize(
    ("kind", "ago", "reason"),
    [
        ("HONOURED", 0, TalkReason.HONOURED),
        ("HONOURED", 29, TalkReason.HONOURED),
        ("HONOURED", 30, None),
        ("HONOURED", -1, None),
        ("DISCIPLINED", 3, TalkReason.CRITICISED),
        ("MOVED", 3, TalkReason.JOB_CHANGED),
        ("NOTE", 3, None),
    ],
)
def test_events_of_the_file_make_a_talk_due(chen, at, kind, ago, reason):
    MemberEvent.objects.create(
        member=chen.member, kind=kind, happened_on=TODAY - ago * DAY, recorded_at=at
    )

    assert talk_events.make_due(at=at) == (reason is not None)
    assert list(Talk.objects.values_list("reason", "talker", "due_on", "form")) == (
        [(reason, None, TODAY + 7 * DAY, "TALK")] if reason else []
    )


def test_illness_calls_for_a_visit(chen, at):
    Exemption.objects.create(member=chen.member, reason="ill", started_on=TODAY)
    Exemption.objects.create(member=chen.member, reason="away", started_on=TODAY - DAY)

    assert talk_events.make_due(at=at) == 1
    row = Talk.objects.get()
    assert (row.reason, row.form, row.due_on) == ("ILL", "VISIT", TODAY + 3 * DAY)
    assert told(chen) == ["支部和您走访，10月23日前"]


def test_the_night_does_nothing_twice(chen, at):
    MemberEvent.objects.create(
        member=chen.member, kind="HONOURED", happened_on=TODAY, recorded_at=at
    )

    assert [talk_events.make_due(at=at + n * HOUR) for n in range(3)] == [1, 0, 0]
    assert told(chen) == ["支部和您谈心谈话，10月27日前"]
    assert AuditEntry.objects.filter(action="talk.made_due").count() == 1


def test_whoever_left_the_roll_is_not_talked_with(chen, at):
    MemberEvent.objects.create(
        member=chen.member, kind="HONOURED", happened_on=TODAY, recorded_at=at
    )
    chen.member.status = "LEFT"
    chen.member.save()

    assert talk_events.make_due(at=at) == 0


@pytest.fixture
def attend(branch_a, zhou, at):
    """Return ``attend(member, "AAP")``: closed activities up to today, a day each."""
    words = {"A": "ABSENT", "L": "LEAVE", "P": "PRESENT"}

    def make(member, letters, until=TODAY):
        for n, letter in enumerate(letters):
            day = until - (len(letters) - 1 - n) * DAY
            activity = Activity.objects.create(
                organization=branch_a, kind="THEME_DAY", title="党日", held_on=day,
                starts_at=dt.time(9, member.pk % 60), place=f"{member.pk}", record_due_on=day,
                state="CLOSED", closed_at=at, first_closed_at=at, entered_by=zhou.user,
                entered_at=at,
            )  # fmt: skip
            Attendance.objects.create(
                activity=activity, member=member, branch=branch_a, kind=activity.kind,
                held_on=day, status=words[letter], is_counted=True,
            )  # fmt: skip

    return make


@pytest.mark.parametrize(
    ("letters", "until", "count"),
    [
        ("A", TODAY, 0),
        ("AA", TODAY, 1),
        ("ALA", TODAY, 1),
        ("APA", TODAY, 0),
        ("AAA", TODAY, 1),
        ("AAPAA", TODAY, 2),
        ("AA", dt.date(2026, 9, 1), 1),
        ("AA", dt.date(2026, 8, 31), 0),
    ],
)
def test_absences_in_a_row_call_for_a_visit(chen, attend, at, letters, until, count):
    attend(chen.member, letters, until)

    assert talk_events.make_due(at=at) == count
    assert set(Talk.objects.values_list("reason", "form")) == (
        {("ABSENT", "VISIT")} if count else set()
    )


def test_a_run_that_goes_on_is_the_same_talk(chen, attend, at):
    attend(chen.member, "AA", TODAY - DAY)
    talk_events.make_due(at=at)
    attend(chen.member, "A", TODAY)

    assert talk_events.make_due(at=at) == 0


@pytest.mark.parametrize("count", [1, 30])
def test_the_night_asks_as_often_whatever_the_number(
    branch_a, zhou, attend, at, count, django_assert_num_queries
):
    for n in range(count):
        member = enrol(branch_a, f"人{n:02d}")
        attend(member, "AA")
        MemberEvent.objects.create(
            member=member, kind="HONOURED", happened_on=TODAY, recorded_at=at
        )

    with django_assert_num_queries(16):
        assert talk_events.make_due(at=at) == 2 * count


# The year


YEAR = Period.parse("2026")


def covered(branch, on=TODAY):
    found = talk_coverage.of_branches([branch], YEAR, on)[branch.pk]
    return {
        line.name: (line.covered.with_committee, line.covered.with_member) for line in found.lines
    }


def test_both_of_a_talk_are_covered(branch_a, zhou, chen, li, at):
    talked(zhou.user, chen.member, at - 2 * DAY)
    talked(chen.user, li.member, at)
    arrange(li.member, at, zhou.user)

    two_ago = TODAY - 2 * DAY
    assert covered(branch_a) == {
        "周岚": (None, two_ago), "陈卓": (two_ago, TODAY), "李敏": (None, TODAY),
    }  # fmt: skip
    found = talk_coverage.of_branches([branch_a], YEAR, TODAY)[branch_a.pk]
    assert (found.done, found.percent, found.without_committee, found.without_member) == (
        2, 66, 1, 0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("held_on", "counts"),
    [
        (dt.date(2025, 12, 31), False),
        (dt.date(2026, 1, 1), True),
    ],
)
def test_a_talk_belongs_to_its_year(branch_a, zhou, chen, at, held_on, counts):
    talked(zhou.user, chen.member, at)
    Talk.objects.update(held_on=held_on)

    assert (covered(branch_a)["陈卓"] == (held_on, None)) == counts


def test_who_was_on_the_committee_that_day_counts(branch_a, zhou, chen, at):
    talked(zhou.user, chen.member, at)
    Post.objects.filter(user=zhou.user).update(ended_on=TODAY)
    assert covered(branch_a)["陈卓"] == (None, TODAY)
    Post.objects.filter(user=zhou.user).update(ended_on=TODAY + DAY)
    assert covered(branch_a)["陈卓"] == (TODAY, None)


@pytest.mark.parametrize("count", [1, 30])
def test_coverage_asks_three_times(branch_a, branch_b, zhou, at, count, django_assert_num_queries):
    for n in range(count):
        talked(zhou.user, enrol(branch_a, f"人{n:02d}"), at)

    with django_assert_num_queries(3):
        talk_coverage.of_branches([branch_a, branch_b], YEAR, TODAY)


# Pages


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(
    ("who", "url", "queries_made"),
    [
        ("zhou", "/talks/", 8),
        ("zhou", "/talks/coverage/", 9),
        ("zhou", "/my/talks/", 9),
        ("chen", "/my/talks/", 10),
    ],
)
def test_pages_ask_as_often_whatever_the_number(
    request, branch_a, zhou, chen, at, count, who, url, queries_made, django_assert_num_queries
):
    for n in range(count):
        member = enrol(branch_a, f"人{n:02d}")
        arrange(member, at, zhou.user, talker=zhou.member)
        talked(chen.user, member, at)
        row = talked(zhou.user, chen.member, at + n * HOUR)
        TalkReading.objects.create(talk=row, reader=zhou.user, read_at=at)
    client = request.getfixturevalue(who)
    client.get(url)

    with django_assert_num_queries(queries_made):
        assert client.get(url).status_code == 200


def test_arranging_from_the_page(zhou, chen):
    page = zhou.post(
        "/talks/new/", {"member": chen.member.pk, "reason": "UPSET", "talker": "", "due_on": ""}
    )

    assert page.url == "/talks/"
    assert Talk.objects.get().due_on == TODAY + 7 * DAY
    listed = zhou.get("/talks/").content.decode()
    assert (listed.count("陈卓"), listed.count("情绪波动")) == (3, 1)


@pytest.mark.parametrize(
    ("typed", "field", "error"),
    [
        ({"member": ""}, "member", "请选择谈话对象。"),
        ({"member": "999"}, "member", "谈话对象不在本支部名册上，请重新选择。"),
        ({"reason": ""}, "reason", "请选择事由。"),
        ({"reason": "BIRTHDAY"}, "reason", "请重新选择事由。"),
        ({"talker": "chen"}, "talker", "谈话人和谈话对象不能是同一个人。"),
        ({"due_on": "很快"}, "due_on", "日期请填成 2026-10-20 这样。"),
        ({"due_on": "2026-10-19"}, "__all__", "期限不能早于今天。"),
    ],
)
def test_slips_of_the_keyboard(zhou, chen, typed, field, error):
    key = str(chen.member.pk)
    given = {"member": key, "reason": "UPSET"} | typed
    page = zhou.post("/talks/new/", given | {"talker": key if "talker" in typed else ""})

    assert page.context["form"].errors == {field: [error]}


@pytest.mark.parametrize(
    ("role", "place", "status", "lists"),
    [
        (Role.SECRETARY, "branch_a", 200, True),
        (Role.DEPUTY_SECRETARY, "branch_a", 200, True),
        (Role.COMMITTEE_MEMBER, "branch_a", 302, False),
        (Role.GROUP_LEADER, "group_a", 403, False),
        (Role.SECRETARY, "branch_b", 200, False),
        (Role.SECRETARY, "committee", 302, False),
        (Role.DEPUTY_SECRETARY, "committee", 302, False),
        (Role.REVIEWER, "committee", 302, False),
        (Role.ADMINISTRATOR, "branch_a", 302, False),
        (Role.AUDITOR, "branch_a", 403, False),
        (None, None, 403, False),
    ],
)
def test_who_sees_what_is_due(request, person, zhou, chen, at, role, place, status, lists):
    row = arrange(chen.member, at, zhou.user)
    client = person(role, request.getfixturevalue(place) if place else None)

    listed = client.get("/talks/")
    due = client.get(f"/talks/{row.pk}/due/")

    assert listed.status_code == status
    assert ("陈卓" in listed.content.decode()) == lists
    assert due.status_code == (200 if lists else 404)
    assert client.post(f"/talks/{row.pk}/drop/", {"reason": "x"}).status_code == (
        302 if lists else 404
    )


@pytest.mark.parametrize(
    ("role", "place", "sees"),
    [
        (Role.SECRETARY, "branch_a", {"陈卓", "66%"}),
        (Role.DEPUTY_SECRETARY, "branch_a", {"陈卓", "66%"}),
        (Role.COMMITTEE_MEMBER, "branch_a", {"66%"}),
        (Role.SECRETARY, "committee", {"66%"}),
        (Role.REVIEWER, "committee", {"66%"}),
        (Role.SECRETARY, "branch_b", set()),
    ],
)
def test_those_above_see_percentages_alone(request, person, zhou, chen, li, at, role, place, sees):
    talked(zhou.user, chen.member, at)
    talked(chen.user, li.member, at)
    page = person(role, request.getfixturevalue(place)).get("/talks/coverage/").content.decode()

    assert {word for word in ("陈卓", "66%") if word in page} == sees


def test_lines_of_what_is_due(zhou, chen, li, at):
    def lines(client, on=TODAY):
        asked = client.user, Grants.of(client.user, on), on
        found = [each for each in duties.of(*asked) if "谈" in each.title]
        return [(each.title, each.due_on, each.url) for each in found]

    assert (lines(zhou), lines(chen), lines(li)) == ([], [], [])
    first = arrange(chen.member, at, zhou.user)
    assert lines(zhou) == [("1 次谈心谈话还没有定谈话人", TODAY + 7 * DAY, "/talks/")]
    talks.assign(talk=first, talker=li.member, due_on=TODAY + DAY, by=zhou.user, at=at)
    assert lines(zhou) == []
    assert lines(li) == [("请您谈的谈心谈话 1 次", TODAY + DAY, f"/talks/{first.pk}/hold/")]
    assert lines(zhou, TODAY + DAY) == []
    assert lines(zhou, TODAY + 2 * DAY) == [("1 次谈心谈话已超期", TODAY + DAY, "/talks/")]
    arrange(zhou.member, at, zhou.user, talker=li.member)
    assert lines(li) == [("请您谈的谈心谈话 2 次", TODAY + DAY, "/my/talks/")]
    assert lines(chen) == []
    talked(li.user, chen.member, at)
    november = dt.date(2026, 11, 1)
    # The talk about himself is the others' to hurry.
    assert lines(zhou, november - DAY) == []
    assert [title for title, *_ in lines(zhou, november)] == ["1 名党员今年还没有谈过话"]


def test_tasks_run_at_night(chen, at):
    MemberEvent.objects.create(
        member=chen.member, kind="HONOURED", happened_on=TODAY, recorded_at=at
    )
    talks_due()

    assert Talk.objects.get().form == TalkForm.TALK
    assert queries.to_hold(chen.user).count() == 0


# Elsewhere, about oneself, and after an account changed hands


def test_another_branch_arranges_nothing(zhou, chen, branch_a, branch_b, at):
    with pytest.raises(Refused, match="组织关系现在不在机电党支部"):
        arrange(chen.member, at, zhou.user, source="help:1", branch=branch_b)
    made = arrange(chen.member, at, zhou.user, source="help:1", branch=branch_a)
    with pytest.raises(Refused, match="组织关系现在不在机电党支部"):
        arrange(chen.member, at, zhou.user, source="help:1", branch=branch_b)
    assert Talk.objects.get() == made


def test_whoever_arranges_sees_and_steers_no_talk_about_himself(person, branch_a, zhou, li, at):
    deputy = person(Role.DEPUTY_SECRETARY, branch_a)
    own = enrol(branch_a, "王强", deputy.user)
    row = arrange(own, at, zhou.user, TalkReason.CRITICISED)

    assert "受到批评" in zhou.get("/talks/").content.decode()
    assert "受到批评" not in deputy.get("/talks/").content.decode()
    assert deputy.get(f"/talks/{row.pk}/due/").status_code == 404
    with pytest.raises(Refused, match="和您本人的谈话"):
        talks.assign(talk=row, talker=li.member, due_on=TODAY + DAY, by=deputy.user, at=at)
    with pytest.raises(Refused, match="和自己的谈话"):
        talks.hold(talk=row, held=Held(at.date()), by=deputy.user, at=at)
    talks.drop(talk=row, reason="不用了", by=zhou.user, at=at)
    for page in ("/my/talks/", f"/talks/{row.pk}/"):
        assert "受到批评" not in deputy.get(page).content.decode()


def test_an_account_opened_later_reads_nothing_until_the_talker_says_so(zhou, branch_a, person, at):
    member = enrol(branch_a, "无号")
    row = talked(zhou.user, member, at, note="悄悄话")
    user, _ = member_accounts.open_account(member=member, by=person().user, at=at + HOUR)
    assert told(zhou) == ["无号的账号已开通"]
    client = Client()
    user.must_change_password = False
    user.save(update_fields=["must_change_password"])
    client.force_login(user)

    assert "请联系周岚" in client.get(f"/talks/{row.pk}/").content.decode()
    assert "悄悄话" not in client.post(f"/talks/{row.pk}/read/", follow=True).content.decode()
    with pytest.raises(Refused, match="请先联系周岚重新开放"):
        talk_words.answer(talk=row, text="冒写", by=user, at=at + HOUR)
    with pytest.raises(Refused, match="只有谈话人"):
        talk_words.release(talk=row, by=user, at=at + HOUR)

    assert "重新开放" in zhou.get(f"/talks/{row.pk}/").content.decode()
    talk_words.release(talk=row, by=zhou.user, at=at + HOUR)
    assert "悄悄话" in client.post(f"/talks/{row.pk}/read/").content.decode()
    with pytest.raises(Refused, match="已经对本人开放"):
        talk_words.release(talk=row, by=zhou.user, at=at + HOUR)


@pytest.mark.parametrize(("later", "is_shut"), [(0 * SECOND, False), (SECOND, True)])
def test_a_reset_password_shuts_what_was_said_before(zhou, chen, person, at, later, is_shut):
    row = talked(zhou.user, chen.member, at, note="悄悄话")
    accounts.reset_password(user=chen.user, by=person().user, at=at + later)

    assert talk_texts.is_shut(Talk.objects.get(pk=row.pk)) == is_shut
    assert told(zhou) == ["陈卓的账号密码已重置"]
    # The talker reads on.
    assert "悄悄话" in zhou.post(f"/talks/{row.pk}/read/").content.decode()
