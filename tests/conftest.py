"""What every test may ask for: a small company, people signed in, a fixed moment."""

from __future__ import annotations

import datetime as dt
import itertools
import tomllib
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.db import connection
from django.db.models.signals import post_migrate
from django.test import Client

from branches.models import Organization, Post, Regulation, User
from branches.operations import organizations
from branches.rules.roles import Role
from branches.rules.tree import OrganizationKind, OrganizationType

FOUNDED = dt.date(2000, 7, 1)
REGULATIONS = Path(django_settings.BASE_DIR) / "branches" / "data" / "regulations.toml"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """Let tests with real transactions clean up after themselves.

    Their clean-up truncates every table. The audit forbids that, so in the test database
    that one trigger sleeps (the triggers against UPDATE and DELETE stay awake; the test of
    the trigger itself wakes it). Rows that came with migrations are filled in again.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE branches_auditentry DISABLE TRIGGER audit_stands")
    branches = apps.get_app_config("branches")
    post_migrate.connect(_fill_regulations, sender=branches, dispatch_uid="tests")
    yield
    post_migrate.disconnect(sender=branches, dispatch_uid="tests")


def _fill_regulations(**_sender: object) -> None:
    if not Regulation.objects.exists():
        rows = tomllib.loads(REGULATIONS.read_text(encoding="utf-8"))["regulation"]
        Regulation.objects.bulk_create(Regulation(**row) for row in rows)


@pytest.fixture(scope="session")
def _media_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("media")


@pytest.fixture(autouse=True)
def media(settings, _media_folder):
    """Keep uploaded and drawn files out of the working tree."""
    settings.MEDIA_ROOT = _media_folder
    return _media_folder


@pytest.fixture(autouse=True)
def cheap_passwords(settings):
    """Argon2 is slow on purpose; what tests ask about passwords does not depend on it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def at() -> dt.datetime:
    """Tuesday afternoon, an ordinary working day."""
    return dt.datetime(2026, 10, 20, 15, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def set_up(
    code: str, name: str, kind: OrganizationKind, parent: Organization | None, at: dt.datetime
) -> Organization:
    return organizations.create(
        code=code,
        name=f"青峰能源{name}",
        short_name=name,
        kind=kind,
        type=OrganizationType.ENTERPRISE_FRONT,
        parent=parent,
        founded_on=FOUNDED,
        by=None,
        at=at,
    )


@pytest.fixture
def committee(db, at) -> Organization:
    return set_up("QF", "党委", OrganizationKind.COMMITTEE, None, at)


@pytest.fixture
def branch_a(committee, at) -> Organization:
    return set_up("QF01", "采煤党支部", OrganizationKind.BRANCH, committee, at)


@pytest.fixture
def branch_b(committee, branch_a, at) -> Organization:
    """The sibling of ``branch_a``: what is there must not be seen from here."""
    return set_up("QF02", "机电党支部", OrganizationKind.BRANCH, committee, at)


@pytest.fixture
def group_a(branch_a, at) -> Organization:
    return set_up("QF0101", "采煤一组", OrganizationKind.GROUP, branch_a, at)


@pytest.fixture
def person(db, at) -> Callable[..., Client]:
    """Return ``person(role, organization)``: a signed-in Client whose ``.user`` holds the post.

    Without a role the account has no post (an ordinary member).
    """
    numbers = itertools.count(1)

    def make(role: Role | str | None = None, organization: Organization | None = None) -> Client:
        number = next(numbers)
        user = User.objects.create(
            username=f"person{number:02d}", name=f"人员{number:02d}", created_at=at, password="!"
        )
        if role is not None:
            Post.objects.create(user=user, organization=organization, role=role, started_on=FOUNDED)
        client = Client()
        client.force_login(user)
        client.user = user  # type: ignore[attr-defined]
        return client

    return make
