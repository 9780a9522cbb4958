"""Closed unless opened: policies, 403 for a page, 404 for an object."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.urls import URLResolver, path
from django.urls.resolvers import RegexPattern

from branches import access, checks
from branches.access import Grants
from branches.models import Post
from branches.rules.roles import Capability, Role
from branches.scope import Scope


def test_every_routed_view_names_its_policy():
    assert checks.every_view_names_its_policy(None) == []


def test_a_planted_view_without_a_policy_is_found(settings):
    planted = type("urls", (), {"urlpatterns": [
        path("", lambda request: HttpResponse(), name="planted"),
        path("open/", access.anyone("公开")(lambda request: HttpResponse()), name="decided"),
    ]})  # fmt: skip
    settings.ROOT_URLCONF = planted

    assert [error.msg for error in checks.every_view_names_its_policy(None)] == [
        "view of address 'planted' names no capability"
    ]


def test_a_planted_view_inside_an_include_is_found():
    inner = [path("x/", lambda request: HttpResponse(), name="inner")]
    resolver = URLResolver(RegexPattern(r"^/"), [URLResolver(RegexPattern(r"^in/"), inner)])

    [(name, view)] = checks.routed_views(resolver)
    assert (name, hasattr(view, access.POLICY_MARK)) == ("inner", False)


@access.requires(Capability.MANAGE_CALENDAR)
def guarded(request, **kwargs):
    return HttpResponse(",".join(request.scope.roots))


@pytest.fixture
def ask(rf: RequestFactory, at):
    def ask(user, grants: Grants, **kwargs):
        request = rf.get("/guarded/")
        request.user, request.grants, request.today = user, grants, at.date()
        return guarded(request, **kwargs)

    return ask


def test_without_an_account_one_is_sent_to_sign_in(ask):
    assert ask(AnonymousUser(), Grants()).url == "/login/?next=/guarded/"


@pytest.mark.parametrize("role", [None, *(role for role in Role if role != Role.ADMINISTRATOR)])
def test_without_the_capability_a_page_is_forbidden_and_an_object_not_found(
    role, ask, person, branch_a, at
):
    user = person(role, branch_a).user
    grants = Grants.of(user, at.date())

    with pytest.raises(PermissionDenied):
        ask(user, grants)
    with pytest.raises(Http404):
        ask(user, grants, pk=1)


def test_with_the_capability_the_view_gets_the_scope(ask, person, branch_a, at):
    user = person(Role.ADMINISTRATOR, branch_a).user

    assert ask(user, Grants.of(user, at.date())).content.decode() == branch_a.path


def test_posts_of_a_dissolved_organisation_grant_nothing(person, branch_a, at):
    user = person(Role.SECRETARY, branch_a).user
    branch_a.dissolved_on = at.date()
    branch_a.save()

    assert Grants.of(user, at.date()) == Grants()


def test_ended_and_future_posts_grant_nothing(person, branch_a, at):
    user = person(Role.SECRETARY, branch_a).user
    Post.objects.filter(user=user).update(ended_on=at.date())
    assert Grants.of(user, at.date()) == Grants()

    Post.objects.filter(user=user).update(started_on="2026-10-21", ended_on=None)
    assert Grants.of(user, at.date()) == Grants()


def test_an_empty_scope_reaches_nothing():
    empty = Scope()

    assert (bool(empty), empty.reaches("0000"), empty.roots) == (False, False, ())


@pytest.mark.django_db
def test_grants_of_a_person_are_one_query(
    person, branch_a, branch_b, at, django_assert_num_queries
):
    user = person(Role.SECRETARY, branch_a).user
    Post.objects.create(
        user=user, organization=branch_b, role=Role.REVIEWER, started_on="2020-01-01"
    )

    with django_assert_num_queries(1):
        grants = Grants.of(user, at.date())
    assert grants.scope(Capability.START_RUNS).roots == (branch_b.path,)
    assert grants.scope(Capability.PRINT_LEDGERS).roots == (branch_a.path, branch_b.path)
