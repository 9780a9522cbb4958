"""Minutes: a version at each closing, never changed afterwards; what changed between two."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError
from django.urls import reverse

from activities import tasks
from activities.models import Activity, MinutesVersion
from activities.operations import activities as operations
from activities.operations import minutes as keeping
from activities.operations.details import Mark
from activities.queries import documents, minutes
from activities.rules.kinds import ActivityKind
from activities.rules.minutes import checksum
from branches.models import Job
from branches.rules.roles import Role
from tests.activities.conftest import details, moment

DAY = dt.date(2024, 10, 22)
THEME_DAY = ActivityKind.THEME_DAY


@pytest.fixture
def closed(hold, branch_a, three) -> Activity:
    return hold(branch_a, THEME_DAY, DAY, "PPL")


@pytest.fixture
def corrected(closed, secretary) -> Activity:
    """Closed, opened again for a reason, changed and closed again."""
    later = moment(DAY + dt.timedelta(days=3))
    operations.reopen(activity=closed, reason="地点写错", by=secretary, at=later)
    operations.change(
        activity=closed,
        details=details(DAY, place="四楼会议室"),
        close=True,
        by=secretary,
        at=later,
    )
    closed.refresh_from_db()
    return closed


def forget_versions():
    """As in a database that was filled before there were versions."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE activities_minutesversion")


def versions(activity):
    return list(MinutesVersion.objects.filter(activity=activity).values_list("number", "reason"))


def test_closing_keeps_the_document_as_it_stands(closed, secretary):
    version = MinutesVersion.objects.get()

    assert (version.number, version.reason, version.made_by) == (1, "", secretary)
    assert version.made_at == closed.closed_at
    assert documents.from_data(version.content) == documents.record_of(closed)
    assert version.checksum == checksum(version.content)


def test_a_correction_makes_the_next_version_with_its_reason(corrected):
    assert versions(corrected) == [(1, ""), (2, "地点写错")]
    old, new = (documents.from_data(v.content) for v in MinutesVersion.objects.all())
    assert (dict(old.facts)["地　　点"], dict(new.facts)["地　　点"]) == (
        "三楼会议室", "四楼会议室",
    )  # fmt: skip


def test_closing_at_once_keeps_a_version_as_well(branch_a, secretary, three):
    activity = operations.log(
        organization=branch_a,
        kind=THEME_DAY,
        details=details(DAY),
        marks={member.pk: Mark("PRESENT") for member in three},
        close=True,
        by=secretary,
        at=moment(DAY),
    )

    assert versions(activity) == [(1, "")]


def test_an_open_record_has_no_version(hold, branch_a, three):
    assert versions(hold(branch_a, THEME_DAY, DAY, "PPP", close=False)) == []


def test_a_record_closed_before_there_were_versions_keeps_what_it_said(closed, secretary):
    forget_versions()
    later = moment(DAY + dt.timedelta(days=3))

    operations.reopen(activity=closed, reason="补记", by=secretary, at=later)
    operations.close(activity=closed, by=secretary, at=later)

    assert versions(closed) == [(1, keeping.FORMER), (2, "补记")]


@pytest.mark.parametrize(
    "change",
    [
        lambda: MinutesVersion.objects.update(reason="改"),
        lambda: MinutesVersion.objects.all().delete(),
    ],
    ids=["update", "delete"],
)
def test_the_database_refuses_to_change_a_version(closed, change):
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        change()


def test_the_last_version_is_printed(corrected, secretary):
    Activity.objects.filter(pk=corrected.pk).update(place="别处")

    document = minutes.document_of(corrected)

    assert dict(document.facts)["地　　点"] == "四楼会议室"


def test_a_record_without_a_version_is_printed_as_it_stands(closed):
    forget_versions()

    assert minutes.document_of(closed) == documents.record_of(closed)


def test_the_record_page_lists_the_versions(corrected, secretary, client):
    client.force_login(secretary)

    page = client.get(reverse("activity", kwargs={"pk": corrected.pk})).content.decode()

    assert "会议记录版本" in page
    assert page.index("第2版") < page.index("第1版")
    assert reverse("activity-minutes", kwargs={"pk": corrected.pk, "number": 1}) in page
    assert reverse("activity-minutes-changes", kwargs={"pk": corrected.pk, "number": 2}) in page


def test_a_version_is_read_as_it_was(corrected, secretary, client):
    client.force_login(secretary)

    page = client.get(reverse("activity-minutes", kwargs={"pk": corrected.pk, "number": 1}))

    assert "三楼会议室" in page.content.decode()
    assert "四楼会议室" not in page.content.decode()


def test_the_difference_is_said_in_words(corrected, secretary, client):
    client.force_login(secretary)
    ways = {"pk": corrected.pk, "number": 2}

    page = client.get(reverse("activity-minutes-changes", kwargs=ways)).content.decode()

    assert "<del" in page and "<ins" in page
    assert "删去" in page and "新增" in page


def test_the_first_version_has_nothing_before_it(closed, secretary, client):
    client.force_login(secretary)
    ways = {"pk": closed.pk, "number": 1}

    answer = client.get(reverse("activity-minutes-changes", kwargs=ways))

    assert answer["Location"] == reverse("activity-minutes", kwargs=ways)


@pytest.mark.parametrize("number", [0, 3, 99999])
def test_a_version_that_is_not_there_is_not_found(corrected, secretary, client, number):
    client.force_login(secretary)
    for name in ("activity-minutes", "activity-minutes-changes"):
        ways = {"pk": corrected.pk, "number": number}
        assert client.get(reverse(name, kwargs=ways)).status_code == 404


def test_other_branches_do_not_read_them(corrected, person, branch_b):
    client = person(Role.SECRETARY, branch_b)
    for name in ("activity-minutes", "activity-minutes-changes"):
        ways = {"pk": corrected.pk, "number": 1}
        assert client.get(reverse(name, kwargs=ways)).status_code == 404


def test_the_drawn_record_is_the_last_version(corrected, secretary, client):
    client.force_login(secretary)
    client.post(reverse("activity-print", kwargs={"pk": corrected.pk}))
    Activity.objects.filter(pk=corrected.pk).update(place="别处")
    job = Job.objects.get()

    tasks.draw_record(job_id=job.pk)

    job.refresh_from_db()
    assert (job.state, job.error) == ("DONE", "")


@pytest.mark.parametrize("rounds", [1, 10])
def test_the_page_needs_as_many_statements_for_many_versions(
    closed, secretary, client, rounds, django_assert_max_num_queries
):
    for n in range(rounds):
        later = moment(DAY + dt.timedelta(days=n + 1))
        operations.reopen(activity=closed, reason=f"第{n}次", by=secretary, at=later)
        operations.close(activity=closed, by=secretary, at=later)
    with django_assert_max_num_queries(1):
        assert len(minutes.listed(closed)) == rounds + 1
