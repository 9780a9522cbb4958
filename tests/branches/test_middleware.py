"""A step that came too late is a message on the page it came from, never an error."""

from django.contrib.messages import get_messages
from django.test import RequestFactory

from branches.middleware import RequestContextMiddleware
from branches.rules.roles import Role
from branches.rules.workflow import StepNotAllowed

TOO_LATE = "情况已有变化，这一步现在不能办理。请核对页面上的最新状态。"


def _answer(client, method="post", referer="/activities/"):
    request = getattr(RequestFactory(), method)("/x/", headers={"referer": referer})
    request.session = client.session
    request._messages = _Kept()
    middleware = RequestContextMiddleware(lambda _: None)  # type: ignore[arg-type]
    return request, middleware.process_exception(request, StepNotAllowed("CLOSED", "EDIT"))


class _Kept(list):
    def add(self, _level, text, _extra=""):
        self.append(text)


def test_a_late_step_leads_back_with_the_reason(person, branch_a):
    request, answer = _answer(person(Role.SECRETARY, branch_a), referer="http://testserver/a/1/")

    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/a/1/")
    assert list(get_messages(request)) == [TOO_LATE]


def test_never_to_another_site(person, branch_a):
    _, answer = _answer(person(Role.SECRETARY, branch_a), referer="https://evil.example/")

    assert answer["Location"] == "/"


def test_reading_raises_what_is_wrong(person, branch_a):
    _, answer = _answer(person(Role.SECRETARY, branch_a), method="get")

    assert answer is None
