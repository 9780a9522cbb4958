"""``python -m benchmarks.boards [BRANCHES]``: the star board beside a bare table of its size."""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import django

from benchmarks import database

ROUNDS = 5

BARE = """<!doctype html><title>bare</title><table><tbody>
{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}
</tbody></table>"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.boards", description=__doc__)
    parser.add_argument("branches", type=int, nargs="?", default=1_000)
    options = parser.parse_args()
    database.point_to()
    django.setup()

    # Only now: these read the settings.
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    _measure(options.branches)


def _measure(branches: int) -> None:
    from django.db import connection  # noqa: PLC0415
    from django.http import HttpRequest, HttpResponse  # noqa: PLC0415
    from django.template import engines  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415
    from django.urls import clear_url_caches, path  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from branches import access  # noqa: PLC0415
    from branches.models import Organization, Post  # noqa: PLC0415
    from branches.rules.periods import Period  # noqa: PLC0415
    from branches.rules.roles import Role  # noqa: PLC0415
    from config import urls  # noqa: PLC0415
    from scoring.demo import company, seeding  # noqa: PLC0415
    from scoring.models import SchemeVersion  # noqa: PLC0415
    from scoring.operations import runs  # noqa: PLC0415

    today = timezone.localdate()
    members = branches * company.PER_BRANCH
    seeding.seed(
        seeding.Parameters.on(today, members=members, months=2, seed=20261001),
        with_runs=False,
        at=timezone.now(),
        say=lambda text: print(f"  {text}", file=sys.stderr),
    )
    root = Organization.objects.filter(parent=None).order_by("path").first()
    assert root is not None
    last = Period.containing(today).previous
    version = SchemeVersion.objects.select_related("committee").get(
        committee=root, code="star-branch"
    )
    for month in (last.previous, last):
        run = runs.compute(version=version, period=month, by=None, at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    reviewer = Post.objects.select_related("user").filter(role=Role.REVIEWER)
    client = Client()
    client.force_login(reviewer.filter(organization=root)[0].user)
    url = f"/board/?period={last}"
    host = "localhost"

    def board() -> HttpResponse:
        answer = client.get(url, headers={"host": host})
        assert answer.status_code == 200, answer.status_code
        return answer  # type: ignore[return-value]

    page = board()
    cells = page.content.count(b"<td")
    rows = page.content.count(b"<tr") - 1  # the head's
    wide = cells // rows
    template = engines["django"].from_string(BARE)
    table = [[f"{n}.{k}" for k in range(wide)] for n in range(rows)]

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse(template.render({"rows": table}, request))

    # Through the same middleware, for the same person.
    bare_url = path("bare/", access.signed_in("benchmark")(view))
    urls.urlpatterns.append(bare_url)  # type: ignore[arg-type]
    clear_url_caches()

    def bare() -> HttpResponse:
        return client.get("/bare/", headers={"host": host})  # type: ignore[return-value]

    assert bare().content.count(b"<td") == rows * wide
    slow, quick = _medians(board, bare)
    print("| branches | cells | bare table | board | board ÷ bare |")
    print("|---|---|---|---|---|")
    print(
        f"| {run.subjects:,} ({rows:,} rows) | {cells:,} | {quick * 1000:.0f} ms"
        f" | {slow * 1000:.0f} ms | {slow / quick:.2f} |"
    )


def _medians(*works: Callable[[], object]) -> list[float]:
    """Return the median time of each, taken in turns so that all have the same machine."""
    took: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for work, times in zip(works, took, strict=True):
            started = time.perf_counter()
            work()
            times.append(time.perf_counter() - started)
    return [statistics.median(times) for times in took]


if __name__ == "__main__":
    main()
