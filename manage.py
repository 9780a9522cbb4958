#!/usr/bin/env python
"""Django's command line for this site."""

import importlib.util
import os
import sys
from pathlib import Path

VENV = Path(__file__).resolve().parent / ".venv"


def main() -> None:
    # "python3 manage.py …" typed without activating the environment means the same.
    if importlib.util.find_spec("django") is None and Path(sys.prefix) != VENV:
        python = VENV / "bin" / "python"
        if not python.exists():
            sys.exit("没有找到 Django。请先运行 make demo 安装依赖。")
        os.execv(python, [str(python), *sys.argv])  # noqa: S606

    # Only now: these import what the environment provides.
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    from config import local  # noqa: PLC0415
    from config.binaries import LocalServerError  # noqa: PLC0415

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        local.prepare()
    except LocalServerError as error:
        sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
