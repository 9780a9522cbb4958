"""One private PostgreSQL and one private Redis, as programs to start and stop on unix sockets.

Development and tests only; ``config.local`` decides who starts them and when they end.
"""

import hashlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
import redis
from psycopg import sql
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.binaries import LocalServerError
from config.identity import own_folder, server_user

START_SECONDS = 60
STOP_SECONDS = 30

POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "2GB",
}
# A test cluster is thrown away after a crash; never outside tests.
FAST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def socket_folder(base: Path) -> Path:
    """``base/run``, or a folder under /tmp named by its hash where that cannot be an address.

    A socket's path holds about 100 bytes, and this one also travels inside URLs.
    """
    folder = base / "run"
    if len(bytes(folder / ".s.PGSQL.5432.lock")) < 100 and re.fullmatch(
        r"[A-Za-z0-9/._-]+", str(folder)
    ):
        return folder
    name = hashlib.sha256(bytes(folder)).hexdigest()[:12]
    # Open to everybody, so own_folder() refuses one that somebody else has made.
    return Path(f"/tmp/branches-{os.geteuid()}-{name}")  # noqa: S108


def _major(program: Path) -> int:
    told = subprocess.run(  # noqa: S603
        [program, "--version"], capture_output=True, text=True, check=True
    )
    found = re.search(r"(?:PostgreSQL\) |v=)(\d+)", told.stdout)
    if found is None:
        raise LocalServerError(f"看不懂 {program} 的版本：{told.stdout.strip()}")
    return int(found[1])


def _fail(what: str, log: Path) -> LocalServerError:
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-20:]) if log.exists() else ""
    return LocalServerError(f"{what}\n日志 {log} 的最后几行：\n{tail}\n查看全部：less {log}")


def alive(pid: int) -> bool:
    """Whether the process still runs; one that only waits to be collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return not Path("/proc/self").exists()


def _gone(pid: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class Postgres:
    """One cluster: made on first use, one folder for each major version."""

    def __init__(self, base: Path, run: Path, programs: Path, *, fast: bool) -> None:
        self.programs, self.run, self.fast = programs, run, fast
        self.data = base / f"postgres-{_major(programs / 'postgres')}"
        self.log = base / "log" / "postgres.log"

    def start(self) -> None:
        """Start unless it already answers. Raises LocalServerError with the log's tail."""
        if self.answers():
            return
        self._wait_for_change()
        prefix, owner = server_user(self.programs / "postgres", self.data.parent)
        own_folder(self.run, owner)
        if not self.data.exists():
            self._create(prefix, owner)
        own_folder(self.data, owner)
        settings = POSTGRES_SETTINGS | (FAST_SETTINGS if self.fast else {})
        settings |= {"unix_socket_directories": str(self.run)}
        options = shlex.join(part for item in settings.items() for part in ("-c", "=".join(item)))
        command: list[str | Path] = [
            "-D",
            self.data,
            "-w",
            "-t",
            str(START_SECONDS),
            "-o",
            options,
            "start",
        ]
        # Backends of a killed postmaster may hold its memory for a moment longer.
        for _ in range(3):
            if self._program(prefix, "pg_ctl", *command) and self.answers():
                break
            time.sleep(0.5)
        else:
            raise _fail("开发用 PostgreSQL 没有启动。", self.log)
        if self.fast:
            self._drop_leftovers()

    def stop(self) -> None:
        """Ask for a clean end, then insist. Raises LocalServerError if it survives both."""
        pid = self._pid()
        if pid is None:
            return
        for how in (signal.SIGINT, signal.SIGQUIT):
            os.kill(pid, how)
            if _gone(pid, STOP_SECONDS):
                return
        raise _fail(f"开发用 PostgreSQL（进程 {pid}）没有停下。请执行：kill -9 {pid}", self.log)

    def connect(self) -> psycopg.Connection:
        """A connection of its superuser, committing each statement."""
        return psycopg.connect(
            host=str(self.run), user="postgres", dbname="postgres", connect_timeout=3,
            autocommit=True,
        )  # fmt: skip

    def answers(self) -> bool:
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def ensure_database(self, name: str) -> None:
        with self.connect() as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if connection.execute(query, [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _drop_leftovers(self) -> None:
        with self.connect() as connection:
            names = (
                "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"
            )
            for (name,) in connection.execute(names).fetchall():
                connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))

    def _pid(self) -> int | None:
        """The postmaster of this very cluster; None if it is gone or the number was reused."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            command = Path(f"/proc/{pid}/cmdline")
            ours = not Path("/proc/self").exists() or bytes(self.data) in command.read_bytes()
        except (FileNotFoundError, ProcessLookupError, IndexError, ValueError):
            return None
        return pid if ours and alive(pid) else None

    def _wait_for_change(self) -> None:
        """Let a cluster that is just starting or stopping finish; clear stale lock files.

        PostgreSQL clears them by itself unless a process bears the number: another one, as is
        usual in containers, or a killed postmaster that nobody has collected yet.
        """
        deadline = time.monotonic() + START_SECONDS
        while self._pid() is not None and not self.answers():
            if time.monotonic() > deadline:
                raise _fail(f"开发用 PostgreSQL（进程 {self._pid()}）没有回应。", self.log)
            time.sleep(0.1)
        # A backend that outlives a killed postmaster still writes to these files.
        while self._pid() is None and self._in_use() and time.monotonic() < deadline:
            time.sleep(0.05)
        for stale in (self.data / "postmaster.pid", self.run / ".s.PGSQL.5432.lock"):
            if self._pid() is None:
                stale.unlink(missing_ok=True)

    def _in_use(self) -> bool:
        """Whether some process works in the data folder, as all of a cluster's do."""
        for process in Path("/proc").glob("[0-9]*/cwd"):
            try:
                if process.readlink() == self.data:
                    return True
            except OSError:  # gone meanwhile, or not ours to look at
                continue
        return False

    def _create(self, prefix: Sequence[str], owner: int) -> None:
        # Made under another name, so that an interrupted start leaves no half cluster.
        new = self.data.with_suffix(".new")
        shutil.rmtree(new, ignore_errors=True)
        own_folder(new, owner)
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--username=postgres"]
        options += ["--no-sync"] if self.fast else []
        if not self._program(prefix, "initdb", "-D", new, *options):
            raise _fail("开发用 PostgreSQL 数据库没有建成。", self.log)
        new.rename(self.data)

    def _program(self, prefix: Sequence[str], name: str, *arguments: str | Path) -> bool:
        with self.log.open("ab") as log:
            done = subprocess.run(  # noqa: S603
                [*prefix, self.programs / name, *arguments],
                check=False, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                start_new_session=True,  # the terminal's Ctrl-C is not for the servers
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
            )  # fmt: skip
        return done.returncode == 0


class Redis:
    """One server on a socket; what it keeps is a hint, the database holds the truth."""

    def __init__(self, base: Path, run: Path, program: Path, *, fast: bool) -> None:
        self.program, self.fast = program, fast
        # An older server cannot read a newer one's file.
        self.data = base / f"redis-{_major(program)}"
        self.socket = run / "redis.sock"
        self.log = base / "log" / "redis.log"

    def start(self) -> None:
        """Start unless it already answers. Raises LocalServerError with the log's tail."""
        if self.answers():
            return
        own_folder(self.data, os.geteuid())
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "databases": "4096",
            "dir": str(self.data),
            "appendonly": "no" if self.fast else "yes",
            "save": "",
            "daemonize": "yes",
            "pidfile": "",
            "logfile": str(self.log),
        }
        options = [part for key, value in settings.items() for part in (f"--{key}", value)]
        subprocess.run(  # noqa: S603
            [self.program, *options], check=False, cwd="/", start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if time.monotonic() > deadline:
                raise _fail("开发用 Redis 没有启动。", self.log)
            time.sleep(0.05)

    def stop(self) -> None:
        """Write what is pending and end. Raises LocalServerError if it does not."""
        if not self.answers():
            return
        with self._client() as client:
            pid = client.info("server")["process_id"]
            client.shutdown()
        if not _gone(pid, STOP_SECONDS):
            raise _fail(f"开发用 Redis（进程 {pid}）没有停下。请执行：kill -9 {pid}", self.log)

    def answers(self) -> bool:
        try:
            with self._client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _client(self) -> redis.Redis:
        # Not answering is an answer here, so no second try.
        once = Retry(NoBackoff(), retries=0)
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=3, retry=once)
