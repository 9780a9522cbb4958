"""The whole site on one machine: ``python -m config.demo [PORT]``, ended by Ctrl-C.

Starts the private servers, brings the demo database up to date, then keeps the web server, the
task worker and the clock running until a signal comes or one of them dies.
"""

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from config import local
from config.binaries import LocalServerError

LOGS = local.VAR / "log"
GRACE_SECONDS = 10
READY_SECONDS = 60
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


class DemoError(RuntimeError):
    """The demo cannot go on; the message says why."""


class Interrupted(Exception):
    """A signal asked for the end."""


class Signals:
    """Remembers that an end was asked for; asking again changes nothing."""

    def __init__(self) -> None:
        self.asked = False
        for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(which, self._ask)

    def _ask(self, *_: object) -> None:
        self.asked = True

    def sleep(self, seconds: float) -> None:
        """Sleep in short steps. Raises Interrupted once an end was asked for."""
        deadline = time.monotonic() + seconds
        while not self.asked and time.monotonic() < deadline:
            time.sleep(0.05)
        if self.asked:
            raise Interrupted


class Child:
    """A process group of our own making, out of reach of the terminal's Ctrl-C."""

    def __init__(self, name: str, arguments: Sequence[str], log: Path) -> None:
        self.name, self.log = name, log
        with log.open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603 (our own commands)
                [sys.executable, *arguments],
                cwd=local.BASE_DIR,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=end_with_parent(os.getpid()),
            )

    def tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-30:])

    def signal(self, how: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, how)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def end_with_parent(parent: int) -> Callable[[], None]:
    """What a new child runs first: it is told to end when ``parent`` is killed outright."""

    def ask() -> None:
        _prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # killed before we could ask
            os._exit(1)

    return ask


def stop(children: Sequence[Child]) -> None:
    """End all process groups: politely, and after ten seconds for certain."""
    for child in children:
        child.signal(signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, deadline - time.monotonic()))
        child.signal(signal.SIGKILL)
        child.process.wait()


def run_step(signals: Signals, name: str, arguments: Sequence[str]) -> None:
    """Run one command to its end. Raises DemoError with the end of its output if it fails."""
    say(f"{name} …")
    child = Child(name, arguments, LOGS / "prepare.log")
    try:
        while child.process.poll() is None:
            signals.sleep(0.1)
    finally:
        stop([child])
    if child.process.returncode:
        raise DemoError(f"{name}失败：\n{child.tail()}")


def require_free(port: int) -> None:
    """Raises DemoError when another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DemoError(
                f"端口 {port} 不能使用，可能已有程序占用。"
                f"请换一个端口：make demo PORT={port + 1 if port < 65535 else 8001}"
            ) from error


def answers(port: int) -> bool:
    """Whether the site serves its login page: anything but a refusal or a server error."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/login/")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def start_all(port: int) -> list[Child]:
    """The web server, the worker and the clock, each with its log."""
    celery = ["-m", "celery", "-A", "config"]
    web = ["-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}"]
    return [
        Child("网站", [*web, "--workers", "1", "--threads", "8"], LOGS / "web.log"),
        Child(
            "后台任务",
            [*celery, "worker", "-Q", "default,drawing", "-c", "2", "-l", "INFO"],
            LOGS / "worker.log",
        ),
        Child(
            "定时任务",
            [*celery, "beat", "-s", str(local.VAR / "beat-schedule"), "--pidfile=", "-l", "INFO"],
            LOGS / "beat.log",
        ),
    ]


def watch(signals: Signals, children: Sequence[Child], port: int) -> None:
    """Until a signal (raises Interrupted) or a death (raises DemoError); says when it is ready."""
    started, ready = time.monotonic(), False
    while True:
        for child in children:
            code = child.process.poll()
            if code is not None:
                raise DemoError(
                    f"{child.name}意外结束（返回值 {code}），日志 {child.log} 的最后几行：\n"
                    f"{child.tail()}"
                )
        if not ready:
            ready = answers(port)
            if ready:
                say(f"\n网站已就绪：http://127.0.0.1:{port}/")
                say("登录页列出了各角色的演示账号。按 Ctrl-C 停止。\n")
            elif time.monotonic() - started > READY_SECONDS:
                raise DemoError(f"网站 {READY_SECONDS} 秒内没有应答：\n{children[0].tail()}")
        signals.sleep(0.2)


def demo(port: int) -> None:
    """Everything, until Interrupted or an error; nothing is left running after either."""
    signals = Signals()
    _prctl(PR_SET_CHILD_SUBREAPER, 1)  # the servers detach themselves; collect them at the end
    os.environ.setdefault("DJANGO_DEMO", "1")
    say("启动开发用 PostgreSQL 和 Redis …")
    local.prepare()
    local.local_secrets()
    LOGS.mkdir(parents=True, exist_ok=True)
    run_step(signals, "更新数据库结构", ["manage.py", "migrate", "--no-input"])
    run_step(signals, "准备演示数据", ["manage.py", "seed_demo"])
    say("启动网站、后台任务、定时任务 …")
    children = start_all(port)
    try:
        watch(signals, children, port)
    finally:
        say("正在停止 …")
        stop(children)


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 after a signal, 1 after a failure, 2 for what is no port."""
    text = arguments[0] if arguments else "8000"
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        say(f"端口应是 1 到 65535 之间的整数，收到的是“{text}”。")
        return 2
    try:
        require_free(int(text))
    except DemoError as error:
        say(str(error))
        return 1
    try:
        demo(int(text))
    except Interrupted:
        code = 0
    except (DemoError, LocalServerError) as error:
        say(str(error))
        code = 1
    local.leave()
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    say("已全部停止。")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
