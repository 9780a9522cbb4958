"""A roll taken without a connection: merging, sending twice, settling."""

import datetime as dt
import json
import uuid

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from activities.forms import offline as forms
from activities.models import RollMerge
from activities.operations import activities as operations
from activities.operations import offline
from activities.operations.details import Mark
from activities.operations.refusals import Refused
from activities.queries import merges
from activities.rules.kinds import ActivityKind
from branches.models import AuditEntry, Post
from branches.rules.roles import Role
from branches.rules.workflow import StepNotAllowed
from tests.activities.conftest import FOUNDED, SHANGHAI, details

DAY = dt.date(2026, 10, 20)
KEY = uuid.UUID(int=1)


def clock(text: str) -> dt.datetime:
    return dt.datetime.combine(DAY, dt.time.fromisoformat(text), SHANGHAI)


@pytest.fixture
def meeting(branch_a, three, secretary):
    return operations.log(
        organization=branch_a, kind=ActivityKind.THEME_DAY, details=details(DAY), by=secretary,
        at=clock("09:00"),
    )  # fmt: skip


def take(meeting, secretary, three, *letters: str) -> None:
    marks = {m.pk: Mark(s, "值班" if s == "LEAVE" else "") for m, s in zip(three, letters)}  # noqa: B905
    operations.take_roll(activity=meeting, marks=marks, by=secretary, at=clock("15:10"))


def merged(meeting, secretary, three, base, marks, *, key=KEY, at="16:00") -> RollMerge:
    def of(letters):
        return {m.pk: s for m, s in zip(three, letters, strict=False)}

    return offline.merge(
        activity=meeting, key=key, base=of(base), marks=of(marks), taken_at=clock("15:05"),
        by=secretary, at=clock(at),
    )  # fmt: skip


def marks(meeting) -> list[str]:
    rows = meeting.attendances.order_by("member__name_pinyin")
    return list(rows.values_list("status", flat=True))


U, P, L, A, V = "UNMARKED", "PRESENT", "LATE", "ABSENT", "LEAVE"


def test_what_the_device_marked_comes_onto_the_roll(meeting, secretary, three):
    row = merged(meeting, secretary, three, [U, U, U], [P, L, U])

    assert marks(meeting) == [P, L, U]
    assert row.conflicts == {}
    meeting.refresh_from_db()
    assert meeting.state == "OPEN"


def test_sent_twice_it_is_merged_once(meeting, secretary, three):
    first = merged(meeting, secretary, three, [U, U, U], [P, P, A])
    take(meeting, secretary, three, P, P, V)  # put right here since

    again = merged(meeting, secretary, three, [U, U, U], [P, P, A], at="16:30")

    assert again.pk == first.pk
    assert marks(meeting) == [P, P, V]
    assert AuditEntry.objects.filter(action="roll.merged").count() == 1


def test_where_both_sides_changed_what_stands_here_counts_until_settled(meeting, secretary, three):
    take(meeting, secretary, three, A, V, U)
    row = merged(meeting, secretary, three, [U, U, U], [P, P, P])
    one, two = (str(member.pk) for member in three[:2])

    assert marks(meeting) == [A, V, P]
    assert row.conflicts == {
        one: {"device": P, "server": A},
        two: {"device": P, "server": V},
    }

    offline.resolve(merge=row, from_device={three[0].pk}, by=secretary, at=clock("17:00"))

    assert marks(meeting) == [P, V, P]
    row.refresh_from_db()
    assert (row.resolved_by, row.resolved_at) == (secretary, clock("17:00"))
    with pytest.raises(Refused, match="核对过"):
        offline.resolve(merge=row, from_device=set(), by=secretary, at=clock("17:01"))


def test_reasons_that_stand_here_stay(meeting, secretary, three):
    take(meeting, secretary, three, V, U, U)

    merged(meeting, secretary, three, [V, U, U], [A, U, U])

    assert marks(meeting) == [A, U, U]
    assert meeting.attendances.get(member=three[0]).reason == "值班"


def test_nobody_marked_on_the_device_goes_unsaid(meeting, secretary, three, branch_a, join):
    stranger = join(branch_a, "调走的人", until=DAY - dt.timedelta(days=1))

    row = offline.merge(
        activity=meeting, key=KEY, base={}, marks={stranger.pk: P, three[0].pk: P},
        taken_at=clock("15:05"), by=secretary, at=clock("16:00"),
    )  # fmt: skip
    offline.resolve(merge=row, from_device={stranger.pk}, by=secretary, at=clock("16:10"))

    assert row.conflicts == {str(stranger.pk): {"device": P, "server": ""}}
    assert marks(meeting) == [P, U, U]
    assert not meeting.attendances.filter(member=stranger).exists()


@pytest.mark.parametrize(
    ("home", "named"), [("branch_a", True), ("group_a", True), ("branch_b", False), (None, False)]
)
@pytest.mark.parametrize("is_on_roll", [False, True])
def test_only_people_of_this_organisation_are_named(
    request, meeting, secretary, branch_a, branch_b, group_a, join, home, named, is_on_roll
):
    left = DAY - dt.timedelta(days=1)
    if home is None:
        number = 10**9  # nobody's
    else:
        group = group_a if home == "group_a" else None
        branch = branch_b if home == "branch_b" else branch_a
        member = join(branch, "外人", group=group, until=left)
        number = member.pk
        if is_on_roll:
            meeting.attendances.create(
                member=member, branch=branch, kind=meeting.kind, held_on=meeting.held_on
            )

    row = offline.merge(
        activity=meeting, key=KEY, base={}, marks={number: P}, taken_at=clock("15:05"),
        by=secretary, at=clock("16:00"),
    )  # fmt: skip

    said = named or (is_on_roll and home is not None)
    assert [each.name for each in merges.differences(row)] == (["外人"] if said else [])
    assert row.conflicts == ({str(number): {"device": P, "server": ""}} if said else {})


def test_a_roll_of_the_year_1_is_never_kept(meeting, secretary):
    with pytest.raises(IntegrityError, match="roll_merge_taken_since_2000"):
        RollMerge.objects.create(
            activity=meeting,
            key=KEY,
            marks={},
            taken_at=dt.datetime(1999, 12, 31, 23, tzinfo=dt.UTC),
            sent_by=secretary,
            sent_at=clock("16:00"),
        )


@pytest.mark.parametrize(
    ("away", "fits"),
    [
        (-dt.timedelta(days=60), True),
        (-dt.timedelta(days=60, seconds=1), False),
        (dt.timedelta(days=1), True),
        (dt.timedelta(days=1, seconds=1), False),
        (None, False),  # the year 1
        ("late", False),  # the year 9999
    ],
)
def test_a_device_whose_clock_is_wrong_is_refused(away, fits):
    at = clock("16:00")
    ends = {None: "0001-01-01T00:00:00+08:00", "late": "9999-12-31T23:59:59-08:00"}
    taken_at = ends[away] if away in ends else (at + away).isoformat()
    body = json.dumps({"key": str(KEY), "base": {}, "marks": {}, "taken_at": taken_at}).encode()
    if fits:
        assert forms.read(body, at=at).taken_at == at + away
    else:
        with pytest.raises(forms.ClockWrong):
            forms.read(body, at=at)


def test_a_clock_that_runs_ahead_is_set_back(meeting, secretary, three):
    row = merged(meeting, secretary, three, [], [P], at="15:00")

    assert row.taken_at == clock("15:00")


@pytest.mark.parametrize("mark", ["", "HERE", "到"])
def test_a_mark_that_is_none_is_refused_whole(meeting, secretary, three, mark):
    with pytest.raises(Refused):
        merged(meeting, secretary, three, [], [P, mark])

    assert (marks(meeting), RollMerge.objects.count()) == ([U, U, U], 0)


def test_a_closed_record_takes_nothing(meeting, secretary, three):
    take(meeting, secretary, three, P, P, A)
    operations.close(activity=meeting, by=secretary, at=clock("16:00"))

    with pytest.raises(StepNotAllowed):
        merged(meeting, secretary, three, [], [A], at="16:10")


# The pages.


@pytest.fixture
def chair(person, branch_a):
    return person(Role.SECRETARY, branch_a)


@pytest.fixture
def sent(meeting, chair, three):
    """Send what a device holds; the record is moved to today, since pages read the clock."""

    def send(**changes: object):
        body = {
            "key": str(KEY),
            "base": {},
            "marks": {str(three[0].pk): P},
            "taken_at": timezone.now().isoformat(),
        }
        url = reverse("activity-offline-merge", kwargs={"pk": meeting.pk})
        return chair.post(url, json.dumps(body | changes), content_type="application/json")

    return send


def test_the_page_sends_and_is_told(meeting, sent):
    assert sent().json() == {"conflicts": ""}
    assert marks(meeting) == [P, U, U]


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "x"},
        {"key": None},
        {"base": []},
        {"marks": {"x": P}},
        {"marks": {"1": 1}},
        {"marks": None},
        {"taken_at": ""},
        {"taken_at": "2026-10-20T15:05:00"},
        {"taken_at": 5},
    ],
)
def test_what_cannot_be_read_is_refused_in_words(meeting, sent, wrong):
    answer = sent(**wrong)

    assert (answer.status_code, answer.json()) == (
        400, {"error": "发送的内容不完整，请再试一次。"},
    )  # fmt: skip
    assert RollMerge.objects.count() == 0


def test_a_wrong_clock_is_told_with_its_remedy(meeting, sent):
    answer = sent(taken_at="0001-01-01T00:00:00Z")

    assert answer.status_code == 400
    assert "请校准本机的日期和时间" in answer.json()["error"]
    assert RollMerge.objects.count() == 0


def test_differences_lead_to_the_page_that_settles_them(meeting, sent, chair, secretary, three):
    take(meeting, secretary, three, A, U, U)
    url = sent().json()["conflicts"]
    page = chair.get(url).content.decode()
    assert "离线登记：到" in page and "这里的登记：缺席" in page

    missing = chair.post(url, {}).content.decode()
    assert "请为每个人选一种登记：陈卓" in missing
    chair.post(url, {f"side_{three[0].pk}": "device"})

    assert marks(meeting) == [P, U, U]
    assert "已核对" in chair.get(url).content.decode()


def test_the_page_is_the_ordinary_roll_without_a_script(meeting, chair, three):
    page = chair.get(reverse("activity-offline", kwargs={"pk": meeting.pk})).content.decode()

    assert f'action="{reverse("activity-roll", kwargs={"pk": meeting.pk})}"' in page
    assert f'name="status_{three[0].pk}"' in page


def test_the_worker_may_serve_the_pages_of_activities(chair):
    answer = chair.get(reverse("offline-worker"))

    assert answer["Content-Type"] == "text/javascript"
    assert answer["Service-Worker-Allowed"] == "/activities/"


@pytest.mark.parametrize(("role", "status"), [(Role.GROUP_LEADER, 404), (None, 404)])
def test_only_for_those_who_keep_the_record(meeting, person, group_a, role, status):
    client = person()
    if role:
        Post.objects.create(user=client.user, organization=group_a, role=role, started_on=FOUNDED)

    url = reverse("activity-offline", kwargs={"pk": meeting.pk})
    assert client.get(url).status_code == status
