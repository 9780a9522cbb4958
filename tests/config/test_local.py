"""The private servers: found, started once, shared, left clean."""

import os
import stat
from pathlib import Path

import environ
import psycopg
import pytest
import redis

from config import local
from config.binaries import LocalServerError, system_postgres, wheel_binaries
from config.identity import own_folder
from config.servers import Postgres, Redis, socket_folder


def installed(root: Path, *majors: str) -> Path:
    for major in majors:
        programs = root / major / "bin"
        programs.mkdir(parents=True)
        for name in ("initdb", "pg_ctl", "postgres"):
            (programs / name).touch()
    return root


@pytest.mark.parametrize(
    ("majors", "chosen"),
    [
        ([], None),
        (["13"], None),  # too old for Django 5.2
        (["14"], "14"),
        (["9.6", "15"], "15"),
        (["15", "17", "16"], "17"),
    ],
)
def test_the_newest_usable_postgresql_is_chosen(
    tmp_path: Path, majors: list[str], chosen: str | None
) -> None:
    expected = tmp_path / chosen / "bin" if chosen else None
    assert system_postgres(installed(tmp_path, *majors)) == expected


def test_a_client_without_its_server_is_no_postgresql(tmp_path: Path) -> None:
    (tmp_path / "16" / "bin").mkdir(parents=True)
    assert system_postgres(tmp_path) is None


@pytest.mark.parametrize(
    ("base", "beside"),
    [
        ("/srv/site/var", True),
        ("/" + "a" * 75, True),  # with /run/.s.PGSQL.5432.lock 99 characters, the longest
        ("/" + "a" * 76, False),
        ("/srv/支部/var", False),
        ("/srv/my site/var", False),
    ],
)
def test_a_socket_lies_beside_its_data_where_its_path_can_be_an_address(
    base: str, beside: bool
) -> None:
    folder = socket_folder(Path(base))
    assert (folder == Path(base) / "run") is beside
    assert len(str(folder / ".s.PGSQL.5432.lock")) < 100


def test_each_checkout_has_its_own_folder_for_sockets() -> None:
    assert socket_folder(Path("/甲")) != socket_folder(Path("/乙"))


def test_a_folder_of_our_own_is_closed_to_others(tmp_path: Path) -> None:
    own_folder(tmp_path / "run")
    assert stat.S_IMODE((tmp_path / "run").stat().st_mode) == 0o700


def test_a_link_planted_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "real")
    with pytest.raises(LocalServerError, match="属于其他用户"):
        own_folder(tmp_path / "run")


@pytest.mark.parametrize(
    ("environment", "answer"),
    [
        ({}, False),
        ({"DATABASE_URL": "postgres://a", "REDIS_URL": "redis://b"}, True),
        ({"DATABASE_URL_FILE": "/run/a", "REDIS_URL": "redis://b"}, True),
    ],
)
def test_servers_are_given_when_both_addresses_are(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], answer: bool
) -> None:
    clear_addresses(monkeypatch)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert local.given() is answer


@pytest.mark.parametrize(
    ("one", "missing"), [("DATABASE_URL", "REDIS_URL"), ("REDIS_URL", "DATABASE_URL")]
)
def test_half_a_pair_of_addresses_is_an_error(
    monkeypatch: pytest.MonkeyPatch, one: str, missing: str
) -> None:
    clear_addresses(monkeypatch)
    monkeypatch.setenv(one, "given")
    with pytest.raises(LocalServerError, match=f"缺少 {missing}"):
        local.given()


def clear_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(f"{name}_FILE", raising=False)


def test_secrets_are_drawn_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("DJANGO_SECRET_KEY", "FIELD_KEYS")
    read = []
    for _ in range(2):
        for name in names:
            monkeypatch.delenv(name, raising=False)
        local.local_secrets(tmp_path / "local.env")
        read.append([os.environ[name] for name in names])
    assert read[0] == read[1]
    assert stat.S_IMODE((tmp_path / "local.env").stat().st_mode) == 0o600


def test_servers_start_once_are_shared_and_end_with_the_last_who_uses_them(
    tmp_path: Path,
) -> None:
    base = tmp_path / "var"
    binaries = wheel_binaries()
    run = socket_folder(base)
    postgres = Postgres(base, run, binaries.postgres, fast=True)
    valkey = Redis(base, run, binaries.redis, fast=True)
    with local.servers(fast=True, base=base, binaries=binaries) as first:
        started = (postgres.data / "postmaster.pid").read_text()
        with local.servers(fast=True, base=base, binaries=binaries) as second:
            assert second == first
            assert (postgres.data / "postmaster.pid").read_text() == started
        assert (postgres.answers(), valkey.answers()) == (True, True)
        where = environ.Env.db_url_config(first.database_url)
        with psycopg.connect(
            host=where["HOST"], user=where["USER"], dbname=where["NAME"]
        ) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("off",)
        with redis.Redis.from_url(first.redis_url) as client:
            assert client.ping() is True
    assert (postgres.answers(), valkey.answers()) == (False, False)
    assert not (postgres.data / "postmaster.pid").exists()


def test_servers_that_cannot_start_say_why(tmp_path: Path) -> None:
    binaries = wheel_binaries()
    base = tmp_path / "var"
    with local.servers(fast=True, base=base, binaries=binaries):
        pass
    (cluster,) = base.glob("postgres-*")
    (cluster / "postgresql.conf").write_text("no_such_setting = 1\n")
    with (
        pytest.raises(LocalServerError, match="no_such_setting"),
        local.servers(fast=True, base=base, binaries=binaries),
    ):
        pass
