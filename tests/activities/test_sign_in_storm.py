"""A thousand people sign in at once while the chair saves the roll: nobody is lost or doubled."""

import datetime as dt
import functools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activities.models import SignIn
from activities.operations import activities as operations
from activities.operations import sign_in
from activities.rules.kinds import ActivityKind
from activities.rules.sign_in import code_at
from branches import audit
from branches.models import AuditEntry, Post, User
from branches.rules.roles import Role
from members.models import Member, Membership
from tests.activities.conftest import FOUNDED, details

PEOPLE = 1000
THREADS = 8
# Every tenth taps twice, in two requests at the same time.
TWICE = 10
SAVED_EVERY = 200


@pytest.fixture
def assembly(branch_a, secretary):
    """A branch of a thousand with accounts, and a meeting of today that takes sign-ins."""
    at = timezone.now()
    users = User.objects.bulk_create(
        User(username=f"reader{n}", name=f"党员{n:04d}", created_at=at, password="!")
        for n in range(PEOPLE)
    )
    members = Member.objects.bulk_create(
        Member(name=user.name, name_pinyin=f"{n:04d}", name_strokes=f"{n:04d}", user=user)
        for n, user in enumerate(users)
    )
    Membership.objects.bulk_create(
        Membership(member=member, branch=branch_a, started_on=FOUNDED) for member in members
    )
    activity = operations.log(
        organization=branch_a, kind=ActivityKind.THEME_DAY,
        details=details(timezone.localdate(at)), by=secretary, at=at,
    )  # fmt: skip
    window = sign_in.open_window(
        activity=activity, late_from=None, closes_at=at + dt.timedelta(minutes=30),
        by=secretary, at=at,
    )  # fmt: skip
    return activity, window, users


def signed_in_to_their_accounts(users: list[User]) -> dict[int, str]:
    """Return the session key of each, as if they had signed in in the morning."""
    store = SessionStore()
    rows = [
        Session(
            session_key=f"{user.pk:032d}",
            session_data=store.encode(
                {
                    SESSION_KEY: str(user.pk),
                    BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
                    HASH_SESSION_KEY: user.get_session_auth_hash(),
                }
            ),
            expire_date=timezone.now() + dt.timedelta(hours=1),
        )
        for user in users
    ]
    Session.objects.bulk_create(rows)
    return {user.pk: row.session_key for user, row in zip(users, rows, strict=True)}


@pytest.mark.django_db(transaction=True)
def test_nobody_is_lost_or_doubled(assembly, branch_a):
    activity, window, users = assembly
    sessions = signed_in_to_their_accounts(users)
    absent = activity.attendances.order_by("member__name_pinyin").first().member_id
    chair = User.objects.create(
        username="chair", name="主持人", created_at=timezone.now(), password="!"
    )
    Post.objects.create(user=chair, organization=branch_a, role=Role.SECRETARY, started_on=FOUNDED)
    answers: list[int] = []
    saved: list[int] = []

    mine = threading.local()

    def tap(user: User) -> None:
        if not hasattr(mine, "client"):
            mine.client = Client()
        client = mine.client
        client.cookies[settings.SESSION_COOKIE_NAME] = sessions[user.pk]
        code = code_at(window.secret, activity.pk, timezone.now())
        url = reverse("sign-in-scan", kwargs={"pk": activity.pk, "code": code})
        answers.append(client.post(url).status_code)

    def save_the_roll() -> None:
        """Send a form that was opened before: one is absent, nobody else is marked."""
        client = Client()
        client.force_login(chair)
        url = reverse("activity-roll", kwargs={"pk": activity.pk})
        saved.append(client.post(url, {f"status_{absent}": "ABSENT"}).status_code)

    together = threading.Barrier(THREADS)

    def hang_up() -> None:
        together.wait()
        connection.close()

    steps: list[Callable[[], None]] = []
    for n, user in enumerate(users):
        steps += [functools.partial(tap, user)] * (2 if n % TWICE == 0 else 1)
        if n % SAVED_EVERY == SAVED_EVERY - 1:
            steps.append(save_the_roll)
    with ThreadPoolExecutor(THREADS) as pool:
        # A thread keeps its connection to the end, as one of the web server does.
        list(pool.map(lambda step: step(), steps))
        for closed in [pool.submit(hang_up) for _ in range(THREADS)]:
            closed.result()

    assert answers == [302] * (PEOPLE + PEOPLE // TWICE)
    assert saved == [302] * (PEOPLE // SAVED_EVERY)
    assert SignIn.objects.filter(activity=activity).count() == PEOPLE
    assert set(SignIn.objects.values_list("member__user_id", flat=True)) == {u.pk for u in users}
    entries = AuditEntry.objects.filter(action="activity.signed_in")
    assert entries.values("actor_id").distinct().count() == entries.count() == PEOPLE

    chair_client = Client()
    chair_client.force_login(chair)
    chair_client.post(reverse("activity-roll", kwargs={"pk": activity.pk}))
    found = activity.attendances.order_by("member__name_pinyin").values_list("status", flat=True)
    assert list(found) == ["ABSENT"] + ["PRESENT"] * (PEOPLE - 1)
    audit.seal()
    assert audit.verify() == []
