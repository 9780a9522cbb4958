"""``python -m benchmarks [--months M] [SIZE …]``: the table of docs/performance.md."""

from __future__ import annotations

import argparse
import sys
from itertools import pairwise

import django

from benchmarks import database

SIZES = (1_000, 10_000, 30_000)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES, metavar="SIZE")
    parser.add_argument("--months", type=int, default=12, help="months of history (default 12)")
    options = parser.parse_args()
    database.point_to()
    django.setup()

    # Only now: these read the settings.
    from django.core.management import call_command  # noqa: PLC0415

    from benchmarks import months  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    found = []
    for size in options.sizes:
        print(f"{size:,} members, {options.months} months of history …", file=sys.stderr)
        found.append(
            months.measure(size, options.months, lambda text: print(f"  {text}", file=sys.stderr))
        )
    print(
        "| members | a read floor | b write floor | c run | c ÷ (a + b) | whole month"
        " | one late fact d | d ÷ c | lines |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for one in found:
        print(
            f"| {one.members:,} | {one.read:.3f} s | {one.write:.3f} s | {one.members_run:.3f} s"
            f" | {one.ratio:.2f} | {one.whole_month:.3f} s"
            f" | {one.amend * 1000:.1f} ms | {one.amend / one.members_run:.2%} | {one.lines:,} |"
        )
    print()
    for one, other in pairwise(found):
        print(
            f"- from {one.members:,} to {other.members:,} members the run grows with the power"
            f" {months.exponent(one, other):.2f}"
        )
    for one in found:
        print(f"- {one.members:,} members: written in {one.seeding:.1f} s")
    print(f"- peak memory of the whole process: {max(one.peak_mb for one in found)} MB")


if __name__ == "__main__":
    main()
