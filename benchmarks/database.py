"""A database of its own on the server at hand, so that nothing of the site's is touched."""

from __future__ import annotations

import os
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from config import local

NAME = "branches_bench"


def point_to() -> None:
    """Make the benchmark database the one that the settings will name, creating it if need be."""
    local.prepare()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    site = urlsplit(os.environ["DATABASE_URL"])
    folder, _, name = site.path.rpartition("/")
    # A socket's address: postgres://user@//folder/name; over TCP the folder is empty.
    host = folder.removeprefix("/") or site.hostname
    with psycopg.connect(
        host=host, port=site.port, user=site.username, password=site.password, dbname=name,
        autocommit=True,
    ) as connection:  # fmt: skip
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
        if known.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
    os.environ["DATABASE_URL"] = urlunsplit(site._replace(path=f"{folder}/{NAME}"))
    os.environ["DJANGO_LOCAL"] = "1"
