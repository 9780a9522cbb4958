"""What must hold of the settings on a production machine."""

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.celery import app

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCTION = {
    "DJANGO_SECRET_KEY": "9Zp-3f" * 12,
    "FIELD_KEYS": "1:" + base64.b64encode(bytes(32)).decode(),
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "DJANGO_ALLOWED_HOSTS": "dangjian.example.cn",
}


def _run(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    return subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=kept | {"DJANGO_SETTINGS_MODULE": "config.settings"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_check_deploy_is_clean():
    done = _run(PRODUCTION, "-m", "django", "check", "--deploy", "--fail-level", "WARNING")

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("missing", sorted(PRODUCTION.keys() - {"DJANGO_ALLOWED_HOSTS"}))
def test_a_half_configured_machine_does_not_start(missing):
    environment = {key: value for key, value in PRODUCTION.items() if key != missing}

    done = _run(environment, "-c", "import django; django.setup()")

    assert done.returncode != 0
    assert missing in done.stderr


def test_debug_and_demo_are_off_unless_said():
    done = _run(
        PRODUCTION,
        "-c",
        "import django; django.setup()\n"
        "from django.conf import settings as s\n"
        "print(s.DEBUG, s.DEMO, s.LOCAL, s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_NAME)",
    )
    assert done.stdout.split() == ["False", "False", "False", "True", "__Host-session"]


def test_every_beat_entry_is_a_task():
    app.loader.import_default_modules()

    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_drawing_goes_to_its_own_queue():
    assert app.amqp.router.route({}, "branches.draw_ledger")["queue"].name == "drawing"
