"""pytest plugin: real PostgreSQL and Redis for the run, before anything reads the settings.

Loaded by ``-p tests.servers``. Addresses already in the environment are used as they are, so
the workers of pytest-xdist share those of the process that started them.
"""

import base64
import os
from collections.abc import Generator
from contextlib import ExitStack

import pytest

from config import local
from config.binaries import LocalServerError

ENVIRONMENT = {
    "DJANGO_SECRET_KEY": "known to everybody, so good for tests alone",
    "FIELD_KEYS": "1:" + base64.b64encode(bytes(range(32))).decode(),
    "DJANGO_LOCAL": "1",
    "DJANGO_ALLOWED_HOSTS": "127.0.0.1,localhost,testserver",
}


# A wrapper goes before every plain hook, and pytest-django reads the settings in one.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    try:
        if not local.given():
            local.exit_on_signals()
            joined = ExitStack()
            early_config.add_cleanup(joined.close)
            addresses = joined.enter_context(local.servers(fast=True))
            os.environ["DATABASE_URL"] = addresses.database_url
            os.environ["REDIS_URL"] = addresses.redis_url
    except LocalServerError as error:
        raise pytest.UsageError(f"测试用的 PostgreSQL 和 Redis 没有启动。\n{error}") from error
    return (yield)
