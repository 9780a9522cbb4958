"""A whole site for browsers: the demo in a database of its own, web server and worker running."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LOGS = ROOT / "var" / "log"
CHROMIUM = "/usr/bin/chromium"
# Without these, Chromium looks up outside hosts at every start.
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class SiteDidNotStart(RuntimeError):
    """The message holds the end of the log."""


@dataclass(frozen=True)
class Site:
    url: str


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def manage(*arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, check=True)


@contextlib.contextmanager
def running() -> Iterator[Site]:
    """Serve the demo on a free port; the addresses of its servers are in the environment.

    :raises SiteDidNotStart: the web server does not answer within a minute.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    port = free_port()
    env = os.environ | {"DJANGO_DEMO": "1", "C_FORCE_ROOT": "1"}
    commands = {
        "web": ["gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "8"],
        "worker": [
            "celery", "-A", "config", "worker", "-Q", "default,drawing",
            "--concurrency", "2", "--loglevel", "WARNING",
        ],
    }  # fmt: skip
    with contextlib.ExitStack() as stack:
        for name, command in commands.items():
            log = stack.enter_context((LOGS / f"browser-{name}.log").open("wb"))
            process = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=ROOT, env=env, stdout=log, stderr=log
            )
            stack.callback(_stop, process)
        _wait(f"http://127.0.0.1:{port}/health/live", LOGS / "browser-web.log")
        yield Site(f"http://127.0.0.1:{port}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait(url: str, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise SiteDidNotStart(log.read_text(errors="replace")[-3000:])
