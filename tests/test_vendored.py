import hashlib
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

VENDOR = Path(__file__).resolve().parent.parent / "static" / "vendor"
PACKAGES: list[dict[str, Any]] = tomllib.loads((VENDOR / "VERSIONS.toml").read_text("utf-8"))[
    "package"
]
FILES: list[dict[str, str]] = [entry for package in PACKAGES for entry in package["file"]]
NAMES = [entry["file"] for entry in FILES]
# What a browser would fetch; addresses in comments and XML namespaces load nothing.
LOADING = re.compile(
    r"""url\(\s*["']?\s*(?:https?:)?//|@import|(?:src|href)\s*=\s*["'](?:https?:)?//|"""
    r"sourceMappingURL",
)


def test_the_folder_holds_the_listed_files_and_nothing_else() -> None:
    present = sorted(str(p.relative_to(VENDOR)) for p in VENDOR.rglob("*") if p.is_file())

    assert present == sorted([*NAMES, "VERSIONS.toml"])


def test_every_package_names_its_version_and_licence() -> None:
    named = {p["name"]: (p["version"], p["licence"]) for p in PACKAGES}

    assert named == {
        "@tabler/core": ("1.6.1", "MIT"),
        "htmx.org": ("2.0.11", "0BSD"),
        "echarts": ("6.1.0", "Apache-2.0"),
    }


@pytest.mark.parametrize("entry", FILES, ids=NAMES)
def test_a_vendored_file_is_the_one_that_was_listed(entry: dict[str, str]) -> None:
    assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]


@pytest.mark.parametrize("name", [n for n in NAMES if n.endswith((".js", ".css"))])
def test_a_vendored_file_loads_nothing_from_elsewhere(name: str) -> None:
    assert LOADING.findall((VENDOR / name).read_text("utf-8")) == []


@pytest.mark.parametrize(
    "planted",
    [
        "a{background:url(https://cdn.example/x.png)}",
        "a{background:url('//cdn.example/x.png')}",
        '@import "more.css";',
        '<img src="https://cdn.example/x.png">',
        "//# sourceMappingURL=app.js.map",
    ],
)
def test_a_planted_outside_address_is_seen(planted: str) -> None:
    assert LOADING.search(planted) is not None
