"""Digests: one a day at most, to a real mail server and a real robot, and what goes wrong."""

import base64
import datetime as dt
import hmac
import http.client
import json
import socket
import threading
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from aiosmtpd.controller import Controller
from django.core.cache import cache

from branches import channels, tasks
from branches.channels import NotDelivered
from branches.models import AuditEntry, Delivery, Webhook
from branches.operations import reminders as operations
from branches.queries import reminders
from branches.rules.roles import Role

T = dt.time
DAY = dt.date(2026, 10, 20)
QUIET = {"quiet_from": T(21), "quiet_to": T(7)}


class Letters:
    """What arrived at the mail server; the first ``refusals`` deliveries are refused."""

    def __init__(self) -> None:
        self.arrived: list[tuple[list[str], str, str, str]] = []
        self.refusals = 0

    async def handle_DATA(self, _server, _session, envelope):
        if self.refusals:
            self.refusals -= 1
            return "451 later"
        mail = message_from_bytes(envelope.content)
        body = mail.get_payload(decode=True).decode().replace("\r\n", "\n").strip()
        subject = str(make_header(decode_header(mail["Subject"])))
        self.arrived.append((envelope.rcpt_tos, subject, body, mail["Message-ID"]))
        return "250 OK"


@pytest.fixture
def letters(settings):
    """A mail server on this machine, and the settings that name it."""
    box = Letters()
    with socket.socket() as free:  # the controller wants to know its port beforehand
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    yield box
    server.stop()


class Robot:
    """A receiver of group messages that keeps what it was told and answers as it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict]] = []
        self.answer: tuple[int, bytes, dict[str, str]] = (200, b'{"errcode": 0}', {})
        robot = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                size = int(self.headers["Content-Length"])
                robot.heard.append((self.path, json.loads(self.rfile.read(size))))
                status, body, headers = robot.answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def robot(settings):
    robot = Robot()
    settings.REMINDER_HOSTS = [robot.host]
    yield robot
    robot.server.shutdown()
    robot.server.server_close()


@pytest.fixture
def wished(person, branch_a, at):
    """A secretary who wants a mail at eight."""
    user = person(Role.SECRETARY, branch_a).user
    operations.prefer(user=user, by_mail=True, mail="a@example.cn", send_at=T(8), **QUIET, at=at)
    return user


def _put(user, at, body="您有 1 件事要办"):
    operations.put(day=DAY, at=at, body=body, user=user)


MORNING = T(9)


def _send_waiting(at, time=MORNING):
    for delivery in reminders.waiting(DAY, at, time):
        operations.send(delivery=delivery, at=at, way=tasks._send)


def _states():
    return list(Delivery.objects.order_by("pk").values_list("state", "attempts", "error"))


# To people


def test_a_digest_arrives_as_a_mail_once(wished, letters, at):
    _put(wished, at)
    _put(wished, at, body="还有一封")
    _send_waiting(at)
    _send_waiting(at)

    [(to, _, body, _)] = letters.arrived
    assert (to, body) == (["a@example.cn"], "您有 1 件事要办")
    assert list(Delivery.objects.values_list("state", "body")) == [("SENT", "")]


def test_the_mail_that_is_sent_again_has_the_same_identity(wished, letters, at):
    for _ in range(2):
        channels.send_mail("a@example.cn", subject="一", body="二", key="digest 1")

    assert len({letter[3] for letter in letters.arrived}) == 1


def test_a_refused_mail_is_tried_three_times_with_pauses_and_then_given_up(wished, letters, at):
    letters.refusals = 3
    _put(wished, at)
    why = "邮件服务器没有收下（SMTPDataError）。"

    _send_waiting(at)
    assert _states() == [("WAITING", 1, why)]
    _send_waiting(at + dt.timedelta(minutes=9))
    assert _states() == [("WAITING", 1, why)]
    _send_waiting(at + dt.timedelta(minutes=10))
    assert _states() == [("WAITING", 2, why)]
    _send_waiting(at + dt.timedelta(minutes=70))
    assert _states() == [("FAILED", 3, why)]
    _send_waiting(at + dt.timedelta(days=1))
    assert letters.arrived == []


def test_a_digest_that_fails_unexpectedly_stops_no_other(wished, person, branch_a, at):
    other = person(Role.SECRETARY, branch_a).user
    operations.prefer(user=other, by_mail=True, mail="b@example.cn", send_at=T(8), **QUIET, at=at)
    _put(wished, at)
    _put(other, at)

    def way(delivery):
        if delivery.user == wished:
            raise http.client.InvalidURL("URL can't contain control characters")

    for now in (at, at + dt.timedelta(minutes=10), at + dt.timedelta(hours=2)):
        for delivery in reminders.waiting(DAY, now, MORNING):
            operations.send(delivery=delivery, at=now, way=way)

    assert _states() == [("FAILED", 3, "发送时出错，已记入日志"), ("SENT", 1, "")]


def test_without_a_mail_server_the_reason_is_kept(wished, settings, at):
    settings.EMAIL_HOST = ""
    _put(wished, at)
    _send_waiting(at)

    assert _states() == [("WAITING", 1, "本系统还没有配置邮件服务器，请联系管理员。")]


def test_nothing_leaves_in_the_quiet_hours_or_after_turning_off(wished, letters, at):
    _put(wished, at)
    _send_waiting(at, time=T(22))
    assert letters.arrived == []
    operations.prefer(user=wished, by_mail=False, mail="", send_at=T(8), **QUIET, at=at)
    _send_waiting(at)
    assert letters.arrived == []
    operations.prefer(user=wished, by_mail=True, mail="b@example.cn", send_at=T(8), **QUIET, at=at)
    _send_waiting(at)
    assert [letter[0] for letter in letters.arrived] == [["b@example.cn"]]


@pytest.mark.parametrize(
    ("time", "asked"), [(T(7, 59), 0), (T(8), 1), (T(20, 59), 1), (T(21), 0), (T(23, 59), 0)]
)
def test_people_are_asked_for_from_their_time_until_the_quiet_hours(wished, time, asked):
    assert len(reminders.people_to_ask(DAY, time)) == asked


def test_who_had_a_digest_or_had_nothing_to_do_is_not_asked_for_again(wished, at):
    _put(wished, at, body="")

    assert _states() == [("NOTHING", 0, "")]
    assert reminders.people_to_ask(DAY, T(9)) == []
    assert len(reminders.people_to_ask(DAY + dt.timedelta(days=1), T(9))) == 1


def test_two_workers_send_it_once(wished, letters, at):
    _put(wished, at)
    [first], [second] = reminders.waiting(DAY, at, T(9)), reminders.waiting(DAY, at, T(9))
    operations.send(delivery=first, at=at, way=tasks._send)
    operations.send(delivery=second, at=at, way=tasks._send)

    assert len(letters.arrived) == 1


def test_the_outbox_forgets_after_thirty_days(wished, at):
    _put(wished, at)
    operations.forget(at=at + dt.timedelta(days=30))
    assert Delivery.objects.count() == 1
    operations.forget(at=at + dt.timedelta(days=31))
    assert Delivery.objects.count() == 0


def test_asking_and_sending_take_as_many_queries_for_thirty_as_for_one(
    person, branch_a, letters, at, django_assert_num_queries
):
    for number in range(30):
        user = person(Role.GROUP_LEADER, branch_a).user
        operations.prefer(
            user=user, by_mail=True, mail=f"a{number}@example.cn", send_at=T(8), **QUIET, at=at
        )
    with django_assert_num_queries(1):
        assert len(reminders.people_to_ask(DAY, T(9))) == 30


def test_the_clock_brings_a_secretary_the_lines_of_the_home_page(
    person, branch_a, branch_b, letters, robot, at
):
    always = {"send_at": T(0), "quiet_from": T(0), "quiet_to": T(0)}
    secretary, member = person(Role.SECRETARY, branch_a).user, person(None).user
    for user in (secretary, member):
        operations.prefer(user=user, by_mail=True, mail=f"{user.pk}@example.cn", **always, at=at)
    for branch in (branch_a, branch_b):
        webhook = _robot_of(branch, secretary, robot.host, at)
        Webhook.objects.filter(pk=webhook.pk).update(send_at=T(0))

    for _ in range(2):
        tasks.send_digests()

    [(to, _, body, _)] = letters.arrived
    assert to == [f"{secretary.pk}@example.cn"]
    assert "主题党日" in body
    # The other branch has no secretary, so nobody's matters are counted there.
    [(_, said)] = robot.heard
    assert said["text"]["content"].startswith("【采煤党支部】现有 ")


# To groups


def _robot_of(organization, user, host, at, kind="WECOM", secret="") -> Webhook:
    return operations.add_webhook(
        organization=organization, title="工作群", kind=kind, url=f"http://{host}/send?key=k",
        secret=secret, send_at=T(8), by=user, at=at,
    )  # fmt: skip


def test_a_robot_says_the_digest_in_the_form_of_its_kind(robot, person, branch_a, at):
    user = person(Role.ADMINISTRATOR, branch_a).user
    wecom = _robot_of(branch_a, user, robot.host, at)
    dingtalk = _robot_of(branch_a, user, robot.host, at, kind="DINGTALK", secret="密")
    for webhook in (wecom, dingtalk):
        operations.put(day=DAY, at=at, body="现有 2 件事要办", webhook=webhook)
    _send_waiting(at)

    said = {"msgtype": "text", "text": {"content": "现有 2 件事要办"}}
    assert [words for _, words in robot.heard] == [said, said]
    assert robot.heard[0][0] == "/send?key=k"
    signed = parse_qs(urlsplit(robot.heard[1][0]).query)
    stamp = signed["timestamp"][0]
    expected = base64.b64encode(hmac.digest("密".encode(), f"{stamp}\n密".encode(), "sha256"))
    assert signed["sign"] == [expected.decode()]
    assert [state for state, _, _ in _states()] == ["SENT", "SENT"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (
            (200, b'{"errcode": 93000, "errmsg": "invalid webhook url"}', {}),
            "群机器人没有接受（93000 invalid webhook url）。请核对地址和加签密钥。",
        ),
        ((500, b"", {}), "群机器人的服务器答复 500。"),
        ((302, b"", {"Location": "http://127.0.0.1:1/"}), "群机器人的服务器答复 302。"),
        ((200, b"no json", {}), "连不上群机器人的服务器（JSONDecodeError）。"),
        ((200, b"[]", {}), "群机器人没有接受（None ）。请核对地址和加签密钥。"),
    ],
)
def test_a_robot_that_refuses_is_said_so(robot, person, branch_a, at, answer, why):
    webhook = _robot_of(branch_a, person(Role.ADMINISTRATOR, branch_a).user, robot.host, at)
    robot.answer = answer
    with pytest.raises(NotDelivered) as failure:
        channels.post(webhook, "一", at=at)
    assert str(failure.value) == why


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/send",
        "https://localhost/",
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
        "https://qyapi.weixin.qq.com.evil.cn/",
        "https://qyapi.weixin.qq.com@evil.cn/",
        "https://user:pass@qyapi.weixin.qq.com/",
        "file:///etc/passwd",
        "https://[::1",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a b",
        "https://qyapi.weixin.qq.com/send?key=1\x7f",
        "https://qyapi.weixin.qq.com/send?key=1\u3000",
        "not an address",
    ],
)
def test_only_the_named_hosts_are_called(url):
    with pytest.raises(NotDelivered):
        channels.check_address(url)


def test_the_public_robots_are_allowed():
    channels.check_address("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1")
    channels.check_address("https://oapi.dingtalk.com/robot/send?access_token=1")


def test_an_address_that_cannot_be_called_is_said_so(robot):
    with pytest.raises(NotDelivered, match="连不上群机器人的服务器（InvalidURL）"):
        channels._call(f"http://{robot.host}/a b", b"{}")


def test_the_address_of_a_robot_is_in_no_page_and_no_audit(robot, person, branch_a, at):
    client = person(Role.ADMINISTRATOR, branch_a)
    _robot_of(branch_a, client.user, robot.host, at, secret="geheim")

    page = client.get("/webhooks/").content.decode()
    assert "工作群" in page
    for hidden in (robot.host, "geheim", "key=k"):
        assert hidden not in page
        assert not any(hidden in str(entry.after) for entry in AuditEntry.objects.all())


# Pages


def test_one_sets_ones_own_reminders(person, branch_a):
    client = person(None)
    posted = {
        "by_mail": "on", "mail": "a@example.cn", "send_at": "08:00", "quiet_from": "21:00",
        "quiet_to": "07:00",
    }  # fmt: skip

    assert client.post("/my/reminders/", posted).status_code == 302
    row = reminders.preference_of(client.user)
    assert (row.by_mail, row.mail, row.send_at) == (True, "a@example.cn", T(8))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"mail": ""}, "要用邮件提醒，请填写邮箱。"),
        ({"mail": "nobody"}, "邮箱写成 name@example.cn 这样。"),
        ({"send_at": "22:00"}, "这个时间在免打扰时段里，请改发送时间或免打扰时段。"),
        ({"send_at": "25:00"}, "每天发送时间写成 15:00 这样。"),
        ({"quiet_to": ""}, "请填写免打扰结束时间。"),
    ],
)
def test_a_wish_that_cannot_be_met_is_said_and_kept_on_the_page(person, changed, words):
    client = person(None)
    posted = {
        "by_mail": "on", "mail": "a@example.cn", "send_at": "08:00", "quiet_from": "21:00",
        "quiet_to": "07:00",
    } | changed  # fmt: skip

    page = client.post("/my/reminders/", posted).content.decode()
    assert words in page
    assert f'value="{posted["send_at"]}"' in page


def test_an_address_of_the_other_kind_is_noticed(person, branch_a):
    page = person(Role.ADMINISTRATOR, branch_a).post(
        "/webhooks/new/",
        {
            "organization": branch_a.pk, "title": "群", "kind": "WECOM", "send_at": "08:00",
            "url": "https://oapi.dingtalk.com/robot/send?access_token=1",
        },
    )  # fmt: skip

    assert "这是钉钉群机器人的地址，请改选类型或核对地址。" in page.content.decode()


def test_a_test_mail_goes_out_once_a_minute(person, letters, at):
    cache.clear()
    client = person(None)
    operations.prefer(
        user=client.user, by_mail=True, mail="a@example.cn", send_at=T(8), **QUIET, at=at
    )
    for _ in range(2):
        client.post("/my/reminders/try/")
    assert [letter[1] for letter in letters.arrived] == ["支部管理：测试邮件"]


def test_a_robot_is_added_tried_and_stopped(robot, person, branch_a):
    cache.clear()
    client = person(Role.ADMINISTRATOR, branch_a)
    client.post(
        "/webhooks/new/",
        {
            "organization": branch_a.pk, "title": "工作群", "kind": "WECOM",
            "url": f"http://{robot.host}/send", "send_at": "08:00",
        },
    )  # fmt: skip
    row = Webhook.objects.get()
    client.post(f"/webhooks/{row.pk}/try/")
    client.post(f"/webhooks/{row.pk}/stop/")

    assert len(robot.heard) == 1
    assert client.post(f"/webhooks/{row.pk}/try/").status_code == 404
    assert list(Webhook.objects.values_list("is_active", flat=True)) == [False]


@pytest.mark.parametrize("robots", [1, 30])
def test_the_list_of_robots_takes_as_many_queries_for_one_as_for_thirty(
    robot, person, branch_a, at, django_assert_num_queries, robots
):
    user = person(Role.ADMINISTRATOR, branch_a).user
    for _ in range(robots):
        webhook = _robot_of(branch_a, user, robot.host, at)
        operations.put(day=DAY, at=at, body="一", webhook=webhook)
    with django_assert_num_queries(2):
        found = reminders.with_last(Webhook.objects.select_related("organization"))
    assert len(found) == robots
